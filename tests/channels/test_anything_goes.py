"""No bytes and no JSON make an importer raise anything but its own clear error."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.channels import BadFile, channels, recognise
from app.channels.base import ENCODINGS, ImportedOrder, RowError
from tests.central_home import SAMPLES

SAMPLE_BYTES = [path.read_bytes() for path in sorted(SAMPLES.glob("*.json"))]
KEYS = (
    "order orders id name number line_items quantity price sku financial_status total_price refunds refund_line_items "
    "fulfillments shipping_lines shipping_address billing shipping status meta_data key value order_key create update "
    "delete total subtotal note_attributes customer created_at date_created_gmt fee_lines taxes_included "
    "fulfillable_quantity country_code total_tip_received original_total_duties_set shop_money amount tags "
    "discount_allocations total_discounts gift_card properties customer_id date_modified_gmt"
).split()
PLAIN_HEADER = (
    "order,sku,quantity,unit_price,total,country,gift,placed_at,ship_by,payment,email,postcode,ships,line_discount"
)
EXPORT_HEADER = (
    "Name,Id,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Duties,Tip Amount,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Shipping Country,Shipping Zip,Note Attributes,Tags"
)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(10**25), 10**25) | st.floats(allow_nan=False) | st.text(max_size=12)
    | st.sampled_from(["12.50", "-1", "1e9999", "NaN", "\ud800", "\x00", "2026-02-30", "9999-12-31T23:59:59-12:00"])
)  # fmt: skip
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=30,
)


def everything(data: bytes) -> None:
    """Every channel reads it: orders, row errors, or a refusal; whatever comes can be shown, hashed and kept."""
    for channel in channels():
        channel.recognises(data[:65536], "file")
        try:
            for entry in channel.read(io.BytesIO(data), "file"):
                assert isinstance(entry, ImportedOrder | RowError)
                str(entry).encode()
                if isinstance(entry, ImportedOrder):
                    assert len(entry.content_hash()) == 32
                    repr(entry).encode()
        except BadFile as refusal:
            str(refusal.problem.what).encode()


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    everything(data)
    try:
        recognise(data, "file")
    except BadFile as refusal:
        str(refusal.problem.what).encode()


@given(TREES)
@settings(max_examples=300)
def test_any_json(tree: Any) -> None:
    everything(json.dumps(tree).encode())


@given(tree=TREES, sample=st.sampled_from(SAMPLE_BYTES), data=st.data())
@settings(max_examples=300)
def test_a_real_sample_with_anything_in_one_place(tree: Any, sample: bytes, data: st.DataObject) -> None:
    # given a real file in which one value was replaced by anything
    value = json.loads(sample)
    place: Any = value
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = tree
            break
        place = place[key]

    # when it is read, then nothing unforeseen happens
    everything(json.dumps(value).encode())


@given(st.sampled_from(SAMPLE_BYTES), st.integers(0, 10_000), st.binary(max_size=3))
def test_a_real_sample_that_was_cut_or_damaged(sample: bytes, at: int, noise: bytes) -> None:
    everything(sample[:at])
    everything(sample[:at] + noise + sample[at + 1 :])


CELLS = st.text(max_size=8) | st.sampled_from(
    ["", "#1", "A", "1", "-1", "12.50", "1e99", "NaN", '"', '""', "\0", "\r", "\n", "'", "=1+1", "2026-03-02", "9" * 40]
)


@given(st.lists(st.lists(CELLS, max_size=12), max_size=8), st.sampled_from(",;\t|"), st.sampled_from(ENCODINGS))
@settings(max_examples=300)
def test_any_table_below_a_real_header(cells: list[list[str]], delimiter: str, encoding: str) -> None:
    """Cells that are not quoted as they should be, in any encoding, with or without its mark."""
    lines = "\n".join(delimiter.join(row) for row in cells)
    for header in (PLAIN_HEADER, EXPORT_HEADER):
        text = f"{header.replace(',', delimiter)}\n{lines}"
        everything(text.encode(encoding, "replace"))
        everything(text.encode("utf-8", "replace")[1:])


@given(data=st.binary(max_size=200), at=st.integers(0, 400), encoding=st.sampled_from(ENCODINGS))
def test_a_real_table_with_any_bytes_in_it(data: bytes, at: int, encoding: str) -> None:
    table = f"{PLAIN_HEADER}\nA1,MUG,2,5.00,10.00,DE,no,2026-03-02,,paid,a@mail.example,10969,yes,0\n" * 2
    whole = table.encode(encoding)
    everything(whole[:at] + data + whole[at:])


@given(
    keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=4), depth=st.integers(1, 3000), end=st.binary(max_size=4)
)
@settings(max_examples=60)
def test_any_depth(keys: list[str], depth: int, end: bytes) -> None:
    """Around what the interpreter can take there is no depth at which anything but a clear error comes."""
    opening = "".join(f'{{"{keys[n % len(keys)]}": [' for n in range(depth))
    whole = f"{opening}1{']}' * depth}"
    everything(whole.encode())
    everything(b'{"orders": [' + whole.encode() + b', {"financial_status": "paid", "line_items": [], "id": 1}]}')
    everything(opening.encode() + end)


@pytest.mark.parametrize("depth", range(300, 1000, 7))
def test_a_value_as_deep_as_can_be_read_is_told_in_words(depth: int) -> None:
    """Deep enough to be read and too deep to be written out again: in each place where a value is told."""
    deep = "[" * depth + "]" * depth
    for place in ("note", "tags", "line_items", "customer", "total_price"):
        order = f'{{"id": 1, "name": "#1", "financial_status": "paid", "line_items": [], "{place}": {deep}}}'
        everything(order.encode())
    everything(f'[{{"order_key": "k", "line_items": []}}, {deep}]'.encode())


@given(st.sampled_from(SAMPLE_BYTES), st.lists(st.tuples(st.integers(0, 9000), st.binary(max_size=2)), max_size=6))
@settings(max_examples=200)
def test_several_wounds_in_a_list_of_real_orders(sample: bytes, wounds: list[tuple[int, bytes]]) -> None:
    whole = bytearray(b"[" + sample + b"," + sample + b"]")
    for at, noise in wounds:
        whole[at % len(whole) : at % len(whole) + 1] = noise
    everything(bytes(whole))


@pytest.mark.parametrize(
    "number", ["1e400000000000000000000", "-1e-400000000000000000000", "1e308", "123456789012345678"]
)
def test_a_number_out_of_this_world_is_refused_by_name(number: str) -> None:
    data = b'{"id": 1, "name": "#1", "financial_status": "paid", "line_items": [], "total_price": %s}' % number.encode()
    everything(data)
