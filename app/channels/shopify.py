"""Shopify: orders as the Admin REST API gives them: single, a list, or the bare body of a webhook.

Money is decimal strings, ids may be longer than 2^53. What is left to ship says `fulfillable_quantity` where there is
one (Shopify's reference of the resource LineItem), else fulfilments and refunds are counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import BinaryIO

from app.channels.base import (
    Entry,
    Fields,
    ImportedCustomer,
    ImportedLine,
    ImportedOrder,
    NotOrders,
    Piece,
    RowError,
    Shape,
    attributes_of,
    extra_lines,
    json_keys,
    json_orders,
    not_orders,
)
from app.documents import Address
from app.text import say

_WRAPPED = {
    "refund": "refund", "refunds": "list of refunds", "location": "location", "locations": "list of locations",
    "inventory_level": "inventory level", "inventory_levels": "list of inventory levels",
    "inventory_item": "inventory item", "fulfillment": "fulfilment", "fulfillments": "list of fulfilments",
    "fulfillment_order": "fulfilment order", "fulfillment_orders": "list of fulfilment orders", "product": "product",
    "products": "list of products", "variant": "product variant", "variants": "list of product variants",
    "draft_order": "draft order", "draft_orders": "list of draft orders", "checkout": "checkout",
    "checkouts": "list of checkouts", "transaction": "payment", "transactions": "list of payments",
}  # fmt: skip
"""What the outermost member of an answer says that it holds."""

_BARE = (
    ("refund_line_items", "refund"), ("inventory_item_id", "inventory level"), ("tracking_company", "fulfilment"),
    ("abandoned_checkout_url", "checkout"), ("invoice_sent_at", "draft order"), ("body_html", "product"),
    ("marketing_opt_in_level", "customer"), ("myshopify_domain", "shop"), ("province_code", "location"),
)  # fmt: skip
"""What a member of a webhook's bare body gives away."""

_MARKS = frozenset("financial_status admin_graphql_api_id total_line_items_price subtotal_price".split())
_FOREIGN = frozenset("order_key date_created_gmt AmazonOrderId".split())

_PAYMENT = {
    "paid": "paid", "authorized": "authorized", "partially_refunded": "part_refunded", "pending": "unpaid",
    "partially_paid": "part_paid", "refunded": "refunded", "voided": "void", "expired": "void", "unpaid": "unpaid",
}  # fmt: skip
_LEFT = frozenset(("success", "pending", "open"))
"""States of a fulfilment in which its units are on their way; the others (failure, cancelled, error) gave them back."""


class Shopify:
    """The channel."""

    name = "shopify"

    def recognises(self, head: bytes, file: str) -> bool:
        keys = json_keys(head)
        if not keys or _FOREIGN & keys.keys():
            return False
        outer = {name for name, depth in keys.items() if depth == 1}
        wrapped = outer & (_WRAPPED.keys() | {"order", "orders"})
        return bool(_MARKS & keys.keys() or (len(outer) == 1 and wrapped) or any(k in outer for k, _ in _BARE))

    def read(self, stream: BinaryIO, file: str) -> Iterator[Entry]:
        for piece in json_orders(stream, file, _SHAPE):
            if isinstance(piece, Piece):
                yield from _read_order(piece.value, piece.raw, file, piece.row)
            else:
                yield piece


CHANNEL = Shopify()


def _refuse(value: object, in_list: bool) -> NotOrders:
    if in_list:
        return not_orders(say("This is a list of {thing}, not of orders", thing=_thing(value)))
    if not isinstance(value, dict):
        return not_orders(say("This is JSON, but no Shopify order"))
    return not_orders(say("This is a Shopify {thing}, not an order", thing=_thing(value)))


def _is_order(value: object) -> bool:
    return isinstance(value, dict) and bool(value.keys() & {"financial_status", "total_price"})


_SHAPE = Shape(("orders",), "order", _is_order, re.compile(r'"name"\s*:\s*"(#[^"\\\n{}]{1,63})"'), _refuse)


def _thing(value: object) -> str:
    if isinstance(value, dict):
        for name, thing in _WRAPPED.items():
            if name in value and len(value) == 1:
                return thing
        for name, thing in _BARE:
            if name in value:
                return thing
    return "something else"


