"""Every order that is not over has exactly one cause, one who clears it, one act."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.db import Database, central_write, reading
from app.ids import stable_id
from app.models import (
    Bin,
    Cart,
    Hold,
    Incident,
    Order,
    Parcel,
    Person,
    PickLine,
    StationRow,
    Stock,
    TimelineEntry,
    Tote,
    Work,
)
from app.processing.queries import find_orders, stuck
from app.processing.service import release_ready_orders
from app.text import say
from app.work.service.timeline import add_entry
from tests.central_home import NOW, line, stocked, table, take_in

STATION, CART, ANA, TOTE, SHELF = (stable_id("thing", name) for name in ("station", "cart", "ana", "tote", "shelf"))


@pytest.fixture
def order(shop: Database) -> bytes:
    """Order 1 of two mugs, released; a station, a cart, a person, a tote and a shelf to hold it up at."""
    stocked(shop, "MUG,A-near,9")
    take_in(shop, table(line("1", "MUG", 2)))
    with central_write(shop) as session:
        release_ready_orders(session, now=NOW)
        session.add_all([
            StationRow(id=STATION, code="CART07", name="Cart station 07"), Cart(id=CART, name="K7"),
            Person(id=ANA, staff_number="1", name="Ana Moreno"), Tote(id=TOTE, name="0412"),
            Bin(id=SHELF, name="Problem shelf 1", type="problem", x_mm=0, y_mm=0),
        ])  # fmt: skip
    with reading(shop) as session:
        return find_orders(session, "1")[0]


def words(shop: Database, order: bytes) -> str:
    with reading(shop) as session:
        found = stuck(session, order)
        return str(found.words) if found else ""


def set_order(
    shop: Database, state: str, tote: str = "", work: str = "done", started: bool = True, **more: bytes
) -> None:
    with central_write(shop) as session:
        order = session.query(Order).one()
        order.state = state
        session.query(Work).update({Work.state: work, Work.started: started, Work.station_id: STATION, **more})
        if tote:
            row = session.get_one(Tote, TOTE)
            row.state, row.order_id, row.place_id = tote, order.id, SHELF


def box(shop: Database, order: bytes, state: str, tracking: str = "") -> None:
    with central_write(shop) as session:
        session.add(
            Parcel(id=stable_id("p", state), order_id=order, state=state, tracking=tracking, station_id=STATION,
                   opened_at=NOW)
        )  # fmt: skip


def test_released_and_nobody_took_it(shop: Database, order: bytes) -> None:
    assert words(shop, order) == "Nobody has taken its pick work yet. Picker: Scan a free tote or a cart"


def test_claimed_and_not_begun(shop: Database, order: bytes) -> None:
    set_order(shop, "released", work="leased", started=False)
    assert words(shop, order) == (
        "Cart station 07 has claimed its pick work and not begun. Picker: Scan a free tote or a cart there"
    )


def test_being_picked_by_whom_where_since(shop: Database, order: bytes) -> None:
    set_order(shop, "picking", work="leased", cart_id=CART)
    with central_write(shop) as session:
        add_entry(session, order_id=order, at=NOW + timedelta(days=1), kind="TourStarted", words=say("Picking started"),
                  person_id=ANA)  # fmt: skip
        assert session.query(TimelineEntry).count() > 1
    since = NOW.astimezone().strftime("%H:%M")
    assert words(shop, order) == (
        f"Being picked at Cart station 07, cart K7 since {since}. "
        "Ana Moreno: Go on there, or scan its tote at another station to take over"
    )


@pytest.mark.parametrize(
    ("tote", "said"),
    [
        ("dropped", "Picked, nobody packs it yet. Packer: Scan tote 0412"),
        ("parked", "Complete, but tote 0412 is parked on Problem shelf 1. Packer: Take tote 0412 to pack and scan it"),
        ("", "Picked, but no tote of it is known. Shift lead: Look for its tote; cancel it if it is lost"),
    ],
)
def test_picked(shop: Database, order: bytes, tote: str, said: str) -> None:
    set_order(shop, "picked", tote)
    assert words(shop, order) == said


def test_the_rest_of_a_parked_order_waits_for_a_picker(shop: Database, order: bytes) -> None:
    set_order(shop, "released", "parked", work="ready", started=False)
    assert words(shop, order) == (
        "The rest of it is not picked yet; tote 0412 is parked. Picker: Scan a free tote or a cart"
    )


def test_on_the_bench(shop: Database, order: bytes) -> None:
    set_order(shop, "packing", "packing")
    box(shop, order, "open")
    since = NOW.astimezone().strftime("%H:%M")
    assert words(shop, order) == (
        f"On the bench of Cart station 07 since {since}. "
        "Packer: Scan the next item, or its tote at another bench to take over"
    )


def test_a_label_is_missing(shop: Database, order: bytes) -> None:
    set_order(shop, "packing")
    box(shop, order, "open")
    with central_write(shop) as session:
        session.add(Incident(id=order, kind="label_missing", order_id=order, detail="no tariff", opened_at=NOW))
    assert words(shop, order) == ("Box 1 has no label: no tariff. Packer: Scan its order at a bench to make the label")


def test_labelled_and_not_closed(shop: Database, order: bytes) -> None:
    set_order(shop, "packed")
    box(shop, order, "labelled", "PB1")
    assert words(shop, order) == (
        "Box 1 has its label PB1, and was not closed. Packer: Scan the label at Cart station 07"
    )


def test_cancelled_and_not_put_back(shop: Database, order: bytes) -> None:
    set_order(shop, "cancelled", "dropped")
    with central_write(shop) as session:
        session.add(Stock(sku_id=session.query(PickLine).one().sku_id, place_id=TOTE, on_hand=2))
    assert words(shop, order) == (
        "Cancelled, 2 units in tote 0412 are not put back yet. Picker: Scan tote 0412 and put it back"
    )


def test_what_is_over_is_not_stuck(shop: Database, order: bytes) -> None:
    for state in ("cancelled", "shipped"):
        set_order(shop, state)
        assert words(shop, order) == ""


def test_a_hold_outranks_where_it_stands(shop: Database, order: bytes) -> None:
    set_order(shop, "picked", "parked")
    with central_write(shop) as session:
        session.add(Hold(id=order, order_id=order, kind="manual", detail="call first", placed_at=NOW))
    assert words(shop, order) == "Held: call first. Shift lead: Scan order 1, then RELEASE"


def test_totals_that_do_not_add_up_name_every_figure(shop: Database) -> None:
    take_in(shop, table(line("2", "MUG", 2, price="5", total="11")))
    with central_write(shop) as session:
        release_ready_orders(session, now=NOW)
    with reading(shop) as session:
        found = stuck(session, find_orders(session, "2")[0])
    assert found is not None
    assert str(found.cause) == (
        "The total is 11.00, but goods 10.00, discount 0.00, shipping 0.00 and tax 0.00 make 10.00"
    )
