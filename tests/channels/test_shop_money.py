"""Money of shops: whatever an order's total is made of, its lines, discounts, shipping and tax add up to it exactly."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

import pytest

from app.channels.base import Channel, ImportedOrder
from app.channels.shopify import CHANNEL as SHOPIFY
from app.channels.shopify_csv import CHANNEL as SHOPIFY_CSV
from app.channels.woocommerce import CHANNEL as WOO


def read(channel: Channel, data: str | dict[str, Any]) -> ImportedOrder:
    text = data if isinstance(data, str) else json.dumps(data)
    [order] = channel.read(io.BytesIO(text.encode()), "file")
    assert isinstance(order, ImportedOrder), str(order)
    return order


def rest(order: ImportedOrder) -> Decimal:
    """What the total holds beside everything that is known to be in it."""
    zero = Decimal(0)
    goods = sum((line.quantity * (line.unit_price or zero) for line in order.lines), zero)
    tax = zero if order.tax_included else order.tax or zero
    return (order.total or zero) - (goods - (order.discount or zero) + (order.shipping or zero) + tax)


def line(n: int, price: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": n, "sku": f"S{n}", "name": f"Thing {n}", "quantity": quantity, "price": price, **more}


def shopify(*lines: dict[str, Any], total: str, **more: Any) -> dict[str, Any]:
    found = {"id": 5, "name": "#7", "financial_status": "paid", "currency": "EUR", "line_items": list(lines)}
    return {**found, "total_price": total, **more}


SHOPIFY_ORDERS: dict[str, tuple[dict[str, Any], list[tuple[str, str, bool]]]] = {
    "tax on top": (shopify(line(1, "10.00", 2), total="23.80", total_tax="3.80"), [("1", "10.00", True)]),
    "tax included": (
        shopify(line(1, "11.90", 2), total="23.80", total_tax="3.80", taxes_included=True),
        [("1", "11.90", True)],
    ),
    "discounts of line and order": (
        shopify(
            line(1, "10.00", 3, discount_allocations=[{"amount": "2.50"}, {"amount": "1.25"}]),
            line(2, "5.00"),
            total="31.25",
            total_discounts="3.75",
        ),
        [("1", "10.00", True), ("2", "5.00", True)],
    ),
    "yen have no decimals": (
        shopify(line(1, "1200", 2), total="2640", total_tax="240", currency="JPY"),
        [("1", "1200.00", True)],
    ),
    "dinars have three": (shopify(line(1, "1.250", 2), total="2.500", currency="KWD"), [("1", "1.25", True)]),
    "a tip beside the lines": (
        shopify(line(1, "10.00"), total="12.00", total_tip_received="2.00"),
        [("1", "10.00", True), ("tip", "2.00", False)],
    ),
    "a tip that is a line": (
        shopify(line(1, "10.00"), line(2, "2.00", requires_shipping=False), total="12.00", total_tip_received="2.00"),
        [("1", "10.00", True), ("2", "2.00", False)],
    ),
    "duties": (
        shopify(
            line(1, "10.00"),
            total="14.10",
            total_tip_received="0.00",
            original_total_duties_set={"shop_money": {"amount": "4.10", "currency_code": "EUR"}},
        ),
        [("1", "10.00", True), ("duties", "4.10", False)],
    ),
    "a gift card and a thing to send": (
        shopify(line(1, "25.00", gift_card=True), line(2, "8.00"), total="33.00"),
        [("1", "25.00", False), ("2", "8.00", True)],
    ),
    "shipping with its discount in it": (
        shopify(
            line(1, "10.00"),
            total="10.00",
            total_discounts="4.90",
            shipping_lines=[{"title": "DHL", "price": "4.90", "discounted_price": "0.00"}],
        ),
        [("1", "10.00", True)],
    ),
    "shipping with its discount beside it": (
        shopify(
            line(1, "10.00"),
            total="10.00",
            total_discounts="0.00",
            shipping_lines=[{"title": "DHL", "price": "4.90", "discounted_price": "0.00"}],
        ),
        [("1", "10.00", True)],
    ),
}


@pytest.mark.parametrize("kind", SHOPIFY_ORDERS)
def test_a_shopify_order_adds_up(kind: str) -> None:
    data, lines = SHOPIFY_ORDERS[kind]
    order = read(SHOPIFY, data)
    assert rest(order) == 0
    assert [(ln.external_id, str(ln.unit_price), ln.ships) for ln in order.lines] == lines
    assert order.currency == data["currency"]


def woo(*lines: dict[str, Any], total: str, **more: Any) -> dict[str, Any]:
    found = {"id": 5, "number": "7", "order_key": "k", "status": "processing", "currency": "EUR", "customer_id": 0}
    return {**found, "line_items": list(lines), "total": total, **more}


def goods(n: int, subtotal: str, total: str, quantity: int = 1, tax: str = "0.00") -> dict[str, Any]:
    found = {"id": n, "sku": f"S{n}", "name": f"Thing {n}", "quantity": quantity, "total_tax": tax}
    return {**found, "subtotal": subtotal, "total": total}


WOO_ORDERS: dict[str, dict[str, Any]] = {
    "coupons": woo(
        goods(1, "30.00", "27.00", 3),
        total="27.00",
        discount_total="3.00",
        coupon_lines=[{"code": "TEN", "discount": "3.00"}],
    ),
    "fees, also negative ones": woo(
        goods(1, "10.00", "10.00"),
        total="11.50",
        fee_lines=[{"id": 1, "name": "Wrap", "total": "2.50"}, {"id": 2, "name": "Loyal", "total": "-1.00"}],
    ),
    "prices that contain the tax": woo(
        goods(1, "8.40", "8.40", tax="1.60"),
        total="14.90",
        total_tax="2.38",
        shipping_total="4.12",
        prices_include_tax=True,
    ),
    "yen": woo(goods(1, "2400", "2400", 2), total="2640", total_tax="240", currency="JPY"),
}


@pytest.mark.parametrize("kind", WOO_ORDERS)
def test_a_woocommerce_order_adds_up(kind: str) -> None:
    order = read(WOO, WOO_ORDERS[kind])
    assert abs(rest(order)) <= Decimal("0.01")
    assert order.customer is not None
    assert order.customer.external_id == ""  # number 0 is a guest


EXPORT = (
    "Name,Currency,Subtotal,Shipping,Taxes,Duties,Tip Amount,Total,Discount Amount,Lineitem quantity,Lineitem name,"
)


@pytest.mark.parametrize(
    ("cells", "extra"),
    [
        ("EUR,20.00,4.90,0.00,,,24.90,0.00", []),
        ("EUR,20.00,4.90,3.80,,,28.70,0.00", []),
        ("EUR,20.00,4.90,3.80,,,24.90,0.00", []),
        ("EUR,18.00,4.90,0.00,,,22.90,2.00", []),
        ("EUR,20.00,4.90,0.00,6.10,,31.00,0.00", [("duties", "6.10")]),
        ("EUR,20.00,4.90,0.00,,1.00,25.90,0.00", [("tip", "1.00")]),
        ("JPY,20,490,0,,,510,0", []),
    ],
)
def test_an_order_of_the_admin_export_adds_up(cells: str, extra: list[tuple[str, str]]) -> None:
    header = f"{EXPORT}Lineitem price,Lineitem sku\n"
    order = read(SHOPIFY_CSV, f"{header}#1,{cells},2,Mug,10.00,MUG\n")
    assert rest(order) == 0
    assert [(ln.external_id, str(ln.unit_price)) for ln in order.lines if not ln.ships] == extra


def test_a_requested_ship_date_is_found_in_attributes() -> None:
    by_note = read(
        SHOPIFY, shopify(line(1, "1"), total="1", note_attributes=[{"name": "Ship by", "value": "2026-03-04"}])
    )
    by_meta = read(WOO, woo(goods(1, "1", "1"), total="1", meta_data=[{"key": "_ship_date", "value": "2026-03-04"}]))
    free = read(SHOPIFY, shopify(line(1, "1"), total="1", note_attributes=[{"name": "ship by", "value": "soon"}]))
    assert (str(by_note.ship_by), by_note.ship_by, free.ship_by) == ("2026-03-04 00:00:00+00:00", by_meta.ship_by, None)
