"""What batches are held against: first come with S-shape, and C&W(ii) with exact walks. Imports nothing of app.

Orders are generated as Henn & Wäscher do (2012, European J. Operational Research 222:484-494): one block of 10 aisles
with 45 cells on either side, a cell 1 m long, an aisle 5 m from the next, 1 m from the last cell to the cross-aisle,
the depot before the leftmost aisle; 5 to 25 items an order, uniformly; items lie anywhere, or by class (52 % of them
in the first aisle, 36 % in the next three, 12 % in the other six); a cart takes 30 to 75 items.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Place = tuple[int, int]
AISLES, CELLS, CELL_MM, APART_MM, DEPOT_MM = 10, 45, 1_000, 5_000, 500
LONG_MM = (CELLS + 1) * CELL_MM
"""From cross-aisle to cross-aisle."""
CAPACITIES = (30, 45, 60, 75)
FAR = 1 << 60


@dataclass(frozen=True, slots=True)
class Case:
    """Orders as (places, items) each, and how many items a cart takes."""

    orders: tuple[tuple[frozenset[Place], int], ...]
    capacity: int
    by_class: bool


def generated(orders: int, capacity: int, by_class: bool, seed: int) -> Case:
    """Orders by chance; the same seed gives the same orders for every capacity."""
    chance = random.Random(f"{orders} {by_class} {seed}")
    drawn = []
    for _ in range(orders):
        items = chance.randint(5, 25)
        drawn.append((frozenset(_place(chance, by_class) for _ in range(items)), items))
    return Case(tuple(drawn), capacity, by_class)


def _place(chance: random.Random, by_class: bool) -> Place:
    aisle = chance.randrange(AISLES)
    if by_class:
        share = chance.random()
        aisle = 0 if share < 0.52 else chance.randint(1, 3) if share < 0.88 else chance.randint(4, 9)
    return aisle * APART_MM, chance.randint(1, CELLS) * CELL_MM


def s_shape_mm(places: frozenset[Place]) -> int:
    """Through every aisle that has a stop, in turn up and down; out of the last one the way one came if need be."""
    if not places:
        return 0
    aisles = sorted({x for x, _ in places})
    across = 2 * aisles[-1] + 2 * DEPOT_MM
    if len(aisles) % 2 == 0:
        return across + len(aisles) * LONG_MM
    return across + (len(aisles) - 1) * LONG_MM + 2 * max(y for x, y in places if x == aisles[-1])


def exact_mm(places: frozenset[Place]) -> int:
    """The shortest walk, after Ratliff & Rosenthal: the seven classes of what was walked so far, aisle by aisle."""
    by_aisle: dict[int, list[int]] = {0: [0]}
    for x, y in places:
        by_aisle.setdefault(x, []).append(y)
    states = {"none": 0}
    before: int | None = None
    for x in sorted(by_aisle):
        if before is not None:
            states = _across(states, x - before)
        states = _along(states, sorted(by_aisle[x]))
        before = x
    return min(states.get(state, FAR) for state in ("low", "high", "one")) + 2 * DEPOT_MM


_ACROSS = {
    "odd": (("odd", 2),),
    "low": (("low", 2),),
    "high": (("high", 2),),
    "one": (("low", 2), ("high", 2), ("one", 4)),
    "two": (("two", 4),),
}
_ALONG = {
    # through, from above, from below, around the widest gap, through and back
    "none": ("odd", "high", "low", "two", "one"),
    "odd": ("one", "odd", "odd", "odd", "odd"),
    "low": ("odd", "two", "low", "two", "one"),
    "high": ("odd", "high", "two", "two", "one"),
    "one": ("odd", "one", "one", "one", "one"),
    "two": ("odd", "two", "two", "two", "one"),
}


def _across(states: dict[str, int], width: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for state, length in states.items():
        for then, times in _ACROSS[state]:
            whole = length + times * width
            if whole < found.get(then, FAR):
                found[then] = whole
    return found


def _along(states: dict[str, int], ys: list[int]) -> dict[str, int]:
    gap = max((b - a for a, b in itertools.pairwise(ys)), default=0)
    costs = (LONG_MM, 2 * (LONG_MM - ys[0]), 2 * ys[-1], 2 * (LONG_MM - gap), 2 * LONG_MM)
    found: dict[str, int] = {}
    for state, length in states.items():
        for then, cost in zip(_ALONG[state], costs, strict=True):
            whole = length + cost
            if whole < found.get(then, FAR):
                found[then] = whole
    return found


Groups = list[tuple[frozenset[Place], int]]


def first_come(case: Case) -> Groups:
    """The places and items of each batch: a cart is full when the next order does not fit."""
    groups: Groups = []
    for places, items in case.orders:
        if groups and groups[-1][1] + items <= case.capacity:
            groups[-1] = (groups[-1][0] | places, groups[-1][1] + items)
        else:
            groups.append((places, items))
    return groups


def savings(case: Case, length: Callable[[frozenset[Place]], int] = exact_mm) -> Groups:
    """C&W(ii): the pair that saves most is merged, the savings of the new one worked out anew. Lengths are kept."""
    known: dict[frozenset[Place], int] = {}

    def walk(places: frozenset[Place]) -> int:
        if places not in known:
            known[places] = length(places)
        return known[places]

    alive = dict(enumerate(case.orders))
    heap: list[tuple[int, int, int]] = []

    def offer(a: int, b: int) -> None:
        (here, some), (there, more) = alive[a], alive[b]
        if some + more <= case.capacity:
            heapq.heappush(heap, (walk(here | there) - walk(here) - walk(there), a, b))

    for a, b in itertools.combinations(alive, 2):
        offer(a, b)
    for new in itertools.count(len(alive)):
        while heap and not (heap[0][1] in alive and heap[0][2] in alive):
            heapq.heappop(heap)
        if not heap:
            return list(alive.values())
        _, a, b = heapq.heappop(heap)
        (here, some), (there, more) = alive.pop(a), alive.pop(b)
        others = sorted(alive)
        alive[new] = (here | there, some + more)
        for other in others:
            offer(other, new)
    raise AssertionError("a count never ends")


def total_mm(groups: Sequence[tuple[frozenset[Place], int]], length: Callable[[frozenset[Place]], int]) -> int:
    """The length of all walks."""
    return sum(length(places) for places, _ in groups)
