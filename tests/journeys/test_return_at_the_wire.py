"""Budget case 6 through real wires: one item back, graded and put away, in four scans; none of them can be left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import Home
from tests.journeys import looking
from tests.journeys.playing import at_work, sections
from tests.journeys.site import BY_PRODUCT, site

FOUR = [line for line in sections("return.scan")["return"] if line]
BACK = "SELECT sku, quantity, grade, disposition, place FROM v_return WHERE sku IS NOT NULL"


def on_shelf(home: Home) -> int:
    return looking.on_hand(home.root, "MUG-G")["A01-01-A"]


def test_one_item_is_back_in_four_scans_and_no_touch(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "THREE", policy=BY_PRODUCT)
    with at_work(home) as work:
        cost = work.count("return.scan")
    assert cost["return"] == (4, 0)
    for side in (looking.central(home.root), looking.station(home.root)):
        assert looking.rows(side, BACK) == [("MUG-G", 1, 1, "restock", "A01-01-A")]
    assert on_shelf(home) == 40
    assert looking.one(looking.central(home.root), "SELECT count(*) FROM v_refund WHERE state <> 'void'") == 1


@pytest.mark.parametrize("left_out", range(len(FOUR)), ids=["slip", "item", "grade", "place"])
def test_without_any_one_scan_it_is_not_back(tmp_path: Path, left_out: int) -> None:
    home = site(tmp_path / "home", "THREE", policy=BY_PRODUCT)
    with at_work(home) as work:
        work.play(sections("return.scan")["ship"])
        work.play([line for number, line in enumerate(FOUR) if number != left_out])
    assert looking.rows(looking.central(home.root), BACK) == []
    assert on_shelf(home) == 39
