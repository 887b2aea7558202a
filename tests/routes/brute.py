"""The shortest walk by plain search, for judging: it knows lines of aisles and cross-aisles, and nothing of ours.

Distances come from Dijkstra over every place that matters, the walk from all subsets of stops (Held & Karp, 1962): both
slow, and simple enough to be believed.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

Place = tuple[int, int]
Gap = tuple[Place, Place]


@dataclass(frozen=True, slots=True)
class Case:
    """Aisles at `xs`, cross-aisles at `ys`; `gaps` are pieces between two neighbouring crossings that are shut."""

    xs: tuple[int, ...]
    ys: tuple[int, ...]
    stops: tuple[Place, ...]
    start: Place
    end: Place
    gaps: frozenset[Gap] = frozenset()


def drawn_case(chance: random.Random, crosses: int, most: int = 9, *, shut: float = 0.0) -> Case:
    """A small block with unequal distances, stops in aisles and here and there at crossings, ends anywhere."""
    xs = tuple(itertools.accumulate(chance.randint(1, 9) for _ in range(chance.randint(1, 7))))
    ys = tuple(itertools.accumulate(chance.randint(1, 14) for _ in range(crosses)))
    edges = [((x, a), (x, b)) for x in xs for a, b in itertools.pairwise(ys)]
    edges += [((a, y), (b, y)) for y in ys for a, b in itertools.pairwise(xs)]
    gaps = frozenset(edge for edge in edges if chance.random() < shut)

    def place() -> Place:
        """Mostly in an aisle, now and then on a cross-aisle between two."""
        while True:
            if chance.random() < 0.85:
                found = (chance.choice(xs), chance.randint(ys[0], ys[-1]))
            else:
                found = (chance.randint(xs[0], xs[-1]), chance.choice(ys))
            if not any(_inside(found, gap) for gap in gaps):
                return found

    stops = tuple(place() for _ in range(chance.randint(1, most)))
    start = place()
    return Case(xs, ys, stops, start, start if chance.random() < 0.5 else place(), gaps)


def shortest(case: Case) -> int | None:
    """The length of the shortest walk, None where there is none."""
    places = [case.start, *case.stops, case.end]
    lengths = distances(case, places)
    table = [[lengths[a].get(b) for b in places] for a in places]
    stops = range(1, len(places) - 1)
    best: dict[tuple[int, int], int] = {(1 << i, i): d for i in stops if (d := table[0][i]) is not None}
    for size in range(2, len(places) - 1):
        for chosen in itertools.combinations(stops, size):
            mask = sum(1 << i for i in chosen)
            for last in chosen:
                rest = mask & ~(1 << last)
                ways = [
                    best[rest, k] + d
                    for k in chosen
                    if k != last and (rest, k) in best and (d := table[k][last]) is not None
                ]
                if ways:
                    best[mask, last] = min(ways)
    whole = sum(1 << i for i in stops)
    ends = [best[whole, i] + d for i in stops if (whole, i) in best and (d := table[i][-1]) is not None]
    return min(ends, default=None)


def distances(case: Case, places: Collection[Place]) -> dict[Place, dict[Place, int]]:
    """The shortest length from each of these places to every place."""
    edges = _edges(case, places)
    return {place: _from(place, edges) for place in places}


def walked(case: Case, order: Sequence[int]) -> int:
    """The length of the walk that visits the stops in this order."""
    places = [case.start, *(case.stops[i] for i in order), case.end]
    lengths = distances(case, set(places))
    return sum(lengths[a][b] for a, b in itertools.pairwise(places))


def _edges(case: Case, places: Collection[Place]) -> dict[Place, list[tuple[Place, int]]]:
    found: dict[Place, list[tuple[Place, int]]] = {place: [] for place in places}
    lines = [sorted({(x, y) for y in case.ys} | {p for p in places if p[0] == x}) for x in case.xs]
    lines += [sorted({(x, y) for x in case.xs} | {p for p in places if p[1] == y}) for y in case.ys]
    for line in lines:
        for a, b in itertools.pairwise(line):
            middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
            if not any(_inside(middle, gap) for gap in case.gaps):
                long = abs(a[0] - b[0]) + abs(a[1] - b[1])
                found.setdefault(a, []).append((b, long))
                found.setdefault(b, []).append((a, long))
    return found


def _inside(place: tuple[float, float], gap: Gap) -> bool:
    """Strictly between the two crossings of a piece that is shut."""
    (ax, ay), (bx, by) = gap
    x, y = place
    return (ax == bx == x and ay < y < by) or (ay == by == y and ax < x < bx)


def _from(place: Place, edges: dict[Place, list[tuple[Place, int]]]) -> dict[Place, int]:
    done: dict[Place, int] = {}
    heap = [(0, place)]
    while heap:
        length, here = heapq.heappop(heap)
        if here not in done:
            done[here] = length
            for there, step in edges.get(here, []):
                heapq.heappush(heap, (length + step, there))
    return done
