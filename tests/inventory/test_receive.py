"""Receiving: announced and blind, onto the dock and into totes, lots and dates, too much, unasked, unknown."""

from __future__ import annotations

import pytest

from app.barcodes import own_code
from app.inventory.workflows.receive import Receive
from tests.inventory.dock import ANA, CASE, CODES, MIA, Hand, Site, asn, bin_code, card, tote_code

MUG, TEA, CHOC, LAMP = (CODES[sku] for sku in ("MUG", "TEA", "CHOC", "LAMP"))
GS = "\x1d"


def gs1(sku: str, *, lot: str = "", expiry: str = "", serial: str = "") -> str:
    """A GS1 element string of a product."""
    text = "01" + "0" + CODES[sku]
    text += f"17{expiry}" if expiry else ""
    text += f"10{lot}{GS}" if lot else ""
    text += f"21{serial}" if serial else ""
    return text.rstrip(GS)


@pytest.fixture
def dock(site: Site, hand: Hand) -> Hand:
    """Delivery 5512 is expected: 20 mugs and 2 tins of tea; its code was scanned on the home screen."""
    site.expected("5512", "MUG,20", "TEA,2")
    hand.open(Receive())
    hand.begin(asn("5512"))
    return hand


def test_a_delivery_of_three_units_costs_its_code_its_items_and_done(site: Site, hand: Hand) -> None:
    site.expected("1", "MUG,1", "TEA,2")
    hand.open(Receive())
    hand.begin(asn("1"))

    hand.scan(MUG, TEA, TEA, card("DONE"))

    assert (hand.scans, hand.ended) == (5, True)
    hand.sync()
    assert site.stock() == {("MUG", "Dock", "", "good"): 1, ("TEA", "Dock", "", "good"): 2}
    assert site.rows("SELECT state, sku, quantity, received FROM v_receipt ORDER BY sku") == [
        ("closed", "MUG", 1, 1), ("closed", "TEA", 2, 2),
    ]  # fmt: skip
    assert hand.stock() == site.stock()


def test_a_case_multiplies_and_a_quantity_card_counts_cases(dock: Hand) -> None:
    dock.scan(CASE)
    assert dock.echo == "12 of 20 Mug · 12 (1 case)"

    dock.scan(MUG, card("QTY8"))
    assert dock.echo == "20 of 20 Mug"
    assert dock.stock() == {("MUG", "Dock", "", "good"): 20}

    dock.scan(card("QTY0"))
    assert dock.stock() == {("MUG", "Dock", "", "good"): 12}
    dock.scan(card("UNDO"))
    assert dock.stock() == {("MUG", "Dock", "", "good"): 20}


def test_a_tote_takes_what_lies_loose_and_what_comes_after(site: Site, dock: Hand) -> None:
    # given two mugs on the dock, when a tote is scanned and then tea
    dock.scan(MUG, MUG, tote_code("T-01"), TEA)

    # then all of it lies in the tote, and the tote is known to hold received goods
    assert dock.stock() == {("MUG", "tote T-01", "", "good"): 2, ("TEA", "tote T-01", "", "good"): 1}
    assert dock.rows("SELECT state FROM tote WHERE name = 'T-01'") == [("received",)]

    # and the dock again: what comes now stays there
    dock.scan(bin_code("Dock"), TEA)
    assert dock.stock()[("TEA", "Dock", "", "good")] == 1
    dock.sync()
    assert site.stock() == dock.stock()


def test_undo_goes_back_to_the_beginning_at_any_depth(site: Site, dock: Hand) -> None:
    dock.scan(MUG, CASE, card("DAMAGED"), tote_code("T-01"), TEA, card("QTY2"))
    for _ in range(6):
        dock.scan(card("UNDO"))

    assert dock.stock() == {}
    assert dock.rows("SELECT state FROM tote WHERE name = 'T-01'") == [("free",)]
    assert dock.rows("SELECT received FROM receipt_line") == [(0,), (0,)]
    dock.scan(card("UNDO"))
    assert (dock.ended, dock.rows("SELECT state FROM receipt")) == (True, [("expected",)])
    dock.sync()
    assert site.stock() == {}


