"""No bytes and no JSON make an importer raise anything but its own clear error."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.channels import BadFile, channels, recognise
from app.channels.base import ImportedOrder, RowError
from tests.central_home import SAMPLES

SAMPLE_BYTES = [path.read_bytes() for path in sorted(SAMPLES.glob("*.json"))]
KEYS = (
    "order orders id name number line_items quantity price sku financial_status total_price refunds refund_line_items "
    "fulfillments shipping_lines shipping_address billing shipping status meta_data key value order_key create update "
    "delete total subtotal note_attributes customer created_at date_created_gmt fee_lines taxes_included "
    "fulfillable_quantity country_code"
).split()
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


@given(st.lists(st.lists(st.text(max_size=8), max_size=9), max_size=6), st.sampled_from(",;\t"))
def test_any_table_below_a_real_header(cells: list[list[str]], delimiter: str) -> None:
    header = delimiter.join(["order", "sku", "quantity", "unit_price", "total", "country", "gift", "placed_at"])
    lines = "\n".join(delimiter.join(row) for row in cells)
    everything(f"{header}\n{lines}".encode("utf-8", "replace"))
    everything(f"Name,Lineitem quantity,Lineitem name,Total,Created at\n{lines}".encode("utf-8", "replace"))


@pytest.mark.parametrize(
    "number", ["1e400000000000000000000", "-1e-400000000000000000000", "1e308", "123456789012345678"]
)
def test_a_number_out_of_this_world_is_refused_by_name(number: str) -> None:
    data = b'{"id": 1, "name": "#1", "financial_status": "paid", "line_items": [], "total_price": %s}' % number.encode()
    everything(data)
