"""From a received order to pick work: what is incomplete is held by name, what is complete is promised and released."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from app.db import Database, central_write, reading
from app.documents import Address
from app.errors import Refused
from app.ids import stable_id
from app.inventory.queries import differences
from app.inventory.service import import_products
from app.models import PickLine
from app.processing.queries import find_orders, order_story, why_stuck
from app.processing.rules import LineFacts, Need, OrderFacts, address_needs, needs
from app.processing.service import (
    ReleaseResult,
    cancel_order,
    place_hold,
    reallocate_short,
    release_hold,
    release_order,
    release_ready_orders,
)
from tests.central_home import NOW, dump, line, rows, stocked, table, take_in

BERLIN = Address("Lena Hoffmann", line1="Lindenstraße 27", city="Berlin", postcode="10969", country="DE")
MUG = LineFacts("MUG", True, "Mug", True, 2, 2, Decimal("14.90"))
GOOD = OrderFacts("paid", BERLIN, (MUG,), True, None, Decimal("4.90"), None, Decimal("34.70"))
HOLDS = "SELECT kind, field, detail FROM hold WHERE released_at IS NULL ORDER BY kind, field"


def release_all(database: Database, days: int = 0) -> list[tuple[bool, tuple[str, ...]]]:
    """(released, holds) of each waiting order"""
    with central_write(database) as session:
        return [(r.work_id is not None, r.holds) for r in release_ready_orders(session, now=NOW + timedelta(days=days))]


def order_id(database: Database, number: str = "1") -> bytes:
    with reading(database) as session:
        return find_orders(session, number)[0]


def stuck(database: Database, number: str = "1") -> str:
    with reading(database) as session:
        return str(why_stuck(session, find_orders(session, number)[0]))


# ---- the rules ------------------------------------------------------------------------------------------------------


def test_a_complete_order_needs_nothing() -> None:
    assert needs(GOOD) == ()


@pytest.mark.parametrize(
    ("address", "missing"),
    [
        (None, [("address", "")]),
        (replace(BERLIN, name=""), [("name", "")]),
        (replace(BERLIN, name="", company="ACME"), []),
        (replace(BERLIN, line1=""), [("line1", "")]),
        (replace(BERLIN, city=""), [("city", "")]),
        (replace(BERLIN, postcode=""), [("postcode", " ~ 26133")]),
        (replace(BERLIN, postcode="1096"), [("postcode", "1096 ~ 26133")]),
        (replace(BERLIN, country=""), [("country", "")]),
        (replace(BERLIN, country="QQ"), [("country", "QQ")]),
        (replace(BERLIN, line1="Lindenstraße"), [("house number", "Lindenstraße")]),
        (replace(BERLIN, line1="Lindenstraße", line2="Haus 3"), []),
        (Address("Sean", line1="Rose Cottage", city="Cong", country="IE"), []),
        (Address("Ming", line1="8 Queen's Road", region="Hong Kong Island", country="HK"), []),
        (Address("Bob", line1="1 Road", city="Portland", postcode="97214", country="US"), [("region", "")]),
        (Address("Ann", line1="14 Road", city="Bristol", postcode="bs6 5na", country="GB"), []),
        (Address(""), [("name", ""), ("line1", ""), ("country", ""), ("city", "")]),
    ],
)  # fmt: skip
def test_each_missing_field_of_an_address_is_named(address: Address | None, missing: list[tuple[str, str]]) -> None:
    assert [(n.field, n.detail) for n in address_needs(address)] == missing


@pytest.mark.parametrize(
    ("order", "need"),
    [
        (replace(GOOD, payment="unpaid"), Need("payment", "payment", "unpaid")),
        (replace(GOOD, payment="unclear_refund"), Need("payment", "payment", "unclear_refund")),
        (replace(GOOD, total=Decimal("35.70")), Need("total", "total", "35.70 ≠ 34.70 = 29.80 | 0.00 | 4.90 | 0.00")),
        (
            replace(GOOD, tax_included=False, tax=Decimal("5.54")),
            Need("total", "total", "34.70 ≠ 40.24 = 29.80 | 0.00 | 4.90 | 5.54"),
        ),
        (replace(GOOD, lines=(replace(MUG, known=False),)), Need("sku", "MUG", "Mug")),
        (replace(GOOD, lines=(replace(MUG, ships=False),)), Need("nothing")),
        (replace(GOOD, lines=(replace(MUG, open=0),)), Need("nothing")),
    ],
)
def test_what_else_keeps_an_order_back(order: OrderFacts, need: Need) -> None:
    assert needs(order) == (need,)


def test_a_cent_of_rounding_a_line_is_no_difference() -> None:
    assert needs(replace(GOOD, total=Decimal("34.72"))) == ()
    assert [n.kind for n in needs(replace(GOOD, total=Decimal("34.73")))] == ["total"]


# ---- release --------------------------------------------------------------------------------------------------------


def test_import_then_release_makes_pick_work(shop: Database) -> None:
    # given stock and an order of two lines
    stocked(shop, "MUG,A-near,5", "CHOC,B-near,5,L1,2027-01-31")
    take_in(shop, table(line("1", "MUG", 2), line("1", "CHOC", 1)))

    # when it is released
    assert release_all(shop) == [(True, ())]

    # then there is work, a line a place, promises, and the stations know
    assert rows(shop, "SELECT kind, state, priority FROM work") == [("pick", "ready", 50)]
    lines = (
        "SELECT s.sku, b.name, p.lot, p.quantity, p.state FROM pick_line p "
        "JOIN sku s ON s.id = p.sku_id JOIN bin b ON b.id = p.place_id"
    )
    assert sorted(rows(shop, lines)) == [("CHOC", "B-near", "L1", 1, "open"), ("MUG", "A-near", "", 2, "open")]
    assert rows(shop, "SELECT sku, reserved FROM v_stock ORDER BY sku") == [("CHOC", 1), ("MUG", 2)]
    assert rows(shop, "SELECT state FROM sales_order") == rows(shop, "SELECT state FROM order_brief") == [("released",)]
    assert stuck(shop) == "Nobody has taken its pick work yet. Picker: Scan a free tote or a cart"
    topics = {t for (t,) in rows(shop, "SELECT topic FROM feed")}
    assert {"work", "pick_line", "order_brief", "brief_line", "stock", "code"} <= topics


def test_releasing_again_changes_nothing(shop: Database) -> None:
    stocked(shop, "MUG,A-near,1")
    take_in(shop, table(line("1"), line("2"), line("3", "NOPE"), line("4", payment="unpaid")))
    assert release_all(shop) == [(True, ()), (False, ("stock",)), (False, ("sku",)), (False, ("payment",))]
    before = dump(shop)
    assert release_all(shop) == [(False, ("stock",)), (False, ("sku",)), (False, ("payment",))]
    assert dump(shop) == before


def test_the_urgent_order_gets_the_last_unit(shop: Database) -> None:
    stocked(shop, "MUG,A-near,1")
    express = (
        table(line("1"), line("2")).replace(b"payment\n", b"payment,service\n", 1).replace(b",paid\n", b",paid,\n", 1)
    )
    take_in(shop, express + b",Express")
    assert release_all(shop) == [(True, ()), (False, ("stock",))]
    assert rows(shop, "SELECT number FROM sales_order WHERE state = 'released'") == [("2",)]


def test_stock_that_comes_lets_the_order_go(shop: Database) -> None:
    stocked(shop, "MUG,A-near,1")
    take_in(shop, table(line("1", quantity=3)))
    assert release_all(shop) == [(False, ("stock",))]
    assert rows(shop, HOLDS) == [("stock", "MUG", "3 > 1")]
    assert stuck(shop) == (
        "Not enough stock of MUG: 3 > 1. Shift lead: Import or put away stock; the order is released by itself"
    )

    stocked(shop, "MUG,A-near,2")
    release_all(shop)
    assert rows(shop, HOLDS) == [("stock", "MUG", "3 > 2")]

    stocked(shop, "MUG,A-near,3")
    assert release_all(shop) == [(True, ())]
    assert rows(shop, HOLDS) == []


def test_a_product_that_comes_lets_the_order_go(shop: Database) -> None:
    take_in(shop, table(line("1", "VASE")))
    assert release_all(shop) == [(False, ("sku",))]
    assert stuck(shop) == (
        "The product VASE (Thing) is not known here. Office: Import the product, then release the order"
    )
    with central_write(shop) as session:
        import_products(session, b"sku,name\nVASE,Vase\n", file="p.csv")
    stocked(shop, "VASE,A-near,1")
    assert release_all(shop) == [(True, ())]


def test_a_corrected_order_is_no_longer_held(shop: Database) -> None:
    stocked(shop, "MUG,A-near,1")
    take_in(shop, table(line("1")).replace(b"10969", b""))
    assert release_all(shop) == [(False, ("address",))]
    assert stuck(shop) == (
        "The postcode is missing: there they look like 26133. Office: Correct the address in the shop and import again"
    )
    take_in(shop, table(line("1")))
    assert release_all(shop) == [(True, ())]


def test_the_reason_told_is_the_one_to_clear_first(shop: Database) -> None:
    take_in(shop, table(line("1", "NOPE", payment="unpaid", price="1", total="9")).replace(b"Berlin", b""))
    assert release_all(shop) == [(False, ("address", "payment", "sku", "total"))]
    assert stuck(shop).startswith("The product NOPE (Thing) is not known here.")


def test_a_product_code_longer_than_a_hold_keeps_is_held_once(shop: Database) -> None:
    take_in(shop, table(line("1", "N" * 90)))

    assert release_all(shop) == release_all(shop) == [(False, ("sku",))]

    assert rows(shop, "SELECT length(field), released_at FROM hold") == [(64, None)]


# ---- holds by hand --------------------------------------------------------------------------------------------------


def test_a_person_may_let_an_unpaid_order_pass_and_the_check_respects_it(shop: Database) -> None:
    stocked(shop, "MUG,A-near,1")
    take_in(shop, table(line("1", payment="unpaid")))
    release_all(shop)
    with central_write(shop) as session:
        assert release_hold(session, order_id=order_id(shop), now=NOW, by="Mia") == 1
    assert release_all(shop) == [(True, ())]
    assert rows(shop, "SELECT kind, released_by FROM hold") == [("payment", "Mia")]


def test_an_unknown_product_cannot_be_waved_through(shop: Database) -> None:
    take_in(shop, table(line("1", "NOPE")))
    release_all(shop)
    with central_write(shop) as session, pytest.raises(Refused) as refusal:
        release_hold(session, order_id=order_id(shop), now=NOW, by="Mia")
    assert refusal.value.problem.name == "HoldNeedsData"


def test_holding_a_released_order_takes_its_work_back(shop: Database) -> None:
    stocked(shop, "MUG,A-near,1")
    take_in(shop, table(line("1")))
    release_all(shop)
    with central_write(shop) as session:
        first = place_hold(session, order_id=order_id(shop), now=NOW, by="Mia", detail="customer called")
        assert place_hold(session, order_id=order_id(shop), now=NOW, by="Mia", detail="customer called") == first
    assert rows(shop, "SELECT state FROM sales_order") == [("held",)]
    assert rows(shop, "SELECT state FROM work") == [("cancelled",)]
    assert rows(shop, "SELECT reserved FROM v_stock") == [(0,)]
    assert stuck(shop) == "Held: customer called. Shift lead: Scan order 1, then RELEASE"
    assert release_all(shop) == [(False, ("manual",))]


def test_a_hold_until_a_moment_ends_by_itself(shop: Database) -> None:
    stocked(shop, "MUG,A-near,1")
    take_in(shop, table(line("1")))
    until = (NOW + timedelta(days=2)).isoformat()
    with central_write(shop) as session:
        place_hold(session, order_id=order_id(shop), now=NOW, by="Mia", kind="until", field=until)
    assert release_all(shop, days=1) == [(False, ("until",))]
    assert release_all(shop, days=2) == [(True, ())]


def test_cancelling_before_picking_gives_everything_back(shop: Database) -> None:
    stocked(shop, "MUG,A-near,1")
    take_in(shop, table(line("1")))
    release_all(shop)
    with central_write(shop) as session:
        cancel_order(session, order_id=order_id(shop), now=NOW, by="Mia", why="two orders by mistake")
    assert (
        rows(shop, "SELECT state FROM sales_order") == rows(shop, "SELECT state FROM order_brief") == [("cancelled",)]
    )
    assert rows(shop, "SELECT reserved FROM v_stock") == [(0,)]
    assert release_all(shop) == []

    # and the shop's next change does not wake it up
    take_in(shop, table(line("1", quantity=2)))
    assert rows(shop, "SELECT state FROM sales_order") == [("cancelled",)]


def test_releasing_a_released_order_is_refused(shop: Database) -> None:
    stocked(shop, "MUG,A-near,1")
    take_in(shop, table(line("1")))
    release_all(shop)
    with central_write(shop) as session, pytest.raises(Refused):
        release_order(session, order_id=order_id(shop), now=NOW)


# ---- shorts ---------------------------------------------------------------------------------------------------------


def short(database: Database, missing: int) -> int:
    with central_write(database) as session:
        line_id = session.query(PickLine.id).order_by(PickLine.id).limit(1).scalar()
        assert line_id is not None
        return reallocate_short(session, line_id, missing, NOW)


def test_missing_units_are_taken_from_other_places_of_the_same_work(shop: Database) -> None:
    # given three mugs promised in one bin, of which one is there
    stocked(shop, "MUG,B-near,3", "MUG,A-far,1", "MUG,B-top,9")
    take_in(shop, table(line("1", quantity=3)))
    release_all(shop)

    # when two are missing
    assert short(shop, 2) == 0

    # then the other pick place is emptied first, the rest comes from reserve
    picks = "SELECT b.name, p.quantity FROM pick_line p JOIN bin b ON b.id = p.place_id ORDER BY p.id"
    assert rows(shop, picks) == [("B-near", 3), ("A-far", 1), ("B-top", 1)]
    assert rows(shop, "SELECT place, reserved FROM v_stock ORDER BY place") == [
        ("A-far", 1),
        ("B-near", 1),
        ("B-top", 1),
    ]
    assert rows(shop, "SELECT count(DISTINCT work_id) FROM pick_line") == [(1,)]
    with reading(shop) as session:
        assert differences(session) == ()


def test_units_that_are_nowhere_are_short_held_and_an_incident(shop: Database) -> None:
    stocked(shop, "MUG,B-near,3", "MUG,A-far,1")
    take_in(shop, table(line("1", quantity=3)))
    release_all(shop)

    assert short(shop, 3) == 2

    assert rows(shop, "SELECT short FROM order_line") == rows(shop, "SELECT short FROM brief_line") == [(2,)]
    assert rows(shop, HOLDS) == [("short", "MUG", "2")]
    assert sorted(rows(shop, "SELECT kind, detail FROM incident")) == [("recount", "MUG"), ("short", "MUG: 2")]
    assert stuck(shop) == (
        "Units of MUG were not found while picking: 2. "
        "Shift lead: Count the bin; ask the customer to wait, split or cancel"
    )


def test_nothing_more_is_promised_out_of_a_doubted_place_until_it_was_counted(shop: Database) -> None:
    stocked(shop, "MUG,B-near,9")
    take_in(shop, table(line("1"), line("2")))
    with central_write(shop) as session:
        release_order(session, order_id=order_id(shop), now=NOW)
    short(shop, 1)
    assert release_all(shop) == [(False, ("stock",))]

    stocked(shop, "MUG,B-near,8")
    assert release_all(shop) == [(True, ())]


# ---- the story ------------------------------------------------------------------------------------------------------


def test_an_order_tells_its_story(shop: Database) -> None:
    stocked(shop, "MUG,A-near,5")
    take_in(shop, table(line("1", payment="unpaid")))
    release_all(shop)
    take_in(shop, table(line("1")))
    release_all(shop)
    with reading(shop) as session:
        story = order_story(session, order_id(shop))

    assert [str(entry.words) for entry in story.story] == [
        "Received from csv",
        "The order is not paid",
        "Changed in the shop",
        "No longer held: The order is not paid",
        "Released to pick: 1 stop",
    ]
    assert (story.row.state, story.row.units, story.row.holds, story.customer) == ("released", 1, (), "Lena Hoffmann")


def test_a_release_says_what_it_did(shop: Database) -> None:
    take_in(shop, table(line("1", "NOPE")))
    with central_write(shop) as session:
        result = release_order(session, order_id=order_id(shop), now=NOW)
    assert result == ReleaseResult(stable_id("order", "csv", "1"), None, ("sku",))