def _read_order(order: object, raw: bytes, file: str, row: int) -> Iterator[Entry]:
    errors: list[RowError] = []
    if not isinstance(order, dict) or not _is_order(order):
        yield RowError(file, row, "", _thing(order), say("a Shopify order"))
        return
    f = Fields(order, errors, file=file, row=row)
    f.order = f.text("name", most=64) or f.text("order_number", most=64)
    if "line_items" not in order:  # a list that was asked for with only some fields: it must not empty an order
        f.wrong("line_items", "", say("the lines of the order (this export left them out)"))
    read = _order(f, raw)
    if errors:
        yield from dict.fromkeys(errors)
    else:
        yield read


def _order(f: Fields, raw: bytes) -> ImportedOrder:
    attributes = [(a.text("name"), a.text("value", most=10_000)) for a in f.each("note_attributes")]
    attributes += [(tag.strip(), "yes") for tag in f.text("tags", most=10_000).split(",")]
    lines = _lines(f)
    attributes += [pair for line in f.each("line_items") for pair in _properties(line)]
    extra = attributes_of(attributes)
    bill = _address(f.inside("billing_address"))
    services = list(f.each("shipping_lines"))
    shipping = _shipping(f, services, lines)
    return ImportedOrder(
        channel="shopify",
        external_id=f.text("id", most=128, required=True),
        number=(f.order or f.text("id", most=64)).lstrip("#"),
        currency=f.text("currency", most=3),
        lines=_with_extras(f, lines, shipping),
        placed_at=f.moment("processed_at") or f.moment("created_at"),
        updated_at=f.moment("updated_at"),
        tax_included=f.flag("taxes_included"),
        customer=_customer(f, bill),
        ship_to=_address(f.inside("shipping_address")),
        bill_to=bill,
        discount=f.money("total_discounts"),
        shipping=shipping,
        tax=f.money("total_tax"),
        total=f.money("total_price"),
        gift=extra.gift,
        gift_message=extra.message,
        hide_prices=extra.hide_prices,
        ship_by=extra.ship_by,
        note=f.text("note", most=10_000),
        payment=_payment(f),
        cancelled=f.moment("cancelled_at") is not None,
        service=(services[0].text("code") or services[0].text("title"))[:64] if services else "",
        raw=raw,
    )


def _payment(f: Fields) -> str:
    status = f.text("financial_status")
    gateways = f.values.get("payment_gateway_names")
    names = " ".join(str(g) for g in gateways) if isinstance(gateways, list) else ""
    if status == "pending" and "cash on delivery" in f"{names} {f.text('gateway')}".casefold().replace("_", " "):
        return "on_delivery"
    return _PAYMENT.get(status, "unpaid" if status else "")


def _shipping(f: Fields, services: list[Fields], lines: tuple[ImportedLine, ...]) -> Decimal | None:
    """What shipping costs: before its discounts, or after them where only that adds up to the total.

    Shops differ in whether `total_discounts` holds the discount of the shipping.
    """
    gross = sum((s.money("price") or Decimal(0) for s in services), Decimal(0))
    prices = [s.money("discounted_price" if "discounted_price" in s.values else "price") for s in services]
    net = sum((price or Decimal(0) for price in prices), Decimal(0))
    total = f.money("total_price")
    goods = sum((line.quantity * (line.unit_price or Decimal(0)) for line in lines), Decimal(0))
    tax = Decimal(0) if f.flag("taxes_included") else f.money("total_tax") or Decimal(0)
    rest = (total or Decimal(0)) - goods + (f.money("total_discounts") or Decimal(0)) - tax
    return net if net != gross and abs(rest - net) < abs(rest - gross) else gross


def _with_extras(f: Fields, lines: tuple[ImportedLine, ...], shipping: Decimal | None) -> tuple[ImportedLine, ...]:
    """The lines, with tip and duties where the total holds them and no line does."""
    tip, duties = f.money("total_tip_received"), Decimal(0)
    for name in ("original_total_duties_set", "current_total_duties_set"):
        amount = (f.inside(name) or _NO_FIELDS).inside("shop_money")
        duties = duties or (amount.money("amount") if amount else None) or Decimal(0)
    total = f.money("total_price")
    if total is None or not (tip or duties):
        return lines
    goods = sum((line.quantity * (line.unit_price or Decimal(0)) for line in lines), Decimal(0))
    tax = Decimal(0) if f.flag("taxes_included") else f.money("total_tax") or Decimal(0)
    rest = total - goods + (f.money("total_discounts") or Decimal(0)) - (shipping or Decimal(0)) - tax
    return extra_lines(lines, rest, (("tip", "Tip", tip or Decimal(0)), ("duties", "Duties", duties)))


