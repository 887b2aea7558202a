"""What is paid back for units that came back, to the cent.

An order's discount and tax are apportioned to its lines by largest remainder, and a line's share to its units evenly,
the first units getting the cents that are left over. So however an order comes back, in one go or unit by unit in any
order, all its units together are worth exactly goods − discount + tax of the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from babel.numbers import get_currency_precision

ZERO = Decimal(0)
NEVER_PAID = frozenset(("unpaid", "void", "refunded"))
"""States of payment in which we have no money of the customer (any more)."""
UNCLEAR = frozenset(("part_refunded", "part_paid", "unclear_refund"))
"""States of payment in which nobody here knows how much of it we have: the office decides."""


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line as it was billed: `discount` and `tax` for the whole line, None where the source says nothing."""

    line_id: bytes
    quantity: int
    unit_price: Decimal | None
    discount: Decimal | None = None
    tax: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """An order as it was billed. `discount` is everything that was taken off, on its lines and on the order."""

    currency: str
    tax_included: bool
    lines: tuple[BillLine, ...]
    discount: Decimal | None = None
    shipping: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None
    payment: str = ""

    @property
    def has_prices(self) -> bool:
        """Whether every line says what it costs."""
        return bool(self.lines) and all(line.unit_price is not None for line in self.lines)


@dataclass(frozen=True, slots=True)
class Worth:
    """Goods before discount, the discount on them and the tax on top (0 where prices contain it)."""

    goods: Decimal = ZERO
    discount: Decimal = ZERO
    tax: Decimal = ZERO

    @property
    def paid(self) -> Decimal:
        """What the customer paid for it."""
        return self.goods - self.discount + self.tax

    def __add__(self, other: Worth) -> Worth:
        return Worth(self.goods + other.goods, self.discount + other.discount, self.tax + other.tax)

    def beyond(self, other: Worth) -> Worth:
        """What this is more than the other, part by part; never less than nothing."""
        return Worth(
            max(self.goods - other.goods, ZERO), max(self.discount - other.discount, ZERO),
            max(self.tax - other.tax, ZERO),
        )  # fmt: skip


def cent(currency: str) -> Decimal:
    """The smallest coin of a currency (ISO 4217, by CLDR): 0.01 for EUR and for what is unknown, 1 for JPY."""
    return Decimal(1).scaleb(-get_currency_precision(currency or "EUR"))


def rounded(amount: Decimal, step: Decimal) -> Decimal:
    """An amount in whole coins, half a coin up; never −0."""
    return amount.quantize(step, ROUND_HALF_UP) + ZERO


def apportion(total: Decimal, weights: Sequence[Decimal | Fraction], step: Decimal) -> tuple[Decimal, ...]:
    """`total` in whole coins, divided by weights (none below 0) with largest remainders, ties to the first.

    The parts add up to exactly the total, rounded to coins. Without any weight all count alike.
    """
    coins = int(rounded(total, step) / step)
    parts = [Fraction(w) for w in weights]
    if not any(parts):
        parts = [Fraction(1)] * len(parts)
    whole = sum(parts)
    quotas = [coins * part / whole for part in parts]
    shares = [int(q) for q in quotas]  # towards zero: totals are never negative here
    rest = coins - sum(shares)
    for i in sorted(range(len(parts)), key=lambda i: (shares[i] - quotas[i], i))[:rest]:
        shares[i] += 1
    return tuple(rounded(share * step, step) for share in shares)


@dataclass(frozen=True, slots=True)
class Apportioned:
    """An order's money on its lines: what all units of each are worth, and what its shipping cost (with its tax)."""

    lines: dict[bytes, tuple[int, Worth]]
    shipping: Decimal
    paid: Decimal
    step: Decimal

    def of(self, line_id: bytes, units: int) -> Worth:
        """What the first `units` units of a line are worth; at most all of them."""
        quantity, whole = self.lines[line_id]
        n = max(min(units, quantity), 0)
        return Worth(*(self._first(total, quantity, n) for total in (whole.goods, whole.discount, whole.tax)))

    def _first(self, total: Decimal, quantity: int, n: int) -> Decimal:
        base, rest = divmod(int(total / self.step), quantity or 1)
        return rounded((n * base + min(n, rest)) * self.step, self.step)

    def most_of_one(self, line_id: bytes) -> Decimal:
        """The most that one unit of a line is worth (its first units carry the odd cents)."""
        one, more = self.of(line_id, 1).paid, self.step * 2
        return one + more if self.lines[line_id][0] > 1 else one


