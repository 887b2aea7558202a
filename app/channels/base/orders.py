"""The canonical order: what every source is turned into, and the protocol of a source."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import BinaryIO, Protocol

from app.channels.base.fields import normal_key
from app.channels.base.results import RowError
from app.documents import Address


@dataclass(frozen=True, slots=True)
class ImportedCustomer:
    """Who ordered. `external_id` is "" for a guest."""

    external_id: str
    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class ImportedLine:
    """One line as ordered. Of `quantity` units, `fulfilled` have left already and `cancelled` are not wanted any more.

    `unit_price` is before discounts; `discount` and `tax` are for the whole line. `ships` is false for gift cards,
    fees, downloads and services.
    """

    external_id: str
    sku: str
    name: str
    quantity: int
    unit_price: Decimal | None = None
    discount: Decimal | None = None
    tax: Decimal | None = None
    ships: bool = True
    note: str = ""
    fulfilled: int = 0
    cancelled: int = 0

    @property
    def gone(self) -> int:
        """Units that are not to be picked here: they left before, or nobody wants them any more."""
        return min(self.quantity, self.fulfilled + self.cancelled)


@dataclass(frozen=True, slots=True)
class ImportedOrder:
    """An order as all channels have it in common.

    (`channel`, `external_id`) is its identity. `discount` is everything that was taken off, on lines and on the order
    together; so `total` = sum of quantity × unit_price − discount + shipping (+ tax unless `tax_included`).
    `payment`: paid, authorized, on_delivery, part_refunded, unpaid, part_paid, refunded, void, unclear_refund, or ""
    when the source says nothing. `updated_at` is when the channel changed it last. `raw` is the order's own piece of
    the file, byte for byte.
    """

    channel: str
    external_id: str
    number: str
    currency: str
    lines: tuple[ImportedLine, ...]
    placed_at: datetime | None = None
    updated_at: datetime | None = None
    tax_included: bool = False
    customer: ImportedCustomer | None = None
    ship_to: Address | None = None
    bill_to: Address | None = None
    discount: Decimal | None = None
    shipping: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None
    gift: bool = False
    gift_message: str = ""
    hide_prices: bool = False
    note: str = ""
    payment: str = ""
    cancelled: bool = False
    service: str = ""
    shop: str = ""
    ship_by: datetime | None = None
    raw: bytes = b""

    def content_hash(self) -> bytes:
        """SHA-256 over everything that matters: not over `raw`, and not over when the channel touched it."""
        values = {f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.name not in ("raw", "updated_at")}
        return hashlib.sha256(json.dumps(values, sort_keys=True, separators=(",", ":")).encode()).digest()

    @property
    def all_fulfilled(self) -> bool:
        """Whether there were units to ship and all of them have left before the order came here."""
        units = [line for line in self.lines if line.ships and line.quantity > line.cancelled]
        return bool(units) and all(line.fulfilled + line.cancelled >= line.quantity for line in units)


Entry = ImportedOrder | RowError


class Channel(Protocol):
    """One source of orders."""

    @property
    def name(self) -> str:
        """The channel's own word, part of every order's identity ("shopify")."""

    def recognises(self, head: bytes, file: str) -> bool:
        """Whether a file that begins with `head` (64 KiB at most) comes from this source, orders or not."""

    def read(self, stream: BinaryIO, file: str) -> Iterator[Entry]:
        """The orders of a file and what is wrong with the others. Raises `BadFile` (`NotOrders`) and nothing else."""


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value


_YES = frozenset("1 true yes y on ja oui si sí tak".split())
_GIFT = frozenset("gift isgift giftorder giftwrap giftwrapping geschenk".split())
_MESSAGE = frozenset("giftmessage giftnote giftcardmessage giftcardtext geschenknachricht grusskarte".split())
_HIDE = frozenset("hideprices noprices giftreceipt withoutprices ohnepreise".split())


def gift_words(pairs: Iterable[tuple[str, str]]) -> tuple[bool, str, bool]:
    """(gift, message, hide prices) out of a shop's free attributes: "Gift message", "_gift_message", "is_gift" …

    No channel has fields of its own for it; shops use attributes of these names.
    """
    gift, message, hide = False, "", False
    for name, value in pairs:
        key, yes = normal_key(name), value.strip().casefold() in _YES
        if key in _MESSAGE and value.strip():
            gift, message = True, value.strip()
        gift = gift or (key in _GIFT and yes)
        hide = hide or (key in _HIDE and yes)
    return gift, message, hide
