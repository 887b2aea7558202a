"""An order that is cancelled, changed or not complete while its tote stands at the bench."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from app.barcodes import own_code
from app.db import central_write, migrate, open_database, reading, station_write
from app.ids import new_id
from app.models import Dossier, Incident, OrderBrief, Parcel, PickLine, SerialUnit, Stock, Tote, Work
from app.sync.applier import work_off
from app.sync.central import SqlCentral
from app.sync.station import outgoing
from app.workflow import Outcome
from tests.packing.kit import PackBench, gtin, line_id, order_id, sku, tote_code, tote_id


@pytest.fixture
def opened(bench: PackBench) -> PackBench:
    """Two mugs and a soap; one mug is in the box."""
    bench.order("10482", ("MUG", 2), ("SOAP", 1), tote="0412")
    bench.scan(tote_code("0412"))
    bench.item("MUG")
    return bench


def cancel(bench: PackBench) -> None:
    with station_write(bench.database) as session:
        session.execute(update(OrderBrief).where(OrderBrief.number == "10482").values(state="cancelled"))


def units(bench: PackBench, place: bytes) -> dict[str, int]:
    names = {sku(name): name for name in ("MUG", "SOAP")}
    rows = [r for r in bench.rows(Stock) if r["place_id"] == place and r["on_hand"]]
    return {names[r["sku_id"]]: r["on_hand"] for r in rows}


def back_into(bench: PackBench, **more: bool) -> Outcome:
    return bench.scan(tote_code("0412"), **more)


def test_the_screen_says_that_everything_goes_back_into_the_tote(opened: PackBench) -> None:
    cancel(opened)

    hero = opened.view.hero
    assert (opened.view.kind, str(hero.imperative), str(hero.second)) == (  # type: ignore[union-attr]
        "pack.cancelled", "Put everything into tote 0412, scan it", "1 unit is in the box",
    )  # fmt: skip


def test_its_tote_takes_the_units_back_and_leads_to_the_bins(opened: PackBench) -> None:
    cancel(opened)
    parcel = opened.bench.state.parcel_id

    outcome = back_into(opened)

    assert (outcome.opens.workflow if outcome.opens else "", opened.kinds()[-1]) == ("put-back", "Unpacked")
    assert (units(opened, parcel), units(opened, tote_id("0412"))) == ({}, {"MUG": 2, "SOAP": 1})
    assert [p["state"] for p in opened.rows(Parcel)] == ["void"]
    assert [(t["state"], t["order_id"]) for t in opened.rows(Tote)] == [("dropped", order_id("10482"))]


def test_a_valid_label_is_voided_first_by_somebody_who_may(opened: PackBench) -> None:
    opened.item("MUG")
    opened.item("SOAP")
    opened.fill()
    assert opened.bench.state.label is not None
    cancel(opened)

    assert opened.label().refused == "OrderCancelled"
    opened.card("CLEAR")
    assert back_into(opened).opens is None
    assert "LabelVoided" not in opened.kinds()
    opened.open_task(opened.task_id)
    back_into(opened, allowed=True)

    assert opened.kinds()[-2:] == ["LabelVoided", "Unpacked"]
    assert units(opened, tote_id("0412")) == {"MUG": 2, "SOAP": 1}


def test_an_order_that_is_held_on_the_bench_takes_nothing_more(opened: PackBench) -> None:
    with station_write(opened.database) as session:
        session.execute(update(OrderBrief).where(OrderBrief.number == "10482").values(state="held"))

    assert opened.item("MUG").refused == "OrderOnHold"


def test_a_tote_whose_rest_is_being_picked_waits(bench: PackBench) -> None:
    bench.order("10482", ("MUG", 2), tote="0412", tote_state="parked")
    with bench.write() as session:
        work = new_id()
        session.add(Work(id=work, kind="pick", order_id=order_id("10482"), state="leased"))
        session.add(
            PickLine(
                id=new_id(), work_id=work, order_line_id=line_id("10482", 1), sku_id=sku("MUG"), place_id=new_id(),
                quantity=1,
            )
        )  # fmt: skip

    assert bench.scan(tote_code("0412")).refused == "RestIsComing"


def test_either_of_two_totes_opens_and_both_are_known(bench: PackBench) -> None:
    bench.order("10482", ("MUG", 2), ("SOAP", 1), tote="0412")
    with bench.write() as session:
        bench.tote(session, "0413", "10482")

    opened = bench.scan(tote_code("0413"))

    assert str(opened.echo.words if opened.echo else "") == "Order 10482 is in totes 0412, 0413"
    assert bench.bench.state.tote_ids == (tote_id("0412"), tote_id("0413"))


def test_a_changed_order_is_fetched_anew_before_its_label_is_made(opened: PackBench) -> None:
    # given an order whose address was corrected at central while it stood here
    opened.item("MUG")
    with station_write(opened.database) as session:
        session.execute(update(OrderBrief).where(OrderBrief.number == "10482").values(revision=1))
    opened.item("SOAP")

    # when it is weighed, then the old address makes no label
    opened.fill()
    assert (opened.bench.state.label, opened.asked[-1].kind) == (None, "pack")

    # and with the new dossier it does
    with station_write(opened.database) as session:
        row = session.get_one(Dossier, order_id("10482"))
        row.body = json.dumps(json.loads(row.body) | {"revision": 1})
    opened.card("DONE")
    assert opened.bench.state.label is not None


def test_a_piece_with_a_serial_number_is_packed_once(bench: PackBench) -> None:
    bench.order("10482", ("MUG", 2), tote="0412")
    bench.scan(tote_code("0412"))
    piece = f"010{gtin('MUG')}21S1"
    assert bench.scan(piece).accepted

    assert bench.scan(piece).refused == "SameSerial"


def test_a_serial_number_in_two_parcels_is_told(bench: PackBench, tmp_path: Path) -> None:
    # given the same piece in the boxes of two orders
    for number, tote in (("1", "0001"), ("2", "0002")):
        bench.order(number, ("MUG", 1), tote=tote)
        bench.open_task()
        bench.scan(tote_code(tote))
        bench.scan(f"010{gtin('MUG')}21S1")
    central = open_database(tmp_path / "central.sqlite", "central")
    migrate(central)
    with central_write(central) as session:
        for number in ("1", "2"):
            session.add(OrderBrief(order_id=order_id(number), number=number, state="picked"))

    # when central hears of it
    with reading(bench.database) as session:
        out = outgoing(session)
    SqlCentral(central, bench.clock).push(out.station_id, out.incarnation, out.facts, ())
    work_off(central, bench.clock)

    # then one incident names the order that has it
    with reading(central) as session:
        told = [(i.kind, i.detail) for i in session.query(Incident)]
        kept = [(s.serial, s.order_id) for s in session.query(SerialUnit)]
    central.close()
    assert told == [("serial_twice", "serial S1 is in order 1 already")]
    assert kept == [("S1", order_id("2"))]


def test_the_card_of_a_reason_alone_voids_nothing(opened: PackBench) -> None:
    opened.item("MUG")
    opened.item("SOAP")
    opened.fill()
    opened.card("VOID")

    opened.scan(own_code("RSN7"))

    assert "LabelVoided" not in opened.kinds()
