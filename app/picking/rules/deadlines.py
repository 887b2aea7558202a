"""Which walks come first, and which orders share one, so that trucks do not leave without their parcels.

A plan is batches, the order in which they are walked, and who walks them: whoever is free first takes the next one.
Late orders are paid for in metres (`Worth`), so that one number says which of two plans is better.

Classes of priority come into the plan one after the other, and each is given its word when it does: an order is put
down by its cut-off, or when it was to be put down before any lower class was looked at, whichever is later. Lower
classes may share its walk or go first as long as that word is kept; so no order is ever made late, or later, by one
of a lower class.

The batches of shortest walks are taken where nobody is late with them. Else several groupings compete
(the short one, one in which only orders of the same cut-off share a walk, one in the order of cut-offs, and first
come, first served), and orders are moved for as long as that pays. Batches are walked in the order of the latest
moment at which they could begin; one that cannot make it any more goes behind the others if that helps them (after
Moore 1968, Management Science 15:102-109, who does so for single jobs on one machine).
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from app.picking.rules.batch_search import SEED, SPELL
from app.picking.rules.batches import Batch, Group, PickOrder, Pool, Watch, in_order
from app.picking.rules.batching import improved
from app.picking.rules.carts import Fleet
from app.picking.rules.savings import by_savings
from app.picking.rules.tempo import Tempo
from app.picking.rules.tours import Tours

NOBODY_WAITS = 1 << 60
"""The moment that orders without a cut-off are due."""
BROKEN_MM = 1 << 50
"""What it costs to break the word that was given to a higher class: more than any walk and any lateness."""
MOVES_AN_ORDER = 60
"""How many moves are tried for each order of a class in which somebody would be late."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What lateness is worth in mm of walking: a late order, and each second behind a moment `margin_ms` before its
    cut-off, for walks seldom take what was expected."""

    late_mm: int = 1_000_000
    second_mm: int = 100
    margin_ms: int = 0


@dataclass(frozen=True, slots=True)
class PlannedWalk:
    """A batch, who walks it (the index of a picker) and when."""

    batch: Batch
    picker: int
    begins_ms: int
    ends_ms: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The walks of a wave by their beginning, and the orders that are put down too late."""

    walks: tuple[PlannedWalk, ...]
    late: tuple[bytes, ...]

    @property
    def length_mm(self) -> int:
        """The length of all walks."""
        return sum(walk.batch.length_mm for walk in self.walks)

    def ends_ms(self) -> Mapping[bytes, int]:
        """When each order is put down."""
        return {key: walk.ends_ms for walk in self.walks for key in walk.batch.orders}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan is made for: who is free when (one moment for each picker), how fast they are, what lateness costs.

    `moves` says how long is searched, for each order; None for as long as is usual.
    """

    free_ms: tuple[int, ...]
    tempo: Tempo = field(default_factory=Tempo)
    worth: Worth = field(default_factory=Worth)
    moves: int | None = None


def plan_wave(
    orders: Sequence[PickOrder], tours: Tours, fleet: Fleet, terms: Terms, watch: Watch | None = None
) -> Plan:
    """A plan for all these orders. Raises Stopped when `watch` says so."""
    if not terms.free_ms:
        raise ValueError("nobody is there to walk")
    pool = Pool(sorted(orders, key=lambda order: order.priority), tours, fleet)
    desk, sequence = _Desk(pool, terms), list[_Timed]()
    for _, members in groupby(range(len(pool.orders)), key=lambda n: pool.orders[n].priority):
        fresh = list(members)
        sequence = desk.with_class(sequence, fresh, watch or Watch())
        desk.give_word(sequence, fresh)
    return desk.plan(sequence)


def first_come_plan(orders: Sequence[PickOrder], tours: Tours, fleet: Fleet, terms: Terms) -> Plan:
    """What first come, first served makes of them: batches in the order of coming, walked in that order."""
    pool = Pool(orders, tours, fleet)
    desk = _Desk(pool, terms)
    return desk.plan([desk.timed(group) for group in in_order(pool, range(len(pool.orders)))])


def cost_mm(plan: Plan, orders: Iterable[PickOrder], worth: Worth) -> int:
    """What a plan costs: its metres and its lateness, in mm."""
    ends = plan.ends_ms()
    return plan.length_mm + sum(lateness_mm(order, ends[order.key], worth) for order in orders)


def _due(order: PickOrder) -> int:
    return NOBODY_WAITS if order.due_ms is None else order.due_ms


def lateness_mm(order: PickOrder, ends_ms: int, worth: Worth) -> int:
    """What it costs that an order is put down at that moment; 0 while it is in time."""
    return _lateness(_due(order), ends_ms, worth)


def _lateness(due_ms: int, ends_ms: int, worth: Worth) -> int:
    behind = ends_ms - due_ms + worth.margin_ms
    if behind <= 0:
        return 0
    return behind * worth.second_mm // 1000 + (worth.late_mm if ends_ms > due_ms else 0)


@dataclass(frozen=True, slots=True)
class _Timed:
    """A group with what its place in the sequence asks for: how long it takes, the dues of its orders, and the moment
    by which it is down if all words are kept."""

    group: Group
    takes_ms: int
    dues: tuple[int, ...]
    word_ms: int

    @property
    def must_begin(self) -> int:
        return min(self.dues[0], self.word_ms) - self.takes_ms


class _Desk:
    """Plans the orders of one pool; `words` are the moments that were promised to orders by their number."""

    def __init__(self, pool: Pool, terms: Terms) -> None:
        self.pool, self.terms = pool, terms
        self.free = sorted((at, picker) for picker, at in enumerate(terms.free_ms))
        self.words = [NOBODY_WAITS] * len(pool.orders)
        self.chance = random.Random(SEED)

    def timed(self, group: Group) -> _Timed:
        orders = [self.pool.orders[n] for n in group.members]
        takes = self.terms.tempo.takes_ms(group.length, group.stops.bit_count(), sum(o.load.units for o in orders))
        dues = tuple(sorted(_due(order) for order in orders))
        return _Timed(group, takes, dues, min(self.words[n] for n in group.members))

    def give_word(self, sequence: Sequence[_Timed], numbers: Iterable[int]) -> None:
        """What these orders are promised, by the plan that was made before lower classes are looked at."""
        chosen = set(numbers)
        for walk, each in self._walks(sequence):
            for n in chosen.intersection(each.group.members):
                due = self.pool.orders[n].due_ms
                self.words[n] = walk.ends_ms if due is None else max(due - self.terms.worth.margin_ms, walk.ends_ms)

    def plan(self, sequence: Iterable[_Timed]) -> Plan:
        """The sequence as a plan."""
        found = self._walks(sequence)
        late = [self.pool.orders[n].key for walk, each in found for n in each.group.members if self._is_late(n, walk)]
        walks = sorted((walk for walk, _ in found), key=lambda walk: (walk.begins_ms, walk.picker))
        return Plan(tuple(walks), tuple(sorted(late)))

    def _is_late(self, n: int, walk: PlannedWalk) -> bool:
        return walk.ends_ms > _due(self.pool.orders[n])

    def _walks(self, sequence: Iterable[_Timed]) -> list[tuple[PlannedWalk, _Timed]]:
        """Who walks what and when: whoever is free first takes the next one."""
        free, found = list(self.free), []
        for each in sequence:
            begins, picker = heapq.heappop(free)
            ends = begins + each.takes_ms
            heapq.heappush(free, (ends, picker))
            (batch,) = self.pool.batches([each.group])
            found.append((PlannedWalk(batch, picker, begins, ends), each))
        return found

    def lateness(self, sequence: Iterable[_Timed]) -> int:
        """What the orders cost that are late in this sequence, and the words that it breaks, mm."""
        free, cost, worth = [at for at, _ in self.free], 0, self.terms.worth
        for each in sequence:
            ends = free[0] + each.takes_ms
            heapq.heapreplace(free, ends)
            if ends > each.word_ms:
                cost += BROKEN_MM
            if ends > each.dues[0] - worth.margin_ms:
                cost += sum(_lateness(due, ends, worth) for due in each.dues)
        return cost

    def cost(self, sequence: Sequence[_Timed]) -> int:
        return sum(each.group.length for each in sequence) + self.lateness(sequence)

    def with_class(self, before: Sequence[_Timed], fresh: Sequence[int], watch: Watch) -> list[_Timed]:
        """The cheapest sequence that was found for what is planned already and these further orders."""
        earlier = [self.timed(each.group) for each in before]  # with the words that were given since
        behind = earlier + self.in_sequence(improved(self.pool, watch, self.terms.moves, fresh))
        numbers = sorted([*(n for each in before for n in each.group.members), *fresh])
        shared = self.in_sequence(improved(self.pool, watch, self.terms.moves, numbers)) if before else behind
        if not self.lateness(shared):
            return min(shared, behind, key=self.cost)
        moves = len(numbers) * (MOVES_AN_ORDER if self.terms.moves is None else self.terms.moves)
        watch.expect(moves)
        starts = [shared, *(self.in_sequence(groups) for groups in self._other_groupings(numbers, watch))]
        found = self._moved(min(starts, key=self.cost), moves, watch)
        came = [self.timed(group) for group in in_order(self.pool, numbers)]
        return min((self.given_up(found), self.given_up(came), self.given_up(behind), came), key=self.cost)

    def in_sequence(self, groups: Iterable[Group]) -> list[_Timed]:
        """By the latest moment at which they could begin."""
        return sorted(map(self.timed, groups), key=_urgency)

    def _other_groupings(self, numbers: Iterable[int], watch: Watch) -> Iterable[list[Group]]:
        by_due = sorted(numbers, key=lambda n: (_due(self.pool.orders[n]), n))
        yield in_order(self.pool, by_due)
        same = []
        for _, each in groupby(by_due, key=lambda n: _due(self.pool.orders[n])):
            same += by_savings(self.pool, [self.pool.group([n]) for n in each], watch)
        yield same

    def given_up(self, sequence: list[_Timed]) -> list[_Timed]:
        """With batches that are late anyhow behind all others, wherever that pays."""
        least, at = self.cost(sequence), 0
        while at < len(sequence) - 1:
            behind = [*sequence[:at], *sequence[at + 1 :], sequence[at]]
            if (cost := self.cost(behind)) < least:
                sequence, least = behind, cost
            else:
                at += 1
        return sequence

    def _moved(self, sequence: list[_Timed], moves: int, watch: Watch) -> list[_Timed]:
        """Orders change walks, or get one of their own, as long as that does not cost more."""
        now, least = sequence, self.cost(sequence)
        for turn in range(moves):
            if turn % SPELL == 0:
                watch.step(SPELL, least)
            then = self._one_move(now)
            if then is None:
                continue
            then.sort(key=_urgency)
            if (cost := self.cost(then)) <= least:
                now, least = then, cost
        return now

    def _one_move(self, sequence: list[_Timed]) -> list[_Timed] | None:
        pool, choose = self.pool, self.chance.randrange
        a, b = choose(len(sequence)), choose(len(sequence) + 1)
        here = sequence[a].group
        n = here.members[choose(len(here.members))]
        if a == b or (b == len(sequence) and len(here.members) == 1):
            return None
        rest = [m for m in here.members if m != n]
        if b == len(sequence):
            return self._exchanged(sequence, {a}, [rest, [n]])
        there = sequence[b].group
        if pool.fleet.fits(there.load + pool.loads[n]):
            return self._exchanged(sequence, {a, b}, [rest, [*there.members, n]])
        other = there.members[choose(len(there.members))]
        gain = pool.loads[n] - pool.loads[other]
        if not (pool.fleet.fits(there.load + gain) and pool.fleet.fits(here.load - gain)):
            return None
        return self._exchanged(sequence, {a, b}, [[*rest, other], [m for m in there.members if m != other] + [n]])

    def _exchanged(self, sequence: list[_Timed], gone: set[int], new: list[list[int]]) -> list[_Timed]:
        kept = [each for at, each in enumerate(sequence) if at not in gone]
        return kept + [self.timed(self.pool.group(members)) for members in new if members]


def _urgency(each: _Timed) -> tuple[int, int, int]:
    """Those without a cut-off last, the longest first, so that nobody walks alone at the end; then as they came."""
    if min(each.dues[0], each.word_ms) == NOBODY_WAITS:
        return NOBODY_WAITS, -each.takes_ms, each.group.members[0]
    return each.must_begin, 0, each.group.members[0]
