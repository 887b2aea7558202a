"""What station and central find out about each other when they meet, and that nothing is lost whatever it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from shutil import copy

import pytest

from app.clock import FakeClock
from app.db import central_write
from app.models import StationSeen
from app.picking.facts import Picked
from app.sync.talk import offset_ms, too_old
from app.sync.wire import Cursor, Greeting, Identity, Mark, NotWelcome, Welcome
from app.work.facts import SignedIn, ToteEmptied
from tests.sync.sides import (
    B1,
    FENCE,
    MUG,
    PICK_MUG,
    T1,
    T2,
    WORK,
    CentralSide,
    StationSide,
    balances,
    ledger,
    mirrored,
)

SOMEBODY = b"\x07" * 16


def take(units: int = 1) -> Picked:
    return Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", units, T1)


def incidents(central: CentralSide) -> list[str]:
    return [kind for (kind,) in central.query("SELECT kind FROM incident ORDER BY kind")]


def kept_facts(side: CentralSide | StationSide, *, of: StationSide) -> set[bytes]:
    return {fact_id for (fact_id,) in side.query("SELECT fact_id FROM fact WHERE station_id = ?", of.id)}


def twin_of(station: StationSide, folder: Path) -> StationSide:
    """A second machine from this one's disk."""
    station.close()
    folder.mkdir()
    copy(station.path, folder / station.path.name)
    station.open()
    return StationSide(folder, station.code, station.clock, station.central)


# ---- the answer -----------------------------------------------------------------------------------------------------


def test_central_says_who_it_is_and_how_far_it_has_everything(central: CentralSide, station: StationSide) -> None:
    # given one fact that central has, and one that it has not
    station.record(take())
    station.settle()
    station.record(take())

    # when the station greets
    greeting = station.keeper.greeting("1.0")
    welcome = central.port.hello(greeting)

    # then both marks are the same, and the feed goes on
    [(epoch,)] = central.query("SELECT epoch FROM cluster_mark")
    [(head,)] = central.query("SELECT head FROM feed_head")
    assert greeting.acked.seq == 2
    assert welcome == Welcome(Identity(epoch), greeting.acked, head, feed_goes_on=True, at=central.clock.now())
    assert central.query("SELECT station_id, app, schema FROM station_seen") == [(station.id, "1.0", 2)]


def test_nothing_is_noted_where_everything_is_as_it_was(central: CentralSide, station: StationSide) -> None:
    station.record(take())
    station.settle()

    assert [station.hello() for _ in range(3)] == ["same"] * 3
    station.settle()

    assert incidents(central) == []


def test_a_feed_that_lost_its_end_does_not_go_on(central: CentralSide, station: StationSide) -> None:
    greeting = station.keeper.greeting()
    beyond = replace(greeting, cursor=Cursor(greeting.cursor.seq + 1, greeting.cursor.event_id))
    other = replace(greeting, cursor=Cursor(greeting.cursor.seq, b"\x00" * 16))

    assert [central.port.hello(g).feed_goes_on for g in (greeting, beyond, other)] == [True, False, False]


# ---- central lost something -----------------------------------------------------------------------------------------


def test_a_central_that_lost_facts_gets_them_and_the_office_hears_of_it(
    central: CentralSide, station: StationSide
) -> None:
    backup = central.back_up()
    for _ in range(3):
        station.record(take())
    station.settle()
    stock = ledger(central.path)

    central.restore(backup)
    assert station.hello() == "central_lost"
    station.settle()

    assert ledger(central.path) == stock
    assert central.query("SELECT kind, subject, detail FROM incident") == [
        ("central_lost", station.id, "3 facts after 1")
    ]


def test_a_central_that_lost_more_than_a_station_keeps_gets_all_that_it_keeps(
    central: CentralSide, station: StationSide
) -> None:
    # given a station that no longer keeps its oldest facts, and an empty central
    for _ in range(5):
        station.record(SignedIn(SOMEBODY))
    station.settle()
    [(mark,)] = central.query("SELECT pushed_seq FROM station_mark WHERE station_id = ?", station.id)
    station.change("DELETE FROM outbox WHERE seq <= 3")
    with central_write(central.database) as session:
        session.connection().exec_driver_sql("DELETE FROM station_mark")

    # when they meet
    found = station.hello()
    station.settle()

    # then the rest goes in a stream of its own that begins with the oldest one
    assert (mark, found) == (6, "fork")
    assert central.query("SELECT min(seq), max(seq) FROM fact_again") == [(4, 6)]
    assert central.query("SELECT kind FROM fact WHERE seq = 7 AND station_id = ?", station.id) == [("StreamNoted",)]


# ---- forks ----------------------------------------------------------------------------------------------------------


