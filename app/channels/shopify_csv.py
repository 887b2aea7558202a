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
    OpenTable,
    RowError,
    TableRow,
    attributes_of,
    clean,
    extra_lines,
    header_of,
    not_whole,
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
        table = OpenTable(stream, file, order="Name")
        group: list[TableRow] = []
        lost: list[RowError] = []  # rows of this order, or of none that is known
        for row in table.rows():
            if isinstance(row, RowError):
                yield row
                lost.append(row)
                continue
            name = row.cells.get("Name", "").strip()
            if group and name and name != group[0].cells.get("Name", "").strip():
                yield from _read_order(table, group, lost)
                lost = [error for error in lost if not error.order or error.order == clean(name)[:64]]
                group = []
            group.append(row)
        if group:
            yield from _read_order(table, group, lost)


CHANNEL = ShopifyCsv()


def _read_order(table: OpenTable, rows: list[TableRow], lost: list[RowError]) -> Iterator[Entry]:
    """The order of these rows; refused when one of its rows, or of which nobody knows whose it is, was lost."""
    errors: list[RowError] = []
    name = clean(rows[0].cells.get("Name", ""))
    if not name:
        yield RowError(table.file, rows[0].number, "Name", "", say("the number of the order"))
        return
    if any(error.order == name[:64] for error in lost):
        return
    if lost and (doubt := next((e for e in lost if not e.order), None)):
        yield RowError(table.file, rows[0].number, "Name", name[:80], not_whole(doubt.row), name[:64])
        return
    items = [table.fields(row, errors, name[:64]) for row in rows]
    read = _order(items, table.own_bytes(rows))
    if errors:
        yield from dict.fromkeys(errors)
    else:
        yield read


def _order(rows: list[Fields], raw: bytes) -> ImportedOrder:
    f = rows[0]
    note_lines = (line.partition(":") for line in f.text("Note Attributes", most=10_000).splitlines())
    attributes = [(name.strip(), value.strip()) for name, _, value in note_lines]
    attributes += [(tag.strip(), "yes") for tag in f.text("Tags", most=10_000).split(",")]
    extra = attributes_of(attributes)
    name = f.text("Name", most=64)
    bill, ship = _address(f, "Billing"), _address(f, "Shipping")
    lines = tuple(_line(row, i) for i, row in enumerate(_with_items(rows), 1))
    return ImportedOrder(
        channel="shopify",
        external_id=f.text("Id", most=128) or name,
        number=name.lstrip("#"),
        currency=f.text("Currency", most=3),
        lines=_with_duties(f, lines),
        placed_at=f.moment("Created at"),
        tax_included=_tax_included(f),
        customer=ImportedCustomer("", (bill or ship or Address("")).name, f.text("Email"), f.text("Phone", most=64)),
        ship_to=ship,
        bill_to=bill,
        discount=_discount(f, lines),
        shipping=f.money("Shipping"),
        tax=f.money("Taxes"),
        total=f.money("Total"),
        gift=extra.gift,
        gift_message=extra.message,
        hide_prices=extra.hide_prices,
        ship_by=extra.ship_by,
        note=f.text("Notes", most=10_000),
        payment=_PAYMENT.get(f.text("Financial Status"), "unpaid" if f.text("Financial Status") else ""),
        cancelled=f.moment("Cancelled at") is not None,
        service=f.text("Shipping Method")[:64],
        raw=raw,
    )


def _with_items(rows: list[Fields]) -> list[Fields]:
    """Rows that hold a line item: an order's extra payments and tax lines can have rows without one."""
    names = ("Lineitem quantity", "Lineitem name")
    return [f for f in rows if any(str(f.values.get(name, "")).strip() for name in names)]


def _with_duties(f: Fields, lines: tuple[ImportedLine, ...]) -> tuple[ImportedLine, ...]:
    """The lines, with duties and tip where the total holds them beside goods, shipping and tax."""
    total, subtotal = f.money("Total"), f.money("Subtotal")
    if total is None or subtotal is None:
        return lines
    tax = Decimal(0) if _tax_included(f) else f.money("Taxes") or Decimal(0)
    rest = total - subtotal - (f.money("Shipping") or Decimal(0)) - tax
    duties, tip = f.money("Duties") or Decimal(0), f.money("Tip Amount") or Decimal(0)
    return extra_lines(lines, rest, (("duties", "Duties", duties), ("tip", "Tip", tip)))


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


def _line(f: Fields, position: int) -> ImportedLine:
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
