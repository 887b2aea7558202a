"""Facts of an order that is taken by phone or at the counter: what was scanned and typed, no name and no address.

They write nothing: the order is made by central when it is placed. Kept as facts, the draft's lines survive the plug
and are taken back by UNDO.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.facts import Fact


@dataclass(frozen=True)
class EntryLine(Fact):
    """Units of a product came on the order; negative: they came off."""

    sku_id: bytes
    units: int


@dataclass(frozen=True)
class EntryPriced(Fact):
    """The price of one unit was typed; decimal text in the currency of the order."""

    sku_id: bytes
    price: str


@dataclass(frozen=True)
class EntryTerms(Fact):
    """What goes for the whole order: `discount` "10%" or an amount, `shipping` an amount, paid or not, how fast."""

    discount: str = ""
    shipping: str = ""
    paid: bool = False
    service: str = ""


@dataclass(frozen=True)
class EntryPlaced(Fact):
    """Central made the order."""

    order_id: bytes
    voidable: ClassVar[bool] = False
