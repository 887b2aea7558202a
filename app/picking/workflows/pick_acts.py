"""What a picker's scan makes of the tour: facts and words; the workflow says at which step which of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.clock import boot_id
from app.errors import Refused
from app.events import CartRead, ItemRead, Read, ToteRead
from app.facts import Fact
from app.ids import ToteId
from app.picking import queries
from app.picking.facts import (
    BLOCKED,
    DAMAGED,
    EMPTY,
    DamagedAtPick,
    Dropped,
    ItemProved,
    Picked,
    ShortAmended,
    Skipped,
    ToteBound,
    TourStarted,
)
from app.picking.queries import ClaimedWork
from app.picking.workflows import pick_state, pick_words
from app.picking.workflows.pick_state import (
    Bound,
    PickState,
    Stop,
    StopLine,
    all_stops,
    cancelled_works,
    current,
    open_stops,
    planned_walk,
    position_of,
    stop_of,
    take,
    tote_of,
    works_of,
)
from app.text import Text, count, say
from app.view import Sound, Tone, TotePlace
from app.work.facts import ToteEmptied
from app.work.queries import Place, order_card, tote_card
from app.workflow import Desk, Next, Opening, Request

PREFETCH = 3
"""How many orders a station without a cart holds in advance."""


# ---- start ----------------------------------------------------------------------------------------------------------


def ready_works(state: PickState, desk: Desk) -> tuple[ClaimedWork, ...]:
    """Claimed work that can be started: not begun, with something to pick, its lease alive."""
    alive = (w for w in _not_begun(state) if _lives(w, desk))
    return tuple(w for w in alive if any(x.quantity > x.picked + x.short for x in w.lines))


def _not_begun(state: PickState) -> Iterator[ClaimedWork]:
    return (w for w in state.pool if w.state == "leased" and not w.started)


def _lives(work: ClaimedWork, desk: Desk) -> bool:
    """Whether the lease holds by the machine's own time. That of another boot can't be reckoned: it is asked anew."""
    if work.until_ns is None:
        return work.lease_until is None or work.lease_until > desk.clock.now()
    return work.boot == boot_id() and desk.clock.mono_ns() < work.until_ns


def ask_for_work(state: PickState, event: ToteRead | CartRead, limit: int, desk: Desk) -> Next:
    lapsed = [w.id.hex() for w in _not_begun(state) if not _lives(w, desk)]
    body = {"kind": "pick", "limit": limit} | ({"lapsed": lapsed} if lapsed else {})
    ask = Request("claim", body, waits=True)
    return Next(state=replace(state, opened_by=event), ask=(ask,), echo=say("Fetching work"), sound=Sound.NONE)


def start(state: PickState, event: ToteRead | CartRead, works: tuple[ClaimedWork, ...], left: int) -> Next:
    """Sets out with these orders; fetches more in advance when hardly any is left here."""
    place_ = state.floor.start or state.home
    tour = TourStarted(
        state.task_id,
        tuple(w.id for w in works),
        tuple(w.order_id for w in works),
        tuple(w.lease_id for w in works),
        tuple(w.fence for w in works),
        (),
        event.cart_id if isinstance(event, CartRead) else b"",
        place_.id if place_ else b"",
    )
    tour = replace(tour, walk=planned_walk(state, all_stops(replace(state, tour=tour))))
    limit = PREFETCH if isinstance(event, ToteRead) else len(works)
    ask = (Request("claim", {"kind": "pick", "limit": limit}),) if left <= 1 else ()
    if isinstance(event, ToteRead):
        bound = ToteBound(event.tote_id, works[0].id, works[0].order_id, fence=works[0].fence)
        return Next(facts=(tour, bound), ask=ask, echo=say("Order {number} starts", number=works[0].number))
    words = count(len(works), "{n} order on the cart", "{n} orders on the cart")
    return Next(facts=(tour,), ask=ask, echo=words)


def announce_empty(state: PickState) -> Next:
    return Next(state=replace(state, emptying=True, changing=b""), echo=say("Now scan the tote that is empty"))


def emptied(state: PickState, event: ToteRead, desk: Desk) -> Next:
    """EMPTY, then a tote: it is free again, unless it is one of this very walk."""
    tote = desk.read(tote_card, event.tote_id)
    if any(b.tote_id == tote.id for b in state.totes):
        raise Refused(pick_words.not_empty(tote.name, desk.read(queries.units_in, tote.id)))
    if tote.state == "free":
        return Next(state=replace(state, emptying=False), echo=say("Tote {name} was free already", name=tote.name))
    order = desk.read(order_card, tote.order_id) if tote.order_id else None
    words = say("Tote {name} is free", name=tote.name)
    if order is not None:
        words = say("Tote {name} is free, it held order {number}", name=tote.name, number=order.number)
    return Next(facts=(ToteEmptied(tote.id, tote.order_id or b""),), echo=words)


# ---- at a stop ------------------------------------------------------------------------------------------------------


def stop_now(state: PickState) -> Stop:
    stop = current(state)
    assert stop is not None, "these steps have a stop"
    return stop


def after(state: PickState, facts: tuple[Fact, ...]) -> PickState:
    for fact in facts:
        state = pick_state.evolve(fact, state)
    return state


def hand_is_full(state: PickState, stop: Stop) -> bool:
    """Whether it is the totes' turn: everything is in the hand, or one scan stands for all of it."""
    if state.hand is None or state.focus != stop.key:
        return False
    one_for_all = not stop.proof.each and not state.hand.counted
    return one_for_all or state.hand.units >= stop.open