def apportioned(bill: Bill) -> Apportioned:
    """The money of an order on its lines. Prices that are not said count as 0: look at `bill.has_prices` first.

    Tax: a line's own where all lines say it (what the order has beyond them is the shipping's), else the order's by
    what each line costs after its discount.
    """
    step = cent(bill.currency)
    values = [max((line.unit_price or ZERO) * line.quantity, ZERO) for line in bill.lines]
    goods = apportion(sum(values, ZERO), values, step)
    all_goods, shipping = sum(goods, ZERO), max(bill.shipping or ZERO, ZERO)
    taken_off = _discount(bill)
    discounts = apportion(min(taken_off, all_goods), _discount_weights(bill, goods, taken_off), step)
    nets = [g - d for g, d in zip(goods, discounts, strict=True)]
    taxes, shipping_tax = _taxes(bill, nets, shipping, step)
    over = max(taken_off - all_goods, ZERO)  # more than the goods cost: then it was taken off the shipping
    postage = rounded(max(shipping - over, ZERO) + shipping_tax, step)
    worths = [Worth(g, d, t) for g, d, t in zip(goods, discounts, taxes, strict=True)]
    lines = {line.line_id: (line.quantity, worth) for line, worth in zip(bill.lines, worths, strict=True)}
    whole = sum((w.paid for w in worths), ZERO) + postage
    paid = whole if bill.total is None else max(rounded(bill.total, step), ZERO)
    return Apportioned(lines, postage, ZERO if bill.payment in NEVER_PAID else paid, step)


def _discount(bill: Bill) -> Decimal:
    own = sum((line.discount or ZERO for line in bill.lines), ZERO)
    return max(own if bill.discount is None else bill.discount, ZERO)


def _discount_weights(bill: Bill, goods: Sequence[Decimal], taken_off: Decimal) -> list[Fraction]:
    """A line's own discount, and its part of the order's by what it costs after its own."""
    own = [
        min(max(line.discount or ZERO, ZERO), whole) for line, whole in zip(bill.lines, goods, strict=True)
    ]  # fmt: skip
    rest, nets = taken_off - sum(own, ZERO), [g - d for g, d in zip(goods, own, strict=True)]
    left = sum(nets, ZERO)
    if rest <= 0 or not left:
        return [Fraction(d) for d in own]
    part = Fraction(min(rest, left)) / Fraction(left)
    return [Fraction(d) + Fraction(n) * part for d, n in zip(own, nets, strict=True)]


def _taxes(
    bill: Bill, nets: Sequence[Decimal], shipping: Decimal, step: Decimal
) -> tuple[tuple[Decimal, ...], Decimal]:
    """The tax on each line and on the shipping, nothing where prices contain it."""
    said = [line.tax for line in bill.lines]
    own = [max(t, ZERO) for t in said if t is not None]
    whole = max(sum(own, ZERO) if bill.tax is None else bill.tax, ZERO)
    if bill.tax_included or not bill.lines:
        return tuple(ZERO for _ in nets), ZERO
    lines_tax = sum(own, ZERO)
    if len(own) == len(said) and lines_tax:
        on_goods = min(lines_tax, whole) if shipping else whole
        taxes = apportion(on_goods, own, step)
        return taxes, rounded(whole, step) - sum(taxes, ZERO)
    return apportion(whole, nets, step), ZERO


def restocking_fee(rule: str, amount: Decimal, units: int, step: Decimal) -> Decimal:
    """What is kept back by a rule of the site: "10%" of the amount, or "2.50" a unit; never more than the amount.

    Words that are neither keep nothing back.
    """
    text = rule.strip()
    try:
        figure = Decimal(text.removesuffix("%").strip())
    except ArithmeticError:
        return ZERO
    if not figure.is_finite() or figure <= 0:
        return ZERO
    fee = amount * figure / 100 if text.endswith("%") else figure * units
    return min(rounded(fee, step), amount)


FAULTS_OF_OURS = frozenset(
    "damaged defective faulty broken wrong_item wrong late not_as_described missing_parts our_fault".split()
)
"""Reasons for which we are to blame, as `ReturnLine.reason` words them."""


def ours(reason: str) -> bool:
    """Whether a reason is a fault of ours: shops write "Wrong item", "wrong-item" or "wrong_item"."""
    return "_".join(reason.casefold().replace("-", " ").replace("_", " ").split()) in FAULTS_OF_OURS


def gives_shipping_back(rule: str, case_kind: str, *, everything: bool, our_fault: bool) -> bool:
    """Whether the shipping is paid back, by the setting `refund_shipping`.

    our_fault (also when nothing is said): when everything came back and we, or the carrier, are to blame; all: whenever
    everything came back; never.
    """
    if not everything or rule == "never":
        return False
    return rule == "all" or our_fault or case_kind in ("refused", "undelivered")
