"""A gloved finger can do one thing: press once. Nothing on a screen asks it for more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.gallery import GALLERY
from ui.measure import grab, offscreen_window
from ui.theme import Theme
from ui.translate import Translator
from ui.widgets.keyboard import LAYER, SHIFT
from ui.window import KioskWindow

MORE_THAN_A_PRESS = (
    "mouseDoubleClickEvent", "MouseButtonDblClick", "QGesture", "grabGesture", "QSwipe", "QPinch", "QTapAndHold",
    "QDrag", "dragEnterEvent", "startDrag", "QScroller", "wheelEvent", "customContextMenu", "contextMenuEvent",
)  # fmt: skip


@pytest.fixture(scope="module")
def window(qapp: QApplication) -> Iterator[KioskWindow]:
    made = offscreen_window(KioskWindow(Theme("day", 1.0, 5.0), Translator("en")), 1280, 800)
    yield made
    made.close()


@pytest.mark.parametrize("name", GALLERY)
def test_one_press_anywhere_on_a_control_is_its_whole_act(window: KioskWindow, name: str) -> None:
    # given every control of a screen that tells the station something (shift and figures only turn the keyboard)
    controls = [c for c in grab(window, GALLERY[name]).ledger.controls if c.command not in (SHIFT, LAYER)]
    said: list[str] = []
    told = [signal.connect(said.append) for signal in (window.keyed, window.touched)]

    # when each is pressed once, in its middle
    for control in controls:
        window.show_view(GALLERY[name])
        press(window, control.rect)

    # then each has said one thing, which is its own
    for connection in told:
        QObject.disconnect(connection)
    assert len(said) == len(controls)


def press(window: KioskWindow, rect: tuple[float, float, float, float]) -> None:
    at = QPoint(int(rect[0] + rect[2] / 2), int(rect[1] + rect[3] / 2))
    part = window.childAt(at)
    assert part is not None
    QTest.mouseClick(part, Qt.MouseButton.LeftButton, pos=part.mapFrom(window, at))


def test_nothing_listens_for_a_swipe_a_long_or_a_double_press_or_a_drag() -> None:
    sources = [path for path in Path(__file__, "../../../ui").resolve().rglob("*.py") if "shots" not in path.parts]

    found = [
        f"{path.name}: {word}" for path in sources for word in MORE_THAN_A_PRESS if word in path.read_text("utf-8")
    ]

    assert (found, len(sources) > 20) == ([], True)
