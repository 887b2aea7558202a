"""The state of a tour, folded from its facts, and what follows from it: stops in walking order, what is in the hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import singledispatch
from types import MappingProxyType

from app.events import CartRead, ToteRead
from app.facts import Fact
from app.picking.facts import (
    DAMAGED,
    BinProved,
    DamagedAtPick,
    Dropped,
    ItemProved,
    ManualProof,
    Picked,
    ShortAmended,
    Shorted,
    Skipped,
    ToteBound,
    TourStarted,
)
from app.picking.queries import ClaimedWork, Floor, PlanLine
from app.picking.rules.distance import Point
from app.picking.rules.proof import Proof
from app.picking.rules.route import insertion, route
from app.work.facts import ToteEmptied
from app.work.queries import Place, SkuCard

LETTERS = "ABCDEF"
Key = tuple[bytes, bytes, str]
"""A stop: place, SKU, lot."""
NONE: Mapping[bytes, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Bound:
    """A tote that carries one order of the tour."""

    work_id: bytes
    tote_id: bytes
    position: str


@dataclass(frozen=True, slots=True)
class Hand:
    """On a cart: how many units of the stop's item are in the hand. `counted`: by a card or by SHORT, else by scans."""

    units: int
    counted: bool = False
    lot: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PickState:
    """One tour. All below `floor` is folded from facts, but for the last three, which are only notes."""

    task_id: bytes
    pool: tuple[ClaimedWork, ...]
    floor: Floor
    home: Place | None
    manual_limit: int
    tour: TourStarted | None = None
    totes: tuple[Bound, ...] = ()
    walk: tuple[bytes, ...] = ()
    picked: Mapping[bytes, int] = field(default_factory=lambda: NONE)
    short: Mapping[bytes, int] = field(default_factory=lambda: NONE)
    reasons: Mapping[bytes, int] = field(default_factory=lambda: NONE)
    proven: bytes = b""
    """The bin whose label was scanned and that was not left since."""
    focus: Key | None = None
    """The stop whose item was scanned last and that is not finished."""
    hand: Hand | None = None
    here: tuple[Point, ...] = ()
    """Where units were taken so far, in order: the walk that lies behind; the last one is where the person stands."""
    skipped: tuple[Key, ...] = ()
    last_short: Key | None = None
    """The stop that the last scan declared short: a quantity or reason card amends it."""
    serials: frozenset[tuple[bytes, str]] = frozenset()
    manual: int = 0
    dropped: bool = False
    opened_by: ToteRead | CartRead | None = None
    """The scan that waits for claimed work."""
    damaged: Mapping[bytes, int] = field(default_factory=lambda: NONE)
    """Units by line that the last DAMAGED declared so: a quantity card amends it."""
    emptying: bool = False
    """EMPTY was scanned, the tote follows."""
    changing: bytes = b""
    """NEWTOTE was scanned: the work whose units go into the tote that follows."""

    @property
    def on_cart(self) -> bool:
        return self.tour is not None and bool(self.tour.cart_id)


@dataclass(frozen=True, slots=True)
class StopLine:
    """What a stop is for one order: `wanted` by this tour, of which `picked` and `short`."""

    line: PlanLine
    work: ClaimedWork
    position: str
    wanted: int
    picked: int
    short: int

    @property
    def open(self) -> int:
        return max(self.wanted - self.picked - self.short, 0)


@dataclass(frozen=True, slots=True)
class Stop:
    """One item at one place, for one or several orders."""

    key: Key
    place: Place
    card: SkuCard
    bin_code: str
    proof: Proof
    lines: tuple[StopLine, ...]

    @property
    def lot(self) -> str:
        return self.key[2]

    @property
    def wanted(self) -> int:
        return sum(line.wanted for line in self.lines)

    @property
    def picked(self) -> int:
        return sum(line.picked for line in self.lines)

    @property
    def short(self) -> int:
        return sum(line.short for line in self.lines)

    @property
    def open(self) -> int:
        return sum(line.open for line in self.lines)

    @property
    def point(self) -> Point:
        return (self.place.x_mm, self.place.y_mm)


# ---- what follows from the state ------------------------------------------------------------------------------------


def all_works(state: PickState) -> tuple[ClaimedWork, ...]:
    """The work of the tour in the order of its positions, whatever became of it."""
    if state.tour is None:
        return ()
    known = {work.id: work for work in state.pool}
    return tuple(known[w] for w in state.tour.works if w in known)


