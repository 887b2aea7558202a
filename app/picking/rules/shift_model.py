"""A model of a shift: orders come, pickers walk, trucks leave; what a way of deciding is worth before a floor tries
it.

A simulation of discrete events (an order comes, a picker is free). Whoever is free takes the next walk that a
`Dispatch` gives out of the orders that wait. A walk takes what its metres, stops and units take at the pickers' tempo,
give or take their spread. Some lines are short: the units lie in another bin. Where the rest of a walk is planned
anew they are fetched on the way if that bin is still ahead, else by a walk back to it; without that they cost a
second walk.

Which lines are short, where on the walk that shows, and how much walks scatter, comes from a seed, and is the same for
every way of deciding: what differs between two results is the way.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from app.picking.rules.batches import PickOrder
from app.picking.rules.carts import Fleet, Load
from app.picking.rules.deadlines import Plan, Terms, Worth, plan_wave
from app.picking.rules.distance import Point
from app.picking.rules.finish import Queue, walk_of
from app.picking.rules.joining import Otherwise, joined
from app.picking.rules.tempo import Tempo
from app.picking.rules.tours import Tours

FRESH = 8
"""After so many orders that nobody has planned, the wave is planned anew."""
LEAST_PLANNED, PLANNED_A_PICKER = 30, 10
"""So many orders are planned at a time, the most urgent ones."""
AHEAD = Worth(second_mm=60, margin_ms=45 * 60_000)
"""Orders that nobody knows yet will want their place too: cut-offs are kept with time to spare where that is cheap."""
WAVE_MOVES = 25
"""A day has many waves: each is searched less long than one that a lead waits for."""


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """Units to be taken from a place, and where else the SKU lies if they are not there."""

    place: Point
    elsewhere: Point
    units: int


@dataclass(frozen=True, slots=True)
class ShiftOrder:
    """An order of the day. `sort_ms` is what is still done with it after the walk before it is complete."""

    key: bytes
    comes_ms: int
    lines: tuple[ShiftLine, ...]
    load: Load = field(default_factory=Load)
    priority: int = 0
    due_ms: int | None = None
    sort_ms: int = 0

    def to_pick(self) -> PickOrder:
        """As batching sees it: what is to be sorted afterwards has to be down earlier."""
        due = None if self.due_ms is None else self.due_ms - self.sort_ms
        return PickOrder(self.key, frozenset(line.place for line in self.lines), self.load, self.priority, due)


@dataclass(frozen=True, slots=True)
class Shift:
    """A day: its orders, how many pickers walk from when on, their tempo, and how many lines of a hundred are short."""

    orders: tuple[ShiftOrder, ...]
    pickers: int
    begins_ms: int = 0
    tempo: Tempo = field(default_factory=Tempo)
    short_percent: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a shift came to. `done_ms` says when each order was complete; `worked_ms` is the time of all walks."""

    walks: int
    length_mm: int
    lines: int
    units: int
    worked_ms: int
    done_ms: Mapping[bytes, int]
    late: tuple[bytes, ...]

    @property
    def lines_an_hour(self) -> float:
        """Lines for each hour that somebody walked."""
        return self.lines * 3_600_000 / self.worked_ms if self.worked_ms else 0.0

    @property
    def metres_a_line(self) -> float:
        return self.length_mm / 1000 / self.lines if self.lines else 0.0


class Dispatch(Protocol):
    """Decides what is walked next."""

    def came(self, order: PickOrder, now_ms: int) -> None:
        """An order is there."""

    def next_walk(self, now_ms: int, free_ms: Sequence[int]) -> Sequence[PickOrder]:
        """The orders of the next walk, taken off those that wait; none when nobody waits. `free_ms` says when each
        picker will likely be free, the asking one now."""


# ---- ways of deciding -----------------------------------------------------------------------------------------------


class InTurn:
    """Orders in one fixed sequence: a cart is filled until the next one does not fit."""

    def __init__(self, fleet: Fleet, *, by_priority: bool = False, by_due: bool = False) -> None:
        self._fleet, self._by_priority, self._by_due = fleet, by_priority, by_due
        self._waiting: list[tuple[int, int, int, PickOrder]] = []
        self._came = 0

    def came(self, order: PickOrder, now_ms: int) -> None:
        """See `Dispatch`."""
        due = order.due_ms if order.due_ms is not None else 1 << 60
        self._came += 1
        heapq.heappush(
            self._waiting,
            (order.priority if self._by_priority else 0, due if self._by_due else 0, self._came, order),
        )

    def next_walk(self, now_ms: int, free_ms: Sequence[int]) -> Sequence[PickOrder]:
        """See `Dispatch`."""
        taken: list[PickOrder] = []
        load = 0
        while self._waiting:
            order = self._waiting[0][3]
            if taken and not self._fleet.fits(load + order.load.packed):
                break
            load += order.load.packed
            taken.append(heapq.heappop(self._waiting)[3])
        return taken


