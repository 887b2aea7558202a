"""Moving: a bin, an item, a bin; what is promised goes along, what is damaged goes aside."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from app.db import central_write, changed
from app.ids import new_id, stable_id
from app.inventory.service import reserve_units
from app.inventory.workflows.found import FindIt
from app.inventory.workflows.move import Move
from app.models import Order, OrderLine, PickLine, Work
from tests.inventory.dock import CASE, CODES, Hand, Site, bin_code, card, sku_id

MUG, TEA, CHOC = CODES["MUG"], CODES["TEA"], CODES["CHOC"]


@pytest.fixture
def mover(site: Site, hand: Hand) -> Hand:
    """Thirty mugs and four tins of tea in one bin, mugs in another."""
    site.stocked("MUG,A-01-A,30", "TEA,A-01-A,4", "MUG,B-01-A,1")
    return hand.open(Move())


def promise(site: Site, sku: str, units: int, number: str = "1001") -> bytes:
    """An order whose units are promised and wait to be picked; the id of its line."""
    order, line, work = stable_id("order", number), stable_id("line", number), stable_id("work", number)
    now = site.clock.now()
    with central_write(site.central) as session:
        session.execute(
            insert(Order).values(
                id=order, channel="t", external_id=number, number=number, state="released", received_at=now,
                updated_at=now, content_hash=b"",
            )
        )  # fmt: skip
        session.execute(
            insert(OrderLine).values(
                id=line, order_id=order, position=1, external_id="1", sku_id=sku_id(sku), quantity=units
            )
        )
        session.execute(insert(Work).values(id=work, kind="pick", order_id=order, state="ready"))
        changed(session, Work, work)
        for r in reserve_units(session, line_id=line, sku_id=sku_id(sku), quantity=units, now=now):
            pick = new_id()
            session.add(
                PickLine(id=pick, work_id=work, order_line_id=line, sku_id=r.sku_id, place_id=r.place_id, lot=r.lot,
                         quantity=r.quantity)
            )  # fmt: skip
            changed(session, PickLine, pick)
    site.refresh()
    return line


PROMISES = "SELECT place, reserved FROM v_stock WHERE reserved > 0 ORDER BY place"
LINES = (
    "SELECT b.name, l.quantity, l.picked FROM pick_line l JOIN bin b ON b.id = l.place_id ORDER BY b.name, l.quantity"
)


def test_a_unit_is_moved_with_three_scans(site: Site, mover: Hand) -> None:
    mover.scan(bin_code("A-01-A"), TEA, bin_code("B-02-A"))

    assert (mover.scans, mover.step, mover.last.sound.value) == (3, "source", "order")
    mover.sync()
    assert site.stock() == mover.stock()
    assert site.stock()[("TEA", "B-02-A", "", "good")] == 1
    assert site.rows("SELECT quantity, reason FROM v_movement WHERE reason = 'move' ORDER BY quantity") == [
        (-1, "move"), (1, "move"),
    ]  # fmt: skip


def test_a_card_or_a_case_moves_many_and_several_things_go_together(mover: Hand) -> None:
    mover.scan(bin_code("A-01-A"), CASE, MUG, TEA, card("QTY3"), bin_code("B-02-A"))
    assert mover.stock() == {
        ("MUG", "A-01-A", "", "good"): 17, ("TEA", "A-01-A", "", "good"): 1, ("MUG", "B-01-A", "", "good"): 1,
        ("MUG", "B-02-A", "", "good"): 13, ("TEA", "B-02-A", "", "good"): 3,
    }  # fmt: skip


def test_a_whole_bin_goes_by_choice(mover: Hand) -> None:
    mover.scan(bin_code("A-01-A"), card("OPT1"), bin_code("A-02-A"))
    assert mover.scans == 3
    assert mover.stock() == {
        ("MUG", "A-02-A", "", "good"): 30, ("TEA", "A-02-A", "", "good"): 4, ("MUG", "B-01-A", "", "good"): 1,
    }  # fmt: skip
    mover.scan(card("UNDO"), card("UNDO"), card("UNDO"))
    assert mover.stock()[("MUG", "A-01-A", "", "good")] == 30
    assert mover.ended


def test_promised_units_stay_promised_where_they_lie_now(site: Site, mover: Hand) -> None:
    # given an order that is to be picked out of the bin
    promise(site, "TEA", 3)
    assert site.rows(PROMISES) == [("A-01-A", 3)]

    # when two of four tins are moved, one of them must be promised; it is said before and after
    mover.scan(bin_code("A-01-A"), TEA, TEA)
    assert "1 unit is promised to an order" in str(mover.view.context[0].title)  # type: ignore[union-attr]
    mover.scan(bin_code("B-02-A"))
    assert mover.echo == "2 units to B-02-A: 1 promised unit goes along"
    mover.sync()

    # then the promise and the pick line lead there, and the sums are right
    assert site.rows(PROMISES) == [("A-01-A", 2), ("B-02-A", 1)]
    assert site.rows(LINES) == [("A-01-A", 2, 0), ("B-02-A", 1, 0)]
    assert mover.rows(LINES) == site.rows(LINES)

    # and UNDO brings the promise back with the goods
    mover.scan(card("UNDO"))
    mover.sync()
    assert site.rows(PROMISES) == [("A-01-A", 3)]


def test_promised_units_are_not_moved_to_where_nobody_picks(site: Site, mover: Hand) -> None:
    promise(site, "TEA", 3)
    mover.scan(bin_code("A-01-A"), TEA, TEA, bin_code("Quarantine"))
    assert mover.words()[:3] == (
        "Not into Quarantine", "1 of Tea tin are promised",
        "Some of it is promised to orders, and nobody picks from there.",
    )  # fmt: skip
    mover.scan(card("QTY1"), bin_code("Quarantine"))
    assert mover.stock()[("TEA", "Quarantine", "", "good")] == 1


def test_what_is_damaged_loses_its_promise_to_units_elsewhere(site: Site, mover: Hand) -> None:
    # given all four tins promised, and two more in another bin
    promise(site, "TEA", 4)
    site.stocked("TEA,B-02-A,2")

    # when one of the promised ones is found broken
    mover.scan(bin_code("A-01-A"), TEA, card("DAMAGED"), bin_code("Quarantine"))
    mover.sync()

    # then another one is promised in its place
    assert site.rows(PROMISES) == [("A-01-A", 3), ("B-02-A", 1)]
    assert site.stock()[("TEA", "Quarantine", "", "damaged")] == 1
    assert site.rows("SELECT kind FROM incident") == []


def test_where_nothing_else_is_free_the_loss_is_told(site: Site, mover: Hand) -> None:
    promise(site, "TEA", 4)
    mover.scan(bin_code("A-01-A"), TEA, card("DAMAGED"), bin_code("Quarantine"))
    mover.sync()
    assert site.rows(PROMISES) == [("A-01-A", 3)]
    assert site.rows("SELECT kind, detail FROM incident") == [("unpromised", "TEA at A-01-A: 1")]


def test_damaged_goods_stay_out_of_pick_bins(mover: Hand) -> None:
    mover.scan(bin_code("A-01-A"), TEA, card("DAMAGED"), bin_code("B-02-A"))
    assert mover.words()[2] == "These goods must not lie where orders are picked from."
    mover.scan(card("DAMAGED"))
    assert mover.problem == "DamagedWhat"


def test_wrong_things_get_messages_of_their_own(site: Site, mover: Hand) -> None:
    said = []
    for code in (bin_code("A-04-A"), MUG, "NOBODYS"):
        mover.scan(code)
        said.append(mover.words()[0])
    mover.scan(bin_code("A-01-A"))
    for code in (CODES["SOAP"], card("QTY2"), card("DAMAGED"), bin_code("A-04-C"), TEA, card("QTY5"),
                 bin_code("A-01-A"), bin_code("Drop"), card("SKIP")):  # fmt: skip
        mover.scan(code)
        said.append(mover.words()[0] if mover.problem else mover.echo)
    assert said == [
        "Nothing lies in A-04-A by the book", "That is Mug", "Nobody here knows this code",
        "That is Soap bar", "A quantity card follows an item", "DAMAGED does nothing here",
        "Nothing lies in A-04-C by the book", "1 Tea tin in the hand", "So many do not lie in A-01-A by the book",
        "Not into A-01-A", "Not into Drop", "SKIP does nothing here",
    ]  # fmt: skip


def test_two_lots_in_a_bin_are_told_apart(site: Site, hand: Hand) -> None:
    site.stocked("CHOC,A-01-A,2,L1,2027-01-31", "CHOC,A-01-A,2,L2,2027-02-28")
    hand.open(Move())
    hand.scan(bin_code("A-01-A"), CHOC)
    assert hand.words()[:2] == ("Which lot is this?", "L1 / L2")
    hand.scan(f"010{CHOC}10L2", bin_code("A-02-A"))
    assert hand.stock()[("CHOC", "A-02-A", "L2", "good")] == 2 - 1


# ---- found ----------------------------------------------------------------------------------------------------------


def test_what_is_found_is_not_booked_but_asks_for_a_count(site: Site, hand: Hand) -> None:
    site.stocked("MUG,A-01-A,3")
    hand.open(FindIt())
    hand.scan(MUG, bin_code("A-01-A"))

    assert hand.scans == 2
    assert hand.stock() == {("MUG", "A-01-A", "", "good"): 3}
    hand.sync()
    assert site.rows("SELECT place, sku, reason, state FROM v_count") == [("A-01-A", "MUG", "found", "open")]

    # a second find in the same bin asks for no second count, and UNDO takes back only its own
    hand.scan(MUG, MUG, card("QTY5"), bin_code("A-01-A"), card("UNDO"))
    assert hand.rows("SELECT state FROM count_task") == [("open",)]
    hand.scan(card("UNDO"), card("UNDO"), card("UNDO"), card("UNDO"), card("UNDO"))
    assert hand.rows("SELECT state FROM count_task") == [("cancelled",)]


def test_what_is_found_is_led_to_where_it_belongs(site: Site, hand: Hand) -> None:
    site.stocked("TEA,B-03-B,3")
    hand.open(FindIt())
    hand.scan(TEA)
    assert [w.code for w in hand.view.wanted] == [bin_code("B-03-B")]
    hand.scan(bin_code("Drop"))
    assert hand.problem == "NotThere"
    hand.scan(MUG)
    assert hand.words()[0] == "That is Mug"