def works_of(state: PickState) -> tuple[ClaimedWork, ...]:
    """The work that is still this tour's to do: not cancelled, not taken over."""
    return tuple(work for work in all_works(state) if not is_cancelled(work) and not is_taken(state, work))


def is_cancelled(work: ClaimedWork) -> bool:
    """Whether its order was cancelled: what lies in its tote goes back."""
    return work.state == "cancelled"


def is_taken(state: PickState, work: ClaimedWork) -> bool:
    """Whether a newer lease has it: somebody took it over, and it goes on there."""
    assert state.tour is not None
    return work.fence > state.tour.fences[state.tour.works.index(work.id)]


def cancelled_works(state: PickState) -> tuple[ClaimedWork, ...]:
    """Work of this tour whose order was cancelled and that nobody else has."""
    return tuple(work for work in all_works(state) if is_cancelled(work) and not is_taken(state, work))


def position_of(state: PickState, work_id: bytes) -> str:
    """The letter of an order's place on the cart, "" for a single tote."""
    assert state.tour is not None
    return LETTERS[state.tour.works.index(work_id)] if state.tour.cart_id else ""


def _once(look: Callable[[PickState], tuple[Stop, ...]]) -> Callable[[PickState], tuple[Stop, ...]]:
    """Looks once at a state: a scan and its screen ask the same of the same (unchanging) state again and again."""
    last: list[tuple[PickState, tuple[Stop, ...]]] = []

    def looked(state: PickState) -> tuple[Stop, ...]:
        for known, stops in last:
            if known is state:
                return stops
        stops = look(state)
        last[:] = [(state, stops), *last[:1]]
        return stops

    return looked


@_once
def all_stops(state: PickState) -> tuple[Stop, ...]:
    """Every stop of the tour, finished ones too, without an order."""
    groups: dict[Key, list[StopLine]] = {}
    for work in works_of(state):
        for line in work.lines:
            wanted = line.quantity - line.picked - line.short
            if wanted > 0:
                groups.setdefault(key_of(line), []).append(
                    StopLine(
                        line, work, position_of(state, work.id), wanted, state.picked.get(line.id, 0),
                        state.short.get(line.id, 0),
                    )
                )  # fmt: skip
    return tuple(_stop(key, lines) for key, lines in groups.items())


def key_of(line: PlanLine) -> Key:
    return (line.place.id, line.card.id, line.lot)


def _stop(key: Key, lines: list[StopLine]) -> Stop:
    first = lines[0].line
    return Stop(key, first.place, first.card, first.bin_code, first.proof, tuple(lines))


@_once
def open_stops(state: PickState) -> tuple[Stop, ...]:
    """What is still to be done, in walking order: the stop in hand first, then the walk; lines that came later where
    they cost the least detour."""
    left = {stop.key: stop for stop in all_stops(state) if stop.open > 0}
    order = _known_order(state, left)
    walk = [stand(state), *(left[k].point for k in order), end_point(state)]
    for key, stop in left.items():
        if key not in order:
            first = 2 if order and _is_begun(state, left[order[0]]) else 1
            at = insertion(state.floor.ways, walk, stop.point, first)
            walk.insert(at, stop.point)
            order.insert(at - 1, key)
    return tuple(left[k] for k in order)


def _known_order(state: PickState, left: Mapping[Key, Stop]) -> list[Key]:
    by_line = {line.line.id: key for key, stop in left.items() for line in stop.lines}
    order = list(dict.fromkeys(by_line[line] for line in state.walk if line in by_line))
    if state.focus is not None and state.focus in left:
        order = [state.focus, *(k for k in order if k != state.focus)]
    elif state.proven:
        order.sort(key=lambda k: k[0] != state.proven or k in state.skipped)
    return order


def _is_begun(state: PickState, stop: Stop) -> bool:
    return stop.key == state.focus or stop.place.id == state.proven


def current(state: PickState) -> Stop | None:
    """The stop where the person is or walks to, None when all are done."""
    stops = open_stops(state)
    return stops[0] if stops else None


def stop_of(state: PickState, key: Key | None) -> Stop | None:
    """A stop by its key, finished or not."""
    return next((stop for stop in all_stops(state) if stop.key == key), None)


def tote_of(state: PickState, work_id: bytes) -> bytes:
    """The tote that units of an order go into now: the one bound last, b"" while there is none."""
    return next((b.tote_id for b in reversed(state.totes) if b.work_id == work_id), b"")


