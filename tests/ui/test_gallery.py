"""Every screen in every theme and both sizes, measured on its own pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication

from app.text import Text
from app.view import ProblemHero, View
from tests.ui.gallery import GALLERY, SIZES, THEMES
from ui.measure import Measured, Shot, grab, icon_contrast, offscreen_window, to_pillow
from ui.theme import BUTTON_GAP, BUTTON_HEIGHT, SMALLEST, Theme
from ui.translate import Translator
from ui.widgets.canvas import ControlMark, TextMark
from ui.window import KioskWindow

MAY_BE_ELIDED = ("name", "code")
STAGES = [(theme, size) for theme in THEMES for size in SIZES]


class Gallery:
    """Takes each picture once, whatever number of tests look at it."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, int], KioskWindow] = {}
        self._shots: dict[tuple[str, str, int], tuple[Shot, list[Measured]]] = {}

    def shot(self, name: str, theme: str, size: tuple[int, int, float, float]) -> tuple[Shot, list[Measured]]:
        key = (name, theme, size[0])
        if key not in self._shots:
            shot = grab(self._window(theme, size), GALLERY[name])
            self._shots[key] = (shot, shot.measured())
        return self._shots[key]

    def _window(self, theme: str, size: tuple[int, int, float, float]) -> KioskWindow:
        width, height, scale, density = size
        if (theme, width) not in self._windows:
            window = KioskWindow(Theme(theme, scale, density), Translator("en"))
            self._windows[theme, width] = offscreen_window(window, width, height)
        return self._windows[theme, width]

    def close(self) -> None:
        for window in self._windows.values():
            window.close()


@pytest.fixture(scope="module")
def gallery(qapp: QApplication) -> Iterator[Gallery]:
    made = Gallery()
    yield made
    made.close()


@cache
def looks() -> list[tuple[str, str, tuple[int, int, float, float]]]:
    return [(name, theme, size) for name in GALLERY for theme, size in STAGES]


every_look = pytest.mark.parametrize(
    ("name", "theme", "size"), looks(), ids=lambda v: str(v[0]) if isinstance(v, tuple) else str(v)
)


@every_look
def test_every_screen_can_be_read(gallery: Gallery, name: str, theme: str, size: tuple[int, int, float, float]) -> None:
    shot, texts = gallery.shot(name, theme, size)

    faults = [fault for text in texts for fault in faults_of(text)]
    faints = [(icon.name, icon.rect) for icon in shot.ledger.icons if icon_contrast(to_pillow(shot.image), icon) < 3]

    assert (faults, faints) == ([], [])


@every_look
def test_no_text_runs_into_another(
    gallery: Gallery, name: str, theme: str, size: tuple[int, int, float, float]
) -> None:
    _, texts = gallery.shot(name, theme, size)
    capitals = [(t.mark.text, capital_box(t.mark)) for t in texts]

    crossed = [
        (a, b)
        for index, (a, first) in enumerate(capitals)
        for b, second in capitals[index + 1 :]
        if first.intersects(second)
    ]

    assert crossed == []


def capital_box(mark: TextMark) -> QRectF:
    """From the head of the capitals to the baseline."""
    height = 0.668 * mark.pixel_size
    return QRectF(mark.baseline[0], mark.baseline[1] - height, mark.rect[2], height).adjusted(1, 1, -1, -1)


def faults_of(text: Measured) -> list[str]:
    """What is wrong with one line of text, in words."""
    mark, found = text.mark, []
    if mark.elided and mark.kind not in MAY_BE_ELIDED:
        found.append(f"elided sentence {mark.text!r}")
    if mark.clipped or text.found < 0.97:
        found.append(f"only {text.found:.2f} of {mark.text!r} is there")
    if text.contrast < 7:
        found.append(f"contrast {text.contrast:.1f} of {mark.text!r} in {mark.colour}")
    if mark.u < SMALLEST:
        found.append(f"{mark.text!r} is set in {mark.u} u")
    return found


