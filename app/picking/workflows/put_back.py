"""Put back: the tote of a cancelled order, its items into their bins by the shortest walk, until the tote is free."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from app import events
from app.approval import approval
from app.errors import Problem, Refused
from app.events import BinRead, CommandRead, ItemRead, QuantityRead, Read, ToteRead
from app.facts import Fact
from app.picking import queries
from app.picking.facts import PutBack, PutBackBegun, PutBackDone, ReturnTaken
from app.picking.workflows import put_back_words as words
from app.picking.workflows.put_back_state import BackState, Carried, evolve, planned, waiting
from app.picking.workflows.put_back_view import target_of, view
from app.text import Text, count, say
from app.view import Sound, Tone, View
from app.work.queries import place, sku_card, tote_card
from app.workflow import Card, Desk, LeftOpen, Next, Opening, Workflow, on


class Step(Enum):
    """What the person must do next."""

    TOTE = "tote"
    ITEM = "item"
    BIN = "bin"


WALK = (Step.ITEM, Step.BIN)


class PutBackTask(Workflow[BackState]):
    """The tote of an order that was cancelled (or wants fewer now): item by item out of it and into a bin, the nearest
    way over the bins they came from; any bin that put-away allows will do. The last one frees the tote."""

    kind = "put-back"
    card = Card("PUTBACK", "undo-2", say("Put back"), queries.put_backs, frozenset(), 35)
    follows = frozenset(("bin", "aisle", "cross_aisle", "sku", "policy", "tote", "order_brief", "person"))

    def left_open(self, desk: Desk) -> tuple[LeftOpen, ...]:
        return tuple(words.left_open(self.kind, way) for way in desk.read(queries.ways_back_left))

    # -- the fold -----------------------------------------------------------------------------------------------------

    def initial(self, task_id: bytes, desk: Desk) -> BackState:
        return BackState(task_id, desk.read(queries.floor), desk.read(queries.home_place, desk.station.station_id))

    def evolve(self, state: BackState, fact: Fact) -> BackState:
        return evolve(fact, state)

    def refreshed(self, state: BackState, desk: Desk) -> BackState:
        return replace(state, floor=desk.read(queries.floor))

    def is_over(self, state: BackState) -> bool:
        return state.begun is None

    def step(self, state: BackState) -> Step:
        if state.begun is None:
            return Step.TOTE
        hand = state.hand
        return Step.BIN if hand is not None and (hand.counted or hand.units >= state.left(hand.line)) else Step.ITEM

    def greets(self, event: Read, desk: Desk) -> Opening | None:
        """A tote whose order was cancelled, or that holds what its shipped order left behind, goes back."""
        if not isinstance(event, ToteRead):
            return None
        tote = desk.read(tote_card, event.tote_id)
        if tote.state != "putback" and not desk.read(queries.goes_back, tote.id):
            return None
        running = desk.read(queries.running_put_back, tote.id)
        if running is not None:
            return Opening(self.kind, running)
        return Opening(self.kind, desk.new_id(), event)

    # -- the tote -----------------------------------------------------------------------------------------------------

    @on(Step.TOTE, to=WALK)
    def tote_scanned(self, state: BackState, event: ToteRead, desk: Desk) -> Next:
        """What lies in it is planned; a tote in which nothing is left is free at once."""
        plan = desk.read(queries.return_plan, event.tote_id, desk.clock.now().date())
        if plan is None or not (plan.units or plan.over):
            raise Refused(words.nothing_goes_back(desk.read(tote_card, event.tote_id)))
        if not plan.units:
            done = PutBackDone(plan.tote.id, plan.order_id, plan.tote.work_id or b"")
            echo = say("Tote {name} is empty, and free", name=plan.tote.name)
            return Next(facts=(done,), echo=echo, sound=Sound.STEP, ends=True)
        bins = [desk.read(place, p) for p in {x.place_id for x in plan.lines if x.place_id}]
        points = {b.id: (b.x_mm, b.y_mm) for b in bins}
        lines = tuple((x.sku_id, x.lot, x.place_id, x.units) for x in planned(state, plan, points))
        begun = PutBackBegun(plan.tote.id, plan.order_id, lines, plan.tote.state)
        echo = count(
            plan.units, "Order {number}: {n} unit goes back", "Order {number}: {n} units go back", number=plan.number
        )
        return Next(facts=(begun,), echo=echo)

    @on(*WALK)
    def tote_again(self, state: BackState, event: ToteRead, desk: Desk) -> Next:
        assert state.begun is not None
        tote = desk.read(tote_card, event.tote_id)
        if tote.id == state.begun.tote_id:
            return Next(echo=say("Yes, tote {name}. Go on", name=tote.name))
        raise Refused(words.other_tote(tote, desk.read(tote_card, state.begun.tote_id), self._act(state, desk)))

    # -- the item -----------------------------------------------------------------------------------------------------

    @on(*WALK, to=WALK)
    def item_scanned(self, state: BackState, event: ItemRead, desk: Desk) -> Next:
        """An item of the tote is in the hand; where to it goes the screen says."""
        assert state.begun is not None
        line = waiting(state, event.sku_id, event.lot)
        card = desk.read(sku_card, event.sku_id)
        if line is None:
            raise Refused(words.not_in_tote(card, desk.read(tote_card, state.begun.tote_id), self._act(state, desk)))
        hand = state.hand
        if hand is not None and hand.line != line:
            raise Refused(words.hand_full(desk.read(sku_card, state.begun.lines[hand.line][0]), self._act(state, desk)))
        if event.serial and hand is not None and event.serial in hand.serials:
            raise Refused(words.same_piece(card, event.serial))
        in_hand = (hand.units if hand else 0) + event.units
        if in_hand > state.left(line):
            raise Refused(words.too_many(card, state.left(line)))
        lot = state.begun.lines[line][1]
        echo = say("{n} of {total} {name}", n=in_hand, total=state.left(line), name=card.name)
        return Next(facts=(ReturnTaken(card.id, lot, event.units, event.serial),), echo=echo)

    @on(*WALK, to=WALK)
    def quantity_scanned(self, state: BackState, event: QuantityRead, desk: Desk) -> Next:
        """After an item: so many of it are in the hand."""
        hand = state.hand
        if hand is None or state.begun is None:
            raise Refused(words.no_quantity(self._act(state, desk)))
        card = desk.read(sku_card, state.begun.lines[hand.line][0])
        if card.serial_tracked:
            raise Refused(words.each_piece(card))
        if not 0 < event.units <= state.left(hand.line):
            raise Refused(words.too_many(card, state.left(hand.line)))
        taken = ReturnTaken(card.id, hand.lot, event.units - hand.units)
        echo = say("{n} of {total} {name}", n=event.units, total=state.left(hand.line), name=card.name)
        return Next(facts=(taken,) if taken.units else (), echo=echo)

    # -- the bin ------------------------------------------------------------------------------------------------------

    @on(*WALK, to=WALK)
    def bin_scanned(self, state: BackState, event: BinRead, desk: Desk) -> Next:
        """What is in the hand lies there now."""
        assert state.begun is not None
        where, hand = desk.read(place, event.bin_id), state.hand
        if hand is None:
            raise Refused(words.item_first(where, self._act(state, desk)))
        card = desk.read(sku_card, state.begun.lines[hand.line][0])
        status = "damaged" if hand.damaged else "good"
        today = desk.clock.now().date()
        why = desk.read(queries.refused, where.id, card.id, hand.lot, hand.units, status, today)
        if why:
            raise Refused(words.not_there(where, card, why, target_of(state, desk)))
        put = PutBack(
            state.begun.tote_id, state.begun.order_id, card.id, where.id, hand.lot, hand.units, status, hand.serials
        )
        after = evolve(put, state)
        wanted = target_of(state, desk)
        led = wanted is None or wanted.id == where.id
        if after.open_lines:
            return Next(facts=(put,), echo=_put_words(hand, card.name, where.name, led=led), sound=Sound.STEP,
                        tone=Tone.OK if led else Tone.WARN, flash=True)  # fmt: skip
        done = self._done(after, desk)
        return Next(facts=(put, done), echo=_done_words(after, done, desk), sound=Sound.ORDER, ends=True, flash=True)

    def _done(self, state: BackState, desk: Desk, missing: tuple[tuple[bytes, str, int], ...] = ()) -> PutBackDone:
        begun = state.begun
        assert begun is not None
        tote = desk.read(tote_card, begun.tote_id)
        over = desk.read(queries.goes_back, begun.tote_id)
        was = begun.was if begun.was != "putback" else "dropped"
        return PutBackDone(begun.tote_id, begun.order_id, tote.work_id or b"", "free" if over else was, missing)

    # -- cards --------------------------------------------------------------------------------------------------------

    @on(*WALK, to=WALK)
    def command_scanned(self, state: BackState, event: CommandRead, desk: Desk) -> Next:
        match event.word:
            case "DAMAGED":
                return self._damaged(state, desk)
            case "DONE" | "EMPTY":
                return self._nothing_left(state, event, desk)
            case _:
                raise Refused(self.unexpected(state, event, desk))

    def _damaged(self, state: BackState, desk: Desk) -> Next:
        """What is in the hand can't be sold any more: it is set apart."""
        hand = state.hand
        if hand is None or state.begun is None:
            raise Refused(words.nothing_in_hand(self._act(state, desk)))
        card = desk.read(sku_card, state.begun.lines[hand.line][0])
        echo = count(hand.units, "{n} {name} is damaged", "{n} {name} are damaged", name=card.name)
        return Next(facts=(ReturnTaken(card.id, hand.lot, 0, damaged=True),), echo=echo, tone=Tone.WARN)

    def _nothing_left(self, state: BackState, event: CommandRead, desk: Desk) -> Next:
        """The tote is empty although the book has units in it: somebody who may allows that they are written off."""
        assert state.begun is not None
        if state.hand is not None:
            raise Refused(words.hand_full(desk.read(sku_card, state.begun.lines[state.hand.line][0]),
                                          self._act(state, desk)))  # fmt: skip
        missing = tuple((*state.begun.lines[i][:2], state.left(i)) for i in state.open_lines)
        units = sum(n for _, _, n in missing)
        approval(event, "adjust", count(units, "Write off {n} missing unit", "Write off {n} missing units"))
        done = self._done(state, desk, missing)
        echo = count(units, "{n} unit is missing and written off", "{n} units are missing and written off")
        return Next(facts=(done,), echo=echo, tone=Tone.WARN, sound=Sound.ATTENTION, ends=True)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def _act(self, state: BackState, desk: Desk) -> Text:
        return words.act_of(self.step(state).value, target_of(state, desk))

    def unexpected(self, state: BackState, event: events.Read, desk: Desk) -> Problem:
        return words.unexpected(event, desk, self._act(state, desk))

    def undone(self, state: BackState) -> Text:
        return say("Taken back: {done} of {total} units are in their bins", done=state.units_done, total=state.units)

    def view(self, state: BackState, desk: Desk) -> View:
        return view(state, desk, self.step(state).value)


def _put_words(hand: Carried, name: str, bin_name: str, *, led: bool) -> Text:
    if led:
        return say("{n} {name} in {bin}", n=hand.units, name=name, bin=bin_name)
    return say("{n} {name} in {bin}: also fine", n=hand.units, name=name, bin=bin_name)


def _done_words(state: BackState, done: PutBackDone, desk: Desk) -> Text:
    name = desk.read(tote_card, done.tote_id).name
    if done.state == "free":
        return count(
            state.units_done, "{n} unit is back. Tote {name} is free", "{n} units are back. Tote {name} is free",
            name=name,
        )  # fmt: skip
    return count(
        state.units_done, "{n} unit is back. Go on with tote {name}", "{n} units are back. Go on with tote {name}",
        name=name,
    )  # fmt: skip
