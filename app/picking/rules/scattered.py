"""Scattered stock: where an article lies in several bins, the bins and the walk are chosen together.

First searched: every article takes the bins that shorten the exact walk most, until no change of one article helps;
then a few are dealt anew, and again (iterated local search with a budget of walks and a fixed seed). That walk is the
limit for the sweep of `covering`, which is exact as long as it need not forget anything.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.picking.rules.covering import Covering, Offer
from app.picking.rules.distance import Point
from app.picking.rules.exact import tour, tour_mm
from app.picking.rules.grid import Grid
from app.picking.rules.published import Instance, Pick

MOST_SETS = 40
"""How many sets of several bins are thought about for one article, beside all single bins that hold enough."""
WALKS = 400
"""How many walks the search measures."""
SEED = 20


@dataclass(frozen=True, slots=True)
class Chosen:
    """The bins to visit, as numbers of the offers in walking order, and the length of that walk in mm."""

    order: tuple[int, ...]
    length_mm: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Solved:
    """A published problem solved: the places in walking order, the length with the way to the depot, in mm."""

    picks: tuple[Pick, ...]
    length_mm: int
    exact: bool


def solved(instance: Instance) -> Solved:
    """The shortest walk of a published problem."""
    picks = instance.stops
    offers = [Offer(pick.point, pick.article, pick.quantity) for pick in picks]
    found = chosen(instance.grid, offers, instance.wanted, instance.depot, instance.depot)
    whole = found.length_mm + 2 * instance.beside_mm
    return Solved(tuple(picks[i] for i in found.order), whole, found.exact)


def chosen(grid: Grid, offers: Sequence[Offer], wanted: Mapping[int, int], start: Point, end: Point) -> Chosen:
    """Which bins to visit for `wanted` (article → units), and in which order. `ValueError` when there is not enough."""
    must, free = _sets_of(offers, wanted)
    if not free:
        return _walked(grid, offers, must, start, end, exact=True)
    best = _searched(grid, offers, must, free, start, end)
    if not (grid.is_full and start[1] in grid.row_at and end[1] in grid.row_at and len(grid.ys) <= 3):
        return _walked(grid, offers, best, start, end, exact=False)
    limit = tour_mm(grid, [offers[i].point for i in best], start, end)
    reached, whole = Covering(grid, offers, must, wanted, start, end).reached(limit)
    if reached:
        best = _thinned(offers, wanted, sorted(reached))
    return _walked(grid, offers, best, start, end, exact=whole)


def _walked(
    grid: Grid, offers: Sequence[Offer], visited: Sequence[int], start: Point, end: Point, *, exact: bool
) -> Chosen:
    found = tour(grid, [offers[i].point for i in visited], start, end)
    return Chosen(tuple(visited[i] for i in found.order), found.length_mm, exact)


Sets = list[tuple[int, ...]]
"""Sets of offers of one article, each of which holds enough and none more than needed."""


def _sets_of(offers: Sequence[Offer], wanted: Mapping[int, int]) -> tuple[list[int], list[Sets]]:
    """The offers that are needed in any case, and for each other article the sets among which to choose."""
    by_article: dict[int, list[int]] = {}
    for i, offer in enumerate(offers):
        by_article.setdefault(offer.article, []).append(i)
    must: list[int] = []
    free: list[Sets] = []
    for article, units in sorted(wanted.items()):
        if units <= 0:
            continue
        here = by_article.get(article, [])
        if sum(offers[i].quantity for i in here) < units:
            raise ValueError(f"there are not {units} units of article {article}")
        sets = _enough(here, [offers[i].quantity for i in here], units)
        if len(sets) == 1:
            must += sets[0]
        else:
            free.append(sets)
    return must, free


def _enough(here: Sequence[int], held: Sequence[int], units: int) -> Sets:
    """Smallest sets first; of many, the first ones."""
    found: list[tuple[int, ...]] = []
    for size in range(1, len(here) + 1):
        for some in itertools.islice(itertools.combinations(range(len(here)), size), 5000):
            whole = sum(held[i] for i in some)
            if whole >= units and all(whole - held[i] < units for i in some):
                found.append(tuple(here[i] for i in some))
        if len(found) >= MOST_SETS:
            break
    alone = sum(len(one) == 1 for one in found)
    return found[: max(MOST_SETS, alone)]


# ---- searched -------------------------------------------------------------------------------------------------------


def _searched(
    grid: Grid, offers: Sequence[Offer], must: list[int], free: list[Sets], start: Point, end: Point
) -> list[int]:
    """One set for each article with a choice: changed one by one, then some dealt anew."""
    chance, known = random.Random(SEED), dict[frozenset[Point], int]()

    def measured(deal: Sequence[int]) -> int:
        places = frozenset(offers[i].point for i in _of_deal(must, free, deal))
        if places not in known:
            known[places] = tour_mm(grid, sorted(places), start, end)
        return known[places]

    best: list[int] = []
    least = math.inf
    while len(known) < WALKS:
        if not best:
            deal = _greedy(grid, offers, must, free, start)
        else:
            deal = list(best)
            for n in chance.sample(range(len(free)), min(len(free), 3)):
                deal[n] = chance.randrange(len(free[n]))
        before = len(known)
        length = _improved(deal, free, measured)
        if length <= least:
            least, best = length, deal
        if len(known) == before:
            break
    return _of_deal(must, free, best)


def _of_deal(must: list[int], free: list[Sets], deal: Sequence[int]) -> list[int]:
    return [*must, *(i for sets, n in zip(free, deal, strict=True) for i in sets[n])]


def _greedy(grid: Grid, offers: Sequence[Offer], must: list[int], free: list[Sets], start: Point) -> list[int]:
    """The articles with the least choice first, each from where it is nearest to what is visited already."""
    visited = [start, *(offers[i].point for i in must)]
    deal = [0] * len(free)
    for n in sorted(range(len(free)), key=lambda n: (len(free[n]), n)):
        costs = [sum(min(grid.distance(offers[i].point, p) for p in visited) for i in one) for one in free[n]]
        deal[n] = costs.index(min(costs))
        visited += [offers[i].point for i in free[n][deal[n]]]
    return deal


def _improved(deal: list[int], free: list[Sets], measured: Callable[[Sequence[int]], int]) -> int:
    """Changes the set of one article at a time as long as that shortens the walk; its length."""
    length = measured(deal)
    better = True
    while better:
        better = False
        for n, sets in enumerate(free):
            for other in range(len(sets)):
                kept = deal[n]
                if other == kept:
                    continue
                deal[n] = other
                new = measured(deal)
                if new < length:
                    length, better = new, True
                else:
                    deal[n] = kept
    return length


def _thinned(offers: Sequence[Offer], wanted: Mapping[int, int], reached: Sequence[int]) -> list[int]:
    """Of the bins that a walk reaches as many as are needed, the fullest ones first."""
    left, found = dict(wanted), list[int]()
    for i in sorted(reached, key=lambda i: (-offers[i].quantity, i)):
        if left.get(offers[i].article, 0) > 0:
            left[offers[i].article] -= offers[i].quantity
            found.append(i)
    return found
