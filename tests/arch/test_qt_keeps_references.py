"""A Qt binding that loses references to None ends the kiosk in the middle of a shift; PySide6 6.12.0 did.

A reference that is kept too many costs nothing at once, and memory over a shift where the thing is one of ours. So both
directions are counted, for None and True: what calls into Qt return, what Qt is given to keep, and what Python returns
to Qt.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

CALLS = 2000
A_FEW = CALLS // 10
"""With threads about, so many either way mean nothing."""


def references_lost(call: Callable[[], object], thing: object) -> int:
    """How many references to `thing` are gone after many calls; below nought: how many are too many."""
    before = sys.getrefcount(thing)
    for _ in range(CALLS):
        call()
    return before - sys.getrefcount(thing)


class Hears(QObject):
    """Answers every event of what it watches, and knows what a signal brought last."""

    says = Signal(object)

    def __init__(self, answer: bool) -> None:
        super().__init__()
        self.answer = answer
        self.got: object = self
        self.says.connect(self.take)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        return self.answer

    def take(self, thing: object) -> None:
        self.got = thing


@pytest.mark.parametrize("step", [ctypes.pythonapi.Py_DecRef, ctypes.pythonapi.Py_IncRef])
def test_one_reference_a_call_too_few_or_too_many_is_seen(step: Callable[[object], None]) -> None:
    # given something with references to spare, and a call that loses or keeps one
    thing, held = object(), ctypes.py_object
    for _ in range(2 * CALLS):
        ctypes.pythonapi.Py_IncRef(held(thing))

    # when it is called, then every one is counted
    assert abs(references_lost(lambda: step(held(thing)), thing)) == CALLS


def test_a_label_that_changes_all_day_keeps_none_as_it_is(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)

    assert abs(references_lost(lambda: label.setText("14:07"), None)) < A_FEW


@pytest.mark.parametrize("thing", [None, True, False])
def test_a_property_and_a_signal_keep_what_they_are_given_as_it_is(qtbot: QtBot, thing: object) -> None:
    label, hears = QLabel(), Hears(answer=True)
    qtbot.addWidget(label)

    assert abs(references_lost(lambda: label.setProperty("whole", thing), thing)) < A_FEW
    assert abs(references_lost(lambda: label.property("whole"), thing)) < A_FEW
    assert abs(references_lost(lambda: hears.says.emit(thing), thing)) < A_FEW
    assert hears.got is thing


@pytest.mark.parametrize("answer", [True, False])
def test_what_qt_returns_and_what_is_returned_to_qt_is_kept_as_it_is(qtbot: QtBot, answer: bool) -> None:
    label, hears = QLabel(), Hears(answer)
    qtbot.addWidget(label)
    label.setEnabled(answer)
    label.installEventFilter(hears)
    event = QEvent(QEvent.Type.User)

    assert abs(references_lost(label.isEnabled, answer)) < A_FEW
    assert abs(references_lost(lambda: QApplication.sendEvent(label, event), answer)) < A_FEW
    label.removeEventFilter(hears)
