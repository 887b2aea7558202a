"""The scan path beside the bare loop: scan by scan in turns, in one run, each in a process of its own.

This process is the hand. It writes a code into the scanner's pty (the moment of the last byte is taken before the
write), and then waits for the beep and for word that the View (or the bare loop's label) is painted; the later of the
two is the end. Orders are picked and packed whole, from the free tote to the label on the box: whatever the screen
wants next is scanned.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import sqlite3
import subprocess
import sys
import time
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.figures import Figure, Note, Said
from bench.parts import shares
from bench.progress import bar
from bench.warehouse import MANY_SKUS, SKUS, Large, ean13, file_system, large_home
from tests.journeys.site import BADGE

SCANS = 400
WARM_UP = 60
"""Scans that are not counted: in the first orders of a shift every statement is put together once."""
SIZE = "1920x1080"
MEDIAN, P95, MILLION = 3.0, 5.0, 1.2
"""The targets: in medians and 95th percentiles of the bare loop, and a million SKUs in those of a tenth of them."""
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
    parts: tuple[tuple[str, float], ...] = ()
    """Where the time went, when that was asked."""


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
        self.pragmas: dict[str, int | str] = {}
        """How it opened its file."""

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

    def first(self, word: str) -> str:
        """Waits for the line that begins with this word; the rest of it."""
        words = self.line()
        assert words is not None, f"no line {word!r}"
        assert words[0] == word, words
        return " ".join(words[1:])

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
        self.pragmas = json.loads(self.first("opened"))
        self.device = os.open(self.first("ready"), os.O_RDWR | os.O_NOCTTY)

    def scan(self, code: str) -> Answered:
        """One turn of the loop."""
        at = self.send(code)
        beep = self.beep()
        painted = int(self.first("done"))
        return Answered("bare", "", (beep - at) / 1e6, (max(beep, painted) - at) / 1e6)


class OurKiosk(Child):
    """`bench.kiosk` at a home; the scanner's end of the pty stays here."""

    def __init__(self, root: Path, *, where: bool = False) -> None:
        self._root = root
        self._last = ""
        self._steps: list[tuple[str, int]] = []
        master, self._slave = os.openpty()
        tty.setraw(self._slave)
        super().__init__("bench.kiosk", str(root), os.ttyname(self._slave), SIZE, *(["--where"] if where else []))
        self.device = master
        self.pragmas = json.loads(self.first("opened"))
        self.screen = Painted(0, "NONE", "", 0, "-", "-")
        self.see(lambda view: view.ports == "open")
        self.quiet(1.0)
        self.scan(BADGE)

    def see(self, wanted: Callable[[Painted], bool] | None = None, seconds: float = PATIENCE_S) -> Painted:
        """Waits for the next picture, or for one that is `wanted`."""
        until = time.monotonic() + seconds
        while True:
            words = self.line(max(0.0, until - time.monotonic()))
            if words is None:
                raise TimeoutError(f"the screen stays at {self.screen}")
            if words[0] == "where":
                self._steps += ((what, at) for what, at in json.loads(" ".join(words[1:])))
                continue
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
        self._steps.clear()
        at = self.send(code)
        beep = self.beep()
        painted = self.see(lambda view: view.sound != "NONE")
        parts = tuple(shares(at, self._steps))
        return Answered(before.kind, painted.sound, (beep - at) / 1e6, (max(beep, painted.at) - at) / 1e6, parts)

    def go_on(self) -> Answered:
        """Scans what the screen wants next. RuntimeError when that is refused."""
        code = self._next_code()
        if code == self._last:
            self.quiet(SAME_S)
        self._last = code
        answered = self.scan(code)
        if answered.sound == "WRONG":
            raise RuntimeError(f"{code} was refused at {answered.kind}")
        return answered

    def _next_code(self) -> str:
        """It may have to wait for central first, and a label's code is on paper."""
        while self.screen.wanted == "-":
            if self.screen.kind == "pack.label":
                return self._tracking()
            self.see()
        return self.screen.wanted

    def _tracking(self) -> str:
        """The code on the label of the box that is to be closed."""
        with closing(sqlite3.connect(self._root / "station.sqlite")) as file:
            return str(file.execute("SELECT tracking FROM parcel WHERE state = 'labelled'").fetchone()[0])