class InWaves:
    """What `deadlines` plans for all that wait, again after some orders came; those between join where that pays."""

    def __init__(self, tours: Tours, fleet: Fleet, tempo: Tempo, worth: Worth | None = None) -> None:
        self._tours, self._fleet, self._tempo, self._worth = tours, fleet, tempo, worth or AHEAD
        self._waiting: dict[bytes, PickOrder] = {}
        self._walks: list[tuple[bytes, ...]] = []
        self._loose: set[bytes] = set()
        self._free: Sequence[int] = ()
        self.joins = 0

    def came(self, order: PickOrder, now_ms: int) -> None:
        """See `Dispatch`."""
        self._waiting[order.key] = order
        if not self._joins(order, now_ms):
            self._loose.add(order.key)

    def next_walk(self, now_ms: int, free_ms: Sequence[int]) -> Sequence[PickOrder]:
        """See `Dispatch`."""
        self._free = tuple(free_ms)
        if not self._waiting:
            return ()
        if not self._walks or len(self._loose) >= FRESH:
            self._plan(now_ms)
        return [self._waiting.pop(key) for key in self._walks.pop(0)]

    def _plan(self, now_ms: int) -> None:
        urgent = sorted(self._waiting.values(), key=lambda o: (o.due_ms is None, o.due_ms or 0, o.priority))
        chosen = urgent[: max(LEAST_PLANNED, PLANNED_A_PICKER * len(self._free))]
        free = tuple(max(at, now_ms) for at in self._free)
        terms = Terms(free, self._tempo, self._worth, moves=WAVE_MOVES)
        plan: Plan = plan_wave(chosen, self._tours, self._fleet, terms)
        self._walks = [walk.batch.orders for walk in plan.walks]
        self._loose = self._waiting.keys() - {order.key for order in chosen}

    def _joins(self, order: PickOrder, now_ms: int) -> bool:
        """Whether it goes along with a walk that is planned and that nobody has begun."""
        if not self._walks or not self._free:
            return False
        queues = self._queues(now_ms)
        alone = walk_of((order,), self._tours, self._tempo)
        ends = max(queue.from_ms + sum(walk.takes_ms for walk in queue.walks) for queue in queues) + alone.takes_ms
        otherwise = Otherwise(alone.length_mm, ends)
        found = joined(order, queues, otherwise, self._tours, self._fleet, self._tempo, self._worth)
        if found is None:
            return False
        at = found.walk * len(queues) + found.queue
        self._walks[at] = (*self._walks[at], order.key)
        self.joins += 1
        return True

    def _queues(self, now_ms: int) -> list[Queue]:
        """The planned walks dealt out to the pickers in turn, the first to who is free first."""
        free = sorted(max(at, now_ms) for at in self._free)
        walks = [walk_of([self._waiting[key] for key in keys], self._tours, self._tempo) for keys in self._walks]
        return [Queue(at, tuple(walks[n :: len(free)])) for n, at in enumerate(free)]


# ---- the shift ------------------------------------------------------------------------------------------------------


def run_shift(shift: Shift, tours: Tours, dispatch: Dispatch, seed: int, *, replans: bool = True) -> Outcome:
    """The shift until the last order is complete. `tours` says how walks are walked, `dispatch` which.

    `replans` says whether the rest of a walk is planned anew after a short.
    """
    return _Model(shift, tours, dispatch, seed, replans).run()


def together(outcomes: Iterable[Outcome], dues: Mapping[bytes, int | None], hand_over_ms: int) -> Outcome:
    """Zones of one day as one: an order is complete when the last zone is done with it and it was handed over."""
    parts = tuple(outcomes)
    done: dict[bytes, int] = {}
    for part in parts:
        for key, at in part.done_ms.items():
            done[key] = max(done.get(key, 0), at + hand_over_ms)
    late = tuple(sorted(key for key, at in done.items() if _is_late(dues[key], at)))
    total = replace(parts[0], walks=sum(p.walks for p in parts), length_mm=sum(p.length_mm for p in parts))
    total = replace(total, lines=sum(p.lines for p in parts), units=sum(p.units for p in parts))
    return replace(total, worked_ms=sum(p.worked_ms for p in parts), done_ms=done, late=late)