def held(state: PickState, stop: Stop) -> int:
    return state.hand.units if state.hand is not None and state.focus == stop.key else 0


def meant_stop(state: PickState, event: ItemRead, desk: Desk) -> Stop:
    """The stop whose item this is: the one in hand, or another one at the same bin."""
    stop = stop_now(state)
    here = [s for s in open_stops(state) if s.place.id == stop.place.id and s.card.id == event.sku_id]
    if not here:
        raise Refused(pick_words.wrong_item(state, stop, event, desk))
    meant = next((s for s in here if s.lot == event.lot), here[0])
    if meant.key != stop.key and held(state, stop):
        raise Refused(pick_words.hand_full(stop))
    return meant


def lot_of(stop: Stop, event: ItemRead, desk: Desk) -> str:
    """The lot of the unit in hand: from its code, or the bin's only one."""
    if not stop.card.lot_tracked:
        return stop.lot
    if event.lot:
        if stop.lot and event.lot != stop.lot:
            raise Refused(pick_words.wrong_lot(stop, event.lot))
        return event.lot
    lots = desk.read(queries.lots_at, stop.place.id, stop.card.id)
    if len(lots) == 1 and stop.lot in ("", lots[0]):
        return lots[0]
    raise Refused(pick_words.lot_wanted(stop, lots))


def set_hand(state: PickState, stop: Stop, units: int) -> Next:
    """A quantity card on a cart: so many are in the hand."""
    if units > stop.open:
        raise Refused(pick_words.too_many(stop, units, stop.open - held(state, stop), case=False))
    lot = state.hand.lot if state.hand else stop.lot
    fact = ItemProved(stop.card.id, stop.place.id, lot, units - held(state, stop), counted=1)
    words = say("{n} of {total} {name} in the hand", n=units, total=stop.open, name=stop.card.name)
    return Next(facts=(fact,), echo=words)


