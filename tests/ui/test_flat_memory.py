"""Memory stays flat: the same work once more leaves no more behind than the time before (UX checklist, point 42)."""

from __future__ import annotations

import gc
import itertools
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app import events
from app.barcodes import command_code, own_code
from app.settings import Home
from app.view import View
from devices.config import Devices, PrinterTarget
from ui.config import StationConfig
from ui.demo import BADGES, build
from ui.kiosk import Kiosk, Screen

PATIENCE_S = 30.0
ROUND = (
    "LB1204CH", "4006381333931", "T0401Z", "LB1307BU", command_code("HOME"),  # looks at places, products and totes
    "NOBODYKNOWSTHIS", command_code("CLEAR"), "9521234000525", command_code("HELP"), command_code("HELP"),
    command_code("DEVICES"), own_code("OPT1"), own_code("OPT1"), command_code("HOME"),  # opens the printer, prints
)  # fmt: skip
"""The codes of a hand that looks around: at the end it stands where it began."""
ROUNDS, BLOCKS = 6, 3
FEW = 600
"""Objects that may remain of a block of 84 scans: a View that is kept at each scan would leave thousands."""


class Hand:
    """Scans at a kiosk in this process, and waits until the answer is on the screen."""

    def __init__(self, kiosk: Kiosk, seen: list[View]) -> None:
        self._kiosk, self._seen = kiosk, seen
        self._number = 0

    def scan(self, code: str) -> None:
        """One pull of the trigger; a double read is none."""
        self._number += 1
        before, clock = self._serial(), self._kiosk.doors.clock
        self._kiosk.doors.take(events.Scan(code, "gun", clock.now(), clock.mono_ns(), self._number))
        self.until(lambda: self._serial() > before and self._kiosk.doors.queue.is_idle)

    def rounds(self, times: int) -> None:
        """So many rounds, and then a rest: everything is printed, and nothing more comes to the screen."""
        for _ in range(times):
            for code in ROUND:
                self.scan(code)
        self.rest()

    def rest(self) -> None:
        self.until(lambda: not self._kiosk.runner.spooler.is_busy() and self._kiosk.doors.queue.is_idle)
        self._kiosk.window.settle()
        QApplication.processEvents()

    def until(self, done: Callable[[], bool]) -> None:
        """Lets Qt work until then."""
        end = time.monotonic() + PATIENCE_S
        while not done():
            QApplication.processEvents()
            if time.monotonic() > end:
                raise TimeoutError(f"the screen shows {self._seen[-1].kind if self._seen else 'nothing'}")
            time.sleep(0.0005)

    def _serial(self) -> int:
        return self._seen[-1].serial if self._seen else 0


@pytest.fixture
def kiosk(tmp_path: Path, qapp: QApplication) -> Iterator[tuple[Kiosk, Hand]]:
    """A kiosk in the demo warehouse at which somebody is signed in; its label printer prints into a folder."""
    home = Home(tmp_path / "home")
    build(home.make(), orders=2)
    paper = tmp_path / "paper"
    config = StationConfig(
        "PACK02", "Pack 02", Devices(printers=(PrinterTarget("labels", f"file://{paper}", "label"),))
    )
    last: list[View] = []

    def keep(view: View) -> None:
        last[:] = [view]

    made = Kiosk(home, config, Screen("day", (1280, 800), quiet=True), on_view=keep)
    made.start()
    hand = Hand(made, last)
    hand.until(lambda: bool(last) and str(last[-1].hero.imperative) == "Scan your badge")  # type: ignore[union-attr]
    hand.scan(BADGES["packer"])
    yield made, hand
    made.stop()
    shutil.rmtree(home.root)


def left(window: QObject) -> tuple[int, int]:
    """Blocks of memory that Python holds, and objects of Qt under this window."""
    gc.collect()
    return sys.getallocatedblocks(), len(window.findChildren(QObject))


def test_the_same_scans_and_labels_once_more_leave_nothing_behind(kiosk: tuple[Kiosk, Hand]) -> None:
    # given a kiosk that has done everything once that it keeps something of
    made, hand = kiosk
    hand.rounds(ROUNDS)
    seen = [left(made.window)]

    # when the same is done again and again
    for _ in range(BLOCKS):
        hand.rounds(ROUNDS)
        seen.append(left(made.window))

    # then no widget remains, and hardly an object: what grows, grows each time, what is read once does not
    assert {widgets for _, widgets in seen} == {seen[0][1]}
    assert min(after - before for (before, _), (after, _) in itertools.pairwise(seen)) < FEW
