"""From which bins and lots an order's units are taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

NEVER = "9999-12-31"
TYPES = ("pick", "reserve")
"""Types of places that units are taken from, in this order."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Free units of one SKU in one place and lot. `expires_on` is an ISO date or ""; `distance_mm` to where they go."""

    sku_id: bytes
    place_id: bytes
    lot: str
    free: int
    type: str
    expires_on: str
    distance_mm: int
    name: str


@dataclass(frozen=True, slots=True)
class Take:
    """Units to reserve in one place and lot."""

    place_id: bytes
    lot: str
    quantity: int


def rank(candidate: Candidate) -> tuple[str, int]:
    """What comes first: what expires first before what lasts (first expired, first out); pick bins before reserve."""
    return candidate.expires_on or NEVER, TYPES.index(candidate.type)


def plan_takes(candidates: Sequence[Candidate], quantity: int, today: str) -> tuple[Take, ...]:
    """From where `quantity` units are taken; () when there are not enough.

    Within one rank the closest bin that holds all of the rest is taken: one stop is shorter than two. Only where no
    bin holds it all, the closest ones are emptied one after the other. What is expired is never taken.
    """
    takes: list[Take] = []
    rest = quantity
    usable = [c for c in candidates if c.free > 0 and c.type in TYPES and not (c.expires_on and c.expires_on < today)]
    for _, group in groupby(sorted(usable, key=rank), key=rank):
        for candidate in _in_order(list(group), rest):
            units = min(rest, candidate.free)
            takes.append(Take(candidate.place_id, candidate.lot, units))
            rest -= units
            if not rest:
                return tuple(takes)
    return ()


def _in_order(group: list[Candidate], rest: int) -> list[Candidate]:
    nearest = sorted(group, key=lambda c: (c.distance_mm, c.name, c.lot))
    whole = next((c for c in nearest if c.free >= rest), None)
    return [whole] if whole else nearest
