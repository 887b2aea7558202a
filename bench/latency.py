"""From the scan's last byte to the beep and to the View, through a real pty; beside it the least that physics asks."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.clock import SystemClock
from app.settings import Home
from app.view import View
from bench.figures import Figure
from tests.journeys.floor import TOTE, Floor, is_open, picked, unit_codes
from ui.config import StationConfig
from ui.runner import Runner
from ui.simulated import SimulatedStation

SCANS = 300


def scan_latency(folder: Path, scans: int = SCANS) -> Iterator[Figure]:
    """Units of a large order packed one by one, each scan after the beep of the one before."""
    shown: dict[str, int] = {}

    def make(home: Home, config: StationConfig, on_view: Callable[[View], None]) -> Runner:
        def keep(view: View) -> None:
            if view.echo:
                shown.setdefault(view.echo.code, time.monotonic_ns())
            on_view(view)

        return Runner(home, config, keep, clock=SystemClock())

    with SimulatedStation(picked(folder / "home"), make_runner=make) as station:
        station.scan(TOTE)
        station.settle()
        for code in unit_codes()[:scans]:
            station.scan(code)
        station.settle()
        sent = _sent(station.devices / "scans.jsonl")
    beeps = [(beep - at) / 1e6 for _, at, beep in sent]
    yield Figure("scan to beep, packing, through a pty", tuple(beeps))
    yield Figure("scan to View, packing, through a pty", tuple((shown[text] - at) / 1e6 for text, at, _ in sent))


def _sent(log: Path) -> list[tuple[str, int, int]]:
    """(text, when sent, when answered) of the units, monotonic nanoseconds."""
    import json

    texts: dict[int, tuple[str, int]] = {}
    found = []
    for line in log.read_text(encoding="utf-8").splitlines():
        entry: dict[str, Any] = json.loads(line)
        if "text" in entry:
            texts[entry["n"]] = (entry["text"], entry["mono_ns"])
        elif entry["n"] in texts and texts[entry["n"]][0] != TOTE:
            found.append((*texts[entry["n"]], entry["mono_ns"]))
    return found


def physical_minimum(scans: int = SCANS) -> Figure:
    """A pty, one look-up, one row, one flush (WAL, synchronous=FULL), one byte back: what no program can save."""
    master, slave = os.openpty()
    tty.setraw(slave)
    samples = []
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "bare.sqlite", isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE code (value TEXT PRIMARY KEY, subject TEXT) WITHOUT ROWID")
        database.execute("CREATE TABLE fact (seq INTEGER PRIMARY KEY, subject TEXT, text TEXT)")
        database.execute("INSERT INTO code VALUES ('4012000000214', 'bulk')")
        for _ in range(scans):
            os.write(master, b"4012000000214\r")
            begin = time.perf_counter()
            text = os.read(slave, 256).decode().strip()
            database.execute("BEGIN IMMEDIATE")
            (subject,) = database.execute("SELECT subject FROM code WHERE value = ?", (text,)).fetchone()
            database.execute("INSERT INTO fact (subject, text) VALUES (?, ?)", (subject, text))
            database.execute("COMMIT")
            os.write(slave, b"\x06")
            os.read(master, 1)
            samples.append((time.perf_counter() - begin) * 1000)
        database.close()
    os.close(master)
    os.close(slave)
    return Figure("the physical minimum: pty, look-up, one flush", tuple(samples))


def start_to_first_view(folder: Path, times: int = 5) -> Iterator[Figure]:
    """A station without a window in a process of its own: from the command to a scanner that can be used."""
    samples = []
    with Floor(picked(folder / "home"), folder / "devices") as floor:
        for _ in range(times):
            floor.station.kill()
            begin = time.perf_counter()
            floor.station.restart()
            floor.station.wait(is_open)
            samples.append((time.perf_counter() - begin) * 1000)
    yield Figure("start of the station to a usable screen", tuple(samples))
