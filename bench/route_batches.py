"""Simulated batches: metres walked with and without planning, when bins turn out to be short.

A batch is 15 to 30 stops; at one of twenty the bin is short, and most SKUs lie in up to three further bins. Four ways
to walk it: bins in the order of their names; in S-shape; the exact walk without planning anew (what is missing is
fetched from the first other bin at the end); and the exact walk, planned anew after each short.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from app.picking.rules.grid import Grid
from app.picking.rules.planes import Plane
from app.picking.rules.replan import Rest, after_short
from app.picking.rules.sshape import swept
from app.picking.rules.walks import measured, walk

Place = tuple[int, int]
SHORTS = 0.05
WAYS = ("by name", "S-shape", "exact, not planned anew", "exact, planned anew")


class Hall:
    """A full grid as a floor, with a cell each metre on both sides of every aisle."""

    def __init__(self, aisles: int, cells: int, crosses: int) -> None:
        self.name = f"{aisles} aisles × {cells} cells, {crosses} cross-aisles"
        high = (cells + 1) * 1000
        self.grid = Grid.of([n * 3000 for n in range(aisles)], [high * k // (crosses - 1) for k in range(crosses)])
        self.cells = [(x, y * 1000) for x in self.grid.xs for y in range(1, cells + 1)]

    def distance(self, a: Place, b: Place) -> int:
        return self.grid.distance(a, b)

    def path(self, a: Place, b: Place) -> tuple[Place, ...]:
        return (a, b)

    def plane(self, places: Sequence[Place]) -> Plane:
        return Plane(self.grid, tuple(places), (0,) * len(places))


HALLS = (Hall(10, 45, 2), Hall(20, 45, 3), Hall(12, 60, 4))


@dataclass(frozen=True, slots=True)
class Batch:
    """The bins to visit, which of them turn out to be short, and where else what they lack lies."""

    bins: tuple[Place, ...]
    short: frozenset[int]
    others: tuple[tuple[Place, ...], ...]


def drawn(hall: Hall, chance: random.Random) -> Batch:
    """A batch of random bins."""
    many = chance.randint(15, 30)
    bins = tuple(chance.sample(hall.cells, many))
    others = tuple(tuple(chance.sample(hall.cells, chance.randint(0, 3))) for _ in bins)
    return Batch(bins, frozenset(n for n in range(many) if chance.random() < SHORTS), others)


def metres(hall: Hall, batch: Batch) -> dict[str, float]:
    """How far one walks in each of the four ways."""
    bins, home = batch.bins, (0, 0)
    late = [batch.others[n][0] for n in sorted(batch.short) if batch.others[n]]
    exact = walk(hall, bins, home, home).order
    by_name = sorted(range(len(bins)), key=lambda n: bins[n])
    plain = {
        WAYS[0]: by_name,
        WAYS[1]: swept([("", *place) for place in bins]),
        WAYS[2]: exact,
    }
    found = {way: measured(hall, [home, *(bins[n] for n in order), *late, home]) for way, order in plain.items()}
    found[WAYS[3]] = _planned_anew(hall, batch, exact)
    return {way: mm / 1000 for way, mm in found.items()}


def _planned_anew(hall: Hall, batch: Batch, order: Sequence[int]) -> int:
    home, walked = (0, 0), 0
    here, left, n = home, tuple(order), len(batch.bins)
    places: dict[int, Place] = dict(enumerate(batch.bins))
    while left:
        stop, here_next = left[0], places[left[0]]
        walked += hall.distance(here, here_next)
        here = here_next
        if stop not in batch.short:
            left = left[1:]
            continue
        others = {n + i: place for i, place in enumerate(batch.others[stop])}
        n += len(others)
        left = after_short(hall, Rest(left, places, here, home), stop, others).order
        places |= others
    return walked + hall.distance(here, home)
