"""Shopify's order export from the admin pages: a table with one row a line item, order cells on the first row only.

The same shop's orders come as JSON too: both are the channel "shopify" with the same ids, so an order that arrives by
both ways is one order.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO

from app.channels.base import (
    Entry,
    Fields,
    ImportedCustomer,
    ImportedLine,
    ImportedOrder,
    RowError,
    TableRow,
    gift_words,
    header_of,
    read_table,
)
from app.documents import Address
from app.text import say

_PAYMENT = {
    "paid": "paid", "authorized": "authorized", "partially_refunded": "unclear_refund", "pending": "unpaid",
    "partially_paid": "part_paid", "refunded": "refunded", "voided": "void", "expired": "void",
}  # fmt: skip
"""The table says how much was given back, not for which lines."""


class ShopifyCsv:
    """The channel; orders carry the name "shopify"."""

    name = "shopify_csv"

    def recognises(self, head: bytes, file: str) -> bool:
        return {"Name", "Lineitem quantity", "Lineitem name"} <= set(header_of(head))

    def read(self, stream: BinaryIO, file: str) -> Iterator[Entry]:
        table = read_table(stream.read(), file)
        group: list[TableRow] = []
        for row in table.rows:
            name = row.cells.get("Name", "").strip()
            if group and name and name != group[0].cells.get("Name", "").strip():
                yield from _read_order(group, file)
                group = []
            group.append(row)
        if group:
            yield from _read_order(group, file)


CHANNEL = ShopifyCsv()


def _read_order(rows: list[TableRow], file: str) -> Iterator[Entry]:
    errors: list[RowError] = []
    name = rows[0].cells.get("Name", "").strip()
    f = Fields(rows[0].cells, errors, file=file, row=rows[0].number, order=name[:64])
    if not name:
        yield RowError(file, rows[0].number, "Name", "", say("the number of the order"))
        return
    read = _order(f, rows)
    if errors:
        yield from dict.fromkeys(errors)
    else:
        yield read


def _order(f: Fields, rows: list[TableRow]) -> ImportedOrder:
    note_lines = (line.partition(":") for line in f.text("Note Attributes", most=10_000).splitlines())
    attributes = [(name.strip(), value.strip()) for name, _, value in note_lines]
    attributes += [(tag.strip(), "yes") for tag in f.text("Tags", most=10_000).split(",")]
    gift, message, hide = gift_words(attributes)
    name = f.text("Name", most=64)
    bill, ship = _address(f, "Billing"), _address(f, "Shipping")
    lines = tuple(_line(f, i, row) for i, row in enumerate(_with_items(rows), 1))
    return ImportedOrder(
        channel="shopify",
        external_id=f.text("Id", most=128) or name,
        number=name.lstrip("#"),
        currency=f.text("Currency", most=3),
        lines=lines,
        placed_at=f.moment("Created at"),
        tax_included=_tax_included(f),
        customer=ImportedCustomer("", (bill or ship or Address("")).name, f.text("Email"), f.text("Phone", most=64)),
        ship_to=ship,
        bill_to=bill,
        discount=_discount(f, lines),
        shipping=f.money("Shipping"),
        tax=f.money("Taxes"),
        total=f.money("Total"),
        gift=gift,
        gift_message=message,
        hide_prices=hide,
        note=f.text("Notes", most=10_000),
        payment=_PAYMENT.get(f.text("Financial Status"), "unpaid" if f.text("Financial Status") else ""),
        cancelled=f.moment("Cancelled at") is not None,
        service=f.text("Shipping Method")[:64],
        raw="".join(row.raw for row in rows).encode(),
    )


def _with_items(rows: list[TableRow]) -> list[TableRow]:
    """Rows that hold a line item: an order's extra payments and tax lines can have rows without one."""
    return [r for r in rows if any(r.cells.get(k, "").strip() for k in ("Lineitem quantity", "Lineitem name"))]


def _tax_included(f: Fields) -> bool:
    """Whether the prices contain the tax: the table does not say it, so what adds up to the total decides."""
    total, subtotal = f.money("Total"), f.money("Subtotal")
    shipping, tax = f.money("Shipping") or Decimal(0), f.money("Taxes") or Decimal(0)
    return bool(tax) and total is not None and subtotal is not None and total == subtotal + shipping


def _discount(f: Fields, lines: tuple[ImportedLine, ...]) -> Decimal:
    """Everything that was taken off: exports differ in whether the order's amount holds those of the lines."""
    on_order, subtotal = f.money("Discount Amount") or Decimal(0), f.money("Subtotal")
    on_lines = sum((line.discount or Decimal(0) for line in lines), Decimal(0))
    goods = sum((line.quantity * (line.unit_price or Decimal(0)) for line in lines), Decimal(0))
    return on_order + on_lines if subtotal is not None and goods - subtotal == on_order + on_lines else on_order


def _line(order: Fields, position: int, row: TableRow) -> ImportedLine:
    f = Fields(row.cells, order.errors, file=order.file, row=row.number, order=order.order)
    quantity = f.whole("Lineitem quantity") or 0
    return ImportedLine(
        external_id=f"#{position}",
        sku=f.text("Lineitem sku", most=128),
        name=f.text("Lineitem name", most=512),
        quantity=quantity,
        unit_price=f.money("Lineitem price"),
        discount=f.money("Lineitem discount") or Decimal(0),
        ships=f.flag("Lineitem requires shipping", default=True),
        fulfilled=quantity if f.text("Lineitem fulfillment status") == "fulfilled" else 0,
    )


def _address(f: Fields, kind: str) -> Address | None:
    street = f.text(f"{kind} Address1") or f.text(f"{kind} Street")
    address = Address(
        name=f.text(f"{kind} Name"),
        company=f.text(f"{kind} Company"),
        line1=street,
        line2=f.text(f"{kind} Address2"),
        city=f.text(f"{kind} City", most=128),
        region=f.text(f"{kind} Province", most=128),
        postcode=f.text(f"{kind} Zip", most=32).lstrip("'"),  # the export guards leading zeros with an apostrophe
        country=f.country(f"{kind} Country"),
        phone=f.text(f"{kind} Phone", most=64).lstrip("'"),
    )
    return address if address != Address("") else None
