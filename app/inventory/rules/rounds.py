"""In which order a few places are visited."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from app.inventory.rules.walk import Floor, Point, walking_mm

EXACT = 6
"""Up to so many places every order is tried (720 walks)."""


def shortest_round(floor: Floor, start: Point, places: Sequence[Point]) -> tuple[int, ...]:
    """The order (indices into `places`) of the shortest walk from `start` over all of them; it ends at the last one.

    Exact for up to `EXACT` places, else the nearest one next and then exchanges of two legs until none helps.
    """
    nodes = [start, *places]
    table = [[walking_mm(floor, a, b) for b in nodes] for a in nodes]
    rest = range(1, len(nodes))
    if len(places) <= EXACT:
        return tuple(i - 1 for i in min(permutations(rest), key=lambda order: _length(table, order)))
    return tuple(i - 1 for i in _exchanged(table, _nearest_next(table, list(rest))))


def _length(table: Sequence[Sequence[int]], order: Sequence[int]) -> int:
    return sum(table[a][b] for a, b in zip((0, *order), order, strict=False))


def _nearest_next(table: Sequence[Sequence[int]], left: list[int]) -> list[int]:
    here, order = 0, []
    while left:
        here = min(left, key=lambda i: (table[here][i], i))
        left.remove(here)
        order.append(here)
    return order


def _exchanged(table: Sequence[Sequence[int]], order: list[int]) -> list[int]:
    """Turns pieces of the walk round as long as that makes it shorter (2-opt)."""
    better = True
    while better:
        better = False
        for i in range(len(order) - 1):
            for j in range(i + 1, len(order)):
                turned = order[:i] + order[i : j + 1][::-1] + order[j + 1 :]
                if _length(table, turned) < _length(table, order):
                    order, better = turned, True
    return order