@every_look
def test_every_control_is_large_and_apart(
    gallery: Gallery, name: str, theme: str, size: tuple[int, int, float, float]
) -> None:
    shot, _ = gallery.shot(name, theme, size)
    controls = sorted(shot.ledger.controls, key=lambda control: control.rect)
    least_height, least_width = round(BUTTON_HEIGHT * shot.scale), 24 * shot.px_per_mm
    key = 20 * shot.px_per_mm

    small = [
        c
        for c in controls
        if c.rect[3] < min(least_height, 20 * shot.px_per_mm) - 1 or c.rect[2] < (key if is_key(c) else least_width) - 1
    ]
    low = [c for c in controls if c.kind == "ActionButton" and c.rect[3] < least_height]
    near = [
        (a.command, b.command)
        for index, a in enumerate(controls)
        for b in controls[index + 1 :]
        if distance(a.rect, b.rect) < round(BUTTON_GAP * shot.scale) - 1
    ]

    assert (small, low, near) == ([], [], [])


def is_key(control: ControlMark) -> bool:
    """A key of the keyboard may be square: eleven of them stand in a row of 260 mm."""
    return control.kind == "KeyboardPanel"


def distance(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """The larger of the horizontal and the vertical gap between two rectangles."""
    across = max(b[0] - a[0] - a[2], a[0] - b[0] - b[2])
    down = max(b[1] - a[1] - a[3], a[1] - b[1] - b[3])
    return max(across, down)


@pytest.mark.parametrize("name", GALLERY)
def test_a_screen_says_one_imperative_and_says_it_top_left(gallery: Gallery, name: str) -> None:
    _, texts = gallery.shot(name, "day", SIZES[0])

    lines = [text.mark for text in texts if text.mark.role == "imperative"]

    said = " ".join(line.text for line in lines)
    assert said == Translator("en").text(wording(GALLERY[name]))
    assert all(line.rect[0] < 640 and line.rect[1] < 420 for line in lines)


def wording(view: View) -> Text:
    return view.hero.what if isinstance(view.hero, ProblemHero) else view.hero.imperative


@pytest.mark.parametrize("name", ["pick-bin", "pick-german", "pick-done"])
def test_the_place_is_the_largest_text_and_can_be_read_from_two_metres(gallery: Gallery, name: str) -> None:
    _, texts = gallery.shot(name, "day", SIZES[0])

    place = [t.mark for t in texts if t.mark.role == "datum"]
    others = [t.mark for t in texts if t.mark.role not in ("datum", "quantity")]

    assert min(mark.u for mark in place) >= 104
    assert min(mark.u for mark in place) > max(mark.u for mark in others)


def test_the_header_stands_at_the_same_pixels_on_all_screens(gallery: Gallery) -> None:
    pick = {
        name: gallery.shot(name, "day", SIZES[0])[1] for name in ("pick-bin", "pick-item", "pick-put", "pick-wrong-bin")
    }

    places = {name: [(t.mark.text, t.mark.rect) for t in texts if t.mark.rect[1] < 50] for name, texts in pick.items()}

    assert len(set(map(str, places.values()))) == 1


def test_a_long_list_shows_what_fits_and_says_how_many_more(gallery: Gallery) -> None:
    _, texts = gallery.shot("pack-40-lines", "day", SIZES[0])

    said = [text.mark.text for text in texts]

    assert "and 31 more lines" in said
    assert "6 lines complete" in said


def test_a_faulty_text_is_found(qapp: QApplication) -> None:
    """The measure itself can fail: of a moved, covered, small and elided text nothing is called right."""
    shot_of = GALLERY["pick-bin"]
    window = offscreen_window(KioskWindow(Theme("day")), 1280, 800)
    shot = grab(window, shot_of)
    mark = next(t for t in shot.ledger.texts if t.text == "Undo")
    moved = replace(mark, baseline=(mark.baseline[0], mark.baseline[1] + 9), u=12, elided=True)
    bad = Shot(shot.view, shot.image, type(shot.ledger)([moved]), 1, 4.9)

    faults = faults_of(bad.measured()[0])

    assert [fault.split()[0] for fault in faults] == ["elided", "only", "'Undo'"]
    window.close()
