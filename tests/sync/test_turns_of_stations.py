"""One noisy station does not hold up the others: each has its turn, and no turn lasts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clock import FakeClock
from app.sync.applier import BATCH, BATCH_NS, work_off
from app.sync.wire import PUSH_FACTS
from app.work.facts import SignedIn
from tests.sync.sides import CentralSide, StationSide, even_sides

NOISE = 3 * BATCH
Floor = tuple[CentralSide, StationSide, StationSide]


class Slow(FakeClock):
    """A clock by which each look takes ten milliseconds."""

    def mono_ns(self) -> int:
        self.advance(0.01)
        return super().mono_ns()


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    """A station that has a backlog of three batches, and one with a fact and a question."""
    central, (noisy, calm) = even_sides(tmp_path, FakeClock(), "PACK01", "PACK02")
    noisy.record(*(SignedIn(n.to_bytes(16)) for n in range(NOISE)))
    while noisy.keeper.outgoing().facts:
        noisy.push()
    calm.record(SignedIn(b"c" * 16))
    calm.ask("numbers", {"kind": "parcel"})
    calm.push()
    yield central, noisy, calm
    for side in (noisy, calm, central):
        side.close()


def left(central: CentralSide) -> dict[bytes, int]:
    rows = central.query("SELECT station_id, sum(pushed_seq - applied_seq) FROM station_mark GROUP BY station_id")
    return {station: facts for station, facts in rows if facts}


def one_round(central: CentralSide, clock: FakeClock, turns: int) -> None:
    """So many turns of stations, then central is stopped."""
    seen = iter([*[False] * turns, True, True])
    work_off(central.database, clock, lambda: next(seen, True))


def test_after_one_turn_of_each_station_only_the_noisy_one_has_facts_left(floor: Floor) -> None:
    central, noisy, _ = floor

    one_round(central, FakeClock(), 3)

    assert left(central) == {noisy.id: NOISE - BATCH}
    assert central.query("SELECT kind FROM answer") == [("numbers",)]


def test_a_turn_ends_when_its_time_is_over_although_facts_are_left(floor: Floor) -> None:
    central, noisy, _ = floor
    most = BATCH_NS // 10_000_000 + 1

    one_round(central, Slow(), 3)

    assert NOISE - most <= left(central)[noisy.id] < NOISE
    assert central.query("SELECT kind FROM answer") == [("numbers",)]


def test_turns_lose_and_repeat_nothing(floor: Floor) -> None:
    central, _, _ = floor

    work_off(central.database, Slow())

    assert left(central) == {}
    assert central.query("SELECT count(*) FROM fact WHERE kind = 'SignedIn'") == [(NOISE + 1,)]
    assert central.query("SELECT count(*) FROM fact_status") == [(0,)]
    assert NOISE > PUSH_FACTS
