"""The exact walk where each article may be taken from any of its bins: the sweep of `exact`, with what is still wanted.

A state is a class of `frontier` and what of the order is still to be found; each piece of an aisle may be walked as far
as any of its bins (the single picker routing problem with scattered storage of Heßler & Irnich, 2024). Of the states
with one class that found equally many units, the shortest are kept: as long as none had to be forgotten, and each was
no longer than the limit, the result is proven.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.picking.rules.distance import Point
from app.picking.rules.frontier import Classes, Op, classes
from app.picking.rules.grid import Grid
from app.picking.rules.pieces import FROM_BOTH, FROM_HIGH, FROM_LOW, PASS, SKIP, TWICE

MOST_STEPS = 80_000
"""About how many steps a piece of an aisle may cost: where states times ways to walk it are more, of each class with
equally many units found the same share of states is kept."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A bin with some units of an article, at its point on the grid."""

    point: Point
    article: int
    quantity: int = 1


Reach = tuple[Op, int, int, tuple[int, ...]]
"""(what it looks like from both ends, mm, the number of what is found, the offers reached)."""
Link = tuple["Link", tuple[int, ...]] | None
"""What a walk reached, piece by piece from the last one back."""
Key = tuple[int, int]
"""(the number of the class, the number of what is still wanted)."""
Cells = dict[Key, tuple[int, Link]]
"""The least length in mm for each state, and how it was reached."""


class Wanted:
    """What is still to be found, as numbers: 0 is the whole order. What is found is numbered too, by its units."""

    def __init__(self, offers: Sequence[Offer], wanted: Mapping[int, int]) -> None:
        self.offers = offers
        self.articles = {article: n for n, article in enumerate(sorted(a for a, units in wanted.items() if units > 0))}
        whole = tuple(wanted[article] for article in self.articles)
        self.states: list[tuple[int, ...]] = [whole]
        self.found: list[int] = [0]
        self._numbers = {whole: 0}
        self._finds: dict[tuple[tuple[int, int], ...], int] = {(): 0}
        self._gains: list[tuple[tuple[int, int], ...]] = [()]
        self._after: dict[tuple[int, int], int] = {}

    def find(self, offers: Sequence[int]) -> int:
        """The number of what these offers hold."""
        units: dict[int, int] = {}
        for i in offers:
            n = self.articles[self.offers[i].article]
            units[n] = units.get(n, 0) + self.offers[i].quantity
        key = tuple(sorted(units.items()))
        if key not in self._finds:
            self._finds[key] = len(self._gains)
            self._gains.append(key)
        return self._finds[key]

    def after(self, state: int, find: int) -> int:
        """What is still to be found after that."""
        key = (state, find)
        if key not in self._after:
            left = list(self.states[state])
            for n, units in self._gains[find]:
                left[n] = max(left[n] - units, 0)
            self._after[key] = self._number(tuple(left))
        return self._after[key]

    def _number(self, left: tuple[int, ...]) -> int:
        if left not in self._numbers:
            self._numbers[left] = len(self.states)
            self.states.append(left)
            self.found.append(sum(self.states[0]) - sum(left))
        return self._numbers[left]


