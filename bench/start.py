"""From the start of the program to the sign-in screen, beside the start of a bare window, in turns.

Both are processes of their own with the same interpreter, the same platform of Qt, the same size of window and warm
`.pyc` files. The kiosk is `packbay kiosk` on a station that knows its people, with a scanner on a real pty. Three
moments are measured: the sign-in screen is painted; it is painted and says that the scanner is open, so that a badge is
taken; a badge that is scanned at that very moment is answered, with the beep and the home screen painted.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.settings import Home
from bench.figures import Figure
from bench.progress import bar
from tests.journeys.site import BADGE, site
from ui.simulated import SimulatedStation

TIMES = 15
SIZE = "1920x1080"
TARGET = 2.5
"""Start and memory of the kiosk at most, in those of a bare window."""
PATIENCE_S = 60.0
BEEPS = (b"\x06", b"\x15")


@dataclass(frozen=True, slots=True)
class Moment:
    """Milliseconds since the start of a program: by the clock, and of processor time that it spent."""

    clock: float
    spent: float


class Program:
    """A program under `python -m`, started now, read line by line."""

    def __init__(self, folder: Path, *words: str) -> None:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": str(folder / "pyc"), "QT_QPA_PLATFORM": "offscreen"}
        self.began_ns = time.monotonic_ns()
        self._process = subprocess.Popen(
            [sys.executable, "-m", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        assert self._process.stdout is not None
        self._out = self._process.stdout.fileno()
        self._rest = b""
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate(timeout=PATIENCE_S)

    def has_line(self, seconds: float = 0.0) -> bool:
        """Whether it says something that was not read yet, within this time."""
        return b"\n" in self._rest or bool(select.select([self._out], [], [], seconds)[0])

    def line(self) -> dict[str, Any]:
        """The next line, a JSON object. TimeoutError when none comes, RuntimeError when the program is gone."""
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self._out], [], [], PATIENCE_S)
            if not ready:
                raise TimeoutError("the program says nothing")
            data = os.read(self._out, 65536)
            if not data:
                raise RuntimeError(f"the program ended with {self._process.wait(PATIENCE_S)}")
            self._rest += data
        first, _, self._rest = self._rest.partition(b"\n")
        said: dict[str, Any] = json.loads(first)
        return said

    def moment(self, line: dict[str, Any]) -> Moment:
        """When a line says that something was painted."""
        return Moment((line["mono_ns"] - self.began_ns) / 1e6, line["cpu_ns"] / 1e6)


@dataclass(frozen=True, slots=True)
class Start:
    """One start of the kiosk; `beep` is how long the scanned badge took to its beep, in milliseconds."""

    painted: Moment
    usable: Moment
    answered: Moment
    beep: float


class Scanner:
    """The scanner's end of a pty."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.device = os.ttyname(self._slave)

    def scan(self, code: str) -> None:
        """Pulls the trigger."""
        os.write(self._master, code.encode() + b"\r")

    def beep_ns(self) -> int:
        """When the answer was heard, by CLOCK_MONOTONIC. TimeoutError when none comes."""
        while True:
            ready, _, _ = select.select([self._master], [], [], PATIENCE_S)
            if not ready:
                raise TimeoutError("no beep")
            heard = os.read(self._master, 64)
            if any(beep in heard for beep in BEEPS):
                return time.monotonic_ns()

    def close(self) -> None:
        os.close(self._master)
        os.close(self._slave)


@cache
def _template() -> Path:
    """A home in which nobody is signed in and the mirror knows the people."""
    root = Path(tempfile.mkdtemp(prefix="packbay-start-")) / "home"
    with SimulatedStation(site(root, "HUGE")) as station:
        assert station.view.kind == "sign-in"
    shutil.rmtree(root / "devices")
    return root


def signed_out_home(root: Path, scanner: str) -> Home:
    """A copy of it, with a scanner."""
    shutil.copytree(_template(), root)
    return with_scanner(root, scanner)


def with_scanner(root: Path, scanner: str) -> Home:
    """The home as that of a station with a scanner on this device and printers that print into files."""
    paper = root / "paper"
    paper.mkdir()
    printers = "".join(
        f'[[printer]]\nname = "{name}"\nurl = "file://{paper}"\nmedia = "{media}"\n\n'
        for name, media in (("labels", "label"), ("paper", "paper"))
    )
    toml = f'[station]\ncode = "PACK02"\nname = "Pack 02"\n\n[[scanner]]\nname = "scanner"\nurl = "{scanner}"\n\n'
    home = Home(root)
    home.config_file.write_text(toml + printers, encoding="utf-8")
    return home


def kiosk_program(folder: Path, home: Home) -> Program:
    """`packbay kiosk` on this home; it says when it has painted what."""
    words = ("--offscreen", "--size", SIZE, "--paints", "/dev/stdout")
    return Program(folder, "ui.main", "kiosk", "--home", str(home.root), *words)


def bare_window(folder: Path) -> Program:
    """The least window, of the same size."""
    return Program(folder, "bench.bare_window", SIZE)


def start_kiosk(folder: Path, number: int) -> Start:
    """One start on a fresh home."""
    scanner = Scanner()
    home = signed_out_home(folder / f"home-{number}", scanner.device)
    with kiosk_program(folder, home) as kiosk:
        painted, usable = _until(kiosk, lambda line: "Scanner" in line["chips"])
        scanned_ns = time.monotonic_ns()
        scanner.scan(BADGE)
        _, answered = _until(kiosk, lambda line: line["kind"] != "sign-in")
        beep = (scanner.beep_ns() - scanned_ns) / 1e6
    scanner.close()
    shutil.rmtree(home.root)
    return Start(painted, usable, answered, beep)


def _until(kiosk: Program, wanted: Callable[[dict[str, Any]], bool]) -> tuple[Moment, Moment]:
    """The next painting, and the first that is wanted."""
    line = kiosk.line()
    first = kiosk.moment(line)
    while not wanted(line):
        line = kiosk.line()
    return first, kiosk.moment(line)


def start_bare(folder: Path) -> Moment:
    """One start of the bare window."""
    with bare_window(folder) as bare:
        return bare.moment(bare.line())


def start(folder: Path, times: int = TIMES) -> Iterator[Figure]:
    """Both in turns, after one start of each that nobody counts and that compiles what is not compiled."""
    start_bare(folder)
    start_kiosk(folder, 0)
    ours: list[Start] = []
    bare: list[Moment] = []
    tick = bar("starts", times)
    for number in range(1, times + 1):
        bare.append(start_bare(folder))
        ours.append(start_kiosk(folder, number))
        tick(number)
    peer = Figure("bare window painted", tuple(m.clock for m in bare))
    work = Figure("bare window painted, processor time", tuple(m.spent for m in bare))
    yield peer
    yield Figure("sign-in painted", tuple(s.painted.clock for s in ours), peer=peer, target=TARGET)
    yield Figure("sign-in painted, scanner open", tuple(s.usable.clock for s in ours), peer=peer, target=TARGET)
    yield Figure("a badge scanned then is answered and painted", tuple(s.answered.clock for s in ours), peer=peer)
    yield Figure("  of this from its scan to its beep", tuple(s.beep for s in ours))
    yield work
    yield Figure("sign-in painted, processor time", tuple(s.painted.spent for s in ours), peer=work, target=TARGET)
    yield Figure("scanner open, processor time", tuple(s.usable.spent for s in ours), peer=work, target=TARGET)
    yield Figure("badge answered, processor time", tuple(s.answered.spent for s in ours), peer=work)
