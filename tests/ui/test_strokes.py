"""A part that is painted where it changed looks as if it had been painted whole."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.text import count, say
from app.view import CountDatum, Echo, Hero, Lines, Progress, Tone, View
from tests.ui.gallery import GALLERY
from tests.ui.gallery_pack import PACK_ITEMS
from ui.measure import grab
from ui.theme import Theme
from ui.widgets.canvas import Canvas
from ui.widgets.strokes import Sheet, region_of
from ui.window import KioskWindow

SIZE = (1280, 800)


@pytest.fixture
def window(qtbot: QtBot) -> KioskWindow:
    """One that is shown: what is compared are the pixels that its screen has."""
    made = KioskWindow(Theme("day"))
    qtbot.addWidget(made)
    made.resize(*SIZE)
    with qtbot.waitExposed(made):
        made.show()
    return made


def on_the_screen(window: KioskWindow) -> QImage:
    """What was painted so far, bit by bit."""
    QApplication.processEvents()
    QApplication.processEvents()  # parts that were never seen before are laid out first
    image = window.screen().grabWindow(window.winId()).toImage()
    assert (image.width(), image.height()) == SIZE
    return image.convertToFormat(QImage.Format.Format_RGB888)


def different(one: QImage, other: QImage) -> list[tuple[int, int]]:
    """Some of the pixels in which they differ."""
    if one == other:
        return []
    places = ((x, y) for y in range(one.height()) for x in range(one.width()))
    return [place for place in places if one.pixel(*place) != other.pixel(*place)][:9]


def scanned(chance: random.Random) -> View:
    """A pack screen after one scan more: figures here and there are others."""
    n = chance.randrange(1, 40)
    assert isinstance(PACK_ITEMS.hero, Hero)
    panels = tuple(
        replace(p, rows=tuple(replace(r, done=chance.randrange(r.wanted + 1)) for r in p.rows))
        if isinstance(p, Lines)
        else p
        for p in PACK_ITEMS.context
    )
    return replace(
        PACK_ITEMS,
        hero=replace(PACK_ITEMS.hero, datum=CountDatum(str(n), count(n, "unit\nto go", "units\nto go"))),
        progress=Progress(n, 40, say("{n} of 40", n=n)),
        context=panels,
        echo=Echo(chance.choice((Tone.OK, Tone.ERROR)), say("Soap bar, {n}", n=n), f"40{n:011d}", "14:06:51"),
    )


@pytest.mark.parametrize("seed", range(3))
def test_whatever_follows_whatever_the_screen_is_as_if_painted_anew(window: KioskWindow, seed: int) -> None:
    chance = random.Random(seed)
    views = chance.sample(list(GALLERY.values()), 14)
    views = [each for view in views for each in (view, scanned(chance), scanned(chance))]
    for view in views:
        # when the screen is painted bit by bit
        window.show_view(view)
        window.settle()
        seen = on_the_screen(window)

        # then it is what a whole new painting is
        assert different(seen, grab(window).image) == [], view.kind


@pytest.mark.parametrize("seed", range(3))
def test_a_screen_that_was_rehearsed_is_as_if_painted_anew(window: KioskWindow, seed: int) -> None:
    # given screens of which the next one was foretold: rightly, wrongly, with other words, or broken off
    chance = random.Random(seed)
    views = chance.sample(list(GALLERY.values()), 14)
    for view in (each for first in views for each in (first, scanned(chance), scanned(chance))):
        foretold = view if chance.random() < 0.7 else chance.choice(views)
        window.rehearse_view(replace(foretold, echo=view.echo if chance.random() < 0.5 else None))
        for _ in range(chance.choice((2, 40))):
            QApplication.processEvents()

        # when it comes
        if chance.random() < 0.5:
            window.prepare_view(view)
        window.show_view(view)
        window.settle()
        seen = on_the_screen(window)

        # then it is what a whole new painting is
        assert different(seen, grab(window).image) == [], view.kind


def test_a_rehearsed_screen_is_copied_and_not_drawn(window: KioskWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a screen whose next one was foretold
    views = list(GALLERY.values())[:2]
    window.show_view(views[0])
    before = on_the_screen(window)
    window.rehearse_view(views[1])
    for _ in range(40):
        QApplication.processEvents()

    # when it comes, then no part draws or paints a stroke
    monkeypatch.setattr(Sheet, "paint", None)  # a call would be an error that Qt's loop reports
    monkeypatch.setattr("ui.widgets.panel.PanelWidget._drawn", None)
    window.show_view(views[1])
    assert on_the_screen(window) != before


def test_one_more_scan_paints_a_small_part_of_the_hero(window: KioskWindow) -> None:
    window.show_view(PACK_ITEMS)
    QApplication.processEvents()
    hero = window.parts()["hero"]
    before = hero._drawn()
    assert isinstance(PACK_ITEMS.hero, Hero)

    window.show_view(replace(PACK_ITEMS, hero=replace(PACK_ITEMS.hero, datum=CountDatum("8", say("units\nto go")))))

    areas = hero._drawn().changed_from(before)
    assert areas
    painted = sum(rect.width() * rect.height() for rect in region_of(areas))  # type: ignore[attr-defined]
    assert 0 < painted < hero.width() * hero.height() * 0.4


def sheet(window: KioskWindow, *places: float) -> Sheet:
    made = Sheet()
    canvas = Canvas(made, window.look, QPointF(0, 0), QRectF(0, 0, 100, 100))
    for x in places:
        canvas.fill(QRectF(x, 0, 10, 10), "ink")
    return made


def test_where_a_stroke_went_or_came_is_painted_and_nowhere_else(window: KioskWindow) -> None:
    assert sheet(window, 0, 20).changed_from(sheet(window, 0, 20)) == []
    assert sheet(window, 0, 40).changed_from(sheet(window, 0, 20)) in (
        [(19, -1, 31, 11), (39, -1, 51, 11)],
        [(39, -1, 51, 11), (19, -1, 31, 11)],
    )


def test_strokes_in_another_order_are_painted_anew_altogether(window: KioskWindow) -> None:
    assert sheet(window, 20, 0).changed_from(sheet(window, 0, 20)) is None
    assert sheet(window, 0, 20, 0).changed_from(sheet(window, 20, 0, 20)) is None
    assert sheet(window, 0, 0).changed_from(sheet(window, 0)) == [(-1, -1, 11, 11)]
