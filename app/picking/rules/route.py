"""In which order stops are walked. One function name, `route`, behind which a better search may come later."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from app.picking.rules.distance import Point, Ways

MOST_ROUNDS = 60
"""2-opt stops by itself; this bounds the work on a strange floor."""


def route(ways: Ways, points: Sequence[Point], start: Point, end: Point) -> tuple[int, ...]:
    """The order (indices into `points`) of a short walk from `start` over all points to `end`.

    Nearest neighbour, then 2-opt (Croes, 1958) until no exchange of two legs shortens the walk. The same input
    always gives the same order.
    """
    table = _table(ways, [start, *points, end])
    return tuple(i - 1 for i in _two_opt([*_nearest_neighbour(table), len(points) + 1], table)[1:-1])


def _table(ways: Ways, nodes: Sequence[Point]) -> list[list[int]]:
    """The length between any two: as long there as back, so each is walked once."""
    table = [[0] * len(nodes) for _ in nodes]
    for i, j in itertools.combinations(range(len(nodes)), 2):
        table[i][j] = table[j][i] = ways.distance(nodes[i], nodes[j])
    return table


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


def _nearest_neighbour(table: list[list[int]]) -> list[int]:
    """From the first node always to the nearest that is left; the last node is for the end."""
    left, order = list(range(1, len(table) - 1)), [0]
    while left:
        lengths = table[order[-1]]
        nearest = min(left, key=lambda i: (lengths[i], i))
        left.remove(nearest)
        order.append(nearest)
    return order


def _two_opt(walk: list[int], table: list[list[int]]) -> list[int]:
    """Reverses pieces as long as that makes the walk shorter; both ends stay."""
    for _ in range(MOST_ROUNDS):
        better = False
        for i in range(len(walk) - 3):
            for j in range(i + 2, len(walk) - 1):
                a, b, c, d = walk[i], walk[i + 1], walk[j], walk[j + 1]
                if table[a][c] + table[b][d] < table[a][b] + table[c][d]:
                    walk[i + 1 : j + 1] = reversed(walk[i + 1 : j + 1])
                    better = True
        if not better:
            break
    return walk