def test_a_delivery_left_in_the_middle_goes_on_where_it_stood(dock: Hand) -> None:
    dock.scan(MUG, MUG)
    task = dock.bench.task_id

    dock.open(Receive())
    opening = dock.greet(asn("5512"))

    assert opening is not None
    assert (opening.task_id, opening.event) == (task, None)
    dock.open(Receive(), opening.task_id)
    assert dock.view.hero.datum.value == "20"  # type: ignore[union-attr]


def test_too_little_wants_a_second_done(site: Site, dock: Hand) -> None:
    dock.scan(MUG, card("DONE"))
    assert dock.echo == "21 units have not come: DONE again closes"
    assert not dock.ended

    dock.scan(TEA, card("DONE"))
    assert not dock.ended, "an item between them makes the second a first one"

    dock.scan(card("DONE"))
    assert dock.ended
    dock.sync()
    assert site.rows("SELECT kind, detail FROM incident") == [("delivery_differs", "5512: MUG 1 of 20, TEA 1 of 2")]


def test_more_than_ordered_needs_an_approval_and_is_told(site: Site, dock: Hand) -> None:
    # given all the tea that was ordered
    dock.scan(TEA, TEA)

    # when one more comes, a badge is asked for and nothing is counted
    dock.scan(TEA)
    assert dock.view.kind == "approval.badge"
    assert dock.stock() == {("TEA", "Dock", "", "good"): 2}
    dock.scan(card("CLEAR"))

    # but with an approval it is, and so are further ones of this line
    dock.approver = MIA.person_id
    dock.scan(TEA)
    dock.approver = b""
    dock.scan(TEA)
    assert dock.echo == "4 of 2 Tea tin · 2 too many"
    dock.sync()
    assert site.rows("SELECT kind, detail FROM incident") == [("over_receipt", "5512: TEA +1")]


def test_the_tolerance_of_the_site_lets_some_more_in(site: Site, hand: Hand) -> None:
    with_setting(site, "receive_tolerance_percent", "10")
    site.expected("7", "MUG,20")
    hand.open(Receive())
    hand.begin(asn("7"))

    hand.scan(MUG, card("QTY22"))
    assert hand.stock() == {("MUG", "Dock", "", "good"): 22}
    hand.scan(MUG)
    assert hand.view.kind == "approval.badge"


def test_an_item_that_nobody_announced_is_left_out_or_taken_in_by_choice(site: Site, dock: Hand) -> None:
    # given an item that is not on the delivery
    dock.scan(CODES["SOAP"])
    assert (dock.step, dock.last.sound.value) == ("choice", "wrong")
    assert dock.stock() == {}

    # another item has to wait; the blue pallet is a way on
    dock.scan(MUG)
    assert dock.words()[0] == "First say what becomes of Soap bar"
    dock.scan(card("OPT2"))
    assert (dock.step, dock.stock()) == ("item", {})

    # and taken in it is a line of its own, of which more may come
    dock.scan(CODES["SOAP"], card("OPT1"), CODES["SOAP"])
    assert dock.stock() == {("SOAP", "Dock", "", "good"): 2}
    dock.sync()
    assert ("SOAP", 0, 2) in site.rows("SELECT sku, quantity, received FROM v_receipt")


def test_undo_forgets_a_question_and_nothing_else(dock: Hand) -> None:
    dock.scan(MUG, CODES["SOAP"], card("UNDO"))
    assert (dock.step, dock.stock()) == ("item", {("MUG", "Dock", "", "good"): 1})


def test_goods_that_nobody_announced_open_a_delivery_of_their_own(site: Site, hand: Hand) -> None:
    hand.open(Receive())
    hand.scan(MUG, TEA, card("DONE"))

    assert hand.ended
    hand.sync()
    assert site.rows("SELECT kind, state, sku, quantity, received FROM v_receipt ORDER BY sku") == [
        ("blind", "closed", "MUG", 0, 1), ("blind", "closed", "TEA", 0, 1),
    ]  # fmt: skip


# ---- lots, dates, serial numbers ------------------------------------------------------------------------------------


@pytest.fixture
def sweets(site: Site, hand: Hand) -> Hand:
    """A delivery of chocolate, which has lots that expire, and of lamps with serial numbers."""
    site.expected("9", "CHOC,50", "LAMP,3")
    hand.open(Receive())
    hand.begin(asn("9"))
    return hand


