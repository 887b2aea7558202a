"""What is kept and for how long: facts at a station, the feed at central; and a whole new mirror where it is cut."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from app.clock import FakeClock
from app.db import central_write, changed, insert_rows
from app.ids import stable_id
from app.models import SiteSetting, Tote
from app.picking.facts import Picked, Shorted
from app.settings import Home
from app.sync.central import READ_FROM_START
from app.sync.duties import Place, do_duties
from app.sync.erasure import drop_facts
from app.sync.parcel import Parcelled
from app.sync.wire import SnapshotPart
from app.work.facts import SignedIn, ToteEmptied
from tests.sync.sides import (
    B1,
    FENCE,
    MUG,
    PICK_MUG,
    SLIP,
    T1,
    T2,
    WORK,
    CentralSide,
    StationSide,
    dump,
    ledger,
    mirrored,
)

SOMEBODY = b"\x07" * 16


def take(units: int = 1) -> Picked:
    return Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", units, T1)


def add_tote(central: CentralSide, name: str) -> None:
    with central_write(central.database) as session:
        session.add(Tote(id=stable_id("new tote", name), name=name))
        changed(session, Tote, stable_id("new tote", name))


def cut(central: CentralSide, *, days: float, tmp_path: Path, setting: str = "") -> None:
    """Lets that much time pass at central, which does its duties."""
    if setting:
        with central_write(central.database) as session:
            session.add(SiteSetting(name="feed_days", value=setting))
            changed(session, SiteSetting, "feed_days")
    clock = FakeClock(datetime.now(UTC) + timedelta(days=days))
    do_duties(Place(central.database, clock, Home(tmp_path)), set(), "DUTIES")


# ---- the feed -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "setting", "left"), [(34, "", None), (36, "", 1), (8, "7", 2), (6, "7", None)])
def test_the_feed_keeps_what_is_young_enough_and_always_its_newest_row(
    days: int, setting: str, left: int | None, central: CentralSide, tmp_path: Path
) -> None:
    [(before, head)] = central.query("SELECT count(*), max(seq) FROM feed")

    cut(central, days=days, tmp_path=tmp_path, setting=setting)

    rows = central.query("SELECT count(*), max(seq) FROM feed")[0]
    assert rows[1] == head + (setting != "")
    assert rows[0] == (before + (setting != "") if left is None else 1)
    assert central.query("SELECT head FROM feed_head") == [(rows[1],)]


def test_who_stands_at_the_end_of_the_feed_needs_no_snapshot_after_a_cut(
    central: CentralSide, station: StationSide, tmp_path: Path
) -> None:
    cut(central, days=36, tmp_path=tmp_path)

    assert not station.fetch().snapshot
    add_tote(central, "X1")
    station.settle()
    assert mirrored(station.path) == mirrored(central.path)


def test_a_new_station_does_not_read_through_a_long_feed(
    central: CentralSide, make_station: Callable[[str], StationSide]
) -> None:
    # given more rows than anybody reads one after the other
    totes = [{"id": stable_id("new tote", f"X{n}"), "name": f"X{n}"} for n in range(READ_FROM_START)]
    with central_write(central.database) as session:
        insert_rows(session, Tote, totes)

    # when a station comes that has none of them
    fresh = make_station("PACK09")
    fresh.hello()

    # then it gets all rows as they are now, and goes on from there
    assert fresh.fetch().snapshot
    fresh.settle()
    assert mirrored(fresh.path) == mirrored(central.path)
    assert not fresh.fetch().snapshot


def test_a_station_below_the_tail_gets_a_whole_new_mirror(
    central: CentralSide, station: StationSide, make_station: Callable[[str], StationSide], tmp_path: Path
) -> None:
    # given a station that was away while things came and went, with work of its own, and one that is new
    station.record(take())
    station.record(Shorted(PICK_MUG, WORK, FENCE, 0, 1))
    station.ask("numbers", {"kind": "parcel"})
    station.change("UPDATE print_job SET document = 'Lena, Gasse 1' WHERE id = ?", SLIP)
    with central_write(central.database) as session:
        session.delete(session.get_one(Tote, T2))
        changed(session, Tote, T2)
    add_tote(central, "X1")
    cut(central, days=36, tmp_path=tmp_path)
    fresh = make_station("PACK09")

    # when they come back
    found = station.hello()
    assert station.fetch().snapshot
    station.settle()
    fresh.settle()
    station.settle()

    # then nothing of central is missing, nothing of the station's own is lost, and the files of before are gone
    assert found == "same"
    assert mirrored(station.path) == mirrored(fresh.path) == mirrored(central.path)
    assert ledger(central.path)[MUG, T1, "", "good"] == 1
    assert station.query("SELECT document FROM print_job WHERE id = ?", SLIP) == [("Lena, Gasse 1",)]
    assert station.query("SELECT count(*) FROM number_range") == [(1,)]
    assert sorted(p.name for p in tmp_path.glob("pick01*.sqlite")) == ["pick01.1.sqlite", "pick01.sqlite"]
    assert station.path.is_symlink()


def test_own_facts_stand_in_a_new_mirror_before_central_has_them(
    central: CentralSide, station: StationSide, tmp_path: Path
) -> None:
    # given facts that central has, one of which was taken back since, and others that it has not
    applied = station.record(take(1))
    station.settle()
    station.record(voids=[applied[0].fact_id])
    station.record(take(2))
    undone = station.record(take(5))
    station.record(voids=[undone[0].fact_id])
    shown = mirrored(station.path)
    cut(central, days=36, tmp_path=tmp_path)
    add_tote(central, "X1")
    station.change("UPDATE itself SET feed_seq = 1")

    # when a new mirror is taken in
    assert station.fetch().snapshot
    station.deliver()

    # then the hand's work is there as it was, and the new tote
    now = mirrored(station.path)
    assert {name: rows for name, rows in now.items() if name != "tote"} == {
        name: rows for name, rows in shown.items() if name != "tote"
    }
    assert len(now["tote"]) == len(shown["tote"]) + 1
    station.settle()
    assert mirrored(station.path) == mirrored(central.path)
    assert ledger(central.path)[MUG, T1, "", "good"] == 2


@pytest.mark.parametrize("seed", range(4))
def test_what_is_recorded_while_a_new_mirror_is_made_is_in_it(
    seed: int, central: CentralSide, station: StationSide
) -> None:
    # given work, told and untold
    dice = Random(seed)
    alive: list[bytes] = []

    def work(times: int) -> None:
        for _ in range(times):
            if alive and dice.random() < 0.3:
                station.record(voids=[alive.pop(dice.randrange(len(alive)))])
            else:
                alive.extend(k.fact_id for k in station.record(take(dice.choice((1, 2, -1)))))
            if dice.random() < 0.2:
                station.push()
            if dice.random() < 0.2:
                central.work()

    work(10)
    expected = station.query("SELECT count(*) FROM fact")[0][0]

    # when hands go on while the second file is made, and after it was made
    parts = list(central.port.snapshot(station.id, station.keeper.incarnation))

    def read_slowly() -> object:
        for part in parts:
            work(1)
            yield part

    built = station.keeper.build_mirror(read_slowly())  # type: ignore[arg-type]
    work(5)
    station.ask("numbers", {"kind": "parcel"})
    before = dump(station.path)
    assert built is not None
    station.keeper.take_in(Parcelled(None, (), None, mirror=built))

    # then nothing is missing, and in the end all agree
    after = dump(station.path)
    assert expected < len(after["fact"])
    for table in ("fact", "outbox", "ask", "scan_log", "voiding"):
        assert [row[:2] for row in after[table]] == [row[:2] for row in before[table]], table
    station.settle()
    assert mirrored(station.path) == mirrored(central.path)


def test_a_mirror_made_for_a_stream_that_was_left_is_not_taken(central: CentralSide, station: StationSide) -> None:
    station.record(take())
    built = station.keeper.build_mirror(central.port.snapshot(station.id, station.keeper.incarnation))
    assert built is not None
    station.hello(broken=True)
    before = dump(station.path)

    arrival = station.keeper.take_in(Parcelled(None, (), None, mirror=built))

    assert (arrival.topics, dump(station.path)) == (frozenset(), before)


def test_only_what_came_since_is_left_to_the_thread_that_scans_wait_for(
    central: CentralSide, station: StationSide
) -> None:
    """What was recorded while the mirror was made is in it; closing the old file and removing it holds up no scan."""

    # given scans while central's rows come in, and one after that
    def slowly() -> Iterator[SnapshotPart]:
        yield from central.port.snapshot(station.id, station.keeper.incarnation)
        station.record(take(1))
        station.record(take(1))

    built = station.keeper.build_mirror(slowly())
    assert built is not None
    ((recorded,),) = station.query("SELECT seq FROM itself")
    assert built.seq == recorded
    station.record(take(1))

    # when it is swapped in
    old = station.path.resolve()
    station.keeper.swap_mirror(built)
    left = old.exists()
    station.keeper.clear_away()

    # then the old file went only when the other thread cleared away, and nothing is lost
    assert (left, station.path.resolve() == built.path.resolve()) == (True, True)
    assert not list(old.parent.glob(f"{old.name}-*"))
    station.settle()
    assert mirrored(station.path) == mirrored(central.path)


def test_no_new_mirror_before_what_goes_once_more_is_applied(central: CentralSide, station: StationSide) -> None:
    """Nobody could tell which of these facts its rows contain: they would count twice."""
    station.record(take(3))
    station.settle()
    station.hello(broken=True)

    assert station.keeper.build_mirror(central.port.snapshot(station.id, station.keeper.incarnation)) is None
    station.settle()
    built = station.keeper.build_mirror(central.port.snapshot(station.id, station.keeper.incarnation))
    assert built is not None
    station.keeper.take_in(Parcelled(None, (), None, mirror=built))
    station.settle()
    assert mirrored(station.path) == mirrored(central.path)


def test_a_new_mirror_that_breaks_off_leaves_everything_as_it_was(central: CentralSide, station: StationSide) -> None:
    parts = list(central.port.snapshot(station.id, station.keeper.incarnation))
    before = dump(station.path)

    def cut_off() -> object:
        yield from parts[:3]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        station.keeper.build_mirror(cut_off())  # type: ignore[arg-type]

    assert dump(station.path) == before
    station.close()
    station.open()
    assert [p.name for p in station.path.parent.glob("pick01.*.sqlite")] == []


def test_a_snapshot_is_one_moment(central: CentralSide, station: StationSide) -> None:
    # given a snapshot that is being read
    parts = central.port.snapshot(station.id, station.keeper.incarnation)
    first = next(parts)

    # when central goes on meanwhile
    add_tote(central, "X1")
    rows = list(parts)

    # then it knows nothing of that, neither by its rows nor by its number
    assert {(part.cursor, part.applied_seq) for part in rows} == {(first.cursor, first.applied_seq)}
    assert not [body for part in rows if part.topic == "tote" for body in part.rows if "X1" in body]
    assert replace(first, topic="", rows=()) == SnapshotPart(first.cursor, first.applied_seq)


# ---- facts at a station ---------------------------------------------------------------------------------------------


def test_old_facts_go_when_central_has_them_and_younger_ones_stay(
    central: CentralSide, station: StationSide, clock: FakeClock
) -> None:
    # given facts of three weeks, and some that central has not
    for _ in range(3):
        station.record(take(), SignedIn(SOMEBODY))
        station.settle()
        clock.advance(7 * 86_400 - 10)
    assert drop_facts(station.database) == 0
    station.record(SignedIn(SOMEBODY))
    station.settle()
    stock = ledger(central.path)

    # when the old ones are dropped
    assert drop_facts(station.database) == 3

    # then the stream goes on as before, even with a central that begins anew
    assert station.query("SELECT min(seq), max(seq), count(*) FROM outbox") == [(4, 8, 5)]
    assert station.query("SELECT count(*) FROM fact") == [(5,)]
    assert station.hello() == "same"
    station.record(take())
    station.settle()
    assert sum(ledger(central.path).values()) == sum(stock.values())
    assert station.hello(broken=True) == "fork"
    station.settle()
    assert mirrored(station.path) == mirrored(central.path)


def test_the_open_task_keeps_its_facts_and_all_after_them(station: StationSide, clock: FakeClock) -> None:
    task = b"\x31" * 16
    station.record(ToteEmptied(T2))
    kept = station.record(take(), task=task)
    station.record(ToteEmptied(T2))
    station.settle()
    with station.keeper.act() as act:
        act.remember(person_id=None, workflow="pick", task_id=task)
    clock.advance(30 * 86_400)
    station.record(SignedIn(SOMEBODY))
    station.settle()

    drop_facts(station.database)

    assert station.query("SELECT min(seq) FROM outbox") == [(3,)]
    with station.keeper.look() as look:
        assert look.facts_of(task) == kept


def test_a_clock_that_is_set_drops_nothing(station: StationSide, clock: FakeClock) -> None:
    station.record(take())
    station.settle()
    clock.advance(10 * 365 * 86_400)

    assert drop_facts(station.database) == 0


def test_the_file_itself_refuses_to_forget_what_is_not_old_enough(station: StationSide, clock: FakeClock) -> None:
    station.record(take())
    station.settle()
    clock.advance(20 * 86_400)
    station.record(take())
    station.settle()
    station.record(take())
    forget = "DELETE FROM fact WHERE seq = ?"

    with closing(sqlite3.connect(station.path)) as connection:
        for seq in (3, 4):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(forget, (seq,))
        assert connection.execute(forget, (2,)).rowcount == 1
