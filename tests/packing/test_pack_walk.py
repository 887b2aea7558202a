"""The happy way of packing, counted; and everything that leads to the same end."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app import barcodes
from app.db import reading, station_write
from app.documents import PackingSlip, ShippingLabel
from app.events import PrintChanged
from app.models import NumberRange, OrderBrief, Parcel, ParcelLine, PrintJob, Stock, Tote
from app.packing import queries
from app.sync.station import Cause, record
from app.view import CountDatum, Hero, LabelPanel, Sound
from app.work.facts import PrintMoved
from tests.packing.kit import PackBench, gtin, order_id, sku, tote_code, tote_id


def open_order(bench: PackBench, *lines: tuple[str, int], number: str = "10482") -> None:
    bench.order(number, *lines, tote="0412")
    bench.scan(tote_code("0412"))


def test_three_items_take_four_scans_and_one_that_closes_the_box(bench: PackBench) -> None:
    # given an order of three units in its tote
    bench.order("10482", ("MUG", 1), ("TEA", 1), ("SOAP", 1), tote="0412")

    # when tote and items are scanned, and the box stands on the scale
    bench.scan(tote_code("0412"))
    for name in ("TEA", "MUG", "SOAP"):
        bench.item(name)
    assert bench.scans == 4
    bench.load(60 + 350 + 150 + 90)  # box S, mug, tea, soap

    # then the label was made by itself, and its scan closes the box and the order
    assert bench.view.kind == "pack.label"
    closing = bench.label()
    assert (bench.scans, closing.sound, bench.view.kind) == (5, Sound.ORDER, "pack.closed")
    assert bench.kinds() == [
        "PackOpened", "Packed", "Packed", "Packed", "ParcelWeighed", "LabelMade", "PrintMoved", "ParcelClosed",
    ]  # fmt: skip
    [brief] = bench.rows(OrderBrief)
    [tote] = bench.rows(Tote)
    assert (brief["state"], tote["state"], tote["order_id"]) == ("shipped", "free", None)


def test_the_reference_order_takes_seven_scans_at_the_bench(bench: PackBench) -> None:
    # given 3 lines, 5 units 2+1+2
    open_order(bench, ("MUG", 2), ("TEA", 1), ("SOAP", 2))

    # when every unit is scanned in an order of its own
    for name in ("SOAP", "MUG", "TEA", "SOAP", "MUG"):
        assert bench.item(name).accepted
    bench.load(60 + 2 * 350 + 150 + 2 * 90)
    bench.label()

    # then 7 scans did it, none was refused, and the book says what lies in the parcel
    assert (bench.scans, bench.view.kind) == (7, "pack.closed")
    assert [o.refused for o in bench.outcomes if o.refused] == []
    [parcel] = bench.rows(Parcel)
    assert {(r["sku_id"], r["quantity"]) for r in bench.rows(ParcelLine)} == {
        (sku("MUG"), 2), (sku("TEA"), 1), (sku("SOAP"), 2),
    }  # fmt: skip
    assert {(r["sku_id"], r["place_id"]): r["on_hand"] for r in bench.rows(Stock)} == {
        (sku("MUG"), tote_id("0412")): 0, (sku("TEA"), tote_id("0412")): 0, (sku("SOAP"), tote_id("0412")): 0,
        (sku("MUG"), parcel["id"]): 2, (sku("TEA"), parcel["id"]): 1, (sku("SOAP"), parcel["id"]): 2,
    }  # fmt: skip


@pytest.mark.parametrize("left_out", range(7))
def test_a_file_with_one_scan_less_does_not_finish(bench: PackBench, left_out: int) -> None:
    # given the seven scans of the reference order
    bench.order("10482", ("MUG", 2), ("TEA", 1), ("SOAP", 2), tote="0412")
    scans = [tote_code("0412"), *(gtin(n) for n in ("MUG", "MUG", "TEA", "SOAP", "SOAP")), "label"]
    del scans[left_out]

    # when one of them is missing, and the full box stands on the scale in the end
    for code in scans:
        if code == "label":
            bench.load(60 + 700 + 150 + 180)
            code = bench.bench.state.label.tracking if bench.bench.state.label else "PB0000001001X"
        bench.scan(code)

    # then the order is not shipped and no box is closed
    [brief] = bench.rows(OrderBrief)
    assert brief["state"] != "shipped"
    assert "closed" not in {p["state"] for p in bench.rows(Parcel)}


def test_the_slip_is_queued_first_and_the_label_last(bench: PackBench) -> None:
    open_order(bench, ("MUG", 1))
    assert [(j["kind"], j["state"]) for j in bench.rows(PrintJob)] == [("slip", "queued")]

    bench.item("MUG")
    assert [j["kind"] for j in bench.rows(PrintJob)] == ["slip"]

    bench.load(60 + 350)
    assert [(j["kind"], j["state"]) for j in bench.rows(PrintJob)] == [("slip", "queued"), ("label", "queued")]

    bench.label()
    assert [(j["kind"], j["state"]) for j in bench.rows(PrintJob)] == [("slip", "queued"), ("label", "confirmed")]


def test_the_order_code_opens_as_the_tote_does(bench: PackBench) -> None:
    bench.order("10482", ("MUG", 1), tote="0412")

    assert bench.scan(barcodes.own_code("O10482")).accepted
    assert bench.bench.state.tote_ids == (tote_id("0412"),)
    assert bench.view.kind == "pack.items"


def test_without_a_scale_the_label_follows_the_last_item(bench_without_scale: PackBench) -> None:
    # given a bench without a scale
    bench = bench_without_scale
    open_order(bench, ("MUG", 1), ("TEA", 1))

    # when the last item is scanned
    bench.item("MUG")
    bench.item("TEA")

    # then the weight is computed and the label is there
    assert bench.view.kind == "pack.label"
    [parcel] = bench.rows(Parcel)
    assert (parcel["weight_g"], parcel["state"]) == (60 + 350 + 150, "labelled")


def test_a_case_counts_its_pieces(bench: PackBench) -> None:
    # given seven mugs
    open_order(bench, ("MUG", 7))

    # when a case of six and a single one are scanned
    bench.scan("14006381333938")
    assert bench.bench.state.open == 1
    bench.item("MUG")

    # then all seven are in the box
    assert bench.bench.state.open == 0
    assert bench.scans == 3


def test_a_quantity_card_sets_the_count_where_the_class_allows_it(bench: PackBench) -> None:
    open_order(bench, ("CANDLE", 5))

    bench.item("CANDLE")
    outcome = bench.scan(barcodes.own_code("QTY5"))

    assert (outcome.accepted, bench.bench.state.open, bench.scans) == (True, 0, 3)
    assert [r["quantity"] for r in bench.rows(ParcelLine)] == [5]


def test_a_box_that_is_filled_on_the_scale_needs_no_second_load(bench: PackBench) -> None:
    # given a box that stands on the scale while it is filled
    open_order(bench, ("MUG", 1), ("TEA", 1))
    bench.item("MUG")

    # when the last unit lies in it before it is scanned
    bench.load(60 + 350 + 150)
    bench.item("TEA")

    # then the load that settled is proof enough
    assert bench.view.kind == "pack.label"


def test_a_load_of_before_the_last_unit_is_no_proof(bench: PackBench) -> None:
    open_order(bench, ("MUG", 1), ("TEA", 1))
    bench.item("MUG")
    bench.load(60 + 350)

    bench.item("TEA")

    assert bench.view.kind == "pack.weigh"


def test_what_an_earlier_order_left_on_the_scale_is_no_proof(bench: PackBench) -> None:
    # given a reading that would be right by chance, from before this order
    bench.scale_grams = 60 + 350
    open_order(bench, ("MUG", 1))

    # when the item is scanned, then the bench waits for a change of load
    bench.item("MUG")
    assert bench.view.kind == "pack.weigh"


def test_the_label_has_the_next_number_and_the_exact_price(bench: PackBench) -> None:
    open_order(bench, ("MUG", 1))
    bench.item("MUG")
    bench.load(410)

    [parcel] = bench.rows(Parcel)
    assert (parcel["serial"], parcel["tracking"], parcel["sscc"]) == (
        1001, barcodes.own_code("PB0000001001"), barcodes.sscc(3, "4012345", 1001),
    )  # fmt: skip
    assert (str(parcel["price"]), parcel["currency"], parcel["carrier"], parcel["service"]) == (
        "4.19", "EUR", "DHL", "Parcel",
    )  # fmt: skip


def test_the_requested_service_is_honoured(bench: PackBench) -> None:
    bench.order("10482", ("MUG", 1), tote="0412", service="express")
    bench.scan(tote_code("0412"))
    bench.item("MUG")
    bench.load(410)

    label = bench.bench.state.label
    assert label is not None
    assert (label.service, label.price) == ("Express", "12.90")


def test_numbers_are_asked_for_long_before_the_last_is_used(bench: PackBench) -> None:
    # given fifty numbers
    with station_write(bench.database) as session:
        session.execute(update(NumberRange).values(last=1050))

    # when the first of them is used
    open_order(bench, ("MUG", 1))
    bench.item("MUG")
    bench.load(410)

    # then more are asked for, without waiting
    assert [(r.kind, r.body, r.waits) for r in bench.asked] == [("numbers", {"kind": "parcel"}, False)]


def test_one_more_box_continues_the_order(bench: PackBench) -> None:
    # given an order whose units do not fit into one box
    open_order(bench, ("MUG", 1), ("TEA", 1))
    bench.item("MUG")

    # when the first box is closed with what is in it
    bench.card("NEWBOX")
    assert bench.view.kind == "pack.weigh"
    bench.load(60 + 350)
    bench.label()

    # then a second box of the same order stands there, and with it the order is done
    assert (bench.view.kind, bench.bench.state.number) == ("pack.items", 2)
    bench.item("TEA")
    bench.load(60 + 150)
    bench.label()
    assert [(p["number"], p["state"], p["serial"]) for p in bench.rows(Parcel)] == [
        (1, "closed", 1001), (2, "closed", 1002),
    ]  # fmt: skip
    [brief] = bench.rows(OrderBrief)
    assert brief["state"] == "shipped"
    second = bench.bench.state.parcel_id
    job = next(j for j in bench.rows(PrintJob) if j["kind"] == "label" and j["parcel_id"] == second)
    with reading(bench.database) as session:
        label = queries.document_for(session, job["id"])
    assert isinstance(label, ShippingLabel)
    assert label.parcel == "2 of 2"


def test_another_box_is_taken_by_its_code_or_by_choice(bench: PackBench) -> None:
    open_order(bench, ("MUG", 1))
    assert bench.view.object[0] == _box_panel(bench, "Box S")

    bench.scan(barcodes.own_code("BXL"))
    assert bench.view.object[0] == _box_panel(bench, "Box L")

    bench.card("BOX")
    bench.scan(barcodes.own_code("OPT2"))
    assert bench.view.object[0] == _box_panel(bench, "Box M")


def _box_panel(bench: PackBench, name: str) -> object:
    panel = bench.view.object[0]
    assert getattr(panel, "name", "") == name
    return panel


def test_undo_goes_back_to_the_empty_bench(bench: PackBench) -> None:
    # given an opened order with two units in the box and another box chosen
    bench.order("10482", ("MUG", 2), tote="0412")
    before = {k: v for k, v in bench.dump().items() if k in ("stock", "tote", "order_brief")}
    bench.scan(tote_code("0412"))
    bench.item("MUG", 2)
    bench.scan(barcodes.own_code("BXL"))

    # when everything is taken back
    for wanted in (2, 1, 0):
        assert bench.card("UNDO").accepted
        assert bench.bench.state.done == wanted
    last = bench.card("UNDO")

    # then the task is over, stock and tote are as before, the parcel is void, and the slip does not print
    assert last.ends
    after = bench.dump()
    assert after["tote"] == before["tote"]
    assert [r[-2:] for r in after["stock"] if r[1] == tote_id("0412")] == [(2, 0)]
    assert [p["state"] for p in bench.rows(Parcel)] == ["void"]
    assert [j["state"] for j in bench.rows(PrintJob)] == ["void"]


def test_the_first_screen_of_the_items(bench: PackBench) -> None:
    bench.order("10482", ("MUG", 2), ("TEA", 1), tote="0412", gift=True, service="Parcel")
    bench.scan(tote_code("0412"))
    bench.item("MUG")

    view = bench.view
    assert isinstance(view.hero, Hero)
    assert isinstance(view.hero.datum, CountDatum)
    assert (str(view.hero.imperative), view.hero.datum.value) == ("Scan the next item", "2")
    assert str(view.header.task) == "Order 10482, Parcel"
    assert view.progress is not None
    assert (str(view.progress.label), str(view.progress.right)) == ("1 of 3 units", "Order 1 of your shift")
    assert [(w.kind, w.code, w.units) for w in view.wanted] == [
        ("item", gtin("MUG"), 1), ("item", gtin("TEA"), 1),
    ]  # fmt: skip
    assert [a.command for a in view.actions] == ["UNDO", "CHANGE", "HOLD", "HELP"]
    assert [str(getattr(p, "title", "")) for p in view.context] == ["Order 10482", "Gift: add card, no prices"]
    assert str(view.echo.words if view.echo else "") == "Ceramic mug 350 ml, 1 of 2"


def test_paper_that_failed_is_sent_again_and_not_made_again(bench: PackBench) -> None:
    # given a label whose printer has no paper
    open_order(bench, ("MUG", 1))
    bench.item("MUG")
    bench.load(410)
    label = bench.bench.state.label
    assert label is not None
    _print_moved(bench, label.job_id, "failed", "no paper")

    # when it is told, shown, and REPRINT is scanned
    told = bench.send(PrintChanged(label.job_id, "failed", "no paper"))
    assert (told.sound, str(told.echo.words if told.echo else "")) == (Sound.ATTENTION, "Not printed: no paper")
    panel = bench.view.object[0]
    assert isinstance(panel, LabelPanel)
    assert str(panel.state) == "Not printed: no paper. Load labels; it prints by itself"
    bench.card("REPRINT")

    # then the same job waits again, and the parcel keeps its number
    assert [(j["kind"], j["state"]) for j in bench.rows(PrintJob)] == [("slip", "queued"), ("label", "queued")]
    assert bench.bench.state.label == label


def _print_moved(bench: PackBench, job_id: bytes, state: str, problem: str = "") -> None:
    """The print thread's fact, recorded beside the task."""
    with station_write(bench.database) as session:
        record(session, [PrintMoved(job_id, state, problem)], Cause(at=bench.clock.now(), group=10_000))


