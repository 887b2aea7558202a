"""Tables of any size: a bad row costs its own order and no other, whatever is wrong with it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels import BadFile
from app.channels.base import ImportedOrder
from app.channels.plain_csv import CHANNEL as PLAIN
from app.channels.plain_csv import ColumnMapping, PlainCsv, load_mapping
from app.channels.shopify_csv import CHANNEL as SHOPIFY_CSV
from bench.order_files import write_orders
from tests.channels.streams import parse, told

HEADER = "order,sku,quantity,item\n"
COLUMNS = {"order": "order", "sku": "sku", "quantity": "quantity", "item": "item"}


def table(*rows: str) -> bytes:
    return (HEADER + "\n".join(rows) + "\n").encode()


@given(at_once=st.integers(1, 300))
def test_a_table_in_pieces_of_any_size_is_the_same_table(
    at_once: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = TABLE_OF_FORTY or _forty(tmp_path_factory.mktemp("t"))
    assert parse(SHOPIFY_CSV, data, at_once) == parse(SHOPIFY_CSV, data)


TABLE_OF_FORTY = b""


def _forty(folder: Path) -> bytes:
    global TABLE_OF_FORTY
    TABLE_OF_FORTY = write_orders(folder, "shopify_csv", orders=12).read_bytes().replace(b"\n#C3", b"\r\n#C3")
    return TABLE_OF_FORTY


# ---- rows that are none ---------------------------------------------------------------------------------------------

BAD = {
    "a stray quotation mark": '2,MUG,1,"24" screen"',
    "a mark that is never closed": '2,MUG,1,"open',
}


@pytest.mark.parametrize("kind", BAD)
def test_a_row_that_is_none_is_named_and_the_next_one_is_read(kind: str) -> None:
    good_1, good_3 = "1,MUG,1,x", "3,TEA,2,y"
    found = told(PLAIN, table(good_1, BAD[kind], good_3))
    assert found[1:] == ["+1", "+3"]
    assert found[0].startswith("file, row 3, order 2: '2,MUG,1,")
    assert "is not a row of a table (" in found[0]


def test_an_order_of_which_one_row_is_lost_does_not_go_in_without_it() -> None:
    # given an order of three rows, the middle one broken, and another order of one row far below
    data = table("1,MUG,1,x", '1,TEA,1,"24" x"', "1,SOAP,1,x", "2,MUG,1,y", "1,MUG,9,z")

    # when it is read, then only the other one goes in
    found = told(PLAIN, data)
    assert [entry for entry in found if entry.startswith("+")] == ["+2"]
    assert len(found) == 2
    assert "row 3, order 1" in found[0]


def test_a_row_that_does_not_say_whose_it_is_costs_its_neighbours() -> None:
    found = told(PLAIN, table("1,MUG,1,x", '"",TEA,1,"24" x"', "2,MUG,1,y", "3,MUG,1,z"))
    assert found[1:] == [
        "file, row 2, order 1, order: '1' is not an order whose rows can all be read (row 3 can't, and may be one of "
        "them)",
        "file, row 4, order 2, order: '2' is not an order whose rows can all be read (row 3 can't, and may be one of "
        "them)",
        "+3",
    ]


def test_in_the_export_of_the_admin_pages_too() -> None:
    header = "Name,Lineitem quantity,Lineitem name,Lineitem sku,Notes\n"
    rows = ['#1,1,Mug,MUG,"a\nb"', '#2,1,"T" ea,TEA,', "#2,1,Soap,SOAP,", "#3,2,Mug,MUG,"]
    found = told(SHOPIFY_CSV, (header + "\n".join(rows)).encode())
    assert found[1:] == ["+#1", "+#3"]
    assert "row 3, order #2: " in found[0]


def test_many_marks_that_are_never_closed_end_all_the_same() -> None:
    rows = [f'{n},MUG,1,"open {n}' for n in range(1200)]
    found = told(PLAIN, table("a,MUG,1,x", *rows))
    assert [entry for entry in found if entry.startswith("+")] == ["+a"]


def test_a_file_without_lines_is_no_table() -> None:
    assert told(PLAIN, HEADER.encode() + b"x" * 3_000_000) == [
        "!A line of more than 1048576 characters: this is no table"
    ]


# ---- text -----------------------------------------------------------------------------------------------------------


def test_a_name_in_another_encoding_is_named_by_row_and_field() -> None:
    data = table("1,MUG,1,x", "2,MUG,1,Grün", "3,TEA,1,y").replace("ü".encode(), b"\xfc")
    assert told(PLAIN, data) == [
        "+1",
        "file, row 3, order 2, item: 'Gr?n' is not readable text: the bytes are of another encoding",
        "+3",
    ]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-8"])
def test_a_mapping_may_name_the_encoding(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(
        f'encoding = "{encoding}"\n[columns]\n' + "".join(f'{k} = "{v}"\n' for k, v in COLUMNS.items())
    )
    [order] = parse(PlainCsv(load_mapping(tmp_path / "m.toml")), (HEADER + "1,MUG,1,Grün\n").encode(encoding), 3)
    assert isinstance(order, ImportedOrder)
    assert order.lines[0].name == "Grün"
    assert order.raw == "1,MUG,1,Grün\n".encode("utf-8" if encoding == "utf-16" else encoding)


def test_excels_unicode_text_is_read_by_its_mark() -> None:
    data = "order\tsku\tquantity\titem\r\n1\tMUG\t2\tGrün\r\n".encode("utf-16")
    [order] = parse(PLAIN, data)
    assert isinstance(order, ImportedOrder)
    assert (order.lines[0].name, order.lines[0].quantity) == ("Grün", 2)


def test_utf_16_that_breaks_is_refused_where_it_breaks() -> None:
    data = (HEADER + "1,MUG,1,x\n").encode("utf-16") + b"\x00\xd8\x41\x00\n\x00"
    assert told(PLAIN, data)[-1].startswith("!Not UTF-16 text at byte ")


# ---- rows of one order in several places ----------------------------------------------------------------------------


@given(
    keys=st.lists(st.sampled_from("ABCDEF"), min_size=1, max_size=30),
    blank=st.sets(st.integers(0, 30)),
)
def test_rows_of_one_order_need_not_stand_together(keys: list[str], blank: set[int]) -> None:
    # given rows of six orders in any order, with empty lines between
    rows = [f"{key},S{n},1,x" + ("\n" if n in blank else "") for n, key in enumerate(keys)]

    # when they are read
    found = {
        o.external_id: [line.sku for line in o.lines]
        for o in parse(PLAIN, table(*rows))
        if isinstance(o, ImportedOrder)
    }

    # then each order has all its rows, in their order
    assert found == {key: [f"S{n}" for n, other in enumerate(keys) if other == key] for key in keys}


# ---- what a mapping says --------------------------------------------------------------------------------------------


def test_what_is_no_goods_does_not_ship_and_what_left_before_is_not_picked() -> None:
    mapping = ColumnMapping(no_shipping=("POST", "TIP"), columns={**COLUMNS, "fulfilled": "gone", "customer_id": "who"})
    data = b"order,sku,quantity,item,gone,who\n1,MUG,3,Mug,2,C7\n1,POST,1,Postage,,\n"
    [order] = parse(PlainCsv(mapping), data)
    assert isinstance(order, ImportedOrder)
    assert [(line.sku, line.ships, line.quantity, line.fulfilled) for line in order.lines] == [
        ("MUG", True, 3, 2), ("POST", False, 1, 0),
    ]  # fmt: skip
    assert order.customer is not None
    assert order.customer.external_id == "C7"
    assert not order.all_fulfilled


def test_more_units_cannot_have_left_than_were_ordered() -> None:
    mapping = ColumnMapping(columns={**COLUMNS, "fulfilled": "gone"})
    found = told(PlainCsv(mapping), b"order,sku,quantity,item,gone\n1,MUG,3,Mug,4\n")
    assert found == ["file, row 2, order 1, gone: '4' is not a whole number from 0 to 3"]


def test_a_newer_version_is_known_by_its_time() -> None:
    mapping = ColumnMapping(columns={**COLUMNS, "updated_at": "changed"})
    [order] = parse(PlainCsv(mapping), b"order,sku,quantity,item,changed\n1,MUG,3,Mug,2026-03-02T13:07:00Z\n")
    assert isinstance(order, ImportedOrder)
    assert str(order.updated_at) == "2026-03-02 13:07:00+00:00"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('encoding = "utf-7"\n', "`encoding` is one of utf-8, utf-16, latin-1, cp1252"),
        ('no_shipping = "POST"\n', "`no_shipping` is a list of SKUs"),
        ("no_shipping = [1]\n", "`no_shipping` is a list of SKUs"),
    ],
)
def test_a_wrong_word_of_a_mapping_is_named(text: str, what: str, tmp_path: Path) -> None:
    columns = "".join(f'{k} = "{v}"\n' for k, v in COLUMNS.items())
    (tmp_path / "m.toml").write_text(f"{text}[columns]\n{columns}")
    with pytest.raises(BadFile) as refusal:
        load_mapping(tmp_path / "m.toml")
    assert str(refusal.value.problem.what) == what


def test_amounts_with_a_comma_are_exact() -> None:
    mapping = ColumnMapping(decimal=",", columns={**COLUMNS, "unit_price": "price", "total": "sum"})
    data = b'order;sku;quantity;item;price;sum\n1;MUG;3;Mug;1.234,05;"3.702,15"\n'
    [order] = parse(PlainCsv(mapping), data)
    assert isinstance(order, ImportedOrder)
    assert (order.lines[0].unit_price, order.total) == (Decimal("1234.05"), Decimal("3702.15"))
