"""Take over: a tote or cart of a walk that another station began; counted blind, and the walk goes on here.

Central moves the lease first, so that nothing the other station tells from then on closes anything. What it told
before, and what it tells of these totes later, is in the count already (see `app.picking.facts.take_over`).
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from functools import reduce
from typing import Any

from app import events
from app.errors import Problem, Refused
from app.events import Answered, AskFailed, CartRead, ChoiceRead, CommandRead, ItemRead, QuantityRead, Read, ToteRead
from app.facts import Fact
from app.picking import queries
from app.picking.facts import TakeOverBegun, ToteBound, ToteDone, ToteOpened, ToteUnits, TourStarted, WorkTakenOver
from app.picking.queries import ClaimedWork
from app.picking.workflows import take_over_words as words
from app.picking.workflows.pick_state import LETTERS, PickState, all_stops, planned_walk
from app.picking.workflows.pick_words import left_open
from app.picking.workflows.take_over_state import TakeState, evolve
from app.picking.workflows.take_over_view import view
from app.text import Text, count, say
from app.view import Sound, Tone, View
from app.work.queries import sku_card, tote_card
from app.workflow import Desk, LeftOpen, Next, Opening, Request, Workflow, on


class Step(Enum):
    """What the person must do next."""

    CONFIRM = "confirm"
    WAIT = "wait"
    TOTE = "tote"
    COUNT = "count"


class TakeOver(Workflow[TakeState]):
    """A tote or cart of another station's walk: CHANGE or the same scan again takes it over, each of its totes is
    counted blind (items, quantity cards, DONE), and the walk goes on here from what was counted."""

    kind = "take-over"
    follows = frozenset(("work", "pick_line", "tote", "sku", "person"))

    def left_open(self, desk: Desk) -> tuple[LeftOpen, ...]:
        """Walks that are this station's now and whose totes are still to be counted."""
        walks = desk.read(queries.walks_left, desk.station.station_id)
        return tuple(left_open(self.kind, walk) for walk in walks if not walk.counted)

    # -- the fold -----------------------------------------------------------------------------------------------------

    def initial(self, task_id: bytes, desk: Desk) -> TakeState:
        return TakeState(task_id)

    def evolve(self, state: TakeState, fact: Fact) -> TakeState:
        return evolve(fact, state)

    def is_over(self, state: TakeState) -> bool:
        return state.begun is None

    def step(self, state: TakeState) -> Step:
        if state.begun is None:
            return Step.WAIT if state.asked else Step.CONFIRM
        return Step.COUNT if state.counting else Step.TOTE

    def greets(self, event: Read, desk: Desk) -> Opening | None:
        """A tote or cart with which another station walks, or whose count was begun here and left."""
        me = desk.station.station_id
        if isinstance(event, ToteRead | CartRead):
            subject = event.tote_id if isinstance(event, ToteRead) else event.cart_id
            if (task := desk.read(queries.running_take_over, me, subject)) is not None:
                return Opening(self.kind, task)
        if isinstance(event, ToteRead) and desk.read(queries.tote_elsewhere, me, event.tote_id):
            return Opening(self.kind, desk.new_id(), event)
        if isinstance(event, CartRead) and desk.read(queries.cart_elsewhere, me, event.cart_id):
            return Opening(self.kind, desk.new_id(), event)
        return None

    # -- the question -------------------------------------------------------------------------------------------------

    @on(Step.CONFIRM, to=(Step.WAIT,))
    def subject_scanned(self, state: TakeState, event: ToteRead | CartRead, desk: Desk) -> Next:
        """The first scan asks, the same one again answers yes."""
        if state.subject is not None and _same(state.subject, event):
            return self._ask(state)
        other = words.other_of(event, desk)
        if other is None:
            raise Refused(words.nobody_walks(event, desk))
        echo = say("{station} walks with it. Take it over?", station=other.station)
        return Next(state=replace(state, subject=event), echo=echo, tone=Tone.WARN, sound=Sound.ATTENTION)

    @on(Step.CONFIRM, to=(Step.WAIT,))
    def change_scanned(self, state: TakeState, event: CommandRead, desk: Desk) -> Next:
        if event.word == "CHANGE" and state.subject is not None:
            return self._ask(state)
        raise Refused(self.unexpected(state, event, desk))

    def _ask(self, state: TakeState) -> Next:
        subject = state.subject
        body: dict[str, Any] = {"tote": subject.tote_id.hex()} if isinstance(subject, ToteRead) else {}
        if isinstance(subject, CartRead):
            body = {"cart": subject.cart_id.hex()}
        ask = Request("takeover", body, waits=True)
        return Next(state=replace(state, asked=True), ask=(ask,), echo=say("Asking for the walk"), sound=Sound.NONE)

    @on(Step.WAIT, to=(Step.CONFIRM, Step.TOTE, Step.COUNT))
    def lease_came(self, state: TakeState, event: Answered, desk: Desk) -> Next:
        """The lease is here: the count begins. With one tote it has just been scanned: it is counted at once."""
        works = event.body.get("works", [])
        if not works:
            echo = say("Nothing is under way with it any more")
            return Next(state=replace(state, asked=False), ends=True, echo=echo, tone=Tone.WARN, sound=Sound.ATTENTION)
        begun = _begun(event.body, works)
        facts: tuple[Fact, ...] = (begun,)
        if isinstance(state.subject, ToteRead) and state.subject.tote_id in begun.totes:
            tote = state.subject.tote_id
            facts += (ToteOpened(tote, dict(zip(begun.totes, begun.tote_works, strict=True))[tote]),)
        echo = count(
            len(works), "{n} order is yours now. Count its totes", "{n} orders are yours now. Count their totes"
        )
        return Next(facts=facts, echo=echo, sound=Sound.STEP)

    @on(Step.WAIT, to=(Step.CONFIRM,))
    def lease_failed(self, state: TakeState, event: AskFailed, desk: Desk) -> Next:
        echo = say("Central can't be reached: nothing was taken over")
        return Next(state=replace(state, asked=False), echo=echo, tone=Tone.WARN, sound=Sound.ATTENTION)

    # -- the totes ----------------------------------------------------------------------------------------------------

    @on(Step.TOTE, to=(Step.COUNT,))
    def tote_scanned(self, state: TakeState, event: ToteRead, desk: Desk) -> Next:
        """A tote to count; one that nobody had told of belongs to the order that has none, or is asked."""
        assert state.begun is not None
        tote = desk.read(tote_card, event.tote_id)
        if tote.id in state.counted:
            raise Refused(words.counted_already(tote, self._act(state, desk)))
        work = state.work_of(tote.id)
        if not work:
            if tote.state != "free" and tote.work_id not in state.begun.works:
                raise Refused(words.of_another_order(tote, desk, self._act(state, desk)))
            without = _without_tote(state)
            if len(without) != 1:
                echo = say("Whose is tote {name}? Scan a choice card", name=tote.name)
                return Next(state=replace(state, choosing=tote.id), echo=echo, tone=Tone.WARN, sound=Sound.ATTENTION)
            work = without[0]
        return Next(facts=(ToteOpened(tote.id, work),), echo=say("Now count tote {name}", name=tote.name))

    @on(Step.TOTE, to=(Step.COUNT,))
    def choice_scanned(self, state: TakeState, event: ChoiceRead, desk: Desk) -> Next:
        """Whose the unknown tote is."""
        offered = choices(state)
        if not state.choosing or not 1 <= event.choice <= len(offered):
            raise Refused(words.unexpected(event, desk, self._act(state, desk)))
        name = desk.read(tote_card, state.choosing).name
        return Next(facts=(ToteOpened(state.choosing, offered[event.choice - 1]),),
                    echo=say("Now count tote {name}", name=name))  # fmt: skip

    # -- the count ----------------------------------------------------------------------------------------------------

    @on(Step.COUNT)
    def item_scanned(self, state: TakeState, event: ItemRead, desk: Desk) -> Next:
        """One unit (or a case) more lies in this tote; an item of no line of the order is not of this tote."""
        lines = [x for x in _lines(state, state.work_of(state.counting), desk) if x.card.id == event.sku_id]
        card = desk.read(sku_card, event.sku_id)
        if not lines:
            raise Refused(words.not_of_this_order(card))
        if event.serial and (card.id, event.serial) in state.serials:
            raise Refused(words.same_piece(card, event.serial))
        lot = event.lot or _only_lot(state, lines, desk)
        if card.lot_tracked and not lot:
            raise Refused(words.lot_wanted(card))
        fact = ToteUnits(state.counting, card.id, lot, event.units, event.serial)
        units = state.counts.get((state.counting, card.id, lot), 0) + event.units
        return Next(facts=(fact,), echo=say("{n} × {name}", n=units, name=card.name))

    @on(Step.COUNT)
    def quantity_scanned(self, state: TakeState, event: QuantityRead, desk: Desk) -> Next:
        """After an item: so many of it lie in this tote."""
        if state.last is None:
            raise Refused(words.no_quantity(self._act(state, desk)))
        sku_id, lot = state.last
        card = desk.read(sku_card, sku_id)
        if card.serial_tracked:
            raise Refused(words.each_piece(card))
        more = event.units - state.counts.get((state.counting, sku_id, lot), 0)
        echo = say("{n} × {name}", n=event.units, name=card.name)
        return Next(facts=(ToteUnits(state.counting, sku_id, lot, more),) if more else (), echo=echo)

    @on(Step.COUNT, Step.TOTE, to=(Step.TOTE,))
    def command_scanned(self, state: TakeState, event: CommandRead, desk: Desk) -> Next:
        """DONE ends a tote; the last one's ends the count, on a cart a further DONE (there may be totes unheard of)."""
        assert state.begun is not None
        if event.word != "DONE":
            raise Refused(self.unexpected(state, event, desk))
        if not state.counting:
            if state.to_count:
                raise Refused(words.totes_left(self._act(state, desk)))
            return self._goes_on(state, (), desk)
        done = ToteDone(state.counting)
        after = evolve(done, state)
        if not after.to_count and not state.begun.cart_id:
            return self._goes_on(after, (done,), desk)
        name = desk.read(tote_card, state.counting).name
        echo = count(state.units_in(state.counting), "{n} unit in tote {name}", "{n} units in tote {name}", name=name)
        return Next(facts=(done,), echo=echo, sound=Sound.STEP)

    def _goes_on(self, state: TakeState, facts: tuple[Fact, ...], desk: Desk) -> Next:
        """The count is over: what was counted holds, and the walk is picked on from here."""
        assert state.begun is not None
        taken = tuple(_taken(state, i, desk) for i in range(len(state.begun.works)))
        tour, totes = _tour(state, desk)
        units = sum(units for units in state.counts.values())
        echo = count(units, "{n} unit counted. The walk goes on", "{n} units counted. The walk goes on")
        opens = Opening("pick", state.task_id)
        return Next(facts=(*facts, *taken, tour, *totes), echo=echo, sound=Sound.ORDER, ends=True, opens=opens)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def _act(self, state: TakeState, desk: Desk) -> Text:
        return words.act_of(self.step(state).value, state, desk)

    def unexpected(self, state: TakeState, event: events.Read, desk: Desk) -> Problem:
        return words.unexpected(event, desk, self._act(state, desk))

    def undone(self, state: TakeState) -> Text:
        return say("Undone: the last scan does not count")

    def view(self, state: TakeState, desk: Desk) -> View:
        return view(state, desk, self.step(state).value, choices(state))


