"""The cases of the campaign: what breaks, how often, what was seen. Each ends with a floor at rest and its invariants.

A case is a function on a `Play`; it returns what it counted and measured, and raises AssertionError (or TimeoutError)
with what is amiss. `Skip` says why this machine can't play it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from tests.floor_of_stations.floor import SCREEN, ServerFloor, Station, kill, wait_for
from tests.postgres import PgServer
from tests.simulation.invariants import sqlite_side

Account = dict[str, Any]
Case = Callable[["Play"], Account]
CASES: dict[str, Case] = {}
BLOCKED_MS = 100.0
"""For so long nobody in front of a screen may wait for it, whatever is broken."""
WITH_SCREEN = ("PICK", "STOCK", SCREEN)
FREED_S = 10.0
"""Within so many seconds a caller must be free of a server that hangs, and the chip must say offline."""


class Skip(Exception):
    """This machine can't play that; the words say why."""


@dataclass
class Play:
    """One play of one case: on which version, where, by which seed, how many blows."""

    version: int
    folder: Path
    seed: int
    times: int = 5
    say: Callable[[str], None] = lambda _words: None
    dice: Random = field(init=False)

    floors: list[ServerFloor] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = Random(f"{self.seed}/{self.version}")

    def floor(self, pg: PgServer, **how: Any) -> ServerFloor:
        """A floor of this play on that server, not at work yet."""
        folder = self.folder / f"floor{len(self.floors) or ''}"
        made = ServerFloor(pg, folder, seed=self.seed, say=self.say, **how)
        self.floors.append(made)
        return made

    def who(self) -> str:
        """The processes that took part, as they were in the beginning."""
        return " | ".join(floor.who for floor in self.floors)


def case(name: str) -> Callable[[Case], Case]:
    """Gives a case its name."""

    def put(function: Case) -> Case:
        CASES[name] = function
        return function

    return put


@contextmanager
def on_a_floor(play: Play, pg: PgServer, **how: Any) -> Iterator[ServerFloor]:
    """A floor at work on this server; in the end it is healed, comes to rest, and every invariant is looked at."""
    with play.floor(pg, **how) as floor:
        floor.wait_for_facts(20)
        yield floor
        settle(floor)


@dataclass
class Felt:
    """What somebody felt in front of the one station with a window, while something was broken."""

    station: Station
    blocked_ms: float = 0.0
    answer_ms: float = 0.0
    answers: int = 0
    calm: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def of(cls, floor: ServerFloor) -> Felt:
        """Begins to feel, after a moment of calm: what is slow then is slow by itself."""
        made = cls(next(station for station in floor.stations if station.kind == SCREEN))
        wait_for(lambda: bool(made.look()["answers"] and made.answers > 4))  # it has begun; from now on
        made.blocked_ms = made.answer_ms = 0.0
        floor.wait_for_facts(20)
        made.look()
        made.calm, made.answers = (made.blocked_ms, made.answer_ms), 0
        made.blocked_ms = made.answer_ms = 0.0
        return made

    def look(self) -> dict[str, Any]:
        """What was felt since the last look. AssertionError when the screen or the work was blocked."""
        said = len(self.station.run.said)
        self.station.run.order("gauge")
        found: dict[str, Any] = self.station.run.wait(lambda line: "blocked_ms" in line, said)
        self.blocked_ms = max(self.blocked_ms, found["blocked_ms"])
        self.answer_ms = max(self.answer_ms, found["answer_ms"])
        self.answers += found["answers"]
        return found

    def judge(self, words: str) -> None:
        """Nobody waited for what was broken meanwhile; where the machine itself stood still, that is no blow."""
        found = self.look()
        if not found["answers"]:
            raise AssertionError(f"{words}: no code was answered")
        for what, calm in zip(("blocked_ms", "answer_ms"), self.calm, strict=True):
            longest = found[what]
            if longest > max(BLOCKED_MS, 2 * calm, 2 * found["bare_ms"]):
                raise AssertionError(f"{words}: {what} {longest}, in the calm {calm}, a bare clock {found['bare_ms']}")

    def account(self) -> Account:
        return {
            "screen blocked ms (max)": self.blocked_ms, "answer ms (max)": self.answer_ms, "answers": self.answers,
        }  # fmt: skip


def settle(floor: ServerFloor, seconds: float = 120) -> None:
    """Comes to rest and looks at every invariant."""
    floor.come_to_rest(seconds)
    if found := floor.broken():
        raise AssertionError("; ".join(map(str, found)))


# ---- processes of the server ----------------------------------------------------------------------------------------


