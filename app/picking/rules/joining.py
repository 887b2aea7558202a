"""Whether an order that has just come joins a walk that was released, or waits for the next wave.

It joins where that saves more than it delays. Saved is what the order would cost otherwise, less the way further.
Delayed is every order of that walk and of those behind it: each cut-off that is missed by it, or missed by more,
costs as in `deadlines.Worth`. An order never makes one of a higher class wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.picking.rules.batches import PickOrder
from app.picking.rules.carts import Fleet, together
from app.picking.rules.deadlines import Worth, lateness_mm
from app.picking.rules.finish import Queue, Walk, walk_of
from app.picking.rules.tempo import Tempo
from app.picking.rules.tours import Tours

Detour = Callable[[Walk, PickOrder], int]
"""How many mm further the rest of a walk that was begun becomes with an order's stops, from where the picker stands."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What becomes of the order if it joins none: the mm that it costs then, and when it is put down."""

    length_mm: int
    ends_ms: int


@dataclass(frozen=True, slots=True)
class Join:
    """The walk that the order joins (queue, walk), how much longer that becomes, and what it is worth in mm."""

    queue: int
    walk: int
    further_mm: int
    later_ms: int
    worth_mm: int


def joined(
    order: PickOrder,
    queues: Sequence[Queue],
    otherwise: Otherwise,
    tours: Tours,
    fleet: Fleet,
    tempo: Tempo,
    worth: Worth,
    detour: Detour | None = None,
) -> Join | None:
    """The walk that is worth most to join; None where waiting is better.

    A walk that was begun is joined only where `detour` says what that costs.
    """
    best: Join | None = None
    for q, queue in enumerate(queues):
        for w, walk in enumerate(queue.walks):
            further = _further(order, walk, tours, fleet, tempo, detour)
            if further is None:
                continue
            length, time = further
            cost = _delay_mm(order, queue, w, time, worth)
            if cost is None:
                continue
            ends = queue.from_ms + sum(each.takes_ms for each in queue.walks[: w + 1]) + time
            gained = otherwise.length_mm + lateness_mm(order, otherwise.ends_ms, worth)
            worth_mm = gained - length - lateness_mm(order, ends, worth) - cost
            if worth_mm > 0 and (best is None or worth_mm > best.worth_mm):
                best = Join(q, w, length, time, worth_mm)
    return best


def _further(
    order: PickOrder, walk: Walk, tours: Tours, fleet: Fleet, tempo: Tempo, detour: Detour | None
) -> tuple[int, int] | None:
    """How many mm and ms longer a walk becomes with an order; None where it cannot be taken along."""
    if not fleet.fits(together(each.load for each in (*walk.orders, order))):
        return None
    if not walk.begun:
        new = walk_of((*walk.orders, order), tours, tempo)
        return new.length_mm - walk.length_mm, new.takes_ms - walk.takes_ms
    if detour is None:
        return None
    length = detour(walk, order)
    return length, tempo.takes_ms(length, len(order.stops), order.load.units) - tempo.walk_ms


def _delay_mm(order: PickOrder, queue: Queue, joined: int, later_ms: int, worth: Worth) -> int | None:
    """What the delay of all others costs in mm; None where one of a higher class would wait."""
    ends, cost = queue.from_ms, 0
    for w, walk in enumerate(queue.walks):
        ends += walk.takes_ms
        if w < joined:
            continue
        for other in walk.orders:
            if later_ms > 0 and other.priority < order.priority:
                return None
            cost += lateness_mm(other, ends + later_ms, worth) - lateness_mm(other, ends, worth)
    return cost