def _same(one: ToteRead | CartRead, other: ToteRead | CartRead) -> bool:
    if isinstance(one, ToteRead):
        return isinstance(other, ToteRead) and one.tote_id == other.tote_id
    return isinstance(other, CartRead) and one.cart_id == other.cart_id


def _begun(body: dict[str, Any], works: list[dict[str, Any]]) -> TakeOverBegun:
    totes = [(tote[0], work["work"]) for work in works for tote in work["totes"]]
    return TakeOverBegun(
        works=tuple(bytes.fromhex(w["work"]) for w in works),
        orders=tuple(bytes.fromhex(w["order"]) for w in works),
        leases=tuple(bytes.fromhex(w["lease"]) for w in works),
        fences=tuple(int(w["fence"]) for w in works),
        positions=tuple(str(w["position"]) for w in works),
        totes=tuple(bytes.fromhex(tote) for tote, _ in totes),
        tote_works=tuple(bytes.fromhex(work) for _, work in totes),
        cart_id=bytes.fromhex(str(body.get("cart", ""))),
        from_id=bytes.fromhex(str(body.get("from", ""))),
    )


def _without_tote(state: TakeState) -> tuple[bytes, ...]:
    assert state.begun is not None
    have = {work for _, work in state.bound}
    if len(state.begun.works) == 1:
        return state.begun.works
    return tuple(work for work in state.begun.works if work not in have)


