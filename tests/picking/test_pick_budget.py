"""The interaction budget of picking: scans and touches, counted through the whole workflow on a real mirror."""

from __future__ import annotations

from pathlib import Path

from tests.picking.floor import CODES, DROP, floor, tote_code

MUG, TEA, SOAP, CANDLE = (CODES[name] for name in ("MUG", "TEA", "SOAP", "CANDLE"))
THREE_LINES = [("MUG", "A-01-A", 1), ("TEA", "A-03-A", 1), ("SOAP", "B-02-A", 1)]


def test_three_lines_by_product_take_five_scans(tmp_path: Path) -> None:
    house = floor(tmp_path, [THREE_LINES])

    house.scan(tote_code("T-0001"), MUG, TEA, SOAP, DROP)

    assert (house.scans, house.touches, house.ended) == (5, 0, True)
    assert house.tote("T-0001")[0] == "dropped"
