"""Return: the label, slip or order, the item, its grade, the place that the grade directs to.

START → ITEM → GRADE → PLACE → ITEM … → CLOSED. Before an item is scanned nothing is recorded: a shipped order may be
looked at and left. Beside the way: FIND (an item without paper: which order?), LOT and SERIAL (what the code of the
item does not say). A parcel that came back whole is taken item by item, or sealed as it is by DONE.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from app.errors import Problem, Refused
from app.events import (
    Answered,
    AskFailed,
    BadgeRead,
    BinRead,
    BoxTypeRead,
    CartRead,
    ChoiceRead,
    CommandRead,
    GradeRead,
    ItemRead,
    KeyRead,
    OrderRead,
    ParcelRead,
    QuantityRead,
    Read,
    ReasonRead,
    ReceiptRead,
    ReturnRead,
    StationRead,
    ToteRead,
    UnknownRead,
)
from app.facts import Fact
from app.packing.queries import parcel_card
from app.returns import facts as did
from app.returns import queries
from app.returns.rules import refusals
from app.returns.rules.coming_back import Part, awaited, number_of
from app.returns.rules.dispositions import AS_NEW, GRADES, disposition_words, grade_words
from app.returns.rules.standing import Asked, Candidate, Hand, Moment, ReturnState, Subject
from app.returns.workflows import take_back_desk as ask
from app.returns.workflows import take_back_screen as screen
from app.returns.workflows.take_back_fold import after_fact
from app.text import NOTHING, Text, say
from app.view import Sound, Tone, View
from app.work.queries import SkuCard, describe, order_card, place, sku_card
from app.workflow import Card, Desk, LeftOpen, Next, Opening, Request, Workflow, on

REFUSED, UNDELIVERED = 5, 6
"""Reason cards for a parcel that came back whole: the customer did not take it; the carrier could not deliver it."""
MOST_TYPED = 40


class Step(Enum):
    """What the clerk must do next."""

    START = "start"
    FIND = "find"
    ITEM = "item"
    LOT = "lot"
    SERIAL = "serial"
    GRADE = "grade"
    PLACE = "place"
    CLOSED = "closed"


_CALM = (Step.START, Step.FIND, Step.ITEM, Step.LOT, Step.SERIAL)
"""Nothing lies in the hand."""


class Return(Workflow[ReturnState]):
    """See the module's docstring."""

    kind = "return"
    card = Card("RETURN", "rotate-ccw", say("Return"), waiting=queries.open_returns, order=60)
    follows = frozenset(("return_case", "return_line", "return_item", "order_brief", "parcel", "parcel_line"))

    def left_open(self, desk: Desk) -> tuple[LeftOpen, ...]:
        return tuple(ask.left_open(self.kind, one) for one in desk.read(queries.returns_left))

    # ---- the fold ---------------------------------------------------------------------------------------------------

    def initial(self, task_id: bytes, desk: Desk) -> ReturnState:
        return ReturnState(known=desk.read(queries.subject_of_task, task_id) if task_id else None)

    def evolve(self, state: ReturnState, fact: Fact) -> ReturnState:
        return after_fact(state, fact)

    def step(self, state: ReturnState) -> Step:
        if state.closed:
            return Step.CLOSED
        if state.queue:
            return Step.PLACE
        if state.hand is not None:
            return Step.PLACE if state.hand.grade else Step.GRADE
        asked = state.moment.asked
        if asked is not None:
            return {"order": Step.FIND, "lot": Step.LOT, "serial": Step.SERIAL}[asked.about]
        return Step.ITEM if state.subject is not None else Step.START

    def greets(self, event: Read, desk: Desk) -> Opening | None:
        """A return label, and the slip or label of an order that has left; where it was left off, if it was begun."""
        match event:
            case ReturnRead():
                return self._opening(desk.read(queries.subject_of_return, event.return_id), event, desk)
            case OrderRead():
                card = desk.read(order_card, event.order_id)
                if card is None or card.state != "shipped":
                    return None
                return self._opening(desk.read(queries.subject_of_order, event.order_id, b""), event, desk)
            case ParcelRead():
                return self._opening(desk.read(queries.subject_of_parcel, event.parcel_id, b""), event, desk)
        return None

    def _opening(self, subject: Subject | None, event: Read, desk: Desk) -> Opening | None:
        if subject is None:
            return None
        begun = subject.state == "receiving"
        task = desk.read(queries.unfinished_task, subject.return_id) if begun else None
        return Opening(self.kind, task or desk.new_id(), None if task else event)

    # ---- what comes back --------------------------------------------------------------------------------------------

    @on(*_CALM, to=(Step.ITEM, Step.GRADE, Step.LOT, Step.SERIAL))
    def return_scanned(self, state: ReturnState, event: ReturnRead, desk: Desk) -> Next:
        """A return label or slip: announced, with what the customer said."""
        subject = desk.read(queries.subject_of_return, event.return_id)
        if subject is None or subject.state == "void":
            raise Refused(refusals.order_unknown())
        return self._look(state, subject, event, desk)

    @on(*_CALM, to=(Step.ITEM, Step.GRADE, Step.LOT, Step.SERIAL))
    def order_scanned(self, state: ReturnState, event: OrderRead, desk: Desk) -> Next:
        subject = desk.read(queries.subject_of_order, event.order_id, desk.new_id())
        return self._look(state, subject, event, desk)

    @on(*_CALM, to=(Step.ITEM, Step.GRADE, Step.LOT, Step.SERIAL))
    def parcel_scanned(self, state: ReturnState, event: ParcelRead, desk: Desk) -> Next:
        subject = desk.read(queries.subject_of_parcel, event.parcel_id, desk.new_id())
        if subject is None:
            card = desk.read(parcel_card, event.parcel_id)
            raise Refused(refusals.not_shipped_yet(card.order_number if card else "?"))
        return self._look(state, subject, event, desk)

    def _look(self, state: ReturnState, subject: Subject, event: Read, desk: Desk) -> Next:
        """Shows what left with the order. With an item in question it is that item's order; else nothing is recorded.

        A return in work is left behind by it: one scan ends this and begins the next.
        """
        mine = state.subject
        if mine is not None and mine.order_id == subject.order_id and mine.order_id:
            return self._same_again(state, mine, subject)
        plan = ask.must_have_left(subject, desk)
        if state.opened is not None:
            return Next(facts=self._leaving(state, desk), opens=Opening(self.kind, desk.new_id(), event))
        asked = state.moment.asked
        looked = replace(state, moment=Moment(subject=subject))
        request = ask.story_request(subject, plan, desk)
        if asked is not None and asked.about == "order" and asked.sku_id:
            return replace(
                self._take(looked, asked.sku_id, asked.units, asked.lot, asked.serial, desk), ask=request
            )  # fmt: skip
        words = say("Order {number}: scan what came back", number=plan.number if plan else subject.number)
        return Next(state=looked, echo=words, sound=Sound.STEP, ask=request)

    def _same_again(self, state: ReturnState, mine: Subject, subject: Subject) -> Next:
        """The label of a parcel says more than its order; the order once more says nothing."""
        if subject.parcel_id and state.opened is None:
            seen = replace(state, moment=replace(state.moment, subject=replace(mine, parcel_id=subject.parcel_id)))
            return Next(state=seen, echo=say("That is its parcel. Scan the item, or why it came back whole"))
        return Next(echo=say("That is the return in hand. Scan the item"))

    def _leaving(self, state: ReturnState, desk: Desk) -> tuple[Fact, ...]:
        """Going on to another return closes this one, unless announced units are still awaited."""
        plan = ask.plan_of(state.subject, desk)
        if state.opened is None or not state.back or (plan is not None and plan.announced and plan.expected):
            return ()
        return (did.ReturnClosed(state.opened.return_id),)

    # ---- the item ---------------------------------------------------------------------------------------------------

    @on(Step.ITEM, Step.LOT, Step.SERIAL, to=(Step.ITEM, Step.GRADE, Step.LOT, Step.SERIAL))
    def item_scanned(self, state: ReturnState, event: ItemRead, desk: Desk) -> Next:
        """An item of the return: counted to a line that it left with."""
        if state.subject is None:
            return self._which_order(state, event)
        return self._take(state, event.sku_id, event.units, event.lot, event.serial, desk)

    @on(Step.GRADE)
    def one_more(self, state: ReturnState, event: ItemRead, desk: Desk) -> Next:
        """A further unit of the same item; anything else must wait."""
        hand, card = _hand(state), desk.read(sku_card, event.sku_id)
        if event.sku_id != hand.sku_id:
            held = desk.read(sku_card, hand.sku_id)
            raise Refused(refusals.grade_first(held.name, held.picture))
        if card.serial_tracked:
            raise Refused(refusals.one_piece_a_serial(card.name))
        lot = event.lot or (hand.parts[0].lot if card.lot_tracked else "")
        return self._take(state, card.id, hand.units + event.units, lot, "", desk)

    @on(Step.GRADE)
    def quantity_scanned(self, state: ReturnState, event: QuantityRead, desk: Desk) -> Next:
        """A quantity card sets how many units of the item lie in the hand."""
        hand = _hand(state)
        card = desk.read(sku_card, hand.sku_id)
        if event.units < 1:
            raise Refused(refusals.no_units())
        if card.serial_tracked and event.units > 1:
            raise Refused(refusals.one_piece_a_serial(card.name))
        return self._take(
            state, card.id, event.units, hand.parts[0].lot if card.lot_tracked else "", hand.serial, desk, counted=True
        )

    @on(*_CALM)
    def quantity_alone(self, state: ReturnState, event: QuantityRead, desk: Desk) -> Next:
        raise Refused(refusals.quantity_without_item())

    def _take(
        self, state: ReturnState, sku_id: bytes, units: int, lot: str, serial: str, desk: Desk, *, counted: bool = False
    ) -> Next:
        """Takes units into the hand, or asks what their code does not say."""
        card, subject = desk.read(sku_card, sku_id), state.subject
        assert subject is not None
        plan = ask.plan_of(subject, desk)
        if plan is None:
            return self._in_hand(state, card, (Part(b"", lot if card.lot_tracked else "", units),), serial, desk)
        wanted = lot if card.lot_tracked and lot else None
        ask.parts_for(plan, card, units, wanted)
        if card.serial_tracked and not counted:
            asked = self._serial(state, plan, card, units, lot, serial, desk)
            if asked is not None:
                return asked
            unit = ask.serial_unit(state, card, serial)
            wanted = str(unit["lot"]) if unit and card.lot_tracked else wanted
        elif wanted is None and (lots := ask.open_lots(plan, card)):
            question = Asked("lot", card.id, units, serial=serial, lots=lots)
            words = say("Which lot of {name} is it?", name=card.name)
            return _asking(state, question, words)
        return self._in_hand(state, card, ask.parts_for(plan, card, units, wanted), serial, desk)

    def _serial(
        self,
        state: ReturnState,
        plan: queries.ReturnPlan,
        card: SkuCard,
        units: int,
        lot: str,
        serial: str,
        desk: Desk,
    ) -> Next | None:
        """What is still to be said of a piece with a serial number; None when it may come back."""
        if units > 1:
            raise Refused(refusals.one_piece_a_serial(card.name))
        if not serial:
            return _asking(state, Asked("serial", card.id, lot=lot), say("Now the serial number of this piece"))
        ask.must_be_out(plan, card, serial, desk)
        if not ask.knows_serials(state, card) or ask.serial_unit(state, card, serial) is not None:
            return None
        question = Asked("serial", card.id, lot=lot, serial=serial)
        body: dict[str, object] = {"sku_id": card.id.hex(), "serial": serial}
        request = Request(ask.SERIAL, body, waits=True)
        return replace(_asking(state, question, NOTHING), ask=(request,), sound=Sound.NONE)

    def _in_hand(self, state: ReturnState, card: SkuCard, parts: tuple[Part, ...], serial: str, desk: Desk) -> Next:
        subject = state.subject
        assert subject is not None
        seen = did.ItemInspected(subject.return_id, card.id, tuple((p.line_id, p.lot, p.units) for p in parts), serial)
        units = sum(p.units for p in parts)
        request = () if state.moment.story else ask.story_request(subject, ask.plan_of(subject, desk), desk)
        return Next(
            facts=(*ask.opening(state, desk), seen),
            echo=say("{n} × {name}: how is it?", n=units, name=card.name),
            ask=tuple(replace(r, waits=False) for r in request),
        )

    @on(Step.LOT, to=(Step.GRADE, Step.SERIAL))
    def lot_chosen(self, state: ReturnState, event: ChoiceRead, desk: Desk) -> Next:
        asked = _asked(state)
        if not 1 <= event.choice <= len(asked.lots):
            raise Refused(refusals.no_such_choice(len(asked.lots)))
        return self._take(state, asked.sku_id, asked.units, asked.lots[event.choice - 1], asked.serial, desk)

    @on(Step.SERIAL, to=(Step.GRADE,))
    def serial_scanned(self, state: ReturnState, event: UnknownRead, desk: Desk) -> Next:
        """A serial number is a code that nobody knows by itself."""
        asked = _asked(state)
        return self._take(state, asked.sku_id, 1, asked.lot, event.text, desk)

    # ---- which order ------------------------------------------------------------------------------------------------

    @on(Step.START, Step.FIND, to=(Step.FIND,))
    def item_without_paper(self, state: ReturnState, event: ItemRead, desk: Desk) -> Next:
        """An item and nothing else: central says which orders may have shipped it."""
        return self._which_order(state, event)

    def _which_order(self, state: ReturnState, event: ItemRead) -> Next:
        question = Asked("order", event.sku_id, event.units, event.lot, event.serial)
        return replace(_asking(state, question, say("Looking for its order")), ask=(ask.orders_request(question),))

    @on(Step.FIND, to=(Step.ITEM, Step.GRADE, Step.LOT, Step.SERIAL))
    def order_chosen(self, state: ReturnState, event: ChoiceRead, desk: Desk) -> Next:
        offered = _asked(state).candidates or ()
        if not 1 <= event.choice <= len(offered):
            raise Refused(refusals.no_such_choice(len(offered)))
        subject = desk.read(queries.subject_of_order, offered[event.choice - 1].order_id, desk.new_id())
        return self._look(state, subject, event, desk)

    def _no_order(self, state: ReturnState, desk: Desk) -> Next:
        """Nobody knows whose it is: it goes to quarantine, and the office is told."""
        asked = _asked(state)
        if not asked.sku_id:
            raise Refused(refusals.nothing_came_back())
        return_id = desk.new_id()
        subject = Subject(return_id, number_of(return_id))
        looked = replace(state, moment=Moment(subject=subject))
        return self._take(looked, asked.sku_id, asked.units, asked.lot, asked.serial, desk)

    @on(Step.START, Step.FIND, to=(Step.FIND,))
    def key_pressed(self, state: ReturnState, event: KeyRead, desk: Desk) -> Next:
        """Letters of an order's number or of a name, typed on the screen; ENTER looks for them."""
        asked = state.moment.asked or Asked("order")
        if event.key == "ENTER":
            question = replace(asked, candidates=None, away=False, typing=False)
            return replace(_asking(state, question, say("Looking for the order")), ask=(ask.orders_request(question),))
        typed = asked.typed[:-1] if event.key == "BACK" else (asked.typed + event.key)[:MOST_TYPED]
        return replace(_asking(state, replace(asked, typed=typed, typing=True), NOTHING), sound=Sound.NONE)

    @on(*Step)
    def answered(self, state: ReturnState, event: Answered, desk: Desk) -> Next:
        """What central says: how the order left, which orders may be the one, whose serial number it is."""
        asked = state.moment.asked
        if event.kind == ask.STORY and "units" in event.body:
            return Next(state=replace(state, moment=replace(state.moment, story=event.body)), sound=Sound.NONE)
        if event.kind == ask.ORDERS and asked is not None and asked.about == "order":
            found = tuple(_candidate(order) for order in event.body.get("orders", ()))
            words = say("Choose its order") if found else say("No order is known that fits")
            return _attention(_with(state, replace(asked, candidates=found)), words)
        if event.kind == ask.SERIAL and asked is not None and asked.serial:
            number = str(event.body.get("number", ""))
            known = say("It left with order {number}.", number=number)
            raise Refused(self._strange_serial(asked, known if number else say("It never left this house."), desk))
        return Next(sound=Sound.NONE)

    @on(*Step)
    def central_is_away(self, state: ReturnState, event: AskFailed, desk: Desk) -> Next:
        asked = state.moment.asked
        if asked is not None and asked.about == "order" and asked.candidates is None:
            return _attention(_with(state, replace(asked, away=True)), say("Central does not answer"))
        if asked is not None and asked.serial:
            away = say("Central does not answer: nobody can say whose it is.")
            raise Refused(self._strange_serial(asked, away, desk))
        return Next(sound=Sound.NONE)

    def _strange_serial(self, asked: Asked, whose: Text, desk: Desk) -> Problem:
        card = desk.read(sku_card, asked.sku_id)
        return refusals.wrong_serial(card.name, card.picture, asked.serial, whose)

    # ---- grade and place --------------------------------------------------------------------------------------------

    @on(Step.GRADE, Step.PLACE, to=(Step.PLACE,))
    def grade_scanned(self, state: ReturnState, event: GradeRead, desk: Desk) -> Next:
        """How it came back, and with that where it goes."""
        subject = state.subject
        if event.grade not in GRADES:
            raise Refused(refusals.no_such_grade(event.grade))
        if state.hand is None or subject is None:
            raise Refused(self.unexpected(state, event, desk))
        hand = state.hand
        directed, place_id = ask.graded(subject, hand.sku_id, hand.parts[0].lot, hand.units, event.grade, desk)
        by = ask.approved(event, state, (hand,), event.grade, desk)
        fact = did.ItemGraded(subject.return_id, event.grade, directed, place_id, by)
        words = say("{grade}: {what}", grade=grade_words(event.grade), what=disposition_words(directed))
        return Next(facts=(fact,), echo=words, flash=True)

    @on(*_CALM)
    def grade_alone(self, state: ReturnState, event: GradeRead, desk: Desk) -> Next:
        raise Refused(refusals.grade_without_item())

    @on(Step.PLACE, to=(Step.ITEM, Step.CLOSED))
    def place_scanned(self, state: ReturnState, event: BinRead, desk: Desk) -> Next:
        """Put away: the place that was directed to, or another one that takes it too. Quarantine takes everything."""
        there = desk.read(place, event.bin_id)
        hand = _next_hand(state)
        wanting = queries.Wanting(hand.sku_id, hand.parts[0].lot, hand.units, hand.disposition)
        why = desk.read(queries.judge_place, there.id, wanting, today=desk.clock.now().date())
        if why:
            wanted = desk.read(place, hand.place_id).name
            words = disposition_words(hand.disposition)
            raise Refused(refusals.wrong_place(there.name, wanted, words, why, there.id))
        doubted = there.type == "quarantine"
        hands = state.queue if doubted and state.hand is None else (hand,)
        facts = tuple(fact for h in hands for fact in self._returned(state, h, there.id, doubted, desk))
        return self._after_place(state, facts, there.name, desk)

    def _returned(
        self, state: ReturnState, hand: Hand, place_id: bytes, doubted: bool, desk: Desk
    ) -> tuple[did.ReturnedItem, ...]:
        assert state.opened is not None
        return tuple(
            did.ReturnedItem(
                item_id=desk.new_id(),
                return_id=state.opened.return_id,
                line_id=part.line_id,
                sku_id=hand.sku_id,
                quantity=part.units,
                place_id=place_id,
                grade=hand.grade,
                disposition="quarantine" if doubted else hand.disposition,
                lot=part.lot,
                serial=hand.serial,
                approved_by=hand.approved_by,
            )
            for part in hand.parts
        )

    def _after_place(self, state: ReturnState, facts: tuple[did.ReturnedItem, ...], name: str, desk: Desk) -> Next:
        subject = state.subject
        assert subject is not None
        plan, units = ask.plan_of(subject, desk), sum(f.quantity for f in facts)
        parts = tuple(Part(f.line_id, f.lot, f.quantity) for f in facts)
        title = desk.read(sku_card, facts[0].sku_id).name
        request = tuple(replace(r, waits=False) for r in ask.story_request(subject, plan, desk))
        words = say("{n} × {name} into {place}", n=units, name=title, place=name)
        if plan is not None and not awaited(plan.shipped, parts, announced=plan.announced):
            closed = did.ReturnClosed(subject.return_id)
            return Next(facts=(*facts, closed), echo=words, sound=Sound.ORDER, ask=request)
        return Next(facts=facts, echo=words, sound=Sound.STEP, ask=request)

    # ---- a whole parcel ---------------------------------------------------------------------------------------------

    @on(*_CALM, to=(Step.ITEM,))
    def reason_scanned(self, state: ReturnState, event: ReasonRead, desk: Desk) -> Next:
        """Refused or undelivered: the parcel is an intake of its own, under a return of its own."""
        subject = state.subject
        if event.reason not in (REFUSED, UNDELIVERED):
            raise Refused(refusals.not_this_reason(event.reason))
        if subject is None or not subject.parcel_id:
            raise Refused(refusals.parcel_first())
        if state.opened is not None:
            raise Refused(refusals.begun_already())
        if subject.kind not in ("refused", "undelivered"):
            return_id = desk.new_id()
            kind = "refused" if event.reason == REFUSED else "undelivered"
            subject = replace(
                subject, return_id=return_id, number=number_of(return_id), kind=kind, state="", wish="refund"
            )  # fmt: skip
        looked = replace(state, moment=replace(state.moment, subject=subject))
        words = say("Refused: take it back") if event.reason == REFUSED else say("Not delivered: take it back")
        return Next(facts=ask.opening(looked, desk), echo=words, sound=Sound.STEP)

    def _sealed(self, state: ReturnState, event: CommandRead, desk: Desk) -> Next:
        """The box was never opened: everything that left in it is back as new."""
        subject, plan = state.opened, ask.plan_of(state.opened, desk)
        assert subject is not None
        if plan is None or not plan.expected:
            raise Refused(refusals.nothing_came_back())
        items = ask.sealed_items(subject, plan, desk)
        hands = tuple(Hand(sku, (Part(line, lot, n),)) for sku, line, lot, n, _, _ in items)
        by = ask.approved(event, state, hands, AS_NEW, desk)
        taken = did.SealedTaken(subject.return_id, subject.parcel_id, items, by)
        words = say("Sealed: {n} units to be put away", n=sum(h.units for h in hands))
        return Next(facts=(taken,), echo=words, sound=Sound.STEP)

    # ---- commands ---------------------------------------------------------------------------------------------------

    @on(*Step, to=(Step.ITEM, Step.FIND, Step.GRADE, Step.PLACE, Step.CLOSED, Step.SERIAL, Step.LOT))
    def command_scanned(self, state: ReturnState, event: CommandRead, desk: Desk) -> Next:
        step = self.step(state)
        match event.word:
            case "HOME":
                return Next(ends=True)
            case "DONE" if step is Step.FIND:
                return self._no_order(state, desk)
            case "DONE" if step is Step.ITEM:
                return self._done(state, event, desk)
            case "CHANGE" if step in (Step.ITEM, Step.GRADE, Step.PLACE) and screen.may_change(state):
                return self._change(state)
            case "MANUAL" if step in (Step.START, Step.FIND):
                asked = replace(state.moment.asked or Asked("order"), typing=True)
                return _asking(state, asked, say("Type the order's number or a name"))
            case "RETURN" if step in (*_CALM, Step.CLOSED):
                return Next(facts=() if state.closed else self._leaving(state, desk),
                            opens=Opening(self.kind, desk.new_id()), echo=say("The next return"))  # fmt: skip
            case _:
                raise Refused(self.unexpected(state, event, desk))

    def _done(self, state: ReturnState, event: CommandRead, desk: Desk) -> Next:
        if state.opened is None:
            raise Refused(refusals.nothing_came_back())
        if state.opened.kind in ("refused", "undelivered") and not state.back:
            return self._sealed(state, event, desk)
        if not state.back:
            raise Refused(refusals.nothing_came_back())
        return Next(facts=(did.ReturnClosed(state.opened.return_id),), echo=say("Return closed"), sound=Sound.ORDER)

    def _change(self, state: ReturnState) -> Next:
        """Money back, or the same goods again."""
        subject = state.subject
        assert subject is not None
        wish = "refund" if subject.wish == "replacement" else "replacement"
        words = say("A replacement instead of money") if wish == "replacement" else say("Money back, no replacement")
        if state.opened is not None:
            return Next(facts=(did.WishChanged(subject.return_id, wish, subject.wish),), echo=words)
        seen = replace(state.moment, subject=replace(subject, wish=wish))
        return Next(state=replace(state, moment=seen), echo=words)

    @on(Step.CLOSED)
    def next_thing(
        self,
        state: ReturnState,
        event: ReturnRead
        | OrderRead
        | ParcelRead
        | ItemRead
        | ToteRead
        | CartRead
        | BinRead
        | BoxTypeRead
        | StationRead
        | ReceiptRead
        | BadgeRead
        | QuantityRead
        | ChoiceRead
        | ReasonRead
        | GradeRead
        | UnknownRead,
        desk: Desk,
    ) -> Next:
        """The return is done: whatever is scanned now begins the next task; an item alone is a return without paper."""
        if isinstance(event, ItemRead):
            return Next(opens=Opening(self.kind, desk.new_id(), event), sound=Sound.NONE)
        return Next(opens=Opening("home", b"", event), ends=True, sound=Sound.NONE)

    # ---- words and screen -------------------------------------------------------------------------------------------

    def unexpected(self, state: ReturnState, event: Read, desk: Desk) -> Problem:
        act = screen.imperative(self.step(state).value, state)
        hand = state.hand
        if isinstance(event, UnknownRead):
            known = refusals.damaged_code if event.reason == "check" else refusals.unknown_code
            return known(event.text, act)
        busy = isinstance(event, OrderRead | ParcelRead | ReturnRead | ItemRead)
        if busy and hand is not None and not hand.grade:
            card = desk.read(sku_card, hand.sku_id)
            return refusals.grade_first(card.name, card.picture)
        if busy and (hand is not None or state.queue):
            waits = _next_hand(state)
            name = desk.read(place, waits.place_id).name
            return refusals.put_away_first(desk.read(sku_card, waits.sku_id).name, name)
        what, detail = desk.read(describe, event)
        return refusals.wrong_class(f"Not{type(event).__name__.removesuffix('Read')}", what, detail, act)

    def undone(self, state: ReturnState) -> Text:
        return say("Taken back: {n} units of this return are back", n=state.back)

    def is_over(self, state: ReturnState) -> bool:
        return state.subject is None

    def view(self, state: ReturnState, desk: Desk) -> View:
        return screen.view(self.step(state).value, state, desk)


def _hand(state: ReturnState) -> Hand:
    assert state.hand is not None
    return state.hand


def _next_hand(state: ReturnState) -> Hand:
    return state.hand if state.hand is not None else state.queue[0]


def _asked(state: ReturnState) -> Asked:
    assert state.moment.asked is not None
    return state.moment.asked


def _candidate(order: dict[str, object]) -> Candidate:
    return Candidate(
        bytes.fromhex(str(order["order_id"])), str(order["number"]), str(order["shipped_at"])[:10],
        int(str(order["units"])), str(order.get("who", "")),
    )  # fmt: skip


def _with(state: ReturnState, asked: Asked) -> ReturnState:
    return replace(state, moment=replace(state.moment, asked=asked))


def _asking(state: ReturnState, asked: Asked, words: Text) -> Next:
    return Next(state=_with(state, asked), echo=words)


def _attention(state: ReturnState, words: Text) -> Next:
    return Next(state=state, echo=words, tone=Tone.WARN, sound=Sound.ATTENTION)
