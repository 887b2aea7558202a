"""The state of a take-over, folded from its facts: whose work it is now, what was counted in which tote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import singledispatch
from types import MappingProxyType

from app.events import CartRead, ToteRead
from app.facts import Fact
from app.picking.facts import TakeOverBegun, ToteDone, ToteOpened, ToteUnits, TourStarted

Units = tuple[bytes, bytes, str]
"""Tote, SKU, lot."""
NONE: Mapping[Units, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TakeState:
    """One take-over. The first two are only notes: the scan that opened it, and whether central was asked."""

    task_id: bytes
    subject: ToteRead | CartRead | None = None
    asked: bool = False
    begun: TakeOverBegun | None = None
    bound: tuple[tuple[bytes, bytes], ...] = ()
    """(tote, work) of every tote of this work, also of those that nobody had told of."""
    counting: bytes = b""
    counted: tuple[bytes, ...] = ()
    counts: Mapping[Units, int] = field(default_factory=lambda: NONE)
    serials: frozenset[tuple[bytes, str]] = frozenset()
    last: tuple[bytes, str] | None = None
    """SKU and lot of the last item: a quantity card sets its count."""
    choosing: bytes = b""
    """A tote that nobody knows, until a choice card says whose it is. A note, no fact."""
    ended: bool = False

    @property
    def to_count(self) -> tuple[bytes, ...]:
        """Totes that are known and not counted yet."""
        return tuple(tote for tote, _ in self.bound if tote not in self.counted and tote != self.counting)

    def work_of(self, tote: bytes) -> bytes:
        """Whose units a tote holds, b"" when nobody knows."""
        return next((work for one, work in self.bound if one == tote), b"")

    def units_in(self, tote: bytes) -> int:
        """How many units were counted in a tote so far."""
        return sum(units for (one, _, _), units in self.counts.items() if one == tote)


@singledispatch
def evolve(fact: Fact, state: TakeState) -> TakeState:
    """The state after one more fact; facts of others change nothing."""
    return state


@evolve.register
def _(fact: TakeOverBegun, state: TakeState) -> TakeState:
    return replace(state, begun=fact, asked=False, bound=tuple(zip(fact.totes, fact.tote_works, strict=True)))


@evolve.register
def _(fact: ToteOpened, state: TakeState) -> TakeState:
    known = any(tote == fact.tote_id for tote, _ in state.bound)
    bound = state.bound if known else (*state.bound, (fact.tote_id, fact.work_id))
    counted = tuple(tote for tote in state.counted if tote != fact.tote_id)
    return replace(state, counting=fact.tote_id, bound=bound, counted=counted, last=None, choosing=b"")


@evolve.register
def _(fact: ToteUnits, state: TakeState) -> TakeState:
    key = (fact.tote_id, fact.sku_id, fact.lot)
    counts = {**state.counts, key: state.counts.get(key, 0) + fact.units}
    serials = state.serials | {(fact.sku_id, fact.serial)} if fact.serial else state.serials
    return replace(state, counts=MappingProxyType(counts), serials=serials, last=(fact.sku_id, fact.lot))


@evolve.register
def _(fact: ToteDone, state: TakeState) -> TakeState:
    return replace(state, counting=b"", counted=(*state.counted, fact.tote_id), last=None)


@evolve.register
def _(fact: TourStarted, state: TakeState) -> TakeState:
    return replace(state, ended=True)
