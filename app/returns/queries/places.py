"""Where returned units are put: the place that their disposition directs to, and whether another one takes them too.

What goes back on a shelf follows the put-away rules of the house; everything else has places of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.inventory.queries import floor
from app.inventory.queries.places import goods_of, homes_of, shelf_of, shelves_for, stands_at
from app.inventory.rules import Point, walking_mm
from app.inventory.rules.put_away import choose, refusal
from app.models import Bin
from app.returns.rules.dispositions import place_types
from app.text import NOTHING, Text, say

QUARANTINE = ("quarantine",)


@dataclass(frozen=True, slots=True)
class Wanting:
    """Units that want a place: which, how many, and what becomes of them."""

    sku_id: bytes
    lot: str
    units: int
    disposition: str


def directed_place(session: Session, wanting: Wanting, *, station_id: bytes, today: date) -> bytes | None:
    """Where these units are to be put: by the put-away rules when they are restocked, else the nearest of their places.

    Quarantine where the site has no such place (or no room); None where it has not even that.
    """
    if wanting.disposition == "restock":
        goods = goods_of(session, wanting.sku_id, wanting.lot, "good", wanting.units, today)
        homes = homes_of(session, wanting.sku_id)
        choice = choose(goods, shelves_for(session, goods, homes), homes) if goods.sellable else None
        if choice is not None:
            return choice.shelf.place_id
    elif (found := _nearest(session, place_types(wanting.disposition), station_id)) is not None:
        return found
    return _nearest(session, QUARANTINE, station_id)


def _nearest(session: Session, types: Sequence[str], station_id: bytes) -> bytes | None:
    way, here = floor(session), stands_at(session, station_id) or Point(0, 0)
    rows = session.execute(
        select(Bin.id, Bin.name, Bin.x_mm, Bin.y_mm).where(Bin.type.in_(types), Bin.blocked.is_(False))
    ).all()
    best = min(rows, key=lambda r: (walking_mm(way, here, Point(r.x_mm, r.y_mm)), r.name), default=None)
    return best.id if best is not None else None


def judge_place(session: Session, place_id: bytes, wanting: Wanting, *, today: date) -> Text:
    """Why this place does not take these units; NOTHING when it does.

    Quarantine takes everything: who doubts puts it there. A bin in which only other goods lie takes no single unit
    that somebody carries about: that is how things are lost.
    """
    place = session.get(Bin, place_id)
    if place is None or place.blocked:
        return say("That place is blocked.")
    if place.type in QUARANTINE:
        return NOTHING
    if place.type not in place_types(wanting.disposition):
        return say("What is graded so goes elsewhere.")
    if wanting.disposition != "restock":
        return NOTHING
    goods = goods_of(session, wanting.sku_id, wanting.lot, "good", 1, today)
    shelf = shelf_of(session, place_id, goods)
    if shelf.others and not shelf.lots:
        return say("Only other goods lie there.")
    return _REASONS.get(refusal(goods, shelf), NOTHING)


_REASONS = {
    "no_store": say("It takes no goods that are sold."),
    "aside": say("What must not be sold does not go there."),
    "blocked": say("That place is blocked."),
    "counting": say("That place is being counted."),
    "lots": say("Another lot of it lies there."),
    "hazard": say("Dangerous goods must not lie together."),
    "full": say("That place is full."),
}
"""What the put-away rules say, in words."""
