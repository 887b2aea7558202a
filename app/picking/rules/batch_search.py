"""Shorter walks out of a first grouping: orders change their batch, or two orders change places.

Two searches, one after the other. `annealed` wanders: an order goes to the batch of an order near it, in exchange for
one of that batch where it does not fit, and what makes the walks a little longer is taken now and then, ever more
seldom (simulated annealing; the moves are the shift and the swap of Henn & Wäscher 2012, European J. Operational
Research 222:484-494). `polished` goes through all pairs of batches until no shift and no swap between any two makes
the walks shorter. Both have a budget of moves and not of time, and chance has a fixed seed: the same orders give the
same plan.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Callable, Sequence

from app.picking.rules.batches import Group, Pool, Watch
from app.picking.rules.savings import ALL_PAIRS, likeness

SEED = 1983
NEAR = 6
"""An order tries to join one of so many others that are near it."""
FAITHFUL = 0.5
"""So often; else any other order."""
WARM, COLD = 0.02, 0.001
"""How much longer than before walks may become at the beginning and at the end, as a share of one mean walk."""
SPELL = 200
"""Moves between two looks at the clock of whoever waits."""


def annealed(pool: Pool, groups: Sequence[Group], moves: int, watch: Watch, seed: int = SEED) -> list[Group]:
    """The best grouping seen on a walk of so many moves; never a longer one than that given."""
    if len(groups) < 2:
        return list(groups)
    return _Annealing(pool, groups, random.Random(seed), watch).run(moves, watch)


class _Annealing:
    """One walk from grouping to grouping."""

    def __init__(self, pool: Pool, groups: Sequence[Group], chance: random.Random, watch: Watch) -> None:
        self.pool, self.groups, self.chance = pool, list(groups), chance
        self.home = {n: g for g, group in enumerate(groups) for n in group.members}
        self.numbers = sorted(self.home)
        self.length = sum(group.length for group in groups)
        self.near = _near(pool, self.numbers, lambda: watch.step(0, self.length))

    def run(self, moves: int, watch: Watch) -> list[Group]:
        best, least = list(self.groups), self.length
        mean = self.length / len(self.groups)
        cooling = (COLD / WARM) ** (1 / max(moves, 1))
        warmth = WARM * mean
        random_, log = self.chance.random, math.log
        for turn in range(moves):
            if turn % SPELL == 0:
                watch.step(SPELL, least)
            warmth *= cooling
            if self._move(-warmth * log(1.0 - random_())) and self.length < least:
                best, least = list(self.groups), self.length
        return [group for group in best if group.members]

    def _move(self, limit: float) -> bool:
        """One order to the batch of another one near it. Whether that was done: it is if it costs at most `limit`."""
        pool, chance = self.pool, self.chance
        n = self.numbers[int(chance.random() * len(self.numbers))]
        near = self.near[n] if chance.random() < FAITHFUL else self.numbers
        if not near:
            return False
        target = near[int(chance.random() * len(near))]
        a, b = self.home[n], self.home[target]
        if a == b:
            return False
        here, there = self.groups[a], self.groups[b]
        back = self._pushed_out(here, there, n, target)
        if back is None:
            return False
        limit += here.length + there.length
        rest = here.without[here.members.index(n)]
        length = pool.tours.length_mm
        if not back:
            if length(rest) + length(there.stops | pool.stops[n]) > limit:
                return False
        else:
            limit -= length(pool.union([*back, *(m for m in here.members if m != n)]))
            if limit <= 0 or length(pool.union([n, *(m for m in there.members if m not in back)])) > limit:
                return False
        return self._settle(a, b, [n], back)

    def _pushed_out(self, here: Group, there: Group, n: int, target: int) -> list[int] | None:
        """Which orders have to leave a batch, for the one that `n` leaves, so that `n` fits in beside `target`.

        At most two, by chance; None where these do not make room enough, or do not fit where they would go.
        """
        pool = self.pool
        full, room = there.load + pool.loads[n], here.load - pool.loads[n]
        others = [m for m in there.members if m != target]
        back: list[int] = []
        while not pool.fleet.fits(full):
            if not others or len(back) == 2:
                return None
            out = others.pop(int(self.chance.random() * len(others)))
            full, room = full - pool.loads[out], room + pool.loads[out]
            back.append(out)
        return back if pool.fleet.fits(room) else None

    def _settle(self, a: int, b: int, over: list[int], back: list[int]) -> bool:
        here, there = self.groups[a], self.groups[b]
        self.groups[a] = self.pool.group([*(n for n in here.members if n not in over), *back])
        self.groups[b] = self.pool.group([*(n for n in there.members if n not in back), *over])
        self.home.update(dict.fromkeys(over, b) | dict.fromkeys(back, a))
        self.length += self.groups[a].length + self.groups[b].length - here.length - there.length
        return True


def _near(pool: Pool, numbers: Sequence[int], look: Callable[[], None]) -> dict[int, list[int]]:
    """For each order those with which one walk saves most; where there are many, those through its neighbourhoods."""
    tours = pool.tours.rough or pool.tours
    stops = {n: tours.set_of(pool.orders[n].stops) for n in numbers}
    regions = {n: tours.region(stops[n]) for n in numbers}
    lengths = {n: tours.length_mm(stops[n]) for n in numbers}
    few = len(numbers) <= ALL_PAIRS
    near = {}
    for n in numbers:
        look()
        others = [m for m in numbers if m != n and pool.fleet.fits(pool.loads[n] + pool.loads[m])]
        if few:
            saved = [(tours.length_mm(stops[n] | stops[m]) - lengths[m], m) for m in others]
        else:
            saved = [(-likeness(regions[n], regions[m]), m) for m in others]
        near[n] = [m for _, m in heapq.nsmallest(NEAR, saved)]
    return near


# ---- pairs ----------------------------------------------------------------------------------------------------------


def polished(pool: Pool, groups: Sequence[Group], moves: int, watch: Watch) -> list[Group]:
    """No shift and no swap between two of these makes walks shorter; fewer are tried where `moves` does not suffice."""
    found, tried = list(groups), 0
    fresh = set(range(len(found)))
    while fresh and tried < moves:
        looked_at, fresh = fresh, set()
        for a, b in itertools.combinations(range(len(found)), 2):
            if tried >= moves:
                break
            if not (a in looked_at or b in looked_at or a in fresh or b in fresh):
                continue
            while (better := _best_exchange(pool, found[a], found[b])) is not None:
                found[a], found[b] = better
                fresh |= {a, b}
            size = len(found[a].members) + 1, len(found[b].members) + 1
            tried += size[0] * size[1]
            watch.step(size[0] * size[1], sum(group.length for group in found))
    return [group for group in found if group.members]


def _best_exchange(pool: Pool, a: Group, b: Group) -> tuple[Group, Group] | None:
    """The shift or swap between two groups that saves most; None when none saves anything."""
    length, fits, stops, loads = pool.tours.length_mm, pool.fleet.fits, pool.stops, pool.loads
    least = a.length + b.length
    best: tuple[list[int], list[int]] | None = None
    less_a = [length(rest) for rest in a.without]
    less_b = [length(rest) for rest in b.without]
    for i, n in enumerate(a.members):
        if less_a[i] + b.length < least and fits(b.load + loads[n]):
            sum_ = less_a[i] + length(b.stops | stops[n])
            if sum_ < least:
                least, best = sum_, ([n], [])
    for j, m in enumerate(b.members):
        if less_b[j] + a.length < least and fits(a.load + loads[m]):
            sum_ = less_b[j] + length(a.stops | stops[m])
            if sum_ < least:
                least, best = sum_, ([], [m])
        for i, n in enumerate(a.members):
            gain = loads[n] - loads[m]
            if less_a[i] + less_b[j] >= least or not (fits(b.load + gain) and fits(a.load - gain)):
                continue
            sum_ = less_b[j] + length(a.without[i] | stops[m])
            if sum_ < least:
                sum_ += length(b.without[j] | stops[n]) - less_b[j]
                if sum_ < least:
                    least, best = sum_, ([n], [m])
    if best is None:
        return None
    over, back = best
    return (
        pool.group([*(n for n in a.members if n not in over), *back]),
        pool.group([*(m for m in b.members if m not in back), *over]),
    )