Turns = list[list[Answered]]
"""The bare loop's scans, and then those of each kiosk."""


def in_turns(loop: BareLoop, kiosks: Sequence[OurKiosk], scans: int = SCANS, seed: int = 1) -> Turns:
    """So many scans of each, one after the other."""
    chance = random.Random(seed)
    answers: Turns = [[] for _ in (loop, *kiosks)]
    tick = bar("scans", scans + WARM_UP)

    def rest() -> None:
        until = time.monotonic() + chance.uniform(*PAUSE_S)
        for kiosk in kiosks:
            kiosk.quiet(max(0.0, until - time.monotonic()) / len(kiosks))

    for turn in range(scans + WARM_UP):
        rest()
        answers[0].append(loop.scan("0" + ean13(chance.randrange(1000))))
        for kiosk, heard in zip(kiosks, answers[1:], strict=True):
            rest()
            heard.append(kiosk.go_on())
        tick(turn + 1)
    return [heard[WARM_UP:] for heard in answers]


def scan(folder: Path) -> Iterator[Said]:
    """100,000 SKUs beside the bare loop at a copy of the same file."""
    yield from _beside(folder, [large_home(folder / "home", SKUS)])


def scan_where(folder: Path) -> Iterator[Said]:
    """The same with clocks at the seams: where a scan's time goes, for all scans and for each kind of screen."""
    yield from _beside(folder, [large_home(folder / "home", SKUS)], where=True)


def scan_million(folder: Path) -> Iterator[Said]:
    """1,000,000 SKUs beside 100,000, and beside the bare loop at a copy of the larger file."""
    yield from _beside(folder, [large_home(folder / f"home-{skus}", skus) for skus in (SKUS, MANY_SKUS)])


def _beside(folder: Path, homes: Sequence[Large], *, where: bool = False) -> Iterator[Said]:
    bare_file = folder / "bare.sqlite"
    shutil.copy(homes[-1].root / "station.sqlite", bare_file)
    with ExitStack() as stack:
        loop = stack.enter_context(BareLoop(bare_file))
        kiosks = [stack.enter_context(OurKiosk(home.root, where=where)) for home in homes]
        bare, *ours = in_turns(loop, kiosks)
        yield Note(f"the files are on {file_system(folder)}; the bare loop opened its one with {_said(loop.pragmas)}")
        for home, kiosk in zip(homes, kiosks, strict=True):
            yield Note(f"{home.rows()}; opened with {_said(kiosk.pragmas)}")
    loop_took = Figure("bare loop: look-up, one commit, label painted", tuple(a.whole_ms for a in bare))
    yield loop_took
    first = None
    for home, heard in zip(homes, ours, strict=True):
        figures = _figures(home.station["sku"], heard, loop_took, first)
        first = figures[0]
        yield from figures


def _figures(skus: int, heard: list[Answered], loop: Figure, smaller: Figure | None) -> list[Figure]:
    name, took = f"scan to View and beep, {skus:,} SKUs", tuple(a.whole_ms for a in heard)
    figures = [
        Figure(name, took, peer=loop, target=MEDIAN),
        Figure(name, took, peer=loop, target=P95, of="p95"),
        *([Figure(name, took, peer=smaller, target=MILLION)] if smaller else []),
        Figure("  of these to the beep", tuple(a.beep_ms for a in heard)),
    ]
    for kind in sorted({a.kind for a in heard}):
        figures.append(Figure(f"  of these at {kind}", tuple(a.whole_ms for a in heard if a.kind == kind)))
    known = [a for a in heard if a.parts]
    for kind in ("", *sorted({a.kind for a in known})):
        figures += _parts(f"at {kind}" if kind else "all", [a for a in known if kind in ("", a.kind)])
    return figures


def _parts(which: str, heard: list[Answered]) -> list[Figure]:
    """The parts of these scans in the order in which they come."""
    columns = zip(*(a.parts for a in heard), strict=True)
    return [Figure(f"    {which}: {column[0][0]}", tuple(ms for _, ms in column)) for column in columns]


def _said(pragmas: dict[str, int | str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in pragmas.items())
