"""The conversation of a station with central: what it does when the other side is not as it hoped."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from app.clock import FakeClock
from app.db import central_write
from app.errors import Unavailable
from app.models import StationSeen
from app.picking.facts import Picked
from app.sync.central import SqlCentral
from app.sync.pace import BURST, LEAST_S, MOST_S, RATE, START_S, Bucket, first_wait, next_wait
from app.sync.talk import MOST_FORKS, Talk
from app.sync.wire import NotWelcome, StreamBroken
from app.work.facts import SignedIn
from tests.sync.sides import B1, FENCE, MUG, PICK_MUG, T1, WORK, CentralSide, StationSide, ledger, mirrored
from ui.unsteady import UnsteadyLine

SOMEBODY = b"\x07" * 16


def take(units: int = 1) -> Picked:
    return Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", units, T1)


class Side:
    """A station that talks over a line that can be made to fail."""

    def __init__(self, central: CentralSide, station: StationSide, clock: FakeClock) -> None:
        self.central, self.station, self.clock = central, station, clock
        self.line = UnsteadyLine(SqlCentral(central.database, clock))
        self.talk = Talk(station.keeper, self.line, clock)

    def talk_once(self) -> bool:
        parcel = self.talk.next()
        if parcel is not None:
            self.station.keeper.take_in(parcel)
        return parcel is not None

    def talk_until_quiet(self) -> int:
        rounds = 1
        while self.talk_once() or self.central.work():
            rounds += 1
            assert rounds < 200
        return rounds


@pytest.fixture
def side(central: CentralSide, station: StationSide, clock: FakeClock) -> Side:
    return Side(central, station, clock)


# ---- what is said of the line ---------------------------------------------------------------------------------------


def test_it_says_since_when_central_is_away_and_how_much_waits(side: Side, clock: FakeClock) -> None:
    # given a station that met central
    side.talk_until_quiet()
    met = side.talk.line.since
    assert side.talk.line.online

    # when the line is cut and hands go on
    side.line.set("away")
    clock.advance(600)
    side.station.record(take(), take())
    with pytest.raises(Unavailable):
        side.talk.next()

    # then it says so, and again after the program was started anew
    assert (side.talk.line.online, side.talk.line.queued, side.talk.line.since) == (False, 2, met)
    again = Talk(side.station.keeper, side.line, clock)
    assert (again.line.online, again.line.since) == (False, met)

    # and all goes when the line is back
    side.line.set("even")
    side.talk_until_quiet()
    assert (side.talk.line.online, side.talk.line.queued) == (True, 0)
    assert ledger(side.central.path)[MUG, T1, "", "good"] == 2


def test_it_says_that_central_does_nothing_with_what_it_has(side: Side, clock: FakeClock) -> None:
    side.talk_until_quiet()
    side.station.record(take())
    side.talk_once()
    for _ in range(3):
        clock.advance(10)
        side.talk_once()

    assert side.talk.line.behind_s == 20
    side.central.work()
    side.talk_once()
    side.talk_once()
    assert side.talk.line.behind_s == 0


def test_a_central_that_works_however_slowly_is_not_behind(
    side: Side, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sync.applier.BATCH", 1)
    side.talk_until_quiet()
    side.station.record(*[SignedIn(SOMEBODY)] * 5)
    side.talk_once()
    told = []
    for _ in range(5):
        clock.advance(8)
        side.central.work()
        side.talk_once()
        told.append(side.talk.line.behind_s)

    assert max(told) < 10


@pytest.mark.parametrize(("mood", "must_update"), [("old", "central"), ("even", "")])
def test_it_says_who_must_be_updated_and_pushes_all_the_same(mood: str, must_update: str, side: Side) -> None:
    side.line.set(mood)
    side.station.record(take())

    side.talk_until_quiet()

    assert side.talk.line.must_update == must_update
    assert ledger(side.central.path)[MUG, T1, "", "good"] == 1


def test_it_says_that_rows_are_on_their_way(side: Side) -> None:
    side.line.set("slow")
    side.talk_once()
    side.talk_once()

    assert side.talk.line.fetching


def test_a_station_that_was_signed_off_hears_it_at_its_next_word(side: Side, clock: FakeClock) -> None:
    side.talk_until_quiet()
    with central_write(side.central.database) as session:
        session.get_one(StationSeen, side.station.id).revoked_at = clock.now()
    side.station.record(take())

    with pytest.raises(NotWelcome, match="revoked"):
        side.talk.next()

    assert (side.talk.line.online, side.talk.line.refused, side.talk.line.queued) == (False, "revoked", 1)


# ---- what it does ---------------------------------------------------------------------------------------------------


def test_a_stream_that_central_does_not_take_is_left_for_a_new_one(side: Side) -> None:
    side.station.record(take())
    side.talk_until_quiet()
    side.line.set("twin")
    side.talk.hang_up()
    side.talk_once()
    before = side.station.keeper.incarnation

    side.station.record(take())
    side.talk_until_quiet()

    assert side.station.keeper.incarnation != before
    assert side.talk.line.forked
    assert ledger(side.central.path)[MUG, T1, "", "good"] == 2
    assert mirrored(side.station.path) == mirrored(side.central.path)


def test_a_central_that_takes_no_stream_at_all_is_not_asked_for_ever(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = 0

    def push(*_arguments: object) -> None:
        nonlocal refusals
        refusals += 1
        raise StreamBroken("never")

    monkeypatch.setattr(side.line, "push", push)
    side.station.record(take())
    with pytest.raises(NotWelcome, match="stream"):
        side.talk_until_quiet()

    assert refusals == MOST_FORKS + 2
    assert side.station.keeper.outgoing().queued >= 1


def test_a_line_that_breaks_anywhere_loses_and_doubles_nothing(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before and after each call; what was being carried is carried again."""
    dice, inner = Random(5), SqlCentral(side.central.database, side.clock)

    def breaking(name: str) -> Callable[..., object]:
        call = getattr(inner, name)

        def broken(*arguments: object) -> object:
            if dice.random() < 0.2:
                raise ConnectionResetError
            found = call(*arguments)
            if dice.random() < 0.2:
                raise ConnectionResetError
            return found

        return broken

    for name in ("hello", "push", "pull"):
        monkeypatch.setattr(side.line, name, breaking(name))
    for n in range(60):
        side.station.record(take(), SignedIn(SOMEBODY))
        if n % 7 == 0:
            side.station.ask("numbers", {"kind": "parcel"})
        try:
            side.talk_once()
        except ConnectionResetError:
            continue
        side.central.work()
    monkeypatch.undo()
    side.talk.hang_up()
    side.talk_until_quiet()

    assert ledger(side.central.path)[MUG, T1, "", "good"] == 60
    assert mirrored(side.station.path) == mirrored(side.central.path)
    assert side.station.query("SELECT count(*) FROM ask") == [(0,)]
    assert side.station.query("SELECT first, last FROM number_range ORDER BY 1") == side.central.query(
        "SELECT first, last FROM number_range ORDER BY 1"
    )
    assert side.central.query("SELECT count(*) FROM number_range") == [(9,)]