def test_lot_and_date_come_in_one_scan(sweets: Hand) -> None:
    sweets.scan(gs1("CHOC", lot="L7", expiry="270131"))

    assert sweets.stock() == {("CHOC", "Dock", "L7", "good"): 1}
    assert sweets.rows("SELECT lot, expires_on FROM lot") == [("L7", "2027-01-31")]


def test_a_lot_that_the_code_does_not_name_is_scanned_or_typed_once(sweets: Hand) -> None:
    # given a plain code: lot and date are asked for
    sweets.scan(CHOC)
    assert sweets.step == "lot"
    sweets.scan("L7")
    assert sweets.step == "date"
    sweets.key("2", "7", "0", "1", "3", "1")
    assert sweets.stock() == {("CHOC", "Dock", "L7", "good"): 1}

    # further units are of the same lot, until CHANGE
    sweets.scan(CHOC, card("QTY5"), card("CHANGE"))
    assert sweets.step == "lot"
    sweets.key("L", "8", "BACK", "9", "ENTER")
    sweets.scan("17270228")
    sweets.scan(CHOC)
    assert sweets.stock() == {("CHOC", "Dock", "L7", "good"): 5, ("CHOC", "Dock", "L9", "good"): 1}
    assert sweets.rows("SELECT lot, expires_on FROM lot ORDER BY lot") == [("L7", "2027-01-31"), ("L9", "2027-02-28")]


def test_what_is_expired_or_will_be_too_soon_is_refused_with_its_date(site: Site, sweets: Hand) -> None:
    sweets.scan(gs1("CHOC", lot="OLD", expiry="260301"))
    assert sweets.words() == (
        "Expired: 2026-03-01", "Chocolate, lot OLD", "Nobody may be sent this any more.", "Put it on the blue pallet",
        "Scan the next item", "Nothing was counted.",
    )  # fmt: skip

    with_setting(site, "receive_min_days", "30")
    sweets.scan(gs1("CHOC", lot="NEW", expiry="260331"))
    assert sweets.words()[:3] == (
        "Expires too soon: 2026-03-31", "Chocolate, lot NEW", "At least 30 days must be left.",
    )  # fmt: skip
    sweets.scan(gs1("CHOC", lot="NEW", expiry="260401"))
    assert sweets.stock() == {("CHOC", "Dock", "NEW", "good"): 1}


def test_a_lot_with_two_dates_is_told(site: Site, sweets: Hand) -> None:
    sweets.scan(gs1("CHOC", lot="L7", expiry="270131"), gs1("CHOC", lot="L7", expiry="270228"))
    sweets.sync()
    assert site.rows("SELECT kind, detail FROM incident") == [("lot_date", "CHOC lot L7: 2027-01-31, now 2027-02-28")]


def test_every_lamp_has_a_number_of_its_own(sweets: Hand) -> None:
    sweets.scan(gs1("LAMP", serial="S1"), LAMP)
    assert sweets.step == "lot"
    sweets.scan("S2")
    assert sweets.stock() == {("LAMP", "Dock", "", "good"): 2}

    sweets.scan(gs1("LAMP", serial="S1"))
    assert sweets.problem == "SamePiece"
    sweets.scan(card("QTY3"))
    assert sweets.problem == "EachPiece"


def test_digits_that_are_no_day_are_said_to_be_none(sweets: Hand) -> None:
    sweets.scan(CHOC, "L7")
    sweets.key("2", "7", "1", "3", "0", "1")
    assert (sweets.problem, sweets.step) == ("NoDate", "date")


# ---- damaged, unknown, wrong ----------------------------------------------------------------------------------------


def test_damaged_units_are_of_another_status_and_go_to_quarantine(site: Site, dock: Hand) -> None:
    dock.scan(MUG, MUG, MUG, card("DAMAGED"), card("DAMAGED"))
    assert dock.stock() == {("MUG", "Dock", "", "good"): 1, ("MUG", "Dock", "", "damaged"): 2}

    dock.scan(bin_code("Quarantine"))
    assert dock.stock() == {("MUG", "Dock", "", "good"): 1, ("MUG", "Quarantine", "", "damaged"): 2}

    dock.scan(card("UNDO"), card("UNDO"), card("UNDO"))
    assert dock.stock() == {("MUG", "Dock", "", "good"): 3}
    dock.sync()
    assert site.stock() == dock.stock()


