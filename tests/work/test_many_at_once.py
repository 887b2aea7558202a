"""What is answered for many at once is what each would have got if they had been asked one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.db import Database, central_write, reading
from app.db.bulk import take_where_left
from app.ids import stable_id
from app.models import Stock, Work
from app.work.service.claims import LEASE, answer_claim, answer_claims
from tests.engines import drop, fresh, open_central
from tests.postgres import versions
from tests.sync.sides import template
from tests.work.test_central_decides import NOW, add_work

A, B, C = (stable_id("station", name) for name in "ABC")
ASKED: list[tuple[bytes, dict[str, Any]]] = [
    (A, {"kind": "pick", "limit": 2}),
    (B, {"kind": "count"}),
    (C, {}),
    (A, {"limit": 1, "lapsed": [stable_id("work", "held").hex()]}),
    (B, {"limit": 8}),
]


@pytest.fixture(params=("file", *versions()))
def central(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty central as a file and on a server of each version."""
    file = request.param == "file"
    database = open_central(tmp_path / "central.sqlite", template=template("central")) if file else fresh(request.param)
    yield database
    drop(database)


def furnish(central: Database) -> None:
    add_work(central, *map(str, range(6)))
    add_work(central, "urgent", priority=1)
    [other] = add_work(central, "elsewhere")
    add_work(central, "held", state="leased", station_id=A, lease_until=NOW + LEASE, fence=4)
    add_work(central, "late", state="leased", station_id=C, lease_until=NOW - timedelta(seconds=1), fence=7)
    with central_write(central) as session:
        session.execute(update(Work).where(Work.id == other).values(kind="count"))


def told(answer: dict[str, Any]) -> list[tuple[str, int]]:
    assert {dossier["order_id"] for dossier in answer["dossiers"].values()} == set(answer["dossiers"])
    assert len(answer["dossiers"]) == len(answer["work"])
    return [(piece["id"], piece["fence"]) for piece in answer["work"]]


def test_claims_that_are_answered_together_get_what_they_would_get_in_turn(central: Database) -> None:
    furnish(central)
    with central_write(central) as session:
        in_turn = [told(answer_claim(session, station_id=s, body=body, now=NOW)) for s, body in sorted_as_read(ASKED)]
        session.rollback()

    # when all are answered by one reading
    with central_write(central) as session:
        together = [told(one) for one in answer_claims(session, asked=sorted_as_read(ASKED), now=NOW)]

    # then each has the same, nobody has what another one has, and the book says so
    assert together == in_turn
    given = [work for some in together for work, _ in some]
    assert len(given) == len(set(given)) == 9
    with reading(central) as session:
        rows = session.execute(select(Work.id, Work.fence).where(Work.lease_id.is_not(None)))
        assert {(row.id.hex(), row.fence) for row in rows} == {piece for some in together for piece in some}


def sorted_as_read(asked: list[tuple[bytes, dict[str, Any]]]) -> list[tuple[bytes, dict[str, Any]]]:
    """Who names what has lapsed is answered first."""
    return sorted(asked, key=lambda one: "lapsed" not in one[1])


def test_no_more_is_taken_than_is_left(central: Database) -> None:
    # given three places with two free units each
    skus = [stable_id("sku", name) for name in "XYZ"]
    place = stable_id("bin", "B1")
    with central_write(central) as session:
        session.add_all(Stock(sku_id=sku, place_id=place, on_hand=5, reserved=3) for sku in skus)

    # when one, two and three units are taken of them
    rows = [
        {"sku_id": sku, "place_id": place, "lot": "", "status": "good", "units": units}
        for units, sku in enumerate(skus, 1)
    ]
    with central_write(central) as session:
        stock = Stock.metadata.tables["stock"]
        taken = take_where_left(session, stock, rows, taken="reserved", of="on_hand")
        nothing = take_where_left(session, stock, [], taken="reserved", of="on_hand")

    # then the third place keeps what it has
    with reading(central) as session:
        reserved = {row.sku_id: row.reserved for row in session.execute(select(Stock.sku_id, Stock.reserved))}
    assert (taken, nothing, [reserved[sku] for sku in skus]) == (2, 0, [4, 5, 3])
