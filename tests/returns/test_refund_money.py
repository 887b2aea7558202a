"""What is paid back, to the cent: however an order comes back, all of it together is what was paid for the goods."""

from __future__ import annotations

from decimal import Decimal as D
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.returns.rules.money import (
    ZERO,
    Bill,
    BillLine,
    Worth,
    apportion,
    apportioned,
    cent,
    gives_shipping_back,
    ours,
    restocking_fee,
)

CURRENCIES = ["EUR", "USD", "JPY", "KWD", ""]


def bill(*lines: tuple[object, ...], **money: object) -> Bill:
    """Lines of (units, unit price[, discount[, tax]]); amounts as text."""
    rows = []
    for n, (units, price, *rest) in enumerate(lines):
        discount, tax = ([None if r is None else D(str(r)) for r in rest] + [None, None])[:2]
        rows.append(BillLine(bytes([n]), int(str(units)), D(str(price)), discount, tax))
    amounts = {k: D(str(v)) if k in ("discount", "shipping", "tax", "total") else v for k, v in money.items()}
    return Bill(**{"currency": "EUR", "tax_included": True, **amounts}, lines=tuple(rows))  # type: ignore[arg-type]


# ---- any order ------------------------------------------------------------------------------------------------------


@st.composite
def any_bill(draw: st.DrawFn) -> Bill:
    """An order as a shop may send it: whole coins, discounts on lines and on the order, tax in the prices or on top."""
    currency = draw(st.sampled_from(CURRENCIES))
    step = cent(currency)

    def coins(most: int) -> D:
        return draw(st.integers(0, most)) * step

    lines = []
    with_taxes = draw(st.booleans())
    for n in range(draw(st.integers(1, 4))):
        units, price = draw(st.integers(1, 7)), coins(5000)
        discount = draw(st.none() | st.integers(0, int(units * price / step)).map(lambda c: c * step))
        tax = coins(2000) if with_taxes else None
        lines.append(BillLine(bytes([n]), units, price, discount, tax))
    goods = sum((line.quantity * (line.unit_price or ZERO) for line in lines), ZERO)
    own = sum((line.discount or ZERO for line in lines), ZERO)
    discount = draw(st.none() | st.integers(int(own / step), int(goods / step)).map(lambda c: c * step))
    shipping = coins(900)
    included = draw(st.booleans())
    own_tax = sum((line.tax or ZERO for line in lines), ZERO)
    tax = own_tax + (coins(300) if shipping or not with_taxes else ZERO)
    total = goods - (own if discount is None else discount) + shipping + (ZERO if included else tax)
    return Bill(currency, included, tuple(lines), discount, shipping, tax, total)


@st.composite
def any_return(draw: st.DrawFn) -> tuple[Bill, list[tuple[bytes, int]]]:
    """An order and a way in which all of it comes back: (line, units) in any portions and any order."""
    order = draw(any_bill())
    portions = []
    for line in order.lines:
        left = line.quantity
        while left:
            some = draw(st.integers(1, left))
            portions.append((line.line_id, some))
            left -= some
    return order, draw(st.permutations(portions))


def paid_back(order: Bill, portions: list[tuple[bytes, int]]) -> list[Worth]:
    """What each portion is worth when they come back one after the other."""
    money, back = apportioned(order), {line.line_id: (0, Worth()) for line in order.lines}
    found = []
    for line_id, units in portions:
        so_far, known = back[line_id]
        worth = money.of(line_id, so_far + units).beyond(known)
        back[line_id] = (so_far + units, known + worth)
        found.append(worth)
    return found


@given(any_return())
def test_all_units_in_any_split_are_exactly_goods_less_discount_and_tax(
    case: tuple[Bill, list[tuple[bytes, int]]],
) -> None:
    order, portions = case
    worths = paid_back(order, portions)
    money = apportioned(order)

    goods = sum((line.quantity * (line.unit_price or ZERO) for line in order.lines), ZERO)
    own = sum((line.discount or ZERO for line in order.lines), ZERO)
    assert sum((w.goods for w in worths), ZERO) == goods
    assert sum((w.discount for w in worths), ZERO) == (own if order.discount is None else order.discount)
    assert order.total is not None
    assert sum((w.paid for w in worths), ZERO) + money.shipping == order.total


@given(any_return())
def test_no_portion_is_negative_or_more_than_it_cost(case: tuple[Bill, list[tuple[bytes, int]]]) -> None:
    order, portions = case
    for worth in paid_back(order, portions):
        assert worth.paid >= 0
        assert worth.discount <= worth.goods
        assert not any(part.is_signed() for part in (worth.goods, worth.discount, worth.tax, worth.paid))
    assert not apportioned(order).shipping.is_signed()


@given(any_return())
def test_two_ways_back_differ_by_no_coin(case: tuple[Bill, list[tuple[bytes, int]]]) -> None:
    order, portions = case
    one_by_one = [(line, 1) for line, units in portions for _ in range(units)]
    whole = sum((w.paid for w in paid_back(order, portions)), ZERO)
    assert sum((w.paid for w in paid_back(order, one_by_one)), ZERO) == whole


@given(any_bill())
def test_no_unit_is_worth_more_than_what_a_station_is_told(order: Bill) -> None:
    money = apportioned(order)
    for line in order.lines:
        sums = [money.of(line.line_id, n).paid for n in range(line.quantity + 1)]
        assert max(b - a for a, b in pairwise(sums)) <= money.most_of_one(line.line_id)


