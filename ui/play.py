"""`packbay play FILE`: raw codes, one a line, through the pty of a fresh signed-in station.

A line is a code to scan; it is sent when the one before was answered by a beep. Besides:

    # a comment, and empty lines
    @0.5                 wait half a second
    !touch UNDO          a finger on a button
    !key 271828          keys of the screen's keypad, one after the other; also !key BACK, !key ENTER
    !load 1284           grams on the scale        !weigh    what the screen expects        !empty    nothing
    !label               scan the label that was printed last
    !unplug scanner      also scale, printer       !plug scanner
    !paper_out           the printer has no paper  !paper_in
    !double CODE         one trigger pull that is read twice, 5 ms apart
    !burst CODE CODE …   scans without waiting for the beeps
    !restart             the station's program ends and starts again
    !line away           the line to central is cut; also slow, twin, refused, old (`ui.unsteady`), and even again
    !packbay WORDS …     a command of the office on this home: !packbay import orders more.csv (files beside this one)

Printed are the scans and touches (sign-in left out), every answer, and the end states of orders, parcels and paper.
"""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app import cli
from app.settings import Home, home
from app.view import ProblemHero, ScalePanel, View
from ui.demo import BADGES, build
from ui.end_states import end_states
from ui.simulated import SimulatedStation
from ui.view_json import plain

SECOND_PULL_S = 0.45


class BadLine(ValueError):
    """A line of the file that means nothing: which, and what was expected."""


@dataclass(slots=True)
class Played:
    """What happened: one answer per line that did something."""

    scans: int = 0
    answers: list[dict[str, Any]] = field(default_factory=list)


class Player:
    """Plays lines on a simulated station."""

    def __init__(
        self,
        station: SimulatedStation,
        more: dict[str, Callable[[list[str]], None]] | None = None,
        base: Path | None = None,
    ) -> None:
        self.station = station
        self._base = base or Path()
        self.played = Played()
        self._last = ("", 0.0)
        self._acts: dict[str, Callable[[list[str]], None]] = {
            "touch": lambda words: station.touch(words[0]),
            "key": self._keys,
            "load": lambda words: self._load(int(words[0])),
            "weigh": lambda _: self._load(self._expected()),
            "empty": lambda _: station.scale.load(0),
            "label": lambda _: self._label(),
            "unplug": lambda words: self._plug(words[0], "unplug", "switch_off"),
            "plug": lambda words: self._plug(words[0], "plug", "switch_on"),
            "paper_out": lambda _: station.printer.paper_out(True),
            "paper_in": lambda _: station.printer.paper_out(False),
            "double": lambda words: self._double(words[0]),
            "burst": self._burst,
            "restart": lambda _: station.restart(),
            "line": lambda words: station.line(words[0]),
            "packbay": self._command,
            **(more or {}),
        }

    def play(self, lines: Iterable[str]) -> Played:
        """Plays all lines; BadLine names the first that means nothing (what was before it has happened)."""
        for number, raw in enumerate(lines, 1):
            line = raw.rstrip("\r\n")
            if not line.strip() or line.startswith("#"):
                continue
            try:
                self._line(line)
            except (KeyError, IndexError, ValueError) as error:
                raise BadLine(f"line {number}: {line!r}: {error}") from error
        self.station.settle()
        return self.played

    def _line(self, line: str) -> None:
        if line.startswith("@"):
            time.sleep(float(line[1:]))
        elif line.startswith("!"):
            word, *words = line[1:].split()
            if word not in self._acts:
                raise ValueError(f"no act {word!r}: expected one of {', '.join(self._acts)}")
            self._acts[word](words)
            self._note("!key" if word == "key" else line, "")  # a PIN is in no report
        else:
            self._scan(line)

    def _scan(self, code: str) -> None:
        self._pause_before(code)
        self.played.scans += 1
        self._note(code, self.station.scan(code))

    def _pause_before(self, code: str) -> None:
        """Two equal lines are two pulls of the trigger, never one pull that was read twice."""
        again_at = self._last[1] + SECOND_PULL_S if self._last[0] == code else 0.0
        time.sleep(max(0.0, again_at - time.monotonic()))
        self._last = (code, time.monotonic())

    def _note(self, line: str, tone: str) -> None:
        self.station.settle()
        view = self.station.view
        problem = view.hero.name if isinstance(view.hero, ProblemHero) else ""
        echo = str(view.echo.words) if view.echo else ""
        self.played.answers.append({"line": line, "tone": tone, "view": view.kind, "problem": problem, "echo": echo})

    def _load(self, grams: int) -> None:
        before = len(self.station.views)
        self.station.scale.load(grams)
        self.station.wait(lambda v: len(self.station.views) > before and _shows(v, grams))
        self.station.settle()

    def _expected(self) -> int:
        for panel in self.station.view.object:
            if isinstance(panel, ScalePanel) and panel.low_g is not None and panel.high_g is not None:
                return (panel.low_g + panel.high_g) // 2
        raise ValueError("the screen expects no weight")

    def _label(self) -> None:
        self.played.scans += 1
        self.station.scan(self.station.label_code())

    def _plug(self, name: str, plug: str, switch: str) -> None:
        device = {"scanner": self.station.scanner, "scale": self.station.scale, "printer": self.station.printer}[name]
        getattr(device, switch if name == "printer" else plug)()
        if name == "printer":
            return
        word = name.capitalize()
        self.station.wait(lambda view: (_chip(view, word) == word) is (plug == "plug"))

    def _double(self, code: str) -> None:
        self._pause_before(code)
        self.played.scans += 1
        self.station.scanner.scan(code)
        time.sleep(0.005)
        self.station.scanner.scan(code)
        self.station.scanner.wait_answer(5.0)

    def _keys(self, words: list[str]) -> None:
        """A word is one key when it has a name, else each of its characters is one."""
        for word in words:
            for key in [word] if word in ("BACK", "ENTER") else word:
                self.station.key(key)

    def _command(self, words: list[str]) -> None:
        """A command of the office, on the home of this station: `!packbay import orders more.csv`."""
        self.station.settle()
        given = [str(self._base / word) if (self._base / word).is_file() else word for word in words]
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            status = cli.main([*given, "--home", str(self.station.home.root), "--json"])
        if status:
            raise ValueError(f"it ended with {status}: {told.getvalue().strip()[:400]}")
        self.station.settle()

    def _burst(self, codes: list[str]) -> None:
        for code in codes:
            self.played.scans += 1
            self.station.scanner.scan(code)
        self.station.scanner.wait_answer(20.0)


