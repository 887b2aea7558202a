"""Where goods are put: the bin that is proposed and why, and whether another bin will do.

Good units go to pick and reserve bins. Units that are broken, set apart or past their date go to places beside the
stock. Lots of one SKU are kept apart where the first to expire must be the first to leave (FEFO).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

STORES = ("pick", "reserve")
"""Types of places that good units are put into, in this order."""
ASIDE = ("quarantine", "problem", "refurbish", "vendor", "scrap")
"""Types of places for what must not be sold, the first one first."""
TIGHT = 85
"""Percent of a bin's room that loose units fill at best: the rest is air between them."""


@dataclass(frozen=True, slots=True)
class Goods:
    """Units of one SKU, lot and status that want a place. `unit_ml` is None when the size is unknown.

    `apart` says that lots must not be mixed in a bin; `expired` that nobody may be sent any of it.
    """

    sku_id: bytes
    lot: str
    status: str
    units: int
    unit_ml: int | None = None
    apart: bool = False
    expired: bool = False
    hazard: str = ""

    @property
    def sellable(self) -> bool:
        """Whether these units may lie where orders are picked from."""
        return self.status == "good" and not self.expired


@dataclass(frozen=True, slots=True)
class Shelf:
    """A place as put-away sees it. `lots` are those of the SKU in question that lie there, `others` are other SKUs.

    `used_ml` is None when something there has no known size; `counting` while its book is doubted.
    """

    place_id: bytes
    name: str
    type: str
    aisle: str
    distance_mm: int
    blocked: bool = False
    counting: bool = False
    capacity_ml: int | None = None
    used_ml: int | None = 0
    lots: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    hazards: tuple[str, ...] = ()

    def room(self, unit_ml: int | None) -> int | None:
        """How many units of this size still fit, None when nobody can say."""
        if not unit_ml or self.capacity_ml is None or self.used_ml is None:
            return None
        return max(self.capacity_ml * TIGHT // 100 - self.used_ml, 0) // unit_ml

    def fill_percent(self, more_ml: int = 0) -> int | None:
        """How full it is, or will be with so much more, in percent of its room; None when nobody can say."""
        if not self.capacity_ml or self.used_ml is None:
            return None
        return (self.used_ml + more_ml) * 100 // self.capacity_ml


@dataclass(frozen=True, slots=True)
class Choice:
    """A proposed place and why: same_item, near_item, nearest, reserve, aside. `units` is how many of them fit."""

    shelf: Shelf
    why: str
    units: int


def refusal(goods: Goods, shelf: Shelf) -> str:
    """Why these goods may not go there: no_store, aside, blocked, counting, lots, hazard, full; "" when they may."""
    if goods.sellable and shelf.type not in STORES:
        return "no_store"
    if not goods.sellable and shelf.type not in ASIDE:
        return "aside"
    if shelf.blocked:
        return "blocked"
    if not goods.sellable:
        return ""
    if shelf.counting:
        return "counting"
    if goods.apart and any(lot != goods.lot for lot in shelf.lots):
        return "lots"
    if any(hazard != goods.hazard for hazard in shelf.hazards):
        return "hazard"
    room = shelf.room(goods.unit_ml)
    return "full" if room is not None and room < goods.units else ""


def choose(
    goods: Goods, shelves: Iterable[Shelf], homes: Collection[str] = (), without: Collection[bytes] = ()
) -> Choice | None:
    """The place to lead to, None when there is none: where the item lies already and there is room, else an empty bin.

    `homes` are the aisles in which the item lies: an empty bin there goes before one nearer to the drop place.
    `without` are places that were passed by. Where all units fit goes before where only some do.
    """
    open_ones = [s for s in shelves if s.place_id not in without]
    if not goods.sellable:
        usable = [s for s in open_ones if not refusal(goods, s)]
        best = min(usable, key=lambda s: (ASIDE.index(s.type), s.distance_mm, s.name), default=None)
        return Choice(best, "aside", goods.units) if best else None
    whole = [c for s in open_ones if (c := _fitting(goods, s, homes, goods.units))]
    some = [c for s in open_ones if (c := _fitting(goods, s, homes, 1))] if not whole else []
    return min(whole or some, key=lambda c: _rank(c, homes), default=None)


def _fitting(goods: Goods, shelf: Shelf, homes: Collection[str], least: int) -> Choice | None:
    """This shelf as a choice when it is empty or has the item, and at least so many units fit."""
    room = shelf.room(goods.unit_ml)
    units = goods.units if room is None else min(room, goods.units)
    one = Goods(goods.sku_id, goods.lot, goods.status, min(units, 1), goods.unit_ml, goods.apart, False, goods.hazard)
    if units < least or shelf.others or refusal(one, shelf):
        return None
    if shelf.lots:
        return Choice(shelf, "same_item", units)
    if shelf.used_ml != 0:
        return None  # something of unknown size lies there
    why = "reserve" if shelf.type == "reserve" else "near_item" if shelf.aisle in homes else "nearest"
    return Choice(shelf, why, units)


def _rank(choice: Choice, homes: Collection[str]) -> tuple[int, int, int, int, str]:
    shelf = choice.shelf
    same = 0 if choice.why == "same_item" else 1
    store = STORES.index(shelf.type)
    near = 0 if shelf.aisle in homes else 1
    # A pick bin of the same item, then an empty pick bin near it, then the nearest, and reserve bins last.
    return store, same, near, shelf.distance_mm, shelf.name
