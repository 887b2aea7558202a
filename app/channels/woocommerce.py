"""WooCommerce: orders of the REST API v3: single, a list, or the answer of a batch (create, update, delete).

Line figures of this API never contain the tax, whatever the shop shows to its customers. A completed order has left in
full; a partial refund does not say of which line it was.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
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
    json_keys,
    json_orders,
    not_orders,
    shown,
)
from app.documents import Address
from app.text import say

_BATCH = ("create", "update", "delete")
_MARKS = frozenset("order_key date_created_gmt date_created date_modified_gmt prices_include_tax".split())
_BARE = (
    ("refunded_by", "refund"), ("regular_price", "product"), ("discount_type", "coupon"),
    ("is_paying_customer", "customer"), ("webhook_id", "webhook's ping"), ("reviewer", "product review"),
)  # fmt: skip
_PAYMENT = {
    "pending": "unpaid", "on-hold": "unpaid", "failed": "void", "processing": "paid", "completed": "paid",
    "refunded": "refunded", "cancelled": "void", "trash": "void",
}  # fmt: skip
_OVER = frozenset(("cancelled", "refunded", "failed", "trash"))


class WooCommerce:
    """The channel."""

    name = "woocommerce"

    def recognises(self, head: bytes, file: str) -> bool:
        keys = json_keys(head)
        outer = {name for name, depth in keys.items() if depth <= 3}
        return bool(_MARKS & keys.keys() or any(name in outer for name, _ in _BARE))

    def read(self, stream: BinaryIO, file: str) -> Iterator[Entry]:
        for piece in json_orders(stream, file, _SHAPE):
            if isinstance(piece, Piece):
                yield from _read_order(piece.value, piece.raw, file, piece.row, piece.member == "delete")
            else:
                yield piece


CHANNEL = WooCommerce()


def _refuse(value: object, in_list: bool) -> NotOrders:
    if in_list:
        return not_orders(say("This is a WooCommerce list of {thing}s, not of orders", thing=_thing(value)))
    return not_orders(say("This is a WooCommerce {thing}, not an order", thing=_thing(value)))


def _is_order(value: object) -> bool:
    return isinstance(value, dict) and "line_items" in value and bool(value.keys() & {"order_key", "billing", "status"})


_SHAPE = Shape(_BATCH, None, _is_order, re.compile(r'"(?:number|id)"\s*:\s*"?([^",\\{}\s]{1,64})'), _refuse)


def _thing(value: object) -> str:
    known = value if isinstance(value, dict) else {}
    return next((thing for name, thing in _BARE if name in known), "something else")


def _read_order(order: object, raw: bytes, file: str, row: int, deleted: bool) -> Iterator[Entry]:
    errors: list[RowError] = []
    if not isinstance(order, dict) or not _is_order(order):
        yield RowError(file, row, "", shown(order), say("a WooCommerce order"))
        return
    f = Fields(order, errors, file=file, row=row)
    f.order = f.text("number", most=64) or f.text("id", most=64)
    if f.text("status") in ("checkout-draft", "auto-draft", "draft"):
        f.wrong("status", f.text("status"), say("the status of an order that was placed"))
    read = _order(f, raw, deleted)
    if errors:
        yield from dict.fromkeys(errors)
    else:
        yield read


def _order(f: Fields, raw: bytes, deleted: bool) -> ImportedOrder:
    status = f.text("status")
    extra = attributes_of((m.text("key"), _meta_text(m)) for m in f.each("meta_data"))
    bill, ship = _address(f.inside("billing")), _address(f.inside("shipping"))
    services = list(f.each("shipping_lines"))
    return ImportedOrder(
        channel="woocommerce",
        external_id=f.text("id", most=128, required=True),
        number=f.order,
        currency=f.text("currency", most=3),
        lines=_lines(f, completed=status == "completed"),
        placed_at=f.moment("date_created_gmt"),
        updated_at=f.moment("date_modified_gmt"),
        tax_included=False,
        customer=_customer(f, bill),
        ship_to=ship if ship is not None and (ship.line1 or ship.city or ship.postcode) else bill,
        bill_to=bill,
        discount=f.money("discount_total"),
        shipping=f.money("shipping_total"),
        tax=f.money("total_tax"),
        total=f.money("total"),
        gift=extra.gift,
        gift_message=extra.message,
        hide_prices=extra.hide_prices,
        ship_by=extra.ship_by,
        note=f.text("customer_note", most=10_000),
        payment=_payment(f, status),
        cancelled=status in _OVER or deleted,
        service=html.unescape(services[0].text("method_title"))[:64] if services else "",
        raw=raw,
    )


def _meta_text(f: Fields) -> str:
    """A meta value, where it is a plain one: plug-ins keep whole structures in the same place."""
    value = f.values.get("value")
    return f.text("value", most=10_000) if isinstance(value, str) else ("yes" if value in (True, 1) else "")


def _payment(f: Fields, status: str) -> str:
    refunded = -sum((r.money("total") or Decimal(0) for r in f.each("refunds")), Decimal(0))
    if refunded > 0 and status not in _OVER:
        return "refunded" if refunded >= (f.money("total") or Decimal(0)) else "unclear_refund"
    if status == "processing" and f.text("payment_method") == "cod":
        return "on_delivery"
    return _PAYMENT.get(status, "paid" if f.moment("date_paid_gmt") else "unpaid")


def _customer(f: Fields, bill: Address | None) -> ImportedCustomer:
    number = f.text("customer_id", most=128)
    known = bill or Address("")
    return ImportedCustomer("" if number == "0" else number, known.name, known.email, known.phone)


def _address(f: Fields | None) -> Address | None:
    if f is None:
        return None
    return Address(
        name=" ".join(p for p in (f.text("first_name"), f.text("last_name")) if p),
        company=f.text("company"),
        line1=f.text("address_1"),
        line2=f.text("address_2"),
        city=f.text("city", most=128),
        region=f.text("state", most=128),
        postcode=f.text("postcode", most=32),
        country=f.country("country"),
        phone=f.text("phone", most=64),
        email=f.text("email"),
    )


# ---- lines ----------------------------------------------------------------------------------------------------------


def _lines(f: Fields, *, completed: bool) -> tuple[ImportedLine, ...]:
    goods = [_line(line, i, completed) for i, line in enumerate(f.each("line_items"), 1)]
    return (*goods, *(_fee(fee, i) for i, fee in enumerate(f.each("fee_lines"), 1)))


def _line(f: Fields, position: int, completed: bool) -> ImportedLine:
    quantity = f.whole("quantity") or 0
    before, after = f.money("subtotal"), f.money("total")
    before = after if before is None else before
    choices = [(m.text("key"), _meta_text(m)) for m in f.each("meta_data")]
    virtual = f.flag("virtual") or f.flag("downloadable") or any(k == "_virtual" and v == "yes" for k, v in choices)
    return ImportedLine(
        external_id=f.text("id", most=128) or f"#{position}",
        sku=f.text("sku", most=128),
        name=html.unescape(f.text("name", most=512)),
        quantity=quantity,
        unit_price=_unit_price(before, quantity),
        discount=before - after if before is not None and after is not None else None,
        tax=f.money("total_tax"),
        ships=not virtual,
        note="\n".join(f"{key}: {value}" for key, value in choices if value and not key.startswith("_")),
        fulfilled=quantity if completed else 0,
    )


def _unit_price(amount: Decimal | None, quantity: int) -> Decimal | None:
    """The price of one unit, to four decimals: the API gives the sum of the line exactly and the price as a float."""
    if amount is None:
        return None
    price = (amount / max(quantity, 1)).quantize(Decimal("0.0001"))
    cents = price.quantize(Decimal("0.01"))
    return cents if cents == price else price


def _fee(f: Fields, position: int) -> ImportedLine:
    """A fee is a line that is never picked; it may be negative (a discount by another name)."""
    return ImportedLine(
        external_id=f"fee-{f.text('id', most=120) or position}",
        sku="",
        name=html.unescape(f.text("name", most=512)),
        quantity=1,
        unit_price=f.money("total"),
        discount=Decimal(0),
        tax=f.money("total_tax"),
        ships=False,
    )
