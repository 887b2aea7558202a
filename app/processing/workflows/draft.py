"""An order that is being taken: its lines and terms (folded from facts), and what is typed meanwhile (no facts).

Names and addresses are never facts: they live in the open task and in the question to central, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any

from babel.numbers import get_currency_precision

from app.facts import Fact
from app.processing.facts import EntryLine, EntryPlaced, EntryPriced, EntryTerms
from app.text import Text, say


class Step(Enum):
    LINES = "lines"
    PRODUCTS = "products"
    PRICE = "price"
    CUSTOMER = "customer"
    CUSTOMERS = "customers"
    ADDRESS = "address"
    TERMS = "terms"
    CHECK = "check"
    PLACING = "placing"


@dataclass(frozen=True, slots=True)
class DraftLine:
    """Units of one product; `price` of one unit, None while nobody said it."""

    sku_id: bytes
    units: int
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who orders and where it goes, as typed. The order of the fields is that of the form."""

    name: str = ""
    company: str = ""
    line1: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""
    customer: str = ""  # the id of a customer that is known, in hex


LABELS: Mapping[str, Text] = MappingProxyType(
    {
        "name": say("Name"),
        "company": say("Company"),
        "line1": say("Street and number"),
        "postcode": say("Postal code"),
        "city": say("City"),
        "country": say("Country (two letters)"),
        "email": say("E-mail"),
        "phone": say("Phone"),
    }
)
TYPED = tuple(LABELS)
"""The fields of the form in their order."""
PERSON_FIELDS = tuple(f.name for f in fields(Person))


@dataclass(frozen=True, slots=True)
class Draft:
    """What is no fact: where in the form one is, what is typed, what was found, what central said of prices."""

    step: Step = Step.LINES
    typed: str = ""
    found: tuple[Any, ...] = ()
    person: Person = Person()
    active: int = -1  # which field is typed into; -1 for none: then no keyboard covers the screen
    prices: tuple[tuple[bytes, Decimal], ...] = ()
    request: bytes = b""
    problem: Text = field(default_factory=lambda: Text(""))


@dataclass(frozen=True, slots=True)
class EntryState:
    """`lines`, `terms` and `placed` are folded from facts; `draft` is the rest."""

    currency: str
    tax_percent: Decimal
    lines: tuple[DraftLine, ...] = ()
    terms: EntryTerms = field(default_factory=EntryTerms)
    placed: bytes = b""
    draft: Draft = Draft()

    def with_draft(self, **changes: Any) -> EntryState:
        """The same order with something else typed; every change ends the complaint before it."""
        return replace(self, draft=replace(self.draft, **({"problem": Text("")} | changes)))

    def price_of(self, line: DraftLine) -> Decimal | None:
        """What one unit costs: as typed, else as central last sold it."""
        return line.price if line.price is not None else dict(self.draft.prices).get(line.sku_id)

    @property
    def units(self) -> int:
        return sum(line.units for line in self.lines)

    @property
    def unpriced(self) -> tuple[DraftLine, ...]:
        """Lines of which nobody knows the price."""
        return tuple(line for line in self.lines if self.price_of(line) is None)


def evolve(state: EntryState, fact: Fact) -> EntryState:
    """The draft after one more fact."""
    match fact:
        case EntryLine(sku_id, units):
            return replace(state, lines=_added(state.lines, sku_id, units))
        case EntryPriced(sku_id, price):
            lines = tuple(
                replace(line, price=Decimal(price)) if line.sku_id == sku_id else line for line in state.lines
            )
            return replace(state, lines=lines)
        case EntryTerms():
            return replace(state, terms=fact)
        case EntryPlaced(order_id):
            return replace(state, placed=order_id)
    return state


def _added(lines: tuple[DraftLine, ...], sku_id: bytes, units: int) -> tuple[DraftLine, ...]:
    """The line that was touched last stands last: a quantity card is about that one."""
    old = next((line for line in lines if line.sku_id == sku_id), DraftLine(sku_id, 0))
    rest = tuple(line for line in lines if line.sku_id != sku_id)
    whole = replace(old, units=old.units + units)
    return (*rest, whole) if whole.units > 0 else rest


# ---- money ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Totals:
    """`goods` − `discount` + `shipping` = `total`; `tax` is what the total contains."""

    goods: Decimal
    discount: Decimal
    shipping: Decimal
    tax: Decimal
    total: Decimal


def totals(state: EntryState) -> Totals:
    """What the order costs now; lines without a price count nothing."""
    unit = Decimal(1).scaleb(-get_currency_precision(state.currency))
    goods = sum((line.units * (state.price_of(line) or Decimal(0)) for line in state.lines), Decimal(0))
    taken = _discount(state.terms.discount, goods)
    discount = min(taken or Decimal(0), goods).quantize(unit, ROUND_HALF_UP)
    shipping = (amount(state.terms.shipping) or Decimal(0)).quantize(unit, ROUND_HALF_UP)
    goods = max(goods, goods.quantize(unit, ROUND_HALF_UP))
    total = goods - discount + shipping
    tax = (total * state.tax_percent / (100 + state.tax_percent)).quantize(unit, ROUND_HALF_UP)
    return Totals(goods, discount, shipping, tax, total)


def _discount(words: str, goods: Decimal) -> Decimal | None:
    if words.endswith("%"):
        share = amount(words.removesuffix("%"))
        return None if share is None else goods * share / 100
    return amount(words)


def percent_off(state: EntryState) -> Decimal:
    """The discount as a share of the goods, in percent."""
    sums = totals(state)
    return sums.discount * 100 / sums.goods if sums.goods else Decimal(0)


def amount(words: str) -> Decimal | None:
    """A typed amount ("4.90", "4,90"), zero for nothing; None for what is none: no sign, four decimals at most."""
    plain = words.strip().replace(",", ".")
    if not plain:
        return Decimal(0)
    return Decimal(plain) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{0,4})?", plain) else None


def keyed(typed: str, currency: str) -> Decimal | None:
    """An amount from a keypad: digits alone fill up from the right as on a till ("1250" is 12.50), else as written."""
    if typed and typed.isascii() and typed.isdigit():
        return Decimal(typed).scaleb(-get_currency_precision(currency)) if len(typed) <= 9 else None
    return amount(typed) if typed else None


def wrong_terms(discount: str, shipping: str) -> Text:
    """What is wrong with typed terms, nothing when they can be understood."""
    share = amount(discount.removesuffix("%"))
    if share is None or (discount.endswith("%") and share > 100):
        return say("A discount is an amount such as 5.00, or a share such as 10%")
    if amount(shipping) is None:
        return say("Shipping is an amount such as 4.90")
    return Text("")
