"""How long work belongs to a station: by its own time, by central's clock, and never by a clock that jumped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.clock import FakeClock, boot_id
from app.db import central_write
from app.ids import stable_id
from app.models import Work
from app.settings import Home
from app.sync.duties import ClockWatch, Place, do_duties
from app.sync.mirror import LEASE_MARGIN_NS
from app.work.service import claim_work
from app.work.service.claims import LEASE
from tests.sync.sides import ORDER, CentralSide, StationSide

NEW, OTHER = stable_id("work", "new"), stable_id("station", "other")
LEASE_NS = int(LEASE.total_seconds()) * 1_000_000_000


def add_work(central: CentralSide, **values: object) -> None:
    with central_write(central.database) as session:
        session.add(Work(**{"id": NEW, "kind": "pick", "order_id": ORDER, **values}))


def claim(central: CentralSide, station_id: bytes, *, lapsed: tuple[bytes, ...] = ()) -> list[tuple[bytes, int]]:
    with central_write(central.database) as session:
        found = claim_work(session, station_id=station_id, kind="pick", limit=5, now=central.clock.now(), lapsed=lapsed)
        return [(one.work_id, one.fence) for one in found]


# ---- at the station -------------------------------------------------------------------------------------------------


def test_a_lease_runs_from_when_it_was_asked_for_and_ends_before_central_gives_the_work_away(
    central: CentralSide, station: StationSide, clock: FakeClock
) -> None:
    # given a question that took an hour to get to central
    add_work(central)
    asked = clock.mono_ns()
    station.ask("claim", {"kind": "pick", "limit": 1})
    clock.advance(3_600)
    station.settle()

    # then the hour is not counted twice
    assert station.query("SELECT boot, until_ns FROM own_lease") == [(boot_id(), asked + LEASE_NS - LEASE_MARGIN_NS)]
    assert station.query("SELECT lease_id FROM own_lease") == central.query(
        "SELECT lease_id FROM work WHERE id = ?", NEW
    )


def test_after_a_fork_no_lease_is_begun(central: CentralSide, station: StationSide) -> None:
    add_work(central)
    station.ask("claim", {"kind": "pick", "limit": 1})
    station.settle()

    station.hello(broken=True)

    assert station.query("SELECT boot FROM own_lease") == [(bytes(16),)]


# ---- at central -----------------------------------------------------------------------------------------------------


def test_what_a_station_may_not_begin_any_more_is_leased_to_it_anew_and_to_nobody_else(central: CentralSide) -> None:
    add_work(central)
    assert claim(central, OTHER) == [(NEW, 1)]

    assert claim(central, stable_id("station", "thief"), lapsed=(NEW,)) == []
    assert claim(central, OTHER) == []
    assert claim(central, OTHER, lapsed=(NEW,)) == [(NEW, 2)]


@pytest.mark.parametrize(("started", "found"), [(False, [(NEW, 2)]), (True, [])])
def test_work_that_was_begun_is_not_given_away_when_its_lease_ends(
    started: bool, found: list[tuple[bytes, int]], central: CentralSide, clock: FakeClock
) -> None:
    until = clock.now() + timedelta(seconds=1)
    add_work(central, state="leased", station_id=OTHER, fence=1, lease_until=until, started=started)
    clock.advance(2)

    assert claim(central, stable_id("station", "next")) == found


@dataclass
class JumpingClock(FakeClock):
    """A clock that somebody sets."""

    def __post_init__(self) -> None:
        super().__init__()

    def set(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.mark.parametrize("seconds", [86_400, -86_400, 61])
def test_a_clock_that_jumps_gives_no_work_away(seconds: int, tmp_path: Path, central: CentralSide) -> None:
    # given work whose lease ends in a minute, and central's clock watched
    clock = JumpingClock()
    central.clock = clock
    place = Place(central.database, clock, Home(tmp_path))
    until = clock.now() + timedelta(seconds=60)
    add_work(central, state="leased", station_id=OTHER, fence=1, lease_until=until)
    do_duties(place, set(), "DUTIES")

    # when somebody sets the clock
    clock.set(seconds)
    clock.advance(1)
    do_duties(place, set(), "DUTIES")
    clock.set(max(0, -2 * seconds))  # and time goes on beyond the lease
    clock.advance(1)

    # then the lease is not taken for ended until a person has looked
    assert claim(central, stable_id("station", "next")) == []
    assert central.query("SELECT kind FROM incident WHERE resolved_at IS NULL") == [("clock_jump",)]
    with central.database.write.begin() as connection:
        connection.exec_driver_sql("UPDATE incident SET resolved_at = opened_at")
    assert claim(central, stable_id("station", "next")) == [(NEW, 2)]


def test_time_that_goes_on_as_it_should_is_no_jump(tmp_path: Path, central: CentralSide, clock: FakeClock) -> None:
    place = Place(central.database, clock, Home(tmp_path))
    for seconds in (1, 3_600, 86_400, 59):
        do_duties(place, set(), "DUTIES")
        clock.advance(seconds)
    do_duties(place, set(), "DUTIES")

    assert central.query("SELECT count(*) FROM incident") == [(0,)]


def test_a_clock_that_went_back_while_nothing_ran_is_found_at_the_start(tmp_path: Path, central: CentralSide) -> None:
    clock = JumpingClock()
    do_duties(Place(central.database, clock, Home(tmp_path)), set(), "DUTIES")
    clock.set(-600)

    do_duties(Place(central.database, clock, Home(tmp_path)), set(), "DUTIES")

    assert central.query("SELECT kind FROM incident") == [("clock_jump",)]


def test_a_small_step_of_the_clock_is_no_jump() -> None:
    clock = JumpingClock()
    watch = ClockWatch()
    moments: list[datetime] = []
    for step in (0, 59, -59):
        clock.set(step)
        clock.advance(1)
        moments.append(clock.now())
        assert watch.jump_s(clock) == 0
    assert len(moments) == 3
