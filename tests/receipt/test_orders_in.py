"""Taking orders in: once each, changed ones as updates, replays as nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from app.barcodes import own_code
from app.channels import read_orders
from app.channels.base import ImportedLine, ImportedOrder, RowError
from app.db import Database, central_write
from app.ids import stable_id
from app.models import Work
from app.processing.service import release_ready_orders
from app.receipt.service import import_orders
from tests.central_home import NOW, SAMPLES, dump, line, read, rows, stocked, table, take_in

LINE = ImportedLine("#1", "MUG", "Thing", 2)


def order(**changes: object) -> ImportedOrder:
    """One order of two mugs as a channel reads it, with changes."""
    [found] = read(table(line(quantity=2, price="14.90", total="29.80")))
    assert isinstance(found, ImportedOrder)
    return replace(found, **changes)  # type: ignore[arg-type]


def bring(
    database: Database, *orders: ImportedOrder | RowError, dry_run: bool = False
) -> tuple[int, int, int, int, int]:
    """(created, updated, unchanged, refused, late)"""
    with central_write(database) as session:
        r = import_orders(session, orders, source="file.json", now=NOW, dry_run=dry_run)
    return r.created, r.updated, r.unchanged, r.refused, r.late


def test_an_order_comes_in_with_everything_that_belongs_to_it(shop: Database) -> None:
    # given an order of two mugs for Lena
    # when it is taken in
    assert bring(shop, order()) == (1, 0, 0, 0, 0)

    # then order, line, customer, address, payload, timeline, brief and code are there
    assert rows(shop, "SELECT number, channel, state, payment, total, subtotal FROM sales_order") == [
        ("1", "csv", "received", "paid", "29.80", "29.80")
    ]
    assert rows(shop, "SELECT external_sku, quantity, cancelled, unit_price, sku_id IS NOT NULL FROM order_line") == [
        ("MUG", 2, 0, "14.90", 1)
    ]
    assert rows(shop, "SELECT name, line1, city, postcode, country FROM address") == [
        ("Lena Hoffmann", "Lindenstraße 27", "Berlin", "10969", "DE")
    ]
    assert rows(shop, "SELECT name FROM customer") == [("Lena Hoffmann",)]
    assert rows(shop, "SELECT source, raw FROM order_payload") == [("file.json", order().raw)]
    assert [json.loads(str(words))["template"] for (words,) in rows(shop, "SELECT words FROM timeline")] == [
        "Received from {channel}"
    ]
    assert rows(shop, "SELECT number, state FROM order_brief") == [("1", "received")]
    assert rows(shop, "SELECT quantity, short FROM brief_line") == [(2, 0)]
    assert rows(shop, "SELECT value FROM code WHERE kind = 'order'") == [(own_code("O1"),)]


def test_what_stations_hear_of_holds_no_name_no_address_and_no_money(shop: Database) -> None:
    bring(shop, order())
    feed = "".join(str(body) for (body,) in rows(shop, "SELECT body FROM feed"))
    assert "order_brief" in {topic for (topic,) in rows(shop, "SELECT topic FROM feed")}
    assert all(word not in feed for word in ("Lena", "Linden", "10969", "29.80", "14.90"))


def test_importing_twice_changes_not_one_row(shop: Database) -> None:
    bring(shop, order())
    before = dump(shop)
    assert bring(shop, order()) == (0, 0, 1, 0, 0)
    assert dump(shop) == before


def test_all_samples_twice_leave_the_database_row_for_row_equal(shop: Database) -> None:
    files = [SAMPLES / name for name in (
        "shopify-order.json", "woocommerce-2-list-all-orders.json", "woocommerce-5-batch-update-orders.json",
    )]  # fmt: skip

    def once() -> list[tuple[int, int, int, int, int]]:
        return [bring(shop, *read_orders(path)) for path in files]

    assert once() == [(1, 0, 0, 0, 0), (2, 0, 0, 0, 0), (2, 2, 0, 0, 0)]
    before = dump(shop)
    assert once() == [(0, 0, 1, 0, 0), (0, 0, 2, 0, 0), (0, 0, 4, 0, 0)]
    assert dump(shop) == before


@pytest.mark.parametrize(
    "way", list(permutations(("woocommerce-1", "woocommerce-2", "woocommerce-3", "woocommerce-5")))
)
def test_files_replayed_in_any_order_end_in_the_same_orders(shop: Database, way: tuple[str, ...]) -> None:
    for stem in way:
        [path] = Path(SAMPLES).glob(f"{stem}-*.json")
        bring(shop, *read_orders(path))

    assert rows(shop, "SELECT number, state, payment FROM sales_order ORDER BY number")[1:] == [
        ("727", "shipped", "paid"), ("728", "received", "unpaid"), ("729", "received", "paid"),
    ]  # fmt: skip


def test_a_changed_order_is_an_update_with_both_versions_kept(shop: Database) -> None:
    bring(shop, order())
    assert bring(shop, order(note="Ring twice", raw=b"second")) == (0, 1, 0, 0, 0)
    assert rows(shop, "SELECT note FROM sales_order") == [("Ring twice",)]
    assert rows(shop, "SELECT count(*) FROM order_payload") == [(2,)]


def test_a_version_that_was_seen_before_counts_only_if_the_shop_says_it_is_newer(shop: Database) -> None:
    # given an order that was changed
    first = order(updated_at=NOW)
    second = order(updated_at=NOW + timedelta(hours=1), note="changed")
    bring(shop, first, second)

    # when the first file is replayed, nothing happens; when the shop took the change back, it is an update
    assert bring(shop, first) == (0, 0, 1, 0, 0)
    assert bring(shop, replace(first, updated_at=NOW + timedelta(hours=2))) == (0, 1, 0, 0, 0)
    assert rows(shop, "SELECT note FROM sales_order") == [("",)]


def test_an_older_version_that_comes_late_changes_nothing(shop: Database) -> None:
    bring(shop, order(updated_at=NOW))
    assert bring(shop, order(updated_at=NOW - timedelta(hours=1), note="old")) == (0, 0, 1, 0, 0)


def test_a_change_before_picking_takes_work_and_promises_back(shop: Database) -> None:
    # given a released order of two mugs
    stocked(shop, "MUG,A-near,5")
    bring(shop, order())
    with central_write(shop) as session:
        release_ready_orders(session, now=NOW)
    assert rows(shop, "SELECT reserved FROM v_stock") == [(2,)]

    # when the customer wants three
    lines = (replace(order().lines[0], quantity=3),)
    assert bring(shop, order(lines=lines, total=None)) == (0, 1, 0, 0, 0)

    # then nothing is promised and no work waits, until it is released again
    assert rows(shop, "SELECT state FROM work") == [("cancelled",)]
    assert rows(shop, "SELECT count(*) FROM pick_line") == [(0,)]
    assert rows(shop, "SELECT reserved FROM v_stock") == [(0,)]
    with central_write(shop) as session:
        release_ready_orders(session, now=NOW)
    assert rows(shop, "SELECT reserved FROM v_stock") == [(3,)]
    assert rows(shop, "SELECT state FROM work ORDER BY state") == [("cancelled",), ("ready",)]


def test_a_change_after_picking_began_is_an_incident_and_changes_nothing_else(shop: Database) -> None:
    # given an order whose work somebody has in hand
    stocked(shop, "MUG,A-near,5")
    bring(shop, order())
    with central_write(shop) as session:
        release_ready_orders(session, now=NOW)
        session.query(Work).update({Work.state: "leased"})

    # when the shop cancels it, twice
    assert bring(shop, order(cancelled=True)) == (0, 0, 0, 0, 1)
    before = dump(shop)
    assert bring(shop, order(cancelled=True)) == (0, 0, 0, 0, 1)

    # then there is one incident, the order goes on, and the second time wrote nothing
    assert dump(shop) == before
    assert rows(shop, "SELECT kind, detail FROM incident") == [
        ("late_change", "Order 1 was cancelled in the shop after its work had begun here")
    ]
    assert rows(shop, "SELECT state FROM sales_order") == [("released",)]

    # and once the work was given back, the cancellation counts
    with central_write(shop) as session:
        session.query(Work).update({Work.state: "ready"})
    assert bring(shop, order(cancelled=True)) == (0, 1, 0, 0, 0)
    assert rows(shop, "SELECT state FROM sales_order") == [("cancelled",)]
    assert rows(shop, "SELECT count(*) FROM incident WHERE resolved_at IS NULL") == [(0,)]


def test_a_cancelled_order_leaves_the_floor(shop: Database) -> None:
    bring(shop, order())
    bring(shop, order(cancelled=True))
    assert rows(shop, "SELECT state FROM order_brief") == [("cancelled",)]
    assert rows(shop, "SELECT count(*) FROM brief_line") == [(0,)]


def test_an_order_that_was_over_when_it_came_is_not_told_to_stations(shop: Database) -> None:
    bring(shop, order(cancelled=True))
    assert rows(shop, "SELECT count(*) FROM order_brief") == [(0,)]


def test_good_orders_go_in_beside_bad_ones(shop: Database) -> None:
    result = take_in(shop, table(line("1"), line("2", quantity=-1), line("3")))
    assert (result.created, result.refused) == (2, 1)
    assert [str(e) for e in result.errors] == [
        "orders.csv, row 3, order 2, quantity: '-1' is not a whole number from 0 to 1000000"
    ]


@pytest.mark.parametrize("fault", [{"lines": (replace(LINE, quantity=-5),)}, {"raw": None}])
def test_an_order_the_database_refuses_is_named_and_leaves_nothing_behind(
    shop: Database, fault: dict[str, object]
) -> None:
    # given an order that breaks a rule of the tables, early (its line) or late (its payload)
    broken = order(external_id="X", number="X", **fault)

    # when it comes between two good ones
    counts = bring(shop, order(), broken, order(external_id="Y", number="Y"))

    # then the good ones are in, and nothing of the bad one is, not in the feed either
    assert counts == (2, 0, 0, 1, 0)
    assert rows(shop, "SELECT number FROM sales_order ORDER BY number") == [("1",), ("Y",)]
    assert rows(shop, "SELECT count(*) FROM feed WHERE body LIKE '%\"X\"%' OR key LIKE 'OX%'") == [(0,)]


def test_a_dry_run_counts_like_a_real_one_and_changes_nothing(shop: Database) -> None:
    before = dump(shop)
    assert bring(shop, order(), order(), order(note="x"), dry_run=True) == (1, 1, 1, 0, 0)
    assert dump(shop) == before


def test_products_are_found_by_sku_and_by_a_barcode_of_one_unit(shop: Database) -> None:
    take_in(shop, table(line("1", "MUG"), line("2", "4006381333931"), line("3", "NOPE")))
    mug = stable_id("sku", "MUG")
    lines = "SELECT o.number, l.sku_id FROM order_line l JOIN sales_order o ON o.id = l.order_id ORDER BY 1"
    assert rows(shop, lines) == [
        ("1", mug), ("2", mug), ("3", None),
    ]  # fmt: skip


def test_two_lines_with_one_id_are_both_kept(shop: Database) -> None:
    twice = order().lines[0]
    bring(shop, order(lines=(twice, twice)))
    assert rows(shop, "SELECT external_id, quantity FROM order_line ORDER BY position") == [("#1", 2), ("#1~2", 2)]
