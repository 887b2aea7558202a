"""What central makes of a return: money, replacements, the order's story, and who must look."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from app.db import central_write, reading
from app.models import Order
from app.returns.queries.bills import refunds
from app.returns.service import announce_return, decide_refund, hand_over
from app.returns.service.idle import close_idle_returns
from app.settings import Home
from tests.returns.bench import ReturnBench, Site, order_code, order_id
from tests.sync.sides import StationSide, balances, ledger, mirrored


def send_off(site: Site, number: str, *lines: tuple[object, ...], **money: object) -> None:
    """An order of these lines that has left whole."""
    site.order(number, *lines, **money)
    site.ship(number, *((n, str(line[0]), line[1]) for n, line in enumerate(lines, 1)))


def back(bench: ReturnBench, number: str, *items: tuple[str, int, int]) -> None:
    """(SKU, units, grade) of an order come back, into quarantine where grade 1 has no shelf."""
    bench.open_task()
    bench.scan(order_code(number))
    for name, units, grade in items:
        bench.item(name)
        if units > 1:
            bench.own(f"QTY{units}")
        bench.grade(grade)
        assert bench.scan(bench.view.wanted[0].code).accepted is True


def announce(bench: ReturnBench, order: str, *items: tuple[str, int], **more: str) -> None:
    with central_write(bench.site.central.database) as session:
        announce_return(session, order_id=order_id(order), items=items, now=bench.clock.now(), **more)
    bench.station.settle()


# ---- money ----------------------------------------------------------------------------------------------------------


def test_an_order_with_discount_and_tax_comes_back_to_the_cent(bench: ReturnBench) -> None:
    # given 3 mugs for 10, less 2.50 on all, and 1.43 of tax on top
    send_off(bench.site, "1", ("MUG", 3, "10.00"), discount=D("2.50"), tax=D("1.43"), total=D("28.93"))

    # when they come back one by one
    back(bench, "1", ("MUG", 1, 1), ("MUG", 1, 2), ("MUG", 1, 3))

    # then each is paid back, and all together are what was paid
    assert [D(amount) for _, amount in bench.site.refunds()] == [D("9.64"), D("9.65"), D("9.64")]
    assert sum(D(amount) for _, amount in bench.site.refunds()) == D("28.93")


def test_the_shipping_is_ours_when_we_are_to_blame_for_all(bench: ReturnBench) -> None:
    announce(bench, "10482", ("MUG", 2), ("SOAP", 1), reason="wrong item")
    back(bench, "10482", ("MUG", 2, 1), ("SOAP", 1, 1))
    assert sum(D(amount) for _, amount in bench.site.refunds()) == D("40.15")


def test_the_shipping_stays_when_the_customer_changed_his_mind(bench: ReturnBench) -> None:
    back(bench, "10482", ("MUG", 2, 1), ("SOAP", 1, 1))
    assert sum(D(amount) for _, amount in bench.site.refunds()) == D("35.25")


def test_a_site_may_always_pay_the_shipping_back(bench: ReturnBench) -> None:
    bench.site.setting("refund_shipping", "all")
    back(bench, "10482", ("MUG", 2, 1), ("SOAP", 1, 1))
    assert sum(D(amount) for _, amount in bench.site.refunds()) == D("40.15")


def test_an_undone_return_takes_the_shipping_back_too(bench: ReturnBench) -> None:
    bench.site.setting("refund_shipping", "all")
    back(bench, "10482", ("MUG", 2, 1), ("SOAP", 1, 1))
    bench.card("UNDO")
    assert sum(D(amount) for _, amount in bench.site.refunds()) == D("29.00")


def test_a_restocking_fee_is_kept_unless_we_are_to_blame(bench: ReturnBench) -> None:
    bench.site.setting("restocking_fee_2", "10%")
    back(bench, "10482", ("MUG", 1, 2))
    assert bench.site.query("SELECT goods, fee, amount FROM refund") == [("14.50", "1.45", "13.05")]


def test_a_fault_of_ours_costs_no_fee(bench: ReturnBench) -> None:
    bench.site.setting("restocking_fee_2", "10%")
    announce(bench, "10482", ("MUG", 1), reason="defective")
    back(bench, "10482", ("MUG", 1, 2))
    assert bench.site.query("SELECT goods, fee, amount FROM refund") == [("14.50", "0.00", "14.50")]
    with reading(bench.site.central.database) as session:
        assert [r.reason for r in refunds(session)] == ["defective"]


@pytest.mark.parametrize(
    ("payment", "state", "amount"),
    [("unpaid", "none", "0.00"), ("refunded", "none", "0.00"), ("part_refunded", "held", "10.00")],
)
def test_money_that_we_may_not_have_is_not_paid_back_by_itself(
    bench: ReturnBench, payment: str, state: str, amount: str
) -> None:
    send_off(bench.site, "1", ("MUG", 1, "10.00"), total=D("10.00"))
    with central_write(bench.site.central.database) as session:
        session.get_one(Order, order_id("1")).payment = payment
    back(bench, "1", ("MUG", 1, 1))
    assert [(s, D(a)) for s, a in bench.site.refunds()] == [(state, D(amount))]


def test_what_was_graded_as_a_wrong_item_waits_for_the_office(bench: ReturnBench) -> None:
    back(bench, "10482", ("SOAP", 1, 4))
    assert bench.site.refunds() == [("held", "6.25")]


def test_a_unit_that_is_taken_back_gives_its_very_share_back(bench: ReturnBench) -> None:
    send_off(bench.site, "1", ("MUG", 3, "10.00"), discount=D("1.00"), total=D("29.00"))
    back(bench, "1", ("MUG", 1, 1), ("MUG", 1, 1))
    bench.card("UNDO")
    bench.card("UNDO")
    bench.card("UNDO")
    back(bench, "1", ("MUG", 2, 1))
    assert sum(D(amount) for _, amount in bench.site.refunds()) == D("29.00")


# ---- the list for the office ----------------------------------------------------------------------------------------


def test_each_refund_is_handed_over_once(bench: ReturnBench) -> None:
    back(bench, "10482", ("SOAP", 1, 1))
    with central_write(bench.site.central.database) as session:
        first, rows = hand_over(session, now=bench.clock.now())
    assert [(r.order_number, r.sku, r.quantity, r.amount) for r in rows] == [("10482", "SOAP", 1, D("6.25"))]
    with central_write(bench.site.central.database) as session:
        assert hand_over(session, now=bench.clock.now()) == ("", ())

    back(bench, "10482", ("MUG", 1, 1))
    with central_write(bench.site.central.database) as session:
        second, rows = hand_over(session, now=bench.clock.now())
    assert [r.amount for r in rows] == [D("14.50")]
    assert first != second
    with reading(bench.site.central.database) as session:
        assert [r.amount for r in refunds(session, again=first)] == [D("6.25")]
    assert "Refund of 6.25 EUR handed to the office, list " + first in bench.site.story("10482")


def test_money_that_is_on_its_way_is_not_taken_back_in_silence(bench: ReturnBench) -> None:
    back(bench, "10482", ("SOAP", 1, 1))
    with central_write(bench.site.central.database) as session:
        hand_over(session, now=bench.clock.now())
    bench.card("UNDO")
    assert bench.site.refunds() == [("handed_over", "6.25")]
    assert bench.site.incidents() == ["refund_taken_back"]
    bench.put("A-03-A")
    assert bench.site.refunds() == [("handed_over", "6.25"), ("none", "0.00")]


def test_the_office_decides_about_what_is_held(bench: ReturnBench) -> None:
    back(bench, "10482", ("SOAP", 1, 4), ("MUG", 1, 4), ("MUG", 1, 4))
    with central_write(bench.site.central.database) as session:
        soap, one, other = [r.id for r in refunds(session, state="held")]
        decide_refund(session, refund_ids=[soap], pay=True, now=bench.clock.now())
        decide_refund(session, refund_ids=[one], pay=True, amount=D("5.00"), now=bench.clock.now())
        decide_refund(session, refund_ids=[other], pay=False, now=bench.clock.now())
    bench.open_task()
    assert bench.site.refunds() == [("pending", "6.25"), ("pending", "5.00"), ("denied", "14.50")]


# ---- replacements ---------------------------------------------------------------------------------------------------


def test_a_replacement_is_an_order_of_its_own_that_goes_the_normal_way(bench: ReturnBench) -> None:
    # given a return that is to be replaced, said by the card at the kiosk
    bench.scan(order_code("10482"))
    bench.card("CHANGE")
    bench.item("MUG")
    bench.grade(3)
    bench.put("Scrap")
    bench.card("DONE")

    # then there is no money back, but an order for the same address, free, checked and released
    assert bench.site.refunds() == []
    [(channel, number, state, total, address)] = bench.site.query(
        "SELECT o.channel, o.number, o.state, o.total, a.line1 FROM sales_order o "
        "JOIN address a ON a.id = o.ship_to_id WHERE o.channel = 'replacement'"
    )
    assert (channel, number, state, D(total), address) == ("replacement", "10482-R1", "released", D(0), "Gasse 1")
    [(external, replaced)] = bench.site.query(
        "SELECT o.external_id, c.number FROM return_case c JOIN sales_order o ON o.id = c.replacement_id"
    )
    assert external == replaced
    assert f"Replacement order 10482-R1 made for return {replaced}" in bench.site.story("10482")
    assert mirrored(bench.station.path) == mirrored(bench.site.central.path)


def test_an_announced_wish_is_kept_and_may_be_changed(bench: ReturnBench) -> None:
    announce(bench, "10482", ("SOAP", 1), wish="replacement", number="R1")
    bench.scan(order_code("10482"))
    bench.item("SOAP")
    bench.card("CHANGE")
    bench.grade(1)
    bench.put("A-03-A")
    assert bench.site.refunds() == [("pending", "6.25")]
    assert bench.site.query("SELECT count(*) FROM sales_order WHERE channel = 'replacement'") == [(0,)]


def test_undo_of_the_end_cancels_the_replacement(bench: ReturnBench) -> None:
    announce(bench, "10482", ("SOAP", 1), wish="replacement", number="R1")
    back(bench, "10482", ("SOAP", 1, 1))
    assert bench.site.query("SELECT state FROM sales_order WHERE channel = 'replacement'") == [("released",)]
    bench.card("UNDO")
    assert bench.site.query("SELECT state FROM sales_order WHERE channel = 'replacement'") == [("cancelled",)]


def test_nothing_is_made_twice_when_facts_are_pushed_again(bench: ReturnBench) -> None:
    announce(bench, "10482", ("SOAP", 1), wish="replacement", number="R1")
    back(bench, "10482", ("SOAP", 1, 1))
    bench.station.hello()
    bench.station.settle()
    assert bench.site.query("SELECT count(*) FROM sales_order WHERE channel = 'replacement'") == [(1,)]
    assert bench.site.incidents() == []


# ---- who must look --------------------------------------------------------------------------------------------------


def test_two_stations_without_a_network_take_back_one_unit_and_a_person_is_told(bench: ReturnBench) -> None:
    # given two stations that do not hear of each other
    other = StationSide(bench.station.folder, "BACK02", bench.clock, bench.site.central)
    other.settle()
    bench.online = False
    second = ReturnBench(bench.site, other)
    second.online = False
    for each in (bench, second):
        each.scan(order_code("10482"))
        each.item("SOAP")
        each.grade(1)
        each.put("A-03-A")

    # when both come back, then both facts stand, one refund is paid, and somebody is told
    for side in (bench.station, other, bench.station):
        side.settle()
    assert bench.site.query("SELECT sum(quantity) FROM return_item") == [(2,)]
    assert bench.site.incidents() == ["more_back_than_shipped"]
    assert sum(D(amount) for _, amount in bench.site.refunds()) == D("6.25")
    assert ledger(bench.site.central.path) == balances(bench.site.central.path)
    other.close()


def test_the_story_tells_all_of_it(bench: ReturnBench) -> None:
    announce(bench, "10482", ("SOAP", 1), ("MUG", 2), number="R1")
    back(bench, "10482", ("SOAP", 1, 3))
    bench.card("DONE")
    assert bench.site.story("10482")[-5:] == [
        "Return R1 announced",
        "Return R1 begun",
        "1 × SOAP came back, Damaged: Scrap, Scrap",
        "Refund of 6.25 EUR goes to the office",
        "Return R1 closed: 1 of 3 announced units came back",
    ]


def test_how_it_left_is_told_beside_what_came_back(bench: ReturnBench) -> None:
    bench.scan(order_code("10482"))
    bench.item("MUG")
    [*_, timeline] = bench.view.context
    assert [str(m.words) for m in timeline.moments] == [  # type: ignore[union-attr]
        "Packed by Jonas Weber, box 1", "Picked by Ana Moreno from A-01-A", "Weighs 380 g",
    ]  # fmt: skip


def test_a_return_that_was_left_with_home_is_closed_by_central_after_a_while(bench: ReturnBench) -> None:
    # given one item back for a replacement, and a clerk who went home without DONE
    bench.scan(order_code("10482"))
    bench.card("CHANGE")
    bench.item("SOAP")
    bench.grade(3)
    bench.put("Scrap")
    bench.card("HOME")
    database, home = bench.site.central.database, Home(bench.site.central.path.parent)
    assert close_idle_returns(database, bench.clock, home) == 0

    # when two hours have gone by, then it is closed once, and the replacement is on its way
    bench.clock.advance(2 * 3600 + 1)
    assert (close_idle_returns(database, bench.clock, home), close_idle_returns(database, bench.clock, home)) == (1, 0)
    bench.station.settle()
    assert bench.station.query("SELECT state FROM return_case") == [("closed",)]
    assert bench.site.query("SELECT state FROM sales_order WHERE channel = 'replacement'") == [("released",)]
    assert mirrored(bench.station.path) == mirrored(bench.site.central.path)


def test_an_announced_return_waits_for_its_rest(bench: ReturnBench) -> None:
    announce(bench, "10482", ("SOAP", 1), ("MUG", 1))
    back(bench, "10482", ("SOAP", 1, 1))
    bench.clock.advance(9 * 3600)
    home = Home(bench.site.central.path.parent)
    assert close_idle_returns(bench.site.central.database, bench.clock, home) == 0
