"""Where the goods of a tote or a dock are led to: a bin for each pile, in the order of the shortest walk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.inventory.queries.balances import floor, goal
from app.inventory.queries.places import Pile, goods_of, homes_of, piles, shelves_for
from app.inventory.rules.put_away import Choice, Goods, choose
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


def direction(
    session: Session, pile: Pile, today: date, passed: Passed = (), without: Collection[bytes] = ()
) -> Direction:
    """The bin for one pile; `without` are bins that others are led to already."""
    goods = goods_of(session, pile.sku_id, pile.lot, pile.status, pile.units, today)
    homes = homes_of(session, pile.sku_id)
    over = {place for sku, lot, place in passed if (sku, lot) == (pile.sku_id, pile.lot)}
    choice = choose(goods, shelves_for(session, goods, homes), homes, over | set(without))
    return Direction(pile) if choice is None else _direction(pile, goods, choice)


def _direction(pile: Pile, goods: Goods, choice: Choice) -> Direction:
    shelf = choice.shelf
    fill = shelf.fill_percent(choice.units * goods.unit_ml) if goods.unit_ml else None
    return Direction(pile, shelf.place_id, shelf.name, choice.why, choice.units, fill)


def round_of(
    session: Session, source_id: bytes, today: date, passed: Passed = (), here_id: bytes = b""
) -> tuple[Direction, ...]:
    """Where the piles of a place go, in the order in which they are walked from `here_id` (or from where they lie).

    What has no place left stands last. Two piles are led to one empty bin only if nothing else is free.
    """
    taken: set[bytes] = set()
    found = []
    for pile in piles(session, source_id)[:AT_ONCE]:
        led = direction(session, pile, today, passed, taken)
        if led.place_id and led.why not in ("same_item", "aside"):
            taken.add(led.place_id)
        found.append(led)
    led_to = [d for d in found if d.place_id]
    at = {b.id: Point(b.x_mm, b.y_mm) for b in session.scalars(select(Bin).where(Bin.id.in_([*_ids(led_to), here_id])))}
    start = at.get(here_id) or goal(session)
    order = shortest_round(floor(session), start, [at[d.place_id] for d in led_to])
    return (*(led_to[i] for i in order), *(d for d in found if not d.place_id))


def _ids(led: Collection[Direction]) -> list[bytes]:
    return [d.place_id for d in led]
