"""What the vendors' documentation allows and the samples do not show."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.channels import BadFile, read_orders, recognise
from app.channels.base import Entry, ImportedOrder, RowError
from app.channels.plain_csv import PlainCsv, load_mapping
from app.channels.shopify import CHANNEL as SHOPIFY
from app.channels.shopify_csv import CHANNEL as SHOPIFY_CSV
from app.channels.woocommerce import CHANNEL as WOO

LINE = {"id": 1, "sku": "MUG", "name": "Mug", "quantity": 3, "price": "10.00"}


def shopify(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": 5, "name": "#7", "financial_status": "paid", "line_items": list(lines or (LINE,)), **more}


def woo(**more: Any) -> dict[str, Any]:
    line = {"id": 1, "sku": "MUG", "name": "Mug", "quantity": 3, "subtotal": "10.00", "total": "10.00"}
    return {"id": 5, "number": "7", "order_key": "k", "status": "processing", "line_items": [line], **more}


def parse(channel: Any, value: Any) -> list[Entry]:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return list(channel.read(io.BytesIO(data), "file"))


def one(channel: Any, value: Any) -> ImportedOrder:
    [order] = parse(channel, value)
    assert isinstance(order, ImportedOrder), str(order)
    return order


# ---- Shopify --------------------------------------------------------------------------------------------------------


def test_the_four_shapes_of_shopify_json_are_one_order() -> None:
    bare = shopify()
    shapes = [bare, {"order": bare}, {"orders": [bare]}, [bare]]

    orders = {one(SHOPIFY, shape) for shape in shapes}

    assert len(orders) == 1
    assert all(recognise(json.dumps(shape).encode(), "x").name == "shopify" for shape in shapes)


def test_each_order_of_a_list_keeps_its_own_bytes() -> None:
    first = b'{"id":1,"name":"#1","financial_status":"paid","line_items":[]}'
    second = b'{"id":2 , "name":"#\\u0032","financial_status":"paid","line_items":[]}'
    data = b'{"orders" : [ ' + first + b" ," + second + b'], "x": 1}'

    found = parse(SHOPIFY, data)

    assert [o.raw for o in found if isinstance(o, ImportedOrder)] == [first, second]


def test_ids_above_two_to_the_53_stay_exact() -> None:
    order = one(SHOPIFY, b'{"id": 9007199254740993123, "name": "#1", "financial_status": "paid", "line_items": []}')
    assert order.external_id == "9007199254740993123"


def test_money_is_never_a_float() -> None:
    # 0.1 + 0.2 as JSON numbers; a float would be 0.30000000000000004
    lines = [{**LINE, "price": 0.1, "quantity": 1}, {**LINE, "id": 2, "price": "0.20", "quantity": 1}]
    order = one(SHOPIFY, shopify(*lines))
    assert sum((line.unit_price or Decimal(9) for line in order.lines), Decimal(0)) == Decimal("0.3")


@pytest.mark.parametrize(
    ("line", "more", "gone"),
    [
        ({}, {}, (0, 0)),
        ({"fulfillable_quantity": 1}, {}, (0, 2)),
        ({"fulfillment_status": "fulfilled"}, {}, (3, 0)),
        ({"current_quantity": 2}, {}, (0, 1)),
        ({}, {"fulfillments": [{"status": "success", "line_items": [{"id": 1, "quantity": 2}]}]}, (2, 0)),
        ({}, {"fulfillments": [{"status": "cancelled", "line_items": [{"id": 1, "quantity": 2}]}]}, (0, 0)),
        (
            {},
            {"refunds": [{"refund_line_items": [{"line_item_id": 1, "quantity": 1, "restock_type": "cancel"}]}]},
            (0, 1),
        ),
        (
            {},
            {"refunds": [{"refund_line_items": [{"line_item_id": 1, "quantity": 1, "restock_type": "return"}]}]},
            (0, 0),
        ),
        (
            {"fulfillable_quantity": 0},
            {"fulfillments": [{"status": "success", "line_items": [{"id": 1, "quantity": 2}]}]},
            (2, 1),
        ),
    ],
)
def test_what_left_or_was_refunded_is_not_picked(line: dict[str, Any], more: Any, gone: tuple[int, int]) -> None:
    order = one(SHOPIFY, shopify({**LINE, **line}, **more))
    assert (order.lines[0].fulfilled, order.lines[0].cancelled) == gone


def test_gift_cards_and_downloads_do_not_ship() -> None:
    order = one(SHOPIFY, shopify({**LINE, "gift_card": True}, {**LINE, "id": 2, "requires_shipping": False}, LINE))
    assert [line.ships for line in order.lines] == [False, False, True]


def test_gift_words_are_found_in_attributes_properties_and_tags() -> None:
    by_attribute = one(SHOPIFY, shopify(note_attributes=[{"name": "Gift-Message", "value": "Hi!"}]))
    by_property = one(SHOPIFY, shopify({**LINE, "properties": [{"name": "_gift message", "value": "Hi!"}]}))
    by_tag = one(SHOPIFY, shopify(tags="vip, gift, hide-prices"))

    assert (by_attribute.gift, by_attribute.gift_message, by_attribute.hide_prices) == (True, "Hi!", False)
    assert (by_property.gift, by_property.gift_message) == (True, "Hi!")
    assert (by_tag.gift, by_tag.gift_message, by_tag.hide_prices) == (True, "", True)


def test_line_discounts_come_from_their_allocations() -> None:
    line = {**LINE, "total_discount": "9.99", "discount_allocations": [{"amount": "1.50"}, {"amount": "0.25"}]}
    assert one(SHOPIFY, shopify(line)).lines[0].discount == Decimal("1.75")


def test_a_guest_has_no_customer_number_but_a_name() -> None:
    order = one(SHOPIFY, shopify(billing_address={"name": "Ann", "country_code": "de"}, email="a@mail.example"))
    assert order.customer is not None
    assert (order.customer.external_id, order.customer.name, order.customer.email) == ("", "Ann", "a@mail.example")
    assert order.bill_to is not None
    assert order.bill_to.country == "DE"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"id": None}, "file, row 1, order #7, id: '' is not a value (it is missing)"),
        ({"total_price": "12,50"}, "file, row 1, order #7, total_price: '12,50' is not an amount such as 12.50"),
        ({"total_price": "NaN"}, "file, row 1, order #7, total_price: 'NaN' is not an amount such as 12.50"),
        ({"total_price": True}, "file, row 1, order #7, total_price: 'True' is not an amount such as 12.50"),
        (
            {"created_at": "yesterday"},
            "file, row 1, order #7, created_at: 'yesterday' is not a date and time such as 2026-03-02T13:07:00Z",
        ),
        ({"line_items": [7]}, "file, row 1, order #7, line_items[1]: '7' is not an object"),
        (
            {"line_items": [{**LINE, "quantity": -2}]},
            "file, row 1, order #7, line_items[1].quantity: '-2' is not a whole number from 0 to 1000000",
        ),
        (
            {"shipping_address": {"country": "Atlantis"}},
            "file, row 1, order #7, shipping_address.country_code: 'Atlantis' is not a country "
            "(ISO 3166 code or English name)",
        ),
        ({"note": ["x"]}, "file, row 1, order #7, note: \"['x']\" is not a text"),
        ({"currency": "EURO"}, "file, row 1, order #7, currency: 'EURO' is not a text of at most 3 characters"),
    ],
)
def test_a_bad_field_is_named_with_its_value_and_what_was_expected(change: dict[str, Any], expected: str) -> None:
    assert [str(e) for e in parse(SHOPIFY, shopify(**change))] == [expected]


def test_good_orders_come_through_beside_bad_ones() -> None:
    found = parse(SHOPIFY, {"orders": [shopify(id=1), shopify(id=2, total_price="x"), 17, shopify(id=3)]})
    assert [e.external_id if isinstance(e, ImportedOrder) else e.row for e in found] == ["1", 2, 3, "3"]


# ---- WooCommerce ----------------------------------------------------------------------------------------------------


def test_a_third_of_a_line_is_rounded_to_four_decimals_and_still_adds_up_within_a_cent() -> None:
    assert one(WOO, woo()).lines[0].unit_price == Decimal("3.3333")


def test_fees_are_lines_that_do_not_ship() -> None:
    order = one(WOO, woo(fee_lines=[{"id": 9, "name": "Gift wrap", "total": "2.00", "total_tax": "0.38"}]))
    assert [(line.external_id, line.ships, line.unit_price) for line in order.lines] == [
        ("1", True, Decimal("3.3333")), ("fee-9", False, Decimal("2.00")),
    ]  # fmt: skip


def test_without_a_shipping_address_the_billing_address_is_where_it_goes() -> None:
    bill = {"first_name": "Ann", "address_1": "Road 1", "city": "X", "country": "DE"}
    order = one(WOO, woo(billing=bill, shipping={"first_name": "", "address_1": "", "city": "", "country": ""}))
    assert order.ship_to == order.bill_to


@pytest.mark.parametrize(
    ("change", "payment", "cancelled"),
    [
        ({}, "paid", False),
        ({"payment_method": "cod"}, "on_delivery", False),
        ({"status": "on-hold"}, "unpaid", False),
        ({"status": "cancelled"}, "void", True),
        ({"status": "wc-custom", "date_paid_gmt": "2026-03-02T10:00:00"}, "paid", False),
        ({"total": "10.00", "refunds": [{"total": "-4.00"}]}, "unclear_refund", False),
        ({"total": "10.00", "refunds": [{"total": "-10.00"}]}, "refunded", False),
    ],
)
def test_the_status_says_whether_it_is_paid(change: dict[str, Any], payment: str, cancelled: bool) -> None:
    order = one(WOO, woo(**change))
    assert (order.payment, order.cancelled) == (payment, cancelled)


def test_what_a_batch_deleted_is_cancelled() -> None:
    found = parse(WOO, {"create": [woo(id=1)], "delete": [woo(id=2)]})
    assert [(o.external_id, o.cancelled) for o in found if isinstance(o, ImportedOrder)] == [("1", False), ("2", True)]


def test_a_cart_that_was_never_ordered_is_refused() -> None:
    [error] = parse(WOO, woo(status="checkout-draft"))
    assert str(error) == (
        "file, row 1, order 7, status: 'checkout-draft' is not the status of an order that was placed"
    )


@pytest.mark.parametrize(
    ("value", "thing"),
    [({"id": 1, "refunded_by": 2, "date_created_gmt": ""}, "refund"), ({"regular_price": "", "sku": "x"}, "product")],
)
def test_other_things_of_woocommerce_are_named(value: Any, thing: str) -> None:
    with pytest.raises(BadFile, match=f"This is a WooCommerce {thing}, not an order"):
        parse(WOO, value)


# ---- the admin export of Shopify ------------------------------------------------------------------------------------

EXPORT = (
    "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Shipping Method,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem requires shipping,"
    "Lineitem fulfillment status,"
    "Shipping Name,Shipping Street,Shipping Address1,Shipping City,Shipping Zip,Shipping Country,Notes,"
    "Note Attributes,Cancelled at,Id,Tags\n"
    "#1001,a@mail.example,paid,EUR,25.00,4.90,4.77,29.90,5.00,Standard,2024-01-10 11:00:00 -0500,2,Mug,10.00,MUG,true,"
    'pending,Ann Lee,"Road 1, flat 2",Road 1,Berlin,\'01067,DE,"first line\nsecond, line",'
    '"gift message: Hi!\nhide prices: yes",,5930012345678901234,\n'
    "#1001,,,,,,,,,,,1,Tea,10.00,TEA,false,fulfilled,,,,,,,,,,,\n"
    "#1002,b@mail.example,pending,EUR,8.00,0.00,0.00,8.00,,,2024-01-11 09:00:00 +0100,1,Soap,8.00,SOAP,true,pending,"
    "Bo,Road 2,Road 2,Bonn,53111,DE,,,2024-01-12 09:00:00 +0100,,\n"
)


def test_the_csv_export_has_its_order_cells_on_the_first_row_only() -> None:
    first, second = parse(SHOPIFY_CSV, EXPORT.encode())

    assert isinstance(first, ImportedOrder)
    assert isinstance(second, ImportedOrder)
    assert [(ln.sku, ln.quantity, ln.ships, ln.fulfilled) for ln in first.lines] == [
        ("MUG", 2, True, 0), ("TEA", 1, False, 1),
    ]  # fmt: skip
    assert (first.external_id, first.number, first.total, first.tax_included) == (
        "5930012345678901234", "1001", Decimal("29.90"), True,
    )  # fmt: skip
    assert (first.note, first.gift_message, first.hide_prices) == ("first line\nsecond, line", "Hi!", True)
    assert first.placed_at == datetime(2024, 1, 10, 16, 0, tzinfo=UTC)
    assert first.ship_to is not None
    assert (first.ship_to.line1, first.ship_to.postcode) == ("Road 1", "01067")
    assert (second.external_id, second.payment, second.cancelled) == ("#1002", "unpaid", True)
    assert first.raw.decode() == "".join(EXPORT.splitlines(keepends=True)[1:5])


def test_rows_are_numbered_as_a_spreadsheet_numbers_them() -> None:
    [error, _] = parse(SHOPIFY_CSV, EXPORT.replace("1,Tea,10.00", "1,Tea,ten").encode())
    assert str(error) == "file, row 3, order #1001, Lineitem price: 'ten' is not an amount such as 12.50"


def test_the_export_and_the_interface_give_one_order_one_identity() -> None:
    by_csv = next(iter(parse(SHOPIFY_CSV, EXPORT.encode())))
    by_json = one(SHOPIFY, shopify(id=5930012345678901234))
    assert isinstance(by_csv, ImportedOrder)
    assert (by_csv.channel, by_csv.external_id) == (by_json.channel, by_json.external_id)


# ---- any table ------------------------------------------------------------------------------------------------------

MAPPING = """
channel = "phone"
shop = "Counter"
currency = "EUR"
delimiter = ";"
decimal = ","
date_format = "%d.%m.%Y"
[columns]
order = "Beleg"
sku = "Artikel"
quantity = "Menge"
unit_price = "Preis"
total = "Summe"
name = "Empfänger"
country = "Land"
placed_at = "Datum"
"""
TABLE = (
    "Beleg;Artikel;Menge;Preis;Summe;Empfänger;Land;Datum\n"
    "A1;MUG;2;1.014,90;;Ann;Deutschland;02.03.2026\nA2;TEA;1;8,50;8,50;Bo;Austria;\nA1;SOAP;1;5;2.034,80;;;\n"
)


def test_a_table_is_read_by_its_mapping(tmp_path: Path) -> None:
    # given a German table whose rows of one order do not stand together
    (tmp_path / "mapping.toml").write_text(MAPPING, "utf-8")

    # when it is read
    second, first = parse(PlainCsv(load_mapping(tmp_path / "mapping.toml")), TABLE.encode())

    # then an order comes as soon as its last row was read; columns, decimals, dates and countries are understood
    assert isinstance(first, ImportedOrder)
    assert isinstance(second, ImportedOrder)
    assert (first.channel, first.external_id, first.shop, first.currency) == ("phone", "A1", "Counter", "EUR")
    assert [(ln.sku, ln.quantity, ln.unit_price) for ln in first.lines] == [
        ("MUG", 2, Decimal("1014.90")), ("SOAP", 1, Decimal("5.00")),
    ]  # fmt: skip
    assert first.total == Decimal("2034.80")
    assert [o.ship_to.country for o in (first, second) if o.ship_to] == ["DE", "AT"]


def test_errors_speak_of_the_columns_as_the_table_names_them(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text(MAPPING, "utf-8")
    found = parse(PlainCsv(load_mapping(tmp_path / "mapping.toml")), TABLE.replace("MUG;2", "MUG;two").encode())
    assert str(found[1]) == "file, row 2, order A1, Menge: 'two' is not a whole number from 0 to 1000000"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x", "The mapping is broken"),
        ("a = 1", "The mapping has no table `columns`"),
        ('[columns]\norder = "a"', "The mapping does not say which column is sku"),
        ('colour = "red"\n[columns]\norder = "a"', "The mapping says colour, which is not known"),
        ('decimal = ";"\n[columns]\norder="a"\nsku="b"\nquantity="c"', "`delimiter` is one character"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "m.toml").write_text(text, "utf-8")
    with pytest.raises(BadFile, match=what):
        load_mapping(tmp_path / "m.toml")


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("a.json", b"", "The file is empty"),
        ("a.json", b'{"x": 1}', "This is JSON, but no order of a channel that is known here"),
        ("a.json", b'{"order": {"id": 1', "Broken JSON in line 1"),
        ("a.json", b'{"order": {"financial_status": "\xff"}}', "Not UTF-8 text at byte 32"),
        ("a.csv", b"a,b\n1,2\n", "This is neither an order export that is known here nor a table"),
        ("a.csv", b'order,sku,quantity\n"1,2,3', "No table after row 1: unexpected end of data"),
        ("a.csv", b"order,sku,quantity,sku\n1,2,3,4", "The column sku stands twice in the header"),
        ("a.json", b'{"orders": ' + b"[" * 100_000, "Broken JSON"),
        ("a.json", b'{"order": {"financial_status": "", "id": ' + b"9" * 5000 + b"}}", "Broken JSON"),
    ],
)
def test_garbage_gets_one_clear_sentence(tmp_path: Path, name: str, data: bytes, what: str) -> None:
    (tmp_path / name).write_bytes(data)
    try:
        found = "; ".join(str(e) for e in read_orders(tmp_path / name) if isinstance(e, RowError))
    except BadFile as refusal:
        found = str(refusal)
    assert what in found
