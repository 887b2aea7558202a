"""In which order stops are walked. One function name, `route`, behind which `walks` finds the shortest walk."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from app.picking.rules.distance import Point, Ways
from app.picking.rules.walks import OnWays, ordered


def route(ways: Ways, points: Sequence[Point], start: Point, end: Point) -> tuple[int, ...]:
    """The order (indices into `points`) of the shortest walk from `start` over all points to `end`.

    Exact on every floor of aisles and up to four cross-aisles, and up to twelve points on any other (`walks`). The same
    input always gives the same order.
    """
    return ordered(OnWays(ways), points, start, end).order


def length(ways: Ways, walk: Sequence[Point]) -> int:
    """The length of a walk through these points in mm."""
    return sum(ways.distance(a, b) for a, b in itertools.pairwise(walk))


def insertion(ways: Ways, walk: Sequence[Point], point: Point, first: int) -> int:
    """Where a further point fits best into a walk: the index, at least `first`, before which it is put.

    `walk` begins where one stands and ends at the drop place; neither of them moves.
    """
    places = range(max(first, 1), max(len(walk), max(first, 1) + 1))
    return min(places, key=lambda i: _detour(ways, walk, point, i))


def _detour(ways: Ways, walk: Sequence[Point], point: Point, index: int) -> int:
    before, after = walk[index - 1], walk[min(index, len(walk) - 1)]
    return ways.distance(before, point) + ways.distance(point, after) - ways.distance(before, after)
