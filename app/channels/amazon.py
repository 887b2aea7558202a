"""Amazon's Selling Partner API: recognised and named, not read yet.

An order comes there in three answers (order, items, address) of which the address is a restricted call of its own; a
file of one answer is not an order that could be shipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from app.channels.base import Entry, json_keys, not_orders
from app.text import say

_MARKS = {
    "OrderItems": "getOrderItems", "ShippingAddress": "getOrderAddress", "BuyerInfo": "getOrderBuyerInfo",
    "Orders": "getOrders",
}  # fmt: skip


class Amazon:
    """The channel."""

    name = "amazon"

    def recognises(self, head: bytes, file: str) -> bool:
        return "AmazonOrderId" in json_keys(head)

    def read(self, stream: BinaryIO, file: str) -> Iterator[Entry]:
        keys = json_keys(stream.read(64 * 1024))
        name = min((m for m in _MARKS if m in keys), key=lambda m: keys[m], default="")
        raise not_orders(
            say("This is Amazon's answer to {call}, not a whole order", call=_MARKS.get(name, "a call")),
            say("Export the orders as a table and import it with a mapping"),
        )


CHANNEL = Amazon()
