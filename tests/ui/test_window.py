"""The window itself: what it repaints, what it ignores, what a tap says."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollBar, QWidget
from pytestqt.qtbot import QtBot

from app.text import say, verbatim
from app.view import Echo, Hero, ItemPanel, Sound, Tile, Tiles, Tone, View
from tests.ui import gallery
from ui.measure import contrast, grab, luminance, offscreen_window, overlaps, rgb_of
from ui.theme import PALETTES, Theme, ThemeName, fitting_scale, legible_scale
from ui.translate import Translator
from ui.widgets.panel import shown_types
from ui.window import KioskWindow

UI = Path(__file__).parents[2] / "ui"


@pytest.fixture
def window(qtbot: QtBot) -> KioskWindow:
    made = offscreen_window(KioskWindow(Theme("day")), 1280, 800)
    qtbot.addWidget(made)
    made.show_view(gallery.PICK_BIN)
    QApplication.processEvents()
    return made


def paints(window: KioskWindow) -> dict[str, int]:
    QApplication.processEvents()
    return {place: part.paints for place, part in window.parts().items()}


def test_the_same_view_twice_repaints_nothing(window: KioskWindow) -> None:
    before = paints(window)

    window.show_view(replace(gallery.PICK_BIN, serial=7))

    assert paints(window) == before


def test_only_the_part_that_changed_is_repainted(window: KioskWindow) -> None:
    before = paints(window)

    window.show_view(replace(gallery.PICK_BIN, echo=Echo(Tone.OK, say("Another scan"), "1", "14:08:00")))

    after = paints(window)
    assert {place for place in after if after[place] != before[place]} == {"echo"}


def test_every_panel_of_the_vocabulary_has_a_widget() -> None:
    import typing

    import app.view

    assert shown_types() == set(typing.get_args(app.view.Panel))


@pytest.mark.parametrize(
    "key",
    [
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
        Qt.Key.Key_Escape,
        Qt.Key.Key_Space,
        Qt.Key.Key_Tab,
        Qt.Key.Key_F4,
        Qt.Key.Key_A,
    ],
)
def test_no_key_does_anything(window: KioskWindow, key: Qt.Key) -> None:
    window.show_view(gallery.PACK_WRONG)
    before = paints(window)
    said: list[str] = []
    window.touched.connect(said.append)

    for target in (window, *window.parts().values()):
        for modifier in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.AltModifier,
            Qt.KeyboardModifier.ControlModifier,
        ):
            QTest.keyClick(target, key, modifier)

    assert said == []
    assert (window.isVisible(), window.view, paints(window)) == (True, gallery.PACK_WRONG, before)


def test_nothing_takes_the_focus_and_nothing_scrolls(window: KioskWindow) -> None:
    children = window.findChildren(QWidget)

    assert {child.focusPolicy() for child in (window, *children)} == {Qt.FocusPolicy.NoFocus}
    assert [child for child in children if isinstance(child, QScrollBar | QLabel) or child.toolTip()] == []


def tap(window: KioskWindow, place: str) -> None:
    part = window.parts()[place]
    QTest.mouseClick(part, Qt.MouseButton.LeftButton, pos=part.rect().center())


def test_a_tap_says_the_command_word(window: KioskWindow) -> None:
    said: list[str] = []
    window.touched.connect(said.append)

    for index in range(4):
        tap(window, f"action-{index}")

    assert said == ["UNDO", "SHORT", "SKIP", "HELP"]


def test_a_finger_that_slides_off_says_nothing(window: KioskWindow) -> None:
    said: list[str] = []
    window.touched.connect(said.append)
    button = window.parts()["action-0"]

    QTest.mousePress(button, Qt.MouseButton.LeftButton, pos=button.rect().center())
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton, pos=QPoint(-40, -40))

    assert said == []


def test_a_key_of_the_screen_is_a_key_and_no_command(window: KioskWindow) -> None:
    touched: list[str] = []
    keyed: list[str] = []
    window.touched.connect(touched.append)
    window.keyed.connect(keyed.append)

    window.show_view(gallery.GALLERY["number"])
    for x, y in ((0.2, 0.3), (0.2, 0.95), (0.8, 0.95)):
        tap_at(window, "context-0:Keypad", x, y)
    window.show_view(gallery.GALLERY["typed"])
    for x, y in ((0.05, 0.9), (0.15, 0.1), (0.15, 0.1), (0.2, 0.9), (0.05, 0.1), (0.5, 0.9), (0.95, 0.9)):
        tap_at(window, "object-1:Keyboard", x, y)

    assert touched == []
    assert keyed == ["1", "BACK", "ENTER", "W", "w", "1", " ", "ENTER"]


def test_a_masked_entry_shows_bullets_whatever_it_is_given(window: KioskWindow) -> None:
    shot = grab(window, gallery.GALLERY["pin"])

    said = [text.text for text in shot.ledger.texts]

    assert "••••" in said
    assert not any("4711" in words for words in said)


def test_a_row_of_a_listing_says_its_command(window: KioskWindow) -> None:
    said: list[str] = []
    window.touched.connect(said.append)

    window.show_view(gallery.GALLERY["stuck"])
    tap_at(window, "context-0:Listing", 0.5, 0.2)
    window.show_view(gallery.GALLERY["form"])
    tap_at(window, "object-0:Form", 0.2, 0.3)

    assert said == ["OPT1", "OPT1"]


def test_a_tile_says_its_command_and_an_offer_its_number(window: KioskWindow) -> None:
    said: list[str] = []
    window.touched.connect(said.append)
    tiles = Tiles((Tile("route", say("Pick"), 3, "PICK"), Tile("box", say("Pack"), 1, "PACK")))

    window.show_view(replace(gallery.HOME, object=(tiles,)))
    tap_at(window, "object-0:Tiles", 0.75)
    window.show_view(gallery.OFFERS)
    tap_at(window, "context-0:Offers", 0.5, 0.2)

    assert said == ["PACK", "OPT1"]


def tap_at(window: KioskWindow, place: str, x: float, y: float = 0.5) -> None:
    part = window.parts()[place]
    QTest.mouseClick(part, Qt.MouseButton.LeftButton, pos=QPoint(int(part.width() * x), int(part.height() * y)))


def test_the_flash_never_delays_the_next_view(window: KioskWindow) -> None:
    done = replace(gallery.PICK_ITEM, flash=True, serial=1)

    window.show_view(done)
    shown_under_the_flash = window.parts()["hero"].panel
    flashing = window.flashing
    window.show_view(replace(gallery.PICK_PUT, serial=2))

    assert (shown_under_the_flash, flashing) == (done.hero, True)
    assert (window.parts()["hero"].panel, window.flashing) == (gallery.PICK_PUT.hero, False)


def test_no_flash_lies_over_an_error(window: KioskWindow) -> None:
    window.show_view(replace(gallery.PICK_ITEM, flash=True, serial=1))
    window.show_view(replace(gallery.PACK_WRONG, flash=True, serial=2))

    assert not window.flashing


def test_an_error_is_left_by_a_touch_where_no_button_stood(window: KioskWindow) -> None:
    said: list[str] = []
    window.touched.connect(said.append)
    window.show_view(gallery.PACK_ITEMS)
    before = [control.rect for control in grab(window).ledger.controls]
    window.show_view(gallery.PACK_WRONG)
    (clear,) = [control for control in grab(window).ledger.controls if control.command == "CLEAR"]

    tap_at(window, "hero-problem", 0.9, 0.9)

    assert said == ["CLEAR"]
    assert overlaps([clear.rect, *before]) == []
    assert clear.rect[3] >= 98


def test_why_and_what_did_not_happen_read_as_prose(window: KioskWindow) -> None:
    bare = replace(gallery.PACK_WRONG.hero, why=say("This stop is B12-04-C"), unchanged=say("Nothing was counted."))

    said = [text.text for text in grab(window, replace(gallery.PACK_WRONG, hero=bare)).ledger.texts]

    assert "This stop is B12-04-C. Nothing was" in " ".join(said)


def test_the_flash_ends_by_itself(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_view(replace(gallery.PICK_ITEM, flash=True, serial=1))

    qtbot.waitUntil(lambda: not window.flashing, timeout=5000)


def test_reduced_motion_has_no_flash(qtbot: QtBot) -> None:
    still = offscreen_window(KioskWindow(Theme("day"), reduce_motion=True), 1280, 800)
    qtbot.addWidget(still)

    still.show_view(replace(gallery.PICK_ITEM, flash=True))

    assert not still.flashing


def test_a_problem_takes_the_whole_left_column(window: KioskWindow) -> None:
    window.show_view(gallery.PACK_WRONG)

    parts = window.parts()

    assert not any(place.startswith("object") for place in parts)
    assert parts["hero-problem"].geometry().bottom() == parts["context-1:Note"].geometry().bottom()


def test_a_change_of_theme_and_language_keeps_the_view(window: KioskWindow) -> None:
    window.restyle(Theme("hc"), Translator("de"))
    QApplication.processEvents()

    assert window.view == gallery.PICK_BIN
    assert window.grab().toImage().pixelColor(400, 130).name() == "#ffe500"


def test_small_panels_get_higher_buttons() -> None:
    heights = [Theme("day", 1.0, density).button_height for density in (4.92, 5.88, 7.0)]

    assert heights == [99, 118, 118]


def test_the_scale_follows_the_arc_minutes_and_the_window() -> None:
    assert fitting_scale(1280, 800) == 1.0
    assert round(fitting_scale(1920, 1080), 2) == 1.22
    assert round(legible_scale(5.56, 650), 2) == 1.2


def test_a_view_of_all_kinds_of_emptiness_is_drawn(window: KioskWindow) -> None:
    nothing = View(
        "x", Hero(verbatim("")), object=(ItemPanel("", verbatim(""), verbatim(""), "", "", verbatim(""), 0),)
    )

    window.show_view(nothing)

    assert not window.grab().isNull()


def test_a_view_far_too_small_or_large_is_drawn(qtbot: QtBot) -> None:
    for width, height in ((320, 240), (800, 480), (3840, 2160)):
        odd = offscreen_window(KioskWindow(Theme("day")), width, height)
        qtbot.addWidget(odd)
        for view in gallery.GALLERY.values():
            odd.show_view(view)
        assert not odd.grab().isNull()


# ---- colours


MACHADO = {  # Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def lab(linear: tuple[float, ...]) -> tuple[float, float, float]:
    r, g, b = (min(1.0, max(0.0, c)) for c in linear)
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(colour: str, matrix: tuple[tuple[float, ...], ...] | None) -> tuple[float, float, float]:
    linear = tuple((c / 255) / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb_of(colour))
    return lab(
        linear if matrix is None else tuple(sum(m * c for m, c in zip(row, linear, strict=True)) for row in matrix)
    )


@pytest.mark.parametrize("theme", [ThemeName.DAY, ThemeName.DARK])
@pytest.mark.parametrize("vision", [None, *MACHADO])
def test_states_are_told_apart_by_every_eye(theme: ThemeName, vision: str | None) -> None:
    fills = {
        name: seen(PALETTES[theme][name], MACHADO.get(vision or "")) for name in ("ok_fill", "warn_fill", "err_fill")
    }

    distances = {
        (a, b): sum((x - y) ** 2 for x, y in zip(fills[a], fills[b], strict=True)) ** 0.5
        for a in fills
        for b in fills
        if a < b
    }

    assert min(distances.values()) >= 30, distances


def test_in_high_contrast_states_differ_in_lightness() -> None:
    palette = PALETTES[ThemeName.HIGH_CONTRAST]
    ground, hero, error = (luminance(rgb_of(palette[name])) for name in ("warn_soft", "hero", "err_fill"))

    assert ground < hero < error


@pytest.mark.parametrize("theme", list(ThemeName))
def test_edges_of_controls_can_be_seen(theme: ThemeName) -> None:
    palette = PALETTES[theme]
    pairs = [
        ("control", "bg"),
        ("control", "surface"),
        ("control", "sunken"),
        ("hero_line", "hero"),
        ("accent", "surface"),
        ("walked", "map"),
        ("route", "map"),
    ]

    ratios = {pair: round(contrast(rgb_of(palette[pair[0]]), rgb_of(palette[pair[1]])), 2) for pair in pairs}

    assert min(ratios.values()) >= 3, ratios


# ---- the engine


def test_a_label_can_be_written_twenty_thousand_times(qtbot: QtBot) -> None:
    """Some builds of PySide6 lose a reference to None with each call that returns nothing; the process then dies."""
    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)

    for number in range(20_000):
        label.setText(str(number & 7))

    assert sys.getrefcount(None) > before - 1_000


ESSENTIALS = {"QtCore", "QtGui", "QtWidgets", "QtSvg", "QtTest"}


def test_only_qt_essentials_are_imported() -> None:
    used = {
        name.partition(".")[2].partition(".")[0]
        for path in UI.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in imported(node)
        if name.split(".")[0] == "PySide6"
    }

    assert used <= ESSENTIALS


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom) and node.module == "PySide6":
        return [f"PySide6.{alias.name}" for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def test_sounds_of_the_view_all_have_a_file() -> None:
    assert {sound.value for sound in Sound if sound} == {path.stem for path in (UI / "sounds" / "wav").glob("*.wav")}
