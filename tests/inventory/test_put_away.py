"""Putting away: where the screen leads to, which other bins will do, and what becomes of the tote."""

from __future__ import annotations

from collections import Counter

import pytest

from app.inventory.workflows.put_away import PutAway
from app.inventory.workflows.receive import Receive
from app.view import CodeDatum, Hero, Note, ThenPanel
from tests.inventory.dock import CASE, CODES, Hand, Site, asn, bin_code, card, tote_code

MUG, TEA, SOAP, CHOC = (CODES[sku] for sku in ("MUG", "TEA", "SOAP", "CHOC"))


def received(site: Site, hand: Hand, tote: str, *lines: str) -> Hand:
    """Takes goods in by scan, into a tote ("" for the dock): `received(site, hand, "T-01", "MUG,6", "TEA,2")`."""
    number = f"D{hand.rows('SELECT count(*) FROM receipt')[0][0]}"
    wanted = Counter[str]()
    for line in lines:
        sku, units, *_ = line.split(",")
        wanted[sku] += int(units)
    site.expected(number, *(f"{sku},{units}" for sku, units in wanted.items()))
    hand.open(Receive())
    hand.begin(asn(number))
    if tote:
        hand.scan(tote_code(tote))
    for line in lines:
        sku, units, *lot = line.split(",")
        code = CODES[sku]
        if lot:
            code = f"010{code}17{lot[1]}10{lot[0]}"
        hand.scan(code, card(f"QTY{units}"))
    hand.scan(card("DONE"))
    hand.sync()
    return hand.open(PutAway())


def led(hand: Hand) -> str:
    """The bin on the screen, "" without one."""
    hero = hand.view.hero
    if isinstance(hero, Hero) and isinstance(hero.datum, CodeDatum):
        return "-".join(part for part, _ in hero.datum.parts)
    return ""


def why(hand: Hand) -> str:
    return " · ".join(str(p.title) for p in hand.view.context if isinstance(p, Note))


def test_what_lies_alone_in_a_tote_costs_the_tote_and_the_bin(site: Site, hand: Hand) -> None:
    # given six tins in a tote, and tea in two bins already
    site.stocked("TEA,B-02-A,3", "MUG,A-01-A,3")
    received(site, hand, "T-01", "TEA,6")

    # when the tote is scanned, then the screen leads to the bin of the same item
    hand.begin(tote_code("T-01"))
    assert (led(hand), why(hand)) == ("B-02-A", "The same item lies there")

    # and with the second scan everything is in its place and the tote free
    hand.scan(bin_code("B-02-A"))
    assert (hand.scans, hand.last.sound.value) == (2, "order")
    hand.sync()
    assert site.stock() == {("TEA", "B-02-A", "", "good"): 9, ("MUG", "A-01-A", "", "good"): 3}
    assert site.rows("SELECT state FROM tote WHERE name = 'T-01'") == [("free",)]


def test_a_mixed_tote_costs_an_item_and_a_bin_each_in_the_order_of_the_walk(site: Site, hand: Hand) -> None:
    # given three things whose bins lie at the far end of A, the near end of A and in B
    site.stocked("MUG,A-04-A,1", "TEA,A-01-A,1", "SOAP,B-01-A,1")
    received(site, hand, "T-01", "MUG,2", "TEA,2", "SOAP,2")
    hand.begin(tote_code("T-01"))

    # then the next one is named before the item is scanned, and the bin after it
    hand.scan(SOAP)
    assert led(hand) == "B-01-A"
    hand.scan(bin_code("B-01-A"))
    assert [str(p.words) for p in hand.view.context if isinstance(p, ThenPanel)] == []
    hand.scan(TEA)
    then = [(p.code, str(p.words)) for p in hand.view.context if isinstance(p, ThenPanel)]
    assert then == [("A-04-A", "Mug × 2")]
    hand.scan(bin_code("A-01-A"))

    # and the last one needs no scan of its item
    assert led(hand) == "A-04-A"
    hand.scan(bin_code("A-04-A"))
    assert hand.scans == 6
    assert hand.rows("SELECT count(*) FROM v_stock WHERE place LIKE 'tote%' AND on_hand != 0") == [(0,)]


