"""A return from its label to the place: every way on, back and aside."""

from __future__ import annotations

import pytest

from app import events
from app.barcodes import own_code
from app.events import AskFailed
from app.view import CodeDatum, CommandCards, Hero, Lines, Sound, Timeline
from tests.returns.bench import (
    GTIN,
    MIA,
    ReturnBench,
    Site,
    order_code,
    order_id,
    parcel_id,
    place_id,
    tracking,
)
from tests.sync.sides import balances, ledger, mirrored


def open_order(bench: ReturnBench, number: str = "10482") -> None:
    assert bench.scan(order_code(number)).accepted is True


def one_back(bench: ReturnBench, name: str = "SOAP", grade: int = 1, place: str = "A-03-A") -> None:
    bench.item(name)
    bench.grade(grade)
    assert bench.put(place).accepted is True


def even(bench: ReturnBench) -> None:
    """Both sides are alike, the ledger is the balances, and no fact waits."""
    site = bench.site
    assert mirrored(bench.station.path) == mirrored(site.central.path)
    assert ledger(site.central.path) == balances(site.central.path) == balances(bench.station.path)
    assert site.query("SELECT reason FROM fact_status") == []


# ---- looking --------------------------------------------------------------------------------------------------------


def test_a_shipped_order_is_looked_at_without_a_trace(bench: ReturnBench) -> None:
    before = bench.station.query("SELECT count(*) FROM fact")
    open_order(bench)

    view = bench.view
    [lines], [timeline] = view.context, view.object
    assert bench.words() == "Scan the item that came back"
    assert isinstance(lines, Lines)
    assert [(row.sku, row.done, row.wanted) for row in lines.rows] == [("MUG", 0, 2), ("SOAP", 0, 1)]
    assert isinstance(timeline, Timeline)
    assert str(timeline.moments[0].words).startswith("Box 1 closed by its label")
    assert bench.station.query("SELECT count(*) FROM fact") == before
    assert bench.card("HOME").ends


@pytest.mark.parametrize("code", [order_code("10482"), tracking("10482")])
def test_home_opens_it_for_what_has_left(bench: ReturnBench, code: str) -> None:
    opening = bench.greets(code)
    assert opening is not None
    assert (opening.workflow, opening.task_id != bench.task_id) == ("return", True)
    assert isinstance(opening.event, events.OrderRead | events.ParcelRead)


def test_an_order_that_has_not_left_is_not_its_business(bench: ReturnBench) -> None:
    bench.site.order("10483", ("MUG", 1))
    assert bench.greets(order_code("10483")) is None
    bench.scan(order_code("10483"))
    assert bench.problem.name == "NothingLeft"


# ---- grades and places ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grade", "disposition", "place", "status"),
    [
        (1, "restock", "A-03-A", "good"),
        (2, "refurbish", "Refurbish", "quarantine"),
        (3, "scrap", "Scrap", "damaged"),
        (4, "quarantine", "Quarantine", "quarantine"),
    ],
)
def test_each_grade_leads_to_its_place_and_status(
    bench: ReturnBench, grade: int, disposition: str, place: str, status: str
) -> None:
    open_order(bench)
    before = {x[:2]: x[2] for x in bench.stock("SOAP", place)}
    bench.item("SOAP")
    bench.grade(grade)
    assert bench.view.wanted[0].words.arguments == (("name", place),)
    bench.put(place)

    assert bench.back() == [("SOAP", 1, "", "", grade, disposition, place)]
    after = {x[:2]: x[2] for x in bench.stock("SOAP", place)}
    assert after["", status] == before.get(("", status), 0) + 1
    even(bench)


def test_the_site_says_where_a_grade_leads(bench: ReturnBench) -> None:
    from app.db import central_write
    from app.returns.service import import_dispositions

    with central_write(bench.site.central.database) as session:
        data = b"item_class,grade,disposition\nstandard,2,restock\n,3,vendor\n"
        assert import_dispositions(session, data, file="d.csv").errors == ()
    bench.station.settle()
    open_order(bench)
    one_back(bench, "SOAP", 2, "A-03-A")
    one_back(bench, "MUG", 3, "Vendor")
    assert [(row[0], row[5]) for row in bench.back()] == [("SOAP", "restock"), ("MUG", "vendor")]


def test_the_place_is_shown_in_giant_type_with_its_rack(bench: ReturnBench) -> None:
    open_order(bench)
    bench.item("SOAP")
    bench.grade(1)
    hero = bench.view.hero
    assert isinstance(hero, Hero)
    assert isinstance(hero.datum, CodeDatum)
    assert [part for part, _ in hero.datum.parts] == ["A", "03", "A"]
    assert hero.aside is not None


