"""Scattered stock: where an article lies in several bins, the bins and the walk are chosen together.

Few articles with a choice, on a grid whose walk starts and ends on cross-aisles: exact. The dynamic program of `exact`
is carried on with what is still to be found, so each piece of an aisle may be walked as far as any of its bins (Heßler
& Irnich, 2024, call this the single picker routing problem with scattered storage). Otherwise searched: every article
takes the bins that shorten the exact walk most, until no change of one article helps; then a few are dealt anew, and
again (iterated local search with a budget of walks and a fixed seed).
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.picking.rules.distance import Point
from app.picking.rules.exact import tour, tour_mm
from app.picking.rules.frontier import Classes, Op, classes
from app.picking.rules.grid import Grid
from app.picking.rules.pieces import FROM_BOTH, FROM_HIGH, FROM_LOW, PASS, SKIP, TWICE
from app.picking.rules.published import Instance, Pick

MOST_COVERS = 256
"""With more combinations of articles that have a choice than this, the bins are searched."""
MOST_SETS = 40
"""How many sets of several bins are thought about for one article, beside all single bins that hold enough."""
WALKS = 1500
"""How many walks the search measures."""
SEED = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """A bin with some units of an article, at its point on the grid."""

    point: Point
    article: int
    quantity: int = 1


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
    simple = all(len(one) == 1 for sets in free for one in sets)
    on_rows = start[1] in grid.row_at and end[1] in grid.row_at
    if simple and on_rows and grid.is_full and 2 ** len(free) <= MOST_COVERS and len(grid.ys) <= 3:
        limit = tour_mm(grid, [offers[i].point for i in best], start, end)
        reached = _Covering(grid, offers, must, free, start, end).reached(limit)
        best = _thinned(grid, offers, must, free, reached, start, end)
        return _walked(grid, offers, best, start, end, exact=True)
    return _walked(grid, offers, best, start, end, exact=False)


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
        for chosen_ in itertools.islice(itertools.combinations(range(len(here)), size), 5000):
            whole = sum(held[i] for i in chosen_)
            if whole >= units and all(whole - held[i] < units for i in chosen_):
                found.append(tuple(here[i] for i in chosen_))
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


def _improved(deal: list[int], free: list[Sets], measured: object) -> int:
    """Changes the set of one article at a time as long as that shortens the walk; its length."""
    assert callable(measured)
    length = int(measured(deal))
    better = True
    while better:
        better = False
        for n, sets in enumerate(free):
            for other in range(len(sets)):
                kept = deal[n]
                if other == kept:
                    continue
                deal[n] = other
                new = int(measured(deal))
                if new < length:
                    length, better = new, True
                else:
                    deal[n] = kept
    return length


def _thinned(
    grid: Grid, offers: Sequence[Offer], must: list[int], free: list[Sets], reached: set[int], start: Point, end: Point
) -> list[int]:
    """Of what a walk reaches, one bin for each article: the first of its bins that it has."""
    return [*must, *(next(one[0] for one in sets if one[0] in reached) for sets in free)]


# ---- exact ----------------------------------------------------------------------------------------------------------

Reach = tuple[Op, int, int, tuple[int, ...]]
"""(what it looks like from both ends, mm, the articles found as bits, the offers reached)."""
Link = tuple["Link", tuple[int, ...]] | None
"""What a walk reached, piece by piece from the last one back."""
Cell = tuple[int, Link]


class _Covering:
    """The sweep over the aisles, in which a state is a class of `frontier` and the articles found so far."""

    def __init__(
        self, grid: Grid, offers: Sequence[Offer], must: list[int], free: list[Sets], start: Point, end: Point
    ) -> None:
        self.grid, self.offers, self.ends = grid, offers, (start, end)
        self.must = set(must)
        self.bit = {i: 1 << n for n, sets in enumerate(free) for one in sets for i in one}
        self.all = (1 << len(free)) - 1
        self.known: Classes = classes(len(grid.ys))

    def reached(self, limit: int) -> set[int]:
        """The offers that the shortest walk passes; it is at most `limit` mm long."""
        inner: dict[tuple[int, int], list[int]] = {}
        corner: dict[tuple[int, int], list[int]] = {}
        for i in (*sorted(self.must), *self.bit):
            x, y = self.offers[i].point
            if y in self.grid.row_at:
                corner.setdefault((x, y), []).append(i)
            else:
                k = next(k for k in range(len(self.grid.ys) - 1) if y < self.grid.ys[k + 1])
                inner.setdefault((x, k), []).append(i)
        needed = {self.ends[0][0], self.ends[1][0], *(self.offers[i].point[0] for i in self.must)}
        xs = sorted({*self.grid.xs, *needed, *(x for x, _ in corner)})
        now: dict[tuple[int, int], Cell] = {(0, 0): (0, None)}
        best: Cell = (limit + 1, None)
        for n, x in enumerate(xs):
            now = self._corners(now, x, corner)
            if x in self.grid.column_at:
                for k in range(len(self.grid.ys) - 1):
                    now = self._along(now, k, self._reaches(k, inner.get((x, k), [])), limit)
            if x >= max(needed):
                done = [c for (s, cover), c in now.items() if cover == self.all and self.known.complete[s]]
                best = min([best, *done], key=lambda cell: cell[0])
            if n + 1 < len(xs):
                now = self._across(now, xs[n + 1] - x, limit)
        found: set[int] = set()
        link = best[1]
        while link is not None:
            found.update(link[1])
            link = link[0]
        return found

    def _corners(
        self, now: dict[tuple[int, int], Cell], x: int, corner: dict[tuple[int, int], list[int]]
    ) -> dict[tuple[int, int], Cell]:
        """What lies at the crossings of an aisle: asked for where it must be visited, else taken or left."""
        odd = set(self.ends) if self.ends[0] != self.ends[1] else set()
        for k, y in enumerate(self.grid.ys):
            offers = corner.get((x, y), [])
            if not offers and (x, y) not in self.ends:
                continue
            asks = self.known.asks(k, odd=(x, y) in odd)
            cover, after = sum({self.bit.get(i, 0) for i in offers}), dict[tuple[int, int], Cell]()
            must = (x, y) in self.ends or any(i in self.must for i in offers)
            for (state, had), (mm, link) in now.items():
                _keep(after, (asks[state], had | cover), (mm, (link, tuple(offers))))
                if not must:
                    _keep(after, (state, had), (mm, link))
            now = after
        return now

    def _reaches(self, k: int, offers: list[int]) -> list[Reach]:
        """Every useful way to walk a piece of an aisle."""
        low, high = self.grid.ys[k], self.grid.ys[k + 1]
        order = sorted(offers, key=lambda i: self.offers[i].point[1])
        ys = sorted({self.offers[i].point[1] for i in order})
        must = {i for i in order if i in self.must}
        all_ = tuple(order)
        found: list[tuple[Op, int, tuple[int, ...]]] = [(PASS, high - low, all_), (TWICE, 2 * (high - low), all_)]
        lows = [(0, low - 1), *((2 * (y - low), y) for y in ys)]
        highs = [(0, high + 1), *((2 * (high - y), y) for y in ys)]
        for (up, top), (down, bottom) in itertools.product(lows, highs):
            if top < bottom:
                op = ((FROM_BOTH if down else FROM_LOW) if up else FROM_HIGH) if up or down else SKIP
                reached = tuple(i for i in order if not top < self.offers[i].point[1] < bottom)
                found.append((op, up + down, reached))
        useful: dict[tuple[Op, int], Reach] = {}
        for op, mm, reached in sorted(found, key=lambda each: each[1]):
            if must <= set(reached):
                cover = 0
                for i in reached:
                    cover |= self.bit.get(i, 0)
                useful.setdefault((op, cover), (op, mm, cover, reached))
        return list(useful.values())

    def _along(
        self, now: dict[tuple[int, int], Cell], k: int, reaches: list[Reach], limit: int
    ) -> dict[tuple[int, int], Cell]:
        after: dict[tuple[int, int], Cell] = {}
        items = list(now.items())
        for op, length, cover, reached in reaches:
            steps = self.known.steps(k, op)
            for (state, had), (mm, link) in items:
                if mm + length <= limit:
                    _keep(after, (steps[state], had | cover), (mm + length, (link, reached) if reached else link))
        return after

    def _across(self, now: dict[tuple[int, int], Cell], gap: int, limit: int) -> dict[tuple[int, int], Cell]:
        after: dict[tuple[int, int], Cell] = {}
        crossings = self.known.crossings((True,) * len(self.grid.ys))
        for (state, had), (mm, link) in now.items():
            for times, to, _ in crossings[state]:
                if mm + times * gap <= limit:
                    _keep(after, (to, had), (mm + times * gap, link))
        return after


def _keep(after: dict[tuple[int, int], Cell], key: tuple[int, int], cell: Cell) -> None:
    known = after.get(key)
    if known is None or cell[0] < known[0]:
        after[key] = cell
