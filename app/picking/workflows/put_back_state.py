"""The state of a way back, folded from its facts: what is in bins again, what is in the hand, where to go next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import singledispatch
from types import MappingProxyType

from app.facts import Fact
from app.picking.facts import PutBack, PutBackBegun, PutBackDone, ReturnTaken
from app.picking.queries import Floor, ReturnLine, ReturnPlan
from app.picking.rules.distance import Point
from app.picking.rules.route import route
from app.work.queries import Place

NONE: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Carried:
    """Units of one line in the hand; `damaged` ones can't be sold any more."""

    line: int
    units: int
    lot: str = ""
    serials: tuple[str, ...] = ()
    damaged: bool = False
    counted: bool = False


@dataclass(frozen=True, slots=True)
class BackState:
    """One tote that is put back. `done` are units by line that lie in bins again; `places` are bins in that order."""

    task_id: bytes
    floor: Floor
    home: Place | None
    begun: PutBackBegun | None = None
    done: Mapping[int, int] = field(default_factory=lambda: NONE)
    hand: Carried | None = None
    places: tuple[bytes, ...] = ()
    ended: bool = False

    def left(self, line: int) -> int:
        """Units of a line that are still in the tote or in the hand."""
        assert self.begun is not None
        return self.begun.lines[line][3] - self.done.get(line, 0)

    @property
    def open_lines(self) -> tuple[int, ...]:
        """Lines with units left: the one in the hand first, then as they are walked."""
        if self.begun is None:
            return ()
        found = [i for i in range(len(self.begun.lines)) if self.left(i) > 0]
        if self.hand is not None and self.hand.line in found:
            in_hand = self.hand.line
            found.sort(key=lambda i: i != in_hand)
        return tuple(found)

    @property
    def units(self) -> int:
        """All units of this way."""
        return sum(line[3] for line in self.begun.lines) if self.begun else 0

    @property
    def units_done(self) -> int:
        return sum(self.done.values())


def planned(state: BackState, plan: ReturnPlan, points: Mapping[bytes, Point]) -> tuple[ReturnLine, ...]:
    """The lines in the order of a short walk over their bins and back; what has no bin comes last."""
    places = sorted({line.place_id for line in plan.lines if line.place_id}, key=lambda p: (points[p], p))
    here = start_point(state)
    order = route(state.floor.ways, tuple(points[p] for p in places), here, here)
    rank = {place: order.index(i) for i, place in enumerate(places)}
    return tuple(sorted(plan.lines, key=lambda line: (rank.get(line.place_id, len(rank)), line.sku_id, line.lot)))


def start_point(state: BackState) -> Point:
    """Where the walk starts: the station's own place, else where walks start."""
    place = state.home or state.floor.start
    return (place.x_mm, place.y_mm) if place is not None else (0, 0)


# ---- the fold -------------------------------------------------------------------------------------------------------


@singledispatch
def evolve(fact: Fact, state: BackState) -> BackState:
    """The state after one more fact; facts of others change nothing."""
    return state


@evolve.register
def _(fact: PutBackBegun, state: BackState) -> BackState:
    return replace(state, begun=fact)


@evolve.register
def _(fact: ReturnTaken, state: BackState) -> BackState:
    line = line_of(state, fact.sku_id, fact.lot)
    if line is None:
        return state
    same = state.hand is not None and state.hand.line == line
    before = state.hand if same and state.hand is not None else Carried(line, 0, fact.lot)
    units = before.units + fact.units
    serials = (*before.serials, fact.serial) if fact.serial else before.serials
    damaged = before.damaged or fact.damaged
    hand = Carried(line, units, fact.lot, serials, damaged, before.counted or fact.damaged) if units > 0 else None
    return replace(state, hand=hand)


@evolve.register
def _(fact: PutBack, state: BackState) -> BackState:
    line = line_of(state, fact.sku_id, fact.lot)
    if line is None:
        return state
    done = {**state.done, line: state.done.get(line, 0) + fact.quantity}
    return replace(state, done=MappingProxyType(done), hand=None, places=(*state.places, fact.place_id))


@evolve.register
def _(fact: PutBackDone, state: BackState) -> BackState:
    return replace(state, ended=True)


def line_of(state: BackState, sku_id: bytes, lot: str) -> int | None:
    """The line with units left that an item of this SKU and lot belongs to: the one in the hand, else the next one."""
    if state.begun is None:
        return None
    lines = state.begun.lines
    return next((i for i in state.open_lines if lines[i][:2] == (sku_id, lot)), None)


def waiting(state: BackState, sku_id: bytes, event_lot: str) -> int | None:
    """The line that a scanned item belongs to; a code without a lot stands for any lot of it that is left."""
    assert state.begun is not None
    for i in state.open_lines:
        sku, lot, _, _ = state.begun.lines[i]
        if sku == sku_id and event_lot in ("", lot):
            return i
    return None