def _is_late(due_ms: int | None, at: int) -> bool:
    return due_ms is not None and at > due_ms


@dataclass(frozen=True, slots=True)
class _Short:
    """A line that is short: how far along the walk that shows, and how far along the other bin lies, both 0 to 1."""

    line: ShiftLine
    shows: float
    lies: float


class _Model:
    """One run of a shift."""

    def __init__(self, shift: Shift, tours: Tours, dispatch: Dispatch, seed: int, replans: bool) -> None:
        self.shift, self.tours, self.dispatch, self.replans = shift, tours, dispatch, replans
        self.orders = {order.key: order for order in shift.orders}
        chance = random.Random(seed)
        self.shorts = {order.key: self._shorts(order, chance) for order in shift.orders}
        self.moods = random.Random(seed + 1)
        self.free = [shift.begins_ms] * shift.pickers
        self.done: dict[bytes, int] = {}
        self.walks = self.length = self.worked = 0

    def _shorts(self, order: ShiftOrder, chance: random.Random) -> tuple[_Short, ...]:
        drawn = [(line, chance.random(), chance.random(), chance.random()) for line in order.lines]
        return tuple(_Short(line, a, b) for line, r, a, b in drawn if r * 100 < self.shift.short_percent)

    def run(self) -> Outcome:
        coming = sorted(self.shift.orders, key=lambda order: (order.comes_ms, order.key))
        idle: list[int] = []
        events = [(self.shift.begins_ms, 1, picker) for picker in range(self.shift.pickers)]
        events += [(order.comes_ms, 0, n) for n, order in enumerate(coming)]
        heapq.heapify(events)
        while events:
            now, kind, n = heapq.heappop(events)
            if kind == 0:
                self.dispatch.came(coming[n].to_pick(), now)
                if now >= self.shift.begins_ms and idle:
                    heapq.heappush(events, (now, 1, idle.pop(0)))
                continue
            batch = self.dispatch.next_walk(now, self._likely_free(n, now))
            if batch:
                heapq.heappush(events, (self._walk(n, now, batch), 1, n))
            else:
                idle.append(n)
        return self._outcome()

    def _likely_free(self, picker: int, now: int) -> list[int]:
        return [now if p == picker else max(at, now) for p, at in enumerate(self.free)]

    def _walk(self, picker: int, now: int, batch: Sequence[PickOrder]) -> int:
        """Walks a batch and says when it is down."""
        tempo, stops = self.shift.tempo, self.tours.set_of(place for order in batch for place in order.stops)
        shorts = [short for order in batch for short in self.shorts[order.key]]
        length = self.tours.length_mm(stops)
        expected = tempo.takes_ms(length, stops.bit_count(), sum(order.load.units for order in batch))
        self.free[picker] = now + expected
        further, extra_ms = self._fetched(stops, length, shorts)
        takes = expected + extra_ms + tempo.takes_ms(further, len(shorts), 0) - tempo.walk_ms
        takes = round(takes * max(0.5, self.moods.gauss(1.0, tempo.spread)))
        self.walks, self.length, self.worked = self.walks + 1, self.length + length + further, self.worked + takes
        for order in batch:
            self.done[order.key] = now + takes + self.orders[order.key].sort_ms
        return now + takes

    def _fetched(self, stops: int, length: int, shorts: Sequence[_Short]) -> tuple[int, int]:
        """How many mm further it is for what was short, and the ms of setting out again."""
        if not shorts:
            return 0, 0
        if not self.replans:
            again = self.tours.set_of(short.line.elsewhere for short in shorts)
            return self.tours.length_mm(again), self.shift.tempo.walk_ms
        ahead = [short.line.elsewhere for short in shorts if short.lies >= short.shows]
        back = [short.line.elsewhere for short in shorts if short.lies < short.shows]
        whole = stops | self.tours.set_of(ahead)
        return self.tours.length_mm(whole) - length + self.tours.length_mm(self.tours.set_of(back)), 0

    def _outcome(self) -> Outcome:
        lines = [line for order in self.shift.orders for line in order.lines]
        late = tuple(sorted(key for key, at in self.done.items() if _is_late(self.orders[key].due_ms, at)))
        sorting = sum(order.sort_ms for order in self.shift.orders)
        return Outcome(
            self.walks, self.length, len(lines), sum(line.units for line in lines), self.worked + sorting,
            self.done, late,
        )  # fmt: skip
