"""Batches by savings.

The second heuristic of Clarke & Wright as de Koster, van der Poort & Wolters describe it for batches (1999, Int. J.
Production Research 37:1479-1504; "C&W(ii)"): the two batches whose union saves most are merged, and the savings of
the new one with all others are worked out anew. A saving that was worked out once stays right for as long as both
parts are there, so all of them lie in a heap and only those with the new batch are added.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator, Sequence

from app.picking.rules.batches import Group, Pool, Watch

BREATH = 1_000
"""Pairs between two looks at whoever waits."""
ALL_PAIRS = 600
"""Up to so many orders each is tried with every other one."""
PARTNERS = 40
"""Beyond that, each is tried with so many of those that walk through the same neighbourhoods."""


def by_savings(pool: Pool, groups: Sequence[Group], watch: Watch) -> list[Group]:
    """Merges the two groups whose union saves most for as long as two fit onto a cart.

    Where they are many only near ones are tried at first; what is left of them, with whom it fits together.
    """
    found = list(groups)
    if len(found) > ALL_PAIRS:
        found = _merged(pool, found, _near_pairs(pool, found), watch)
    return _merged(pool, found, itertools.combinations(range(len(found)), 2), watch)


def savings_alone(pool: Pool, watch: Watch) -> list[Group]:
    """The heuristic as it is published, every order tried with every other one, however many there are."""
    size = len(pool.orders)
    return _merged(pool, [pool.group([n]) for n in range(size)], itertools.combinations(range(size), 2), watch)


def _merged(pool: Pool, groups: list[Group], pairs: Iterable[tuple[int, int]], watch: Watch) -> list[Group]:
    """Merges along the pairs given (of indices). A new group may be merged with the partners of both of its parts."""
    alive: dict[int, Group] = dict(enumerate(groups))
    partners: dict[int, set[int]] = {n: set() for n in alive}
    heap: list[tuple[int, int, int]] = []
    numbers = itertools.count(len(groups))
    length = sum(group.length for group in groups)
    for turn, (a, b) in enumerate(pairs):
        if turn % BREATH == 0:
            watch.step(0, length)
        if (saved := _saved(pool, alive[a], alive[b])) is not None:
            partners[a].add(b)
            partners[b].add(a)
            heap.append((-saved, a, b))
    heapq.heapify(heap)
    while heap:
        saved, a, b = heapq.heappop(heap)
        if a not in alive or b not in alive:
            continue
        new = next(numbers)
        merged = pool.group([*alive.pop(a).members, *alive.pop(b).members])
        partners[new] = set()
        for other in sorted((partners.pop(a) | partners.pop(b)) & alive.keys()):
            if (saving := _saved(pool, alive[other], merged)) is not None:
                partners[new].add(other)
                partners[other].add(new)
                heapq.heappush(heap, (-saving, other, new))
        alive[new] = merged
        length += saved
        watch.step(1, length)
    return list(alive.values())


def _saved(pool: Pool, a: Group, b: Group) -> int | None:
    """What one walk saves over two; None when it is too much for every cart."""
    if not pool.fleet.fits(a.load + b.load):
        return None
    return a.length + b.length - pool.tours.length_mm(a.stops | b.stops)


def _near_pairs(pool: Pool, groups: Sequence[Group]) -> Iterator[tuple[int, int]]:
    """For each group those that fit beside it and with which it shares the largest part of its neighbourhoods."""
    regions = [pool.tours.region(group.stops) for group in groups]
    pairs = set()
    for a, region in enumerate(regions):
        room = [b for b, group in enumerate(groups) if b != a and pool.fleet.fits(groups[a].load + group.load)]
        for _, b in heapq.nsmallest(PARTNERS, [(-likeness(region, regions[b]), b) for b in room]):
            pairs.add((min(a, b), max(a, b)))
    yield from sorted(pairs)


def likeness(a: int, b: int) -> int:
    """What two sets of bits share, per thousand of what either has."""
    return (a & b).bit_count() * 1000 // max((a | b).bit_count(), 1)
