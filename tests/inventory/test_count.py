"""Counting: blind, again by somebody else, judged by a lead; what central makes of it."""

from __future__ import annotations

import pytest

from app.cli import main
from app.inventory.workflows.count import Count
from app.view import ItemPanel
from tests.inventory.dock import BEN, CASE, CODES, MIA, Hand, Site, bin_code, card, tote_code
from tests.inventory.test_move import promise
from tests.inventory.test_receive import with_setting

MUG, TEA, CHOC = CODES["MUG"], CODES["TEA"], CODES["CHOC"]
TASKS = "SELECT place, sku, reason, state FROM v_count ORDER BY place, sku"


def counted(hand: Hand, place: str, *codes: str) -> Hand:
    """Counts a bin by scanning these codes, then DONE (twice for an empty one)."""
    hand.open(Count())
    hand.scan(bin_code(place), *codes, card("DONE"))
    if not codes:
        hand.scan(card("DONE"))
    hand.sync()
    return hand


@pytest.fixture
def ben(site: Site) -> Hand:
    """Another person at another station."""
    return site.hand("DOCK02", BEN)


def test_a_count_that_agrees_settles_at_once(site: Site, hand: Hand) -> None:
    site.stocked("MUG,A-01-A,2", "TEA,A-01-A,3")
    counted(hand, "A-01-A", MUG, MUG, TEA, card("QTY3"))

    assert hand.scans == 6
    assert site.rows(TASKS) == [("A-01-A", None, "asked", "done")]
    assert site.stock() == {("MUG", "A-01-A", "", "good"): 2, ("TEA", "A-01-A", "", "good"): 3}


def test_nothing_on_the_screen_says_what_should_be_there(site: Site, hand: Hand) -> None:
    site.stocked("MUG,A-01-A,77")
    hand.open(Count())
    hand.scan(bin_code("A-01-A"), MUG)
    assert "77" not in repr(hand.view)
    assert [p.quantity for p in hand.view.object if isinstance(p, ItemPanel)] == [1]


def test_a_difference_is_counted_again_by_somebody_else_and_settled_when_they_agree(
    site: Site, hand: Hand, ben: Hand
) -> None:
    # given a bin with three mugs by the book, in which Ana counts two
    site.stocked("MUG,A-01-A,3")
    counted(hand, "A-01-A", MUG, MUG)
    assert site.rows(TASKS) == [("A-01-A", None, "asked", "again")]
    assert site.stock() == {("MUG", "A-01-A", "", "good"): 3}

    # then she may not count it again, and Ben is not told what she saw
    hand.open(Count()).scan(bin_code("A-01-A"))
    assert hand.words()[:2] == (
        "A-01-A is not yours to count", "You made the first count. The second one is made by somebody else.",
    )  # fmt: skip
    ben.sync()
    ben.open(Count()).scan(bin_code("A-01-A"))
    assert "2" not in str(ben.view.hero) + str(ben.view.context)

    # when he counts two as well, the book is set right by a movement
    ben.scan(MUG, MUG, card("DONE"))
    ben.sync()
    assert site.rows(TASKS) == [("A-01-A", None, "asked", "done")]
    assert site.stock() == {("MUG", "A-01-A", "", "good"): 2}
    assert site.rows("SELECT quantity, reason FROM v_movement WHERE reason = 'count'") == [(-1, "count")]


def test_two_counts_that_differ_are_judged_by_a_lead_with_an_approval(site: Site, hand: Hand, ben: Hand) -> None:
    site.stocked("MUG,A-01-A,3")
    counted(hand, "A-01-A", MUG)
    ben.sync()
    counted(ben, "A-01-A", MUG, MUG)
    assert site.rows(TASKS) == [("A-01-A", None, "asked", "judge")]

    # nobody but a lead counts now
    ben.open(Count()).scan(bin_code("A-01-A"))
    assert ben.words()[1] == "Two counts of it differ: a lead counts it."

    # and the lead's count wants a PIN
    mia = site.hand("LEAD01", MIA)
    mia.open(Count()).scan(bin_code("A-01-A"), MUG, MUG, MUG, MUG, card("DONE"))
    assert mia.view.kind == "approval.badge"
    mia.scan(card("CLEAR"))
    mia.approver = MIA.person_id
    mia.scan(card("DONE"))
    mia.sync()
    assert site.rows(TASKS) == [("A-01-A", None, "asked", "done")]
    assert site.stock() == {("MUG", "A-01-A", "", "good"): 4}


def test_an_empty_bin_is_asked_twice(site: Site, hand: Hand) -> None:
    site.stocked("MUG,A-01-A,1")
    hand.open(Count())
    hand.scan(bin_code("A-01-A"), card("DONE"))
    assert (hand.echo, hand.step) == ("Nothing in A-01-A? Scan DONE once more", "item")
    hand.scan(MUG, card("UNDO"), card("DONE"))
    assert hand.step == "item", "a scan between them makes the second a first one"
    hand.scan(card("DONE"))
    assert hand.step == "bin"
    hand.sync()
    assert site.rows(TASKS) == [("A-01-A", None, "asked", "again")]


