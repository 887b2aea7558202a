"""Receive: from the delivery's code, over its items, to DONE."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from app.errors import Problem, Refused
from app.events import (
    Answered,
    AskFailed,
    BinRead,
    ChoiceRead,
    CommandRead,
    ItemRead,
    KeyRead,
    QuantityRead,
    Read,
    ReceiptRead,
    ToteRead,
    UnknownRead,
)
from app.facts import Fact
from app.ids import stable_id
from app.inventory.facts import (
    ItemPending,
    Moved,
    OverReceived,
    PendingLeft,
    ReceiptClosed,
    ReceiptOpened,
    Received,
    StatusChanged,
    TargetChosen,
)
from app.inventory.queries import receiving
from app.inventory.queries.places import dock_of
from app.inventory.queries.receiving import DeliveryLine
from app.inventory.rules.put_away import ASIDE
from app.inventory.rules.receiving import beyond, shelf_life, typed_date
from app.inventory.workflows import left, receive_words, words
from app.inventory.workflows.reads import alone, code_value, day_of, item_of
from app.inventory.workflows.receive_state import ReceiveState, Run, after_fact
from app.inventory.workflows.receive_view import imperative, view
from app.text import Text, count, say
from app.view import Sound, Tone, View
from app.work.queries import SkuCard, place, sku_card, tote_card
from app.workflow import Card, Desk, LeftOpen, Next, Opening, Request, Workflow, approval, on

LONGEST = 40
"""Characters that are typed at the most."""


class Step(Enum):
    """What the receiver must do next."""

    START = "start"
    ITEM = "item"
    LOT = "lot"
    DATE = "date"
    CHOICE = "choice"
    ALIAS = "alias"


PENDING = {"lot": Step.LOT, "serial": Step.LOT, "date": Step.DATE, "choice": Step.CHOICE, "alias": Step.ALIAS}
OPEN = tuple(s for s in Step if s is not Step.START)
ASKING = (Step.LOT, Step.DATE, Step.CHOICE, Step.ALIAS)


class Receive(Workflow[ReceiveState]):
    """A delivery's code (or an item that nobody announced) opens; each item is counted as it comes, onto the dock or
    into the tote that was scanned; DONE closes."""

    kind = "receive"
    follows = frozenset(("receipt", "receipt_line", "lot", "tote", "sku", "code", "bin"))
    card = Card(
        "RECEIVE", "truck", say("Receive"), receiving.deliveries_waiting, frozenset(("receiver", "lead", "office")), 30
    )

    # -- the fold -----------------------------------------------------------------------------------------------------

    def left_open(self, desk: Desk) -> tuple[LeftOpen, ...]:
        return left.deliveries(self.kind, desk)

    def initial(self, task_id: bytes, desk: Desk) -> ReceiveState:
        return ReceiveState()

    def evolve(self, state: ReceiveState, fact: Fact) -> ReceiveState:
        return after_fact(state, fact)

    def step(self, state: ReceiveState) -> Step:
        if not state.receipt_id:
            return Step.START
        return PENDING[state.pending.wants] if state.pending else Step.ITEM

    def is_over(self, state: ReceiveState) -> bool:
        return not state.receipt_id

    # -- start --------------------------------------------------------------------------------------------------------

    def greets(self, event: Read, desk: Desk) -> Opening | None:
        if not isinstance(event, ReceiptRead):
            return None
        _delivery(event, desk)
        task = desk.read(receiving.task_of_delivery, event.receipt_id)
        return Opening(self.kind, task or desk.new_id(), None if task else event)

    @on(Step.START, to=(Step.ITEM,))
    def delivery_opened(self, state: ReceiveState, event: ReceiptRead, desk: Desk) -> Next:
        delivery = _delivery(event, desk)
        dock = _dock(desk)
        words_ = say("Delivery {number}, {supplier}", number=delivery.number, supplier=delivery.supplier)
        if not delivery.supplier:
            words_ = say("Delivery {number}", number=delivery.number)
        return Next(facts=(ReceiptOpened(delivery.id, delivery.number, dock),), echo=words_, sound=Sound.STEP)

    @on(Step.START, to=OPEN)
    def blind_opened(self, state: ReceiveState, event: ItemRead, desk: Desk) -> Next:
        """Goods that nobody announced: a delivery of its own begins with its first item."""
        receipt_id = desk.new_id()
        opened = ReceiptOpened(receipt_id, f"B-{receipt_id.hex()[-8:].upper()}", _dock(desk), 1)
        following = self._take(self.evolve(state, opened), event, desk, blind=True)
        return replace(following, facts=(opened, *following.facts))

    @on(*OPEN)
    def another_delivery(self, state: ReceiveState, event: ReceiptRead, desk: Desk) -> Next:
        delivery = _delivery(event, desk)
        if delivery.id == state.receipt_id:
            return Next(echo=say("Delivery {number} is open here", number=delivery.number))
        raise Refused(receive_words.other_delivery(delivery, state.number))

    # -- items --------------------------------------------------------------------------------------------------------

    @on(Step.ITEM, to=ASKING)
    def item_scanned(self, state: ReceiveState, event: ItemRead, desk: Desk) -> Next:
        return self._take(state, event, desk)

    def _take(
        self, state: ReceiveState, event: ItemRead, desk: Desk, *, blind: bool = False, unlisted: bool = False
    ) -> Next:
        """Counts an item, or says which word of it is missing."""
        card = desk.read(sku_card, event.sku_id)
        lines = desk.read(receiving.delivery_lines, state.receipt_id)
        line = next((x for x in lines if x.sku_id == card.id), None)
        if line is None and not (blind or unlisted or _is_blind(state, desk)):
            words_ = say("Not on delivery {number}: {name}", number=state.number, name=card.name)
            return _ask("choice", event, words_)
        line = line or DeliveryLine(_line_id(state, card.id), card.id, 0, 0)
        tracked = desk.read(receiving.tracking, card.id)
        lot, known_date = state.lots.get(card.id, ("", "")) if tracked.lot else ("", "")
        lot, typed = (event.lot, "") if event.lot and tracked.lot else (lot, known_date)
        if tracked.lot and not lot:
            return _ask("lot", event, say("Which lot of {name}?", name=card.name), Sound.ATTENTION, Tone.WARN)
        if tracked.serial and not event.serial:
            words_ = say("Which serial number of {name}?", name=card.name)
            return _ask("serial", replace(event, lot=lot), words_, Sound.ATTENTION, Tone.WARN)
        expires_on = ""
        if tracked.lot:
            expires_on = event.expiry.isoformat() if event.expiry else typed
            expires_on = expires_on or desk.read(receiving.lot_date, card.id, lot)
        if tracked.expiry and not expires_on:
            words_ = say("Until when does lot {lot} last?", lot=lot)
            return _ask("date", replace(event, lot=lot), words_, Sound.ATTENTION, Tone.WARN)
        self._judge(state, card, lot, expires_on, event.serial, desk)
        return self._count(state, event, card, line, lot, expires_on, desk)

    def _judge(
        self, state: ReceiveState, card: SkuCard, lot: str, expires_on: str, serial: str, desk: Desk
    ) -> None:  # fmt: skip
        least = desk.read(receiving.receive_rules).least_days
        life = shelf_life(expires_on, desk.clock.now().date(), least)
        if life:
            raise Refused(words.past_date(card, lot, expires_on, least, expired=life == "expired"))
        if serial and (card.id, serial) in state.serials:
            raise Refused(words.same_piece(card, serial))

    def _count(
        self, state: ReceiveState, event: ItemRead, card: SkuCard, line: DeliveryLine, lot: str, expires_on: str,
        desk: Desk,
    ) -> Next:  # fmt: skip
        serial = event.serial if card.serial_tracked else ""
        came = Received(
            state.receipt_id, line.id, card.id, state.place_id, event.units, lot, expires_on, serial,
            case=max(event.units, 1),
        )  # fmt: skip
        return self._taken(state, event, card, line, came, desk)

    def _taken(
        self, state: ReceiveState, event: Read, card: SkuCard, line: DeliveryLine, came: Received, desk: Desk
    ) -> Next:  # fmt: skip
        """Units came: more than the order allows only with an approval, said once for a line."""
        allowed = desk.read(receiving.receive_rules).tolerance_percent
        over = beyond(line.quantity, line.received, came.quantity, allowed)
        facts: tuple[Fact, ...] = (came,)
        if over and line.id not in state.approved:
            act = count(over, "Accept {n} {name} more than ordered", "Accept {n} {name} more than ordered",
                        name=card.name)  # fmt: skip
            facts = (came, OverReceived(state.receipt_id, line.id, over, approval(event, "over_receipt", act)))
        return replace(_counted(card, line, came), facts=facts)

    @on(Step.ITEM)
    def quantity_scanned(self, state: ReceiveState, event: QuantityRead, desk: Desk) -> Next:
        """A quantity card after an item: so many of what was scanned (units, or cases after a case's code)."""
        run = state.run
        if run is None:
            raise Refused(words.quantity_first())
        card = desk.read(sku_card, run.sku_id)
        if card.serial_tracked:
            raise Refused(words.each_piece(card))
        more = event.units * run.case - run.units
        if not more:
            return Next(echo=say("{n} {name}", n=run.units, name=card.name))
        lines = desk.read(receiving.delivery_lines, state.receipt_id)
        line = next((x for x in lines if x.id == run.line_id), DeliveryLine(run.line_id, card.id, 0, 0))
        came = Received(state.receipt_id, run.line_id, card.id, run.place_id, more, run.lot, run.expires_on,
                        status=run.status, case=run.case)  # fmt: skip
        return self._taken(state, event, card, line, came, desk)

    # -- one more word ------------------------------------------------------------------------------------------------

    @on(Step.LOT, Step.DATE, Step.CHOICE, to=OPEN)
    def item_instead(self, state: ReceiveState, event: ItemRead, desk: Desk) -> Next:
        """The same item with all that was missing in its code, or another one that waits for its turn."""
        pending = _pending(state)
        if event.sku_id != pending.sku_id:
            raise Refused(self.unexpected(state, event, desk))
        return self._take(replace(state, pending=None), event, desk)

    @on(Step.LOT, Step.DATE, to=OPEN)
    def word_scanned(self, state: ReceiveState, event: UnknownRead, desk: Desk) -> Next:
        """The lot, date or serial number was scanned alone."""
        found, pending = alone(event.text), _pending(state)
        if pending.wants == "date":
            return self._with(state, event, desk, expires_on=_sure(day_of(event.text), event.text))
        expires_on = found.expiry.isoformat() if found.expiry else pending.expires_on
        if pending.wants == "serial":
            return self._with(state, event, desk, serial=found.serial or found.lot, expires_on=expires_on)
        return self._with(state, event, desk, lot=found.lot or found.serial, expires_on=expires_on)

    @on(Step.LOT, Step.DATE, to=OPEN)
    def key_typed(self, state: ReceiveState, event: KeyRead, desk: Desk) -> Next:
        pending = _pending(state)
        typed = state.typed
        if event.key == "BACK":
            typed = typed[:-1]
        elif event.key != "ENTER":
            typed = (typed + event.key)[:LONGEST]
        if pending.wants == "date" and len(typed) == 6:
            return self._with(state, event, desk, expires_on=_sure(typed_date(typed), typed))
        if event.key != "ENTER":
            return Next(state=replace(state, typed=typed), sound=Sound.NONE)
        if not typed.strip():
            raise Refused(receive_words.nothing_typed(pending.wants))
        if pending.wants == "date":
            return self._with(state, event, desk, expires_on=_sure(typed_date(typed), typed))
        word = typed.strip().upper()
        return self._with(state, event, desk, **{pending.wants: word})

    def _with(self, state: ReceiveState, event: Read, desk: Desk, **known: str) -> Next:
        """The item that waited, with one more word of it."""
        pending = _pending(state)
        whole = {"lot": pending.lot, "expires_on": pending.expires_on, "serial": pending.serial} | known
        item = item_of(event, pending.sku_id, pending.units, **whole)
        return self._take(replace(state, pending=None, typed=""), item, desk, unlisted=True)

    @on(Step.CHOICE, to=OPEN)
    def choice_made(self, state: ReceiveState, event: ChoiceRead, desk: Desk) -> Next:
        """1: it is taken in although nobody announced it; 2: it is left out."""
        pending = _pending(state)
        if event.choice == 2:
            words_ = say("Left out: put it on the blue pallet")
            return Next(facts=(PendingLeft(pending.sku_id),), echo=words_, tone=Tone.WARN)
        if event.choice != 1:
            raise Refused(self.unexpected(state, event, desk))
        item = item_of(event, pending.sku_id, pending.units, pending.lot, pending.expires_on, pending.serial)
        return self._take(replace(state, pending=None), item, desk, unlisted=True)

    # -- a code that nobody knows -------------------------------------------------------------------------------------

    @on(Step.ITEM, to=(Step.ALIAS,))
    def unknown_scanned(self, state: ReceiveState, event: UnknownRead, desk: Desk) -> Next:
        if event.reason or not event.text.strip():
            raise Refused(self.unexpected(state, event, desk))
        fact = ItemPending("alias", code=code_value(event.text))
        return Next(facts=(fact,), echo=say("Nobody here knows this code"), sound=Sound.WRONG, tone=Tone.ERROR)

    @on(Step.ALIAS)
    def alias_proposed(self, state: ReceiveState, event: ItemRead, desk: Desk) -> Next:
        """The product's own label after an unknown code: central decides whether the code is one more of it."""
        code = _pending(state).code
        ask = Request("alias", {"code": code, "sku_id": event.sku_id.hex(), "units": event.units}, waits=True)
        return Next(ask=(ask,), echo=say("Asking whether the code may be added"), sound=Sound.NONE)

    @on(Step.ALIAS, to=(Step.ITEM,))
    def alias_answered(self, state: ReceiveState, event: Answered, desk: Desk) -> Next:
        code, body = _pending(state).code, event.body
        sku = str(body.get("sku", ""))
        if not sku:
            words_ = say("This code means something else by now: scan it again")
            return Next(facts=(PendingLeft(code=code),), echo=words_, tone=Tone.WARN, sound=Sound.ATTENTION)
        words_ = say("The code is one of {sku} now: scan the item again", sku=sku)
        return Next(facts=(PendingLeft(code=code),), echo=words_, sound=Sound.STEP)

    @on(Step.ALIAS)
    def alias_unanswered(self, state: ReceiveState, event: AskFailed, desk: Desk) -> Next:
        words_ = say("Central can't be reached: put it aside, choice card 2")
        return Next(echo=words_, tone=Tone.WARN, sound=Sound.ATTENTION)

    @on(Step.ALIAS, to=(Step.ITEM,))
    def unknown_left(self, state: ReceiveState, event: ChoiceRead, desk: Desk) -> Next:
        if event.choice != 2:
            raise Refused(self.unexpected(state, event, desk))
        words_ = say("Left out: put it on the blue pallet")
        return Next(facts=(PendingLeft(code=_pending(state).code),), echo=words_, tone=Tone.WARN)

    # -- where it goes ------------------------------------------------------------------------------------------------

    @on(Step.ITEM)
    def tote_scanned(self, state: ReceiveState, event: ToteRead, desk: Desk) -> Next:
        """A tote takes what lies loose on the dock, and what comes next."""
        tote = desk.read(tote_card, event.tote_id)
        if tote.id == state.tote_id:
            return Next(echo=say("Goods go into tote {name} already", name=tote.name))
        if tote.state not in ("free", "received"):
            raise Refused(words.tote_busy(tote, desk, say("Take a free tote")))
        moves = tuple(
            Moved(sku, state.dock_id, tote.id, units, lot, status, "receive")
            for (sku, lot, status), units in state.loose.items()
        )
        chosen = TargetChosen(state.dock_id, tote.id, int(tote.state == "received"))
        units = sum(state.loose.values())
        words_ = count(units, "{n} unit into tote {name}", "{n} units into tote {name}", name=tote.name)
        if not moves:
            words_ = say("Into tote {name} from now on", name=tote.name)
        return Next(facts=(*moves, chosen), echo=words_, sound=Sound.STEP)

    @on(Step.ITEM)
    def place_scanned(self, state: ReceiveState, event: BinRead, desk: Desk) -> Next:
        """The dock: what lies there stays. A quarantine place after DAMAGED: the broken units go there."""
        there = desk.read(place, event.bin_id)
        if there.type == "receive":
            words_ = say("Onto {name} from now on", name=there.name)
            return Next(facts=(TargetChosen(there.id),), echo=words_)
        broken = state.damaged
        if there.type in ASIDE and broken is not None:
            fact = Moved(broken.sku_id, broken.place_id, there.id, broken.units, broken.lot, broken.status, "receive")
            card = desk.read(sku_card, broken.sku_id)
            words_ = say("{n} {name} to {place}", n=broken.units, name=card.name, place=there.name)
            return Next(facts=(fact,), echo=words_)
        raise Refused(receive_words.not_to_this_place(there))

    # -- the rest of the cards ----------------------------------------------------------------------------------------

    @on(Step.ITEM, to=(Step.LOT, Step.ITEM))
    def command_scanned(self, state: ReceiveState, event: CommandRead, desk: Desk) -> Next:
        match event.word:
            case "DONE":
                return _done(state, desk)
            case "DAMAGED":
                return _damaged(state, desk)
            case "CHANGE" if state.run is not None and state.run.lot:
                run = state.run
                name = desk.read(sku_card, run.sku_id).name
                fact = ItemPending("lot", run.sku_id, 0)
                return Next(facts=(fact,), echo=say("Another lot of {name}", name=name), sound=Sound.ATTENTION)
            case _:
                raise Refused(self.unexpected(state, event, desk))

    def unexpected(self, state: ReceiveState, event: Read, desk: Desk) -> Problem:
        if state.pending is not None:
            sku_id = state.pending.sku_id
            card = desk.read(sku_card, sku_id) if sku_id else None
            return receive_words.wants_first(card, state.pending.wants)
        return words.not_wanted(event, desk, imperative(state), words.NOT_COUNTED)

    def view(self, state: ReceiveState, desk: Desk) -> View:
        return view(state, desk, self.step(state).value)


# ---- small decisions ------------------------------------------------------------------------------------------------


def _delivery(event: ReceiptRead, desk: Desk) -> receiving.Delivery:
    delivery = desk.read(receiving.delivery, event.receipt_id)
    if delivery is None:
        raise Refused(receive_words.unknown_delivery())
    if delivery.state == "closed":
        raise Refused(receive_words.delivery_closed(delivery))
    return delivery


def _dock(desk: Desk) -> bytes:
    dock = desk.read(dock_of, desk.station.station_id)
    if dock is None:
        raise Refused(words.no_dock())
    return dock.id


def _is_blind(state: ReceiveState, desk: Desk) -> bool:
    delivery = desk.read(receiving.delivery, state.receipt_id)
    return delivery is not None and delivery.kind == "blind"


def _line_id(state: ReceiveState, sku_id: bytes) -> bytes:
    """The line of an SKU that nobody announced: the same at every station."""
    return stable_id("receipt line", state.receipt_id.hex(), sku_id.hex())


def _pending(state: ReceiveState) -> ItemPending:
    assert state.pending is not None, "these steps wait for one more word"
    return state.pending


def _ask(
    wants: str, event: ItemRead, words_: Text, sound: Sound = Sound.WRONG, tone: Tone = Tone.ERROR
) -> Next:  # fmt: skip
    expires_on = event.expiry.isoformat() if event.expiry else ""
    fact = ItemPending(wants, event.sku_id, event.units, event.lot, expires_on, event.serial)
    return Next(facts=(fact,), echo=words_, sound=sound, tone=tone)


def _sure(day: str, typed: str) -> str:
    if not day:
        raise Refused(receive_words.no_date(typed))
    return day


def _counted(card: SkuCard, line: DeliveryLine, came: Received) -> Next:
    """What is said when units came: how many of how many, that a line is complete, that it is too much."""
    done = line.received + came.quantity
    if not came.quantity:
        return Next(echo=say("Lot {lot} of {name} from now on", lot=came.lot, name=card.name))
    if not line.quantity:
        return Next(echo=say("{n} {name}", n=done, name=card.name))
    words_ = say("{n} of {total} {name}", n=done, total=line.quantity, name=card.name)
    if came.case > 1 and came.quantity % came.case == 0 and came.quantity > 0:
        cases = count(came.quantity // came.case, "{n} case", "{n} cases")
        words_ = say("{words} · {units} ({cases})", words=words_, units=came.quantity, cases=cases)
    if done > line.quantity:
        words_ = say("{words} · {n} too many", words=words_, n=done - line.quantity)
        return Next(echo=words_, tone=Tone.WARN, sound=Sound.ATTENTION)
    return Next(echo=words_, sound=Sound.STEP if done == line.quantity else Sound.ACCEPTED, flash=done == line.quantity)


def _done(state: ReceiveState, desk: Desk) -> Next:
    """Closes the delivery; what has not come is said before, and wants a second DONE."""
    lines = desk.read(receiving.delivery_lines, state.receipt_id)
    missing = sum(x.open for x in lines)
    if missing and not state.closing:
        words_ = count(
            missing, "{n} unit has not come: DONE again closes", "{n} units have not come: DONE again closes"
        )
        return Next(state=replace(state, closing=True), echo=words_, tone=Tone.WARN, sound=Sound.ATTENTION)
    words_ = count(
        sum(x.received for x in lines), "Delivery {number} closed, {n} unit", "Delivery {number} closed, {n} units",
        number=state.number,
    )  # fmt: skip
    return Next(facts=(ReceiptClosed(state.receipt_id),), echo=words_, sound=Sound.ORDER, ends=True, flash=True)


def _damaged(state: ReceiveState, desk: Desk) -> Next:
    """One unit of the item scanned last is broken; again for one more."""
    run: Run | None = state.run
    if run is None or run.units < 1:
        raise Refused(words.damaged_what())
    card = desk.read(sku_card, run.sku_id)
    fact = StatusChanged(run.sku_id, run.place_id, 1, run.lot, run.status)
    words_ = say("1 {name} is damaged: scan a quarantine place, or go on", name=card.name)
    return Next(facts=(fact,), echo=words_, tone=Tone.WARN)
