"""What central makes of a bench's facts: the same rows as the mirror, the order's story, and incidents."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from sqlalchemy import select, update

from app.barcodes import own_code
from app.db import Database, central_write, migrate, open_database, reading
from app.ids import stable_id
from app.models import (
    Address,
    Bin,
    BriefLine,
    FactRow,
    Hold,
    Incident,
    Model,
    Movement,
    Order,
    OrderBrief,
    OrderLine,
    Parcel,
    ParcelLine,
    Person,
    PrintJob,
    StationRow,
    Stock,
    TimelineEntry,
    Tote,
)
from app.packing.service import answer_pack
from app.processing.service import release_hold, release_order
from app.sync.applier import rooms, work_off
from app.sync.central import SqlCentral
from app.sync.station import outgoing
from app.work.service.timeline import unpacked_words
from tests.engines import open_central
from tests.packing.kit import HERE, JONAS, PackBench, line_id, order_id, sku, stock_the_site, tote_code, tote_id

MIRRORED: tuple[type[Model], ...] = (Parcel, ParcelLine, OrderBrief, Tote, Stock, PrintJob)


@cache
def _template() -> Path:
    path = Path(mkdtemp(prefix="packbay-test-")) / "central.sqlite"
    database = open_database(path, "central")
    migrate(database)
    database.close()
    return path


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Database]:
    """Central with order 10482 (2 mugs, 1 soap) in tote 0412."""
    database = open_central(tmp_path / "central.sqlite", template=_template())
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with central_write(database) as session:
        stock_the_site(session)
        session.add(StationRow(id=HERE.station_id, code=HERE.code, name=HERE.name))
        session.add(Person(id=JONAS.person_id, staff_number="7", name=JONAS.name))
        address = Address(id=stable_id("address", "1"), name="Lena", city="Berlin", postcode="10115", country="DE")
        session.add(address)
        session.add(
            Order(
                id=order_id("10482"), channel="test", external_id="10482", number="10482", state="picked",
                received_at=now, updated_at=now, ship_to_id=address.id, currency="EUR", total=Decimal("19.90"),
                content_hash=b"", ship_by=datetime(2026, 3, 2, 14, 30, tzinfo=UTC),
            )
        )  # fmt: skip
        session.add(
            OrderBrief(
                order_id=order_id("10482"), number="10482", state="picked",
                ship_by=datetime(2026, 3, 2, 14, 30, tzinfo=UTC),
            )
        )  # fmt: skip
        for position, (name, units) in enumerate((("MUG", 2), ("SOAP", 1)), 1):
            key = {"order_id": order_id("10482"), "sku_id": sku(name), "position": position, "quantity": units}
            session.add(OrderLine(id=line_id("10482", position), external_id=str(position), **key))
            session.add(BriefLine(line_id=line_id("10482", position), **key))
            session.add(Stock(sku_id=sku(name), place_id=tote_id("0412"), on_hand=units))
        session.add(Tote(id=tote_id("0412"), name="0412", state="dropped", order_id=order_id("10482")))
    yield database
    database.close()


@pytest.fixture
def opened(bench: PackBench) -> PackBench:
    bench.order("10482", ("MUG", 2), ("SOAP", 1), tote="0412")
    bench.scan(tote_code("0412"))
    return bench


def push(bench: PackBench, central: Database) -> None:
    """What the station has goes to central and is applied."""
    with reading(bench.database) as session:
        out = outgoing(session, limit=10_000)
    SqlCentral(central, bench.clock).push(out.station_id, out.incarnation, out.facts, ())
    work_off(central, bench.clock)


def rows(database: Database, model: type[Model]) -> list[dict[str, Any]]:
    with reading(database) as session:
        return sorted((dict(r) for r in session.execute(select(model.__table__)).mappings()), key=str)


def story(database: Database) -> list[str]:
    with reading(database) as session:
        words = session.scalars(select(TimelineEntry.words).order_by(TimelineEntry.at, TimelineEntry.id))
        return [str(unpacked_words(json.loads(w))) for w in words]


def finish(bench: PackBench) -> None:
    bench.item("MUG", 2)
    bench.item("SOAP")
    bench.fill()
    bench.label()


def test_central_has_the_same_rows_as_the_mirror(opened: PackBench, central: Database) -> None:
    # given a box that was packed with an undo and a void in between
    opened.item("MUG")
    opened.card("UNDO")
    opened.item("MUG", 2)
    opened.item("SOAP")
    opened.fill()
    opened.card("VOID")
    opened.scan(own_code("RSN7"), allowed=True)
    opened.label()

    # when central applied it all
    push(opened, central)

    # then both have the same rows, and the ledger adds up to the balances
    for model in MIRRORED:
        assert rows(central, model) == rows(opened.database, model), model.__tablename__
    ledger: dict[tuple[bytes, bytes], int] = {}
    for row in rows(central, Movement):
        key = (row["sku_id"], row["place_id"])
        ledger[key] = ledger.get(key, 0) + row["quantity"]
    parcel = rows(central, Parcel)[0]["id"]
    assert {k: v for k, v in ledger.items() if k[1] == parcel} == {(sku("MUG"), parcel): 2, (sku("SOAP"), parcel): 1}


def test_the_order_is_shipped_and_its_story_is_told(opened: PackBench, central: Database) -> None:
    finish(opened)

    push(opened, central)

    assert [o["state"] for o in rows(central, Order)] == ["shipped"]
    assert rows(central, BriefLine) == []
    tracking = rows(central, Parcel)[0]["tracking"]
    assert story(central) == [
        "Packing began at Pack 02",
        f"Label {tracking}: Parcel, 4.19 EUR, 850 g",
        f"Box 1 closed by its label: DHL Parcel, {tracking}",
    ]
    assert rows(central, Incident) == []


def accept_weight(bench: PackBench) -> None:
    bench.item("MUG", 2)
    bench.item("SOAP")
    bench.load(900)
    bench.scan(own_code("OPT1"), allowed=True)


def tray_a_bag(bench: PackBench) -> None:
    bench.item("BAG")
    bench.scan(own_code("STRAY02"))


def hold(bench: PackBench) -> None:
    bench.card("HOLD")
    bench.scan(own_code("RSN2"))


@pytest.mark.parametrize(
    ("act", "kind", "detail"),
    [
        (accept_weight, "weight", "900 g, expected 824 to 876 g"),
        (tray_a_bag, "wrong_item", "BAG in the rework tray"),
    ],
)
def test_what_somebody_must_look_at_is_an_incident(
    opened: PackBench, central: Database, act: Callable[[PackBench], None], kind: str, detail: str
) -> None:
    act(opened)

    push(opened, central)

    assert [(i["kind"], i["detail"], i["order_id"]) for i in rows(central, Incident)] == [
        (kind, detail, order_id("10482"))
    ]


def test_a_hold_at_the_bench_is_a_hold_of_the_order(opened: PackBench, central: Database) -> None:
    hold(opened)

    push(opened, central)

    assert [(h["kind"], h["detail"], h["placed_by"]) for h in rows(central, Hold)] == [
        ("manual", "held at the bench, reason 2", "Jonas Weber")
    ]
    assert [o["state"] for o in rows(central, Order)] == ["held"]
    # and it is not packed on as long as it is held
    opened.open_task()
    assert opened.scan(tote_code("0412")).refused == "OrderOnHold"


def test_a_released_order_comes_back_to_where_it_was_held(opened: PackBench, central: Database) -> None:
    hold(opened)
    push(opened, central)
    now = datetime(2026, 3, 2, 10, tzinfo=UTC)

    with central_write(central) as session:
        session.execute(update(Address).values(line1="Gasse 1"))
        release_hold(session, order_id=order_id("10482"), now=now, by="Mia")
        result = release_order(session, order_id=order_id("10482"), now=now)

    assert (result.state, result.work_id) == ("packing", None)


def test_an_order_that_was_cancelled_meanwhile_stays_cancelled(opened: PackBench, central: Database) -> None:
    with central_write(central) as session:
        session.execute(update(Order).values(state="cancelled"))
        session.execute(update(OrderBrief).values(state="cancelled"))

    finish(opened)
    push(opened, central)

    assert [o["state"] for o in rows(central, Order)] == ["cancelled"]
    kinds = sorted(i["kind"] for i in rows(central, Incident))
    assert kinds == ["cancelled_after_pick", "closed_although_cancelled", "put_back"]
    assert [p["state"] for p in rows(central, Parcel)] == ["closed"]


def test_parking_names_the_shelf(opened: PackBench, central: Database) -> None:
    opened.card("PARK")
    opened.scan(own_code("LPROBLEM1"))

    push(opened, central)

    assert story(central)[-1] == "Put aside on PROBLEM1"
    shelf = next(b["id"] for b in rows(central, Bin) if b["name"] == "PROBLEM1")
    assert [(t["state"], t["place_id"]) for t in rows(central, Tote)] == [("parked", shelf)]


def test_the_ask_for_an_order_brings_its_dossier(central: Database) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    with central_write(central) as session:
        known = answer_pack(session, station_id=HERE.station_id, body={"order_id": order_id("10482").hex()}, now=now)
        unknown = answer_pack(session, station_id=HERE.station_id, body={"order_id": order_id("x").hex()}, now=now)

    [dossier] = known["dossiers"].values()
    assert (dossier["number"], dossier["ship_to"]["city"], len(dossier["lines"])) == ("10482", "Berlin", 2)
    assert unknown == {"dossiers": {}}
    assert "pack" in rooms().answers


def test_facts_of_packing_name_nobody(opened: PackBench) -> None:
    """Names, addresses and postcodes stay out of facts."""
    finish(opened)

    with reading(opened.database) as session:
        said = " ".join(session.scalars(select(FactRow.data)))
    assert not [w for w in ("Lena", "Gasse", "Berlin", "10115") if w in said]