def test_a_small_difference_may_be_believed(site: Site, hand: Hand) -> None:
    site.stocked("MUG,A-01-A,10")
    with_setting(site, "count_tolerance_units", "1")
    counted(hand, "A-01-A", MUG, card("QTY11"))
    assert site.rows(TASKS)[0][3] == "done"
    assert site.stock() == {("MUG", "A-01-A", "", "good"): 11}


def test_a_pick_between_two_counts_does_not_make_them_differ(site: Site, hand: Hand, ben: Hand) -> None:
    from app.inventory.workflows.move import Move

    # given one mug too few in the bin, counted by Ana, and a mug that is then moved away
    site.stocked("MUG,A-01-A,5")
    counted(hand, "A-01-A", MUG, card("QTY4"))
    hand.open(Move()).scan(bin_code("A-01-A"), MUG, bin_code("B-01-A"))
    hand.sync()
    ben.sync()

    # when Ben counts three, then both have found one too few
    counted(ben, "A-01-A", MUG, card("QTY3"))
    site.clock.advance(3_600)
    site.tend()
    assert site.rows(TASKS)[0][3] == "done"
    assert site.stock() == {("MUG", "A-01-A", "", "good"): 3, ("MUG", "B-01-A", "", "good"): 1}


# ---- who asks for counts --------------------------------------------------------------------------------------------


def test_a_short_asks_for_a_count_of_its_item_and_the_count_ends_the_doubt(site: Site, hand: Hand) -> None:
    # given a bin whose book is doubted: nothing of it is promised
    site.stocked("TEA,A-02-A,5", "MUG,A-02-A,9")
    site.doubt("TEA", "A-02-A")
    assert site.rows(TASKS) == [("A-02-A", "TEA", "short", "open")]
    assert promised(site, "TEA") == 0

    # when it is scanned at home the count opens, of this item only
    hand.open(Count())
    hand.begin(bin_code("A-02-A"))
    hand.scan(MUG)
    assert hand.words()[2] == "Only Tea tin is counted here."
    hand.scan(TEA, card("QTY5"), card("DONE"))
    hand.sync()

    # then the mugs were not touched, and tea is promised again
    assert site.stock() == {("TEA", "A-02-A", "", "good"): 5, ("MUG", "A-02-A", "", "good"): 9}
    assert site.rows("SELECT count(*) FROM incident WHERE resolved_at IS NULL") == [(0,)]
    assert promised(site, "TEA") == 1


def promised(site: Site, sku: str) -> int:
    promise(site, sku, 1, f"N{site.clock.mono_ns()}")
    return int(site.rows(f"SELECT sum(reserved) FROM v_stock WHERE sku = '{sku}'")[0][0])


def test_a_balance_below_nothing_asks_for_a_count(site: Site, hand: Hand) -> None:
    from app.inventory.facts import Moved
    from tests.inventory.dock import bin_id, sku_id

    site.stocked("TEA,A-02-A,1")
    hand.record(Moved(sku_id("TEA"), bin_id("A-02-A"), bin_id("A-03-A"), 3))
    site.doubt("TEA at A-02-A: -2", "A-02-A", "negative_stock")
    assert site.rows(TASKS) == [("A-02-A", "TEA", "negative", "open")]
    counted(hand, "A-02-A")
    counted(site.hand("DOCK02", BEN), "A-02-A")
    assert site.rows(TASKS)[0][3] == "counted", "the first station moved goods there and was not heard of since"
    site.clock.advance(15 * 60)
    site.tend()
    assert site.stock() == {("TEA", "A-03-A", "", "good"): 3}
    assert site.rows("SELECT count(*) FROM incident WHERE resolved_at IS NULL") == [(0,)]


def test_shorts_ask_for_no_more_counts_a_day_than_the_cap(site: Site) -> None:
    with_setting(site, "count_cap_per_day", "2")
    for place in ("A-01-A", "A-02-A", "A-03-A"):
        site.doubt("TEA", place)
    assert len(site.rows(TASKS)) == 2
    site.clock.advance(24 * 3_600)
    assert site.tend() == 1
    assert len(site.rows(TASKS)) == 3


