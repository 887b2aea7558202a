"""Where the goods of a tote or a dock are led to: a bin for each pile, in the order of the shortest walk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.inventory.queries.ground import Ground, all_goods, goods_of, ground_for
from app.inventory.queries.places import Pile, piles
from app.inventory.rules.put_away import Goods, choose
from app.inventory.rules.rounds import shortest_round
from app.inventory.rules.walk import Point
from app.models import Bin

AT_ONCE = 8
"""How many piles are led at once: a dock may hold hundreds."""
Passed = Collection[tuple[bytes, str, bytes]]
"""Bins that were passed by: SKU, lot, place."""


@dataclass(frozen=True, slots=True)
class Direction:
    """A pile and the bin for it. `units` of the pile fit; `place_id` is empty where no place is left.

    `why` is the word of the put-away rule; `fill_percent` how full the bin will be, None when nobody can say.
    """

    pile: Pile
    place_id: bytes = b""
    place: str = ""
    why: str = ""
    units: int = 0
    fill_percent: int | None = None


def direction(session: Session, pile: Pile, today: date, passed: Passed = ()) -> Direction:
    """The bin for one pile."""
    goods = goods_of(session, pile.sku_id, pile.lot, pile.status, pile.units, today)
    return _led(ground_for(session, (pile.sku_id,), aside=not goods.sellable), pile, goods, passed, ())


def _led(ground: Ground, pile: Pile, goods: Goods, passed: Passed, without: Collection[bytes]) -> Direction:
    over = {place for sku, lot, place in passed if (sku, lot) == (pile.sku_id, pile.lot)}
    choice = choose(goods, ground.shelves(goods), ground.homes(pile.sku_id), over | set(without))
    if choice is None:
        return Direction(pile)
    shelf = choice.shelf
    fill = shelf.fill_percent(choice.units * goods.unit_ml) if goods.unit_ml else None
    return Direction(pile, shelf.place_id, shelf.name, choice.why, choice.units, fill)


def round_of(
    session: Session, source_id: bytes, today: date, passed: Passed = (), here_id: bytes = b""
) -> tuple[Direction, ...]:
    """Where the piles of a place go, in the order in which they are walked from `here_id` (or from where they lie).

    What has no place left stands last. No two piles are led to one empty bin.
    """
    lying = piles(session, source_id)[:AT_ONCE]
    goods = all_goods(session, [(*p.key, p.units, p.expires_on) for p in lying], today)
    ground = ground_for(session, {p.sku_id for p in lying}, aside=not all(g.sellable for g in goods))
    taken: set[bytes] = set()
    found = []
    for pile, wants in zip(lying, goods, strict=True):
        led = _led(ground, pile, wants, passed, taken)
        if led.place_id and led.why not in ("same_item", "aside"):
            taken.add(led.place_id)
        found.append(led)
    led_to = [d for d in found if d.place_id]
    order = shortest_round(ground.way, _start(session, ground, here_id), [_at(ground, d) for d in led_to])
    return (*(led_to[i] for i in order), *(d for d in found if not d.place_id))


def _at(ground: Ground, led: Direction) -> Point:
    return ground.spots[led.place_id].point


def _start(session: Session, ground: Ground, here_id: bytes) -> Point:
    row = session.execute(select(Bin.x_mm, Bin.y_mm).where(Bin.id == here_id)).first() if here_id else None
    return Point(row.x_mm, row.y_mm) if row else ground.end