def choices(state: TakeState) -> tuple[bytes, ...]:
    """The work that an unknown tote may belong to: that without a tote first."""
    if state.begun is None or not state.choosing:
        return ()
    without = _without_tote(state)
    return (*without, *(work for work in state.begun.works if work not in without))


def _works(state: TakeState, desk: Desk) -> dict[bytes, ClaimedWork]:
    pool = desk.read(queries.claimed_work, desk.station.station_id, state.task_id)
    return {work.id: work for work in pool}


def _lines(state: TakeState, work_id: bytes, desk: Desk) -> tuple[queries.PlanLine, ...]:
    work = _works(state, desk).get(work_id)
    return work.lines if work is not None else ()


def _only_lot(state: TakeState, lines: list[queries.PlanLine], desk: Desk) -> str:
    """The lot of a code that says none: that of the line, when it is the only one."""
    lots = {line.lot for line in lines}
    return lots.pop() if len(lots) == 1 else ""


def _taken(state: TakeState, index: int, desk: Desk) -> WorkTakenOver:
    """What was counted of one order, with a nought for what the book has in its totes and nobody found."""
    assert state.begun is not None
    work_id = state.begun.works[index]
    totes = tuple(tote for tote, work in state.bound if work == work_id)
    lines = _lines(state, work_id, desk)
    skus = {line.card.id for line in lines}
    found = {key: units for key, units in state.counts.items() if key[0] in totes}
    for tote in totes:
        for sku_id, lot, _ in desk.read(queries.units_by_lot, tote):
            if sku_id in skus:
                found.setdefault((tote, sku_id, lot), 0)
    return WorkTakenOver(
        work_id=work_id,
        order_id=state.begun.orders[index],
        lease_id=state.begun.leases[index],
        fence=state.begun.fences[index],
        totes=totes,
        counts=tuple((*key, units) for key, units in sorted(found.items())),
        lines=tuple((line.id, line.card.id, line.place.id, line.lot) for line in lines),
    )


def _tour(state: TakeState, desk: Desk) -> tuple[TourStarted, tuple[ToteBound, ...]]:
    """The walk as it goes on here: the positions stay what they were."""
    begun = state.begun
    assert begun is not None
    floor, home = desk.read(queries.floor), desk.read(queries.home_place, desk.station.station_id)
    start = floor.start or home
    tour = TourStarted(
        state.task_id, begun.works, begun.orders, begun.leases, begun.fences, (), begun.cart_id,
        start.id if start else b"",
    )  # fmt: skip
    pool = tuple(_works(state, desk).values())
    whole = PickState(state.task_id, pool, floor, home, 0, tour=tour)
    tour = replace(tour, walk=planned_walk(whole, all_stops(whole)))
    return tour, reduce(lambda made, one: (*made, _bound(begun, *one)), state.bound, ())


def _bound(begun: TakeOverBegun, tote_id: bytes, work_id: bytes) -> ToteBound:
    index = begun.works.index(work_id)
    position = LETTERS[index] if begun.cart_id else ""
    return ToteBound(tote_id, work_id, begun.orders[index], position, begun.fences[index])