def test_another_bin_of_the_same_item_and_any_quarantine_place_will_do(bench: ReturnBench) -> None:
    open_order(bench)
    bench.item("MUG")
    bench.grade(1)
    assert bench.put("Quarantine").accepted is True
    assert bench.back() == [("MUG", 1, "", "", 1, "quarantine", "Quarantine")]
    assert bench.stock("MUG", "Quarantine") == [("", "quarantine", 1)]


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("A-02-B", "Only other goods lie there."),
        ("Scrap", "What is graded so goes elsewhere."),
        ("Drop", "What is graded so goes elsewhere."),
    ],
)
def test_a_place_that_does_not_take_it_says_why(bench: ReturnBench, place: str, why: str) -> None:
    open_order(bench)
    bench.item("SOAP")
    bench.grade(1)
    bench.put(place)
    assert (bench.problem.name, str(bench.problem.why)) == ("WrongPlace", why)
    assert bench.put("A-03-A").accepted is True


def test_what_is_past_its_date_does_not_go_back_on_the_shelf(bench: ReturnBench) -> None:
    bench.site.order("1", ("TEA", 1))
    bench.site.ship("1", (1, "TEA", 1, "L2"))
    open_order(bench, "1")
    bench.item("TEA")
    bench.grade(1)
    bench.put("Quarantine")
    assert bench.back() == [("TEA", 1, "L2", "", 1, "quarantine", "Quarantine")]


def test_a_site_without_any_place_for_it_says_so(bench: ReturnBench) -> None:
    for name in ("Refurbish", "Quarantine"):
        bench.station.change("UPDATE bin SET blocked = 1 WHERE id = ?", place_id(name))
    open_order(bench)
    bench.item("SOAP")
    bench.grade(2)
    assert bench.problem.name == "NoPlace"
    bench.grade(1)
    assert bench.put("A-03-A").accepted is True


def test_a_grade_is_corrected_by_another_card(bench: ReturnBench) -> None:
    open_order(bench)
    bench.item("SOAP")
    bench.grade(1)
    bench.grade(3)
    assert bench.put("Scrap").accepted is True
    assert bench.back() == [("SOAP", 1, "", "", 3, "scrap", "Scrap")]


# ---- several units --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scans", [[GTIN["MUG"], GTIN["MUG"]], [GTIN["MUG"], own_code("QTY2")]])
def test_equal_units_are_graded_together(bench: ReturnBench, scans: list[str]) -> None:
    open_order(bench)
    for code in scans:
        assert bench.scan(code).accepted is True
    bench.grade(1)
    bench.put("A-01-A")
    assert bench.back() == [("MUG", 2, "", "", 1, "restock", "A-01-A")]
    even(bench)


def test_units_of_two_lines_of_one_item_are_counted_to_both(bench: ReturnBench) -> None:
    bench.site.order("7", ("MUG", 1), ("MUG", 2))
    bench.site.ship("7", (1, "MUG", 1), (2, "MUG", 2))
    open_order(bench, "7")
    bench.item("MUG")
    bench.own("QTY3")
    bench.grade(1)
    assert bench.put("A-01-A").sound is Sound.ORDER
    rows = bench.station.query("SELECT quantity FROM return_item ORDER BY quantity")
    assert rows == [(1,), (2,)]
    even(bench)


def test_the_last_unit_closes_the_return(bench: ReturnBench) -> None:
    open_order(bench)
    one_back(bench)
    bench.item("MUG", 2)
    bench.grade(1)
    assert bench.put("A-01-A").sound is Sound.ORDER
    assert bench.step == "closed"
    assert bench.station.query("SELECT kind, state, wish FROM return_case") == [("unannounced", "closed", "refund")]
    bench.scan(order_code("10482"))
    assert bench.opened[-1].workflow == "home"


def test_done_closes_what_is_only_partly_back(bench: ReturnBench) -> None:
    open_order(bench)
    one_back(bench)
    assert bench.card("DONE").sound is Sound.ORDER
    assert bench.station.query("SELECT state FROM return_case") == [("closed",)]


def test_the_next_return_closes_this_one_in_the_same_scan(bench: ReturnBench) -> None:
    bench.site.order("7", ("MUG", 1))
    bench.site.ship("7", (1, "MUG", 1))
    open_order(bench)
    one_back(bench)
    outcome = bench.scan(order_code("7"))
    assert [f.kind() for f in outcome.facts] == ["ReturnClosed"]
    assert bench.opened[-1].event.order_id == order_id("7")


# ---- back and aside -------------------------------------------------------------------------------------------------


