"""Memory of the kiosk beside that of a bare window, and over 10,000 scans and 1,000 labels.

The kiosk is `packbay kiosk` itself, in a process of its own with a scanner on a real pty and printers that print into
files. Its people work through a floor of 100,000 SKUs: orders are picked and packed whole, from the free tote to the
label on the box; whatever the screen wants next is scanned. Looked at is what the kernel says of the process: resident
memory (RSS, every page that it has in memory, those of shared libraries too) and its share of it (PSS, a page that n
processes have counts 1/n for each; so it is smaller while others use Qt as well).
"""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from app.barcodes import command_code
from app.settings import Home
from bench.figures import Figure
from bench.progress import bar
from bench.start import TARGET, Program, Scanner, bare_window, kiosk_program, signed_out_home, with_scanner
from bench.warehouse import large_home
from tests.journeys.site import BADGE

TIMES = 3
REST_S = 3.0
"""After this much rest, memory is looked at."""
SCANS, LABELS, LOOKS = 10_000, 1_000, 10
SAME_S = 0.45
"""The same code again any sooner may be taken for one read."""
CALM_S, PATIENCE_S = 0.1, 3.0
"""At home, what central has to say may come a moment later; elsewhere a screen wants something within this time."""
FLAT_PERCENT = 5.0
"""How much memory may grow from the middle of the work to its end."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in MB (2**20 bytes)."""

    resident: float
    share: float


def memory(pid: int) -> Memory:
    """As the kernel has it now."""
    found = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
        name, kilobytes = line.split()[:2]
        found[name] = int(kilobytes) / 1024
    return Memory(found["Rss:"], found["Pss:"])


class Hand:
    """Works at a kiosk: scans what its screen wants, as fast as it answers."""

    def __init__(self, kiosk: Program, scanner: Scanner, home: Home) -> None:
        self._kiosk, self._scanner, self._home = kiosk, scanner, home
        self._screen = kiosk.line()
        self._last = ("", 0.0)
        self.scans = self.labels = 0

    def until(self, kind: str) -> None:
        """Waits for a screen of the runner."""
        while not (self._screen["serial"] and self._screen["kind"] == kind):
            self._screen = self._kiosk.line()

    def scan(self, code: str) -> None:
        """Pulls the trigger, and waits for the beep and for what is painted then."""
        last, at = self._last
        if code == last:
            time.sleep(max(0.0, at + SAME_S - time.monotonic()))
        before = self._screen["serial"]
        self._scanner.scan(code)
        self._last = (code, time.monotonic())
        self._scanner.beep_ns()
        while self._screen["serial"] == before:
            self._screen = self._kiosk.line()
        self.scans += 1

    def work(self) -> None:
        """The next scan of the work; it may have to wait for central first. What leads nowhere is left with HOME."""
        calm = CALM_S if self._screen["kind"] in ("home", "pack.label") else 0.0
        while self._kiosk.has_line(PATIENCE_S if not self._screen["wanted"] else calm):
            self._screen = self._kiosk.line()
        kind, code = self._screen["wanted"][0] if self._screen["wanted"] else ("command", command_code("HOME"))
        if kind == "label":
            code = self._tracking()
            self.labels += bool(code)
        if code:  # else the label was read already, and the screen is about to say so
            self.scan(self._each(kind, code))

    def _each(self, kind: str, code: str) -> str:
        """A unit has a number of its own on it: so no two reads of two units are taken for one."""
        return f"01{code:0>14}21S{self.scans:06d}" if kind == "item" and code.isdecimal() else code

    def _tracking(self) -> str:
        """The code on the label of the box that is to be closed; empty when it is closed."""
        with closing(sqlite3.connect(self._home.station_file)) as file:
            found = file.execute("SELECT tracking FROM parcel WHERE state = 'labelled'").fetchone()
        return str(found[0]) if found else ""


@dataclass(frozen=True, slots=True)
class Look:
    """How much memory there was after so many scans and labels."""

    scans: int
    labels: int
    memory: Memory


def worked(folder: Path, scans: int = SCANS, labels: int = LABELS, looks: int = LOOKS) -> list[Look]:
    """A day's work at one kiosk, looked at before it and after every tenth of it."""
    scanner = Scanner()
    large = large_home(folder / "large")
    home = with_scanner(large.root, scanner.device)
    seen: list[Look] = []
    tick = bar("scans", scans)
    with kiosk_program(folder, home) as kiosk:
        hand = Hand(kiosk, scanner, home)
        hand.until("sign-in")
        time.sleep(REST_S)
        seen.append(Look(0, 0, memory(kiosk.pid)))
        hand.scan(BADGE)
        while hand.scans < scans or hand.labels < labels:
            hand.work()
            tick(min(hand.scans, scans))
            share = min(hand.scans / scans, hand.labels / labels)
            if share * looks >= len(seen):
                time.sleep(REST_S)
                seen.append(Look(hand.scans, hand.labels, memory(kiosk.pid)))
                _say(seen[-1])
    scanner.close()
    shutil.rmtree(large.root)
    return seen


def _say(look: Look) -> None:
    seen = f"{look.memory.resident:.1f} MB resident, {look.memory.share:.1f} MB by share"
    print(f"  {look.scans:,} scans, {look.labels:,} labels: {seen}", file=sys.stderr, flush=True)


def slope(looks: list[Look]) -> float:
    """MB that resident memory grows per 1,000 scans, by least squares."""
    scans = [look.scans / 1000 for look in looks]
    return statistics.linear_regression(scans, [look.memory.resident for look in looks]).slope


def resident(folder: Path) -> Iterator[Figure]:
    """At sign-in and after work beside a bare window, and how it grows."""
    bare, ours = [], []
    for number in range(TIMES):
        with bare_window(folder) as window:
            window.line()
            time.sleep(REST_S)
            bare.append(memory(window.pid))
        ours.append(_at_sign_in(folder, number))
    whole = Figure("bare window, resident", tuple(m.resident for m in bare), "MB")
    share = Figure("bare window, by share", tuple(m.share for m in bare), "MB")
    yield whole
    yield Figure("kiosk at sign-in, resident", tuple(m.resident for m in ours), "MB", peer=whole, target=TARGET)
    yield share
    yield Figure("kiosk at sign-in, by share", tuple(m.share for m in ours), "MB", peer=share)
    looks = worked(folder)
    first, last, half = looks[0], looks[-1], looks[len(looks) // 2 :]
    yield Figure("100,000 SKUs, at sign-in, resident", (first.memory.resident,), "MB", peer=whole)
    words = f"100,000 SKUs, after {last.scans:,} scans, {last.labels:,} labels"
    yield Figure(words, (last.memory.resident,), "MB", peer=whole, target=TARGET)
    yield Figure("  after every tenth", tuple(look.memory.resident for look in looks[1:]), "MB")
    yield Figure("  growth per 1,000 scans, second half", (slope(half),), "MB")
    grown = 100 * (last.memory.resident / half[0].memory.resident - 1)
    yield Figure("  growth over the second half", (grown,), "%", target=FLAT_PERCENT)


def _at_sign_in(folder: Path, number: int) -> Memory:
    scanner = Scanner()
    home = signed_out_home(folder / f"small-{number}", scanner.device)
    with kiosk_program(folder, home) as kiosk:
        Hand(kiosk, scanner, home).until("sign-in")
        time.sleep(REST_S)
        found = memory(kiosk.pid)
    scanner.close()
    shutil.rmtree(home.root)
    return found