def stand(state: PickState) -> Point:
    """Where the person stands as far as scans tell: the last bin, else where the walk starts."""
    return state.here[-1] if state.here else start_point(state)


def start_point(state: PickState) -> Point:
    place = state.floor.start or state.home
    if place is not None:
        return (place.x_mm, place.y_mm)
    return end_point(state)


def end_point(state: PickState) -> Point:
    """Where the walk shall end: the drop place, or the start where there is none."""
    place = end_place(state)
    if place is not None:
        return (place.x_mm, place.y_mm)
    return (state.floor.start.x_mm, state.floor.start.y_mm) if state.floor.start else (0, 0)


def end_place(state: PickState) -> Place | None:
    """The first drop lane, else the first pack lane."""
    by_type = {kind: [d.place for d in state.floor.drops if d.place.type == kind] for kind in ("drop", "pack")}
    return next(iter([*by_type["drop"], *by_type["pack"]]), None)


def planned_walk(
    state: PickState, stops: Sequence[Stop], last: Sequence[Stop] = (), here: Point | None = None
) -> tuple[bytes, ...]:
    """The pick lines of these stops in the order of a short walk from here; `last` are visited after them."""
    places = {stop.place.id: stop.point for stop in sorted(stops, key=lambda s: (s.point, s.place.name))}
    end = last[0].point if last else end_point(state)
    order = route(state.floor.ways, tuple(places.values()), here or stand(state), end)
    rank = {place: order.index(i) for i, place in enumerate(places)}
    walked = sorted(stops, key=lambda s: (rank[s.place.id], s.card.sku, s.lot))
    return tuple(line.line.id for stop in (*walked, *last) for line in stop.lines)


# ---- the fold -------------------------------------------------------------------------------------------------------


@singledispatch
def evolve(fact: Fact, state: PickState) -> PickState:
    """The state after one more fact; facts of others change nothing."""
    return state


@evolve.register
def _(fact: TourStarted, state: PickState) -> PickState:
    return replace(state, tour=fact, walk=fact.walk, opened_by=None, emptying=False)


@evolve.register
def _(fact: ToteBound, state: PickState) -> PickState:
    bound = Bound(fact.work_id, fact.tote_id, fact.position)
    return replace(state, totes=(*state.totes, bound), changing=b"")


@evolve.register
def _(fact: BinProved, state: PickState) -> PickState:
    state = replace(state, proven=fact.place_id, last_short=None, damaged=NONE)
    return _stood_at(state, fact.place_id)


@evolve.register
def _(fact: ItemProved, state: PickState) -> PickState:
    key = (fact.place_id, fact.sku_id, fact.lot)
    key = _known_key(state, key)
    before = state.hand if state.focus == key and state.hand else Hand(0)
    units = before.units + fact.units
    pieces = (*before.serials, fact.serial) if fact.serial else before.serials
    hand = Hand(units, before.counted or bool(fact.counted), fact.lot, pieces) if units > 0 else None
    serials = state.serials | {(fact.sku_id, fact.serial)} if fact.serial else state.serials
    state = replace(state, focus=key, hand=hand, serials=serials, last_short=None, damaged=NONE)
    return _stood_at(state, fact.place_id)


def _known_key(state: PickState, key: Key) -> Key:
    """The stop of an item whose lot the work left open: then the stop has no lot, the unit has one."""
    known = {stop.key for stop in all_stops(state)}
    return key if key in known or (key[0], key[1], "") not in known else (key[0], key[1], "")


@evolve.register
def _(fact: ManualProof, state: PickState) -> PickState:
    return replace(state, manual=state.manual + 1)


@evolve.register
def _(fact: Picked, state: PickState) -> PickState:
    key = _known_key(state, (fact.place_id, fact.sku_id, fact.lot))
    picked = {**state.picked, fact.pick_line_id: state.picked.get(fact.pick_line_id, 0) + fact.quantity}
    hand = state.hand
    if state.on_cart and hand is not None and state.focus == key:
        pieces = tuple(s for s in hand.serials if s != fact.serial)
        hand = replace(hand, units=max(hand.units - fact.quantity, 0), serials=pieces)
    serials = state.serials | {(fact.sku_id, fact.serial)} if fact.serial else state.serials
    state = replace(
        state, picked=MappingProxyType(picked), hand=hand, focus=key, serials=serials, last_short=None, damaged=NONE
    )  # fmt: skip
    return _left_if_done(_stood_at(state, fact.place_id), key)


