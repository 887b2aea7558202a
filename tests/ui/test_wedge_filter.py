"""Keys of the whole window: a scanner that types becomes scans, a person types only where something is to be typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.clock import SystemClock
from app.events import Scan
from app.text import say
from app.view import Hero, Keypad, View
from devices.wedge import WedgePort
from ui.wedge import SILENT, WedgeFilter

PICKING = View("pick.bin", Hero(say("Scan the bin label")))
ASKING = View("pick.bin", Hero(say("Type your PIN")), object=(Keypad(say("PIN"), masked=True),))


@dataclass
class Heard:
    """What came out, and a button in focus that would like to be pressed."""

    scans: list[Scan] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    pressed: int = 0


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def filter_(heard: Heard, qtbot: QtBot) -> Iterator[WedgeFilter]:
    # A gap that no machine in a hurry exceeds between two keys of one burst.
    made = WedgeFilter(WedgePort("gun", gap_ms=400), heard.scans.append, heard.keys.append, SystemClock())
    QApplication.instance().installEventFilter(made)  # type: ignore[union-attr]
    yield made
    QApplication.instance().removeEventFilter(made)  # type: ignore[union-attr]


@pytest.fixture
def button(heard: Heard, qtbot: QtBot) -> QPushButton:
    made = QPushButton("&Open")
    made.setDefault(True)
    made.clicked.connect(lambda: setattr(heard, "pressed", heard.pressed + 1))
    qtbot.addWidget(made)
    made.show()
    made.setFocus()
    return made


def test_a_burst_is_a_scan_whatever_has_focus(filter_: WedgeFilter, button: QPushButton, heard: Heard) -> None:
    filter_.view = PICKING

    QTest.keyClicks(button, "4006381333931")
    QTest.keyClick(button, Qt.Key.Key_Return)

    assert [(scan.text, scan.device, scan.number) for scan in heard.scans] == [("4006381333931", "gun", 1)]
    assert (heard.keys, heard.pressed) == ([], 0)


def test_every_chord_and_key_of_a_label_does_nothing(filter_: WedgeFilter, button: QPushButton, heard: Heard) -> None:
    filter_.view = PICKING
    plain = [Qt.Key(code) for code in (*range(0x20, 0x61), *range(0x7B, 0x7F))]
    special = [Qt.Key(code) for code in (*range(0x01000000, 0x0100001A), *range(0x01000030, 0x01000056))]
    keys = [key for key in (*plain, *special) if key not in SILENT]
    chords = (
        Qt.KeyboardModifier.ControlModifier,
        Qt.KeyboardModifier.AltModifier,
        Qt.KeyboardModifier.MetaModifier,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )

    for key in keys:
        for chord in chords:
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(button, QKeyEvent(kind, key.value, chord, ""))

    assert (heard.scans, heard.keys, heard.pressed) == ([], [], 0)
    assert button.isVisible()


def test_enter_escape_and_space_press_no_button(filter_: WedgeFilter, button: QPushButton, heard: Heard) -> None:
    filter_.view = PICKING

    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Space):
        QTest.keyClick(button, key)

    assert (heard.scans, heard.keys, heard.pressed) == ([], [], 0)


def test_typing_reaches_a_keypad_and_nothing_else(
    filter_: WedgeFilter, button: QPushButton, heard: Heard, qtbot: QtBot
) -> None:
    filter_.view = PICKING
    QTest.keyClicks(button, "27")
    qtbot.waitUntil(lambda: filter_._wedge.due() is None)
    filter_.view = ASKING
    QTest.keyClicks(button, "18")
    qtbot.waitUntil(lambda: filter_._wedge.due() is None)
    QTest.keyClick(button, Qt.Key.Key_Backspace)

    qtbot.waitUntil(lambda: len(heard.keys) == 3)
    assert heard.keys == ["1", "8", "BACK"]
    assert heard.scans == []


def test_without_a_wedge_no_typing_is_ever_a_scan(heard: Heard, button: QPushButton, qtbot: QtBot) -> None:
    made = WedgeFilter(None, heard.scans.append, heard.keys.append, SystemClock())
    made.view = ASKING
    button.installEventFilter(made)

    QTest.keyClicks(button, "271828")
    QTest.keyClick(button, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: heard.keys == [*"271828", "ENTER"])
    assert heard.scans == []
