"""Orders that come in: what the shop cancelled, products that become known, everything in few statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from app.channels.base import ImportedOrder, ImportResult
from app.clock import FakeClock
from app.db import Database, central_write
from app.inventory.service import import_products
from app.models import Work
from app.processing.service.arrivals import FileIntake, release_waiting, take_in, take_up_known
from bench.imports import counts, empty_site, executemany, left_rows, receive
from bench.order_files import write_orders
from tests.central_home import NOW, dump, line, read, rows, stocked, table


def bring(database: Database, data: bytes, **changes: object) -> ImportResult:
    orders = [replace(o, **changes) for o in read(data) if isinstance(o, ImportedOrder)]  # type: ignore[arg-type]
    with central_write(database) as session:
        return take_in(session, orders, source="orders.csv", now=NOW)


def released(database: Database, data: bytes) -> None:
    """Orders in, and released to pick."""
    bring(database, data)
    release_waiting(database, FakeClock())


ONE = table(line("1", quantity=2))


# ---- the check ------------------------------------------------------------------------------------------------------


def test_what_an_order_lacks_is_known_when_it_is_in(shop: Database) -> None:
    bring(shop, table(line("1"), line("2", "NOPE"), line("3", payment="unpaid"), line("4", total="99", price="1.00")))
    assert rows(
        shop, "SELECT o.number, h.kind, h.field FROM sales_order o JOIN hold h ON h.order_id = o.id ORDER BY 1"
    ) == [("2", "sku", "NOPE"), ("3", "payment", "payment"), ("4", "total", "total")]


def test_a_dry_run_leaves_nothing(shop: Database) -> None:
    before = dump(shop)
    with central_write(shop) as session:
        result = take_in(session, read(table(line("1"), line("2", "NOPE"))), source="x", now=NOW, dry_run=True)
    assert (result.created, dump(shop) == before) == (2, True)


# ---- cancelled in the shop ------------------------------------------------------------------------------------------


def test_a_cancelled_order_that_nobody_has_is_over_with_its_holds(shop: Database) -> None:
    bring(shop, table(line("1", "NOPE")))
    assert bring(shop, table(line("1", "NOPE")), cancelled=True).updated == 1
    assert rows(shop, "SELECT state FROM sales_order") == [("cancelled",)]
    assert rows(shop, "SELECT released_by FROM hold") == [("shop",)]


def test_an_order_that_is_cancelled_while_somebody_walks_is_stopped(shop: Database) -> None:
    # given an order whose work was begun
    stocked(shop, "MUG,A-near,5")
    released(shop, ONE)
    with central_write(shop) as session:
        session.query(Work).update({Work.state: "leased", Work.started: True})

    # when the shop cancels it
    result = bring(shop, ONE, cancelled=True)

    # then it is cancelled here, once, and nothing is promised to it any more
    assert (result.updated, result.late) == (1, 0)
    assert rows(shop, "SELECT state FROM sales_order") == [("cancelled",)]
    assert rows(shop, "SELECT reserved FROM v_stock") == [(0,)]
    assert rows(shop, "SELECT kind FROM incident WHERE resolved_at IS NULL") == [("put_back",)]
    before = dump(shop)
    assert bring(shop, ONE, cancelled=True).unchanged == 1
    assert dump(shop) == before


def test_one_whose_box_is_closed_is_too_late(shop: Database) -> None:
    # given an order that stands in a closed box
    stocked(shop, "MUG,A-near,5")
    released(shop, ONE)
    with central_write(shop) as session:
        session.query(Work).update({Work.state: "done"})
        session.connection().exec_driver_sql("UPDATE sales_order SET state = 'shipped'")

    # when the shop cancels it, then it is told and goes on
    result = bring(shop, ONE, cancelled=True)
    assert (result.updated, result.late) == (0, 1)
    assert [str(words) for words in result.warnings] == [
        "Order 1 was cancelled in the shop after its work had begun here"
    ]
    assert rows(shop, "SELECT kind FROM incident WHERE resolved_at IS NULL") == [("late_change",)]


def test_an_order_that_the_shop_takes_up_again_lives_and_one_cancelled_here_does_not(shop: Database) -> None:
    # given two orders, one cancelled by the shop and one here
    from app.ids import stable_id
    from app.processing.service import cancel_order

    two = table(line("1"), line("2"))
    bring(shop, two)
    with central_write(shop) as session:
        cancel_order(session, order_id=stable_id("order", "csv", "2"), now=NOW, by="office")
    bring(shop, table(line("1")), cancelled=True)

    # when the shop says something new of both
    bring(shop, two, note="alive")

    # then the shop's own cancellation is undone, the other is not
    assert rows(shop, "SELECT number, state FROM sales_order ORDER BY 1") == [("1", "received"), ("2", "cancelled")]


# ---- products that come later ---------------------------------------------------------------------------------------


def test_orders_that_waited_for_a_product_go_when_it_comes(shop: Database) -> None:
    # given one order that lacks a product, one that lacks two
    stocked(shop, "MUG,A-near,5")
    released(shop, table(line("1", "NEW"), line("2", "NEW"), line("2", "NEWER"), line("3")))
    assert rows(shop, "SELECT number, state FROM sales_order ORDER BY 1") == [
        ("1", "held"), ("2", "held"), ("3", "released"),
    ]  # fmt: skip

    # when it comes, with stock
    with central_write(shop) as session:
        import_products(session, b"sku,name,aliases\nNEWEST,New,NEW\n", file="p.csv")
    stocked(shop, "NEWEST,B-near,9")
    assert take_up_known(shop, FakeClock()) == {"released": 1, "held": 1}

    # then the first goes, the second says what it still lacks, and stations know of the line
    assert rows(shop, "SELECT number, state FROM sales_order ORDER BY 1") == [
        ("1", "released"), ("2", "held"), ("3", "released"),
    ]  # fmt: skip
    assert rows(shop, "SELECT field FROM hold WHERE released_at IS NULL") == [("NEWER",)]
    assert rows(shop, "SELECT count(*) FROM brief_line") == [(3,)]

    # and nothing happens when nothing new is known
    before = dump(shop)
    assert take_up_known(shop, FakeClock()) == {}
    assert dump(shop) == before


# ---- how much it costs ----------------------------------------------------------------------------------------------


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What goes to the database meanwhile; many rows of one statement are one."""
    said: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(database.write, "before_cursor_execute", note)
    yield said
    event.remove(database.write, "before_cursor_execute", note)


