"""The front door of routing: the shortest walk over some stops, on any floor, by the best means that fits.

Where the floor is a grid of aisles and up to four cross-aisles (more where it is small), the walk is exact by dynamic
programming (`exact`); else up to twelve stops it is exact over all subsets, beyond that searched (`search`). The order
is what counts; its length is measured anew on the floor, by the same distances that any other order would have.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

from app.picking.rules.distance import Point, Ways
from app.picking.rules.exact import tour
from app.picking.rules.planes import Plane, plane_of
from app.picking.rules.search import EXACT_UP_TO, FAR, SEED, Table, held_karp, searched
from app.picking.rules.sshape import swept

P = TypeVar("P", bound="tuple[int | str, ...]")
"""A place: `Point` (x, y) or `Spot` (zone, x, y), mm."""
Asked = TypeVar("Asked", bound="tuple[int | str, ...]", contravariant=True)


class Floor(Protocol[P]):
    """What can be walked on: `graph.Net` for layouts, `OnWays` for the aisles and cross-aisles of a station."""

    def distance(self, a: P, b: P, /) -> int:
        """The length of the shortest walk in mm, `FAR` where there is none."""
        ...

    def path(self, a: P, b: P, /) -> tuple[P, ...]:
        """Its corners, both ends included."""
        ...

    def plane(self, places: Sequence[P], /) -> Plane | None:
        """These places on a grid, None where the floor is no grid there."""
        ...


@runtime_checkable
class Tabled(Protocol[Asked]):
    """A floor that is quicker with many lengths at once."""

    def table(self, places: Sequence[Asked], /) -> list[list[int]]:
        """The length from each place to each other."""
        ...


@dataclass(frozen=True, slots=True)
class OnWays:
    """A floor of aisles and cross-aisles."""

    ways: Ways

    def distance(self, a: Point, b: Point) -> int:
        return self.ways.distance(a, b)

    def path(self, a: Point, b: Point) -> tuple[Point, ...]:
        return self.ways.path(a, b)

    def plane(self, places: Sequence[Point]) -> Plane | None:
        return plane_of(self.ways, places)


@dataclass(frozen=True, slots=True)
class Walk(Generic[P]):
    """A walk: the stops in order (their numbers as given), every corner of the way from start to end, its length.

    `exact`: no order is shorter. `unreached` are stops to which no way leads, or from which none leads on.
    """

    order: tuple[int, ...]
    turns: tuple[P, ...]
    length_mm: int
    exact: bool
    unreached: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """The order alone, without its corners."""

    order: tuple[int, ...]
    exact: bool
    unreached: tuple[int, ...] = ()


Progress = Callable[[int, int], bool]
MOST_WORK = {2: 100_000, 3: 20_000, 4: 600, 5: 14, 6: 2}
"""With so many cross-aisles, how many aisles the exact walk may have to stay below about a tenth of a second."""


def walk(
    floor: Floor[P], stops: Sequence[P], start: P, end: P, *, ranks: Sequence[int] = (), kicks: int | None = None,
    seed: int = SEED, progress: Progress | None = None,
) -> Walk[P]:  # fmt: skip
    """The shortest walk from `start` over all stops to `end`.

    `ranks`: one number a stop; no stop comes before one of a lower rank (heavy 0, fragile 1, frozen 2). `kicks` bounds
    the search, None: about a tenth of a second. The same question has the same answer.
    """
    found = ordered(floor, stops, start, end, ranks=ranks, kicks=kicks, seed=seed, progress=progress)
    return along(floor, [stops[i] for i in found.order], start, end, found)


def along(floor: Floor[P], places: Sequence[P], start: P, end: P, found: Order) -> Walk[P]:
    """The walk through these places in this order, measured on the floor; `found` says what it is."""
    legs = list(itertools.pairwise([start, *places, end]))
    turns: list[P] = [start]
    for a, b in legs:
        turns += floor.path(a, b)[1:]
    return Walk(found.order, tuple(turns), sum(floor.distance(a, b) for a, b in legs), found.exact, found.unreached)


def ordered(
    floor: Floor[P], stops: Sequence[P], start: P, end: P, *, ranks: Sequence[int] = (), kicks: int | None = None,
    seed: int = SEED, progress: Progress | None = None, given: Sequence[Sequence[int]] = (),
) -> Order:  # fmt: skip
    """The order of that walk. A search begins with `given`, orders that obey the ranks, of which none is shorter then;
    without them with those of `sshape`."""
    free = len(set(ranks)) < 2
    if not stops:
        return Order((), True)
    if free and (order := _on_a_grid(floor, stops, start, end)) is not None:
        return Order(order, True)
    table = table_of(floor, [start, *stops, end])
    lost = _unreached(table)
    if lost:
        return _without(floor, stops, start, end, lost, ranks, kicks, seed)
    if len(stops) <= EXACT_UP_TO:
        return Order(tuple(i - 1 for i in held_karp(table, () if free else ranks)), True)
    starts = [[i + 1 for i in order] for order in given or _swept(stops, ranks)]
    found = searched(table, starts, () if free else ranks, kicks, seed, progress)
    return Order(tuple(i - 1 for i in found), False)


def table_of(floor: Floor[P], places: Sequence[P]) -> list[list[int]]:
    """The length from each place to each other; a grid needs no graph for that."""
    plane = floor.plane(places)
    if plane is None or not plane.grid.is_full:
        if isinstance(floor, Tabled):
            return floor.table(places)
        return [[0 if i == j else floor.distance(a, b) for j, b in enumerate(places)] for i, a in enumerate(places)]
    grid, feet, beside = plane.grid, plane.feet, plane.beside
    table = [[0] * len(feet) for _ in feet]
    for i, j in itertools.combinations(range(len(feet)), 2):
        table[i][j] = table[j][i] = grid.distance(feet[i], feet[j]) + beside[i] + beside[j]
    return table


def _on_a_grid(floor: Floor[P], stops: Sequence[P], start: P, end: P) -> tuple[int, ...] | None:
    plane = floor.plane([start, *stops, end])
    if plane is None or len(plane.grid.xs) > MOST_WORK.get(len(plane.grid.ys), 0):
        return None
    try:
        return tour(plane.grid, plane.feet[1:-1], plane.feet[0], plane.feet[-1]).order
    except ValueError:
        return None


def _unreached(table: Table) -> tuple[int, ...]:
    """The stops to which no way leads from the start, or from which none leads to the end."""
    last = len(table) - 1
    return tuple(i - 1 for i in range(1, last) if table[0][i] >= FAR or table[i][last] >= FAR)


def _without(
    floor: Floor[P], stops: Sequence[P], start: P, end: P, lost: tuple[int, ...], ranks: Sequence[int],
    kicks: int | None, seed: int,
) -> Order:  # fmt: skip
    kept = [i for i in range(len(stops)) if i not in lost]
    found = ordered(
        floor, [stops[i] for i in kept], start, end, ranks=[ranks[i] for i in kept] if ranks else (), kicks=kicks,
        seed=seed,
    )  # fmt: skip
    return Order(tuple(kept[i] for i in found.order), found.exact, lost)


def _swept(stops: Sequence[P], ranks: Sequence[int]) -> list[list[int]]:
    """In S-shape, and as they are given; both by rank."""
    spots = [(str(stop[:-2]), int(stop[-2]), int(stop[-1])) for stop in stops]
    orders = (swept(spots), range(len(stops)))
    return [sorted(order, key=lambda i: ranks[i]) if ranks else list(order) for order in orders]


def measured(floor: Floor[P], places: Sequence[P]) -> int:
    """The length of the walk through these places as they are given, mm."""
    return sum(floor.distance(a, b) for a, b in itertools.pairwise(places))
