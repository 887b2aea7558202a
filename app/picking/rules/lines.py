"""The ways of a layout as straight lines, cut where something joins them: what a net is laid from."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.picking.rules.layout import Aisle, Closure, CrossAisle, Layout, Path

Spot = tuple[str, int, int]
"""(zone, x, y) in mm."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line between two junctions; `forth` is from `low` to `high`. A dead end leads nowhere else."""

    low: int
    high: int
    forth: bool
    back: bool
    is_dead_end: bool = False


@dataclass(slots=True)
class Line:
    """An aisle line (`axis` x: at that x, along y), a cross-aisle line (y), or a path (p: along its own length).

    `cuts` are the places along it that are junctions; `pieces` lie between them once all cuts are known.
    """

    zone: str
    axis: str
    at: int
    low: int
    high: int
    ends: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))
    cuts: set[int] = field(default_factory=set)
    joints: set[int] = field(default_factory=set)
    pieces: tuple[Piece, ...] = ()

    def spot(self, along: int) -> Spot:
        """The place so far along the line."""
        if self.axis == "x":
            return (self.zone, self.at, along)
        if self.axis == "y":
            return (self.zone, along, self.at)
        (ax, ay), (bx, by) = self.ends
        if along <= 0 or along >= self.high:
            return (self.zone, *self.ends[along > 0])
        return (self.zone, ax + (bx - ax) * along // self.high, ay + (by - ay) * along // self.high)

    def foot(self, x: int, y: int) -> tuple[int, int]:
        """The nearest place along the line, and how far it is: round right-angled corners, to a path straight."""
        if self.axis == "x":
            along = min(max(y, self.low), self.high)
            return along, abs(x - self.at) + abs(y - along)
        if self.axis == "y":
            along = min(max(x, self.low), self.high)
            return along, abs(y - self.at) + abs(x - along)
        (ax, ay), (bx, by) = self.ends
        dx, dy = bx - ax, by - ay
        part = ((x - ax) * dx + (y - ay) * dy) / max(dx * dx + dy * dy, 1)
        part = min(max(part, 0.0), 1.0)
        return round(part * self.high), round(math.hypot(x - ax - part * dx, y - ay - part * dy))


class Lines:
    """All lines of a layout. `nearest` finds the one from which a place is reached."""

    def __init__(self, layout: Layout) -> None:
        self.all: list[Line] = []
        self.upright: dict[str, dict[int, int]] = {}
        self.level: dict[str, dict[int, int]] = {}
        self.paths: dict[str, list[int]] = {}
        self._upright_at: dict[str, list[int]] = {}
        where = {node.name: node for node in layout.nodes}
        for zone in layout.zones:
            aisles = [a for a in layout.aisles if a.zone == zone]
            crosses = [c for c in layout.cross_aisles if c.zone == zone]
            self._lay_zone(zone, aisles, crosses)
        for path in layout.paths:
            a, b = where[path.node], where[path.to_node]
            long = path.length_mm or round(math.hypot(a.x_mm - b.x_mm, a.y_mm - b.y_mm))
            ends = ((a.x_mm, a.y_mm), (b.x_mm, b.y_mm))
            line = Line(a.zone, "p", 0, 0, long, ends, {0, long}, {0, long})
            self.paths.setdefault(a.zone, []).append(len(self.all))
            self.all.append(line)
        self._upright_at = {zone: sorted(lines) for zone, lines in self.upright.items()}
        for node in layout.nodes:
            self._join(node.zone, node.x_mm, node.y_mm)
        for door in layout.doors:
            for zone, x, y in ((door.zone, door.x_mm, door.y_mm), (door.to_zone, door.to_x_mm, door.to_y_mm)):
                if (found := self.nearest(zone, x, y)) is not None:
                    self.all[found[0]].cuts.add(found[1])
        self._cut(layout)

    def nearest(self, zone: str, x: int, y: int, aisle_x: int | None = None) -> tuple[int, int, int] | None:
        """(number of the line, how far along it, how far beside it): the aisle on whose line it stands or that is
        named by `aisle_x`, else the nearest cross-aisle or path, else the nearest aisle; None in a zone without ways.
        """
        upright = self.upright.get(zone, {})
        number = upright.get(x if aisle_x is None else aisle_x)
        if number is not None:
            line = self.all[number]
            if aisle_x is not None or line.low <= y <= line.high:
                return (number, *line.foot(x, y))
        others = [*self.level.get(zone, {}).values(), *self.paths.get(zone, [])] or self._beside(zone, x)
        found = [(*reversed(self.all[n].foot(x, y)), n) for n in others]
        if not found:
            return None
        beside, along, number = min(found)
        return number, along, beside

    def _beside(self, zone: str, x: int) -> list[int]:
        """The aisle lines left and right of a place."""
        xs = self._upright_at.get(zone, [])
        at = bisect_left(xs, x)
        return [self.upright[zone][found] for found in xs[max(at - 1, 0) : at + 1]]

    def _lay_zone(self, zone: str, aisles: list[Aisle], crosses: list[CrossAisle]) -> None:
        upright, level = self.upright.setdefault(zone, {}), self.level.setdefault(zone, {})
        for cross in crosses:
            low, high = sorted((cross.x0_mm, cross.x1_mm))
            self._widen(level, Line(zone, "y", cross.y_mm, low, high))
        ordered = sorted(crosses, key=lambda c: c.y_mm)
        for aisle in aisles:
            low, high = sorted((aisle.y0_mm, aisle.y1_mm))
            joined = [cross.y_mm for cross in _joined(aisle.x_mm, low, high, ordered)]
            line = self._widen(upright, Line(zone, "x", aisle.x_mm, min([low, *joined]), max([high, *joined])))
            line.cuts.update(joined)
            line.joints.update(joined)
            if aisle.blocked or aisle.way != "both" or low < min(joined, default=low + 1):
                line.cuts.add(low)
            if aisle.blocked or aisle.way != "both" or high > max(joined, default=high - 1):
                line.cuts.add(high)
            for y in joined:
                self.all[level[y]].cuts.add(aisle.x_mm)
                self.all[level[y]].joints.add(aisle.x_mm)

    def _widen(self, numbers: dict[int, int], line: Line) -> Line:
        """Aisles one behind the other are one line, and cross-aisles one beside the other."""
        if line.at not in numbers:
            numbers[line.at] = len(self.all)
            self.all.append(line)
            return line
        known = self.all[numbers[line.at]]
        known.low, known.high = min(known.low, line.low), max(known.high, line.high)
        return known

    def _join(self, zone: str, x: int, y: int) -> None:
        """A node joins the aisle or the cross-aisle on which it lies."""
        for numbers, at, along in ((self.upright, x, y), (self.level, y, x)):
            number = numbers.get(zone, {}).get(at)
            if number is not None and self.all[number].low <= along <= self.all[number].high:
                self.all[number].cuts.add(along)
                self.all[number].joints.add(along)

    def _cut(self, layout: Layout) -> None:
        """The pieces of every line, each with the directions of the aisle, cross-aisle or path that it is a part of."""
        parts: dict[int, list[Aisle | CrossAisle | Path]] = {}
        for aisle in layout.aisles:
            parts.setdefault(self.upright[aisle.zone][aisle.x_mm], []).append(aisle)
        for cross in layout.cross_aisles:
            parts.setdefault(self.level[cross.zone][cross.y_mm], []).append(cross)
        first = len(self.all) - len(layout.paths)
        for number, path in enumerate(layout.paths, first):
            parts[number] = [path]
        shut: dict[int, list[Closure]] = {}
        aisles = {aisle.name: aisle for aisle in layout.aisles}
        for closure in layout.closures:
            aisle = aisles[closure.aisle]
            shut.setdefault(self.upright[aisle.zone][aisle.x_mm], []).append(closure)
        for number, line in enumerate(self.all):
            line.pieces = tuple(_pieces(line, parts[number], shut.get(number, [])))


def _joined(x: int, low: int, high: int, crosses: list[CrossAisle]) -> Iterator[CrossAisle]:
    """The cross-aisles that an aisle meets, and the next ones beyond its two ends."""
    reach = [c for c in crosses if min(c.x0_mm, c.x1_mm) <= x <= max(c.x0_mm, c.x1_mm)]
    ys = [c.y_mm for c in reach]
    first, last = bisect_left(ys, low), bisect_right(ys, high)
    yield from reach[max(first - 1, 0) : last + 1]


def _pieces(line: Line, parts: list[Aisle | CrossAisle | Path], closures: list[Closure]) -> Iterator[Piece]:
    for closure in closures:
        line.cuts.update(y for y in (closure.y0_mm, closure.y1_mm) if line.low < y < line.high)
    for part in parts:
        if isinstance(part, CrossAisle):
            line.cuts.update((part.x0_mm, part.x1_mm))
        elif isinstance(part, Aisle) and len(parts) > 1:
            line.cuts.update(_bounds_of(part, line))
    low, high = (min(line.joints), max(line.joints)) if line.joints else (line.high, line.low)
    for a, b in itertools.pairwise(sorted(line.cuts)):
        forth, back = _directions((a + b) / 2, parts)
        if any(min(c.y0_mm, c.y1_mm) < (a + b) / 2 < max(c.y0_mm, c.y1_mm) for c in closures):
            forth = back = False
        yield Piece(a, b, forth, back, b <= low or a >= high)


def _bounds_of(aisle: Aisle, line: Line) -> Iterable[int]:
    """Where one of several aisles on a line ends, if it differs from the others there."""
    return (aisle.y0_mm, aisle.y1_mm) if aisle.blocked or aisle.way != "both" else ()


def _directions(middle: float, parts: list[Aisle | CrossAisle | Path]) -> tuple[bool, bool]:
    """(forth, back) there. Between two aisles of a line, and from an aisle's end to the next cross-aisle, one walks as
    in the nearest aisle; between two cross-aisles of a line there is no way."""
    nearest = min(parts, key=lambda part: _off(middle, part))
    if nearest.blocked or (isinstance(nearest, CrossAisle) and _off(middle, nearest) > 0):
        return False, False
    return nearest.way in ("both", "up", "east", "forth"), nearest.way in ("both", "down", "west")


def _off(middle: float, part: Aisle | CrossAisle | Path) -> float:
    """How far a place along a line is from one of its parts; 0 within it."""
    if isinstance(part, Path):
        return 0.0
    one, other = (part.y0_mm, part.y1_mm) if isinstance(part, Aisle) else (part.x0_mm, part.x1_mm)
    return max(min(one, other) - middle, middle - max(one, other), 0.0)
