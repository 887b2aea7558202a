"""The cases of the campaign: what breaks, how often, what was seen. Each ends with a floor at rest and its invariants.

A case is a function on a `Play`; it returns what it counted and measured, and raises AssertionError (or TimeoutError)
with what is amiss. `Skip` says why this machine can't play it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from tests.floor_of_stations.floor import ServerFloor, Station, kill, wait_for
from tests.postgres import PgServer

Account = dict[str, Any]
Case = Callable[["Play"], Account]
CASES: dict[str, Case] = {}
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

    def __post_init__(self) -> None:
        self.dice = Random(f"{self.seed}/{self.version}")


def case(name: str) -> Callable[[Case], Case]:
    """Gives a case its name."""

    def put(function: Case) -> Case:
        CASES[name] = function
        return function

    return put


@contextmanager
def on_a_floor(play: Play, pg: PgServer, **how: Any) -> Iterator[ServerFloor]:
    """A floor at work on this server; in the end it is healed, comes to rest, and every invariant is looked at."""
    with ServerFloor(pg, play.folder / "floor", seed=play.seed, say=play.say, **how) as floor:
        floor.wait_for_facts(20)
        yield floor
        settle(floor)


def settle(floor: ServerFloor, seconds: float = 120) -> None:
    """Comes to rest and looks at every invariant."""
    floor.come_to_rest(seconds)
    if found := floor.broken():
        raise AssertionError("; ".join(map(str, found)))


# ---- processes of the server ----------------------------------------------------------------------------------------


@case("backend kill -9")
def backends_are_killed(play: Play) -> Account:
    """At random moments, every second one while it commits: the server recovers, what is unknown is told again."""
    counted = {"kills": 0, "during COMMIT": 0}
    slow = {"commit_delay": "50000", "commit_siblings": "0"}  # a COMMIT waits 50 ms for others: long enough to be met
    with PgServer(play.version, durable=True, settings=slow) as pg, on_a_floor(play, pg) as floor:
        for number in range(play.times):
            pid, words = _at_a_commit(floor) if number % 2 else _any_backend(floor, play.dice)
            counted["kills"] += kill(pid)
            counted["during COMMIT"] += words.startswith("COMMIT")
            play.say(f"backend {pid}: kill -9 during {words[:40] or 'nothing'}")
            floor.wait_for_facts(10)
    return counted


def _any_backend(floor: ServerFloor, dice: Random) -> tuple[int, str]:
    time.sleep(dice.random() / 5)  # a moment of chance, not a synchronisation
    wait_for(lambda: _quiet(lambda: bool(floor.backends())))
    pid, _, words = dice.choice(floor.backends())
    return pid, words


def _at_a_commit(floor: ServerFloor, seconds: float = 20) -> tuple[int, str]:
    """A backend of a station that is committing just now."""
    end = time.monotonic() + seconds
    of_a_station = "query = 'COMMIT' AND state = 'active' AND usename LIKE '%\\_s\\_%'"
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
            time.sleep(play.dice.random())
            pg.start()
            began = time.monotonic()
            floor.wait_for_facts(10)
            waits.append(time.monotonic() - began)
    return {"kills": play.times, "facts flow again after s (max)": round(max(waits), 1)}


@case("backend SIGSTOP")
def backends_are_frozen(play: Play) -> Account:
    """A backend hangs, its kernel still answers: the station's own deadline frees it, the chip says offline."""
    freed, back = [], []
    with PgServer(play.version) as pg, on_a_floor(play, pg) as floor:
        for _ in range(play.times):
            station = play.dice.choice(floor.stations)
            pid = line_of(floor, station)
            said, began = len(station.run.said), time.monotonic_ns()
            pg.freeze(pid)
            try:
                gone = _line_is(station, False, said)
                there = _line_is(station, True, said, gone)
            finally:
                pg.thaw(pid)
            freed.append((gone - began) / 1e9)
            back.append((there - gone) / 1e9)
            play.say(f"backend {pid} of {station.code}: SIGSTOP; freed after {freed[-1]:.1f} s, back {back[-1]:.1f} s")
    if max(freed) > FREED_S:
        raise AssertionError(f"a caller was held for {max(freed):.1f} s")
    return {
        "frozen": play.times,
        "freed after s (max)": round(max(freed), 1),
        "back after s (max)": round(max(back), 1),
    }


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


@case("worker kill -9")
def workers_are_killed(play: Play) -> Account:
    """One of two, again and again, in the middle of applying: what it left undone another one finds."""
    with PgServer(play.version) as pg, on_a_floor(play, pg) as floor:
        for _ in range(play.times):
            time.sleep(play.dice.random())
            play.say(f"worker {floor.kill_worker()}: kill -9")
            floor.wait_for_facts(10)
    return {"kills": play.times}


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
    return {"breaks": play.times, "offline said after s (max)": round(max(seen, default=0), 1)}


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
    with PgServer(play.version) as pg, on_a_floor(play, pg) as floor:
        for _ in range(play.times):
            station = play.dice.choice(floor.stations)
            time.sleep(play.dice.random() / 2)
            play.say(f"{station.code} ({station.run.pid}): kill -9")
            station.run.kill()
            station.start()
            station.run.order("work")
            floor.wait_for_facts(5)
    return {"kills": play.times}


@case("clocks wrong by years")
def clocks_are_wrong(play: Play) -> Account:
    """Ten years behind, ten years ahead, and right: order, leases and duplicates do not care."""
    years = 365.25 * 86_400
    with PgServer(play.version) as pg, ServerFloor(pg, play.folder / "floor", seed=play.seed, say=play.say) as floor:
        floor.wait_for_facts(20)
        for station, off in zip(floor.stations, (-10 * years, 10 * years, years), strict=False):
            station.stop()
            station.start("--clock-off", str(off))
            station.run.order("work")
            play.say(f"{station.code} ({station.run.pid}): clock wrong by {off / years:+.0f} years")
        floor.wait_for_facts(20 * play.times)
        settle(floor)
        span = floor.ask("SELECT extract(year FROM max(at)) - extract(year FROM min(at)) FROM fact")[0][0]
    return {"stations": 3, "years between facts": int(span)}
