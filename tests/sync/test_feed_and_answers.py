"""What central tells: the feed in whole groups, answers once and after it, and what happens when central goes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise

import pytest
from sqlalchemy.exc import IntegrityError

from app.db import central_write, changed
from app.ids import new_id, stable_id
from app.inventory.facts import StockSet
from app.models import Code, Sku, Tote, Work
from app.picking.facts import Picked, Shorted
from app.sync import central as central_module
from app.sync.mirror import apply_feed
from app.sync.station import Cause
from app.sync.wire import Cursor, FeedRow, Pulled
from app.work.facts import ToteEmptied
from tests.sync.sides import (
    B1,
    FENCE,
    MUG,
    ORDER,
    PICK_MUG,
    T1,
    T2,
    WORK,
    CentralSide,
    StationSide,
    dump,
    ledger,
    mirrored,
)


def take(units: int = 1) -> Picked:
    return Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", units, T1)


def add_totes(central: CentralSide, *names: str) -> None:
    """One transaction at central: one group of the feed."""
    with central_write(central.database) as session:
        for name in names:
            session.add(Tote(id=stable_id("new tote", name), name=name))
            changed(session, Tote, stable_id("new tote", name))
            session.flush()


# ---- the feed -------------------------------------------------------------------------------------------------------


def test_a_new_station_reads_the_whole_site(make_station: Callable[[str], StationSide], central: CentralSide) -> None:
    station = make_station("PACK09")

    station.settle()

    assert mirrored(station.path) == mirrored(central.path)
    assert station.query("SELECT count(*) FROM bin") == [(2,)]


def test_the_feed_has_no_gaps_and_one_event_for_each_transaction(central: CentralSide) -> None:
    before = central.query("SELECT max(seq) FROM feed")[0][0]

    add_totes(central, "X1", "X2")
    add_totes(central, "X3")

    rows = central.query("SELECT seq, event_id, topic, key FROM feed WHERE seq > ? ORDER BY seq", before)
    assert [seq for seq, *_ in rows] == [before + 1, before + 2, before + 3]
    assert rows[0][1] == rows[1][1] != rows[2][1]
    assert [(topic, key) for _, _, topic, key in rows] == [
        ("tote", stable_id("new tote", name).hex()) for name in ("X1", "X2", "X3")
    ]
    assert central.query("SELECT head FROM feed_head") == [(before + 3,)]


def test_a_transaction_that_fails_leaves_no_trace_in_the_feed(central: CentralSide) -> None:
    before = dump(central.path)

    with pytest.raises(IntegrityError):
        add_totes(central, "X1", "X2", "T1")  # a T1 is there already, under another id

    assert dump(central.path) == before


def test_a_group_is_pulled_whole_wherever_the_limit_falls(
    central: CentralSide, station: StationSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given groups of 1, 3 and 2 rows, and a limit of 2
    add_totes(central, "X1")
    add_totes(central, "X2", "X3", "X4")
    add_totes(central, "X5", "X6")
    monkeypatch.setattr(central_module, "PULL_ROWS", 2)

    # when it is pulled until nothing comes
    slices = []
    while (pulled := station.fetch()).rows:
        slices.append(([json.loads(row.body)["name"] for row in pulled.rows], pulled.complete))
        station.deliver()

    # then no group is cut, and only a slice below the limit says that it is the last
    assert slices == [(["X1", "X2", "X3", "X4"], False), (["X5", "X6"], False)]
    assert pulled.complete
    assert mirrored(station.path) == mirrored(central.path)


def test_exactly_one_full_slice_is_followed_by_an_empty_one(
    central: CentralSide, station: StationSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_totes(central, "X1", "X2")
    monkeypatch.setattr(central_module, "PULL_ROWS", 2)

    first, _ = station.fetch(), station.deliver()
    second = station.fetch()

    assert (len(first.rows), first.complete) == (2, False)
    assert (second.rows, second.complete) == ((), True)


def test_a_row_that_went_goes_from_the_mirror_whatever_is_in_its_key(
    central: CentralSide, station: StationSide
) -> None:
    # given codes and a lot with slashes and percent signs in them, as Digital Links and suppliers write them
    codes = ["https://id.gs1.org/01/04006381333931", "A/B", "50%", "%2F", "a/b%2Fc//"]
    with central_write(central.database) as session:
        for value in codes:
            session.add(Code(value=value, kind="item", subject=MUG))
            changed(session, Code, value, "item", MUG)
    central.office(StockSet(MUG, B1, 5, lot="2026/03"))
    station.settle()
    assert [v for (v,) in station.query("SELECT value FROM code ORDER BY value")] == sorted(codes)

    # when central deletes them
    with central_write(central.database) as session:
        for value in codes:
            session.delete(session.get_one(Code, (value, "item", MUG)))
            changed(session, Code, value, "item", MUG)
    station.settle()

    # then they are gone here, and nothing else is
    assert station.query("SELECT count(*) FROM code") == [(0,)]
    assert mirrored(station.path) == mirrored(central.path)


def test_a_name_may_wander_from_a_row_that_goes_to_one_that_comes(central: CentralSide, station: StationSide) -> None:
    fresh = new_id()
    with central_write(central.database) as session:
        session.delete(session.get_one(Tote, T2))
        session.flush()
        session.add(Tote(id=fresh, name="T2"))
        changed(session, Tote, fresh)  # in the feed the new one stands before the old one
        changed(session, Tote, T2)

    station.settle()

    assert station.query("SELECT id FROM tote WHERE name = 'T2'") == [(fresh,)]


def test_columns_and_topics_of_a_newer_central_are_left_out(central: CentralSide, station: StationSide) -> None:
    me = station.keeper.outgoing().cursor.seq
    tote = {"id": T2.hex(), "name": "T2", "state": "parked", "order_id": None, "work_id": None, "place_id": None}
    rows = (
        FeedRow(me + 1, b"\x01" * 16, "drone", "aa", json.dumps({"id": "aa"})),
        FeedRow(me + 2, b"\x01" * 16, "tote", T2.hex(), json.dumps(tote | {"colour": "red"})),
    )

    with station.keeper.act() as transaction:
        topics = transaction.read(apply_feed, rows)

    assert topics == {"tote"}
    assert station.query("SELECT state FROM tote WHERE id = ?", T2) == [("parked",)]


@pytest.mark.parametrize("numbers", [(2, 3), (1, 3), (2, 1)])
def test_a_feed_with_a_gap_is_not_applied(numbers: tuple[int, ...], central: CentralSide, station: StationSide) -> None:
    cursor = station.keeper.outgoing().cursor
    before = dump(station.path)
    rows = tuple(FeedRow(cursor.seq + n, b"\x01" * 16, "tote", T2.hex(), "") for n in numbers)

    with pytest.raises(RuntimeError, match="gap"), station.keeper.act() as transaction:
        transaction.read(apply_feed, rows)

    assert dump(station.path) == before


def test_what_never_travels_stays_at_the_station(central: CentralSide, station: StationSide) -> None:
    # given a print job whose document lies at the station only
    station.change("UPDATE print_job SET document = 'Lena, Gasse 1'")

    # when central publishes the job again
    with central_write(central.database) as session:
        changed(session, "print_job", stable_id("job", "slip"))
    station.settle()

    # then the document is still here, and never was in the feed
    assert station.query("SELECT document FROM print_job") == [("Lena, Gasse 1",)]
    assert central.query("SELECT count(*) FROM feed WHERE body LIKE '%document%'") == [(0,)]


# ---- asks and answers -----------------------------------------------------------------------------------------------


def test_an_ask_is_answered_once_and_the_answer_is_kept(central: CentralSide, station: StationSide) -> None:
    # given a claim whose answer was lost on the way
    with central_write(central.database) as session:
        session.add(Work(id=b"\x11" * 16, kind="pick", order_id=ORDER))
        changed(session, Work, b"\x11" * 16)
    request = station.ask("claim", {"kind": "pick", "limit": 1})
    station.push()
    central.work()
    station.fetch()
    before = dump(central.path, without=["station_seen"])

    # when the station sends it again
    station.hello()
    station.push()
    central.work()

    # then central did nothing new, and the station gets that answer
    assert dump(central.path, without=["station_seen"]) == before
    station.fetch()
    arrival = station.deliver()
    [(answered, task, kind, body)] = arrival.answers
    assert (answered, task, kind) == (request, b"\x01" * 16, "claim")
    assert [work["id"] for work in body["work"]] == [(b"\x11" * 16).hex()]
    assert station.query("SELECT fence, state, station_id FROM work WHERE id = ?", b"\x11" * 16) == [
        (1, "leased", station.id)
    ]

    # and once only
    assert station.pull().answers == ()


def test_no_answer_comes_before_the_rows_that_it_speaks_of(
    central: CentralSide, station: StationSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given an answer behind more rows than one slice holds
    add_totes(central, "X1", "X2")
    add_totes(central, "X3")
    station.ask("numbers", {"kind": "parcel"})
    station.push()
    central.work()
    monkeypatch.setattr(central_module, "PULL_ROWS", 2)

    slices: list[tuple[int, int]] = []
    while not slices or not slices[-1][1]:
        pulled = station.fetch()
        slices.append((len(pulled.rows), len(pulled.answers)))
        station.deliver()

    assert slices == [(2, 0), (1, 1)]
    assert station.query("SELECT kind, first, last FROM number_range") == central.query(
        "SELECT kind, first, last FROM number_range"
    )


def test_two_stations_never_get_the_same_numbers(
    central: CentralSide, station: StationSide, make_station: Callable[[str], StationSide]
) -> None:
    other = make_station("PACK02")
    for side in (station, other, station):
        side.ask("numbers", {"kind": "parcel"})
    for side in (station, other):
        side.settle()

    ranges = sorted(central.query("SELECT first, last FROM number_range"))
    assert len(ranges) == 3
    assert all(last < following for (_, last), (following, _) in pairwise(ranges))
    assert other.query("SELECT count(*) FROM number_range WHERE station_id = ?", other.id) == [(1,)]


def test_a_question_that_central_does_not_know_is_answered_so(central: CentralSide, station: StationSide) -> None:
    station.ask("horoscope", {})
    station.push()
    central.work()

    [(_, _, kind, body)] = station.pull().answers

    assert (kind, body) == ("horoscope", {"error": "central does not know the question 'horoscope'"})


def test_an_ask_that_can_not_be_answered_does_not_stop_the_others(
    central: CentralSide, station: StationSide, expected_log: Callable[[str], None]
) -> None:
    expected_log("ask .* failed")
    station.ask("claim", {"kind": "pick", "limit": "three"})
    station.ask("numbers", {"kind": "parcel"})
    station.push()
    central.work()

    answers = {kind: body for _, _, kind, body in station.pull().answers}

    assert set(answers) == {"claim", "numbers"}
    assert answers["claim"]["error"].startswith("ValueError")
    assert answers["numbers"]["first"] == 1


# ---- when central goes back -----------------------------------------------------------------------------------------


def test_a_restored_central_gets_everything_again(central: CentralSide, station: StationSide) -> None:
    # given a backup, and work that went on after it
    station.record(take(1))
    station.settle()
    backup = central.back_up()
    station.record(take(1))
    station.record(Shorted(PICK_MUG, WORK, FENCE, 2, 1))
    station.settle()
    station.ask("claim", {"kind": "pick", "limit": 1})
    station.push()
    stock = ledger(central.path)

    # when the backup is put in place and the station connects
    central.restore(backup)
    assert ledger(central.path) != stock
    found = station.hello()
    station.settle()

    # then nothing is missing, at central and in the mirror, and the open question was answered
    assert found == "central_lost"
    assert ledger(central.path) == stock
    assert mirrored(station.path) == mirrored(central.path)
    kinds = central.query("SELECT kind FROM fact WHERE station_id = ? ORDER BY seq", station.id)
    assert [kind for (kind,) in kinds] == ["StationFounded", "Picked", "Picked", "Shorted", "StreamNoted"]
    assert station.query("SELECT count(*) FROM ask") == [(0,)]


def test_a_central_that_lost_its_end_and_went_on_is_found_out(central: CentralSide, station: StationSide) -> None:
    # given a short whose new pick line the station has seen
    backup = central.back_up()
    station.record(Shorted(PICK_MUG, WORK, FENCE, 0, 3))
    station.settle()
    lines = set(station.query("SELECT id FROM pick_line"))
    assert len(lines) == 3

    # when central forgets it, and by other changes its feed gets past what the station has read
    central.restore(backup)
    for n in range(20):
        add_totes(central, f"X{n}")
    assert central.query("SELECT head FROM feed_head")[0][0] > station.keeper.outgoing().cursor.seq
    station.hello()
    station.settle()

    # then the mirror is central's: planned anew under another id, and without the line that nobody plans any more
    assert mirrored(station.path) == mirrored(central.path)
    assert set(station.query("SELECT id FROM pick_line")) != lines
    assert station.query("SELECT count(*) FROM tote") == [(23,)]


def test_own_facts_stay_on_the_screen_while_central_reads_them_again(
    central: CentralSide, station: StationSide
) -> None:
    # given units taken after the backup
    backup = central.back_up()
    station.record(take(2))
    station.record(ToteEmptied(T2))
    station.settle()
    shown = station.query("SELECT picked FROM pick_line WHERE id = ?", PICK_MUG)
    assert shown == [(2,)]

    # when the feed of the restored central is read before the facts are there again
    central.restore(backup)
    add_totes(central, "X1")
    station.hello()
    station.pull()

    # then they were never gone
    assert station.query("SELECT picked FROM pick_line WHERE id = ?", PICK_MUG) == shown
    assert station.query("SELECT count(*) FROM tote WHERE name = 'X1'") == [(1,)]
    assert not station.keeper.is_even()

    station.settle()
    assert mirrored(station.path) == mirrored(central.path)


def test_facts_that_central_has_but_lost_the_applying_of_stay_too(central: CentralSide, station: StationSide) -> None:
    # given a fact that central has and has not applied, in a backup
    station.record(take(2))
    station.push()
    backup = central.back_up()
    central.work()
    station.settle()

    # when central goes back there, and its feed gets as far as before by other rows
    central.restore(backup)
    for n in range(20):
        add_totes(central, f"X{n}")
    found = station.hello()
    station.pull()

    # then the marks of the facts are even, the feed is not, and the hand's work stays
    assert found == "same"
    assert station.query("SELECT picked FROM pick_line WHERE id = ?", PICK_MUG) == [(2,)]
    station.settle()
    assert mirrored(station.path) == mirrored(central.path)
    assert ledger(central.path)[MUG, T1, "", "good"] == 2


def test_an_empty_central_is_filled_by_its_stations(
    tmp_path_factory: pytest.TempPathFactory, central: CentralSide, station: StationSide
) -> None:
    # given a central that lost everything and was set up anew
    station.record(take(2))
    station.settle()
    fresh = CentralSide(tmp_path_factory.mktemp("fresh"), central.clock)
    station.central = fresh

    assert station.hello() == "central_lost"
    station.settle()

    assert ledger(fresh.path)[MUG, T1, "", "good"] == 2
    assert mirrored(station.path) == mirrored(fresh.path)
    fresh.close()


def test_a_cursor_is_ours_only_with_its_event(central: CentralSide, station: StationSide) -> None:
    here = station.keeper.outgoing().cursor

    ours = central.port.pull(station.id, here, ())
    other = central.port.pull(station.id, Cursor(here.seq, b"\x00" * 16), ())
    beyond = central.port.pull(station.id, Cursor(here.seq + 1, here.event_id), ())

    assert ours == Pulled((), (), complete=True)
    assert other == beyond == Pulled((), (), complete=False, snapshot=True)


def test_skus_that_left_while_a_station_was_away_are_gone_when_it_is_back(
    central: CentralSide, station: StationSide
) -> None:
    sku = new_id()
    with central_write(central.database) as session:
        session.add(Sku(id=sku, sku="GONE", name="Gone"))
        changed(session, Sku, sku)
    with central_write(central.database) as session:
        session.delete(session.get_one(Sku, sku))
        changed(session, Sku, sku)

    station.settle()

    assert mirrored(station.path) == mirrored(central.path)


def test_no_fact_is_recorded_without_a_flush(station: StationSide) -> None:
    """Else central could have heard of a fact that a power cut takes away, and its number would be given twice."""
    before = dump(station.path)

    with pytest.raises(RuntimeError, match="flushed"), station.keeper.act(relaxed=True) as transaction:
        transaction.record((ToteEmptied(T1),), Cause(at=station.clock.now()))

    assert dump(station.path) == before
