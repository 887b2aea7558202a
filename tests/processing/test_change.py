"""Orders that are changed, cancelled and held wherever they stand; the plan follows and nothing is promised twice."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from app.cli import main
from app.clock import FakeClock
from app.db import Database, central_write, reading
from app.errors import Refused
from app.inventory.queries import differences
from app.inventory.service import release_reservation
from app.models import Order, Parcel, PickLine, Tote, Work
from app.processing.queries import find_orders
from app.processing.service import (
    Change,
    Changed,
    Replanned,
    cancel_order,
    change_order,
    place_hold,
    reallocate_short,
    release_hold,
    release_order,
    release_ready_orders,
)
from app.processing.service.arrivals import take_in as take_in_and_follow
from app.processing.service.duties import plan_what_came_back, release_what_is_due
from app.settings import Home
from tests.central_home import NOW, line, read, rows, stocked, table, take_in
from tests.engines import stranger

PLAN = (
    "SELECT s.sku, w.state, p.quantity, p.picked FROM pick_line p JOIN work w ON w.id = p.work_id "
    "JOIN sku s ON s.id = p.sku_id ORDER BY p.id"
)


def order_id(database: Database, number: str = "1") -> bytes:
    with reading(database) as session:
        return find_orders(session, number)[0]


def released(shop: Database, *lines: str) -> None:
    """Order 1 of two mugs and a tea (or of these lines), released."""
    stocked(shop, "MUG,A-near,9", "TEA,B-near,9", "MUG,A-far,9")
    take_in(shop, table(*(lines or (line("1", "MUG", 2), line("1", "TEA", 1)))))
    with central_write(shop) as session:
        release_ready_orders(session, now=NOW)


def on_a_walk(shop: Database, picked: int = 1) -> None:
    """Somebody has order 1 in hand; `picked` mugs are in the tote."""
    released(shop)
    with central_write(shop) as session:
        session.query(Work).update({Work.state: "leased", Work.started: True, Work.fence: 1})
        mug = session.query(PickLine).filter(PickLine.quantity == 2).one()
        mug.picked = picked
        session.get_one(Order, order_id(shop)).state = "picking"
    with central_write(shop) as session:
        release_reservation(session, line_id=mug.order_line_id, quantity=picked)


def change(shop: Database, **lines: int) -> Changed:
    with central_write(shop) as session:
        return change_order(session, order_id=order_id(shop), change=Change(lines), now=NOW, by="Mia")


def promises(shop: Database) -> list[tuple[object, ...]]:
    """Promised units by SKU; balances say the same."""
    found = rows(
        shop,
        "SELECT s.sku, sum(r.quantity) FROM reservation r JOIN sku s ON s.id = r.sku_id GROUP BY s.sku ORDER BY s.sku",
    )
    reserved = rows(shop, "SELECT sku, sum(reserved) FROM v_stock GROUP BY sku HAVING sum(reserved) > 0 ORDER BY sku")
    assert found == reserved
    return found


# ---- before anybody has begun ---------------------------------------------------------------------------------------


def test_a_change_before_picking_is_promised_and_released_anew(shop: Database) -> None:
    released(shop)

    assert change(shop, MUG=1, TEA=3) == Changed("released", (), Replanned())

    assert rows(shop, PLAN) == [("MUG", "ready", 1, 0), ("TEA", "ready", 3, 0)]
    assert promises(shop) == [("MUG", 1), ("TEA", 3)]


def test_more_than_there_is_holds_the_order(shop: Database) -> None:
    released(shop)

    assert change(shop, MUG=99).holds == ("stock",)

    assert (promises(shop), rows(shop, "SELECT state FROM sales_order")) == ([], [("held",)])


def test_a_line_that_is_removed_is_promised_to_nobody_any_more(shop: Database) -> None:
    released(shop)
    change(shop, TEA=0)
    assert (promises(shop), rows(shop, "SELECT cancelled FROM order_line ORDER BY position")) == (
        [("MUG", 2)], [(0,), (1,)],
    )  # fmt: skip


def test_a_line_that_is_new_costs_nothing(shop: Database) -> None:
    released(shop, line("1", "MUG", 2, price="5", total="10"))

    change(shop, TEA=1)

    assert rows(shop, "SELECT external_id, quantity, unit_price FROM order_line ORDER BY position")[1] == (
        "here:TEA", 1, "0",
    )  # fmt: skip
    assert rows(shop, "SELECT kind FROM hold") == []


def test_more_of_a_line_costs_its_price(shop: Database) -> None:
    released(shop, line("1", "MUG", 2, price="5", total="10"))

    change(shop, MUG=3)

    assert rows(shop, "SELECT total, state FROM sales_order") == [("15.00", "released")]


def test_what_can_not_be_changed_is_refused_and_nothing_is_written(shop: Database) -> None:
    released(shop)
    for lines, name in (({"NOPE": 1}, "NoSuchProduct"), ({"MUG": 0, "TEA": 0}, "NothingLeft")):
        with pytest.raises(Refused) as refusal:
            change(shop, **lines)
        assert refusal.value.problem.name == name
    with central_write(shop) as session, pytest.raises(Refused) as refusal:
        change_order(session, order_id=order_id(shop), change=Change(address={"shoe": "9"}), now=NOW, by="Mia")
    assert refusal.value.problem.name == "NoSuchField"
    assert promises(shop) == [("MUG", 2), ("TEA", 1)]


def test_a_corrected_address_lets_the_order_go_and_makes_stations_fetch_it_anew(shop: Database) -> None:
    stocked(shop, "MUG,A-near,1")
    take_in(shop, table(line("1")).replace(b"10969", b""))
    with central_write(shop) as session:
        release_ready_orders(session, now=NOW)
    assert rows(shop, "SELECT state FROM sales_order") == [("held",)]

    with central_write(shop) as session:
        fixed = change_order(
            session, order_id=order_id(shop), change=Change(address={"postcode": "10969"}), now=NOW, by="Mia"
        )

    assert (fixed.state, rows(shop, "SELECT revision FROM order_brief")) == ("released", [(1,)])
    assert rows(shop, "SELECT words LIKE '%10969%' FROM timeline WHERE kind = 'OrderChanged'") == [(0,)]


def test_express_makes_its_work_urgent(shop: Database) -> None:
    released(shop)
    with central_write(shop) as session:
        change_order(session, order_id=order_id(shop), change=Change(service="Express"), now=NOW, by="Mia")
    assert rows(shop, "SELECT priority FROM work WHERE state = 'ready'") == [(20,)]


# ---- while hands are at work ----------------------------------------------------------------------------------------


def test_in_mid_pick_what_is_not_picked_is_not_picked_any_more(shop: Database) -> None:
    on_a_walk(shop)

    assert change(shop, MUG=1) == Changed("picking", (), Replanned(dropped=1))

    assert rows(shop, PLAN) == [("MUG", "leased", 1, 1), ("TEA", "leased", 1, 0)]
    assert promises(shop) == [("TEA", 1)]


def test_in_mid_pick_what_lies_in_the_tote_goes_back(shop: Database) -> None:
    on_a_walk(shop)

    assert change(shop, MUG=0).plan == Replanned(dropped=1, too_many=1)

    assert rows(shop, PLAN)[0] == ("MUG", "leased", 1, 1)
    assert "1 unit in the tote goes back" in str(rows(shop, "SELECT words FROM timeline")).replace("{n}", "1")


def test_in_mid_pick_a_new_line_is_picked_on_the_same_walk(shop: Database) -> None:
    on_a_walk(shop)

    assert change(shop, TEA=2).plan == Replanned(added=1)

    assert rows(shop, PLAN)[-1] == ("TEA", "leased", 1, 0)
    assert promises(shop) == [("MUG", 1), ("TEA", 2)]


def test_changing_twice_to_the_same_changes_nothing(shop: Database) -> None:
    on_a_walk(shop)
    change(shop, MUG=1)
    before = rows(shop, PLAN)

    assert change(shop, MUG=1).plan == Replanned()

    assert rows(shop, PLAN) == before


def test_the_shop_changes_an_order_in_mid_pick(shop: Database) -> None:
    on_a_walk(shop)
    newer = table(line("1", "MUG", 1), line("1", "TEA", 4))

    with central_write(shop) as session:
        result = take_in_and_follow(session, read(newer), source="orders.csv", now=NOW + timedelta(hours=1))

    assert (result.updated, result.late) == (1, 0)
    assert rows(shop, "SELECT state FROM sales_order") == [("picking",)]
    assert sum(int(str(r[2])) for r in rows(shop, PLAN) if r[0] == "TEA") == 4
    assert promises(shop) == [("TEA", 4)]
    with reading(shop) as session:
        assert differences(session) == ()


# ---- cancelling -----------------------------------------------------------------------------------------------------


def test_cancelling_in_mid_pick_takes_everything_back_but_the_tote(shop: Database) -> None:
    on_a_walk(shop)
    with central_write(shop) as session:
        cancel_order(session, order_id=order_id(shop), now=NOW, by="Mia", why="customer called")

    assert rows(shop, "SELECT state FROM sales_order") == rows(shop, "SELECT state FROM work") == [("cancelled",)]
    assert (promises(shop), rows(shop, "SELECT kind FROM incident")) == ([], [("put_back",)])


@pytest.mark.parametrize(("state", "name"), [("labelled", "LabelValid"), ("closed", "BoxClosed")])
def test_a_label_is_voided_first_and_a_closed_box_is_a_return(shop: Database, state: str, name: str) -> None:
    on_a_walk(shop)
    with central_write(shop) as session:
        session.add(Parcel(id=b"p" * 16, order_id=order_id(shop), state=state))

    with central_write(shop) as session, pytest.raises(Refused) as refusal:
        cancel_order(session, order_id=order_id(shop), now=NOW, by="Mia")

    assert refusal.value.problem.name == name
    assert rows(shop, "SELECT state FROM sales_order") == [("picking",)]


def test_claimed_work_that_nobody_began_is_taken_back(shop: Database) -> None:
    released(shop)
    with central_write(shop) as session:
        session.query(Work).update({Work.state: "leased", Work.fence: 1})

    with central_write(shop) as session:
        assert cancel_order(session, order_id=order_id(shop), now=NOW, by="Mia") == 0

    assert rows(shop, "SELECT state, fence FROM work") == [("cancelled", 2)]
    assert (promises(shop), rows(shop, "SELECT count(*) FROM incident")) == ([], [(0,)])


# ---- holding --------------------------------------------------------------------------------------------------------


def test_a_hold_of_a_picked_order_ends_where_it_stood(shop: Database) -> None:
    on_a_walk(shop, picked=2)
    with central_write(shop) as session:
        session.query(Work).update({Work.state: "done"})
        session.query(PickLine).filter(PickLine.quantity == 1).update({PickLine.picked: 1})
        session.get_one(Order, order_id(shop)).state = "picked"
        place_hold(session, order_id=order_id(shop), now=NOW, by="Mia", detail="call first")
    assert rows(shop, "SELECT state FROM sales_order") == rows(shop, "SELECT state FROM order_brief") == [("held",)]

    with central_write(shop) as session:
        release_hold(session, order_id=order_id(shop), now=NOW, by="Mia")
        result = release_order(session, order_id=order_id(shop), now=NOW)

    assert (result.state, result.work_id, rows(shop, "SELECT count(*) FROM work")) == ("picked", None, [(1,)])


def test_a_hold_of_an_order_on_a_walk_waits_for_its_drop(shop: Database) -> None:
    on_a_walk(shop)
    with central_write(shop) as session:
        place_hold(session, order_id=order_id(shop), now=NOW, by="Mia", detail="call first")
    assert rows(shop, "SELECT state FROM sales_order") == [("picking",)]


# ---- what comes by itself -------------------------------------------------------------------------------------------


def test_stock_that_comes_and_moments_that_pass_release_by_themselves(shop: Database) -> None:
    # given an order without stock, and one that is held until tomorrow
    take_in(shop, table(line("1", "MUG", 2), line("2", "TEA", 1)))
    with central_write(shop) as session:
        release_ready_orders(session, now=NOW)
        until = (NOW + timedelta(days=1)).isoformat()
        place_hold(session, order_id=order_id(shop, "2"), now=NOW, by="Mia", kind="until", field=until)
    clock = FakeClock(NOW)
    home = Home(stranger(shop).parent)
    assert release_what_is_due(shop, clock, home) == 0

    # when stock comes and the day passes
    stocked(shop, "MUG,A-near,2", "TEA,A-near,1")
    clock.advance(86_400)

    # then both go, once
    assert (release_what_is_due(shop, clock, home), release_what_is_due(shop, clock, home)) == (2, 0)
    assert rows(shop, "SELECT DISTINCT state FROM sales_order") == [("released",)]


def test_units_that_were_nowhere_become_pick_work_when_they_lie_somewhere(shop: Database) -> None:
    # given a picked order of which one mug was nowhere, its tote parked
    stocked(shop, "MUG,A-near,2")
    take_in(shop, table(line("1", "MUG", 2)))
    with central_write(shop) as session:
        release_ready_orders(session, now=NOW)
        pick = session.query(PickLine).one()
        reallocate_short(session, pick.id, 1, NOW)
        pick.short, pick.picked = 1, 1
        session.query(Work).update({Work.state: "done", Work.started: True})
        session.get_one(Order, order_id(shop)).state = "picked"
        session.add(Tote(id=b"t" * 16, name="T-1", state="parked", order_id=order_id(shop)))
    clock, home = FakeClock(NOW), Home(stranger(shop).parent)
    assert plan_what_came_back(shop, clock, home) == 0

    # when one is put away elsewhere
    stocked(shop, "MUG,A-far,1")

    # then it is picked, and nothing keeps the order back
    assert (plan_what_came_back(shop, clock, home), plan_what_came_back(shop, clock, home)) == (1, 0)
    assert rows(shop, "SELECT short FROM order_line") == [(0,)]
    assert rows(shop, "SELECT state FROM sales_order") == [("released",)]
    assert rows(shop, "SELECT count(*) FROM hold WHERE released_at IS NULL") == [(0,)]
    assert rows(shop, "SELECT count(*) FROM work WHERE state = 'ready'") == [(1,)]


# ---- on the command line --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("packbay_home")
def test_an_order_is_changed_from_the_command_line(shop: Database, capsys: pytest.CaptureFixture[str]) -> None:
    released(shop)
    place = str(stranger(shop).parent)

    assert main(["order", "change", "1", "--line", "MUG=1", "--remove", "TEA", "--home", place, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"number": "1", "state": "released", "holds": []}
    assert main(["order", "change", "1", "--home", place]) == 2
    assert main(["order", "cancel", "1", "--by", "Mia", "--why", "twice", "--home", place, "--json"]) == 0
    assert rows(shop, "SELECT state FROM sales_order") == [("cancelled",)]