@case("backend kill -9")
def backends_are_killed(play: Play) -> Account:
    """At random moments, every second one while it commits: the server recovers, what is unknown is told again."""
    counted, waits = {"kills": 0, "during COMMIT": 0}, []
    slow = {"commit_delay": "50000", "commit_siblings": "0"}  # a COMMIT waits 50 ms for others: long enough to be met
    with PgServer(play.version, durable=True, settings=slow) as pg, on_a_floor(play, pg) as floor:
        for number in range(play.times):
            pid, words = _at_a_commit(floor) if number % 2 else _any_backend(floor, play.dice)
            counted["kills"] += kill(pid)
            counted["during COMMIT"] += words.endswith("COMMIT")
            play.say(f"backend {pid}: kill -9 during {words[-40:] or 'nothing'}")
            waits.append(floor.wait_for_facts(10))
    return {"outage s": round(max(waits), 1), **counted}


def _any_backend(floor: ServerFloor, dice: Random) -> tuple[int, str]:
    time.sleep(dice.random() / 5)  # a moment of chance, not a synchronisation
    wait_for(lambda: _quiet(lambda: bool(floor.backends())))
    pid, _, words = dice.choice(floor.backends())
    return pid, words


def _at_a_commit(floor: ServerFloor, seconds: float = 20) -> tuple[int, str]:
    """A backend of a station that is committing just now."""
    end = time.monotonic() + seconds
    of_a_station = "query LIKE '%COMMIT' AND state = 'active' AND usename LIKE '%\\_s\\_%'"
    sql = f"SELECT pid, query FROM pg_stat_activity WHERE {of_a_station}".encode()
    while time.monotonic() < end:
        with suppress(psycopg.Error), floor.pg.connect(floor.name) as connection:
            while time.monotonic() < end:
                if rows := connection.execute(sql).fetchall():
                    return int(rows[0][0]), str(rows[0][1])
    raise TimeoutError("nobody committed")


def _quiet(look: Callable[[], bool]) -> bool:
    try:
        return look()
    except psycopg.Error:
        return False


@case("server kill -9")
def the_server_is_killed(play: Play) -> Account:
    """The plug, in the middle of pushes; started again it has all that it acknowledged."""
    waits = []
    with PgServer(play.version, durable=True) as pg, on_a_floor(play, pg) as floor:
        for _ in range(play.times):
            time.sleep(play.dice.random())
            pid = pg.pid
            pg.kill9()
            play.say(f"postmaster {pid}: kill -9 with all of its processes")
            began = time.monotonic()
            time.sleep(play.dice.random())
            pg.start()
            waits.append(time.monotonic() - began + floor.wait_for_facts(10))
    return {"outage s": round(max(waits), 1), "kills": play.times}


@case("backend SIGSTOP")
def backends_are_frozen(play: Play) -> Account:
    """A backend hangs, its kernel still answers: the station's own deadline frees it, the chip says offline."""
    freed, back = [], []
    with PgServer(play.version) as pg, on_a_floor(play, pg, crew=WITH_SCREEN) as floor:
        felt = Felt.of(floor)
        for number in range(play.times):
            station = felt.station if number % 2 == 0 else play.dice.choice(floor.stations)
            said, began, pid = hang(floor, station)
            try:
                gone = _line_is(station, False, said)
                there = _line_is(station, True, said, gone)
            finally:
                pg.thaw(pid)
            freed.append((gone - began) / 1e9)
            back.append((there - gone) / 1e9)
            felt.judge(f"backend {pid} hung")
            play.say(f"backend {pid} of {station.code}: SIGSTOP; freed after {freed[-1]:.1f} s, back {back[-1]:.1f} s")
    _must_be_freed(freed)
    return {
        "outage s": round(max(freed), 1),
        "frozen": play.times,
        "back after s": round(max(back), 1),
    } | felt.account()


def _must_be_freed(freed: list[float]) -> None:
    if max(freed) > FREED_S:
        raise AssertionError(f"a caller was held for {max(freed):.1f} s")