def test_some_of_it_goes_into_another_bin_by_card_or_scan_by_scan(site: Site, hand: Hand) -> None:
    received(site, hand, "", "MUG,24")
    hand.begin(bin_code("Dock"))
    hand.scan(MUG)
    assert hand.echo == "24 Mug to B-01-A"

    hand.scan(card("QTY10"), bin_code("B-01-A"))
    hand.scan(MUG, MUG, MUG, bin_code("B-01-B"))
    hand.scan(MUG, card("QTY5"), card("UNDO"), card("UNDO"))
    assert (hand.step, hand.echo) == ("item", "Undone: the last scan was taken back")

    assert hand.stock() == {
        ("MUG", "B-01-A", "", "good"): 10, ("MUG", "B-01-B", "", "good"): 3, ("MUG", "Dock", "", "good"): 11,
    }  # fmt: skip


def test_a_quantity_card_after_a_case_counts_cases(site: Site, hand: Hand) -> None:
    received(site, hand, "", "MUG,30")
    hand.begin(bin_code("Dock"))
    hand.scan(CASE, card("QTY2"))
    assert hand.echo == "24 of 30 Mug"


def test_more_than_lies_there_is_not_put_away(site: Site, hand: Hand) -> None:
    received(site, hand, "", "MUG,2", "TEA,1")
    hand.begin(bin_code("Dock"))
    hand.scan(CASE)
    assert hand.problem == "MoreThanThere"
    hand.scan(MUG, card("QTY3"))
    assert hand.problem == "MoreThanThere"
    hand.scan(MUG, MUG)
    assert hand.problem == "MoreThanThere"


def test_another_bin_is_fine_or_refused_with_its_reason(site: Site, hand: Hand) -> None:
    # given chocolate of a lot that must not lie with another, and a bin of each kind
    site.stocked("CHOC,A-01-A,5,L1,2027-01-31", "SOAP,A-02-A,5", "VASE,A-03-A,1")
    received(site, hand, "T-01", "CHOC,3,L2,270228")
    hand.begin(tote_code("T-01"))
    said = {}
    for name in ("A-01-A", "Drop", "Quarantine", "Dock"):
        hand.scan(bin_code(name))
        said[name] = next(line for line in hand.words()[1:] if line.endswith("."))
    assert said == {
        "A-01-A": "Another lot of it lies there, and lots are kept apart.",
        "Drop": "Goods for orders are not kept there.",
        "Quarantine": "Goods for orders are not kept there.",
        "Dock": "Nothing was received into it, or all of it has a place.",
    }

    # then beside soap it will do, and is said to be so
    hand.scan(bin_code("A-02-A"))
    assert hand.echo == "Also fine: 3 Chocolate in A-02-A, beside Soap bar"
    assert hand.bench.echo is not None
    assert hand.bench.echo.tone == "warn"


def test_a_bin_that_is_full_is_refused_and_says_what_fits(site: Site, hand: Hand) -> None:
    # given 30 mugs of one litre in a bin of which 34 litres can be used
    site.stocked("MUG,A-01-A,30")
    received(site, hand, "T-01", "MUG,6")
    hand.begin(tote_code("T-01"))

    # then the screen leads to an empty bin, and the full one is refused
    assert led(hand) == "A-01-B"
    assert why(hand) == "Empty, in the aisle of the same item"
    hand.scan(bin_code("A-01-A"))
    assert hand.words()[:3] == ("Not into A-01-A", "Mug, room for 4", "There is not enough room.")
    hand.scan(MUG, card("QTY4"), bin_code("A-01-A"))
    assert hand.stock()[("MUG", "A-01-A", "", "good")] == 34


def test_skip_leads_on_until_there_is_no_other_bin(site: Site, hand: Hand) -> None:
    received(site, hand, "T-01", "VASE,1")
    hand.begin(tote_code("T-01"))
    first = led(hand)
    hand.scan(card("SKIP"))
    second = led(hand)
    assert (first, second) == ("B-01-A", "B-01-B")
    hand.scan(card("UNDO"))
    assert led(hand) == first
    for _ in range(23):
        hand.scan(card("SKIP"))
    hand.scan(card("SKIP"))
    assert hand.problem == "NoOtherBin"


def test_a_bin_whose_book_is_doubted_is_never_led_to(site: Site, hand: Hand) -> None:
    # given tea in a bin where a picker found less than the book says
    site.stocked("TEA,B-02-A,3")
    site.doubt("TEA", "B-02-A")
    received(site, hand, "T-01", "TEA,2")

    hand.begin(tote_code("T-01"))

    assert led(hand) == "B-01-A"
    hand.scan(bin_code("B-02-A"))
    assert hand.words()[2] == "Its stock is doubted: it will be counted first."


