"""What a hand did is said in its words, whatever the bytes of its record are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from app.clock import FakeClock
from app.db import central_write, reading
from app.facts import Fact
from app.floor.service.aside import waiting
from app.floor.service.deeds import deed
from app.ids import stable_id
from app.inventory.facts import Moved
from app.models import FactRow, FactStatus
from app.packing.facts import Packed, PackOpened
from app.picking.facts import Dropped, Picked
from app.work.service.timeline import unpacked_words
from tests.sync.sides import B1, B2, FENCE, MUG, ORDER, PICK_MUG, T1, WORK, CentralSide, StationSide, even_sides

BOX = stable_id("box", "1")
Sides = tuple[CentralSide, StationSide]
DEEDS: list[tuple[Fact, str]] = [
    (Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", 2, T1), "2 × MUG picked from B1"),
    (Moved(MUG, B1, B2, 3), "3 × MUG moved from B1 to B2"),
    (Dropped(WORK, B2, (WORK,), (FENCE,), (T1,), (ORDER,), (WORK,)), "A walk was put down at B2"),
    (PackOpened(ORDER, BOX, 1, (T1,), ()), "Packing of order 10001 was begun"),
    (Packed(BOX, stable_id("line", "1"), MUG, 1, T1), "1 × MUG packed for order 10001"),
]


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[Sides]:
    central, (station,) = even_sides(tmp_path, FakeClock(), "CART04")
    yield central, station
    station.close()
    central.close()


def test_acts_are_said_with_the_names_of_their_things(sides: Sides) -> None:
    central, station = sides
    for fact, _ in DEEDS:
        station.record(fact)
    station.settle()

    with reading(central.database) as session:
        rows = session.scalars(select(FactRow).where(FactRow.kind.in_([f.kind() for f, _ in DEEDS])))
        said = {row.kind: str(deed(session, row)) for row in rows.all()}
    assert said == {fact.kind(): words for fact, words in DEEDS}


@pytest.mark.parametrize("data", ["", "{}", '{"body": 5}', '{"body": {"sku_id": "zz"}}', '{"body": {"quantity": "x"}}'])
def test_of_bytes_that_nobody_can_read_the_kind_is_said(sides: Sides, data: str) -> None:
    central, _ = sides
    row = FactRow(fact_id=b"f" * 16, kind="ReturnReceived", data=data)

    with reading(central.database) as session:
        assert str(deed(session, row)) == "Return received"


def test_a_record_in_quarantine_comes_with_act_cause_and_advice(sides: Sides) -> None:
    # given a record that central could not apply, with a statement of its database as the reason
    central, station = sides
    station.record(DEEDS[0][0])
    station.settle()
    with central_write(central.database) as session:
        row = session.scalars(select(FactRow).where(FactRow.kind == "Picked")).one()
        reason = "IntegrityError: UNIQUE constraint failed\n[SQL: INSERT INTO movement VALUES (?)]"
        session.execute(
            insert(FactStatus).values(
                fact_id=row.fact_id, status="quarantine", reason=reason, at=central.clock.now(), outcome="", note=""
            )
        )

    # when a lead looks
    with reading(central.database) as session:
        rows, _ = waiting(session)
    [one] = [row for row in rows if row["sort"] == "fact"]

    # then it is said who did what where, why it waits and what to do, and no statement anywhere but in the log
    said = [str(unpacked_words(one[name])) for name in ("deed", "cause", "advice")]
    assert said == [
        "2 × MUG picked from B1", "It contradicts what central has already",
        "Look at the place. Right there? Put the record aside. Else try it again",
    ]  # fmt: skip
    assert (one["station"], one["support"]) == ("Cart04", "IntegrityError: UNIQUE constraint failed")
