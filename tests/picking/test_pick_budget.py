"""The interaction budget of picking: scans and touches, counted through the whole workflow on a real mirror."""

from __future__ import annotations

import pytest

from tests.picking.floor import CART_CODE, CODES, DROP, bin_code, card, floor, tote_code

MUG, TEA, SOAP, CANDLE = (CODES[name] for name in ("MUG", "TEA", "SOAP", "CANDLE"))
T = [tote_code(f"T-{number:04d}") for number in range(1, 9)]
THREE_LINES = [("MUG", "A-01-A", 1), ("TEA", "A-03-A", 1), ("SOAP", "B-02-A", 1)]
REFERENCE = [("MUG", "A-01-A", 2), ("TEA", "A-03-A", 1), ("SOAP", "B-02-A", 2)]
BY_ITEM = [T[0], MUG, TEA, SOAP, DROP]
BY_BIN = [T[0], bin_code("A-01-A"), MUG, bin_code("A-03-A"), TEA, bin_code("B-02-A"), SOAP, DROP]


def test_three_lines_by_product_take_five_scans() -> None:
    house = floor([THREE_LINES])

    house.scan(*BY_ITEM)

    assert (house.scans, house.touches, house.ended) == (5, 0, True)
    assert house.tote("T-0001")[0] == "dropped"


def test_three_lines_by_bin_and_product_take_eight_scans() -> None:
    house = floor([THREE_LINES], proof="bin_and_product")

    house.scan(*BY_BIN)

    assert (house.scans, house.touches, house.ended) == (8, 0, True)


@pytest.mark.parametrize("proof", ["product", "bin_and_product"])
def test_a_shorter_scan_file_does_not_finish(proof: str) -> None:
    codes = BY_ITEM if proof == "product" else BY_BIN
    for left_out in range(len(codes)):
        house = floor([THREE_LINES], proof=proof)

        house.scan(*codes[:left_out], *codes[left_out + 1 :])

        assert not house.ended, f"finished without scan {left_out}"


def test_the_reference_order_is_picked_with_ten_scans_by_bin_and_unit() -> None:
    house = floor([REFERENCE], proof="bin_and_product")

    house.scan(T[0], bin_code("A-01-A"), MUG, MUG, bin_code("A-03-A"), TEA, bin_code("B-02-A"), SOAP, SOAP, DROP)

    assert (house.scans, house.ended) == (10, True)


def test_the_reference_order_is_picked_with_seven_scans_by_unit() -> None:
    house = floor([REFERENCE])

    house.scan(T[0], MUG, MUG, TEA, SOAP, SOAP, DROP)

    assert (house.scans, house.ended) == (7, True)


FOUR_ORDERS = [
    [("MUG", "A-01-A", 1), ("TEA", "A-02-A", 1), ("SOAP", "A-03-A", 1)],
    [("CANDLE", "A-04-A", 1), ("MUG", "B-01-A", 1), ("TEA", "B-02-A", 1)],
    [("SOAP", "B-03-A", 1), ("CANDLE", "B-04-A", 1), ("MUG", "C-01-A", 1)],
    [("TEA", "C-02-A", 1), ("SOAP", "C-03-A", 1), ("CANDLE", "C-04-A", 1)],
]
"""Twelve stops: each order's lines lie in bins of their own."""


def test_a_cart_with_four_orders_at_twelve_stops_takes_26_scans() -> None:
    house = floor(FOUR_ORDERS)

    house.scan(CART_CODE)
    house.walk()

    assert (house.scans, house.touches, house.ended) == (26, 0, True)
    assert [house.tote(f"T-{n:04d}")[0] for n in range(1, 5)] == ["dropped"] * 4


def test_a_cart_with_four_orders_at_six_stops_takes_20_scans() -> None:
    first = [("MUG", "A-01-A", 1), ("TEA", "A-02-A", 1), ("SOAP", "A-03-A", 1)]
    second = [("CANDLE", "B-01-A", 1), ("MUG", "B-02-A", 1), ("TEA", "B-03-A", 1)]
    house = floor([first, first, second, second], units="once")

    house.scan(CART_CODE)
    house.walk()

    assert (house.scans, house.touches, house.ended) == (20, 0, True)


def test_nothing_there_takes_one_scan_by_product() -> None:
    house = floor([THREE_LINES])
    house.scan(T[0])
    before = house.scans

    house.scan(card("SHORT"))

    assert house.scans - before == 1
    assert house.lines()[0] == ("A-01-A", "MUG", 1, 0, 1, 1, "short")
    assert house.view.wanted[0].code == TEA


def test_nothing_there_takes_two_scans_by_bin_and_product() -> None:
    house = floor([THREE_LINES], proof="bin_and_product")
    house.scan(T[0])
    before = house.scans

    house.scan(bin_code("A-01-A"), card("SHORT"))

    assert house.scans - before == 2
    assert house.lines()[0] == ("A-01-A", "MUG", 1, 0, 1, 1, "short")
    assert house.view.wanted[0].code == bin_code("A-03-A")


def test_two_of_three_there_take_three_scans() -> None:
    house = floor([[("MUG", "A-01-A", 3), ("TEA", "A-03-A", 1)]])
    house.scan(T[0])
    before = house.scans

    house.scan(MUG, MUG, card("SHORT"))

    assert house.scans - before == 3
    assert house.lines()[0] == ("A-01-A", "MUG", 3, 2, 1, 1, "short")
    assert house.view.wanted[0].code == TEA


def test_two_of_three_there_take_four_scans_on_a_cart() -> None:
    house = floor([[("MUG", "A-01-A", 3), ("TEA", "A-03-A", 1)]])
    house.scan(CART_CODE)
    before = house.scans

    house.scan(MUG, MUG, card("SHORT"), T[0])

    assert house.scans - before == 4
    assert house.lines()[0] == ("A-01-A", "MUG", 3, 2, 1, 1, "short")
    assert house.view.wanted[0].code == TEA


def test_a_short_of_zero_on_a_cart_asks_for_no_tote() -> None:
    house = floor([[("MUG", "A-01-A", 3), ("TEA", "A-03-A", 1)]])
    house.scan(CART_CODE)

    house.scan(card("SHORT"))

    assert house.step == "item"
    assert house.view.wanted[0].code == TEA
