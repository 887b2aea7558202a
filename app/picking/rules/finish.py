"""The cut-off clock: when each order will be put down, whether its carrier's cut-off is met, and which swap would
help.

Walks take what the measured tempo says (`tempo`), one after the other for each picker. How sure that is grows worse
with every walk that is still to come, so each order has two moments: the likely one, and the one by which it is down
nine times in ten. A proposal is for a person: it names the order that goes first, the one that makes room for it,
what that does to the metres, and the cut-offs that are met then. It is made only where nobody else's cut-off is lost
by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.picking.rules.batches import PickOrder
from app.picking.rules.carts import Fleet, together
from app.picking.rules.tempo import Tempo
from app.picking.rules.tours import Tours

NINE_IN_TEN = 1.2816
"""Standard deviations above the mean below which nine of ten lie."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk that is on or waits: its orders, and what of it is still to come. What was begun is not taken apart."""

    orders: tuple[PickOrder, ...]
    length_mm: int
    takes_ms: int
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """The walks of one picker in their order, and the moment from which the first of them is counted."""

    from_ms: int
    walks: tuple[Walk, ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """When an order is put down: likely, and nine times in ten. `due_ms` is None where nobody waits."""

    order: bytes
    likely_ms: int
    surely_ms: int
    due_ms: int | None

    @property
    def is_safe(self) -> bool:
        """Whether the cut-off is met nine times in ten."""
        return self.due_ms is None or self.surely_ms <= self.due_ms

    @property
    def is_late(self) -> bool:
        """Whether it is likely missed."""
        return self.due_ms is not None and self.likely_ms > self.due_ms


@dataclass(frozen=True, slots=True)
class Swap:
    """A proposal: `into` a walk goes `order`, and `makes_room` (None where there is room) takes its place.

    The walks are (index of the queue, index of the walk). `saves_mm` is below zero where the walks become longer.
    `met` are the orders whose cut-off is met then and was in danger before.
    """

    order: bytes
    makes_room: bytes | None
    into: tuple[int, int]
    out_of: tuple[int, int]
    saves_mm: int
    met: tuple[bytes, ...]
    before_ms: int
    after_ms: int


def walk_of(orders: Iterable[PickOrder], tours: Tours, tempo: Tempo) -> Walk:
    """A walk that nobody began, with the time that it takes."""
    members = tuple(orders)
    stops = tours.set_of(place for order in members for place in order.stops)
    length = tours.length_mm(stops)
    return Walk(members, length, tempo.takes_ms(length, stops.bit_count(), sum(o.load.units for o in members)))


def finishes(queues: Sequence[Queue], tempo: Tempo) -> tuple[Finish, ...]:
    """When each order is put down, queue by queue."""
    return tuple(finish for queue in queues for finish in _finishes(queue, tempo))


def _finishes(queue: Queue, tempo: Tempo) -> Iterable[Finish]:
    takes: list[int] = []
    for walk in queue.walks:
        takes.append(walk.takes_ms)
        likely, surely = queue.from_ms + sum(takes), queue.from_ms + tempo.latest_ms(takes, NINE_IN_TEN)
        yield from (Finish(order.key, likely, surely, order.due_ms) for order in walk.orders)


def proposal(queues: Sequence[Queue], tours: Tours, fleet: Fleet, tempo: Tempo) -> Swap | None:
    """The swap that brings most cut-offs out of danger; of several the one with the shortest walks.

    None where no cut-off is in danger or no swap helps. A swap that puts down an order of a higher class later for
    one of a lower class is none.
    """
    desk = _Desk(queues, tours, fleet, tempo)
    found = [swap for at in desk.in_danger() for swap in desk.swaps(at)]
    return min(found, key=lambda s: (-len(s.met), -s.saves_mm, s.order, s.makes_room or b""), default=None)


Place = tuple[int, int, int]
"""Queue, walk, and position in the walk."""


class _Desk:
    """Tries swaps on one state of the queues."""

    def __init__(self, queues: Sequence[Queue], tours: Tours, fleet: Fleet, tempo: Tempo) -> None:
        self.queues, self.tours, self.fleet, self.tempo = tuple(queues), tours, fleet, tempo
        self.before = {finish.order: finish for finish in finishes(queues, tempo)}

    def in_danger(self) -> list[Place]:
        """The orders whose cut-off may be missed and that nobody has begun."""
        return [at for at in self._waiting() if not self.before[self._order(at).key].is_safe]

    def _waiting(self) -> Iterable[Place]:
        for q, queue in enumerate(self.queues):
            for w, walk in enumerate(queue.walks):
                if not walk.begun:
                    yield from ((q, w, n) for n in range(len(walk.orders)))

    def _order(self, at: Place) -> PickOrder:
        return self.queues[at[0]].walks[at[1]].orders[at[2]]

    def swaps(self, at: Place) -> Iterable[Swap]:
        """Every swap that takes this order into an earlier walk and helps."""
        now = self.before[self._order(at).key].likely_ms
        for q, queue in enumerate(self.queues):
            for w, walk in enumerate(queue.walks):
                earlier = walk.orders and self.before[walk.orders[0].key].likely_ms < now
                if walk.begun or not earlier or (q, w) == at[:2]:
                    continue
                for n in (None, *range(len(walk.orders))):
                    if (swap := self._tried(at, (q, w), n)) is not None:
                        yield swap

    def _tried(self, at: Place, into: tuple[int, int], n: int | None) -> Swap | None:
        order, here, there = self._order(at), self._walk(at[:2]), self._walk(into)
        other = None if n is None else there.orders[n]
        new_there = (*(o for o in there.orders if o is not other), order)
        new_here = (*(o for o in here.orders if o is not order), *(() if other is None else (other,)))
        if not all(self.fleet.fits(together(o.load for o in orders)) for orders in (new_there, new_here) if orders):
            return None
        first, second = (walk_of(orders, self.tours, self.tempo) for orders in (new_there, new_here))
        after = {f.order: f for f in finishes(self._changed({into: first, at[:2]: second}), self.tempo)}
        met = tuple(sorted(key for key, f in after.items() if f.is_safe and not self.before[key].is_safe))
        if order.key not in met or self._does_harm(after):
            return None
        saves = here.length_mm + there.length_mm - first.length_mm - second.length_mm
        times = self.before[order.key].likely_ms, after[order.key].likely_ms
        return Swap(order.key, other.key if other else None, into, at[:2], saves, met, *times)

    def _walk(self, at: tuple[int, int]) -> Walk:
        return self.queues[at[0]].walks[at[1]]

    def _changed(self, new: dict[tuple[int, int], Walk]) -> list[Queue]:
        """The queues with these walks in place of theirs; a walk without orders is none."""
        changed = []
        for q, queue in enumerate(self.queues):
            walks = (new.get((q, w), walk) for w, walk in enumerate(queue.walks))
            changed.append(replace(queue, walks=tuple(walk for walk in walks if walk.orders)))
        return changed

    def _does_harm(self, after: dict[bytes, Finish]) -> bool:
        """Whether another cut-off comes into danger or is missed, or a higher class waits for a lower one."""
        helped = min(o.priority for o in self._orders() if after[o.key].likely_ms < self.before[o.key].likely_ms)
        for order in self._orders():
            was, will = self.before[order.key], after[order.key]
            if (was.is_safe and not will.is_safe) or (will.is_late and not was.is_late):
                return True
            if will.likely_ms > was.likely_ms and order.priority < helped:
                return True
        return False

    def _orders(self) -> Iterable[PickOrder]:
        return (order for queue in self.queues for walk in queue.walks for order in walk.orders)
