"""Budget case 6: one item back in four scans, and none of them can be left out."""

from __future__ import annotations

import pytest

from app.barcodes import own_code
from tests.returns.bench import GTIN, ReturnBench, Site, order_code, place_code, tracking
from tests.sync.sides import balances, ledger, mirrored

FOUR = (order_code("10482"), GTIN["SOAP"], own_code("GRD1"), place_code("A-03-A"))


@pytest.mark.parametrize("opening", [order_code("10482"), tracking("10482")], ids=["slip", "label"])
def test_four_scans_take_one_item_back(site: Site, opening: str) -> None:
    bench = ReturnBench(site)

    answers = [bench.scan(code).accepted for code in (opening, *FOUR[1:])]

    assert answers == [True] * 4
    assert bench.back() == [("SOAP", 1, "", "", 1, "restock", "A-03-A")]
    assert bench.stock("SOAP", "A-03-A") == [("", "good", 30)]
    assert mirrored(bench.station.path) == mirrored(site.central.path)
    assert ledger(site.central.path) == balances(site.central.path)
    assert site.query("SELECT reason FROM fact_status") == []


@pytest.mark.parametrize("left_out", range(4), ids=["paper", "item", "grade", "place"])
def test_without_any_one_of_them_nothing_is_back(site: Site, left_out: int) -> None:
    bench = ReturnBench(site)

    for number, code in enumerate(FOUR):
        if number != left_out:
            bench.scan(code)

    assert bench.back() == []
    assert bench.stock("SOAP", "A-03-A") == [("", "good", 29)]