def test_undo_takes_back_scan_by_scan_to_the_look(bench: ReturnBench) -> None:
    open_order(bench)
    before = balances(bench.station.path)
    bench.item("SOAP")
    bench.grade(3)
    bench.put("Scrap")
    for step in ("place", "grade", "item"):
        assert bench.card("UNDO").accepted is True
        assert bench.step == step
    assert balances(bench.station.path) == before
    assert bench.station.query("SELECT state FROM return_case") == [("void",)]
    assert bench.words() == "Scan the item that came back"
    even(bench)

    one_back(bench)
    assert bench.back() == [("SOAP", 1, "", "", 1, "restock", "A-03-A")]
    assert bench.station.query("SELECT count(*) FROM return_case") == [(1,)]
    even(bench)


def test_undo_of_the_last_unit_opens_the_return_again(bench: ReturnBench) -> None:
    bench.site.order("7", ("MUG", 1, "9.90"))
    bench.site.ship("7", (1, "MUG", 1))
    open_order(bench, "7")
    one_back(bench, "MUG", 1, "A-01-A")
    assert bench.site.refunds() == [("pending", "9.90")]
    bench.card("UNDO")
    assert bench.step == "place"
    assert bench.site.refunds() == []
    assert bench.station.query("SELECT state FROM return_case") == [("receiving",)]
    bench.put("A-01-A")
    assert bench.site.refunds() == [("pending", "9.90")]
    even(bench)


def test_pulling_the_plug_loses_nothing(bench: ReturnBench) -> None:
    open_order(bench)
    bench.item("MUG")
    bench.grade(2)
    bench.open_task(bench.task_id)
    assert bench.step == "place"
    bench.put("Refurbish")
    assert bench.back() == [("MUG", 1, "", "", 2, "refurbish", "Refurbish")]


def test_what_was_left_in_the_middle_is_gone_on_with(bench: ReturnBench) -> None:
    open_order(bench)
    bench.item("MUG")
    bench.card("HOME")
    opening = bench.greets(order_code("10482"))
    assert opening is not None
    assert (opening.task_id, opening.event) == (bench.task_id, None)


# ---- lots and serial numbers ----------------------------------------------------------------------------------------


def ship_two_lots(site: Site) -> None:
    site.order("5", ("TEA", 3))
    site.ship("5", (1, "TEA", 2, "L1"), (1, "TEA", 1, "L2"))


def test_the_lot_that_left_is_kept(bench: ReturnBench) -> None:
    bench.site.order("5", ("TEA", 2))
    bench.site.ship("5", (1, "TEA", 2, "L1"))
    open_order(bench, "5")
    one_back(bench, "TEA", 1, "A-01-B")
    assert bench.back() == [("TEA", 1, "L1", "", 1, "restock", "A-01-B")]
    even(bench)


def test_between_lots_that_left_somebody_chooses(bench: ReturnBench) -> None:
    ship_two_lots(bench.site)
    open_order(bench, "5")
    bench.item("TEA")
    assert bench.words() == "Choose the lot"
    bench.own("OPT2")
    bench.grade(3)
    bench.put("Scrap")
    assert bench.back() == [("TEA", 1, "L2", "", 3, "scrap", "Scrap")]


def test_a_lot_in_the_code_needs_no_question(bench: ReturnBench) -> None:
    ship_two_lots(bench.site)
    open_order(bench, "5")
    bench.scan(f"010{GTIN['TEA']}10L1")
    bench.grade(1)
    bench.put("A-01-B")
    assert bench.back()[0][2] == "L1"


def test_a_lot_that_never_left_is_refused(bench: ReturnBench) -> None:
    ship_two_lots(bench.site)
    open_order(bench, "5")
    bench.scan(f"010{GTIN['TEA']}10L9")
    assert (bench.problem.name, str(bench.problem.why)) == ("WrongLot", "Shipped was lot L1, L2.")


def ship_cameras(site: Site) -> None:
    site.order("6", ("CAM", 2, "199.00"))
    site.ship("6", (1, "CAM", 1, "", "S1"), (1, "CAM", 1, "", "S2"))
    site.order("8", ("CAM", 1, "199.00"))
    site.ship("8", (1, "CAM", 1, "", "S8"))


def test_a_piece_is_known_by_its_serial_number(bench: ReturnBench) -> None:
    ship_cameras(bench.site)
    open_order(bench, "6")
    bench.item("CAM")
    assert bench.words() == "Scan its serial number"
    bench.scan("S2")
    bench.grade(1)
    timeline = bench.view.context[-1]
    assert isinstance(timeline, Timeline)
    assert "Serial S2" in [str(m.words) for m in timeline.moments]
    bench.put("A-02-B")
    assert bench.back() == [("CAM", 1, "", "S2", 1, "restock", "A-02-B")]
    assert bench.site.query("SELECT serial FROM serial_unit ORDER BY 1") == [("S1",), ("S8",)]
    even(bench)


