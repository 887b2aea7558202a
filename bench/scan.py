"""The scan path beside the bare loop: scan by scan in turns, in one run, each in a process of its own.

This process is the hand. It writes a code into the scanner's pty (the moment of the last byte is taken before the
write), and then waits for the beep and for word that the View (or the bare loop's label) is painted; the later of the
two is the end. Orders are picked and packed whole, from the free tote to the label on the box: whatever the screen
wants next is scanned.
"""

from __future__ import annotations

import os
import random
import select
import shutil
import sqlite3
import subprocess
import sys
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.figures import Figure
from bench.progress import bar
from bench.warehouse import Large, ean13, large_home
from tests.journeys.site import BADGE

SCANS = 400
SIZE = "1920x1080"
PAUSE_S = (0.06, 0.12)
"""Between two scans; ours and the bare loop's come in turns, so that each thing rests twice as long."""
SAME_S = 0.45
"""The same code again any sooner may be taken for one read."""
PATIENCE_S = 30.0
BEEPS = (0x06, 0x15)


@dataclass(frozen=True, slots=True)
class Painted:
    """One `view` line of the kiosk."""

    serial: int
    sound: str
    kind: str
    at: int
    wanted: str
    ports: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One scan: what was on the screen before it, and milliseconds to the beep and to the later of beep and picture."""

    kind: str
    sound: str
    beep_ms: float
    whole_ms: float


class Child:
    """A process that is scanned at: its pty and its lines."""

    def __init__(self, *words: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        self._out = self._process.stdout.fileno()
        self._rest = b""
        self.pid = self._process.pid
        self.device = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE_S)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def line(self, seconds: float = PATIENCE_S) -> list[str] | None:
        """The next line in words, None when none came in time."""
        until = time.monotonic() + seconds
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self._out], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                return None
            data = os.read(self._out, 65536)
            if not data:
                raise RuntimeError(f"the program ended with {self._process.wait(PATIENCE_S)}")
            self._rest += data
        first, _, self._rest = self._rest.partition(b"\n")
        return first.decode().split(" ")

    def send(self, code: str) -> int:
        """Pulls the trigger; nanoseconds of the moment before."""
        at = time.monotonic_ns()
        os.write(self.device, code.encode() + b"\r")
        return at

    def beep(self) -> int:
        """Waits for the answer that ends in ACK or NAK; when it was heard."""
        until = time.monotonic() + PATIENCE_S
        while True:
            ready, _, _ = select.select([self.device], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise TimeoutError("no beep")
            if any(byte in BEEPS for byte in os.read(self.device, 64)):
                return time.monotonic_ns()


class BareLoop(Child):
    """`bench.bare` at a copy of the station's file."""

    def __init__(self, database: Path) -> None:
        super().__init__("bench.bare", str(database), SIZE)
        words = self.line()
        assert words is not None
        self.device = os.open(words[1], os.O_RDWR | os.O_NOCTTY)

    def scan(self, code: str) -> Answered:
        """One turn of the loop."""
        at = self.send(code)
        beep = self.beep()
        words = self.line()
        assert words is not None
        return Answered("bare", "", (beep - at) / 1e6, (max(beep, int(words[1])) - at) / 1e6)


class OurKiosk(Child):
    """`bench.kiosk` at a home; the scanner's end of the pty stays here."""

    def __init__(self, root: Path) -> None:
        master, self._slave = os.openpty()
        tty.setraw(self._slave)
        super().__init__("bench.kiosk", str(root), os.ttyname(self._slave), SIZE)
        self.device = master
        self.screen = Painted(0, "NONE", "", 0, "-", "-")
        self.see(lambda view: view.ports == "open")

    def see(self, wanted: Callable[[Painted], bool] | None = None, seconds: float = PATIENCE_S) -> Painted:
        """Waits for the next picture, or for one that is `wanted`."""
        until = time.monotonic() + seconds
        while True:
            words = self.line(max(0.0, until - time.monotonic()))
            if words is None:
                raise TimeoutError(f"the screen stays at {self.screen}")
            serial, sound, kind, at, want, ports = words[1:]
            self.screen = Painted(int(serial), sound, kind, int(at), want, ports)
            if wanted is None or wanted(self.screen):
                return self.screen

    def quiet(self, seconds: float) -> None:
        """Takes in what is painted by itself meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                self.see(seconds=left)
            except TimeoutError:
                return

    def scan(self, code: str) -> Answered:
        """One scan, from its last byte to beep and picture."""
        before = self.screen
        at = self.send(code)
        beep = self.beep()
        painted = self.see(lambda view: view.sound != "NONE")
        return Answered(before.kind, painted.sound, (beep - at) / 1e6, (max(beep, painted.at) - at) / 1e6)


def side_by_side(large: Large, folder: Path, scans: int, seed: int = 1) -> tuple[list[Answered], list[Answered]]:
    """Ours and the bare loop's, in turns: `scans` of each."""
    chance = random.Random(seed)
    shutil.copy(large.root / "station.sqlite", folder / "bare.sqlite")
    tick = bar("scans", scans)
    ours: list[Answered] = []
    bare: list[Answered] = []
    with BareLoop(folder / "bare.sqlite") as loop, OurKiosk(large.root) as kiosk:
        kiosk.quiet(1.0)
        kiosk.scan(BADGE)
        last = ""
        while len(ours) < scans:
            kiosk.quiet(chance.uniform(*PAUSE_S))
            bare.append(loop.scan("0" + ean13(chance.randrange(1000))))
            kiosk.quiet(chance.uniform(*PAUSE_S))
            code = _next_code(kiosk, large.root)
            if code == last:
                kiosk.quiet(SAME_S)
            last = code
            ours.append(kiosk.scan(code))
            if ours[-1].sound == "WRONG":
                raise RuntimeError(f"{code} was refused at {ours[-1].kind}")
            tick(len(ours))
    return ours, bare


def _next_code(kiosk: OurKiosk, root: Path) -> str:
    """What the screen wants scanned next: it may have to wait for central first, and a label's code is on paper."""
    while kiosk.screen.wanted == "-":
        if kiosk.screen.kind == "pack.label":
            return _tracking(root)
        kiosk.see()
    return kiosk.screen.wanted


def _tracking(root: Path) -> str:
    """The code on the label of the box that is to be closed."""
    with closing(sqlite3.connect(root / "station.sqlite")) as file:
        return str(file.execute("SELECT tracking FROM parcel WHERE state = 'labelled'").fetchone()[0])


def scan_beside_the_bare_loop(folder: Path, skus: int, scans: int = SCANS) -> Iterator[Figure]:
    """The figures of one size of warehouse."""
    large = large_home(folder / f"home-{skus}", skus)
    ours, bare = side_by_side(large, folder, scans)
    words = f"{skus:,} SKUs"
    yield Figure(f"bare loop, {words}", tuple(a.whole_ms for a in bare))
    yield Figure(f"scan to View and beep, {words}", tuple(a.whole_ms for a in ours))
    yield Figure(f"scan to beep, {words}", tuple(a.beep_ms for a in ours))
    for kind in sorted({a.kind for a in ours}):
        yield Figure(f"  of these at {kind}", tuple(a.whole_ms for a in ours if a.kind == kind))