def lit_line(state: PickState, stop: Stop, event: ToteRead, desk: Desk) -> tuple[StopLine, tuple[ToteBound, ...]]:
    """The line that this tote takes units for; a free tote is bound to the first position that has none yet."""
    open_lines = [line for line in stop.lines if line.open]
    bound = next((b for b in state.totes if b.tote_id == event.tote_id), None)
    lit = TotePlace(open_lines[0].position, "", open_lines[0].open)
    if bound is not None:
        line = next((x for x in open_lines if x.work.id == bound.work_id), None)
        if line is None:
            raise Refused(pick_words.wrong_tote(event, lit, bound.position, desk))
        if tote_of(state, bound.work_id) != event.tote_id:
            raise Refused(pick_words.full_tote(event, tote_of(state, bound.work_id), desk))
        return line, ()
    line = next((x for x in open_lines if not tote_of(state, x.work.id)), None)
    if line is None:
        raise Refused(pick_words.wrong_tote(event, lit, "", desk))
    tote = desk.read(tote_card, event.tote_id)
    if tote.state != "free":
        raise Refused(pick_words.tote_taken(tote, desk))
    return line, (ToteBound(tote.id, line.work.id, line.work.order_id, line.position, line.work.fence),)


def put(state: PickState, stop: Stop, line: StopLine, units: int, tote: bytes) -> tuple[Picked, ...]:
    """Units out of the hand into a tote; each piece with a serial number of its own is a fact of its own."""
    hand = state.hand
    assert hand is not None, "something is in the hand"
    if not hand.serials:
        return take(stop, units, lot=hand.lot, tote=tote, work=line.work.id)
    facts: list[Picked] = []
    for serial in hand.serials[:units]:
        left = stop_of(after(state, tuple(facts)), stop.key) or stop
        facts += take(left, 1, lot=hand.lot, tote=tote, work=line.work.id, serial=serial)
    return tuple(facts)


# ---- another tote ---------------------------------------------------------------------------------------------------


def announce_new_tote(state: PickState) -> Next:
    """NEWTOTE: the tote is full, the next one follows. On a cart it is that of the position that is lit."""
    stop = current(state)
    line = next((x for x in stop.lines if x.open), None) if stop is not None else None
    if line is None:
        raise Refused(pick_words.no_short(state, None, bin_wanted=False))
    if not tote_of(state, line.work.id):
        raise Refused(pick_words.no_tote_to_replace(line.position))
    words = say("Now scan a free tote for {position}", position=line.position)
    if not line.position:
        words = say("Now scan a free tote for order {number}", number=line.work.number)
    return Next(state=replace(state, changing=line.work.id, emptying=False), echo=words)


def new_tote(state: PickState, event: ToteRead, desk: Desk) -> Next:
    """The free tote after NEWTOTE: units of that order go into it from now on."""
    tote = desk.read(tote_card, event.tote_id)
    if tote.state != "free" or any(b.tote_id == tote.id for b in state.totes):
        raise Refused(pick_words.tote_taken(tote, desk))
    work = next(w for w in works_of(state) if w.id == state.changing)
    bound = ToteBound(tote.id, work.id, work.order_id, position_of(state, work.id), work.fence)
    words = say("Order {number} goes on in tote {name}", number=work.number, name=tote.name)
    return Next(facts=(bound,), echo=words, sound=Sound.STEP)


def with_case(words: Text, units: int) -> Text:
    """What was counted, and that it was one case: "12 (1 case)"."""
    return say("{words} · {units} (1 case)", words=words, units=units) if units > 1 else words


# ---- short ----------------------------------------------------------------------------------------------------------


def shares(state: PickState, stop: Stop, held: int) -> list[tuple[StopLine, int]]:
    """How units in the hand are shared out: position by position, so that as many orders as can be are whole."""
    shares = []
    for line in stop.lines:
        share = min(line.open, held)
        held -= share
        shares.append((line, share))
    return shares


def walk_after(state: PickState, rest: list[Stop], stop: Stop) -> tuple[bytes, ...]:
    """The way on from this stop; what was skipped before stays at the end."""
    last = [s for key in state.skipped for s in rest if s.key == key]
    first = [s for s in rest if s.key not in state.skipped]
    return planned_walk(state, first, last, here=stop.point)


