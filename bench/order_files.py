"""Files of orders as shops export them, of any size, the same on every run.

Names and amounts are made; the shapes are those of the real samples in tests/data/channels.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

SKUS = ("MUG-G", "TEA", "SOAP")
CENTS = {"MUG-G": 1490, "TEA": 850, "SOAP": 600}
_FIRST = "Lena Jonas Mila Emil Hanna Paul Ida Anton Frida Karl".split()
_LAST = "Hoffmann Weber Schäfer Łukasik Núñez O'Neill Brandt Vogel".split()


def _name(n: int) -> tuple[str, str]:
    return _FIRST[n % len(_FIRST)], f"{_LAST[n % len(_LAST)]}-{n % 997}"


def _units(n: int) -> list[tuple[str, int]]:
    return [(sku, (n + i) % 3 + 1) for i, sku in enumerate(SKUS)]


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _total(n: int) -> int:
    return sum(CENTS[sku] * units for sku, units in _units(n))


def plain_orders() -> Iterator[str]:
    """Rows of a plain table, three to an order; the first is the header."""
    header = (
        "order,placed_at,currency,email,name,line1,city,postcode,country,sku,item,quantity,unit_price,total,payment"
    )
    yield header + "\n"
    n = 0
    while True:
        first, last = _name(n)
        who = [f"{first} {last}", f"Lindenstraße {n % 200 + 1}", "Berlin", "10969", "DE"]
        buffer = io.StringIO()
        rows = csv.writer(buffer, lineterminator="\n")
        for sku, units in _units(n):
            head = [f"B{n}", "2026-03-02T13:07:00Z", "EUR", f"c{n}@mail.example", *who]
            rows.writerow([*head, sku, f"Product {sku}", units, _euros(CENTS[sku]), _euros(_total(n)), "paid"])
        yield buffer.getvalue()
        n += 1


def shopify_orders() -> Iterator[str]:
    """Elements of `{"orders": [ … ]}` as the REST interface gives them."""
    n = 0
    while True:
        yield ("[" if n == 0 else ",\n") + json.dumps(_shopify(n), ensure_ascii=False)
        n += 1


def _shopify(n: int) -> dict[str, object]:
    first, last = _name(n)
    address = {
        "first_name": first, "last_name": last, "name": f"{first} {last}", "company": "", "phone": None,
        "address1": f"Lindenstraße {n % 200 + 1}", "address2": "", "city": "Berlin", "zip": "10969",
        "province": "Berlin", "province_code": "BE", "country": "Germany", "country_code": "DE",
    }  # fmt: skip
    lines = [
        {
            "id": 9_007_199_254_740_993_000 + n * 10 + i, "sku": sku, "name": f"Product {sku}", "quantity": units,
            "price": _euros(CENTS[sku]), "fulfillable_quantity": units, "requires_shipping": True, "gift_card": False,
            "total_discount": "0.00", "discount_allocations": [], "properties": [], "tax_lines": [],
        }
        for i, (sku, units) in enumerate(_units(n))
    ]  # fmt: skip
    return {
        "id": 9_007_199_254_740_993 + n, "name": f"#S{n}", "order_number": n, "email": f"c{n}@mail.example",
        "created_at": "2026-03-02T14:07:00+01:00", "processed_at": "2026-03-02T14:07:00+01:00",
        "updated_at": "2026-03-02T14:08:00+01:00", "cancelled_at": None, "currency": "EUR",
        "financial_status": "paid", "fulfillment_status": None, "taxes_included": True, "total_tax": "0.00",
        "total_discounts": "0.00", "total_price": _euros(_total(n)), "note": "", "tags": "", "note_attributes": [],
        "customer": {"id": 800 + n, "first_name": first, "last_name": last, "email": f"c{n}@mail.example"},
        "billing_address": address, "shipping_address": address, "line_items": lines, "fulfillments": [],
        "refunds": [], "shipping_lines": [{"title": "Standard", "code": "Standard", "price": "0.00"}],
    }  # fmt: skip


def woocommerce_orders() -> Iterator[str]:
    """Elements of the list that the REST interface v3 gives."""
    n = 0
    while True:
        yield ("[" if n == 0 else ",\n") + json.dumps(_woocommerce(n), ensure_ascii=False)
        n += 1


def _woocommerce(n: int) -> dict[str, object]:
    first, last = _name(n)
    address = {
        "first_name": first, "last_name": last, "company": "", "address_1": f"Lindenstraße {n % 200 + 1}",
        "address_2": "", "city": "Berlin", "state": "BE", "postcode": "10969", "country": "DE",
    }  # fmt: skip
    lines = [
        {
            "id": n * 10 + i, "name": f"Product {sku}", "sku": sku, "quantity": units, "meta_data": [],
            "subtotal": _euros(CENTS[sku] * units), "total": _euros(CENTS[sku] * units), "total_tax": "0.00",
        }
        for i, (sku, units) in enumerate(_units(n))
    ]  # fmt: skip
    return {
        "id": n + 1, "number": f"W{n}", "order_key": f"wc_{n}", "status": "processing", "currency": "EUR",
        "date_created_gmt": "2026-03-02T13:07:00", "date_modified_gmt": "2026-03-02T13:08:00", "customer_id": 0,
        "prices_include_tax": True, "discount_total": "0.00", "shipping_total": "0.00", "total_tax": "0.00",
        "total": _euros(_total(n)), "customer_note": "", "payment_method": "card",
        "billing": {**address, "email": f"c{n}@mail.example", "phone": ""}, "shipping": address, "meta_data": [],
        "line_items": lines, "fee_lines": [], "shipping_lines": [{"method_title": "Standard"}], "refunds": [],
    }  # fmt: skip


def shopify_rows() -> Iterator[str]:
    """Rows of the export of Shopify's admin pages: the cells of the order on its first row only."""
    yield (
        "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,"
        "Lineitem name,Lineitem price,Lineitem sku,Lineitem requires shipping,Shipping Name,Shipping Address1,"
        "Shipping City,Shipping Zip,Shipping Country,Notes,Id\n"
    )
    n = 0
    while True:
        first, last = _name(n)
        buffer = io.StringIO()
        rows = csv.writer(buffer, lineterminator="\n")
        sum_ = _euros(_total(n))
        for i, (sku, units) in enumerate(_units(n)):
            head = [f"c{n}@mail.example", "paid", "EUR", sum_, "0.00", "0.00", sum_, "2026-03-02 14:07:00 +0100"]
            to = [f"{first} {last}", f"Lindenstraße {n % 200 + 1}", "Berlin", "'10969", "DE", "two\nlines", 77_000 + n]
            item = [units, f"Product {sku}", _euros(CENTS[sku]), sku, "true"]
            rows.writerow([f"#C{n}", *(head if i == 0 else [""] * 8), *item, *(to if i == 0 else [""] * 7)])
        yield buffer.getvalue()
        n += 1


KINDS: dict[str, tuple[Callable[[], Iterator[str]], str, str, str]] = {
    "plain": (plain_orders, "", "", "csv"),
    "shopify": (shopify_orders, '{"orders": ', "]}", "json"),
    "shopify_csv": (shopify_rows, "", "", "csv"),
    "woocommerce": (woocommerce_orders, "", "]", "json"),
}
"""The elements of each kind of file, what stands before and behind them, and how the file's name ends."""


def write_orders(folder: Path, kind: str, *, orders: int = 0, size: int = 0) -> Path:
    """A file of so many orders, or of about so many bytes."""
    elements, before, behind, ending = KINDS[kind]
    path = folder / f"{kind}-{orders or size}.{ending}"
    with path.open("w", encoding="utf-8", newline="") as file:
        written = file.write(before)
        pieces = elements()
        if ending == "csv":
            written += file.write(next(pieces))
        for n, piece in enumerate(pieces):
            if (orders and n == orders) or (size and written >= size):
                break
            written += file.write(piece)
        file.write(behind)
    return path