def test_a_feed_that_is_not_ours_is_answered_by_a_new_mirror(side: Side) -> None:
    side.talk_until_quiet()
    side.station.record(take())
    side.station.change("UPDATE itself SET feed_event = ?", b"\x00" * 16)

    side.talk_until_quiet()

    assert side.station.path.is_symlink()
    assert mirrored(side.station.path) == mirrored(side.central.path)


# ---- pace -----------------------------------------------------------------------------------------------------------


def test_waits_grow_and_are_never_the_same_twice() -> None:
    dice = Random(1)
    waits = [[next_wait(failures, dice) for _ in range(50)] for failures in range(1, 14)]

    assert all(LEAST_S <= wait <= MOST_S for some in waits for wait in some)
    assert all(len(set(some)) == 50 for some in waits)
    middles = [sum(some) / 50 for some in waits]
    assert middles == sorted(middles) or max(middles[-6:]) > 20
    assert max(waits[0]) < 0.5
    assert min(waits[-1]) >= MOST_S / 2


def test_stations_that_start_together_do_not_greet_together() -> None:
    found = sorted(first_wait(Random(n)) for n in range(50))

    assert 0 <= found[0] < found[-1] <= START_S
    assert found[-1] - found[0] > START_S / 2


def test_a_backlog_goes_no_faster_than_the_bucket_lets_it(clock: FakeClock) -> None:
    bucket, sent, started = Bucket(clock), 0, clock.mono_ns()
    while sent < 100_000:
        if (wait := bucket.wait_s()) > 0:
            clock.advance(wait)
        bucket.take(200)
        sent += 200

    seconds = (clock.mono_ns() - started) / 1e9
    assert (100_000 - BURST) / RATE - 1 < seconds < 60


def test_questions_do_not_wait_behind_a_backlog(central: CentralSide, station: StationSide, clock: FakeClock) -> None:
    # given a bucket that is empty
    bucket = Bucket(clock, rate=1, burst=1)
    talk = Talk(station.keeper, SqlCentral(central.database, clock), clock, bucket=bucket)
    bucket.take(100)
    station.record(take())
    station.ask("numbers", {"kind": "parcel"})

    for _ in range(3):
        parcel = talk.next()
        if parcel is not None:
            station.keeper.take_in(parcel)
        central.work()

    assert central.query("SELECT count(*) FROM answer") == [(1,)]
    assert central.query("SELECT count(*) FROM fact WHERE kind = 'Picked'") == [(0,)]
    assert talk.wait_s() > 0