@evolve.register
def _(fact: Shorted, state: PickState) -> PickState:
    short = {**state.short, fact.pick_line_id: state.short.get(fact.pick_line_id, 0) + fact.short}
    reasons = {**state.reasons, fact.pick_line_id: fact.reason}
    return _after_short(replace(state, walk=fact.walk), fact.pick_line_id, short, reasons)


@evolve.register
def _(fact: ShortAmended, state: PickState) -> PickState:
    short = {**state.short, fact.pick_line_id: state.short.get(fact.pick_line_id, 0) + fact.change}
    reasons = {**state.reasons, fact.pick_line_id: fact.reason}
    return _after_short(state, fact.pick_line_id, short, reasons)


def _after_short(
    state: PickState, line_id: bytes, short: Mapping[bytes, int], reasons: Mapping[bytes, int]
) -> PickState:
    state = replace(state, short=MappingProxyType(dict(short)), reasons=MappingProxyType(dict(reasons)))
    stop = next((s for s in all_stops(state) for line in s.lines if line.line.id == line_id), None)
    if stop is None:
        return state
    hand = replace(state.hand, counted=True) if state.hand is not None and state.focus == stop.key else state.hand
    state = replace(state, last_short=stop.key, hand=hand, damaged=NONE)
    if stop.open > 0:
        return replace(state, focus=stop.key, proven=stop.place.id)
    return _left_if_done(_stood_at(state, stop.place.id), stop.key)


@evolve.register
def _(fact: DamagedAtPick, state: PickState) -> PickState:
    short = {**state.short, fact.pick_line_id: state.short.get(fact.pick_line_id, 0) + fact.quantity}
    reasons = {**state.reasons, fact.pick_line_id: DAMAGED}
    damaged = {**state.damaged, fact.pick_line_id: state.damaged.get(fact.pick_line_id, 0) + fact.quantity}
    state = replace(
        state, short=MappingProxyType(short), reasons=MappingProxyType(reasons), walk=fact.walk or state.walk,
        damaged=MappingProxyType(damaged), last_short=None,
    )  # fmt: skip
    state = _stood_at(state, fact.place_id)
    stop = next((s for s in all_stops(state) for line in s.lines if line.line.id == fact.pick_line_id), None)
    if stop is None or stop.open <= 0:  # the bin stays proven: another unit of it may be planned at once
        return replace(state, focus=None, hand=None)
    return replace(state, focus=stop.key, proven=stop.place.id)


@evolve.register
def _(fact: Skipped, state: PickState) -> PickState:
    keys = tuple(s.key for s in all_stops(state) if any(line.line.id in fact.pick_line_ids for line in s.lines))
    skipped = (*(k for k in state.skipped if k not in keys), *keys)
    return _left(replace(state, walk=fact.walk, skipped=skipped, last_short=None, damaged=NONE, focus=None, hand=None))


@evolve.register
def _(fact: ToteEmptied, state: PickState) -> PickState:
    return replace(state, emptying=False)


@evolve.register
def _(fact: Dropped, state: PickState) -> PickState:
    return replace(state, dropped=True)


def _stood_at(state: PickState, place_id: bytes) -> PickState:
    """The person stands at this bin now."""
    place = next((s.place for s in all_stops(state) if s.place.id == place_id), None)
    if place is None or (state.here and state.here[-1] == (place.x_mm, place.y_mm)):
        return state
    return replace(state, here=(*state.here, (place.x_mm, place.y_mm)))


def _left_if_done(state: PickState, key: Key) -> PickState:
    stop = stop_of(state, key)
    if stop is not None and stop.open > 0:
        return state
    return _left(replace(state, focus=None, hand=None))


def _left(state: PickState) -> PickState:
    """Forgets the proof of a bin that the walk leaves: coming back wants it again."""
    following = current(state)
    if following is None or following.place.id != state.proven:
        return replace(state, proven=b"")
    return state


def take(stop: Stop, units: int, *, lot: str, tote: bytes, work: bytes = b"", serial: str = "") -> tuple[Picked, ...]:
    """Units of a stop into a tote, line by line (of one order only where `work` is given); negative ones go back."""
    facts = []
    for line in stop.lines if units > 0 else reversed(stop.lines):
        if work and line.work.id != work:
            continue
        share = min(line.open, units) if units > 0 else -min(line.picked, -units)
        if share:
            facts.append(
                Picked(
                    line.line.id, line.work.id, line.work.fence, stop.card.id, stop.place.id, lot, share, tote, serial
                )
            )
            units -= share
    return tuple(facts)