def test_damaged_goods_are_led_aside_and_into_no_pick_bin(site: Site, hand: Hand) -> None:
    received(site, hand, "", "MUG,5")
    hand.begin(bin_code("Dock"))
    hand.scan(MUG, card("QTY2"), card("DAMAGED"))
    assert hand.echo == "2 Mug damaged: to Quarantine"

    hand.scan(bin_code("A-01-A"))
    assert hand.problem == "NotThere"
    hand.scan(bin_code("Quarantine"))
    assert hand.stock() == {("MUG", "Dock", "", "good"): 3, ("MUG", "Quarantine", "", "damaged"): 2}

    # and every scan of it can be taken back
    hand.scan(card("UNDO"), card("UNDO"), card("UNDO"), card("UNDO"))
    assert hand.stock() == {("MUG", "Dock", "", "good"): 5}
    assert hand.step == "item"


def test_the_tote_is_received_again_when_the_last_put_is_undone(site: Site, hand: Hand) -> None:
    received(site, hand, "T-01", "MUG,2")
    hand.begin(tote_code("T-01"))
    hand.scan(bin_code("A-01-A"), card("UNDO"))
    assert hand.rows("SELECT state FROM tote WHERE name = 'T-01'") == [("received",)]
    assert hand.stock() == {("MUG", "tote T-01", "", "good"): 2}


def test_which_lot_is_asked_only_where_two_lie(site: Site, hand: Hand) -> None:
    received(site, hand, "T-01", "CHOC,3,L1,270131", "CHOC,4,L2,270228")
    hand.begin(tote_code("T-01"))
    hand.scan(CHOC)
    assert hand.words()[:2] == ("Which lot is this?", "L1 / L2")
    hand.scan("L2")
    assert hand.echo.startswith("4 Chocolate to ")
    hand.scan(bin_code("A-01-A"), CHOC, bin_code("A-01-B"))
    assert hand.stock() == {("CHOC", "A-01-A", "L2", "good"): 4, ("CHOC", "A-01-B", "L1", "good"): 3}


def test_wrong_things_get_messages_of_their_own(site: Site, hand: Hand) -> None:
    site.stocked("SOAP,A-02-A,5")
    received(site, hand, "T-01", "MUG,1", "TEA,1")
    hand.begin(tote_code("T-01"))
    said = []
    for code in (bin_code("A-01-A"), SOAP, tote_code("T-02"), "NOBODYS", card("OPT1")):
        hand.scan(code)
        said.append(hand.words()[0])
    assert said == [
        "That is A-01-A", "That is Soap bar", "There is nothing to put away in T-02", "Nobody here knows this code",
        "That card is not asked for here",
    ]  # fmt: skip
    hand.scan(MUG, TEA)
    assert hand.words()[:3] == ("That is Tea tin", "TEA", "Mug is in your hand and wants its bin first.")


def test_what_is_begun_by_a_scan_at_home(site: Site, hand: Hand) -> None:
    hand.open(PutAway())
    assert [hand.greet(code) for code in (tote_code("T-01"), bin_code("Dock"), bin_code("A-01-A"), MUG)] == [None] * 4
    received(site, hand, "T-01", "MUG,1")
    assert hand.greet(tote_code("T-01")) is not None
    assert [w.code for w in hand.view.wanted] == [tote_code("T-01")]


def test_central_and_station_agree_after_a_day_of_it(site: Site, hand: Hand) -> None:
    received(site, hand, "T-01", "MUG,6", "TEA,2")
    hand.begin(tote_code("T-01"))
    hand.scan(MUG, card("QTY4"), bin_code("A-01-A"), MUG, bin_code("A-01-B"))
    hand.scan(card("DONE"))
    hand.sync()
    assert site.stock() == hand.stock()
    assert site.rows("SELECT sum(quantity) FROM v_movement") == [(8,)]


@pytest.mark.parametrize("word", ["DONE", "UNDO"])
def test_leaving_keeps_what_lies_there(site: Site, hand: Hand, word: str) -> None:
    received(site, hand, "T-01", "MUG,6", "TEA,2")
    hand.begin(tote_code("T-01"))
    hand.scan(card(word))
    assert hand.ended
    assert hand.rows("SELECT state FROM tote WHERE name = 'T-01'") == [("received",)]
