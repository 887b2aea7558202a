"""Orders that are to be picked, and groups of them that are walked for together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from app.picking.rules.carts import Fleet, Load
from app.picking.rules.distance import Point
from app.picking.rules.tours import Tours


@dataclass(frozen=True, slots=True)
class PickOrder:
    """An order as batching sees it: the places that are walked to, and what it takes on a cart.

    `priority` is its class, the lowest number first; `due_ms` is when it must be put down (from any moment on, in
    ms), None when nobody waits for it.
    """

    key: bytes
    stops: frozenset[Point]
    load: Load = field(default_factory=Load)
    priority: int = 0
    due_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Orders of one walk, in the order in which they came, with the length of that walk.

    `cart` is the first type of cart that takes it all; empty for a single order that is more than each takes, and has
    to be walked for with a second cart.
    """

    orders: tuple[bytes, ...]
    length_mm: int
    cart: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long search is: `done` of `of` steps, and the length of all walks by now (with what lateness is worth,
    where that counts)."""

    done: int
    of: int
    length_mm: int


Tell = Callable[[Progress], None]


class Stopped(Exception):
    """Somebody cancelled. There is no plan then, not even a part of one."""


class Watch:
    """Who looks on: told now and then how far it is, asked whether to go on."""

    def __init__(self, tell: Tell | None = None, is_cancelled: Callable[[], bool] | None = None) -> None:
        self._tell, self._is_cancelled = tell, is_cancelled
        self._done, self._of = 0, 1

    def expect(self, steps: int) -> None:
        """So many steps are to come, besides those that are done."""
        self._of = self._done + max(steps, 1)

    def step(self, steps: int, length_mm: int) -> None:
        """So many further steps are done. Raises Stopped when somebody cancelled."""
        self._done = min(self._done + steps, self._of)
        if self._is_cancelled is not None and self._is_cancelled():
            raise Stopped
        if self._tell is not None:
            self._tell(Progress(self._done, self._of, length_mm))


class Pool:
    """The orders of one plan by number, with their sets of stops and packed loads."""

    def __init__(self, orders: Sequence[PickOrder], tours: Tours, fleet: Fleet) -> None:
        self.orders, self.tours, self.fleet = tuple(orders), tours, fleet
        if len({order.key for order in self.orders}) < len(self.orders):
            raise ValueError("an order is there twice")
        self.stops = [tours.set_of(order.stops) for order in self.orders]
        self.loads = [order.load.packed for order in self.orders]

    def group(self, members: Iterable[int]) -> Group:
        """The orders of these numbers as one group."""
        return Group(self, sorted(members))

    def union(self, members: Iterable[int]) -> int:
        """All stops of these orders."""
        found = 0
        for n in members:
            found |= self.stops[n]
        return found

    def batches(self, groups: Iterable[Group]) -> tuple[Batch, ...]:
        """As values, the one with the earliest order first."""
        return tuple(self._batch(group) for group in sorted(groups, key=lambda g: g.members))

    def _batch(self, group: Group) -> Batch:
        cart = self.fleet.cart_for(group.load)
        return Batch(tuple(self.orders[n].key for n in group.members), group.length, cart.name if cart else "")


class Group:
    """Orders that are walked for together while a plan is made."""

    __slots__ = ("_without", "length", "load", "members", "pool", "stops")

    def __init__(self, pool: Pool, members: list[int]) -> None:
        self.pool, self.members = pool, members
        self.stops = pool.union(members)
        self.load = sum([pool.loads[n] for n in members])
        self.length = pool.tours.length_mm(self.stops)
        self._without: list[int] | None = None

    @property
    def without(self) -> list[int]:
        """For each member the stops of all others."""
        if self._without is None:
            members = self.members
            self._without = [self.pool.union([m for m in members if m != n]) for n in members]
        return self._without


def in_order(pool: Pool, numbers: Iterable[int]) -> list[Group]:
    """Groups of orders that follow one another: a cart is full when the next one does not fit."""
    groups: list[list[int]] = []
    load = 0
    for n in numbers:
        if groups and pool.fleet.fits(load + pool.loads[n]):
            groups[-1].append(n)
            load += pool.loads[n]
        else:
            groups.append([n])
            load = pool.loads[n]
    return [pool.group(members) for members in groups]
