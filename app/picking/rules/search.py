"""Short walks from a table of lengths alone: for one-way aisles, irregular halls, ranks, whatever no grid describes.

Node 0 of a table is the start, the last one the end, those between are the stops: `table[a][b]` is the length from a to
b in mm, which need not be that from b to a. Up to twelve stops the walk is exact (Held & Karp, 1962); beyond, it is
searched: 2-opt (Croes, 1958) and Or-opt (Or, 1976) among near neighbours, then many small kicks that exchange two
neighbouring stretches of the walk, each repaired at once and kept unless it got longer (iterated local search; Martin,
Otto & Felten, 1991). The budget counts kicks, not seconds, and the dice are seeded: the same table gives the same walk.

Where some stops must come after others (`ranks`: heavy before fragile, frozen last), no stop is walked to before all of
a lower rank.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence

Table = Sequence[Sequence[int]]
Order = tuple[int, ...]
"""Nodes of a table in walking order, without start and end: 1 to n."""

FAR = 10**12
"""The length in a table between two places that no way joins, mm."""
EXACT_UP_TO = 12
NEAR = 8
"""How many neighbours of each stop are tried, ahead and behind."""
LONGEST_MOVED = 3
"""How many stops Or-opt moves together."""
SEED = 20


def length_of(table: Table, order: Sequence[int]) -> int:
    """The length of the walk from start to end in this order, mm; `FAR` or more where it leads through no way."""
    walk = [0, *order, len(table) - 1]
    return sum(table[a][b] for a, b in itertools.pairwise(walk))


def held_karp(table: Table, ranks: Sequence[int] = ()) -> Order:
    """The shortest order, proven, by dynamic programming over all subsets: work grows as n² 2ⁿ.

    `ranks[i]` belongs to node i + 1.
    """
    n = len(table) - 2
    if n < 1:
        return ()
    before = _before(n, ranks)
    best: list[dict[int, int]] = [{} for _ in range(1 << n)]
    for i in range(n):
        if not before[i]:
            best[1 << i][i] = table[0][i + 1]
    for mask in range(1, (1 << n) - 1):
        now = best[mask]
        if not now:
            continue
        for j in range(n):
            bit = 1 << j
            if not mask & bit and not before[j] & ~mask:
                best[mask | bit][j] = min([mm + table[i + 1][j + 1] for i, mm in now.items()])
    return _read_back(table, best)


def _before(n: int, ranks: Sequence[int]) -> list[int]:
    """For each stop the set of those that must come before it."""
    if not ranks:
        return [0] * n
    return [sum(1 << i for i in range(n) if ranks[i] < ranks[j]) for j in range(n)]


def _read_back(table: Table, best: list[dict[int, int]]) -> Order:
    end, mask = len(table) - 1, len(best) - 1
    last = min(best[mask], key=lambda i: (best[mask][i] + table[i + 1][end], i))
    order = [last]
    while mask != 1 << last:
        mask &= ~(1 << last)
        after = last
        last = min(best[mask], key=lambda i: (best[mask][i] + table[i + 1][after + 1], i))
        order.append(last)
    return tuple(i + 1 for i in reversed(order))


def nearest_neighbour(table: Table, ranks: Sequence[int] = ()) -> Order:
    """Always on to the nearest stop that is left, of the lowest rank that is left."""
    left, here, order = set(range(1, len(table) - 1)), 0, list[int]()
    while left:
        lengths = table[here]
        here = min(left, key=lambda i: (ranks[i - 1] if ranks else 0, lengths[i], i))
        left.remove(here)
        order.append(here)
    return tuple(order)


def searched(
    table: Table, starts: Sequence[Sequence[int]] = (), ranks: Sequence[int] = (), kicks: int | None = None,
    seed: int = SEED, progress: Callable[[int, int], bool] | None = None,
) -> Order:  # fmt: skip
    """A short order, never longer than the best of `starts` (orders that obey the ranks) and of nearest neighbour.

    `kicks` is the budget; without one as many as fit into about a twentieth of a second for 60 stops. `progress` is
    told (kicks made, kicks in all) now and then and stops the search by saying False.
    """
    n = len(table) - 2
    if n < 2:
        return tuple(range(1, n + 1))
    local = _Local(table, ranks)
    best: tuple[int, list[int]] | None = None
    for order in (nearest_neighbour(table, ranks), *starts):
        walk = [0, *order, n + 1]
        local.take(walk, length_of(table, order))
        local.improve(list(walk[1:-1]))
        if best is None or local.length < best[0]:
            best = (local.length, list(local.walk))
    if best is not None:
        local.take(best[1], best[0])
    _kick(local, random.Random(seed), _budget(n) if kicks is None else kicks, progress)
    return tuple(local.walk[1:-1])


def _budget(n: int) -> int:
    """Small walks are soon as short as they get, and long ones take longer for each kick."""
    return min(16 * n, 800) if n <= 120 else max(60_000 // n, 100)


def _kick(
    local: _Local, chance: random.Random, kicks: int, progress: Callable[[int, int], bool] | None
) -> None:  # fmt: skip
    """Exchanges two neighbouring stretches, repairs what that spoilt, and goes back unless it helped."""
    n = len(local.walk) - 2
    most = max(min(n // 3, 12), 1)
    if n < 3:
        return
    for made in range(kicks):
        if progress and made % 64 == 0 and not progress(made, kicks):
            return
        one, two = 1 + int(chance.random() * most), 1 + int(chance.random() * most)
        if one + two > n:
            continue
        first = 1 + int(chance.random() * (n - one - two + 1))
        local.try_kick(first, first + one, first + one + two)


class _Local:
    """A walk and the moves that shorten it. `walk` begins with the start and finishes with the end, which stay."""

    def __init__(self, table: Table, ranks: Sequence[int]) -> None:
        self.table = [list(row) for row in table]
        n = len(table) - 2
        self.ranks = [-1, *ranks, 1 + max(ranks)] if ranks else []
        self.even = all(table[a][b] == table[b][a] for a, b in itertools.combinations(range(1, n + 1), 2))
        nodes = range(1, n + 1)
        self.after = [sorted((b for b in nodes if b != a), key=table[a].__getitem__)[:NEAR] for a in range(n + 2)]
        columns = list(zip(*table, strict=True))
        self.before = [sorted((b for b in nodes if b != a), key=columns[a].__getitem__)[:NEAR] for a in range(n + 2)]
        self.walk: list[int] = []
        self.at = [0] * (n + 2)
        self.length = 0
        self.back: list[int] = []

    def take(self, walk: Sequence[int], length: int) -> None:
        """Starts anew from another walk of this length."""
        self.walk, self.length = list(walk), length
        for i, node in enumerate(self.walk):
            self.at[node] = i
        self._sum_up()

    def _sum_up(self) -> None:
        """How much longer each stretch is when it is walked backwards, summed from the start: 0 where it never is."""
        if not self.even:
            table, walk = self.table, self.walk
            steps = (table[b][a] - table[a][b] for a, b in itertools.pairwise(walk))
            self.back = list(itertools.accumulate(steps, initial=0))

    def try_kick(self, first: int, middle: int, after: int) -> None:
        """Exchanges walk[first:middle] with walk[middle:after], repairs, and keeps it unless the walk got longer."""
        walk, table = self.walk, self.table
        if self.ranks and self.ranks[walk[first]] != self.ranks[walk[after - 1]]:
            return
        kept, length = list(walk), self.length
        a, b, c, d, e, f = (walk[i] for i in (first - 1, first, middle - 1, middle, after - 1, after))
        self.length += table[a][d] + table[e][b] + table[c][f] - table[a][b] - table[c][d] - table[e][f]
        self._put(first, after, walk[middle:after] + walk[first:middle])
        self.improve([a, b, c, d, e, f])
        if self.length > length:
            self.take(kept, length)

    def _put(self, first: int, after: int, nodes: list[int]) -> None:
        self.walk[first:after] = nodes
        at = self.at
        for i, node in enumerate(nodes, first):
            at[node] = i
        self._sum_up()

    def improve(self, queue: list[int]) -> None:
        """Makes moves around these nodes, and around those they touch, until none shortens the walk."""
        waiting = set(queue)
        while queue:
            node = queue.pop()
            waiting.discard(node)
            touched = self._turn_after(node) or self._turn_before(node) or self._move(node)
            if touched:
                for each in (*touched, node):
                    if each not in waiting:
                        waiting.add(each)
                        queue.append(each)

    def _turn_after(self, a: int) -> tuple[int, ...]:
        """2-opt: a nearer node comes after `a`."""
        table, walk, at, even = self.table, self.walk, self.at, self.even
        i = at[a]
        if i == len(walk) - 1:
            return ()
        b = walk[i + 1]
        from_a = table[a]
        now = from_a[b]
        for c in self.after[a]:
            near = from_a[c]
            if near >= now:
                return ()
            j = at[c]
            d = walk[j + 1]
            first, last = (i + 1, j) if j > i else (j + 1, i)
            if (not even or now + table[c][d] > near + table[b][d]) and self._turn(first, last):
                return (b, c, d)
        return ()

    def _turn_before(self, a: int) -> tuple[int, ...]:
        """2-opt: a nearer node comes before `a`."""
        table, walk, at, even = self.table, self.walk, self.at, self.even
        i = at[a]
        if i == 0:
            return ()
        b = walk[i - 1]
        now = table[b][a]
        for c in self.before[a]:
            near = table[c][a]
            if near >= now:
                return ()
            j = at[c]
            d = walk[j - 1]
            first, last = (i, j - 1) if j > i else (j, i - 1)
            if (not even or now + table[d][c] > near + table[d][b]) and self._turn(first, last):
                return (b, c, d)
        return ()

    def _turn(self, first: int, last: int) -> bool:
        """Turns walk[first … last] round if that is shorter."""
        if last <= first:
            return False
        walk, table = self.walk, self.table
        a, b, c, d = walk[first - 1], walk[first], walk[last], walk[last + 1]
        gain = table[a][b] + table[c][d] - table[a][c] - table[b][d]
        if not self.even:
            gain -= self.back[last] - self.back[first]
        if gain <= 0 or (self.ranks and self.ranks[b] != self.ranks[c]):
            return False
        self.length -= gain
        self._put(first, last + 1, walk[first : last + 1][::-1])
        return True

    def _move(self, a: int) -> tuple[int, ...]:
        """Or-opt: up to three nodes that begin or finish with `a` go elsewhere, as they are or turned round."""
        n = len(self.walk) - 2
        i = self.at[a]
        if not 1 <= i <= n:
            return ()
        for long in range(1, LONGEST_MOVED + 1):
            for first in (i, i - long + 1) if long > 1 else (i,):
                last = first + long - 1
                if first >= 1 and last <= n and (touched := self._move_stretch(a, first, last)):
                    return touched
        return ()

    def _move_stretch(self, a: int, first: int, last: int) -> tuple[int, ...]:
        walk, table, at = self.walk, self.table, self.at
        p, s, t, q = walk[first - 1], walk[first], walk[last], walk[last + 1]
        ranks = self.ranks
        if ranks and ranks[s] != ranks[t]:
            return ()
        saved = table[p][s] + table[t][q] - table[p][q]
        if saved <= 0:
            return ()
        turned = 0 if self.even else self.back[last] - self.back[first]
        from_s, from_t, most = table[s], table[t], len(walk) - 2
        for c in self._beside(a, saved):
            j = at[c]
            for left in (j, j - 1):
                if first - 1 <= left <= last or not 0 <= left <= most:
                    continue
                x, y = walk[left], walk[left + 1]
                from_x = table[x]
                room = saved + from_x[y]
                plain, round_ = room - from_x[s] - from_t[y], room - from_x[t] - from_s[y] - turned
                if (plain > 0 or round_ > 0) and (not ranks or ranks[x] <= ranks[s] <= ranks[y]):
                    self._carry(first, last, left, turn=round_ > plain)
                    self.length -= max(plain, round_)
                    return (p, q, x, y, s, t)
        return ()

    def _beside(self, a: int, saved: int) -> list[int]:
        """The nodes beside which `a` may gain by standing, when taking it out saves so much: those nearer than that."""
        from_a, found = self.table[a], list[int]()
        for c in self.after[a]:
            if from_a[c] >= saved:
                break
            found.append(c)
        if not self.even:
            table = self.table
            for c in self.before[a]:
                if table[c][a] >= saved:
                    break
                if c not in found:
                    found.append(c)
        return found

    def _carry(self, first: int, last: int, left: int, *, turn: bool) -> None:
        """Puts walk[first … last] between walk[left] and the node after it."""
        walk = self.walk
        stretch = walk[first : last + 1]
        if turn:
            stretch.reverse()
        if left < first:
            self._put(left + 1, last + 1, stretch + walk[left + 1 : first])
        else:
            self._put(first, left + 1, walk[last + 1 : left + 1] + stretch)
