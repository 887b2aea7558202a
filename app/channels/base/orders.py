"""The canonical order: what every source is turned into, and the protocol of a source."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
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
        values = [getattr(self, name) for name in _MATTERS]
        return hashlib.sha256(_ENCODE(values).encode()).digest()

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


_MATTERS = tuple(f.name for f in fields(ImportedOrder) if f.name not in ("raw", "updated_at"))
_PARTS: dict[type, Callable[[object], object]] = {
    kind: attrgetter(*(f.name for f in fields(kind))) for kind in (ImportedLine, ImportedCustomer, Address)
}


def _plain(value: object) -> object:
    """What JSON has no word for: amounts without their zeros, moments, and the parts of an order."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return value.isoformat()
    return _PARTS[type(value)](value)


_ENCODE = json.JSONEncoder(separators=(",", ":"), default=_plain).encode

# ---- free attributes ------------------------------------------------------------------------------------------------

_YES = frozenset("1 true yes y on ja oui si sí tak".split())
_GIFT = frozenset("gift isgift giftorder giftwrap giftwrapping geschenk geschenkverpackung".split())
_MESSAGE = frozenset("giftmessage giftnote giftcardmessage giftcardtext geschenknachricht grusskarte".split())
_HIDE = frozenset("hideprices noprices giftreceipt withoutprices ohnepreise".split())
_SHIP_BY = frozenset("shipby shipdate shippingdate requestedshipdate shipon versanddatum versandam".split())


@dataclass(frozen=True, slots=True)
class Attributes:
    """What an order's free attributes say; `ship_by` is the day on which it is asked to leave."""

    gift: bool = False
    message: str = ""
    hide_prices: bool = False
    ship_by: datetime | None = None


def attributes_of(pairs: Iterable[tuple[str, str]]) -> Attributes:
    """Gift, gift message, hidden prices and ship date out of a shop's free attributes: "Gift message", "_gift_message",
    "is_gift", "ship-by" …

    No channel has fields of its own for them; shops use attributes of these names.
    """
    gift, message, hide, ship_by = False, "", False, None
    for name, value in pairs:
        if not value:
            continue
        key, yes = normal_key(name), value.strip().casefold() in _YES
        if key in _MESSAGE and value.strip():
            gift, message = True, value.strip()
        gift = gift or (key in _GIFT and yes)
        hide = hide or (key in _HIDE and yes)
        ship_by = ship_by or (_day(value) if key in _SHIP_BY else None)
    return Attributes(gift, message, hide, ship_by)


def _day(text: str) -> datetime | None:
    """A day or a moment in ISO 8601; None for what else people write there."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


# ---- what a total holds beside its lines ----------------------------------------------------------------------------


def extra_lines(
    lines: tuple[ImportedLine, ...], rest: Decimal, extras: Iterable[tuple[str, str, Decimal]]
) -> tuple[ImportedLine, ...]:
    """The lines, and one that does not ship for each extra (id, name, amount) which `rest` still lacks.

    Tips and duties are part of a shop's total; some shops have them among the lines too, so what is missing decides.
    """
    found = list(lines)
    for key, name, amount in extras:
        if amount and abs(rest - amount) < abs(rest):
            found.append(ImportedLine(key, "", name, 1, amount, Decimal(0), ships=False))
            rest -= amount
    return tuple(found)
