"""A database that stands still never freezes the screen: the Qt thread goes on, the scans wait in their order."""

from __future__ import annotations

import itertools
import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.settings import Home
from app.view import View
from tests.journeys import looking
from tests.journeys.floor import TOTE, picked, stalled, unit_codes
from ui.config import StationConfig
from ui.kiosk import Kiosk, Screen
from ui.runner import Runner
from ui.simulated import SimulatedStation

STALL_MS = 5000
SCANS = 20


class Heart:
    """Beats every 10 ms on the Qt thread and remembers when."""

    def __init__(self) -> None:
        self.beats: list[float] = []
        self._timer = QTimer(interval=10)
        self._timer.timeout.connect(lambda: self.beats.append(time.monotonic()))
        self._timer.start()

    def longest_gap(self, begin: float, end: float) -> float:
        """The longest time without a beat between two moments, seconds."""
        inside = [begin, *(beat for beat in self.beats if begin < beat < end), end]
        return max(b - a for a, b in itertools.pairwise(inside))

    def stop(self) -> None:
        self._timer.stop()


@pytest.mark.slow
def test_while_the_database_stands_still_for_5_seconds_the_screen_lives_and_scans_wait_in_order(
    tmp_path: Path, qtbot: QtBot
) -> None:
    kiosks: list[Kiosk] = []

    def behind_a_window(home: Home, config: StationConfig, on_view: object) -> Runner:
        kiosk = Kiosk(home, config, Screen(size=(1280, 800), quiet=True), on_view=on_view)  # type: ignore[arg-type]
        kiosks.append(kiosk)
        return kiosk.runner

    station = SimulatedStation(picked(tmp_path / "home"), make_runner=behind_a_window)
    kiosk = kiosks[0]
    kiosk.window.show()
    heart = Heart()
    codes = unit_codes()[:SCANS]
    moments: dict[str, float] = {}
    errors: list[BaseException] = []

    def hand() -> None:
        try:
            station.start()
            assert station.scan(TOTE) == "step"
            station.settle()
            file = looking.station(station.home.root)
            with stalled(file, "--least-ms", str(STALL_MS), "--most-ms", str(STALL_MS), "--times", "1") as account:
                moments["begin"] = time.monotonic()
                for code in codes:
                    station.scanner.scan(code)
                moments["sent"] = time.monotonic()
                assert account()["held_s"] >= STALL_MS / 1000
            moments["end"] = time.monotonic()
            station.scanner.wait_answer(60)
            station.settle()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=hand)
    thread.start()
    qtbot.waitUntil(lambda: not thread.is_alive(), timeout=120_000)
    heart.stop()
    shown: View = station.view
    station.stop()
    kiosk.window.close()
    assert errors == []
    held = moments["end"] - moments["begin"]
    assert held >= STALL_MS / 1000 * 0.9
    assert heart.longest_gap(moments["begin"], moments["end"]) < held / 10
    assert moments["sent"] - moments["begin"] < held / 2
    kept = looking.rows(
        looking.station(station.home.root), "SELECT scan_text FROM v_fact WHERE kind = 'Packed' ORDER BY seq"
    )
    assert [text for (text,) in kept] == codes
    assert shown.progress is not None
    assert shown.progress.done == SCANS
