"""A rectangular net of ways: parallel aisles (columns) and cross-aisles (rows); the ground of the exact walk.

Plain values in mm. A column or a row may have pieces missing: an aisle that is blocked, a cross-aisle that ends early,
a dead end (a row without any rail). Points of the net are (x, y): on a column, or on a row between two columns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.picking.rules.distance import Point


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns at `xs`, rows at `ys`, both ascending, mm.

    `uprights[j][k]`: column j can be walked, both ways, between the rows k and k + 1. `rails[k][j]`: row k can be
    walked between the columns j and j + 1. `of` makes one without gaps.
    """

    xs: tuple[int, ...]
    ys: tuple[int, ...]
    uprights: tuple[tuple[bool, ...], ...]
    rails: tuple[tuple[bool, ...], ...]
    is_full: bool = field(init=False)
    """Nothing is missing."""
    column_at: dict[int, int] = field(init=False, repr=False, compare=False)
    row_at: dict[int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        every = all(map(all, self.uprights)) and all(map(all, self.rails))
        object.__setattr__(self, "is_full", every and len(self.ys) > 1)
        object.__setattr__(self, "column_at", {x: j for j, x in enumerate(self.xs)})
        object.__setattr__(self, "row_at", {y: k for k, y in enumerate(self.ys)})

    @classmethod
    def of(cls, xs: Sequence[int], ys: Sequence[int]) -> Grid:
        """A block whose aisles all reach from the first to the last cross-aisle; both are sorted here."""
        across, up = tuple(sorted(set(xs))), tuple(sorted(set(ys)))
        columns = ((True,) * (len(up) - 1),) * len(across)
        return cls(across, up, columns, ((True,) * (len(across) - 1),) * len(up))

    @property
    def cross_aisles(self) -> int:
        """How many rows lead anywhere: the measure of the work of the exact walk."""
        return sum(any(rail) for rail in self.rails)

    def holds(self, point: Point) -> bool:
        """Whether one can stand there: on a walkable piece of a column or of a row, or at a crossing of two."""
        x, y = point
        j, k = self.column_at.get(x), self.row_at.get(y)
        if j is not None and k is not None:
            return True
        if j is not None:
            below = bisect_right(self.ys, y) - 1
            return 0 <= below < len(self.ys) - 1 and self.uprights[j][below]
        left = bisect_right(self.xs, x) - 1
        return k is not None and 0 <= left < len(self.xs) - 1 and self.rails[k][left]

    def distance(self, a: Point, b: Point) -> int:
        """The shortest walk between two points of a full grid in mm. There is a detour only between two aisles within
        one block, over the nearer of its two cross-aisles, and likewise between two rows within one pair of aisles."""
        (ax, ay), (bx, by) = a, b
        if ax != bx and ay not in self.row_at and by not in self.row_at:
            return abs(ax - bx) + _over(self.ys, ay, by)
        if ay != by and ax not in self.column_at and bx not in self.column_at:
            return abs(ay - by) + _over(self.xs, ax, bx)
        return abs(ax - bx) + abs(ay - by)


def _over(lines: tuple[int, ...], one: int, other: int) -> int:
    """The way from one place to another if a line must be touched on it; none of the places is at a line."""
    at = bisect_right(lines, one)
    if at != bisect_right(lines, other):
        return abs(one - other)
    low, high = lines[at - 1], lines[at]
    return min(one + other - 2 * low, 2 * high - one - other)
