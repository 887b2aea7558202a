"""A scripted person: looks at the screen, does the next thing, and is as careless as people are."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.barcodes import command_code
from reports.zpl_fields import fields
from ui.bench_process import BenchProcess
from ui.shift.station import StationProcess

ANSWER_S = 10.0
PULL_S = 0.45
"""A hand needs longer than this to pull the trigger on the same code again; what is faster is one pull, read twice."""

LIFTED_S = 0.5
MOST_LIFTS = 5


@dataclass(frozen=True, slots=True)
class Habits:
    """How often a person errs, as probabilities per act; all 0 without faults."""

    wrong: float = 0.0
    short: float = 0.0
    double: float = 0.0
    unplug: float = 0.0
    no_paper: float = 0.0


FAULTY = Habits(wrong=0.05, short=0.03, double=0.05, unplug=0.015, no_paper=0.06)


@dataclass(slots=True)
class Done:
    """What the person did; the figures of the shift are not taken from here."""

    orders: int = 0
    acts: int = 0
    faults: dict[str, int] = field(default_factory=dict)


class Person:
    """Works at one station until nothing is left to pick or pack."""

    def __init__(
        self,
        bench: BenchProcess,
        station: StationProcess,
        badge: str,
        tray: str,
        strangers: tuple[str, ...],
        habits: Habits,
        seed: int,
        progress: Callable[[int], None],
    ) -> None:
        self.bench, self.station = bench, station
        self.badge, self.tray, self.strangers = badge, tray, strangers
        self.habits = habits
        self.random = random.Random(seed)
        self.progress = progress
        self.done = Done()
        self._shorted: set[str] = set()
        self._last_kind = ""
        self._pulled = ("", 0.0)
        self._lifts = 0

    # -- the shift ----------------------------------------------------------------------------------------------------

    def sign_in(self) -> None:
        """Scans the badge as soon as the station is ready for people."""
        while self.station.view["kind"] == "sign-in":
            self._look(self.station.view)

    def work(self, orders: int, restart_after: int | None) -> None:
        """Until nothing is wanted any more. `restart_after`: pull the plug once, after so many closed boxes."""
        idle = 0
        while idle < 3:
            view = self.station.view
            if self._look(view):
                idle = 0
            else:
                idle += 1
                self.station.wait_calm(0.5)
            if restart_after is not None and self.done.orders >= restart_after and view["kind"].startswith("pick"):
                restart_after = None
                self._count("restart")
                self.station.restart()
            if self.done.orders > orders * 3:
                raise RuntimeError("the shift does not come to an end")

    def _look(self, view: dict[str, Any]) -> bool:
        """Does the next thing that the screen asks for; False when there is nothing to do."""
        self.done.acts += 1
        kind = view["kind"]
        if kind == "sign-in":
            self.station.wait(lambda v: v["hero"].get("imperative") != "One moment")
            return self.scan(self.badge)
        if view["hero"]["type"] == "ProblemHero":
            return self._mend(view)
        if kind == "pack.weigh":
            return self._weigh(view)
        wanted = view["wanted"]
        if kind == "pack.label":
            return self._label(view)
        if not wanted:
            return False
        return self._work_on(kind, wanted)

    def _work_on(self, kind: str, wanted: list[dict[str, Any]]) -> bool:
        thing = self.random.choice(wanted) if kind == "pack.items" else wanted[0]
        if thing["kind"] == "label":
            return self._label(self.station.view)
        if self._errs("unplug"):
            self._unplug()
        if kind.startswith("pick.") and thing["kind"] in ("bin", "item"):
            if thing["kind"] == "item" and self._errs("short"):
                self._count("short")
                self.scan(command_code("SHORT"))
                self.station.wait_calm(1.0)  # a walk takes longer than central needs to find the units elsewhere
                return True
            if self._errs("wrong"):
                self._count("wrong")
                return self.scan(self.random.choice(self.strangers))
        elif kind == "pack.items" and self._errs("wrong"):
            self._count("wrong")
            return self.scan(self.random.choice(self.strangers))
        if self._errs("double"):
            self._count("double")
            return self.scan(thing["code"], double_ms=40)
        return self.scan(thing["code"])

    # -- acts ---------------------------------------------------------------------------------------------------------

    def scan(self, code: str, **how: object) -> bool:
        """Pulls the trigger and waits until the screen has echoed it."""
        last, at = self._pulled
        if last == code:
            time.sleep(max(0.0, at + PULL_S - time.monotonic()))
        before = len(self.station.views)
        answer = self.bench.do(scan=code, wait_s=ANSWER_S, **how)
        self._pulled = (code, time.monotonic())
        self.station.wait(lambda _: self._echoed(code, before), ANSWER_S)
        if answer["answer"] == "order" and self.station.view["kind"] == "pack.closed":
            self.done.orders += 1
            self.bench.do(load=0)
            self.progress(self.done.orders)
        return True

    def _echoed(self, code: str, before: int) -> bool:
        """Whether a View since then showed this code; the newest may be of something that followed by itself."""
        shown = "" if code == self.badge else code  # the number of a badge is on no screen
        return any(view["echo"] and view["echo"]["code"] == shown for view in self.station.views[before:])

    def _mend(self, view: dict[str, Any]) -> bool:
        """What the problem says: into the tray, or the right scan, or CLEAR when nothing else is left."""
        name = view["hero"]["name"]
        if view["kind"].startswith("pack") and any("tray" in text.lower() for text in view["hero"]["do"]):
            return self.scan(self.tray)
        wanted = [w for w in view["wanted"] if w["code"]]
        if wanted and name != self._last_kind:
            self._last_kind = name
            return self.scan(wanted[0]["code"])
        self._last_kind = ""
        return self.scan(command_code("CLEAR"))

    def _weigh(self, view: dict[str, Any]) -> bool:
        panel = next((p for p in view["object"] if p["type"] == "ScalePanel"), None)
        known = panel is not None and panel["low_g"] is not None
        grams = (panel["low_g"] + panel["high_g"]) // 2 if panel and known else 500
        if self._errs("no_paper"):
            self._count("no_paper")
            self.bench.do(paper_out=True)
        while not self._is_weighed(grams):
            self.bench.do(load=0)  # this hand was quicker than the scale, which never saw the platform empty
            self.station.wait_calm(LIFTED_S)
        return True

    def _is_weighed(self, grams: int) -> bool:
        """Puts the box on; whether the station took its weight."""
        before = len(self.station.views)
        self.bench.do(load=grams)
        try:
            self.station.wait(lambda v: len(self.station.views) > before and v["kind"] != "pack.weigh", ANSWER_S / 5)
        except TimeoutError:
            self._lifts += 1
            if self._lifts > MOST_LIFTS:
                raise
            return False
        self._lifts = 0
        return True

    def _label(self, view: dict[str, Any]) -> bool:
        panel = next((p for p in [*view["object"], *view["context"]] if p["type"] == "LabelPanel"), None)
        tracking = panel["tracking"] if panel else ""
        code = self.printed(tracking)
        if code is None:
            self.bench.do(paper_out=False)
            self.station.wait_calm(0.5)
            return True
        return self.scan(code)

    def printed(self, tracking: str) -> str | None:
        """The main code of the newest label on paper that carries this number; None when it is not out yet."""
        for label in reversed(self.bench.do(printed=0)["printed"]):
            bars = [f for f in fields(Path(label["file"]).read_bytes()) if f.kind == "code128"]
            if any(bar.data == tracking for bar in bars):
                return max(bars, key=lambda bar: bar.y).data
        return None

    def _unplug(self) -> None:
        self._count("unplug")
        self.bench.do(unplug="scanner")
        self.station.wait(lambda view: not scanner_is_open(view), ANSWER_S)
        self.bench.do(plug="scanner")
        self.station.wait(scanner_is_open, ANSWER_S)

    def _errs(self, fault: str) -> bool:
        """Whether this fault happens now: by its probability, and once for certain after the first box."""
        probability = float(getattr(self.habits, fault))
        overdue = self.done.orders > 0 and fault not in self.done.faults
        return probability > 0 and (overdue or self.random.random() < probability)

    def _count(self, fault: str) -> None:
        self.done.faults[fault] = self.done.faults.get(fault, 0) + 1


def scanner_is_open(view: dict[str, Any]) -> bool:
    """Whether the screen shows a scanner that can be used: before that nobody pulls a trigger."""
    return any(chip["words"] == "Scanner" for chip in view["header"]["chips"])
