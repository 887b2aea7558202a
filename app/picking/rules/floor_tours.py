"""Lengths of round walks on a real floor: the quickest exact means that fits it.

One block of aisles between two cross-aisles, with walks that end where they begin, is a `BlockTours`. Any other grid
asks the exact walk for each length, and a floor that is no grid asks the front door of routing.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.picking.rules.distance import Point
from app.picking.rules.exact import tour_mm
from app.picking.rules.planes import Plane
from app.picking.rules.tours import AskedTours, BlockTours, Tours
from app.picking.rules.walks import MOST_WORK, Floor, walk


def tours_on(floor: Floor[Point], places: Iterable[Point], start: Point, end: Point) -> Tours:
    """The lengths of walks from `start` over some of these places to `end`."""
    stops = sorted(set(places))
    plane = floor.plane([start, *stops, end])
    if plane is None or len(plane.grid.xs) > MOST_WORK.get(len(plane.grid.ys), 0):
        return AskedTours(stops, lambda some: walk(floor, some, start, end).length_mm, start)
    feet = dict(zip(stops, plane.feet[1:-1], strict=True))
    if _is_a_block(plane, start == end):
        (low, high), away = plane.grid.ys, plane.beside[0]
        begins = plane.feet[0]
        beyond = (begins[0], begins[1] - away if begins[1] == low else begins[1] + away)
        return BlockTours(plane.grid.xs, low, high, beyond, stops, feet.__getitem__)
    beside = dict(zip(stops, plane.beside[1:-1], strict=True))
    outside = plane.beside[0] + plane.beside[-1]

    def length_mm(some: Iterable[Point]) -> int:
        chosen = list(some)
        walked = tour_mm(plane.grid, [feet[place] for place in chosen], plane.feet[0], plane.feet[-1])
        return walked + outside + 2 * sum(beside[place] for place in chosen)

    return AskedTours(stops, length_mm, start)


def _is_a_block(plane: Plane, is_round: bool) -> bool:
    """Whether walks begin and end at one place of a cross-aisle, and all stops stand in aisles between two of them."""
    grid = plane.grid
    if not (is_round and grid.is_full and len(grid.ys) == 2 and plane.feet[0][1] in grid.ys):
        return False
    return not any(plane.beside[1:-1]) and all(x in grid.column_at for x, _ in plane.feet[1:-1])