def _chip(view: View, word: str) -> str:
    """What the chip of a device says: its bare name while it can be used."""
    return next((str(chip.words) for chip in view.header.chips if str(chip.words).startswith(word)), "")


def _shows(view: View, grams: int) -> bool:
    """Whether the weight has arrived: it is on the scale's panel, or the screen went on to something else."""
    panels = [p for p in view.object if isinstance(p, ScalePanel)]
    return not panels or any(p.grams == grams and p.stable for p in panels)


@dataclass(frozen=True, slots=True)
class Warehouse:
    """Where a file is played: a home, or None for a fresh demo of so many orders; `badge` signs in ("": the packer)."""

    root: Path | None = None
    badge: str = ""
    orders: int = 24


def play(file: Path, where: Warehouse, *, as_json: bool, say: Callable[[str], None]) -> int:
    """The command. Exit status 0: all lines accepted; 1: some were refused
    and are named; 2: nothing was done.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        say(f"{file}: {error}")
        return 2
    with tempfile.TemporaryDirectory(prefix="packbay-play-") as folder:
        place = home(where.root) if where.root else Home(Path(folder))
        if where.root is None:
            build(place, orders=where.orders)
        with SimulatedStation(place) as station:
            if station.scan(where.badge or BADGES["packer"]) not in ("order", "accepted"):
                say("Nobody could be signed in: give a badge of this home with --badge")
                return 2
            station.settle()
            player = Player(station, base=file.parent)
            try:
                played = player.play(lines)
            except BadLine as error:
                say(f"{file}: {error}")
                return 2
            summary = {
                "scans": played.scans,
                "touches": station.touches,
                "view": station.view.kind,
                "hero": plain(station.view.hero),
                "answers": played.answers,
                **end_states(place),
            }
    refused = [a for a in played.answers if a["tone"] == "wrong"]
    if as_json:
        say(json.dumps(summary, ensure_ascii=False))
    else:
        _report(summary, say)
    return 1 if refused else 0


def _report(summary: dict[str, Any], say: Callable[[str], None]) -> None:
    for answer in summary["answers"]:
        tone, words = answer["tone"] or "-", answer["problem"] or answer["echo"]
        say(f"{answer['line']:<28} {tone:<10} {answer['view']:<14} {words}")
    say(f"{summary['scans']} scans, {summary['touches']} touches; the screen shows {summary['view']}")
    for order in summary["orders"]:
        if order["state"] not in ("received", "released", "held"):
            say(f"order {order['number']}: {order['state']}")
    for parcel in summary["parcels"]:
        say(f"parcel {parcel['tracking']} of order {parcel['order_number']}: {parcel['state']}, {parcel['weight_g']} g")