def numbered(first: int, n: int) -> bytes:
    return table(*(line(str(number), sku) for number in range(first, first + n) for sku in ("MUG", "TEA")))


def test_twice_as_many_orders_take_as_many_statements(shop: Database) -> None:
    stocked(shop, "MUG,A-near,900", "TEA,B-near,40")

    with statements(shop) as few:
        bring(shop, numbered(0, 25))
    with statements(shop) as many:
        bring(shop, numbered(100, 50))
    assert len(many) <= len(few) + 2  # the feed reads rows again in pieces
    assert len(many) < 45

    with statements(shop) as release:
        release_waiting(shop, FakeClock())
    assert len(release) < 60


def test_the_bench_compares_the_same_rows(tmp_path: Path) -> None:
    # given a file, a site that took it in, and one that did not
    file = write_orders(tmp_path, "shopify", orders=40)
    ours, bare = (empty_site(tmp_path / f"{name}.sqlite", 40) for name in ("ours", "bare"))
    receive(ours, file)

    # when the rows that ours has beyond the other's go into that one
    new = left_rows(ours, bare)
    executemany(bare, {name: new[name] for name in new if name in EVERY_ORDER})

    # then every table of orders has the same
    found = counts(ours)
    assert {name: found[name] for name in EVERY_ORDER} == {name: counts(bare)[name] for name in EVERY_ORDER}
    assert {name: len(of_table) for name, of_table in new.items() if name in EVERY_ORDER} == EVERY_ORDER
    for database in (ours, bare):
        database.close()


EVERY_ORDER = {
    "address": 80, "brief_line": 120, "customer": 40, "order_brief": 40, "order_line": 120, "order_payload": 40,
    "sales_order": 40, "timeline": 40,
}  # fmt: skip


# ---- rows as they are told ------------------------------------------------------------------------------------------


def test_what_is_published_without_being_read_again_is_what_would_be_read(shop: Database) -> None:
    from app.db.feed import pack_row, read_rows, table_of

    bring(shop, table(line("1", quantity=2), line("1", "TEA"), line("2", "NOPE")))
    told = {(t, k): b for t, k, b in rows(shop, "SELECT topic, key, body FROM feed ORDER BY seq")}
    with central_write(shop) as session:
        for topic in ("order_brief", "brief_line"):
            mirrored = table_of(topic)
            assert mirrored is not None
            keys = [(bytes.fromhex(str(k)),) for t, k in told if t == topic]
            for key, row in read_rows(session, mirrored, keys).items():
                assert told[topic, key[0].hex()] == pack_row(mirrored, row)


@pytest.mark.parametrize("broken", [0, 3, 6])
def test_one_order_that_the_database_refuses_costs_only_itself(shop: Database, broken: int) -> None:
    # given seven orders of which one breaks a rule of the tables
    orders = [o for o in read(table(*(line(str(n)) for n in range(7)))) if isinstance(o, ImportedOrder)]
    bad = replace(orders[broken].lines[0], quantity=-1)
    orders[broken] = replace(orders[broken], lines=(bad,))

    # when they come together
    intake = FileIntake(shop, FakeClock(), "orders.csv")
    for _ in intake.steps(orders):
        pass

    # then the six others are in
    assert (intake.result.created, intake.result.refused) == (6, 1)
    assert [error.order for error in intake.result.errors] == [str(broken)]
    assert rows(shop, "SELECT count(*) FROM sales_order") == [(6,)]
    assert rows(shop, f'SELECT count(*) FROM feed WHERE body LIKE \'%"number":"{broken}"%\'') == [(0,)]
