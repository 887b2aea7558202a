"""How long a repaint takes at 1920 × 1080: off-screen, by the processor, one part of the screen at a time.

A part is painted where it changed; so each of the three is measured as a scan changes it, and whole, as at the first
time. The window is shown, so that the pixels go the whole way to (what stands for) the screen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from app.text import count, say
from app.view import CountDatum, Echo, Hero, Lines, Tone, View
from bench.figures import Figure, timed

TIMES = 200
LIMIT_MS = 16.0
"""One picture of a screen that shows sixty in a second."""


def repaints(_folder: Path, times: int = TIMES) -> Iterator[Figure]:
    """The hero, the echo, the list of lines, and a screen of another kind."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from tests.ui.gallery import GALLERY
    from tests.ui.gallery_pack import PACK_ITEMS
    from tests.ui.gallery_pick import PICK_BIN
    from ui.kiosk import application
    from ui.theme import Theme, fitting_scale
    from ui.window import KioskWindow

    app = application(offscreen=True)
    assert GALLERY
    window = KioskWindow(Theme("day", fitting_scale(1920, 1080)))
    window.resize(1920, 1080)
    window.show()
    app.processEvents()

    def show(view: View) -> None:
        window.show_view(view)
        window.settle()
        QApplication.processEvents()

    def whole(place: str) -> None:
        window.parts()[place].forget()
        QApplication.processEvents()

    yield timed("repaint: hero, 1920 × 1080", times, lambda i: show(_hero(PACK_ITEMS, i)), LIMIT_MS, "p95")
    yield timed("  whole", times, lambda _: whole("hero"), LIMIT_MS, "p95")
    yield timed("repaint: echo, 1920 × 1080", times, lambda i: show(_echo(PACK_ITEMS, i)), LIMIT_MS, "p95")
    yield timed("  whole", times, lambda _: whole("echo"), LIMIT_MS, "p95")
    yield timed("repaint: list of lines, 1920 × 1080", times, lambda i: show(_lines(PACK_ITEMS, i)), LIMIT_MS, "p95")
    lines = next(name for name in window.parts() if name.endswith(":Lines"))
    yield timed("  whole", times, lambda _: whole(lines), LIMIT_MS, "p95")
    yield timed("repaint: another screen, 1920 × 1080", times // 4, lambda i: show(PICK_BIN if i % 2 else PACK_ITEMS))
    window.close()
    app.processEvents()


def _hero(view: View, i: int) -> View:
    assert isinstance(view.hero, Hero)
    datum = CountDatum(str(i), count(i, "unit\nto go", "units\nto go"))
    return replace(view, hero=replace(view.hero, datum=datum))


def _echo(view: View, i: int) -> View:
    return replace(view, echo=Echo(Tone.OK, say("Soap bar, {n} of {m}", n=i, m=900), f"40{i:011d}", "14:06:51"))


def _lines(view: View, i: int) -> View:
    panels = tuple(
        replace(p, rows=tuple(replace(r, done=i % (r.wanted + 1)) for r in p.rows)) if isinstance(p, Lines) else p
        for p in view.context
    )
    return replace(view, context=panels)
