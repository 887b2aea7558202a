"""JSON files of any size: read piece by piece, broken elements named, the good ones around them kept."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels import read_orders
from app.channels.base import ImportedOrder
from app.channels.shopify import CHANNEL as SHOPIFY
from app.channels.woocommerce import CHANNEL as WOO
from bench.order_files import KINDS, write_orders
from tests.channels.streams import LINE, listed, parse, shopify, told

MANY = listed(*(shopify(n, note="ü€😀" * (n % 7)) for n in range(60)))


@given(at_once=st.integers(1, 400))
def test_a_file_in_pieces_of_any_size_is_the_same_file(at_once: int) -> None:
    assert parse(SHOPIFY, MANY, at_once) == parse(SHOPIFY, MANY)


@given(
    keys=st.lists(st.sampled_from(["name", "note", "x", "orders_count"]), max_size=3, unique=True),
    space=st.sampled_from(["", " ", "\n\t", "\r\n   "]),
    at_once=st.integers(1, 60),
)
def test_members_beside_the_list_and_any_space_do_not_matter(keys: list[str], space: str, at_once: int) -> None:
    beside = "".join(f'"{key}"{space}:{space}{json.dumps({key: ["}", 1, None]})}{space},{space}' for key in keys)
    text = f'{space}{{{space}{beside}"orders"{space}:{space}[{space}{json.dumps(shopify(1))}{space}]{space}}}{space}'
    assert told(SHOPIFY, text.encode(), at_once) == ["+1"]


@pytest.mark.parametrize("mark", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_mark_at_the_beginning_says_the_encoding(mark: str) -> None:
    data = listed(shopify(1, note="Grüße"), shopify(2)).decode().replace("\\u00fc", "ü").encode(mark)
    [first, second] = parse(SHOPIFY, data, 7)
    assert isinstance(first, ImportedOrder)
    assert (first.note, b"Gr\xc3\xbc\xc3\x9fe" in first.raw or b"\\u00df" in first.raw) == ("Grüße", True)
    assert second == parse(SHOPIFY, listed(shopify(1), shopify(2)))[1]


# ---- broken in the middle -------------------------------------------------------------------------------------------

BROKEN = {
    "a comma too few": ('{"id": 2, "name": "#2" "x": 1}', "Expecting ',' delimiter"),
    "a number that is none": ('{"id": 2, "name": "#2", "total_price": NaN}', "NaN is no number"),
    "a word": ('{"id": 2, "name": "#2", "x": tru}', "Expecting value"),
    "a bracket too few": ('{"id": 2, "name": "#2", "customer": {"id": 1}', "Expecting property name"),
    "an endless number": ('{"id": 2, "name": "#2", "x": ' + "9" * 5000 + "}", "Exceeds the limit"),
    "a depth without end": ('{"id": 2, "name": "#2", "x": ' + "[" * 100_000, "recursion depth"),
    "nonsense": ("%&/(", "Expecting value"),
    "a string without end": ('{"id": 2, "name": "#2}', "Expecting ',' delimiter"),
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("at_once", [1 << 20, 911])
def test_a_broken_element_is_named_and_those_around_it_come_through(kind: str, at_once: int) -> None:
    # given three orders of which the second is broken
    piece, what = BROKEN[kind]

    # when they are read
    first, error, *rest = told(SHOPIFY, listed(shopify(1), piece, shopify(3)), at_once)

    # then the first and the last are there, and the second is named by its row, and by its number where that was read
    assert (first, rest) == ("+1", ["+3"])
    assert error.startswith("file, row 2")
    assert what in error
    assert ("order #2" in error) == ('"name": "#2"' in piece)


def test_an_error_says_its_line() -> None:
    assert "line 3" in told(SHOPIFY, listed(shopify(1), shopify(2), "{x}", shopify(4)))[2]


def test_two_orders_without_a_comma_are_both_read_and_told() -> None:
    found = told(SHOPIFY, (json.dumps([shopify(1)])[:-1] + json.dumps([shopify(2)])[1:]).encode())
    assert (found[0], found[2:]) == ("+1", ["+2"])
    assert "a comma or ] is expected" in found[1]


@pytest.mark.parametrize("at_once", [1 << 20, 333])
@pytest.mark.parametrize("left_out", [1, 3, 40, 180])
def test_a_file_that_was_cut_off_says_so_and_gives_what_is_whole(left_out: int, at_once: int) -> None:
    # given a list of three orders whose end is missing
    data = listed(shopify(1), shopify(2), shopify(3, note="x" * 100))[:-left_out]

    # when it is read, then the whole orders come, and then the refusal of the rest
    *orders, refusal = told(SHOPIFY, data, at_once)
    whole = ["+1", "+2"] if left_out > 2 else ["+1", "+2", "+3"]
    assert orders == whole
    assert refusal == f"!The file is cut off in line 3; orders before that: {len(whole)}"


def test_a_file_of_which_nothing_is_sound_is_refused_as_a_whole() -> None:
    assert told(SHOPIFY, listed("{", "{")) == [
        "!Broken JSON in line 1: Expecting property name enclosed in double quotes"
    ]
    assert told(SHOPIFY, b'{"orders": [') == ["!Broken JSON in line 1: Expecting value"]
    assert told(SHOPIFY, b'{"order') == ["!Broken JSON in line 1: Unterminated string starting at"]


def test_what_follows_after_the_end_is_told_after_the_orders() -> None:
    found = told(SHOPIFY, listed(shopify(1)) + b" {}")
    assert found == ["+1", "!Broken JSON in line 1: something follows after the end; orders before that: 1"]


def test_bytes_of_another_encoding_cost_only_their_own_order() -> None:
    # given three orders of which the second has a note in Latin-1
    data = listed(shopify(1), shopify(2, note="GRUESSE"), shopify(3)).replace(b"GRUESSE", "Grüße".encode("latin-1"))
    at = data.index(b"\xfc")

    # when they are read, then that one is named with the first byte that is no text
    assert told(SHOPIFY, data, 97) == [
        "+1",
        f"file, row 2, order #2: '#2' is not an order in readable text (Not UTF-8 text at byte {at})",
        "+3",
    ]


def test_a_list_of_other_things_is_named_even_when_it_is_long() -> None:
    products = json.dumps([{"id": n, "body_html": "x"} for n in range(500)]).encode()
    assert told(SHOPIFY, products) == ["!This is a list of product, not of orders"]
    wrapped = b'{"products": [' + b'{"id": 1, "body_html": "'.ljust(17 * 1024 * 1024, b"x") + b'"}]}'
    assert told(SHOPIFY, wrapped) == ["!This is a Shopify list of products, not an order"]


def test_things_that_are_no_orders_are_named_beside_orders() -> None:
    assert told(SHOPIFY, listed("17", shopify(1), '{"id": 2}')) == [
        "file, row 1: 'something else' is not a Shopify order", "+1",
        "file, row 3: 'something else' is not a Shopify order",
    ]  # fmt: skip


def test_a_batch_of_woocommerce_is_read_list_by_list() -> None:
    def woo(n: int) -> dict[str, object]:
        line = {"id": 1, "sku": "MUG", "quantity": 1, "subtotal": "1.00", "total": "1.00"}
        return {"id": n, "number": str(n), "order_key": "k", "status": "processing", "line_items": [line]}

    text = json.dumps({"create": [woo(1)], "update": [woo(2)], "delete": [woo(3)]}).replace(
        '"number": "2"', '"number": 2,,'
    )
    found = told(WOO, text.encode(), 60)
    assert (found[0], found[2]) == ("+1", "+3")
    assert found[1].startswith("file, row 2, order 2: ")


def test_ids_above_two_to_the_53_stay_exact_in_every_place() -> None:
    big = 2**63 + 12345
    order = shopify(big, line_items=[{**LINE, "id": big + 1}], customer={"id": big + 2}, fulfillments=[
        {"status": "success", "line_items": [{"id": big + 1, "quantity": 2}]}
    ])  # fmt: skip
    [read] = parse(SHOPIFY, listed(order), 50)
    assert isinstance(read, ImportedOrder)
    assert read.customer is not None
    assert (read.external_id, read.lines[0].external_id, read.customer.external_id, read.lines[0].fulfilled) == (
        str(big), str(big + 1), str(big + 2), 2,
    )  # fmt: skip


# ---- size -----------------------------------------------------------------------------------------------------------


def peak_of(path: Path) -> int:
    """Bytes of memory that reading a file takes at most."""
    tracemalloc.start()
    try:
        for entry in read_orders(path):
            assert isinstance(entry, ImportedOrder), str(entry)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_three_times_the_size_takes_no_more_memory(kind: str, tmp_path: Path) -> None:
    small, large = (write_orders(tmp_path, kind, size=size) for size in (200_000, 600_000))
    peak_of(write_orders(tmp_path, kind, orders=20))  # caches fill

    assert peak_of(large) <= 1.2 * peak_of(small)