@case("server SIGSTOP")
def the_server_is_frozen(play: Play) -> Account:
    """All of its processes hang; its kernel takes connections that nobody answers. Every station is freed by itself."""
    freed, waits = [], []
    with PgServer(play.version) as pg, on_a_floor(play, pg, crew=WITH_SCREEN) as floor:
        felt = Felt.of(floor)
        for _ in range(max(2, play.times // 2)):
            marks, began = [len(station.run.said) for station in floor.stations], time.monotonic_ns()
            kept = sum(map(recorded, floor.stations))
            pg.freeze()
            try:
                gone = [_line_is(station, False, mark) for station, mark in zip(floor.stations, marks, strict=True)]
                wait_for(partial(_more_is_recorded, floor, kept))
            finally:
                pg.thaw()
            freed.append((max(gone) - began) / 1e9)
            waits.append(freed[-1] + floor.wait_for_facts(10))
            felt.judge("the server hung")
            play.say(
                f"server {pg.pid} and all of its processes: SIGSTOP; all freed after {freed[-1]:.1f} s, working on"
            )
    _must_be_freed(freed)
    return {
        "outage s": round(max(waits), 1),
        "frozen": len(freed),
        "freed after s": round(max(freed), 1),
    } | felt.account()


def _more_is_recorded(floor: ServerFloor, than: int) -> bool:
    return sum(map(recorded, floor.stations)) > than


def recorded(station: Station) -> int:
    """How many facts the station's file has."""
    return int(sqlite_side(station.file).one("SELECT count(*) FROM fact") or 0)


def _line_is(station: Station, online: bool, since: int, after_ns: int = 0) -> int:
    """When the station said so, ns."""
    said = station.run.wait(lambda s: s.get("line") is online and s["ns"] > after_ns, since)
    return int(said["ns"])


def line_of(floor: ServerFloor, station: Station) -> int:
    """The backend that carries this station's exchanges, not the one that listens for hints."""
    rows: list[tuple[int, str, str]] = []

    def look() -> bool:
        rows[:] = [r for r in floor.backends(f"_s_{station.code.lower()}") if not r[2].startswith("LISTEN")]
        return bool(rows)

    wait_for(lambda: _quiet(look))
    return rows[0][0]


def hang(floor: ServerFloor, station: Station) -> tuple[int, int, int]:
    """Stops the backend of this station between two of its transactions: what the station had said by then, when that
    was (ns), and the backend. One stopped within a transaction keeps its locks until it goes on or is killed, and the
    station's next push waits for them: that is PostgreSQL's to say, not the station's."""
    while True:
        said, began, pid = len(station.run.said), time.monotonic_ns(), line_of(floor, station)
        floor.pg.freeze(pid)
        if not _holds_locks(floor, pid):
            return said, began, pid
        floor.pg.thaw(pid)


def _holds_locks(floor: ServerFloor, pid: int) -> bool:
    return bool(floor.ask(f"SELECT 1 FROM pg_locks WHERE pid = {pid} AND granted LIMIT 1"))


@case("worker kill -9")
def workers_are_killed(play: Play) -> Account:
    """One of two, again and again, in the middle of applying: what it left undone another one finds."""
    waits = []
    with PgServer(play.version) as pg, on_a_floor(play, pg) as floor:
        for _ in range(play.times):
            time.sleep(play.dice.random())
            play.say(f"worker {floor.kill_worker()}: kill -9")
            waits.append(floor.wait_for_applied())
            floor.wait_for_facts(10)
    return {"outage s": round(max(waits), 1), "kills": play.times}


# ---- the line -------------------------------------------------------------------------------------------------------


@case("line cut and swallowed")
def lines_break(play: Play) -> Account:
    """Reset in the middle of anything; or every byte swallowed and nobody told."""
    seen = []
    with PgServer(play.version) as pg, on_a_floor(play, pg) as floor:
        for number in range(play.times):
            station = play.dice.choice(floor.stations)
            if number % 2 == 0:
                station.line.cut()
                time.sleep(play.dice.random())
                station.line.mend()
                play.say(f"line of {station.code} ({station.run.pid}): cut")
                continue
            seen.append(black_hole(station, station.line.swallow, station.line.mend))
            play.say(f"line of {station.code} ({station.run.pid}): swallowed; offline after {seen[-1]:.1f} s")
    return {"outage s": round(max(seen, default=0), 1), "breaks": play.times}


def black_hole(station: Station, begin: Callable[[], None], end: Callable[[], None]) -> float:
    """Seconds until the station said that it is offline; afterwards the hole is closed and it is back."""
    said, began = len(station.run.said), time.monotonic_ns()
    begin()
    try:
        gone = _line_is(station, False, said)
    finally:
        end()
    _line_is(station, True, said, gone)
    after = (gone - began) / 1e9
    if after > FREED_S:
        raise AssertionError(f"{station.code} said only after {after:.1f} s that it is offline")
    return after


# ---- stations -------------------------------------------------------------------------------------------------------


@case("station kill -9")
def stations_are_killed(play: Play) -> Account:
    """A station's process ends in the middle of a scan or an exchange; what was confirmed is on its disk."""
    waits = []
    with PgServer(play.version) as pg, on_a_floor(play, pg) as floor:
        for _ in range(play.times):
            station = play.dice.choice(floor.stations)
            time.sleep(play.dice.random() / 2)
            play.say(f"{station.code} ({station.run.pid}): kill -9")
            station.run.kill()
            began = time.monotonic()
            station.start()
            station.run.order("work")
            station.run.wait(lambda said: said.get("line") is True)
            waits.append(time.monotonic() - began)
            floor.wait_for_facts(5)
    return {"outage s": round(max(waits), 1), "kills": play.times}
