"""Where a part of a floor is a rectangular grid, and where places stand on it: what the exact walk can take over."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.picking.rules.distance import Point, Ways
from app.picking.rules.grid import Grid

Stretches = Mapping[int, Sequence[tuple[int, int]]]
"""Line (x of an aisle, y of a cross-aisle) → the stretches of it that can be walked both ways, from node to node."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Places on a grid: their feet, and how far each stands beside its foot, mm (walked in and out)."""

    grid: Grid
    feet: tuple[Point, ...]
    beside: tuple[int, ...]


def grid_from(upright: Stretches, level: Stretches) -> Grid | None:
    """The grid of these stretches; None where a way crosses another without a junction, or there is no cross-aisle."""
    xs = sorted({*upright, *(x for found in level.values() for stretch in found for x in stretch)})
    ys = sorted({*level, *(y for found in upright.values() for stretch in found for y in stretch)})
    if len(ys) < 2 or not level or _crosses_over(upright, level, ys) or _crosses_over(level, upright, xs):
        return None
    uprights = tuple(_open(upright.get(x, ()), ys) for x in xs)
    rails = tuple(_open(level.get(y, ()), xs) for y in ys)
    return Grid(tuple(xs), tuple(ys), uprights, rails)


def _open(stretches: Sequence[tuple[int, int]], places: Sequence[int]) -> tuple[bool, ...]:
    """Between which neighbouring places one of the stretches lies."""
    order = sorted(stretches)
    found, i = [], 0
    for low, high in itertools.pairwise(places):
        while i < len(order) and order[i][1] <= low:
            i += 1
        found.append(i < len(order) and order[i][0] <= low and high <= order[i][1])
    return tuple(found)


def _crosses_over(these: Stretches, others: Stretches, places: Sequence[int]) -> bool:
    """Whether a stretch passes a line of the other kind where that can be walked, but not from one to the other."""
    for at, stretches in these.items():
        for low, high in stretches:
            for place in places:
                if low < place < high and any(a <= at <= b for a, b in others.get(place, ())):
                    return True
    return False


def smallest_holding(grids: Sequence[Grid | None], feet: Sequence[Point], beside: Sequence[int]) -> Plane | None:
    """These feet on the first of the grids that holds them all."""
    for grid in grids:
        if grid is not None and all(map(grid.holds, feet)):
            return Plane(grid, tuple(feet), tuple(beside))
    return None


def plane_of(ways: Ways, points: Sequence[Point]) -> Plane | None:
    """Places of a floor of aisles and cross-aisles on its grid; None where it is no grid."""
    feet = [ways._foot(point) for point in points]
    beside = [abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in zip(points, feet, strict=True)]
    return smallest_holding(_grids(ways), feet, beside)


@lru_cache(maxsize=16)
def _grids(ways: Ways) -> tuple[Grid | None, Grid | None]:
    """Without and with the dead ends of aisles and cross-aisles: few stops lie there, and without them nothing of the
    grid is missing."""
    upright: dict[int, list[tuple[int, int]]] = {}
    level: dict[int, list[tuple[int, int]]] = {}
    for (axis, at), places in ways._along.items():
        found = upright if axis == "x" else level
        found[at] = list(itertools.pairwise(places))
    plain = grid_from(upright, level)
    for aisle in ways.aisles:
        if met := ways._along.get(("x", aisle.x_mm)):
            upright[aisle.x_mm] += _beyond(met, aisle.y0_mm, aisle.y1_mm)
    for cross in ways.crosses:
        if met := ways._along.get(("y", cross.y_mm)):
            level[cross.y_mm] += _beyond(met, cross.x0_mm, cross.x1_mm)
    return plain, grid_from(upright, level)


def _beyond(places: Sequence[int], low: int, high: int) -> list[tuple[int, int]]:
    before = [(low, places[0])] if low < places[0] else []
    return before + ([(places[-1], high)] if high > places[-1] else [])