def test_a_serial_number_in_the_code_is_enough(bench: ReturnBench) -> None:
    ship_cameras(bench.site)
    open_order(bench, "6")
    bench.scan(f"010{GTIN['CAM']}21S1")
    assert bench.step == "grade"


@pytest.mark.parametrize(
    ("serial", "why"), [("S8", "It left with order 8."), ("S99", "It never left this house.")]
)  # fmt: skip
def test_a_strange_serial_number_is_refused_with_what_it_is(bench: ReturnBench, serial: str, why: str) -> None:
    ship_cameras(bench.site)
    open_order(bench, "6")
    bench.scan(f"010{GTIN['CAM']}21{serial}")
    assert (bench.problem.name, str(bench.problem.why)) == ("WrongSerial", why)
    assert bench.back() == []
    bench.scan("S1")
    assert bench.step == "grade"


def test_the_same_piece_does_not_come_back_twice(bench: ReturnBench) -> None:
    ship_cameras(bench.site)
    open_order(bench, "6")
    bench.scan(f"010{GTIN['CAM']}21S1")
    bench.grade(1)
    bench.put("A-02-B")
    bench.scan(f"010{GTIN['CAM']}21S1")
    assert bench.problem.name == "SerialIsBack"


def test_each_piece_with_a_serial_number_is_scanned(bench: ReturnBench) -> None:
    ship_cameras(bench.site)
    open_order(bench, "6")
    bench.scan(f"010{GTIN['CAM']}21S1")
    bench.own("QTY2")
    assert bench.problem.name == "OnePieceASerial"
    bench.scan(f"010{GTIN['CAM']}21S2")
    assert bench.problem.name == "OnePieceASerial"


def test_without_central_a_serial_number_is_taken_and_compared_later(bench: ReturnBench) -> None:
    ship_cameras(bench.site)
    bench.online = False
    open_order(bench, "6")
    bench.scan(f"010{GTIN['CAM']}21S8")
    bench.grade(1)
    bench.put("A-02-B")
    assert bench.back() == [("CAM", 1, "", "S8", 1, "restock", "A-02-B")]
    bench.exchange()
    assert "strange_serial" in bench.site.incidents()


# ---- without paper --------------------------------------------------------------------------------------------------


def test_an_item_alone_finds_the_orders_that_shipped_it(bench: ReturnBench) -> None:
    bench.site.order("7", ("MUG", 1))
    bench.site.ship("7", (1, "MUG", 1))
    bench.card("RETURN")
    bench.open_task()
    bench.item("MUG")
    assert bench.words() == "Choose its order"
    [offers] = bench.view.context
    assert [(o.number, str(o.words), str(o.detail)) for o in offers.offers] == [  # type: ignore[union-attr]
        (1, "Order 7", "Lena Ozdemir, Berlin · 1 unit is out, shipped 2026-03-02"),
        (2, "Order 10482", "Lena Ozdemir, Berlin · 2 units are out, shipped 2026-03-02"),
    ]
    bench.own("OPT2")
    assert bench.step == "grade"
    bench.grade(1)
    bench.put("A-01-A")
    assert bench.station.query("SELECT order_id, kind FROM return_case") == [(order_id("10482"), "unannounced")]
    even(bench)


def test_no_name_of_a_customer_reaches_a_fact_or_the_mirror(bench: ReturnBench) -> None:
    bench.item("MUG")
    bench.own("OPT1")
    bench.grade(1)
    bench.put("A-01-A")
    for file in bench.station.path.parent.glob("back01.sqlite*"):
        assert b"Ozdemir" not in file.read_bytes()


def test_its_slip_chooses_the_order_too(bench: ReturnBench) -> None:
    bench.item("SOAP")
    open_order(bench)
    assert bench.step == "grade"


def test_nobody_knows_its_order_so_it_goes_to_quarantine(bench: ReturnBench) -> None:
    bench.item("VASE")
    assert bench.words() == "Scan DONE: no order is known"
    bench.card("DONE")
    bench.grade(1)
    bench.put("A-03-E")
    assert bench.problem.name == "WrongPlace"
    bench.put("Quarantine")
    bench.card("DONE")
    assert bench.back() == [("VASE", 1, "", "", 1, "quarantine", "Quarantine")]
    assert bench.site.incidents() == ["return_without_order"]
    assert bench.site.refunds() == []
    even(bench)


