"""Walking distance between two places: along the aisles, and from aisle to aisle over one cross-aisle."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """Where one stands, mm from the south-west corner."""

    x_mm: int
    y_mm: int


@dataclass(frozen=True, slots=True)
class Floor:
    """What matters for distances: the `y_mm` of every cross-aisle."""

    cross_y_mm: tuple[int, ...] = ()


def walking_mm(floor: Floor, a: Point, b: Point) -> int:
    """The shortest walk in mm. Aisles are straight and parallel, so one cross-aisle is enough between two of them.

    Places on one aisle are reached straight. Without cross-aisles the floor is open and corners are right-angled.
    """
    if a.x_mm == b.x_mm:
        return abs(a.y_mm - b.y_mm)
    across = abs(a.x_mm - b.x_mm)
    if not floor.cross_y_mm:
        return across + abs(a.y_mm - b.y_mm)
    return across + min(abs(a.y_mm - y) + abs(y - b.y_mm) for y in floor.cross_y_mm)
