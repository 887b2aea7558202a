"""Distances on the ways of a layout: directed where a way is, through doors, in bounded memory.

Only junctions are nodes: crossings, ends, doors, nodes of an irregular hall. A place is a foot on an edge between two
of them, so a hundred thousand bins add nothing to the net. The shortest lengths from a junction to all others
(Dijkstra, 1959) are kept for as many junctions as fit, those used last.
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.picking.rules.distance import Point
from app.picking.rules.grid import Grid
from app.picking.rules.layout import Bin, Door, Finding, Layout, same_names
from app.picking.rules.lines import Line, Lines, Spot
from app.picking.rules.planes import Plane, Stretches, grid_from, smallest_holding
from app.picking.rules.search import FAR

MOST_LENGTHS = 1_000_000
"""How many lengths the trees hold together, 16 bytes each; the tree used longest ago goes first."""
MOST_FEET = 200_000
WALK_MM_S = 1200
"""How far one walks in a second (as in `seconds`): as so much way a door counts that makes wait."""


@dataclass(frozen=True, slots=True)
class Foot:
    """Where a place joins the net: so far from the first node of an edge, and so far beside it (walked in and out)."""

    edge: int
    at_mm: int
    beside_mm: int
    spot: Spot


Edge = tuple[int, int, int, bool, bool]
"""(node, node, mm, whether it is walked from the first to the second, and back)."""


class Net:
    """The walkable net of a layout, made once. It remembers what it was asked; its answers depend on nothing else.

    Lengths are mm; one through a door that makes wait is as much longer as one walks meanwhile.
    """

    def __init__(self, layout: Layout, *, walk_mm_s: int = WALK_MM_S) -> None:
        self.layout = layout
        self.nodes: list[Spot] = []
        self._node_at: dict[Spot, int] = {}
        self._edges: list[Edge] = []
        self._lines = Lines(layout)
        self._edges_on = [self._lay(line) for line in self._lines.all]
        self._door_nodes: dict[str, set[int]] = {}
        for door in layout.doors:
            self._add_door(door, walk_mm_s)
        self._out = self._neighbours()
        self._trees: OrderedDict[int, Tree] = OrderedDict()
        self._most_trees = max(MOST_LENGTHS // max(len(self.nodes), 1), 16)
        self._aisle_x = {aisle.name: aisle.x_mm for aisle in layout.aisles}
        self._feet: dict[Spot, Foot | None] = {}
        self._grids: dict[str, tuple[Grid | None, Grid | None]] = {}
        self._bins = {place.name: place for place in layout.bins}

    # ---- places ---------------------------------------------------------------------------------------------------

    def spot_of(self, name: str) -> Spot:
        """Where one stands at a bin or another place of the layout. `KeyError` for a name that it has not."""
        return self.spot(self._bins[name])

    def spot(self, place: Bin) -> Spot:
        """Where one stands at a place: a bin beside the line of its aisle is reached from there."""
        spot = (place.zone, place.x_mm, place.y_mm)
        aisle_x = self._aisle_x.get(place.aisle)
        if aisle_x is not None and aisle_x != place.x_mm and spot not in self._feet:
            self._feet[spot] = self._foot(spot, aisle_x)
        return spot

    def foot(self, spot: Spot) -> Foot | None:
        """Where a place joins the net, None in a zone that has no ways."""
        if spot not in self._feet:
            if len(self._feet) >= MOST_FEET:
                self._feet.clear()
            self._feet[spot] = self._foot(spot, None)
        return self._feet[spot]

    def _foot(self, spot: Spot, aisle_x: int | None) -> Foot | None:
        found = self._lines.nearest(*spot, aisle_x)
        if found is None:
            return None
        number, along, beside = found
        starts, edges = self._edges_on[number]
        if not starts:
            return None
        line = self._lines.all[number]
        i = max(bisect_right(starts, along) - 1, 0)
        piece = line.pieces[i]
        kept = min(max(along, piece.low), piece.high)
        return Foot(edges[i], kept - piece.low, beside + abs(kept - along), line.spot(kept))

    # ---- lengths --------------------------------------------------------------------------------------------------

    def distance(self, a: Spot, b: Spot) -> int:
        """The length of the shortest walk from `a` to `b` in mm; `FAR` where there is none."""
        return self._best(a, b)[0]

    def path(self, a: Spot, b: Spot) -> tuple[Spot, ...]:
        """The corners of that walk, from `a` to `b`, both included; empty where there is none."""
        length, first, last = self._best(a, b)
        if length >= FAR:
            return ()
        middle: list[Spot] = []
        if first is not None and last is not None:
            _, before = self._tree(first)
            chain = [last]
            while chain[-1] != first:
                chain.append(before[chain[-1]])
            middle = [self.nodes[node] for node in reversed(chain)]
        one, other = self.foot(a), self.foot(b)
        feet = ([one.spot] if one else []), ([other.spot] if other else [])
        return corners([a, *feet[0], *middle, *feet[1], b])

    def _best(self, a: Spot, b: Spot) -> tuple[int, int | None, int | None]:
        """(length, the junction left through, the one arrived through), without junctions along one edge."""
        one, other = self.foot(a), self.foot(b)
        if one is None or other is None:
            return FAR, None, None
        beside = one.beside_mm + other.beside_mm
        best: tuple[int, int | None, int | None] = (self._straight(one, other), None, None)
        entries = self._entries(other)
        for leave, first in self._exits(one):
            lengths, _ = self._tree(first)
            for arrive, last in entries:
                length = leave + lengths[last] + arrive
                if length < best[0]:
                    best = (length, first, last)
        return (min(best[0] + beside, FAR), *best[1:]) if best[0] < FAR else (FAR, None, None)

    def table(self, spots: Sequence[Spot]) -> list[list[int]]:
        """The length from each of these places to each other, as `distance` gives it; 0 from each to itself."""
        feet = [self.foot(spot) for spot in spots]
        arrivals = [self._entries(foot) if foot else [] for foot in feet]
        table = []
        for i, one in enumerate(feet):
            if one is None:
                table.append([FAR if i != j else 0 for j in range(len(feet))])
                continue
            ways = [(leave + one.beside_mm, self._tree(first)[0]) for leave, first in self._exits(one)]
            row = []
            for other, entries in zip(feet, arrivals, strict=True):
                best = FAR
                for leave, lengths in ways:
                    for arrive, last in entries:
                        length = leave + lengths[last] + arrive
                        if length < best:
                            best = length
                if other is not None:
                    if other.edge == one.edge:
                        best = min(best, self._straight(one, other) + one.beside_mm)
                    best += other.beside_mm
                row.append(min(best, FAR))
            row[i] = 0
            table.append(row)
        return table

    def _straight(self, one: Foot, other: Foot) -> int:
        _, _, _, forth, back = self._edges[one.edge]
        if one.edge != other.edge or not (forth or back):
            return FAR
        on = other.at_mm - one.at_mm
        return abs(on) if on == 0 or (forth if on > 0 else back) else FAR

    def _exits(self, foot: Foot) -> list[tuple[int, int]]:
        a, b, length, forth, back = self._edges[foot.edge]
        found = [(length - foot.at_mm, b)] if forth or foot.at_mm == length else []
        return [*found, (foot.at_mm, a)] if back or foot.at_mm == 0 else found

    def _entries(self, foot: Foot) -> list[tuple[int, int]]:
        a, b, length, forth, back = self._edges[foot.edge]
        found = [(foot.at_mm, a)] if forth or foot.at_mm == 0 else []
        return [*found, (length - foot.at_mm, b)] if back or foot.at_mm == length else found

    def _tree(self, root: int) -> Tree:
        """(the shortest length from a junction to each other, the junction before each on the way)."""
        if root in self._trees:
            self._trees.move_to_end(root)
            return self._trees[root]
        if len(self._trees) >= self._most_trees:
            self._trees.popitem(last=False)
        self._trees[root] = found = grown(self._out, root)
        return found

    def reachable(self, places: Sequence[Bin], *, back: bool) -> Callable[[Bin], bool]:
        """Says of a bin whether a way leads to it from one of these places; `back`: from it to one of them."""
        feet = [foot for place in places if (foot := self.foot(self.spot(place))) is not None]
        out = _turned(self._out) if back else self._out
        leave, arrive = (self._entries, self._exits) if back else (self._exits, self._entries)
        seen = {node for foot in feet for _, node in leave(foot)}
        waiting = list(seen)
        while waiting:
            for _, to in out[waiting.pop()]:
                if to not in seen:
                    seen.add(to)
                    waiting.append(to)

        def is_reached(place: Bin) -> bool:
            foot = self.foot(self.spot(place))
            if foot is None:
                return False
            pairs = ((foot, other) if back else (other, foot) for other in feet)
            return any(node in seen for _, node in arrive(foot)) or any(self._straight(*pair) < FAR for pair in pairs)

        return is_reached

    # ---- what the exact walk can take over ------------------------------------------------------------------------

    def plane(self, spots: Sequence[Spot]) -> Plane | None:
        """These places on the grid of their zone; None where they lie in several zones, where the zone is no grid of
        two-way aisles, or where a door is a short cut."""
        zones = {spot[0] for spot in spots}
        feet = [self.foot(spot) for spot in spots]
        if len(zones) != 1 or None in feet:
            return None
        grids = self._grids_of(next(iter(zones)))
        known = [foot for foot in feet if foot is not None]
        return smallest_holding(grids, [foot.spot[1:] for foot in known], [foot.beside_mm for foot in known])

    def _grids_of(self, zone: str) -> tuple[Grid | None, Grid | None]:
        if zone not in self._grids:
            self._grids[zone] = self._made_grids(zone)
        return self._grids[zone]

    def _made_grids(self, zone: str) -> tuple[Grid | None, Grid | None]:
        lines = [line for line in self._lines.all if line.zone == zone]
        if any(line.axis == "p" or any(p.forth != p.back for p in line.pieces) for line in lines):
            return None, None
        if self._has_short_cut(zone):
            return None, None
        plain, whole = (grid_from(*_stretches(lines, dead_ends=each)) for each in (False, True))
        return plain, whole

    def _has_short_cut(self, zone: str) -> bool:
        """Whether it is nearer from one door of the zone to another over another zone."""
        doors = sorted(self._door_nodes.get(zone, ()))
        if len(doors) < 2:
            return False
        inside = [[(mm, to) for mm, to in ways if self.nodes[to][0] == zone] for ways in self._out]
        for door in doors:
            whole, within = self._tree(door)[0], grown(inside, door)[0]
            if any(whole[other] < within[other] for other in doors):
                return True
        return False

    # ---- laying ---------------------------------------------------------------------------------------------------

    def _node(self, spot: Spot) -> int:
        if spot not in self._node_at:
            self._node_at[spot] = len(self.nodes)
            self.nodes.append(spot)
        return self._node_at[spot]

    def _lay(self, line: Line) -> tuple[list[int], list[int]]:
        """The edges of a line: the places along it at which they begin, and their numbers."""
        starts, numbers = [], []
        for piece in line.pieces:
            starts.append(piece.low)
            numbers.append(len(self._edges))
            ends = self._node(line.spot(piece.low)), self._node(line.spot(piece.high))
            self._edges.append((*ends, piece.high - piece.low, piece.forth, piece.back))
        return starts, numbers

    def _add_door(self, door: Door, walk_mm_s: int) -> None:
        ends = ((door.zone, door.x_mm, door.y_mm), (door.to_zone, door.to_x_mm, door.to_y_mm))
        found = [self._lines.nearest(*end) for end in ends]
        nodes, length = [], door.length_mm + door.seconds * walk_mm_s
        for (zone, _, _), near in zip(ends, found, strict=True):
            if near is None:
                return
            nodes.append(self._node(self._lines.all[near[0]].spot(near[1])))
            self._door_nodes.setdefault(zone, set()).add(nodes[-1])
            length += near[2]
        self._edges.append((nodes[0], nodes[1], length, True, door.way == "both"))

    def _neighbours(self) -> list[list[tuple[int, int]]]:
        out: list[list[tuple[int, int]]] = [[] for _ in self.nodes]
        for a, b, length, forth, back in self._edges:
            if forth:
                out[a].append((length, b))
            if back:
                out[b].append((length, a))
        return out


Tree = tuple["array[int]", "array[int]"]


def grown(out: list[list[tuple[int, int]]], root: int) -> Tree:
    """Shortest lengths from a node to all others, `FAR` where no way leads, and the node before each."""
    lengths, before = array("q", [FAR]) * len(out), array("q", [-1]) * len(out)
    lengths[root], before[root] = 0, root
    heap = [(0, root)]
    while heap:
        length, node = heapq.heappop(heap)
        if length > lengths[node]:
            continue
        for step, to in out[node]:
            if length + step < lengths[to]:
                lengths[to], before[to] = length + step, node
                heapq.heappush(heap, (length + step, to))
    return lengths, before


def _turned(out: list[list[tuple[int, int]]]) -> list[list[tuple[int, int]]]:
    """Every way in the other direction."""
    found: list[list[tuple[int, int]]] = [[] for _ in out]
    for node, ways in enumerate(out):
        for step, to in ways:
            found[to].append((step, node))
    return found


def _stretches(lines: Sequence[Line], *, dead_ends: bool) -> tuple[Stretches, Stretches]:
    """What of these aisles and cross-aisles is open."""
    upright: dict[int, list[Point]] = {}
    level: dict[int, list[Point]] = {}
    for line in lines:
        found = (upright if line.axis == "x" else level).setdefault(line.at, [])
        found += [(p.low, p.high) for p in line.pieces if p.forth and (dead_ends or not p.is_dead_end)]
    return upright, level


def corners(spots: Sequence[Spot]) -> tuple[Spot, ...]:
    """Without repeated places, and without places in the middle of a straight piece."""
    kept: list[Spot] = []
    for spot in spots:
        if kept and kept[-1] == spot:
            continue
        while len(kept) >= 2 and _is_between(kept[-2], kept[-1], spot):
            kept.pop()
        kept.append(spot)
    return tuple(kept)


def _is_between(a: Spot, b: Spot, c: Spot) -> bool:
    if not a[0] == b[0] == c[0]:
        return False
    (_, ax, ay), (_, bx, by), (_, cx, cy) = a, b, c
    cross = (bx - ax) * (cy - by) - (by - ay) * (cx - bx)
    return cross == 0 and (bx - ax) * (cx - bx) + (by - ay) * (cy - by) >= 0


def check(layout: Layout) -> tuple[Finding, ...]:
    """What is wrong with a layout as a whole: names and codes that are there twice, bins that no walk reaches from a
    start, or from which none leads to a drop place (a pack place, a start, where there is none)."""
    net = Net(layout)
    of_type = {kind: [p for p in layout.bins if p.type == kind] for kind in ("start", "drop", "pack")}
    starts = of_type["start"] or of_type["pack"] or of_type["drop"] or list(layout.bins[:1])
    ends = of_type["drop"] or of_type["pack"] or starts
    found = same_names(layout)
    reached, leaving = net.reachable(starts, back=False), net.reachable(ends, back=True)
    for place in layout.bins:
        if not reached(place):
            found.append(Finding("unreachable", "bin", place.name))
        elif not leaving(place):
            found.append(Finding("no_way_out", "bin", place.name))
    return tuple(found)