class Covering:
    """The sweep over the aisles of a full grid; both ends of the walk stand on cross-aisles."""

    def __init__(
        self, grid: Grid, offers: Sequence[Offer], must: Sequence[int], wanted: Mapping[int, int], start: Point,
        end: Point,
    ) -> None:  # fmt: skip
        self.grid, self.offers, self.ends, self.must = grid, offers, (start, end), frozenset(must)
        self.wanted = Wanted(offers, wanted)
        self.known: Classes = classes(len(grid.ys))
        self.inner: dict[tuple[int, int], list[int]] = {}
        self.corner: dict[Point, list[int]] = {}
        for i, offer in enumerate(offers):
            x, y = offer.point
            if wanted.get(offer.article, 0) <= 0:
                continue
            if y in grid.row_at:
                self.corner.setdefault((x, y), []).append(i)
            else:
                k = next(k for k in range(len(grid.ys) - 1) if y < grid.ys[k + 1])
                self.inner.setdefault((x, k), []).append(i)

    def reached(self, limit: int) -> tuple[set[int], bool]:
        """The offers that the shortest walk of at most `limit` mm passes, none where the sweep finds no such walk; and
        whether that is proven."""
        needed = {self.ends[0][0], self.ends[1][0], *(self.offers[i].point[0] for i in self.must)}
        xs = sorted({*self.grid.xs, *needed, *(x for x, _ in self.corner)})
        now: Cells = {(0, 0): (0, None)}
        best: tuple[int, Link] = (limit + 1, None)
        whole = True
        for n, x in enumerate(xs):
            now = self._corners(now, x)
            if x in self.grid.column_at:
                for k in range(len(self.grid.ys) - 1):
                    reaches = self._reaches(k, self.inner.get((x, k), []))
                    now, kept_all = self._thinned(now, MOST_STEPS // len(reaches))
                    whole = whole and kept_all
                    now = self._along(now, k, reaches, limit)
            if x >= max(needed):
                cells = ((cell, s, w) for (s, w), cell in now.items())
                done = [c for c, s, w in cells if self.known.complete[s] and not any(self.wanted.states[w])]
                best = min([best, *done], key=lambda cell: cell[0])
            if n + 1 < len(xs):
                now = self._across(now, xs[n + 1] - x, limit)
        found: set[int] = set()
        link = best[1]
        while link is not None:
            found.update(link[1])
            link = link[0]
        return found, whole

    def _thinned(self, now: Cells, most: int) -> tuple[Cells, bool]:
        """The shortest states of each class with equally many units found, and whether these are all."""
        if len(now) <= most:
            return now, True
        alike: dict[Key, list[Key]] = {}
        for key in now:
            alike.setdefault((key[0], self.wanted.found[key[1]]), []).append(key)
        each = max(most // len(alike), 2)
        kept = (heapq.nsmallest(each, keys, key=lambda key: (now[key][0], key)) for keys in alike.values())
        return {key: now[key] for keys in kept for key in keys}, False

    def _corners(self, now: Cells, x: int) -> Cells:
        """What lies at the crossings of an aisle: asked for where it must be visited, else taken or left."""
        odd = set(self.ends) if self.ends[0] != self.ends[1] else set()
        for k, y in enumerate(self.grid.ys):
            offers = self.corner.get((x, y), [])
            if not offers and (x, y) not in self.ends:
                continue
            asks, find, after = self.known.asks(k, odd=(x, y) in odd), self.wanted.find(offers), Cells()
            must = (x, y) in self.ends or not self.must.isdisjoint(offers)
            for (state, left), (mm, link) in now.items():
                _keep(after, (asks[state], self.wanted.after(left, find)), mm, (link, tuple(offers)))
                if not must:
                    _keep(after, (state, left), mm, link)
            now = after
        return now

    def _reaches(self, k: int, offers: list[int]) -> list[Reach]:
        """Every useful way to walk a piece of an aisle: of those that find the same, the shortest of each kind."""
        low, high = self.grid.ys[k], self.grid.ys[k + 1]
        order = sorted(offers, key=lambda i: self.offers[i].point[1])
        ys = sorted({self.offers[i].point[1] for i in order})
        must, all_ = self.must.intersection(order), tuple(order)
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
            if must.issubset(reached):
                find = self.wanted.find(reached)
                useful.setdefault((op, find), (op, mm, find, reached))
        return list(useful.values())

    def _along(self, now: Cells, k: int, reaches: list[Reach], limit: int) -> Cells:
        after: Cells = {}
        items, on = list(now.items()), self.wanted.after
        for op, length, find, reached in reaches:
            steps = self.known.steps(k, op)
            for (state, left), (mm, link) in items:
                if mm + length <= limit:
                    still = on(left, find)
                    _keep(after, (steps[state], still), mm + length, link if still == left else (link, reached))
        return after

    def _across(self, now: Cells, gap: int, limit: int) -> Cells:
        after: Cells = {}
        crossings = self.known.crossings((True,) * len(self.grid.ys))
        for (state, left), (mm, link) in now.items():
            for times, to, _ in crossings[state]:
                if mm + times * gap <= limit:
                    _keep(after, (to, left), mm + times * gap, link)
        return after


def _keep(after: Cells, key: Key, mm: int, link: Link) -> None:
    known = after.get(key)
    if known is None or mm < known[0]:
        after[key] = (mm, link)