def test_the_office_asks_by_a_command_and_a_lead_at_the_kiosk(
    site: Site, hand: Hand, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--home", str(site.folder)]
    assert main(["count", "A-03-A", *home]) == 0
    assert main(["count", "A-03-A", "--sku", "TEA", *home]) == 0, "covered by the first"
    assert main(["count", "A-04-A", "--sku", "TEA", *home]) == 0
    assert main(["count", "NOPE", *home]) == 2
    assert main(["count", "A-04-A", "--sku", "NOPE", *home]) == 2
    assert site.rows(TASKS) == [("A-03-A", None, "asked", "open"), ("A-04-A", "TEA", "asked", "open")]
    capsys.readouterr()

    # at the kiosk: the bin, and SKIP leaves it to somebody else
    hand.open(Count()).scan(bin_code("B-01-A"), card("SKIP"))
    assert hand.ended
    hand.sync()
    assert ("B-01-A", None, "asked", "open") in site.rows(TASKS)


def test_the_list_shows_only_what_one_may_count(site: Site, hand: Hand, ben: Hand) -> None:
    site.stocked("MUG,A-01-A,3", "TEA,A-02-A,1")
    site.doubt("TEA", "A-02-A")
    counted(hand, "A-01-A", MUG)
    ben.sync()
    assert [w.code for w in hand.view.wanted] == [bin_code("A-02-A")]
    ben.open(Count())
    assert [w.code for w in ben.view.wanted] == [bin_code("A-02-A"), bin_code("A-01-A")]


# ---- what lies there ------------------------------------------------------------------------------------------------


def test_damaged_units_are_counted_as_such(site: Site, hand: Hand) -> None:
    site.stocked("MUG,A-01-A,3")
    counted(hand, "A-01-A", CASE, card("UNDO"), MUG, MUG, MUG, card("DAMAGED"))
    counted(site.hand("DOCK02", BEN), "A-01-A", MUG, MUG, MUG, card("DAMAGED"))
    assert site.stock() == {("MUG", "A-01-A", "", "good"): 2, ("MUG", "A-01-A", "", "damaged"): 1}


def test_the_lot_is_known_where_one_lies_and_asked_where_two_do(site: Site, hand: Hand) -> None:
    site.stocked("CHOC,A-01-A,2,L1,2027-01-31", "CHOC,A-02-A,1,L1,2027-01-31", "CHOC,A-02-A,1,L2,2027-02-28")
    counted(hand, "A-01-A", CHOC, CHOC)
    hand.open(Count()).scan(bin_code("A-02-A"), CHOC)
    assert hand.step == "lot"
    hand.key("L", "1", "ENTER")
    hand.scan(f"010{CHOC}10L2", card("DONE"))
    hand.sync()
    assert {row[3] for row in site.rows(TASKS)} == {"done"}


def test_a_tote_of_received_goods_is_counted_like_a_bin(site: Site, hand: Hand) -> None:
    from app.inventory.workflows.receive import Receive

    site.expected("1", "MUG,5")
    hand.open(Receive())
    hand.begin(f"{own('ASN1')}")
    hand.scan(tote_code("T-01"), MUG, card("QTY5"), card("DONE"))
    hand.open(Count()).scan(tote_code("T-01"), MUG, card("QTY5"), card("DONE"))
    hand.sync()
    assert site.rows(TASKS) == [("tote T-01", None, "asked", "done")]


def own(body: str) -> str:
    from app.barcodes import own_code

    return own_code(body)


def test_wrong_things_get_messages_of_their_own(site: Site, hand: Hand) -> None:
    hand.open(Count())
    said = []
    for code in (bin_code("Drop"), MUG, tote_code("T-01"), "NOBODYS"):
        hand.scan(code)
        said.append(hand.words()[0])
    hand.scan(bin_code("A-01-A"))
    for code in (bin_code("A-02-A"), card("QTY2"), card("DAMAGED"), "NOBODYS", card("SHORT")):
        hand.scan(code)
        said.append(hand.words()[0])
    assert said == [
        "That is Drop", "That is Mug", "Tote T-01 is empty", "Nobody here knows this code", "That is A-02-A",
        "A quantity card follows an item", "What is damaged?", "Nobody here knows this code", "SHORT does nothing here",
    ]  # fmt: skip


def test_a_count_of_what_is_settled_meanwhile_asks_once_more_only_if_it_differs(site: Site, hand: Hand) -> None:
    # given two people who count the same task, one of them without a network
    ben = site.hand("DOCK02", BEN)
    site.stocked("MUG,A-01-A,3")
    assert main(["count", "A-01-A", "--home", str(site.folder)]) == 0
    site.refresh()
    ben.open(Count()).scan(bin_code("A-01-A"), MUG)
    counted(hand, "A-01-A", MUG, MUG, MUG)
    assert site.rows(TASKS)[0][3] == "done"

    # when the other count is made after it and says something else, somebody looks once more
    ben.scan(MUG, card("DONE"))
    ben.sync()
    assert sorted(row[3] for row in site.rows(TASKS)) == ["done", "open"]


def test_a_count_from_before_a_settled_one_says_nothing_new(site: Site, hand: Hand) -> None:
    ben = site.hand("DOCK02", BEN)
    site.stocked("MUG,A-01-A,3")
    ben.open(Count()).scan(bin_code("A-01-A"), MUG, MUG, card("DONE"))
    counted(hand, "A-01-A", MUG, MUG, MUG)
    ben.sync()
    site.clock.advance(3_600)
    site.tend()
    assert site.stock() == {("MUG", "A-01-A", "", "good"): 3}
    assert {row[3] for row in site.rows(TASKS)} == {"done"}
