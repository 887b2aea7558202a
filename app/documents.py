"""What is printed, frozen and complete: `reports` turns one of these into bytes and asks nobody anything.

Strings are as people wrote them: any script, any length, hostile or not. Escaping happens in `reports`, in one place.
Lengths are millimetres, weights grams, money is `Decimal` in `currency` (ISO 4217). Dates are given as they shall read.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address in reading order; `country` is ISO 3166-1 alpha-2."""

    name: str
    company: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class SlipLine:
    sku: str
    name: str
    variant: str
    ordered: int
    shipped: int
    unit_price: Decimal | None = None
    total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SlipTotal:
    """One row under the lines: ("Subtotal", 12.50), ("Shipping", 4.90), ("Total", 17.40)."""

    label: str
    amount: Decimal
    strong: bool = False


@dataclass(frozen=True, slots=True)
class PackingSlip:
    """The paper in the box. With `gift` no price, total or payment word appears anywhere.

    `language` (en, de, es, pl) is that of its own words; the labels of totals are English and are translated with them.
    """

    order_number: str
    order_code: str  # Code 128 value, e.g. "O10482K"
    date: str
    shop: str
    ship_from: Address
    ship_to: Address
    lines: tuple[SlipLine, ...]
    totals: tuple[SlipTotal, ...] = ()
    currency: str = ""
    gift: bool = False
    gift_message: str = ""
    note: str = ""
    parcel: str = ""  # "1 of 2"
    box: str = ""
    duplicate: bool = False
    language: str = "en"


@dataclass(frozen=True, slots=True)
class ShippingLabel:
    """A 4×6 in label. `tracking` and `sscc` are unique to the parcel; `routing` is not and must not close a box.

    `sscc` is 18 digits with its check digit; printed as GS1-128 with AI (00). `routing` is a Code 128 value.
    """

    carrier: str
    service: str
    ship_from: Address
    ship_to: Address
    tracking: str
    sscc: str
    routing: str
    weight_g: int
    order_number: str
    parcel: str  # "1 of 1"
    date: str
    reference: str = ""
    billing: str = ""
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class BinLabel:
    """`code` is what the bars say; `parts` what people read ("B12", "04", "C"); an arrow up or down for the level."""

    code: str
    parts: tuple[str, ...]
    arrow: str = ""  # up | down | ""


@dataclass(frozen=True, slots=True)
class ToteLabel:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class BadgeLabel:
    """`code` is random (at least 80 bits); the name is shown, the staff number is not in the code."""

    code: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A code with its word and what it does. `icon` is drawn beside it: open lines in a square of 24 units, a line as
    `x,y x,y …`, several with `;` between them; "" for none."""

    code: str
    word: str
    meaning: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class CommandCard:
    """A role card: command, quantity and reason codes with words."""

    title: str
    entries: tuple[CommandEntry, ...]


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """A parcel that is handed to the carrier. `country` is ISO 3166-1 alpha-2, `reference` the order's number."""

    tracking: str
    sscc: str
    service: str
    weight_g: int | None
    country: str
    postcode: str
    reference: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a carrier takes away at the end of a day, to be signed for. `code` is a Code 128 value."""

    number: str  # "M000042"
    code: str  # e.g. "M000042" with its check character
    carrier: str
    day: str
    closed_at: str
    ship_from: Address
    rows: tuple[ManifestRow, ...]


@dataclass(frozen=True, slots=True)
class ReorderRow:
    """An SKU to be bought again: units on hand, promised, on the way; its bounds; how many to order, in packs."""

    sku: str
    name: str
    on_hand: int
    promised: int
    on_the_way: int
    minimum: int
    maximum: int
    pack: int
    order: int


@dataclass(frozen=True, slots=True)
class ReorderSupplier:
    """What is to be ordered from one supplier; an empty name where nobody has said who that is."""

    supplier: str
    rows: tuple[ReorderRow, ...]


@dataclass(frozen=True, slots=True)
class ReorderList:
    """What is to be bought again, supplier by supplier. `code` is a Code 128 value that names the list."""

    shop: str
    date: str
    code: str
    suppliers: tuple[ReorderSupplier, ...]


@dataclass(frozen=True, slots=True)
class ReturnFormLine:
    """Units that a customer sends back, and why."""

    sku: str
    name: str
    variant: str
    quantity: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReturnForm:
    """The paper that lies in a returned parcel: its code opens the return at the bench. `code` is a Code 128 value.

    `send_to` is where the parcel goes, `customer` who sends it; `wish` is "Refund" or "Replacement", and is translated
    into `language` (en, de, es, pl) like the form's own words.
    """

    number: str
    code: str  # e.g. "RMA4711K"
    order_number: str
    date: str
    shop: str
    send_to: Address
    customer: Address
    lines: tuple[ReturnFormLine, ...]
    wish: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class LabelBytes:
    """Ready for a printer: `media_type` is application/pdf or application/zpl."""

    media_type: str
    data: bytes


Document = (
    PackingSlip | ShippingLabel | BinLabel | ToteLabel | BadgeLabel | CommandCard | Manifest | ReorderList | ReturnForm
)