def test_an_order_is_found_by_what_is_typed(bench: ReturnBench) -> None:
    bench.card("MANUAL")
    assert bench.view.kind == "return.search"
    for key in ("o", "z", "d", "x", "BACK", "ENTER"):
        bench.key(key)
    assert bench.words() == "Choose its order"
    bench.own("OPT1")
    assert bench.words() == "Scan the item that came back"


def test_without_central_an_item_alone_still_has_a_way(bench: ReturnBench) -> None:
    bench.online = False
    bench.item("MUG")
    bench.send(AskFailed(b"r" * 16, ""))
    assert "Central does not answer" in str(bench.view.hero.second)  # type: ignore[union-attr]
    open_order(bench)
    assert bench.step == "grade"


# ---- a whole parcel -------------------------------------------------------------------------------------------------


def test_a_refused_parcel_is_taken_sealed_as_it_is(bench: ReturnBench) -> None:
    bench.scan(tracking("10482"))
    assert any(isinstance(panel, CommandCards) for panel in bench.view.object)
    bench.own("RSN5")
    assert bench.words() == "Scan DONE if it is sealed"
    bench.card("DONE")
    bench.put("A-01-A" if "A-01-A" in str(bench.view.wanted[0].words) else "A-03-A")
    assert bench.put("A-03-A" if "A-03-A" in str(bench.view.wanted[0].words) else "A-01-A").sound is Sound.ORDER

    assert sorted(row[:2] + row[5:] for row in bench.back()) == [
        ("MUG", 2, "restock", "A-01-A"), ("SOAP", 1, "restock", "A-03-A"),
    ]  # fmt: skip
    assert bench.station.query("SELECT kind, state, parcel_id FROM return_case") == [
        ("refused", "closed", parcel_id("10482"))
    ]
    assert sum(float(amount) for _, amount in bench.site.refunds()) == pytest.approx(40.15)
    assert "Parcel 1 came back: the customer refused it" in bench.site.story("10482")
    even(bench)


def test_a_doubtful_parcel_goes_to_quarantine_in_one_scan(bench: ReturnBench) -> None:
    bench.scan(tracking("10482"))
    bench.own("RSN6")
    bench.card("DONE")
    bench.put("Quarantine")
    assert sorted(row[:2] + row[5:] for row in bench.back()) == [
        ("MUG", 2, "quarantine", "Quarantine"), ("SOAP", 1, "quarantine", "Quarantine"),
    ]  # fmt: skip
    assert bench.step == "closed"


def test_an_opened_parcel_is_checked_item_by_item(bench: ReturnBench) -> None:
    bench.scan(tracking("10482"))
    bench.own("RSN6")
    one_back(bench, "SOAP", 3, "Scrap")
    assert bench.step == "item"
    bench.card("DONE")
    assert bench.station.query("SELECT kind, state FROM return_case") == [("undelivered", "closed")]


def test_of_two_parcels_only_the_one_that_came_back_is_taken(bench: ReturnBench) -> None:
    bench.site.order("9", ("MUG", 2), ("SOAP", 1))
    bench.site.ship("9", (1, "MUG", 2), n=1)
    bench.site.ship("9", (2, "SOAP", 1), n=2)
    bench.scan(tracking("9", 2))
    bench.own("RSN5")
    bench.card("DONE")
    bench.put("A-03-A")
    assert bench.back() == [("SOAP", 1, "", "", 1, "restock", "A-03-A")]
    assert bench.step == "closed"


# ---- what a refund above the limit needs ----------------------------------------------------------------------------


def test_a_refund_above_the_limit_needs_somebody_who_may(bench: ReturnBench) -> None:
    bench.site.setting("refund_limit", "20")
    open_order(bench)
    one_back(bench, "SOAP", 1)
    bench.item("MUG")
    bench.grade(1)
    assert bench.step == "grade"
    bench.bench.gate = None
    bench.grade(1, approved_by=MIA)
    bench.put("A-01-A")
    assert bench.site.refunds() == [("pending", "6.25"), ("pending", "14.50")]


def test_central_holds_back_what_nobody_approved(bench: ReturnBench) -> None:
    bench.online = False
    bench.station.settle()
    bench.site.setting("refund_limit", "10")
    open_order(bench)
    bench.item("MUG")
    bench.grade(1)
    bench.put("A-01-A")
    bench.exchange()
    assert bench.site.refunds() == [("held", "14.50")]


def test_a_small_refund_needs_nobody(bench: ReturnBench) -> None:
    bench.site.setting("refund_limit", "100")
    open_order(bench)
    one_back(bench)
    assert bench.site.refunds() == [("pending", "6.25")]
