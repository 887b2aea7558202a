"""A Qt binding that loses references to None ends the kiosk in the middle of a shift; PySide6 6.12.0 did."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

CALLS = 2000


def references_lost(call: Callable[[], object], thing: object) -> int:
    """How many references to `thing` are gone after many calls (with threads about, a few either way mean nothing)."""
    before = sys.getrefcount(thing)
    for _ in range(CALLS):
        call()
    return before - sys.getrefcount(thing)


def test_a_loss_of_one_reference_a_call_is_seen() -> None:
    # given something with references to spare, and a call that loses one
    thing, held = object(), ctypes.py_object
    for _ in range(2 * CALLS):
        ctypes.pythonapi.Py_IncRef(held(thing))

    # when it is called, then every loss is counted
    assert references_lost(lambda: ctypes.pythonapi.Py_DecRef(held(thing)), thing) == CALLS


def test_a_label_that_changes_all_day_loses_none(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)

    assert references_lost(lambda: label.setText("14:07"), None) < CALLS // 10
