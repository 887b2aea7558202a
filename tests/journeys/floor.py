"""A station, its devices and whoever disturbs them, each in a process of its own; this process is the person."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from app.barcodes import own_code
from app.settings import Home
from tests.journeys import looking
from tests.journeys.site import BADGE, site, template_folder
from ui.bench_process import BenchProcess, station_toml
from ui.shift.station import StationProcess
from ui.simulated import SimulatedStation

HERE = Path(__file__).parent
TOTE, LANE = own_code("T01"), own_code("LLANE2")
KINDS, EACH = 8, 250
UNITS = KINDS * EACH
"""The order HUGE: eight products, 250 units of each."""
PATIENCE_S = 120.0


def gtin(kind: int) -> str:
    """The GTIN-13 on every unit of BULKn (kind 0 is BULK1), as the table of products has it."""
    body = f"40120000{21 + kind:04d}"
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body)))
    return body + str(-total % 10)


def unit_codes() -> list[str]:
    """A code of its own for every unit of HUGE, product by product in turns: GS1 with GTIN and serial number."""
    return [f"010{gtin(n % KINDS)}21U{n:05d}" for n in range(UNITS)]


@cache
def _picked() -> Path:
    root = template_folder("packbay-picked-") / "home"
    home = site(root, "HUGE")
    with SimulatedStation(home) as station:
        for code in (BADGE, TOTE):
            assert station.scan(code) in ("accepted", "order")
            station.settle()
        while station.view.kind != "pick.drop":
            assert station.scan(station.view.wanted[0].code) == "accepted"
            assert station.scan(own_code(f"QTY{EACH}")) == "step"
            station.settle()
        assert station.scan(LANE) == "order"
        station.settle()
    shutil.rmtree(root / "devices")
    return root


def picked(root: Path) -> Home:
    """A home in which HUGE stands picked in tote T01 at the lane of station PACK02, ready to be packed."""
    shutil.copytree(_picked(), root)
    return Home(root).make()


class Floor:
    """The devices (one process) and the station (another), driven from here.

    with Floor(home, folder) as floor:
        floor.scan(BADGE)        # -> the tone that answered
    """

    def __init__(self, home: Home, folder: Path) -> None:
        self.home = home
        self._heard: dict[int, str] = {}
        self._news = threading.Condition()
        self.bench = BenchProcess(folder, "--settle-s", "0.05", on_event=self._hear)
        toml = station_toml("PACK02", "Pack 02", self.bench, folder / "paper")
        home.config_file.write_text(toml, encoding="utf-8")
        self.station = StationProcess(home.root, shots=None)
        self.station.wait(is_open)

    def __enter__(self) -> Floor:
        return self

    def __exit__(self, _k: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends both processes in an orderly way."""
        self.station.close()
        self.bench.close()

    def _hear(self, event: dict[str, Any]) -> None:
        if event["event"] == "beep":
            with self._news:
                self._heard[event["n"]] = event["tone"]
                self._news.notify_all()

    def send(self, code: str) -> int:
        """Pulls the trigger and does not wait; the number of the scan."""
        return int(self.bench.do(scan=code)["n"])

    def answer(self, number: int, until: Callable[[], bool] = lambda: False) -> str:
        """The tone that answered a scan; "" when `until` came true first. TimeoutError when nothing comes."""
        end = time.monotonic() + PATIENCE_S
        with self._news:
            while number not in self._heard:
                if until():
                    return ""
                if time.monotonic() > end:
                    raise TimeoutError(f"scan {number} was not answered; the screen shows {self.station.view['kind']}")
                self._news.wait(0.05)
            return self._heard[number]

    def scan(self, code: str) -> str:
        """Pulls the trigger and waits for the beep."""
        return self.answer(self.send(code))

    def start_packing(self) -> None:
        """Opens the tote of a picked home; who picked it is still signed in."""
        assert self.scan(TOTE) == "step"
        self.station.wait(lambda view: view["kind"] == "pack.items")

    def wait_even(self) -> None:
        """Waits until central has every fact of the station."""
        query = "SELECT count(*) FROM v_fact WHERE station = 'PACK02'"
        wait_for(
            lambda: (
                looking.one(looking.central(self.home.root), query)
                == looking.one(looking.station(self.home.root), query)
            )
        )


def is_open(view: dict[str, Any]) -> bool:
    """Whether the scanner's port is open: before that nobody pulls a trigger."""
    return any(chip["words"] == "Scanner" for chip in view["header"]["chips"])


def wait_for(wanted: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Asks again and again until it is so; TimeoutError."""
    end = time.monotonic() + seconds
    while not wanted():
        if time.monotonic() > end:
            raise TimeoutError("it did not come true")
        time.sleep(0.02)


@contextmanager
def stalled(file: Path, *options: str) -> Iterator[Callable[[], dict[str, Any]]]:
    """Another process holds this database at random moments while the block runs; call the result for its account."""
    import json

    command = [sys.executable, "-I", str(HERE / "stall.py"), str(file), *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline().strip() == "held"

    def account() -> dict[str, Any]:
        assert process.stdout is not None
        assert process.stdin is not None
        if not process.stdin.closed:
            process.stdin.close()
        found: dict[str, Any] = json.loads(process.stdout.readline())
        process.wait(60)
        return found

    try:
        yield account
    finally:
        if not process.stdin.closed:
            process.stdin.close()
        process.wait(60)
        process.stdout.close()


def bursts(
    floor: Floor, codes: list[str], *, seed: int, faster: float, tick: Callable[[int], None] | None = None
) -> int:
    """Sends the codes in bursts of 2 to 8 a second (`faster` times as fast) and waits for no beep; the first number."""
    chance = random.Random(seed)
    first, at, due = 0, 0, time.monotonic()
    while at < len(codes):
        pace, length = chance.uniform(2, 8) * faster, chance.randint(4, 24)
        for code in codes[at : at + length]:
            time.sleep(max(0.0, due - time.monotonic()))
            number = floor.send(code)
            first = first or number
            due = max(due, time.monotonic() - 0.5) + 1 / pace
            if tick:
                tick(number - first + 1)
        at += length
    return first
