"""Walking distance over the floor: aisles are vertical lines, cross-aisles horizontal ones, people walk only on these.

A bin is reached from the point of its aisle's centre line where one stands. Other places (a pack lane, the start) lie
somewhere beside a cross-aisle: one walks straight to the nearest cross-aisle and along it. An aisle joins every
cross-aisle that it crosses, and its two open ends lead on to the next one above and below.
"""

from __future__ import annotations

import heapq
import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

Point = tuple[int, int]
"""(x, y) in mm from the south-west corner."""


@dataclass(frozen=True, slots=True)
class AisleLine:
    """The centre line of an aisle, mm; `y0_mm` is the lower end."""

    name: str
    x_mm: int
    y0_mm: int
    y1_mm: int


@dataclass(frozen=True, slots=True)
class CrossLine:
    """The centre line of a cross-aisle, mm; `x0_mm` is the western end."""

    y_mm: int
    x0_mm: int
    x1_mm: int


MOST_PATHS = 2_000
"""A screen draws the same walks again with every scan."""
Edge = tuple[int, Point]
"""(length in mm, the junction it leads to)."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The walkable net of a floor: its junctions and the lengths between neighbours, made once for a layout."""

    aisles: tuple[AisleLine, ...]
    crosses: tuple[CrossLine, ...]
    _edges: dict[Point, tuple[Edge, ...]] = field(init=False, repr=False, compare=False)
    _along: dict[tuple[str, int], tuple[int, ...]] = field(init=False, repr=False, compare=False)
    _trees: dict[Point, dict[Point, tuple[int, Point]]] = field(init=False, repr=False, compare=False)
    _aisles_at: dict[int, tuple[tuple[int, int], ...]] = field(init=False, repr=False, compare=False)
    _paths: dict[tuple[Point, Point], tuple[Point, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        at: dict[int, list[tuple[int, int]]] = {}
        for aisle in self.aisles:
            at.setdefault(aisle.x_mm, []).append((aisle.y0_mm, aisle.y1_mm))
        object.__setattr__(self, "_aisles_at", {x: tuple(ends) for x, ends in at.items()})
        object.__setattr__(self, "_paths", {})
        along: dict[tuple[str, int], set[int]] = {}
        for aisle in self.aisles:
            for cross in _joined(aisle, self.crosses):
                along.setdefault(("x", aisle.x_mm), set()).add(cross.y_mm)
                along.setdefault(("y", cross.y_mm), set()).add(aisle.x_mm)
        lines = {key: tuple(sorted(places)) for key, places in along.items()}
        object.__setattr__(self, "_along", lines)
        object.__setattr__(self, "_edges", _edges(lines))
        object.__setattr__(self, "_trees", {})

    def distance(self, a: Point, b: Point) -> int:
        """The length of the shortest walk from `a` to `b` in mm; on an empty floor the straight corner."""
        return self._best(a, b)[0]

    def path(self, a: Point, b: Point) -> tuple[Point, ...]:
        """The corners of that walk, from `a` to `b`, both included."""
        if (a, b) not in self._paths:
            if len(self._paths) >= MOST_PATHS:
                self._paths.clear()
            self._paths[a, b] = self._found_path(a, b)
        return self._paths[a, b]

    def _found_path(self, a: Point, b: Point) -> tuple[Point, ...]:
        _, first, last = self._best(a, b)
        if first is None or last is None:
            return _corners([a, *_direct(a, b, self), b])
        tree = self._tree(first)
        middle = [last]
        while middle[-1] != first:
            middle.append(tree[middle[-1]][1])
        entry, leave = self._foot(a), self._foot(b)
        return _corners([a, entry, *reversed(middle), leave, b])

    def _best(self, a: Point, b: Point) -> tuple[int, Point | None, Point | None]:
        best: tuple[int, Point | None, Point | None] = (self._straight(a, b), None, None)
        exits = tuple(self._exits(b))
        for before, first in self._exits(a):
            tree = self._tree(first)
            for after, last in exits:
                length = before + tree[last][0] + after if last in tree else -1
                if length >= 0 and (best[0] < 0 or length < best[0]):
                    best = (length, first, last)
        return best if best[0] >= 0 else (abs(a[0] - b[0]) + abs(a[1] - b[1]), None, None)

    def _straight(self, a: Point, b: Point) -> int:
        """The length when both stand at one line of the net; -1 when a corner must be walked."""
        foot_a, foot_b = self._foot(a), self._foot(b)
        line = self._line(foot_a)
        if line is None or line != self._line(foot_b):
            return -1
        return _apart(a, foot_a) + _apart(foot_a, foot_b) + _apart(foot_b, b)

    def _exits(self, point: Point) -> Iterator[Edge]:
        """The junctions next to a point on its line, with the length to walk there."""
        foot = self._foot(point)
        line = self._line(foot)
        if line is None:
            return
        places, here = self._along[line], foot[1] if line[0] == "x" else foot[0]
        found = {bisect_left(places, here), bisect_right(places, here) - 1}
        for index in found:
            if 0 <= index < len(places):
                place = places[index]
                junction = (line[1], place) if line[0] == "x" else (place, line[1])
                yield _apart(point, foot) + _apart(foot, junction), junction

    def _foot(self, point: Point) -> Point:
        """The point itself on an aisle, else the nearest point of the nearest cross-aisle."""
        x, y = point
        if self._is_on_aisle(x, y) or not self.crosses:
            return point
        cross = min(self.crosses, key=lambda c: abs(y - c.y_mm) + abs(x - _clamp(x, c)))
        return (_clamp(x, cross), cross.y_mm)

    def _is_on_aisle(self, x: int, y: int) -> bool:
        return any(low <= y <= high for low, high in self._aisles_at.get(x, ()))

    def _line(self, foot: Point) -> tuple[str, int] | None:
        x, y = foot
        if ("x", x) in self._along and self._is_on_aisle(x, y):
            return ("x", x)
        return ("y", y) if ("y", y) in self._along else None

    def _tree(self, root: Point) -> dict[Point, tuple[int, Point]]:
        """Shortest lengths from a junction to all others (Dijkstra), each with the junction before it."""
        if root not in self._trees:
            done: dict[Point, tuple[int, Point]] = {}
            heap = [(0, root, root)]
            while heap:
                length, node, before = heapq.heappop(heap)
                if node not in done:
                    done[node] = (length, before)
                    for step, following in self._edges.get(node, ()):
                        heapq.heappush(heap, (length + step, following, node))
            self._trees[root] = done
        return self._trees[root]


def metres(mm: int) -> int:
    """Whole metres for a screen, rounded half up."""
    return (mm + 500) // 1000


def _joined(aisle: AisleLine, crosses: tuple[CrossLine, ...]) -> Iterator[CrossLine]:
    reach = [c for c in crosses if c.x0_mm <= aisle.x_mm <= c.x1_mm]
    yield from (c for c in reach if aisle.y0_mm <= c.y_mm <= aisle.y1_mm)
    above = [c for c in reach if c.y_mm > aisle.y1_mm]
    below = [c for c in reach if c.y_mm < aisle.y0_mm]
    if above:
        yield min(above, key=lambda c: c.y_mm)
    if below:
        yield max(below, key=lambda c: c.y_mm)


def _edges(lines: dict[tuple[str, int], tuple[int, ...]]) -> dict[Point, tuple[Edge, ...]]:
    found: dict[Point, list[Edge]] = {}
    for (axis, at), places in lines.items():
        for low, high in itertools.pairwise(places):
            one, two = ((at, low), (at, high)) if axis == "x" else ((low, at), (high, at))
            found.setdefault(one, []).append((high - low, two))
            found.setdefault(two, []).append((high - low, one))
    return {node: tuple(sorted(edges)) for node, edges in found.items()}


def _clamp(x: int, cross: CrossLine) -> int:
    return min(max(x, cross.x0_mm), cross.x1_mm)


def _apart(a: Point, b: Point) -> int:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _direct(a: Point, b: Point, ways: Ways) -> tuple[Point, ...]:
    foot_a, foot_b = ways._foot(a), ways._foot(b)
    return (
        (foot_a, foot_b)
        if foot_a[0] == foot_b[0] or foot_a[1] == foot_b[1]
        else (foot_a, (foot_b[0], foot_a[1]), foot_b)
    )


def _corners(points: list[Point]) -> tuple[Point, ...]:
    """Without repeated points, and without points in the middle of a straight piece; every piece is axis-parallel."""
    square: list[Point] = []
    for point in points:
        if square and point[0] != square[-1][0] and point[1] != square[-1][1]:
            square.append((square[-1][0], point[1]))
        if not square or square[-1] != point:
            square.append(point)
    kept: list[Point] = []
    for point in square:
        while len(kept) >= 2 and _between(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def _between(a: Point, b: Point, c: Point) -> bool:
    for axis in (0, 1):
        if a[1 - axis] == b[1 - axis] == c[1 - axis]:
            return min(a[axis], c[axis]) <= b[axis] <= max(a[axis], c[axis])
    return False
