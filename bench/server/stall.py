"""For how long the screen stands still while the server, the line or a worker is broken: the real kiosk's own window.

The station with the window (`tests.floor_of_stations.screen`) beats every 5 ms on the screen's thread and is typed at
four times a second; two more stations work beside it. Before each blow comes a calm of a few seconds in which the same
is measured, and a clock that does nothing else runs all along in a process of its own: where that one stood still as
well, the machine did, and no fault of the server's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from bench.figures import Figure, Note, Said
from tests.floor_of_stations.cases import BLOCKED_MS, WITH_SCREEN, Felt, line_of
from tests.floor_of_stations.floor import ServerFloor, Station
from tests.postgres import PgServer, versions

ROUNDS, CALM_S = 2, 4.0
Blow = Callable[[ServerFloor, Station], Callable[[], object]]
"""Breaks something and returns what mends it."""


def _backend_hangs(floor: ServerFloor, station: Station) -> Callable[[], object]:
    pid = line_of(floor, station)
    floor.pg.freeze(pid)
    return lambda: floor.pg.thaw(pid)


def _server_hangs(floor: ServerFloor, _station: Station) -> Callable[[], object]:
    floor.pg.freeze()
    return floor.pg.thaw


def _server_dies(floor: ServerFloor, _station: Station) -> Callable[[], object]:
    floor.pg.kill9()
    return floor.pg.start


def _line_swallows(_floor: ServerFloor, station: Station) -> Callable[[], object]:
    station.line.swallow()
    return station.line.mend


def _line_is_cut(_floor: ServerFloor, station: Station) -> Callable[[], object]:
    station.line.cut()
    return station.line.mend


def _backend_dies(floor: ServerFloor, station: Station) -> Callable[[], object]:
    pid = line_of(floor, station)
    floor.ask(f"SELECT pg_terminate_backend({pid})")
    return lambda: None


BLOWS: dict[str, tuple[Blow, bool]] = {
    "one backend hangs (SIGSTOP)": (_backend_hangs, True),
    "all of the server hangs (SIGSTOP)": (_server_hangs, True),
    "the server dies (kill -9) and starts again": (_server_dies, True),
    "a black hole: every byte is swallowed": (_line_swallows, True),
    "the line is reset, again and again": (_line_is_cut, True),
    "a backend is ended; the next call finds it gone": (_backend_dies, False),
}
"""Each with whether the window is to say offline before it is mended."""


def stalls(folder: Path) -> Iterator[Said]:
    """The longest pause of the screen's thread, blow by blow, beside that of the calm before each."""
    with (
        PgServer(versions()[0], durable=True) as pg,
        ServerFloor(pg, folder, crew=WITH_SCREEN, seed=1, orders=30, workers=1) as floor,
    ):
        floor.wait_for_facts(20)
        yield from _played(floor)


def _played(floor: ServerFloor) -> Iterator[Said]:
    felt = Felt.of(floor)
    names = [*BLOWS] * ROUNDS
    Random(1).shuffle(names)
    calm: list[dict[str, float]] = []
    broken: dict[str, list[dict[str, float]]] = {name: [] for name in BLOWS}
    for name in names:
        calm.append(_in_the_calm(felt))
        broken[name].append(_while_broken(floor, felt, name))
    quiet = Figure("the screen's thread stood still: nothing is broken", _column(calm, "blocked_ms"), of="max")
    yield quiet
    for name, looks in broken.items():
        yield Figure(f"  {name}", _column(looks, "blocked_ms"), target=BLOCKED_MS, of="max")
    everything = [look for looks in broken.values() for look in looks]
    yield Figure("a clock alone on this machine stood still", _column([*calm, *everything], "bare_ms"), of="max")
    yield Figure("a code typed until its View, nothing is broken", _column(calm, "answer_ms"), of="max")
    yield Figure("a code typed until its View, while broken", _column(everything, "answer_ms"), of="max")
    answers = sum(int(look["answers"]) for look in everything)
    yield Note(f"each sample is the longest of one blow; {answers} codes were answered while something was broken")


def _in_the_calm(felt: Felt) -> dict[str, float]:
    felt.look()
    time.sleep(CALM_S)  # what is measured is this time
    return felt.look()


def _while_broken(floor: ServerFloor, felt: Felt, name: str) -> dict[str, float]:
    """From the blow until the window says that the line is there again."""
    blow, goes_offline = BLOWS[name]
    run = felt.station.run
    felt.look()
    said = len(run.said)
    mend = blow(floor, felt.station)
    gone = 0
    try:
        if goes_offline:
            gone = run.wait(lambda line: line.get("line") is False, said)["ns"]
            time.sleep(1.0)  # so that tries that fail are part of it
    finally:
        mend()
    if goes_offline:
        run.wait(lambda line: line.get("line") is True and line["ns"] > gone, said)
    else:
        floor.wait_for_facts(10)
    return felt.look()


def _column(looks: list[dict[str, float]], name: str) -> tuple[float, ...]:
    return tuple(float(look[name]) for look in looks)
