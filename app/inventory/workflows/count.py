"""Count: a bin, what lies in it, DONE; nobody is shown what should be there."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from app.errors import Problem, Refused
from app.events import BinRead, CommandRead, ItemRead, KeyRead, QuantityRead, Read, ToteRead, UnknownRead
from app.facts import Fact
from app.inventory.facts import GOOD, CountAsked, Counted, CountNoted, CountStarted, ItemPending
from app.inventory.queries import counting
from app.inventory.queries.counting import Counting
from app.inventory.rules.put_away import ASIDE, STORES
from app.inventory.workflows import count_words, left, words
from app.inventory.workflows.count_state import CountState, after_fact
from app.inventory.workflows.count_view import imperative, view
from app.inventory.workflows.reads import alone, item_of
from app.text import count, say
from app.view import Sound, Tone, View
from app.work.queries import place, sku_card, tote_card
from app.workflow import Card, Desk, LeftOpen, Next, Opening, Workflow, approval, on

COUNTABLE = (*STORES, *ASIDE, "receive")
"""Types of places that are counted."""
LONGEST = 40


class Step(Enum):
    """What must be done next."""

    BIN = "bin"
    ITEM = "item"
    LOT = "lot"


class Count(Workflow[CountState]):
    """A bin opens, its items are scanned (or one and a quantity card), DONE says that this is all. A difference is
    counted again by somebody else, who never sees the first count; where the two differ a lead counts."""

    kind = "count"
    follows = frozenset(("count_task", "bin", "sku", "code"))
    card = Card(
        "COUNT", "clipboard-check", say("Count"), counting.counts_waiting,
        frozenset(("picker", "packer", "receiver", "lead", "office")), 56,
    )  # fmt: skip

    def left_open(self, desk: Desk) -> tuple[LeftOpen, ...]:
        return left.counts(self.kind, desk)

    def initial(self, task_id: bytes, desk: Desk) -> CountState:
        return CountState()

    def evolve(self, state: CountState, fact: Fact) -> CountState:
        return after_fact(state, fact)

    def step(self, state: CountState) -> Step:
        if not state.place_id:
            return Step.BIN
        return Step.LOT if state.pending is not None else Step.ITEM

    def is_over(self, state: CountState) -> bool:
        return not state.place_id and not state.finished

    # -- the bin ------------------------------------------------------------------------------------------------------

    def greets(self, event: Read, desk: Desk) -> Opening | None:
        """A bin that is to be counted, for whoever may count it."""
        if isinstance(event, BinRead) and any(_may(c, desk) for c in desk.read(counting.counts_at, event.bin_id)):
            return Opening(self.kind, desk.new_id(), event)
        return None

    @on(Step.BIN, to=(Step.ITEM,))
    def place_scanned(self, state: CountState, event: BinRead | ToteRead, desk: Desk) -> Next:
        if isinstance(event, ToteRead):
            tote = desk.read(tote_card, event.tote_id)
            if tote.state != "received":
                raise Refused(words.tote_busy(tote, desk, imperative(state)))
            place_id, name = tote.id, tote.name
        else:
            there = desk.read(place, event.bin_id)
            if there.type not in COUNTABLE:
                raise Refused(count_words.not_countable(there))
            place_id, name = there.id, there.name
        asked = self._asked(place_id, name, desk)
        started = CountStarted(asked.id if asked else desk.new_id(), place_id, asked.sku_id if asked else b"")
        words_ = say("Count {sku} in {name}", sku=asked.sku, name=name) if asked and asked.sku else None
        return Next(facts=(started,), echo=words_ or say("Count all that lies in {name}", name=name), sound=Sound.STEP)

    def _asked(self, place_id: bytes, name: str, desk: Desk) -> Counting | None:
        """The count of this place that this person may make, None when none is asked; Refused when only others may."""
        open_ones = desk.read(counting.counts_at, place_id)
        mine = next((c for c in open_ones if _may(c, desk)), None)
        if mine is not None or not open_ones:
            return mine
        raise Refused(count_words.not_yours(open_ones[0], name))

    # -- what lies there ----------------------------------------------------------------------------------------------

    @on(Step.ITEM, to=(Step.LOT,))
    def item_scanned(self, state: CountState, event: ItemRead, desk: Desk) -> Next:
        return self._note(state, event, desk)

    def _note(self, state: CountState, event: ItemRead, desk: Desk) -> Next:
        card = desk.read(sku_card, event.sku_id)
        if state.sku_id and card.id != state.sku_id:
            raise Refused(count_words.only_this(card, desk.read(sku_card, state.sku_id)))
        lot = ""
        if card.lot_tracked:
            known = desk.read(counting.lots_known, state.place_id, card.id)
            lot = event.lot or state.lots.get(card.id, "") or (known[0] if len(known) == 1 else "")
            if not lot:
                fact = ItemPending("lot", card.id, event.units)
                words_ = say("Which lot of {name}?", name=card.name)
                return Next(facts=(fact,), echo=words_, tone=Tone.WARN, sound=Sound.ATTENTION)
        if event.serial and (card.id, event.serial) in state.serials:
            raise Refused(words.same_piece(card, event.serial))
        serial = event.serial if card.serial_tracked else ""
        seen = CountNoted(card.id, event.units, lot, serial=serial, case=max(event.units, 1))
        total = state.noted.get((card.id, lot, GOOD), 0) + event.units
        words_ = say("{n} {name}", n=total, name=card.name)
        if event.units > 1:
            words_ = say("{words} · {units} (1 case)", words=words_, units=event.units)
        return Next(facts=(seen,), echo=words_)

    @on(Step.ITEM)
    def quantity_scanned(self, state: CountState, event: QuantityRead, desk: Desk) -> Next:
        """A quantity card after an item: so many of it were scanned just now."""
        if state.last is None:
            raise Refused(words.quantity_first())
        sku_id, lot, status = state.last
        card = desk.read(sku_card, sku_id)
        more = event.units * state.case - state.run
        total = state.noted.get(state.last, 0) + more
        words_ = say("{n} {name}", n=total, name=card.name)
        if not more:
            return Next(echo=words_)
        return Next(facts=(CountNoted(sku_id, more, lot, status, case=state.case),), echo=words_)

    @on(Step.ITEM)
    def place_again(self, state: CountState, event: BinRead, desk: Desk) -> Next:
        there = desk.read(place, event.bin_id)
        if there.id == state.place_id:
            return Next(echo=say("Yes, this is {name}", name=there.name))
        raise Refused(count_words.another_place(there, desk.read(place, state.place_id)))

    # -- the lot of it ------------------------------------------------------------------------------------------------

    @on(Step.LOT, to=(Step.ITEM,))
    def lot_scanned(self, state: CountState, event: UnknownRead | ItemRead, desk: Desk) -> Next:
        pending = _pending(state)
        if isinstance(event, ItemRead):
            if event.sku_id != pending.sku_id or not event.lot:
                raise Refused(self.unexpected(state, event, desk))
            return self._note(replace(state, pending=None), event, desk)
        return self._with(state, event, alone(event.text).lot, desk)

    @on(Step.LOT, to=(Step.ITEM,))
    def key_typed(self, state: CountState, event: KeyRead, desk: Desk) -> Next:
        typed = state.typed[:-1] if event.key == "BACK" else state.typed
        if event.key not in ("BACK", "ENTER"):
            typed = (typed + event.key)[:LONGEST]
        if event.key != "ENTER":
            return Next(state=replace(state, typed=typed), sound=Sound.NONE)
        return self._with(state, event, typed.strip().upper(), desk)

    def _with(self, state: CountState, event: Read, lot: str, desk: Desk) -> Next:
        if not lot:
            raise Refused(self.unexpected(state, event, desk))
        pending = _pending(state)
        item = item_of(event, pending.sku_id, pending.units, lot)
        return self._note(replace(state, pending=None), item, desk)

    # -- the rest of the cards ----------------------------------------------------------------------------------------

    @on(Step.BIN, Step.ITEM, to=(Step.BIN,))
    def command_scanned(self, state: CountState, event: CommandRead, desk: Desk) -> Next:
        match event.word:
            case "DONE" if state.place_id:
                return self._done(state, event, desk)
            case "DONE":
                words_ = count(state.finished, "{n} count is made", "{n} counts are made")
                return Next(echo=words_, ends=True)
            case "DAMAGED" if state.place_id:
                return self._damaged(state, desk)
            case "SKIP" if state.place_id and not state.noted:
                return self._later(state, desk)
            case _:
                raise Refused(self.unexpected(state, event, desk))

    def _done(self, state: CountState, event: CommandRead, desk: Desk) -> Next:
        """This is all that lies there; an empty bin is asked twice, a lead's judgement wants a PIN."""
        name = count_words.name_of(state, desk)
        if not state.noted and not state.empty:
            words_ = say("Nothing in {name}? Scan DONE once more", name=name)
            return Next(state=replace(state, empty=True), echo=words_, tone=Tone.WARN, sound=Sound.ATTENTION)
        asked = desk.read(counting.counting, state.count_id)
        judge = b""
        if asked is not None and asked.state == "judge":
            judge = approval(event, "adjust", say("Set the stock of {name} to this count", name=name))
        spots = sorted(state.noted.items())
        counted = Counted(
            state.count_id,
            state.place_id,
            state.sku_id,
            tuple(sku for (sku, _, _), _ in spots),
            tuple(lot for (_, lot, _), _ in spots),
            tuple(status for (_, _, status), _ in spots),
            tuple(units for _, units in spots),
            judge,
        )
        words_ = count(state.units, "{name} counted: {n} unit", "{name} counted: {n} units", name=name)
        return Next(facts=(counted,), echo=words_, sound=Sound.ORDER, flash=True)

    def _damaged(self, state: CountState, desk: Desk) -> Next:
        """One of the units that were scanned last is broken."""
        if state.last is None or state.last[2] != GOOD or state.noted.get(state.last, 0) < 1:
            raise Refused(words.damaged_what())
        sku_id, lot, _ = state.last
        card = desk.read(sku_card, sku_id)
        facts = (CountNoted(sku_id, 1, lot, "damaged"), CountNoted(sku_id, -1, lot))
        return Next(facts=facts, echo=say("1 of the {name} is damaged", name=card.name), tone=Tone.WARN)

    def _later(self, state: CountState, desk: Desk) -> Next:
        """Somebody else shall count this bin."""
        name = count_words.name_of(state, desk)
        known = desk.read(counting.counting, state.count_id)
        facts: tuple[Fact, ...] = () if known else (CountAsked(state.count_id, state.place_id, state.sku_id),)
        return Next(facts=facts, echo=say("{name} is left for somebody else", name=name), ends=True, tone=Tone.WARN)

    def unexpected(self, state: CountState, event: Read, desk: Desk) -> Problem:
        return words.not_wanted(event, desk, imperative(state), words.NOT_COUNTED)

    def view(self, state: CountState, desk: Desk) -> View:
        return view(state, desk, self.step(state).value)


def _may(asked: Counting, desk: Desk) -> bool:
    """Whether whoever is signed in may make this count: never the second one after the first."""
    person = desk.operator
    if person is None or asked.state == "counted":
        return False
    if asked.state == "judge":
        return person.role == "lead"
    return asked.state == "open" or asked.first_by != person.person_id


def _pending(state: CountState) -> ItemPending:
    assert state.pending is not None, "this step waits for a lot"
    return state.pending
