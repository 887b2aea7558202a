"""Many orders together end exactly as one by one: same holds, same promises, same work, same stories."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db import Database, central_write, open_database
from app.ids import stable_id
from app.inventory.service import import_products
from app.processing.service import check_order, release_order, waiting_orders
from app.processing.service.checks import check_orders
from app.processing.service.holds import place_hold, release_hold
from app.processing.service.mass_release import release_orders
from tests.central_home import NOW, line, rows, stocked, table, take_in

LATER = NOW + timedelta(hours=1)

STATE = (
    "SELECT number, state FROM sales_order ORDER BY number",
    "SELECT b.number, b.state FROM order_brief b ORDER BY 1",
    "SELECT line_id, sku_id, position, quantity, short FROM brief_line ORDER BY 1",
    "SELECT order_id, kind, field, detail, placed_by, released_at, released_by FROM hold ORDER BY 1, 2, 3, 4, 6",
    "SELECT order_id, kind, words FROM timeline ORDER BY 1, at, id",
    "SELECT line_id, sku_id, place_id, lot, quantity FROM reservation ORDER BY 1, 3, 4",
    "SELECT sku_id, place_id, lot, on_hand, reserved FROM stock ORDER BY 1, 2, 3",
    "SELECT order_id, kind, priority, state, started, fence FROM work ORDER BY 1, 4",
    "SELECT w.order_id, p.order_line_id, p.place_id, p.lot, p.quantity, p.picked, p.state FROM pick_line p "
    "JOIN work w ON w.id = p.work_id ORDER BY 1, 2, 3, 4",
    "SELECT id, sku_id FROM order_line ORDER BY 1",
)
LAST_TOLD = (
    "SELECT topic, key, body FROM feed f "
    "WHERE seq = (SELECT max(seq) FROM feed g WHERE g.topic = f.topic AND g.key = f.key)"
)


def standing_of(database: Database) -> list[object]:
    """Everything that was decided, without the ids that are made anew each time."""
    told = {(topic, key): body for topic, key, body in rows(database, LAST_TOLD) if topic in ("order_brief", "stock")}
    return [*(rows(database, sql) for sql in STATE), told]


def copies(database: Database, folder: Path) -> tuple[Database, Database]:
    database.close()
    found = []
    for name in ("one", "many"):
        shutil.copy(database.path, folder / f"{name}.sqlite")
        found.append(open_database(folder / f"{name}.sqlite", "central"))
    return found[0], found[1]


ORDERS = st.lists(
    st.tuples(
        st.sampled_from(["MUG", "TEA", "CHOC", "NOPE", "NOPE-2"]),
        st.integers(1, 4),
        st.sampled_from(["paid", "paid", "paid", "unpaid"]),
        st.sampled_from(["", "", "1.00"]),
    ),
    min_size=1,
    max_size=8,
)


def test_orders_of_every_kind_end_the_same_way(shop: Database, tmp_path: Path) -> None:
    # given stock, orders that can go, orders that lack something, orders held by a person or released by one
    stocked(
        shop, "MUG,A-near,3", "MUG,A-far,4", "TEA,B-near,2", "CHOC,A-far,3,L1,2027-01-31", "CHOC,B-near,3,L2,2027-02-28"
    )
    many = [line(str(n), sku, n % 3 + 1, price="2.00") for n, sku in enumerate(["MUG", "TEA", "CHOC", "NOPE"] * 5)]
    many += [line("0", "TEA"), line("70", "MUG", total="99"), line("71", "TEA", payment="unpaid")]
    take_in(shop, table(*many))
    with central_write(shop) as session:
        for number in ("1", "2", "70", "71"):
            check_order(session, order_id=order_id(number), now=NOW)
        place_hold(session, order_id=order_id("1"), now=NOW, by="lead", detail="call first")
        place_hold(session, order_id=order_id("2"), now=NOW, by="lead", kind="until", field=NOW.isoformat())
        release_hold(session, order_id=order_id("70"), now=NOW, by="lead")
    one, together = copies(shop, tmp_path)

    # when the same is done one by one and together, twice, with the missing product coming in between
    for turn in (LATER, LATER + timedelta(hours=1)):
        with central_write(one) as session:
            waiting = waiting_orders(session)
            results = [release_order(session, order_id=i, now=turn) for i in waiting]
        with central_write(together) as session:
            at_once = release_orders(session, order_ids=waiting, now=turn)

        # then everything is the same
        assert [(r.order_id, r.work_id is None, r.holds, r.state) for r in at_once] == [
            (r.order_id, r.work_id is None, r.holds, r.state) for r in results
        ]
        assert standing_of(together) == standing_of(one)
        for database in (one, together):
            with central_write(database) as session:
                import_products(session, b"sku,name\nNOPE,Known now\n", file="p.csv")
            stocked(database, "NOPE,B-near,3", "TEA,A-near,2")
    one.close()
    together.close()


def order_id(number: str) -> bytes:
    return stable_id("order", "csv", number)


@given(ORDERS, st.integers(0, 9), st.integers(0, 3))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_orders_are_checked_and_released_alike(
    shop: Database, tmp_path: Path, orders: list[tuple[str, int, str, str]], mugs: int, teas: int
) -> None:
    folder = tmp_path / f"{abs(hash((tuple(orders), mugs, teas)))}"
    folder.mkdir(exist_ok=True)
    one, together = copies(shop, folder)
    lines = [
        line(str(n // 2), sku, units, payment=paid, total=sum_) for n, (sku, units, paid, sum_) in enumerate(orders)
    ]
    for database in (one, together):
        stocked(database, f"MUG,A-near,{mugs}", f"MUG,B-near,{teas}", f"TEA,A-far,{teas}")
        take_in(database, table(*lines))

    with central_write(one) as session:
        waiting = waiting_orders(session)
        kinds = {i: check_order(session, order_id=i, now=NOW) for i in waiting}
    with central_write(together) as session:
        assert check_orders(session, order_ids=waiting, now=NOW) == kinds
    assert standing_of(together) == standing_of(one)

    with central_write(one) as session:
        results = [release_order(session, order_id=i, now=LATER) for i in waiting]
    with central_write(together) as session:
        at_once = release_orders(session, order_ids=waiting, now=LATER)
    assert [(r.order_id, r.holds, r.state) for r in at_once] == [(r.order_id, r.holds, r.state) for r in results]
    assert standing_of(together) == standing_of(one)
    one.close()
    together.close()
