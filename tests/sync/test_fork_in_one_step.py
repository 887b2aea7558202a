"""A fork is worked out where nobody waits: the thread that scans wait for writes the outcome, however long it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from app.clock import FakeClock
from app.db import central_write
from app.inventory.facts import Moved
from app.models import StationMark
from app.sync.parcel import Parcelled
from app.sync.talk import Talk
from tests.sync.sides import B1, B2, MUG, CentralSide, StationSide, even_sides, mirrored

Sides = tuple[CentralSide, StationSide]


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[Sides]:
    central, (station,) = even_sides(tmp_path, FakeClock(), "PACK01")
    yield central, station
    station.close()
    central.close()


def moves(station: StationSide, count: int) -> None:
    station.record(*(Moved(MUG, B1, B2, 1, "") for _ in range(count)))


def greeted_as_a_clone(central: CentralSide, station: StationSide) -> Parcelled:
    """Central has other facts under these numbers; what the sync thread brings of its greeting."""
    with central_write(central.database) as session:
        mark = session.get_one(StationMark, (station.id, station.keeper.incarnation))
        mark.pushed_chain = bytes(32)
    parcel = Talk(station.keeper, central.port, central.clock).next()
    assert parcel is not None
    assert parcel.drafted is not None
    return parcel


def statements(station: StationSide, parcel: Parcelled) -> list[str]:
    """What the work thread sends to its file to take this in; one that goes for many rows is one."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, text: str, _values: object, _context: object, _many: bool) -> None:
        sent.append(text)

    for engine in (station.database.write, station.database.relaxed):
        event.listen(engine, "before_cursor_execute", note)
    station.keeper.take_in(parcel)
    for engine in (station.database.write, station.database.relaxed):
        event.remove(engine, "before_cursor_execute", note)
    return sent


def test_the_work_thread_sends_as_many_statements_for_a_long_stream_as_for_a_short_one(
    sides: Sides, tmp_path: Path
) -> None:
    central, station = sides
    moves(station, 5)
    station.settle()
    short = statements(station, greeted_as_a_clone(central, station))
    station.settle()

    moves(station, 300)
    station.settle()
    long = statements(station, greeted_as_a_clone(central, station))

    assert len(long) == len(short)


def test_what_is_recorded_while_a_fork_is_worked_out_goes_along(sides: Sides) -> None:
    # given a stream that is to fork, drafted, and scans before the work thread takes that in
    central, station = sides
    moves(station, 20)
    station.settle()
    parcel = greeted_as_a_clone(central, station)
    moves(station, 3)

    # when it does
    station.keeper.take_in(parcel)
    station.settle()

    # then central has each fact once, and both sides are the same
    assert central.query("SELECT count(*) FROM fact WHERE kind = 'Moved'") == [(23,)]
    assert central.query("SELECT count(*) FROM fact_status WHERE status = 'quarantine'") == [(0,)]
    assert mirrored(station.path) == mirrored(central.path)


def test_a_draft_of_facts_that_went_meanwhile_is_not_believed(sides: Sides) -> None:
    """The oldest facts may be dropped between the greeting and its taking in: then the links are others."""
    central, station = sides
    moves(station, 4)
    station.settle()
    parcel = greeted_as_a_clone(central, station)
    ((first,),) = station.query("SELECT min(seq) FROM outbox")
    triggers = [name for (name,) in station.query("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for name in triggers:
        station.change(f"DROP TRIGGER {name}")
    station.change("DELETE FROM outbox WHERE seq = ?", first)

    station.keeper.take_in(parcel)
    station.settle()

    assert central.query("SELECT count(*) FROM fact WHERE kind = 'Moved'") == [(4,)]
