"""Every real sample: what it is, how many orders it holds, what exactly they say."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app import documents
from app.channels import BadFile, channels, read_orders
from app.channels.base import ImportedCustomer, ImportedLine, ImportedOrder, RowError
from tests.central_home import SAMPLES

ORDERS = {
    "shopify-order.json": [("shopify", "450789469", "1001", 3)],
    "woocommerce-0-create-an-order.json": [("woocommerce", "727", "727", 2)],
    "woocommerce-1-retrieve-an-order.json": [("woocommerce", "727", "727", 2)],
    "woocommerce-2-list-all-orders.json": [("woocommerce", "727", "727", 2), ("woocommerce", "723", "723", 2)],
    "woocommerce-3-update-an-order.json": [("woocommerce", "727", "727", 2)],
    "woocommerce-4-delete-an-order.json": [("woocommerce", "727", "727", 2)],
    "woocommerce-5-batch-update-orders.json": [
        ("woocommerce", "728", "728", 3),
        ("woocommerce", "729", "729", 2),
        ("woocommerce", "727", "727", 2),
        ("woocommerce", "723", "723", 2),
    ],
}
OTHERS = {
    "amazon-getOrderAddress.json": "This is Amazon's answer to getOrderAddress, not a whole order",
    "amazon-getOrderItems.json": "This is Amazon's answer to getOrderItems, not a whole order",
    "amazon-getOrders.json": "This is Amazon's answer to getOrders, not a whole order",
    "shopify-fulfillment.json": "This is a Shopify fulfilment, not an order",
    "shopify-inventory_level.json": "This is a Shopify inventory level, not an order",
    "shopify-location.json": "This is a Shopify location, not an order",
    "shopify-refund.json": "This is a Shopify refund, not an order",
}


@pytest.mark.parametrize("name", sorted(ORDERS))
def test_a_sample_with_orders_gives_exactly_those(name: str) -> None:
    found = list(read_orders(SAMPLES / name))

    assert [(o.channel, o.external_id, o.number, len(o.lines)) for o in found if not isinstance(o, RowError)] == ORDERS[
        name
    ]
    assert len(found) == len(ORDERS[name])


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_a_sample_that_is_no_order_is_named_for_what_it_is(name: str) -> None:
    with pytest.raises(BadFile) as refusal:
        list(read_orders(SAMPLES / name))

    assert str(refusal.value.problem.what) == OTHERS[name]


def test_a_list_whose_lines_were_left_out_is_refused_by_its_field() -> None:
    found = list(read_orders(SAMPLES / "shopify-orders.json"))

    assert [str(error) for error in found] == [
        "shopify-orders.json, row 1, order #1001, line_items: '' is not the lines of the order "
        "(this export left them out)"
    ]


def test_no_sample_is_forgotten() -> None:
    there = {path.name for path in SAMPLES.glob("*.json")}
    assert there == {*ORDERS, *OTHERS, "shopify-orders.json"}
    assert {channel.name for channel in channels()} == {"amazon", "csv", "shopify", "shopify_csv", "woocommerce"}


def test_the_shopify_sample_is_read_in_full() -> None:
    [order] = read_orders(SAMPLES / "shopify-order.json")

    moment = datetime(2008, 1, 10, 16, 0, tzinfo=UTC)
    bob = documents.Address(
        "Bob Norman", line1="Chestnut Street 92", city="Louisville", region="KY", postcode="40202", country="US",
        phone="555-625-1199",
    )  # fmt: skip
    assert isinstance(order, ImportedOrder)
    assert b'"order":' not in order.raw
    assert order.raw.startswith(b'{\n    "buyer_accepts_marketing": false')
    assert order.raw.endswith(b"}")
    assert order == ImportedOrder(
        channel="shopify",
        external_id="450789469",
        number="1001",
        currency="USD",
        lines=tuple(
            ImportedLine(
                key, sku, f"IPod Nano - 8gb - {colour}", 1, Decimal("199.00"), Decimal(0), Decimal(0), True, note
            )
            for key, sku, colour, note in (
                ("466157049", "IPOD2008GREEN", "green", "Custom Engraving: Happy Birthday"),
                ("518995019", "IPOD2008RED", "red", ""),
                ("703073504", "IPOD2008BLACK", "black", ""),
            )
        ),
        placed_at=moment,
        updated_at=moment,
        customer=ImportedCustomer("207119551", "Bob Norman", "bob.norman@hostmail.com", ""),
        ship_to=bob,
        bill_to=bob,
        discount=Decimal("0.00"),
        shipping=Decimal("0.00"),
        tax=Decimal("11.94"),
        total=Decimal("409.94"),
        payment="authorized",
        service="Free Shipping",
        raw=order.raw,
    )


def test_woocommerce_knows_what_left_what_was_deleted_and_what_a_refund_does_not_say() -> None:
    batch: dict[str, ImportedOrder] = {}
    for order in read_orders(SAMPLES / "woocommerce-5-batch-update-orders.json"):
        assert isinstance(order, ImportedOrder)
        batch[order.external_id] = order

    assert {key: (o.payment, o.cancelled, o.all_fulfilled) for key, o in batch.items()} == {
        "728": ("unpaid", False, False),
        "729": ("paid", False, False),
        "727": ("paid", False, True),
        "723": ("unclear_refund", True, True),
    }
    line = batch["729"].lines[0]
    assert (line.sku, line.name, line.unit_price, line.tax) == (
        "Bar3", "Ship Your Idea – Color: Black, Size: M Test", Decimal("12.00"), Decimal("0.90"),
    )  # fmt: skip