def recount(state: PickState, stop: Stop, units: int, held: int) -> tuple[Fact, ...]:
    """Fewer than were scanned go back; more are taken over only where one scan stands for all."""
    counted = stop.picked + held
    proven = counted > 0 and not stop.proof.each
    if units == counted or (units > counted and not proven):
        return ()
    if state.on_cart:
        lot = state.hand.lot if state.hand else stop.lot
        return (ItemProved(stop.card.id, stop.place.id, lot, units - counted, counted=1),)
    work = stop.lines[0].work.id
    reopened = replace(stop, lines=tuple(replace(x, short=0) for x in stop.lines))
    return take(reopened, units - counted, lot=stop.lot, tote=tote_of(state, work))


def amendments(state: PickState, stop: Stop, units: int) -> tuple[ShortAmended, ...]:
    """What is missing of each line when `units` were there in all."""
    facts, spare = [], units - stop.picked if state.on_cart else units
    for x in stop.lines:
        has = x.picked if state.on_cart else 0
        found = has + min(x.wanted - has, spare)
        spare -= found - has
        change, reason = x.wanted - found - x.short, state.reasons.get(x.line.id, 0)
        facts.append(ShortAmended(x.line.id, x.work.id, x.work.fence, change, reason or EMPTY, reason))
    return tuple(facts)


def reason_words(reason: int) -> Text:
    words = {EMPTY: say("empty"), DAMAGED: say("damaged"), 3: say("wrong item there"), BLOCKED: say("blocked")}
    return say("Reason: {reason}", reason=words[reason])


def skip(state: PickState) -> Next:
    stop = current(state)
    if stop is None:
        raise Refused(pick_words.no_short(state, None, bin_wanted=False))
    if held(state, stop):
        raise Refused(pick_words.hand_full(stop))
    rest = [s for s in open_stops(state) if s.key != stop.key]
    if not rest:
        raise Refused(pick_words.only_stop(stop))
    before = [s for key in state.skipped for s in rest if s.key == key]
    first = [s for s in rest if s.key not in state.skipped]
    walk = planned_walk(state, first, [*before, stop])
    ids = tuple(line.line.id for line in stop.lines)
    words = say("{bin} is left for later", bin=stop.place.name)
    return Next(facts=(Skipped(ids, walk),), echo=words, tone=Tone.WARN)


# ---- damaged --------------------------------------------------------------------------------------------------------


def damaged(state: PickState, desk: Desk, *, bin_wanted: bool) -> Next:
    """One unit of the stop is damaged and stays out; another one is looked for. A quantity card says how many are."""
    stop = current(state)
    if stop is None or bin_wanted:
        raise Refused(pick_words.no_short(state, stop, bin_wanted=bin_wanted))
    facts: tuple[Fact, ...] = ()
    lot = _lot_of_damaged(state, stop, desk)
    if state.on_cart and held(state, stop) >= stop.open:
        facts = (ItemProved(stop.card.id, stop.place.id, lot, -1),)
    facts += _damage(stop, 1, lot)
    return Next(facts=facts, echo=_damaged_words(1, stop), tone=Tone.WARN, sound=Sound.ATTENTION)


def amend_damaged(state: PickState, units: int) -> Next:
    """A quantity card after DAMAGED: so many were."""
    lines = set(state.damaged)
    stop = next(s for s in all_stops(state) if any(x.line.id in lines for x in s.lines))
    more = units - sum(state.damaged.values())
    if more > stop.open:
        raise Refused(pick_words.too_many(stop, units, stop.open, case=False))
    lot = stop.lot
    if more >= 0:
        return Next(facts=_damage(stop, more, lot), echo=_damaged_words(units, stop), tone=Tone.WARN)
    facts = []
    for line in stop.lines:
        less = min(state.damaged.get(line.line.id, 0), -more)
        if less:
            facts.append(_damaged_fact(stop, line, -less, lot))
            more += less
    return Next(facts=tuple(facts), echo=_damaged_words(units, stop), tone=Tone.WARN)


def _damage(stop: Stop, units: int, lot: str) -> tuple[DamagedAtPick, ...]:
    """The last orders of the stop go without first, so that as many as can be are whole."""
    facts = []
    for line in reversed(stop.lines):
        share = min(line.open, units)
        if share:
            facts.append(_damaged_fact(stop, line, share, lot))
            units -= share
    return tuple(facts)