def test_damaged_before_any_item_is_asked_what(dock: Hand) -> None:
    dock.scan(card("DAMAGED"))
    assert dock.words() == (
        "What is damaged?", "Scan the damaged item", "Then scan DAMAGED", "Nothing was changed.",
    )  # fmt: skip


def test_an_unknown_code_becomes_one_of_the_product_whose_label_is_scanned(site: Site, dock: Hand) -> None:
    # given a code that nobody knows
    dock.scan("NEWCODE99")
    assert (dock.step, dock.stock()) == ("alias", {})

    # when the product's own label is scanned, central adds the code for all
    dock.scan(MUG)
    assert dock.echo == "The code is one of MUG now: scan the item again"
    dock.scan("NEWCODE99")

    # then it counts, and whoever keeps the catalogue is told
    assert dock.stock() == {("MUG", "Dock", "", "good"): 1}
    assert site.rows("SELECT detail FROM incident WHERE kind = 'alias'") == [("NEWCODE99 = MUG",)]


def test_without_central_an_unknown_code_is_put_aside(dock: Hand) -> None:
    dock.online = False
    dock.scan("NEWCODE99", MUG)
    assert (dock.step, dock.echo) == ("alias", "Central can't be reached: put it aside, choice card 2")
    dock.scan(card("OPT2"))
    assert (dock.step, dock.stock()) == ("item", {})


def test_wrong_things_get_messages_of_their_own(site: Site, dock: Hand) -> None:
    site.expected("8", "TEA,1")
    said = []
    for code in (bin_code("A-01-A"), asn("8"), own_code("QTY3"), MUG[:-1] + "0", asn("5512")[:-1] + "0"):
        dock.scan(code)
        said.append(dock.words()[0] if dock.problem else dock.step)
        dock.scan(card("UNDO") if not dock.problem else card("CLEAR"))
    assert said == [
        "That is A-01-A", "That is delivery 8", "A quantity card follows an item", "alias", "That label is damaged",
    ]  # fmt: skip


def test_a_tote_in_use_is_not_taken(site: Site, dock: Hand) -> None:
    with_sql(dock, "UPDATE tote SET state = 'picking' WHERE name = 'T-02'")
    dock.scan(tote_code("T-02"))
    assert dock.words()[:2] == ("Tote T-02 is in use", "Take a free tote")


def test_a_closed_delivery_says_so_at_home_and_in_the_task(site: Site, dock: Hand) -> None:
    dock.scan(card("DONE"), card("DONE"))
    dock.sync()
    dock.open(Receive())
    dock.scan(asn("5512"))
    assert dock.words()[:2] == ("Delivery 5512 is closed", "Brandt")


def test_start_lists_what_is_expected(site: Site, hand: Hand) -> None:
    site.expected("5512", "MUG,20")
    hand.open(Receive())
    assert [w.code for w in hand.view.wanted] == [asn("5512")]
    assert hand.view.context[0].rows[0].title.render() == "Delivery 5512"  # type: ignore[union-attr]


def test_two_stations_at_one_delivery_add_up(site: Site) -> None:
    # given two people at one delivery of which one works without a network
    one, other = site.hand("DOCK01", ANA), site.hand("DOCK02", MIA)
    site.expected("5", "MUG,3", "TEA,1")
    for hand in (one, other):
        hand.open(Receive())
        hand.begin(asn("5"))

    # when both take in mugs, and one of them soap that nobody announced, and so does the other
    one.scan(MUG, CODES["SOAP"], card("OPT1"))
    other.scan(MUG, MUG, CODES["SOAP"], card("OPT1"))
    for hand in (one, other, one):
        hand.sync()

    # then the lines hold the sum, and there is one line for the soap
    came = "SELECT sku, quantity, received FROM v_receipt ORDER BY sku"
    assert site.rows(came) == [("MUG", 3, 3), ("SOAP", 0, 2), ("TEA", 1, 0)]
    assert one.rows(came) == site.rows(came)


def with_setting(site: Site, name: str, value: str) -> None:
    from app.db import central_write
    from app.floor.service.site import import_settings

    with central_write(site.central) as session:
        import_settings(session, f"name,value\n{name},{value}\n".encode(), file="s.csv")
    site.refresh()


def with_sql(hand: Hand, sql: str) -> None:
    """Makes the mirror say something that no test here can bring about."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(hand.database.path)) as connection:
        connection.execute(sql)
        connection.commit()
