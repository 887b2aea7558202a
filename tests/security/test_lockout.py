"""Wrong PINs wait, and neither a restart nor a clock that is set nor another station ends the wait."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app import clock as clocks
from app.clock import FakeClock
from app.db import central_write, changed
from app.facts import Fact
from app.ids import stable_id
from app.models import Person
from app.settings import Home
from app.sync.station import Cause
from app.text import say
from app.work.facts import Approved, PinAccepted, PinRefused
from app.work.rules import LOCKED_AFTER, pins, seconds_left, wait_after
from app.work.service.pepper import make_pepper
from app.work.service.staff import leave, set_pin, staff_list, unlock, unlock_stations
from app.workflow import Station
from tests.sync.sides import CentralSide, StationSide, even_sides
from ui.approvals import StationApprovals

RIGHT, WRONG, ACT = "271828", "592647", say("Void the label")
LEAD = stable_id("person", "1003")
OTHER_LEAD = stable_id("person", "1006")
PICKER = stable_id("person", "1001")


class Wall(FakeClock):
    """A clock on the wall that somebody sets, beside the time that nobody can set."""

    def set(self, by: timedelta) -> None:
        self._now += by


@dataclass
class At:
    """A station that checks PINs: its file, and what its running program knows of waits."""

    side: StationSide
    home: Home

    def __post_init__(self) -> None:
        self.approvals = StationApprovals(self, self.home)

    @property
    def station(self) -> Station:
        return self.side.keeper.station

    @property
    def clock(self) -> FakeClock:
        return self.side.clock

    def read(self, query: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        with self.side.keeper.look() as look:
            return look.read(query, *args, **kwargs)

    def try_pin(self, pin: str = WRONG, person: bytes = LEAD) -> bool:
        """Types a PIN at the gate, which hears none while it waits."""
        if self.wait(person):
            raise AssertionError("the gate hears no key now")
        checked = self.approvals.check(person, pin, "void", ACT)
        self.record(*checked.facts)
        return checked.accepted

    def record(self, *facts: Fact) -> None:
        with self.side.keeper.act() as transaction:
            transaction.record(facts, Cause(at=self.clock.now(), group=transaction.next_group()))

    def wait(self, person: bytes = LEAD) -> int:
        return self.approvals.wait_s(person)

    def restart(self) -> None:
        """The program ends and starts again on the same file."""
        self.side.close()
        self.side.open()
        self.approvals = StationApprovals(self, self.home)

    def hear(self) -> None:
        """What others did comes from central."""
        self.side.settle()
        self.approvals.learn()


@dataclass
class Floor:
    central: CentralSide
    one: At
    two: At
    clock: Wall


@pytest.fixture
def boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The machine's boot; called, it boots anew."""
    file = tmp_path / "boot_id"
    monkeypatch.setattr(clocks, "BOOT_FILE", file)

    def anew() -> None:
        file.write_text(f"{uuid.uuid4()}\n", encoding="ascii")

    anew()
    return anew


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of a site with two leads and a picker who all have the same PIN, kept cheaply: a hash says its own cost."""
    folder, clock = tmp_path_factory.mktemp("site"), Wall()
    home = Home(folder / "home").make()
    central, stations = even_sides(folder, clock, "PACK01", "PACK02")
    with pytest.MonkeyPatch.context() as patch, central_write(central.database) as session:
        patch.setattr(pins, "TIME_COST", 1)
        patch.setattr(pins, "MEMORY_KIB", 64)
        pins._hasher.cache_clear()
        for number, key, role in (("1003", LEAD, "lead"), ("1006", OTHER_LEAD, "lead"), ("1001", PICKER, "picker")):
            session.add(Person(id=key, staff_number=number, name=f"P{number}", role=role, language="en", active=True))
            session.flush()
            changed(session, Person, key)
            set_pin(session, make_pepper(home), staff_number=number, pin=RIGHT, now=clock.now())
    pins._hasher.cache_clear()
    for side in (*stations, *stations):
        side.settle()
    for each in (*stations, central):
        each.close()
    return folder


@pytest.fixture
def floor(site: Path, tmp_path: Path, boot: Callable[[], None]) -> Iterator[Floor]:
    shutil.copytree(site, tmp_path, dirs_exist_ok=True)
    clock, home = Wall(), Home(tmp_path / "home")
    central = CentralSide(tmp_path, clock)
    one, two = (StationSide(tmp_path, code, clock, central) for code in ("PACK01", "PACK02"))
    yield Floor(central, At(one, home), At(two, home), clock)
    for each in (one, two, central):
        each.close()


# ---- the rule -------------------------------------------------------------------------------------------------------


def test_the_wait_begins_with_the_fifth_wrong_pin_doubles_and_is_half_an_hour_from_the_tenth() -> None:
    assert [wait_after(n) for n in range(13)] == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 1800, 1800, 1800]
    assert LOCKED_AFTER == 10


def test_seconds_are_rounded_up_and_a_time_that_runs_backwards_counts_as_none() -> None:
    assert [seconds_left(5, ns) for ns in (0, 1, 29_000_000_001, 30_000_000_000, -5)] == [30, 30, 1, 0, 30]


# ---- at one station -------------------------------------------------------------------------------------------------


def test_eleven_wrong_pins_with_restarts_and_clocks_that_are_set_are_each_made_to_wait(floor: Floor) -> None:
    one, waits = floor.one, []
    for number in range(1, 12):
        assert not one.try_pin()
        waits.append(one.wait())
        if number == 6:
            one.restart()
        if number == 7:
            floor.clock.set(timedelta(days=3))
        if number == 8:
            floor.clock.set(timedelta(days=-900))
            one.restart()
        assert one.wait() == waits[-1]
        floor.clock.advance(waits[-1])

    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 1800, 1800]


@pytest.mark.parametrize("days", [-4000, -1, 1, 4000])
def test_a_clock_that_is_set_opens_nothing_and_keeps_nobody_out_longer(floor: Floor, days: int) -> None:
    for _ in range(5):
        floor.one.try_pin()

    floor.clock.set(timedelta(days=days))

    assert floor.one.wait() == 30
    floor.clock.advance(30)
    assert floor.one.wait() == 0
    assert floor.one.try_pin(RIGHT)


def test_the_time_that_passes_between_two_starts_of_the_program_counts(floor: Floor) -> None:
    for _ in range(5):
        floor.one.try_pin()

    floor.clock.advance(20)
    floor.one.restart()

    assert floor.one.wait() == 10


def test_after_a_boot_the_wait_begins_anew(floor: Floor, boot: Callable[[], None]) -> None:
    for _ in range(5):
        floor.one.try_pin()
    floor.clock.advance(29)

    boot()
    floor.clock.set(timedelta(days=365))
    floor.one.restart()

    assert floor.one.wait() == 30
    floor.clock.advance(30)
    assert floor.one.wait() == 0


def test_the_right_pin_ends_the_counting(floor: Floor) -> None:
    for _ in range(4):
        floor.one.try_pin()

    assert floor.one.try_pin(RIGHT)

    for _ in range(4):
        floor.one.try_pin()
    assert floor.one.wait() == 0


def test_wrong_pins_of_different_people_lock_the_station(floor: Floor) -> None:
    for number in range(5):
        floor.one.try_pin(person=LEAD if number % 2 else OTHER_LEAD)

    assert floor.one.wait(LEAD) == floor.one.wait(OTHER_LEAD) == floor.one.wait(b"") == 30


def test_the_right_pin_of_one_does_not_forgive_the_wrong_ones_of_another(floor: Floor) -> None:
    for _ in range(4):
        floor.one.try_pin()
    assert floor.one.try_pin(RIGHT, OTHER_LEAD)

    floor.one.try_pin()

    assert (floor.one.wait(LEAD), floor.one.wait(OTHER_LEAD)) == (30, 0)


# ---- between stations -----------------------------------------------------------------------------------------------


def test_another_station_hears_of_it_and_waits_from_then_on(floor: Floor, boot: Callable[[], None]) -> None:
    # given a station on another machine
    boot()
    floor.two.restart()
    for _ in range(5):
        floor.one.try_pin()

    # when it hears of the wrong PINs ten seconds later
    floor.one.side.settle()
    floor.clock.advance(10)
    floor.two.hear()

    # then the wait is the person's, wherever, and each place has its own
    assert floor.two.wait(LEAD) == 30
    assert floor.two.wait(OTHER_LEAD) == 0
    floor.clock.advance(30)
    assert floor.two.wait(LEAD) == 0


def test_what_both_stations_counted_adds_up(floor: Floor) -> None:
    for _ in range(3):
        floor.one.try_pin()
        floor.two.try_pin()
    for at in (floor.one, floor.two, floor.one):
        at.hear()

    with central_write(floor.central.database) as session:
        row = next(r for r in staff_list(session) if r.staff_number == "1003")

    assert row.failures == 6
    assert floor.one.wait(LEAD) == floor.two.wait(LEAD) == 60


def test_a_supervisor_clears_it_everywhere(floor: Floor) -> None:
    for _ in range(10):
        floor.clock.advance(floor.one.wait())
        floor.one.try_pin()
    assert floor.one.wait() == 1800
    floor.one.hear()

    with central_write(floor.central.database) as session:
        unlock(session, staff_number="1003", now=floor.clock.now())
        assert unlock_stations(session, now=floor.clock.now()) == 1
    floor.one.hear()

    assert floor.one.wait() == 0
    assert floor.one.try_pin(RIGHT)


# ---- who may --------------------------------------------------------------------------------------------------------


def test_an_approval_is_bound_to_person_right_and_words(floor: Floor) -> None:
    checked = floor.one.approvals.check(LEAD, RIGHT, "void", say("Void the label of {n}", n="10482"))

    here = floor.one.station.station_id
    assert checked.facts == (PinAccepted(LEAD, here),)
    assert checked.approval == Approved(LEAD, "void", "Void the label of 10482")


@pytest.mark.parametrize("right", ["void", "refund", "no such right"])
def test_the_right_pin_of_somebody_without_the_right_is_refused(floor: Floor, right: str) -> None:
    checked = floor.one.approvals.check(PICKER, RIGHT, right, ACT)

    assert (checked.accepted, [type(f) for f in checked.facts]) == (False, [PinRefused])
    approver = floor.one.approvals.approver(PICKER, right)
    assert approver is not None
    assert (approver.may, approver.has_pin) == (False, True)


def test_an_unknown_right_is_nobody_s(floor: Floor) -> None:
    assert not floor.one.approvals.check(LEAD, RIGHT, "no such right", ACT).accepted


def test_who_has_left_approves_nothing_from_the_next_rows_of_the_feed_on(floor: Floor) -> None:
    with central_write(floor.central.database) as session:
        leave(session, staff_number="1003", now=floor.clock.now())
    floor.one.hear()

    assert floor.one.approvals.approver(LEAD, "void") is None
    assert not floor.one.approvals.check(LEAD, RIGHT, "void", ACT).accepted


def test_without_the_key_nobody_has_a_pin(floor: Floor, expected_log: Callable[[str], None], tmp_path: Path) -> None:
    floor.one.home.pepper_file.chmod(0o644)
    expected_log("ERROR ui.approvals: The key of the PINs can't be used")

    approver = floor.one.approvals.approver(LEAD, "void")

    assert approver is not None
    assert not approver.has_pin
    floor.one.home.pepper_file.unlink()
    assert not floor.one.approvals.check(LEAD, RIGHT, "void", ACT).accepted


def test_a_fact_of_a_wrong_pin_has_no_digit_of_it(floor: Floor) -> None:
    facts: tuple[Fact, ...] = floor.one.approvals.check(LEAD, "918273", "void", ACT).facts

    assert set(facts[0].body()) == {"person_id", "station_id", "boot", "mono_ns"}
    floor.one.record(*facts)
    assert floor.one.side.query("SELECT count(*) FROM fact WHERE data LIKE '%918273%'") == [(0,)]