def test_two_machines_of_one_disk_lose_nothing(tmp_path: Path, central: CentralSide, station: StationSide) -> None:
    """Each goes on for itself, pushing now and then in any order; all of both is at central, once."""
    # given two machines with the same file, in the middle of their work
    station.record(take())
    station.settle()
    twin = twin_of(station, tmp_path / "twin")
    start = ledger(central.path)[MUG, T1, "", "good"]
    dice, sides, found = Random(11), (station, twin), []

    # when both do 500 things and tell of them whenever it happens
    for n in range(100):
        side = sides[n % 2]
        side.record(take(), take(), *[SignedIn(SOMEBODY)] * 8)
        if dice.random() < 0.1:
            found.append(side.hello())
            side.settle()
    for side in (*sides, *sides):
        found.append(side.hello())
        side.settle()

    # then both are heard, one of them in a stream of its own, and every unit moved once
    assert found.count("fork") == 1
    mine, twins = kept_facts(station, of=station), kept_facts(twin, of=station)
    assert len(mine | twins) == 2 + 1_000 + 1
    assert kept_facts(central, of=station) == mine | twins
    assert ledger(central.path)[MUG, T1, "", "good"] == start + 200
    assert ledger(central.path) == balances(central.path)
    assert mirrored(station.path) == mirrored(twin.path) == mirrored(central.path)
    assert incidents(central).count("fork") == 1
    twin.close()


def test_in_a_new_stream_nothing_is_applied_yet_whatever_was_heard_of_the_old_one(
    tmp_path: Path, central: CentralSide, station: StationSide
) -> None:
    # given a second machine that read in the feed that more of their stream is applied than it has recorded itself
    twin = twin_of(station, tmp_path / "twin")
    for _ in range(5):
        station.record(take())
    station.settle()
    twin.pull()
    twin.record(take())

    # when it finds out
    found = twin.hello()

    # then what its hands did is not erased by an older row, and in the end it knows that all of it is applied
    assert found == "fork"
    assert twin.query("SELECT applied_seq FROM itself") == [(0,)]
    assert ("stock", f"{MUG.hex()}/{T1.hex()}//good") in twin.query("SELECT topic, key FROM own_touch")
    twin.settle()
    assert mirrored(twin.path) == mirrored(central.path)
    twin.close()


def test_an_own_fact_that_nobody_can_read_keeps_no_station_from_going_on(
    central: CentralSide, station: StationSide, expected_log: Callable[[str], None]
) -> None:
    """A broken program wrote it, or a newer one; central sets it aside, and the station needs not understand it."""
    # given a fact whose body is no body, before one that holds
    backup = central.back_up()
    station.record(SignedIn(SOMEBODY))
    station.change("DROP TRIGGER fact_no_update")
    station.change("UPDATE fact SET data = replace(data, ?, ?) WHERE seq = 2", SOMEBODY.hex(), "nobody")
    station.record(take())
    for pattern in ("an own fact of kind SignedIn can't be read", "is in quarantine"):
        expected_log(pattern)

    # when a new stream is begun, and then a whole new mirror is fetched
    assert station.hello(broken=True) == "fork"
    station.settle()
    central.restore(backup)
    assert station.hello() == "central_lost"
    station.settle()

    # then all that can be read holds
    assert central.query("SELECT f.seq, s.status FROM fact_status s JOIN fact f USING (fact_id)") == [(2, "quarantine")]
    assert ledger(central.path)[MUG, T1, "", "good"] == 1
    assert mirrored(station.path) == mirrored(central.path)


def test_a_disk_put_back_to_an_older_image_goes_on_in_a_new_stream(central: CentralSide, station: StationSide) -> None:
    # given leased numbers, and a station whose disk is put back to what it was before two scans
    station.ask("numbers", {"kind": "parcel"})
    station.settle()
    station.close()
    image = station.path.read_bytes()
    station.open()
    station.record(take(1))
    station.record(take(1))
    station.settle()
    before = kept_facts(central, of=station)
    station.close()
    station.path.write_bytes(image)
    station.open()
    old = station.keeper.incarnation

    # when it goes on from there and connects
    station.record(ToteEmptied(T2))
    found = station.hello()
    station.settle()

    # then nothing of before is lost or doubled, what was done since is there, and its numbers are not used again
    assert found == "fork"
    assert station.keeper.incarnation != old
    assert before < kept_facts(central, of=station)
    assert ledger(central.path)[MUG, T1, "", "good"] == 2
    assert mirrored(station.path) == mirrored(central.path)
    assert station.query("SELECT count(*) FROM number_range") == [(0,)]
    assert incidents(central) == ["fork"]
    assert station.hello() == "same"


def test_an_old_image_with_nothing_new_in_it_is_found_out_before_it_does_something(
    central: CentralSide, station: StationSide
) -> None:
    station.close()
    image = station.path.read_bytes()
    station.open()
    station.record(take())
    station.settle()
    station.close()
    station.path.write_bytes(image)
    station.open()

    assert station.hello() == "fork"
    station.settle()
    assert mirrored(station.path) == mirrored(central.path)


