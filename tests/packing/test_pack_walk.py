"""The happy way of packing, counted."""

from __future__ import annotations

from app.models import OrderBrief, Parcel, PrintJob, Stock, Tote
from app.view import CountDatum, Hero, Sound
from tests.packing.kit import PackBench, order_id, sku, tote_id, tote_code


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