def _damaged_fact(stop: Stop, line: StopLine, units: int, lot: str) -> DamagedAtPick:
    return DamagedAtPick(line.line.id, line.work.id, line.work.fence, stop.card.id, stop.place.id, lot, units)


def _lot_of_damaged(state: PickState, stop: Stop, desk: Desk) -> str:
    if stop.lot or not stop.card.lot_tracked:
        return stop.lot
    if state.hand is not None and state.focus == stop.key:
        return state.hand.lot
    lots = desk.read(queries.lots_at, stop.place.id, stop.card.id)
    return lots[0] if len(lots) == 1 else ""


def _damaged_words(units: int, stop: Stop) -> Text:
    return count(
        units, "{n} {name} is damaged and stays out. Set it aside",
        "{n} {name} are damaged and stay out. Set them aside", name=stop.card.name,
    )  # fmt: skip


# ---- the end --------------------------------------------------------------------------------------------------------


def drop_fact(state: PickState, where: Place, desk: Desk) -> Dropped:
    """Everything that is still this walk's is put down; totes in which nothing lies are free. Those of cancelled orders
    are no part of it: they go back."""
    works = works_of(state)
    orders = {work.id: work.order_id for work in works}
    mine = [b for b in state.totes if b.work_id in orders]
    full = [b for b in mine if desk.read(queries.units_in, b.tote_id)]
    bare = [b for b in mine if b not in full]
    return Dropped(
        state.task_id,
        where.id,
        tuple(work.id for work in works),
        tuple(work.fence for work in works),
        tuple(b.tote_id for b in full),
        tuple(orders[b.work_id] for b in (*full, *bare)),
        tuple(b.work_id for b in (*full, *bare)),
        tuple(b.tote_id for b in bare),
        int(where.type == "problem"),
    )


def dropped_words(state: PickState, place_name: str, desk: Desk) -> Text:
    """What stands where now, and what was waiting for it on the problem shelf."""
    works = works_of(state)
    for work in works:
        for parked in desk.read(queries.parked_of, work.order_id):
            if not any(one.units > one.picked_now for one in parked.missing):
                return say(
                    "Order {number} is complete: take tote {tote} from {shelf} to pack", number=work.number,
                    tote=parked.tote, shelf=parked.shelf,
                )  # fmt: skip
    if len(works) == 1:
        return say("Order {number} is at {place}", number=works[0].number, place=place_name)
    return count(len(works), "{n} order is at {place}", "{n} orders are at {place}", place=place_name)


# ---- orders that are gone -------------------------------------------------------------------------------------------


def put_back_after(state: PickState, event: Read, desk: Desk) -> Opening | None:
    """After the walk: the way back of the first tote whose order was cancelled on the way."""
    for bound in cancelled_totes(state):
        if desk.read(queries.units_in, bound.tote_id):
            read = ToteRead(tote_id=ToteId(bound.tote_id), text="", at=event.at, mono_ns=event.mono_ns)
            return Opening("put-back", desk.new_id(), read)
    return None


def cancelled_totes(state: PickState) -> tuple[Bound, ...]:
    """The totes of this walk whose orders were cancelled."""
    gone = {work.id for work in cancelled_works(state)}
    return tuple(b for b in state.totes if b.work_id in gone)


def put_back_surplus(state: PickState, event: ToteRead, desk: Desk) -> Next | None:
    """A tote of this walk that holds more than its order wants now: what is too many goes back first."""
    if not any(b.tote_id == event.tote_id for b in state.totes):
        return None
    plan = desk.read(queries.return_plan, event.tote_id, desk.clock.now().date())
    if plan is None or not plan.units:
        return None
    return Next(opens=Opening("put-back", desk.new_id(), event), ends=True)


def act_of_gone(state: PickState, desk: Desk) -> Text:
    """What is wanted when nothing of the walk is left."""
    bound = cancelled_totes(state)
    if bound:
        return say("Scan tote {name} to put it back", name=desk.read(tote_card, bound[0].tote_id).name)
    return say("Scan HOME")
