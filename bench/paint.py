"""How long a repaint takes at 1920 × 1080: off-screen, by the processor, one part of the screen at a time."""

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
    from ui.measure import offscreen_window
    from ui.theme import Theme, fitting_scale
    from ui.window import KioskWindow

    app = application(offscreen=True)
    assert GALLERY
    window = offscreen_window(KioskWindow(Theme("day", fitting_scale(1920, 1080))), 1920, 1080)
    window.show()

    def show(view: View) -> None:
        window.show_view(view)
        window.settle()
        QApplication.processEvents()

    def hero(i: int) -> None:
        assert isinstance(PACK_ITEMS.hero, Hero)
        datum = CountDatum(str(i), count(i, "unit\nto go", "units\nto go"))
        show(replace(PACK_ITEMS, hero=replace(PACK_ITEMS.hero, datum=datum)))

    def echo(i: int) -> None:
        show(
            replace(PACK_ITEMS, echo=Echo(Tone.OK, say("Soap bar, {n} of {m}", n=i, m=900), f"40{i:011d}", "14:06:51"))
        )

    def lines(i: int) -> None:
        panels = tuple(
            replace(p, rows=tuple(replace(r, done=i % (r.wanted + 1)) for r in p.rows)) if isinstance(p, Lines) else p
            for p in PACK_ITEMS.context
        )
        show(replace(PACK_ITEMS, context=panels))

    yield timed("repaint: hero, 1920 × 1080", times, hero, LIMIT_MS, "p95")
    yield timed("repaint: echo, 1920 × 1080", times, echo, LIMIT_MS, "p95")
    yield timed("repaint: list of lines, 1920 × 1080", times, lines, LIMIT_MS, "p95")
    yield timed("repaint: another screen, 1920 × 1080", times // 4, lambda i: show(PICK_BIN if i % 2 else PACK_ITEMS))
    window.close()
    app.processEvents()
