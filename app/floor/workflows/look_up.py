"""Look-up: scan any thing and see what it is, where it stands, whose turn it is; reprint, void, hold or cancel there.

THING → SHOWN, and every further scan shows the next thing. Beside the way: TYPE (an order's number by finger), CHOOSE
(several orders, or several papers), PROOF (the old label is scanned before it is void).
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from app.errors import Problem, Refused
from app.events import (
    Answered,
    AskFailed,
    BinRead,
    BoxTypeRead,
    CartRead,
    ChoiceRead,
    CommandRead,
    ItemRead,
    KeyRead,
    OrderRead,
    ParcelRead,
    Read,
    ReceiptRead,
    ReturnRead,
    StationRead,
    ToteRead,
)
from app.facts import Fact
from app.floor import queries
from app.floor.facts import OrderRecalled
from app.floor.workflows import look_up_screen as screen
from app.floor.workflows import look_up_words as words
from app.floor.workflows.look_up_state import Found, LookUpState, refused, told
from app.packing.facts import LabelReprinted, LabelVoided, SlipQueued
from app.shipping.rules import may_void
from app.text import Text, say
from app.view import Sound, Tone, View
from app.work.queries import describe, tote_card
from app.work.service.timeline import unpacked_words
from app.workflow import Card, Desk, Next, Opening, Request, Workflow, approval, on

ONE_MOMENT = say("One moment: central is asked")
TYPABLE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/#._ ")
LONGEST = 32
ASKS = {
    "HOLD": ("hold", "hold-order"), "RELEASE": ("hold", "release-order"), "CANCEL": ("cancel", "cancel-order"),
    "RESEND": ("hold", "resend-mail"),
}  # fmt: skip
"""Acts on an order that central decides: the right that each needs, and the ask."""
DECIDED = frozenset(ask for _, ask in ASKS.values())


class Step(Enum):
    """What the person must do next."""

    THING = "thing"
    SHOWN = "shown"
    TYPE = "type"
    CHOOSE = "choose"
    PROOF = "proof"


_LOOKING = (Step.THING, Step.SHOWN, Step.TYPE, Step.CHOOSE)
_ALL = tuple(Step)


class LookUp(Workflow[LookUpState]):
    """See the module's docstring."""

    kind = "look-up"
    card = Card("LOOKUP", "search", say("Look up"), order=80)

    # ---- how it begins ----------------------------------------------------------------------------------------------

    def greets(self, event: Read, desk: Desk) -> Opening | None:
        """Every bin, item and label that no task wanted; orders that can't be packed now."""
        match event:
            case BinRead() | ItemRead() | ParcelRead() | ReceiptRead() | ReturnRead():
                return Opening(self.kind, desk.new_id(), event)
            case OrderRead() if not desk.read(queries.is_packable, event.order_id):
                return Opening(self.kind, desk.new_id(), event)
            case _:
                return None

    def initial(self, task_id: bytes, desk: Desk) -> LookUpState:
        return LookUpState()

    def evolve(self, state: LookUpState, fact: Fact) -> LookUpState:
        return replace(state, proving=b"") if isinstance(fact, LabelVoided) else state

    def step(self, state: LookUpState) -> Step:
        if state.proving:
            return Step.PROOF
        if state.choosing:
            return Step.CHOOSE
        if state.typing:
            return Step.TYPE
        return Step.THING if state.read is None and not state.order_id else Step.SHOWN

    # ---- scanning things --------------------------------------------------------------------------------------------

    @on(*_LOOKING, to=(Step.SHOWN,))
    def thing_scanned(
        self,
        state: LookUpState,
        event: BinRead | ItemRead | CartRead | BoxTypeRead | StationRead | ReceiptRead | ReturnRead,
        desk: Desk,
    ) -> Next:
        what, _ = desk.read(describe, event)
        return Next(state=LookUpState(read=event), echo=what)

    @on(*_LOOKING, to=(Step.SHOWN,))
    def order_scanned(self, state: LookUpState, event: OrderRead, desk: Desk) -> Next:
        what, _ = desk.read(describe, event)
        return self._order(event.order_id, what, event)

    @on(*_LOOKING, to=(Step.SHOWN,))
    def tote_scanned(self, state: LookUpState, event: ToteRead, desk: Desk) -> Next:
        """A tote that is bound shows its order, any other what lies in it."""
        tote = desk.read(tote_card, event.tote_id)
        what, _ = desk.read(describe, event)
        if tote.order_id is None:
            return Next(state=LookUpState(read=event), echo=what)
        return self._order(tote.order_id, what, event)

    @on(*_LOOKING, to=(Step.SHOWN,))
    def label_scanned(self, state: LookUpState, event: ParcelRead, desk: Desk) -> Next:
        """A label shows the order of its box."""
        order_id = desk.read(queries.order_of_parcel, event.parcel_id)
        what, _ = desk.read(describe, event)
        if order_id is None:
            return Next(state=LookUpState(read=event), echo=what)
        return self._order(order_id, what, event, parcel_id=event.parcel_id)

    def _order(self, order_id: bytes, what: Text, event: Read | None = None, parcel_id: bytes = b"") -> Next:
        """Shows what the mirror knows at once, and asks central for the story."""
        state = LookUpState(read=event, order_id=order_id, parcel_id=parcel_id, line="asked")
        return Next(state=state, echo=what, ask=(_story(order_id),))

    # ---- what central answers ---------------------------------------------------------------------------------------

    @on(*_ALL, to=_ALL)
    def answered(self, state: LookUpState, event: Answered, desk: Desk) -> Next:
        """A story, the orders of a number, the dossier for a label, or what came of an act."""
        match event.kind:
            case "story" if event.body.get("order_id") == state.order_id.hex():
                return _quiet(replace(state, told=told(event.body), line=""))
            case "find-order" if state.typing and event.body.get("typed") == state.typed:
                found = tuple(Found(bytes.fromhex(o["order_id"]), o["number"]) for o in event.body["orders"])
                return self._found(replace(state, line=""), found)
            case "pack" if state.reprint:
                return self._fetched(state, desk)
            case kind if kind in DECIDED and event.body.get("order_id") == state.order_id.hex():
                return self._done(state, event)
            case _:
                return _quiet(state)

    def _done(self, state: LookUpState, event: Answered) -> Next:
        if (problem := refused(event.body)) is not None:
            raise Refused(problem)
        if "done" not in event.body:
            raise Refused(words.failed())
        done = unpacked_words(event.body["done"])
        return Next(state=state, echo=done, sound=Sound.STEP, ask=(_story(state.order_id),))

    @on(*_ALL)
    def not_answered(self, state: LookUpState, event: AskFailed, desk: Desk) -> Next:
        """Central is away: what the mirror knows stays, and what was asked is answered later."""
        if state.reprint:
            state = replace(state, reprint="")
        return Next(state=replace(state, line="away"), sound=Sound.ATTENTION)

    # ---- typing a number --------------------------------------------------------------------------------------------

    @on(Step.TYPE, to=(Step.SHOWN, Step.CHOOSE))
    def key_typed(self, state: LookUpState, event: KeyRead, desk: Desk) -> Next:
        match event.key:
            case "BACK":
                return _quiet(replace(state, typed=state.typed[:-1], line=""))
            case "ENTER":
                return self._find(state, desk)
            case key if key in TYPABLE and len(state.typed) < LONGEST:
                return _quiet(replace(state, typed=state.typed + key, line=""))
            case _:
                return _quiet(state)

    def _find(self, state: LookUpState, desk: Desk) -> Next:
        typed = state.typed.strip().lstrip("#")
        if not typed:
            raise Refused(words.type_first())
        here = desk.read(queries.orders_numbered, typed)
        if here:
            return self._found(state, tuple(Found(order_id, number) for order_id, number in here))
        ask = Request("find-order", {"typed": state.typed.strip()}, waits=True)
        return Next(state=replace(state, typed=state.typed.strip(), line="asked"), sound=Sound.NONE, ask=(ask,))

    def _found(self, state: LookUpState, found: tuple[Found, ...]) -> Next:
        if not found:
            missing = replace(state, line="missing")
            return Next(state=missing, echo=words.no_such_order(state.typed), tone=Tone.ERROR, sound=Sound.WRONG)
        if len(found) == 1:
            return self._order(found[0].order_id, say("That is order {number}", number=found[0].number))
        return Next(
            state=replace(state, typing=False, choosing="orders", found=found), echo=say("Several orders end with that")
        )

    @on(Step.CHOOSE, to=(Step.SHOWN,))
    def chosen(self, state: LookUpState, event: ChoiceRead, desk: Desk) -> Next:
        if state.choosing == "papers":
            return self._paper_chosen(state, event, desk)
        if not 1 <= event.choice <= len(state.found):
            raise Refused(self.unexpected(state, event, desk))
        order = state.found[event.choice - 1]
        return self._order(order.order_id, say("That is order {number}", number=order.number))

    def _paper_chosen(self, state: LookUpState, event: ChoiceRead, desk: Desk) -> Next:
        order = desk.read(queries.order_here, state.order_id)
        papers = screen.papers(state, order) if order else ()
        if order is None or not 1 <= event.choice <= len(papers):
            raise Refused(self.unexpected(state, event, desk))
        return self._ask_paper(state, order, papers[event.choice - 1], event, desk)

    # ---- acts -------------------------------------------------------------------------------------------------------

    @on(*_LOOKING, to=_ALL)
    def command_scanned(self, state: LookUpState, event: CommandRead, desk: Desk) -> Next:
        match event.word:
            case "LOOKUP":
                return Next(state=LookUpState(), echo=say("Scan the next thing"))
            case "MANUAL":
                return Next(state=LookUpState(typing=True), echo=say("Type the number"))
        if self.step(state) is not Step.SHOWN:
            raise Refused(self.unexpected(state, event, desk))
        match event.word:
            case "SKIP" if (pages := screen.pages(state, desk)) > 1:
                page = (state.page + 1) % pages
                return Next(state=replace(state, page=page), echo=say("Page {n}", n=page + 1))
            case "COUNT" | "MOVE" if isinstance(state.read, BinRead):
                return self._bin_task(state, state.read, event, desk)
        order = desk.read(queries.order_here, state.order_id) if state.order_id else None
        if order is None:
            raise Refused(self.unexpected(state, event, desk))
        return self._order_act(state, order, event, desk)

    def _bin_task(self, state: LookUpState, bin_read: BinRead, event: CommandRead, desk: Desk) -> Next:
        """Goes on in the task with the very bin that is shown."""
        kind = next((w.kind for w in desk.workflows if w.card and w.card.word == event.word), None)
        if kind is None:
            raise Refused(self.unexpected(state, event, desk))
        handed = replace(bin_read, at=event.at, mono_ns=event.mono_ns, device=event.device, number=event.number)
        return Next(opens=Opening(kind, desk.new_id(), handed))

    def _order_act(self, state: LookUpState, order: queries.OrderHere, event: CommandRead, desk: Desk) -> Next:
        if event.word == "REPRINT":
            papers = screen.papers(state, order)
            if not papers:
                raise Refused(words.nothing_printed(order.number))
            if len(papers) > 1:
                return Next(state=replace(state, choosing="papers"), echo=say("Which paper?"))
            return self._ask_paper(state, order, papers[0], event, desk)
        if event.word == "VOID":
            return self._ask_void(state, order, event)
        if event.word not in ASKS:
            raise Refused(self.unexpected(state, event, desk))
        right, kind = ASKS[event.word]
        by = approval(event, right, words.act_of(event.word, order.number))
        ask = Request(kind, {"order_id": order.id.hex(), "by": by.hex()}, waits=True)
        return Next(state=state, echo=ONE_MOMENT, sound=Sound.NONE, ask=(ask,))

    # ---- paper once more --------------------------------------------------------------------------------------------

    def _ask_paper(self, state: LookUpState, order: queries.OrderHere, paper: str, event: Read, desk: Desk) -> Next:
        """A second label of a box that has left the bench needs a lead; without the order's papers they are fetched."""
        parcel = screen.parcel_in_hand(state, order)
        if paper == "label" and parcel is not None and parcel.state == "closed":
            approval(event, "reprint", say("Print the label of order {number} again", number=order.number))
        state = replace(state, choosing="", reprint=paper)
        if order.dossier:
            return self._paper(state, order, desk)
        ask = Request("pack", {"order_id": order.id.hex()}, waits=True)
        return Next(state=state, echo=ONE_MOMENT, sound=Sound.NONE, ask=(ask,))

    def _fetched(self, state: LookUpState, desk: Desk) -> Next:
        order = desk.read(queries.order_here, state.order_id)
        if order is None or not order.dossier:
            raise Refused(words.no_papers(order.number if order else "?"))
        return self._paper(state, order, desk)

    def _paper(self, state: LookUpState, order: queries.OrderHere, desk: Desk) -> Next:
        parcel, job_id = screen.parcel_in_hand(state, order), desk.new_id()
        after = replace(state, reprint="")
        if state.reprint == "label" and parcel is not None:
            again = LabelReprinted(order.id, parcel.id, job_id, parcel.copies + 1)
            return Next(state=after, facts=(again,), echo=say("The label is printed once more, marked as a duplicate"))
        box = order.slip_parcel or (parcel.id if parcel else b"")
        return Next(
            state=after, facts=(SlipQueued(order.id, box, job_id),),
            echo=say("The slip is printed once more, marked as a duplicate"),
        )  # fmt: skip

    # ---- void -------------------------------------------------------------------------------------------------------

    def _ask_void(self, state: LookUpState, order: queries.OrderHere, event: CommandRead) -> Next:
        parcel = screen.parcel_in_hand(state, order)
        if parcel is None or not parcel.tracking:
            raise Refused(words.nothing_to_void(order.number))
        if not may_void(parcel.state, on_manifest=bool(parcel.manifest), tracking_state=parcel.tracking_state):
            raise Refused(words.too_late_to_void(order.number, parcel.manifest))
        approval(event, "void", say("Void the label of order {number}", number=order.number))
        return Next(state=replace(state, proving=parcel.id), echo=say("Tear off the old label"), tone=Tone.WARN)

    @on(Step.PROOF, to=(Step.SHOWN,))
    def old_label_scanned(self, state: LookUpState, event: ParcelRead, desk: Desk) -> Next:
        """Only the very label that is to be void proves that it is in the hand, and not on a box."""
        order = desk.read(queries.order_here, state.order_id)
        parcel = order.parcel(state.proving) if order else None
        if order is None or parcel is None or event.parcel_id != parcel.id:
            raise Refused(words.another_label(event.text, parcel.tracking if parcel else ""))
        void = LabelVoided(order.id, parcel.id, parcel.tracking, parcel.label_job)
        return Next(
            state=replace(state, proving=b""),
            facts=(OrderRecalled(order.id, parcel.id), void),
            echo=say("Label {tracking} is void. Bin it", tracking=parcel.tracking),
            sound=Sound.STEP,
            ask=(_story(order.id),),
        )

    @on(Step.PROOF, to=(Step.SHOWN, Step.THING))
    def left(self, state: LookUpState, event: CommandRead, desk: Desk) -> Next:
        """LOOKUP leaves the label as it is."""
        if event.word != "LOOKUP":
            raise Refused(self.unexpected(state, event, desk))
        return Next(state=replace(state, proving=b""), echo=say("The label stays as it is"))

    # ---- what is said -----------------------------------------------------------------------------------------------

    def unexpected(self, state: LookUpState, event: Read, desk: Desk) -> Problem:
        what, detail = desk.read(describe, event)
        return words.unexpected(self.step(state).value, what, detail)

    def view(self, state: LookUpState, desk: Desk) -> View:
        return screen.view(self.step(state).value, state, desk)


def _story(order_id: bytes) -> Request:
    return Request("story", {"order_id": order_id.hex()}, waits=True)


def _quiet(state: LookUpState) -> Next:
    return Next(state=state, sound=Sound.NONE)