def test_a_reprint_has_the_same_number_and_says_so(bench: PackBench) -> None:
    # given a label that was printed
    open_order(bench, ("MUG", 1))
    bench.item("MUG")
    bench.load(410)
    label = bench.bench.state.label
    assert label is not None
    _print_moved(bench, label.job_id, "sent")

    # when it is asked for again
    bench.card("REPRINT")

    # then a second job carries the same number, marked as a duplicate, and nothing else changed
    [job] = [j for j in bench.rows(PrintJob) if j["kind"] == "reprint"]
    with reading(bench.database) as session:
        first, second = queries.document_for(session, label.job_id), queries.document_for(session, job["id"])
    assert isinstance(first, ShippingLabel)
    assert isinstance(second, ShippingLabel)
    assert (first.duplicate, second.duplicate, second.tracking) == (False, True, label.tracking)
    assert bench.label().accepted


def test_a_slip_is_printed_once_more_and_says_so(bench: PackBench) -> None:
    open_order(bench, ("MUG", 1))
    slip = bench.bench.state.slip_job_id
    _print_moved(bench, slip, "sent")
    bench.item("MUG")

    bench.card("REPRINT")

    again = bench.bench.state.slip_job_id
    with reading(bench.database) as session:
        first, second = queries.document_for(session, slip), queries.document_for(session, again)
    assert isinstance(first, PackingSlip)
    assert isinstance(second, PackingSlip)
    assert (first.duplicate, second.duplicate) == (False, True)
    # and UNDO still reaches the item behind it
    bench.card("UNDO")
    bench.card("UNDO")
    assert bench.bench.state.done == 0


def test_the_next_scan_after_closing_begins_something_else(bench: PackBench) -> None:
    open_order(bench, ("MUG", 1))
    bench.item("MUG")
    bench.load(410)
    bench.label()
    bench.order("10483", ("TEA", 1), tote="0413")

    view = bench.view
    assert [(w.kind, w.code) for w in view.wanted] == [("tote", tote_code("0413"))]
    outcome = bench.scan(tote_code("0413"))
    assert (outcome.ends, outcome.opens.workflow if outcome.opens else "") == (True, "home")
    assert order_id("10482") == bench.bench.state.order_id