_NO_FIELDS = Fields({}, [], file="", row=0)


def _customer(f: Fields, bill: Address | None) -> ImportedCustomer:
    person = f.inside("customer")
    email = f.text("email") or f.text("contact_email")
    phone = f.text("phone", most=64)
    if person is None:
        return ImportedCustomer("", bill.name if bill else "", email, phone)
    name = " ".join(p for p in (person.text("first_name"), person.text("last_name")) if p)
    return ImportedCustomer(
        person.text("id", most=128),
        name or (bill.name if bill else ""),
        email or person.text("email"),
        phone or person.text("phone", most=64),
    )


def _address(f: Fields | None) -> Address | None:
    if f is None:
        return None
    name = f.text("name") or " ".join(p for p in (f.text("first_name"), f.text("last_name")) if p)
    return Address(
        name=name,
        company=f.text("company"),
        line1=f.text("address1"),
        line2=f.text("address2"),
        city=f.text("city", most=128),
        region=f.text("province_code", most=128) or f.text("province", most=128),
        postcode=f.text("zip", most=32),
        country=f.country("country_code", "country"),
        phone=f.text("phone", most=64),
    )


# ---- lines ----------------------------------------------------------------------------------------------------------


def _lines(f: Fields) -> tuple[ImportedLine, ...]:
    left = _units_left(f)
    given_back = _units_given_back(f)
    return tuple(_line(line, i, left, given_back) for i, line in enumerate(f.each("line_items"), 1))


def _line(f: Fields, position: int, left: Mapping[str, int], given_back: Mapping[str, int]) -> ImportedLine:
    key = f.text("id", most=128) or f"#{position}"
    quantity = f.whole("quantity") or 0
    fulfilled, cancelled = _gone(f, quantity, left.get(key, 0), given_back.get(key, 0))
    return ImportedLine(
        external_id=key,
        sku=f.text("sku", most=128),
        name=(f.text("name", most=512) or f.text("title", most=512)),
        quantity=quantity,
        unit_price=f.money("price"),
        discount=_line_discount(f),
        tax=sum((t.money("price") or Decimal(0) for t in f.each("tax_lines")), Decimal(0)),
        ships=f.flag("requires_shipping", default=True) and not f.flag("gift_card"),
        note="\n".join(f"{name}: {value}" for name, value in _properties(f) if not name.startswith("_")),
        fulfilled=fulfilled,
        cancelled=cancelled,
    )


def _gone(f: Fields, quantity: int, left: int, given_back: int) -> tuple[int, int]:
    """(units that left, units not wanted any more) of a line."""
    rest = f.whole("fulfillable_quantity", required=False)
    if f.text("fulfillment_status") == "fulfilled":
        return quantity, 0
    if rest is not None:
        gone = max(quantity - rest, 0)
        return min(left, gone), max(gone - left, 0)
    current = f.whole("current_quantity", required=False)
    taken_out = max(quantity - current, 0) if current is not None else 0
    left = min(left, quantity)
    return left, min(quantity - left, max(given_back, taken_out - left, 0))


def _line_discount(f: Fields) -> Decimal:
    allocated = [a.money("amount") or Decimal(0) for a in f.each("discount_allocations")]
    return sum(allocated, Decimal(0)) if allocated else f.money("total_discount") or Decimal(0)


def _properties(f: Fields) -> list[tuple[str, str]]:
    return [(p.text("name"), p.text("value", most=10_000)) for p in f.each("properties")]


def _units_left(f: Fields) -> Counter[str]:
    left: Counter[str] = Counter()
    for fulfilment in f.each("fulfillments"):
        if fulfilment.text("status") in _LEFT:
            for line in fulfilment.each("line_items"):
                left[line.text("id", most=128)] += line.whole("quantity") or 0
    return left


def _units_given_back(f: Fields) -> Counter[str]:
    """Units refunded that had not left: of a return (`restock_type`) the units came back from the customer."""
    back: Counter[str] = Counter()
    for refund in f.each("refunds"):
        for line in refund.each("refund_line_items"):
            if line.text("restock_type") != "return":
                back[line.text("line_item_id", most=128)] += line.whole("quantity") or 0
    return back