@given(
    st.integers(0, 10**7), st.lists(st.integers(0, 10**6), min_size=1, max_size=30), st.sampled_from(CURRENCIES)
)  # fmt: skip
def test_shares_add_up_and_miss_their_quota_by_less_than_a_coin(coins: int, weights: list[int], currency: str) -> None:
    step = cent(currency)
    shares = apportion(coins * step, [D(w) for w in weights], step)

    assert sum(shares, ZERO) == coins * step
    for share, weight in zip(shares, weights, strict=True):
        quota = D(coins) * weight / sum(weights) if any(weights) else D(coins) / len(weights)
        assert abs(share / step - quota) < 1


# ---- by hand --------------------------------------------------------------------------------------------------------


def test_three_units_for_ten_less_one_are_not_three_times_the_same() -> None:
    money = apportioned(bill((3, "10.00"), discount="1.00"))
    assert [money.of(b"\0", n) for n in (1, 2, 3)] == [
        Worth(D("10.00"), D("0.34")), Worth(D("20.00"), D("0.67")), Worth(D("30.00"), D("1.00")),
    ]  # fmt: skip


def test_a_discount_of_the_order_falls_on_lines_by_what_they_cost_after_their_own() -> None:
    order = bill((1, "30.00", "10.00"), (1, "10.00"), discount="16.00")
    assert {line: worth.discount for line, (_, worth) in apportioned(order).lines.items()} == {
        b"\0": D("14.00"), b"\1": D("2.00"),
    }  # fmt: skip


def test_tax_on_top_comes_back_with_the_goods_and_that_of_the_shipping_with_the_shipping() -> None:
    order = bill((2, "10.00", None, "3.80"), shipping="5.00", tax="4.75", total="29.75", tax_included=False)
    money = apportioned(order)
    assert (money.of(b"\0", 2), money.shipping) == (Worth(D("20.00"), D(0), D("3.80")), D("5.95"))


def test_tax_that_no_line_says_is_that_of_the_goods() -> None:
    order = bill((1, "10.00"), (1, "20.00"), shipping="5.00", tax="3.00", total="38.00", tax_included=False)
    money = apportioned(order)
    assert [money.of(bytes([n]), 1).tax for n in (0, 1)] == [D("1.00"), D("2.00")]
    assert money.shipping == D("5.00")


def test_more_taken_off_than_the_goods_cost_was_taken_off_the_shipping() -> None:
    money = apportioned(bill((1, "10.00"), discount="12.00", shipping="5.00", total="3.00"))
    assert (money.of(b"\0", 1).paid, money.shipping) == (D(0), D("3.00"))


@pytest.mark.parametrize("payment", ["unpaid", "void", "refunded"])
def test_nothing_is_paid_of_what_was_never_paid(payment: str) -> None:
    assert apportioned(bill((1, "10.00"), payment=payment, total="10.00")).paid == 0


def test_a_price_of_a_third_of_a_cent_still_adds_up() -> None:
    money = apportioned(bill((3, "3.3333")))
    assert [money.of(b"\0", n).paid for n in (1, 2, 3)] == [D("3.34"), D("6.67"), D("10.00")]


def test_yen_have_no_cents_and_dinars_three() -> None:
    assert apportioned(bill((3, "100"), discount="10", currency="JPY")).of(b"\0", 1).paid == D("96")
    assert apportioned(bill((3, "1.000"), discount="0.100", currency="KWD")).of(b"\0", 1).paid == D("0.966")


@pytest.mark.parametrize(
    ("rule", "amount", "units", "fee"),
    [
        ("10%", "24.90", 1, "2.49"), ("2.50", "24.90", 2, "5.00"), ("2.50", "3.00", 2, "3.00"), ("", "9.00", 1, "0"),
        ("-5", "9.00", 1, "0"), ("abc", "9.00", 1, "0"), ("200%", "9.00", 1, "9.00"), ("NaN", "9.00", 1, "0"),
    ],
)  # fmt: skip
def test_a_restocking_fee_is_percent_or_an_amount_a_unit(rule: str, amount: str, units: int, fee: str) -> None:
    assert restocking_fee(rule, D(amount), units, D("0.01")) == D(fee)


@pytest.mark.parametrize(
    ("rule", "kind", "everything", "our_fault", "back"),
    [
        ("our_fault", "announced", True, True, True),
        ("our_fault", "announced", True, False, False),
        ("our_fault", "announced", False, True, False),
        ("our_fault", "undelivered", True, False, True),
        ("our_fault", "refused", True, False, True),
        ("all", "unannounced", True, False, True),
        ("all", "unannounced", False, True, False),
        ("never", "undelivered", True, True, False),
    ],
)
def test_the_shipping_comes_back_by_rule(rule: str, kind: str, everything: bool, our_fault: bool, back: bool) -> None:
    assert gives_shipping_back(rule, kind, everything=everything, our_fault=our_fault) is back


def test_reasons_of_ours_are_known_however_they_are_written() -> None:
    assert [ours(r) for r in ("Wrong item", "wrong-item", "WRONG_ITEM", "Damaged", "changed my mind", "")] == [
        True, True, True, True, False, False,
    ]  # fmt: skip