def test_a_new_stream_that_central_has_not_heard_of_is_not_left_again(
    central: CentralSide, station: StationSide
) -> None:
    station.record(take())
    station.settle()
    station.hello(broken=True)
    stream = station.keeper.incarnation

    assert [station.hello(), station.hello()] == ["same", "same"]
    assert station.keeper.incarnation == stream
    station.settle()
    assert ledger(central.path)[MUG, T1, "", "good"] == 1


def test_the_facts_of_a_task_stay_in_their_order_over_a_fork(station: StationSide) -> None:
    task = b"\x31" * 16
    before = station.record(take(1), task=task) + station.record(take(2), task=task)
    station.settle()
    station.hello(broken=True)
    after = station.record(take(3), task=task)

    with station.keeper.look() as look:
        assert look.facts_of(task) == (*before, *after)
    assert len({r.group for r in (*before, *after)}) == 3


def test_other_bytes_under_a_known_id_are_kept_and_told_of(
    tmp_path: Path, central: CentralSide, station: StationSide, make_station: Callable[[str], StationSide]
) -> None:
    # given a station that (by fraud or a broken disk) sends another's fact id with other bytes
    [known] = station.record(take())
    station.settle()
    other = make_station("PACK02")
    other.record(take(9))
    other.change("DROP TRIGGER fact_no_update")
    other.change("UPDATE fact SET fact_id = ? WHERE kind = 'Picked'", known.fact_id)
    other.change("UPDATE outbox SET fact_id = ? WHERE seq = 2", known.fact_id)

    # when it pushes
    other.hello()
    other.settle()

    # then the first one stands, the second is kept beside it, and a person is told
    assert ledger(central.path)[MUG, T1, "", "good"] == 1
    [(fact_id, data)] = central.query("SELECT fact_id, data FROM fact_again")
    assert (fact_id, '"quantity":9' in data) == (known.fact_id, True)
    assert incidents(central) == ["fact_twice"]


# ---- which central --------------------------------------------------------------------------------------------------


def welcome_of(central: CentralSide, station: StationSide, identity: Identity) -> Welcome:
    return replace(central.port.hello(station.keeper.greeting()), identity=identity)


def test_another_server_is_noted_and_an_old_primary_refused(central: CentralSide, station: StationSide) -> None:
    # given a station that knows a cluster after its second promotion
    one, promoted, elsewhere = (Identity(b"\x01" * 16, s, t) for s, t in (("7", 2), ("7", 3), ("8", 1)))
    with station.keeper.act() as act:
        act.reconcile(welcome_of(central, station, one))

    # when the server is promoted once more, then the one that was left behind answers, then a new cluster
    with station.keeper.act() as act:
        act.reconcile(welcome_of(central, station, promoted))
    with pytest.raises(NotWelcome, match="old_primary"), station.keeper.act() as act:
        act.reconcile(welcome_of(central, station, one))
    with station.keeper.act() as act:
        act.reconcile(welcome_of(central, station, elsewhere))

    # then the old one was told nothing, and the office hears of the two others
    station.settle()
    assert incidents(central) == ["central_moved", "central_moved"]


def test_a_station_that_was_signed_off_is_refused_everything(central: CentralSide, station: StationSide) -> None:
    with central_write(central.database) as session:
        session.add(StationSeen(station_id=station.id, revoked_at=central.clock.now()))
    station.record(take())
    out = station.keeper.outgoing()

    for call in (
        lambda: central.port.hello(station.keeper.greeting()),
        lambda: central.port.push(out.station_id, out.incarnation, out.facts, ()),
        lambda: central.port.pull(out.station_id, out.cursor, ()),
        lambda: list(central.port.snapshot(out.station_id, out.incarnation)),
    ):
        with pytest.raises(NotWelcome, match="revoked"):
            call()
    assert station.keeper.outgoing().queued == 1


# ---- clocks and versions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_is_years_wrong_changes_nothing_but_is_told(
    years: int, central: CentralSide, station: StationSide, clock: FakeClock
) -> None:
    sent = clock.now() - timedelta(days=365 * years)
    offset = offset_ms(sent, sent + timedelta(milliseconds=40), clock.now() + timedelta(milliseconds=20))
    station.record(take())

    assert station.hello(offset_ms=offset) == "same"
    station.settle()
    station.hello(offset_ms=offset)

    assert offset == years * 365 * 86_400_000
    assert central.query("SELECT clock_offset_ms FROM station_seen") == [(offset,)]
    assert ledger(central.path)[MUG, T1, "", "good"] == 1


def test_who_has_to_be_updated_is_said_by_the_range_of_schemas() -> None:
    nothing = Mark(0, b"")
    welcome = Welcome(Identity(b""), nothing, 0, feed_goes_on=True, at=FakeClock().now(), schema_min=2, schema_max=3)

    assert [too_old(welcome, schema) for schema in (1, 2, 3, 4)] == ["station", "", "", "central"]
    assert Greeting(b"", b"", nothing, Cursor(0, b"")).schema == 2
