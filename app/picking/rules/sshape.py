"""The walks that people make without a plan: sweeping the aisles in S-shape, and stop after stop as they come.

They are the measure of what a planned walk saves, and the orders that a search never does worse than.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Sequence

from app.picking.rules.distance import Point
from app.picking.rules.exact import Tour
from app.picking.rules.grid import Grid
from app.picking.rules.lines import Spot


def s_shape(grid: Grid, stops: Sequence[Point], start: Point, end: Point) -> Tour:
    """Every aisle with a stop is walked through, in turns up and down; of the last one only as far as needed, if it
    would lead away from where the walk goes on.

    `grid` must be full. With several blocks as Roodbergen & de Koster (2001) describe: through the first aisle with a
    stop to the farthest block, then block by block back, each begun from its nearer side.
    """
    trail, left = [start], set(stops)
    home = min((0, len(grid.ys) - 1), key=lambda k: abs(grid.ys[k] - start[1]))
    turned = [-y for y in reversed(grid.ys)] if home else list(grid.ys)
    sweep = _Sweep(turned, trail, left, -1 if home else 1)
    sweep.walk()
    sweep.go_to(end)
    rank: dict[Point, int] = {}
    for i, place in enumerate(trail):
        rank.setdefault(place, i)
    order = sorted(range(len(stops)), key=lambda i: (rank[stops[i]], i))
    length = sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in itertools.pairwise(trail))
    return Tour(tuple(order), tuple(trail), length)


class _Sweep:
    """Where the walk stands, with heights counted from its home row (`sign` turns them into those of the grid)."""

    def __init__(self, rows: list[int], trail: list[Point], left: set[Point], sign: int) -> None:
        self.rows, self.trail, self.left, self.sign = rows, trail, {(x, sign * y) for x, y in left}, sign
        self.x, self.y = trail[0][0], sign * trail[0][1]

    def walk(self) -> None:
        if not self.left:
            return
        self._to(self.x, self.rows[0])
        blocks = sorted({self._block(y) for _, y in self.left}, reverse=True)
        farthest = blocks[0]
        self._across(min(x for x, _ in self.left))
        self._to(self.x, self.rows[farthest])
        for block in range(farthest, -1, -1):
            self._sweep_block(block, is_first=block == farthest)

    def _sweep_block(self, block: int, *, is_first: bool) -> None:
        """From its lower row (the first one) or its upper row (all others) to its lower row."""
        low, high = self.rows[block], self.rows[block + 1]
        aisles = sorted({x for x, y in self.left if low < y <= high or (y == low and block == 0)})
        if aisles and abs(aisles[-1] - self.x) < abs(aisles[0] - self.x):
            aisles.reverse()
        for i, x in enumerate(aisles):
            self._across(x)
            if i == len(aisles) - 1 and self.y == low:
                self._to(x, max(y for at, y in {*self.left, (x, low)} if at == x and y <= high))
                self._to(x, low)
            else:
                self._to(x, high if self.y == low else low)
        if self.y != low:
            self._to(self.x, low)

    def _block(self, y: int) -> int:
        return min(max(bisect_right(self.rows, y - 1) - 1, 0), len(self.rows) - 2)

    def _across(self, x: int) -> None:
        self._to(x, self.y)

    def _to(self, x: int, y: int) -> None:
        """Straight on, past all stops between."""
        between = [
            p for p in self.left
            if min(self.x, x) <= p[0] <= max(self.x, x) and min(self.y, y) <= p[1] <= max(self.y, y)
        ]  # fmt: skip
        between.sort(key=lambda p: abs(p[0] - self.x) + abs(p[1] - self.y))
        self.left.difference_update(between)
        self.trail += [(px, self.sign * py) for px, py in (*between, (x, y)) if (px, self.sign * py) != self.trail[-1]]
        self.x, self.y = x, y

    def go_to(self, end: Point) -> None:
        """To the end of the walk: along the home row, then up its aisle."""
        if self.trail[-1] != end:
            self._across(end[0])
            self._to(end[0], self.sign * end[1])


def first_come_mm(grid: Grid, stops: Sequence[Point], start: Point, end: Point) -> int:
    """The length of walking to one stop after the other as they are given, on a full grid."""
    return sum(grid.distance(a, b) for a, b in itertools.pairwise((start, *stops, end)))


def swept(spots: Sequence[Spot]) -> tuple[int, ...]:
    """An S-shape order on any floor: zone by zone, line by line of one x, in turns up and down."""
    lines: dict[tuple[str, int], list[int]] = {}
    for i, (zone, x, _) in enumerate(spots):
        lines.setdefault((zone, x), []).append(i)
    order: list[int] = []
    for n, line in enumerate(sorted(lines)):
        order += sorted(lines[line], key=lambda i: (spots[i][2] * (1 - n % 2 * 2), i))
    return tuple(order)
