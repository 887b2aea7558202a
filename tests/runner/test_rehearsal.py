"""What is rehearsed comes true, and leaves nothing behind: not in the file, not in memory, not on the screen."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.settings import Home
from app.view import Echo, Header, ScalePanel, Sound, View
from ui.config import StationConfig
from ui.demo import BADGES, build
from ui.end_states import end_states
from ui.runner import Runner
from ui.simulated import SimulatedStation


def _in_file(home: Home) -> str:
    """Every row of the station's file."""
    with closing(sqlite3.connect(f"{home.station_file.as_uri()}?mode=ro", uri=True)) as file:
        return hashlib.sha256("\n".join(file.iterdump()).encode(errors="replace")).hexdigest()


class WatchedRunner(Runner):
    """One whose screen has painted as soon as it is given something, and whose rehearsals are looked at."""

    def look_on(self) -> None:
        self.foretold: View | None = None
        self.came_true: Counter[str] = Counter()
        self.left_behind: list[str] = []
        self.rehearses = self._foretell

    def _foretell(self, view: View) -> None:
        self.foretold = view

    def _rehearse(self) -> None:
        before = (_in_file(self.home), self._in_memory())
        super()._rehearse()
        if before != (_in_file(self.home), self._in_memory()):
            self.left_behind.append(self.bench.workflow.kind)

    def _in_memory(self) -> tuple[object, ...]:
        waiting, asked = dict(self._waiting), dict(self._asked)
        return self.bench, self.bench.memo(), waiting, asked, self._role, self._serial, self.desk.operator, self._owed

    def compare(self, foretold: View | None, view: View) -> None:
        """The View after the scan that was wanted, beside what was foretold."""
        if foretold is not None:
            same = _bare(foretold) == _bare(view)
            self.came_true["same" if same else f"{foretold.kind}, and it was {view.kind}"] += 1


def _bare(view: View) -> View:
    """Without what time and background change: the clock, chips, the moment of the echo."""
    echo = replace(view.echo, time="") if isinstance(view.echo, Echo) else None
    return replace(view, header=Header(), serial=0, echo=echo, sound=Sound.NONE)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[SimulatedStation]:
    home = Home(tmp_path / "home")
    build(home.make(), orders=6)
    runners: list[WatchedRunner] = []

    def make(home: Home, config: StationConfig, on_view: object) -> Runner:
        def shown(view: View) -> None:
            runners[-1].seen(view.serial, runners[-1].clock.mono_ns())
            on_view(view)  # type: ignore[operator]

        runner = WatchedRunner(home, config, shown, clock=SystemClock(), paints=True)
        runners.append(runner)
        runner.look_on()
        return runner

    with SimulatedStation(home, make_runner=make) as made:
        yield made


def _play(station: SimulatedStation, scans: int) -> list[str]:
    """Scans what the screen wants, so many times; what came out of it."""
    runner = station.runner
    assert isinstance(runner, WatchedRunner)
    station.scan(BADGES["packer"])
    station.settle()
    seen = []
    for _ in range(scans):
        foretold, runner.foretold = runner.foretold, None
        tone, after = _scan_what_is_wanted(station)
        runner.compare(foretold, after)
        seen.append(f"{after.kind} {tone}")
    return seen


def _scan_what_is_wanted(station: SimulatedStation) -> tuple[str, View]:
    """The beep, and the View that came with it; what else is shown until all is calm is waited for."""
    _weigh(station)
    before = len(station.views)
    tone = station.scan(station.view.wanted[0].code or station.label_code())
    station.settle()
    return tone, next(view for view in station.views[before:] if view.sound is not Sound.NONE)


def _weigh(station: SimulatedStation) -> None:
    """Puts the box on the scale where it is wanted, and takes it off before the next."""
    panel = next((panel for panel in station.view.object if isinstance(panel, ScalePanel)), None)
    if not station.view.wanted and panel is not None and panel.low_g is not None and panel.high_g is not None:
        station.scale.load((panel.low_g + panel.high_g) // 2)
        station.wait(lambda view: view.kind == "pack.label" and bool(view.wanted))
        station.settle()
        station.scale.load(0)


def test_what_was_foretold_comes_true_and_nothing_of_a_rehearsal_is_left(station: SimulatedStation) -> None:
    # when an order is picked and packed, and the next one begun, each scan rehearsed before it comes
    seen = _play(station, 24)

    # then most of it came as it was foretold, and no rehearsal left a row or a thought behind
    runner = station.runner
    assert isinstance(runner, WatchedRunner)
    assert runner.left_behind == []
    assert runner.came_true["same"] >= 15, (runner.came_true, seen)
    assert not any("wrong" in each for each in seen)


def test_a_shift_with_rehearsals_ends_as_one_without(station: SimulatedStation, tmp_path: Path) -> None:
    # given the same warehouse at a station whose screen never says that it has painted
    shutil.copytree(station.home.root, tmp_path / "plain", ignore=shutil.ignore_patterns("*.lock", "devices"))
    seen = _play(station, 24)

    with SimulatedStation(Home(tmp_path / "plain")) as plain:
        plain.scan(BADGES["packer"])
        plain.settle()
        heard = []
        for _ in range(24):
            tone, after = _scan_what_is_wanted(plain)
            heard.append(f"{after.kind} {tone}")

        # then hands heard and saw the same, and the warehouse is the same
        assert seen == heard
        assert end_states(station.home)["orders"] == end_states(plain.home)["orders"]
