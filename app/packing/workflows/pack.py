"""Pack: tote, items in any order, the weight by itself, the label, and the box closes by its own label.

OPEN → ITEMS → WEIGH → LABEL → CLOSED. Beside the way: SHELF (the order is put aside), AWAIT (weighed, but no label can
be made). Every box of one order is a task's own; NEWBOX leads through WEIGH and LABEL back to ITEMS.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from functools import reduce

from app.approval import approval
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
    LoadSettled,
    OrderRead,
    ParcelRead,
    PrintChanged,
    QuantityRead,
    Read,
    ReasonRead,
    StationRead,
    ToteRead,
    UnknownRead,
)
from app.facts import Fact
from app.packing import facts as did
from app.packing import queries
from app.packing.rules import boxes as box_rules
from app.packing.rules import refusals, weights
from app.packing.rules.lines import PackLine, boxed_units, open_units, spread
from app.packing.rules.standing import Moment, PackState
from app.packing.rules.voids import VOID_REASONS
from app.packing.workflows import pack_screen as screen
from app.packing.workflows import pack_weights
from app.packing.workflows.pack_desk import (
    band_of,
    computed_weight,
    counted_words,
    is_cancelled,
    label_fact,
    left_open,
    more_numbers,
    must_be_ready,
    must_live,
    number_of,
    other_label,
    proves_last_unit,
    stranger,
    unpacked,
)
from app.packing.workflows.pack_fold import after_fact
from app.packing.workflows.pack_short import short_facts, short_words
from app.text import NOTHING, Text, say
from app.view import Sound, Tone, View
from app.work.facts import PrintMoved, ToteEmptied
from app.work.queries import describe, order_card, place, sku_card, tote_card, totes_to_pack
from app.workflow import Card, Desk, LeftOpen, Next, Opening, Request, Workflow, on

FEW_NUMBERS = 50
"""Below this many label numbers new ones are asked for, long before the last is used."""


class Step(Enum):
    """What the packer must do next."""

    OPEN = "open"
    ITEMS = "items"
    WEIGH = "weigh"
    LABEL = "label"
    AWAIT = "await"
    SHELF = "shelf"
    CLOSED = "closed"


_AT_WORK = (Step.ITEMS, Step.WEIGH, Step.LABEL, Step.AWAIT)


class Pack(Workflow[PackState]):
    """See the module's docstring."""

    kind = "pack"
    card = Card("PACK", "package", say("Pack"), totes_to_pack, frozenset({"packer"}), 50)

    def left_open(self, desk: Desk) -> tuple[LeftOpen, ...]:
        return tuple(left_open(self.kind, box) for box in desk.read(queries.boxes_left, desk.station.station_id))

    # ---- the fold ---------------------------------------------------------------------------------------------------

    def initial(self, task_id: bytes, desk: Desk) -> PackState:
        return PackState()

    def evolve(self, state: PackState, fact: Fact) -> PackState:
        return after_fact(state, fact)

    def step(self, state: PackState) -> Step:
        if state.moment.asking in ("park", "hold") or (state.waits and not state.closed):
            return Step.SHELF
        if not state.order_id:
            return Step.OPEN
        if state.closed:
            return Step.CLOSED
        if state.label is not None:
            return Step.LABEL
        if state.weight_g is not None:
            return Step.AWAIT
        return Step.WEIGH if state.full or not state.open else Step.ITEMS

    def is_over(self, state: PackState) -> bool:
        return not state.order_id

    # ---- opening ----------------------------------------------------------------------------------------------------

    @on(Step.OPEN, to=(Step.ITEMS, Step.WEIGH, Step.LABEL, Step.AWAIT, Step.SHELF))
    def tote_opens(self, state: PackState, event: ToteRead, desk: Desk) -> Next:
        """A dropped tote opens its order; what stands in its way is named."""
        tote = desk.read(tote_card, event.tote_id)
        if tote.order_id is None:
            raise Refused(refusals.tote_holds_nothing(tote.name))
        if tote.state == "picking":
            raise Refused(refusals.still_picking(tote.name, number_of(tote.order_id, desk)))
        card = desk.read(order_card, tote.order_id)
        if card is not None and card.state in ("shipped", "cancelled"):
            asked = Moment(asking="bound", tote_id=tote.id, order_id=tote.order_id)
            words = say("Tote {name} is still bound to order {number}", name=tote.name, number=card.number)
            return _attention(replace(state, moment=asked), words)
        return self._open(state, tote.order_id, desk)

    @on(Step.OPEN, to=(Step.ITEMS, Step.WEIGH, Step.LABEL, Step.AWAIT, Step.SHELF))
    def order_opens(self, state: PackState, event: OrderRead, desk: Desk) -> Next:
        return self._open(state, event.order_id, desk)

    @on(Step.OPEN, to=(Step.ITEMS, Step.WEIGH, Step.LABEL, Step.AWAIT, Step.SHELF))
    def answer_opens(self, state: PackState, event: Answered, desk: Desk) -> Next:
        """The dossier came: go on with the order that was scanned. A refusal is told, for no scan raised it."""
        if event.kind != "pack" or state.moment.asking != "waiting":
            return Next(sound=Sound.NONE)
        order_id = state.moment.order_id
        plan = desk.read(queries.order_plan, order_id)
        if plan is None or not plan.dossier:
            words = say("Central does not know what is in order {number}", number=number_of(order_id, desk))
            return _attention(replace(state, moment=Moment()), words)
        try:
            return self._open(replace(state, moment=Moment()), order_id, desk)
        except Refused as refusal:
            return _attention(replace(state, moment=Moment()), refusal.problem.what)

    @on(Step.OPEN)
    def central_is_away(self, state: PackState, event: AskFailed, desk: Desk) -> Next:
        if event.kind != "pack" or state.moment.asking != "waiting":
            return Next(sound=Sound.NONE)
        words = say("Central does not answer. Order {number} cannot be opened yet",
                    number=number_of(state.moment.order_id, desk))  # fmt: skip
        return _attention(replace(state, moment=Moment()), words)

    def _open(self, state: PackState, order_id: bytes, desk: Desk, *, takeover: bool = False) -> Next:
        plan = desk.read(queries.order_plan, order_id)
        if plan is None:
            raise Refused(refusals.order_unknown())
        must_be_ready(plan, desk)
        if plan.parcel_id and plan.station and plan.station_id != desk.station.station_id and not takeover:
            asked = Moment(asking="takeover", order_id=order_id)
            words = say("Order {number} is being packed at {station}", number=plan.number, station=plan.station)
            return _attention(replace(state, moment=asked), words)
        if plan.short and not desk.read(queries.pack_rules).ships_partly:
            asked = Moment(asking="park", order_id=order_id)
            return _attention(replace(state, moment=asked), say("Order {number} is not complete", number=plan.number))
        if not plan.dossier:
            request = Request("pack", {"order_id": order_id.hex()}, waits=True)
            waiting = Moment(asking="waiting", order_id=order_id)
            words = say("Order {number} is being fetched", number=plan.number)
            return Next(state=replace(state, moment=waiting), echo=words, ask=(request,))
        return self._begin(state, plan, desk)

    def _begin(self, state: PackState, plan: queries.OrderPlan, desk: Desk) -> Next:
        goods = desk.read(queries.goods_of, tuple((p.sku_id, p.packed + p.open) for p in plan.lines))
        proposal = box_rules.propose(
            desk.read(queries.boxes), goods, desk.read(queries.pack_rules).fill_percent
        )  # fmt: skip
        opened = did.PackOpened(
            order_id=plan.order_id,
            parcel_id=plan.parcel_id or desk.new_id(),
            number=plan.parcel_number or plan.boxes_made + 1,
            tote_ids=plan.tote_ids,
            lines=tuple((p.line_id, p.sku_id, p.wanted, p.packed, p.short) for p in plan.lines),
            box_type_id=plan.box_type_id or (proposal.box.id if proposal else b""),
            slip_job_id=b"" if plan.slip else desk.new_id(),
            resumed=bool(plan.parcel_id),
            weight_g=plan.parcel_weight_g or 0,
        )
        words = say("Order {number}, the slip is printing", number=plan.number)
        if len(plan.tote_ids) > 1:
            names = ", ".join(desk.read(tote_card, t).name for t in plan.tote_ids)
            words = say("Order {number} is in totes {totes}", number=plan.number, totes=names)
        if plan.slip:
            words = say("Order {number}, here it was left", number=plan.number)
        facts: tuple[Fact, ...] = (opened,)
        if plan.tracking:  # a label that went about without its box is not trusted: the box gets a new one
            facts += (did.LabelVoided(plan.order_id, opened.parcel_id, plan.tracking, plan.label_job_id),)
        if self.step(reduce(after_fact, facts, state)) is Step.AWAIT:
            return self._with_label(state, facts, desk)
        return Next(facts=(opened,), echo=words, sound=Sound.STEP)

    # ---- items ------------------------------------------------------------------------------------------------------

    @on(*_AT_WORK, Step.SHELF, to=(Step.ITEMS, Step.WEIGH, Step.LABEL, Step.AWAIT))
    def item_scanned(self, state: PackState, event: ItemRead, desk: Desk) -> Next:
        """One unit (or a case) of a line; what is not wanted is told apart from what is not wanted any more."""
        if not state.order_id:
            raise Refused(self.unexpected(state, event, desk))
        mine = [line for line in state.lines if line.sku_id == event.sku_id]
        if not mine:
            raise Refused(stranger(state, event.sku_id, desk))
        must_live(state, desk)
        return self._put(state, mine, event.units, event.lot, event.serial, desk)

    @on(Step.ITEMS, Step.WEIGH, to=(Step.WEIGH, Step.LABEL, Step.AWAIT))
    def quantity_scanned(self, state: PackState, event: QuantityRead, desk: Desk) -> Next:
        """A quantity card sets how many of the last item lie in this box, where its class allows that."""
        last = next((line for line in state.lines if line.line_id == state.last_line), None)
        if last is None:
            raise Refused(refusals.quantity_without_item())
        card = desk.read(sku_card, last.sku_id)
        if desk.read(queries.units_policy, card.item_class) != "once":
            raise Refused(refusals.quantity_not_allowed(card.name))
        there = boxed_units(state.lines, last.sku_id)
        if event.units < there:
            raise Refused(refusals.counted_already(card.name, there))
        mine = [line for line in state.lines if line.sku_id == last.sku_id]
        if event.units == there:
            return Next(echo=counted_words(mine, card.name))
        return self._put(state, mine, event.units - there, state.last_lot, "", desk)

    def _put(self, state: PackState, mine: list[PackLine], units: int, lot: str, serial: str, desk: Desk) -> Next:
        card = desk.read(sku_card, mine[0].sku_id)
        if serial and (card.id, serial) in state.serials:
            raise Refused(refusals.same_piece(card.name, card.picture, serial))
        left = open_units(mine)
        if not left:
            raise Refused(refusals.too_many(card.name, card.picture, sum(p.wanted for p in mine)))
        if state.full or state.weight_g is not None:
            raise Refused(refusals.box_is_full(card.name, card.picture))
        shares = spread(mine, card.id, units)
        if not shares:
            raise Refused(refusals.case_too_large(card.name, card.picture, units, left))
        facts: list[Fact] = []
        rest = list(desk.read(queries.sources, state.order_id, state.tote_ids, card.id, lot, units))
        for line, share in shares:
            while share:
                source = rest.pop(0)
                taken = min(share, source.units)
                facts.append(
                    did.Packed(state.parcel_id, line.line_id, card.id, taken, source.tote_id, source.lot, serial)
                )
                share -= taken
                if source.units > taken:
                    rest.insert(0, replace(source, units=source.units - taken))
        return self._after_units(state, tuple(facts), card.id, card.name, desk)

    def _after_units(self, state: PackState, facts: tuple[Fact, ...], sku_id: bytes, name: str, desk: Desk) -> Next:
        after = reduce(after_fact, facts, state)
        mine = [line for line in after.lines if line.sku_id == sku_id]
        words = counted_words(mine, name)
        if self.step(after) is Step.ITEMS:
            return Next(facts=facts, echo=words, sound=Sound.ACCEPTED if open_units(mine) else Sound.STEP)
        if not desk.has("scale"):
            return self._with_label(state, (*facts, computed_weight(after, desk)), desk)
        settled = after.moment.settled_g
        if settled is not None and proves_last_unit(state, after, settled, desk):
            band = band_of(after, desk)
            assert band is not None
            weighed = did.ParcelWeighed(after.parcel_id, settled, band.low_g, band.high_g)
            return self._with_label(state, (*facts, weighed), desk)
        return Next(facts=facts, echo=words, sound=Sound.STEP, flash=True)

    # ---- the box ----------------------------------------------------------------------------------------------------

    @on(Step.ITEMS, Step.WEIGH)
    def box_scanned(self, state: PackState, event: BoxTypeRead, desk: Desk) -> Next:
        return self._take_box(state, event.box_type_id, desk)

    @on(Step.LABEL, Step.AWAIT)
    def box_too_late(self, state: PackState, event: BoxTypeRead, desk: Desk) -> Next:
        raise Refused(refusals.box_is_labelled())

    def _take_box(self, state: PackState, box_id: bytes, desk: Desk) -> Next:
        box = next(b for b in desk.read(queries.boxes) if b.id == box_id)
        if box_id == state.box_type_id:
            return Next(echo=say("{name}, as proposed", name=box.name), state=replace(state, moment=Moment()))
        goods = desk.read(queries.goods_of, state.whole)
        percent = box_rules.fill_of(box, goods)
        chosen = did.BoxChosen(state.parcel_id, box_id, state.box_type_id)
        if not box_rules.fits(box, goods, desk.read(queries.pack_rules).fill_percent):
            words = say("{name} will be tight: {percent}% full", name=box.name, percent=percent)
            return Next(facts=(chosen,), echo=words, tone=Tone.WARN, sound=Sound.ATTENTION)
        words = say("{name}, {percent}% full", name=box.name, percent=percent)
        return Next(facts=(chosen,), echo=words)

    def _one_more_box(self, state: PackState, desk: Desk) -> Next:
        if not state.open:
            raise Refused(refusals.nothing_left_for_a_box())
        if not state.boxed:
            raise Refused(refusals.empty_box())
        full = did.BoxFull(state.parcel_id)
        if not desk.has("scale"):
            return self._with_label(state, (full, computed_weight(state, desk)), desk)
        words = say("Box {n} is full. Put it on the scale", n=state.number)
        return Next(facts=(full,), echo=words, sound=Sound.STEP)

    def _rest_is_missing(self, state: PackState, desk: Desk) -> Next:
        """SHORT: the box goes on to its weight, waits on the shelf, or is not needed; the totes are looked after."""
        facts = short_facts(state, desk)
        after = reduce(after_fact, facts, state)
        words = short_words(state, after, desk)
        if after.closed or after.waits:
            return Next(facts=facts, echo=words, tone=Tone.WARN, sound=Sound.ATTENTION)
        if not desk.has("scale"):
            return replace(self._with_label(state, (*facts, computed_weight(after, desk)), desk), echo=words)
        return Next(facts=facts, echo=words, tone=Tone.WARN, sound=Sound.STEP, flash=True)

    # ---- the weight -------------------------------------------------------------------------------------------------

    @on(Step.ITEMS)
    def load_while_packing(self, state: PackState, event: LoadSettled, desk: Desk) -> Next:
        """The box is filled on the scale: remembered, for no other load may follow the last item."""
        return Next(state=replace(state, moment=replace(state.moment, settled_g=event.grams)), sound=Sound.NONE)

    @on(Step.WEIGH, to=(Step.LABEL, Step.AWAIT))
    def load_settled(self, state: PackState, event: LoadSettled, desk: Desk) -> Next:
        if event.grams < weights.NOTHING_ON_IT_G:
            return Next(sound=Sound.NONE)
        return self._weigh(state, event.grams, desk)

    def _weigh(self, state: PackState, grams: int, desk: Desk) -> Next:
        band = band_of(state, desk)
        if band is None:
            return self._with_label(state, (did.ParcelWeighed(state.parcel_id, grams, source="sample"),), desk)
        if not band.holds(grams):
            off = replace(state, moment=Moment(off_g=grams))
            return _attention(off, pack_weights.weight_words(off, grams, band, desk))
        weighed = did.ParcelWeighed(state.parcel_id, grams, band.low_g, band.high_g)
        return self._with_label(state, (weighed,), desk)

    def _weight_is_right(self, state: PackState, event: ChoiceRead, desk: Desk) -> Next:
        grams, band = state.moment.off_g, band_of(state, desk)
        assert grams is not None
        assert band is not None
        approval(event, "weight", say("Accept this weight"))
        accepted = did.WeightAccepted(state.order_id, state.parcel_id, grams, band.low_g, band.high_g)
        weighed = did.ParcelWeighed(state.parcel_id, grams, band.low_g, band.high_g, "accepted")
        return self._with_label(state, (accepted, weighed), desk)

    def _weigh_by_hand(self, state: PackState, desk: Desk) -> Next:
        """DONE at the scale: take what it shows, or the computed weight when the scale is gone."""
        if desk.scale_grams is None:
            return self._with_label(state, (computed_weight(state, desk),), desk)
        if not desk.scale_stable or desk.scale_grams < weights.NOTHING_ON_IT_G:
            raise Refused(refusals.scale_restless())
        return self._weigh(state, desk.scale_grams, desk)

    # ---- the label --------------------------------------------------------------------------------------------------

    def _with_label(self, state: PackState, facts: tuple[Fact, ...], desk: Desk, *, service: str = "") -> Next:
        """These facts and, when tariff and numbers allow, the label; else the reason, and the box awaits its label."""
        after = reduce(after_fact, facts, state)
        assert after.weight_g is not None
        station = desk.station.station_id
        if not desk.read(queries.has_dossier, after.order_id):
            fetch = Request("pack", {"order_id": after.order_id.hex()}, waits=True)
            words = say("The order was changed: it is fetched anew")
            return Next(facts=facts, echo=words, ask=(fetch,), tone=Tone.WARN)
        try:
            must_live(after, desk)
            quote = desk.read(queries.quote, after.order_id, station, after.weight_g, service)
        except Refused as refusal:
            what = refusal.problem
            ask = (more_numbers(),) if what.name == "NoNumbers" else ()
            return Next(facts=facts, echo=what.what, tone=Tone.WARN, sound=Sound.ATTENTION, ask=ask)
        made = label_fact(after, quote, desk.new_id())
        words = say("{weight} kg. The label is printing", weight=pack_weights.kilograms(after.weight_g))
        ask = (more_numbers(),) if quote.left < FEW_NUMBERS and quote.left % 10 == 9 else ()
        return Next(facts=(*facts, made), echo=words, sound=Sound.STEP, ask=ask)

    @on(Step.AWAIT, to=(Step.LABEL,))
    def numbers_came(self, state: PackState, event: Answered, desk: Desk) -> Next:
        return self._with_label(state, (), desk) if event.kind in ("numbers", "pack") else Next(sound=Sound.NONE)

    @on(*_AT_WORK, Step.CLOSED)
    def paper_moved(self, state: PackState, event: PrintChanged, desk: Desk) -> Next:
        """Paper that failed is said once; the label panel shows it until it is there. Nothing is made twice."""
        if event.state != "failed":
            return Next(sound=Sound.NONE)
        words = say("Not printed: {problem}", problem=Text(event.problem or "?"))
        return Next(echo=words, tone=Tone.WARN, sound=Sound.ATTENTION)

    @on(Step.LABEL, to=(Step.CLOSED, Step.ITEMS))
    def label_scanned(self, state: PackState, event: ParcelRead | UnknownRead, desk: Desk) -> Next:
        """Any code that is unique to this parcel closes its box; a routing code, another's or a void one does not."""
        assert state.label is not None
        if isinstance(event, ParcelRead):
            if event.parcel_id != state.parcel_id:
                raise Refused(other_label(state, event.parcel_id, desk))
        elif event.text not in (state.label.tracking, state.label.sscc, "00" + state.label.sscc):
            raise Refused(self._no_label(state, event, desk))
        return self._close(state, event, desk)

    def _no_label(self, state: PackState, event: UnknownRead, desk: Desk) -> Problem:
        assert state.label is not None
        if event.text == desk.read(queries.routing_code, state.order_id, state.label.carrier):
            return refusals.routing_code()
        if event.text in state.voided:
            return refusals.voided_label(event.text)
        return self.unexpected(state, event, desk)

    def _close(self, state: PackState, event: Read, desk: Desk) -> Next:
        assert state.label is not None
        must_live(state, desk)
        totes = tuple(dict.fromkeys((*state.tote_ids, *desk.read(queries.totes_of, state.order_id))))
        facts: tuple[Fact, ...] = (
            PrintMoved(state.label.job_id, "confirmed"),
            did.ParcelClosed(state.order_id, state.parcel_id, event.text, totes),
        )
        number = number_of(state.order_id, desk)
        if not state.open:
            return Next(facts=facts, echo=say("Order {number} is closed", number=number), sound=Sound.ORDER, flash=True)
        goods = desk.read(queries.goods_of, tuple((p.sku_id, p.open) for p in state.lines if p.open))
        proposal = box_rules.propose(desk.read(queries.boxes), goods, desk.read(queries.pack_rules).fill_percent)
        added = did.BoxAdded(
            state.order_id, desk.new_id(), state.number + 1, state.tote_ids[0] if state.tote_ids else b"",
            proposal.box.id if proposal else b"",
        )  # fmt: skip
        words = say("Box {n} is closed. Go on with box {next}", n=state.number, next=state.number + 1)
        return Next(facts=(*facts, added), echo=words, sound=Sound.ORDER, flash=True)

    def _reprint(self, state: PackState, desk: Desk) -> Next:
        """The label once it is there, else the slip. What is still on its way is sent again, not made again."""
        if state.label is None:
            if not state.slip_job_id or desk.read(queries.print_state, state.slip_job_id).state in ("queued", "failed"):
                return self._send_again(state.slip_job_id)
            slip = did.SlipQueued(state.order_id, state.parcel_id, desk.new_id())
            return Next(facts=(slip,), echo=say("The slip is printed once more"))
        if desk.read(queries.print_state, state.label.job_id).state in ("queued", "failed"):
            return self._send_again(state.label.job_id)
        again = did.LabelReprinted(state.order_id, state.parcel_id, desk.new_id(), state.label.copies + 1)
        return Next(facts=(again,), echo=say("The label is printed once more, marked as a duplicate"))

    @staticmethod
    def _send_again(job_id: bytes) -> Next:
        if not job_id:
            raise Refused(refusals.label_first())
        return Next(facts=(did.PaperAskedAgain(job_id),), echo=say("It is sent to the printer again"))

    def _void(self, state: PackState, reason: int, desk: Desk, *, service: str = "") -> Next:
        assert state.label is not None
        gone = did.LabelVoided(state.order_id, state.parcel_id, state.label.tracking, state.label.job_id, reason)
        following = self._with_label(state, (gone,), desk, service=service)
        words = say("Label {tracking} is void. Bin it", tracking=state.label.tracking)
        return replace(following, echo=words) if len(following.facts) > 1 else following

    # ---- put aside --------------------------------------------------------------------------------------------------

    @on(Step.SHELF)
    def shelf_scanned(self, state: PackState, event: BinRead, desk: Desk) -> Next:
        shelf = desk.read(place, event.bin_id)
        if shelf.type != "problem":
            raise Refused(refusals.not_a_shelf(shelf.name))
        return self._put_aside(state, desk, place_id=shelf.id, name=shelf.name)

    @on(Step.AWAIT)
    def awaiting_shelf(self, state: PackState, event: BinRead, desk: Desk) -> Next:
        """The box leaves the bench without a label: a paper with the order's code goes onto it."""
        shelf = desk.read(place, event.bin_id)
        if shelf.type != "problem":
            raise Refused(refusals.not_a_shelf(shelf.name))
        fact = did.ParcelAwaiting(state.order_id, state.parcel_id, shelf.id, state.tote_ids, desk.new_id())
        words = say("The box awaits its label on {shelf}. Scan its order later", shelf=shelf.name)
        return Next(facts=(fact,), echo=words, sound=Sound.STEP, ends=True)

    @on(Step.SHELF, Step.LABEL)
    def reason_scanned(self, state: PackState, event: ReasonRead, desk: Desk) -> Next:
        if state.moment.asking == "void":
            if event.reason not in VOID_REASONS:
                raise Refused(refusals.no_reason_to_void(event.reason))
            approval(event, "void", say("Void the label"))
            return self._void(state, event.reason, desk)
        if state.moment.asking == "hold":
            return self._put_aside(state, desk, reason=event.reason)
        raise Refused(self.unexpected(state, event, desk))

    def _put_aside(
        self, state: PackState, desk: Desk, *, place_id: bytes = b"", name: str = "", reason: int = 0
    ) -> Next:
        order_id = state.order_id or state.moment.order_id
        plan = desk.read(queries.order_plan, order_id)
        totes = state.tote_ids or (plan.tote_ids if plan else ())
        held = state.moment.asking == "hold"
        fact = did.Parked(order_id, totes, place_id, held, reason, state.parcel_id)
        words = say("Order {number} is on {shelf}", number=number_of(order_id, desk), shelf=name)
        if not name:
            words = say("Order {number} is on hold", number=number_of(order_id, desk))
        return Next(facts=(fact,), echo=words, sound=Sound.STEP, ends=True)

    # ---- cards ------------------------------------------------------------------------------------------------------

    @on(*Step, to=tuple(Step))
    def command_scanned(self, state: PackState, event: CommandRead, desk: Desk) -> Next:
        step = self.step(state)
        match event.word:
            case "HOME":
                return Next(ends=True, echo=say("Left. Scan the tote to go on") if state.order_id else NOTHING)
            case "EMPTY" if step in (Step.OPEN, Step.CLOSED):
                return self._empty(state, desk)
            case "BOX" | "CHANGE" if step in (Step.ITEMS, Step.WEIGH):
                return self._offer_boxes(state, desk)
            case "BOX" if step in (Step.LABEL, Step.AWAIT):
                raise Refused(refusals.box_is_labelled())
            case "CHANGE" if step in (Step.LABEL, Step.AWAIT):
                return self._offer_services(state, desk)
            case "NEWBOX" if step in (Step.ITEMS, Step.WEIGH):
                return self._one_more_box(state, desk)
            case "DONE" if step is Step.WEIGH:
                return self._weigh_by_hand(state, desk)
            case "DONE" if step is Step.AWAIT:
                return self._with_label(state, (), desk)
            case "REPRINT" if step is not Step.OPEN and state.order_id:
                return self._reprint(state, desk)
            case "SHORT" if step is Step.ITEMS:
                return self._rest_is_missing(state, desk)
            case "VOID" if step is Step.LABEL:
                asked = replace(state, moment=Moment(asking="void"))
                return _attention(asked, say("Why is the label void? Scan a reason card"))
            case "VOID":
                raise Refused(refusals.label_first())
            case "PARK" | "HOLD" if step in _AT_WORK or step is Step.SHELF:
                asked = replace(state, moment=replace(state.moment, asking=event.word.lower()))
                return _attention(asked, say("Now scan the problem shelf"))
            case _:
                raise Refused(self.unexpected(state, event, desk))

    def _empty(self, state: PackState, desk: Desk) -> Next:
        totes = state.tote_ids if state.closed else (state.moment.tote_id,)
        cards = [desk.read(tote_card, t) for t in totes if t]
        bound = [c for c in cards if c.order_id is not None]
        if not bound:
            raise Refused(refusals.tote_holds_nothing(cards[0].name if cards else "?"))
        facts = tuple(ToteEmptied(c.id, c.order_id or b"") for c in bound)
        return Next(facts=facts, echo=say("Tote {name} is free", name=bound[0].name), ends=True)

    def _offer_boxes(self, state: PackState, desk: Desk) -> Next:
        moment = Moment(asking="box", offers=screen.box_offers(state, desk), settled_g=state.moment.settled_g)
        return Next(state=replace(state, moment=moment), echo=say("Scan a box, or a choice card"))

    def _offer_services(self, state: PackState, desk: Desk) -> Next:
        offers = tuple(r.service for r in desk.read(queries.rates, state.order_id, state.weight_g or 0))[:4]
        asked = replace(state, moment=Moment(asking="service", offers=offers))
        return Next(state=asked, echo=say("Scan the choice card of a service"))

    @on(Step.OPEN, *_AT_WORK, to=(Step.ITEMS, Step.WEIGH, Step.LABEL, Step.AWAIT, Step.SHELF))
    def choice_scanned(self, state: PackState, event: ChoiceRead, desk: Desk) -> Next:
        moment = state.moment
        if moment.asking == "takeover" and event.choice == 1:
            return self._open(replace(state, moment=Moment()), moment.order_id, desk, takeover=True)
        if moment.off_g is not None and event.choice == 1:
            return self._weight_is_right(state, event, desk)
        if not moment.offers and moment.off_g is None and moment.asking != "takeover":
            raise Refused(self.unexpected(state, event, desk))
        if not 1 <= event.choice <= len(moment.offers):
            raise Refused(refusals.no_such_choice(len(moment.offers) or 1))
        chosen = moment.offers[event.choice - 1]
        if isinstance(chosen, bytes):
            return self._take_box(state, chosen, desk)
        if state.label is None:
            return self._with_label(state, (), desk, service=chosen)
        approval(event, "void", say("Void the label for another service"))
        return self._void(state, 0, desk, service=chosen)

    # ---- totes and orders in between --------------------------------------------------------------------------------

    @on(*_AT_WORK)
    def tote_in_between(self, state: PackState, event: ToteRead, desk: Desk) -> Next:
        tote = desk.read(tote_card, event.tote_id)
        if is_cancelled(state, desk) and (
            tote.order_id == state.order_id or (not state.tote_ids and not tote.order_id)
        ):
            return unpacked(state, tote, event, desk)
        if tote.order_id == state.order_id:
            return Next(echo=say("Tote {name} is of this order. Go on", name=tote.name))
        number = number_of(tote.order_id, desk) if tote.order_id else ""
        raise Refused(refusals.other_tote(tote.name, number, number_of(state.order_id, desk)))

    @on(Step.SHELF, to=(Step.OPEN, Step.ITEMS, Step.WEIGH, Step.LABEL, Step.AWAIT))
    def tote_instead_of_shelf(self, state: PackState, event: ToteRead, desk: Desk) -> Next:
        """Another tote after an order that cannot be opened; the own tote goes on with the order in hand."""
        if state.waits:
            raise Refused(self.unexpected(state, event, desk))
        calm = replace(state, moment=Moment())
        if not state.order_id:
            return self.tote_opens(calm, event, desk)
        return replace(self.tote_in_between(calm, event, desk), state=calm)

    @on(*_AT_WORK)
    def order_in_between(self, state: PackState, event: OrderRead, desk: Desk) -> Next:
        if event.order_id == state.order_id:
            return Next(echo=say("That is the order in hand. Go on"))
        raise Refused(refusals.other_order(number_of(event.order_id, desk), number_of(state.order_id, desk)))

    @on(Step.CLOSED)
    def next_thing(
        self,
        state: PackState,
        event: ToteRead
        | OrderRead
        | CartRead
        | BinRead
        | ItemRead
        | BoxTypeRead
        | ParcelRead
        | StationRead
        | BadgeRead
        | QuantityRead
        | ChoiceRead
        | ReasonRead
        | GradeRead
        | UnknownRead,
        desk: Desk,
    ) -> Next:
        """The order is done: whatever is scanned now begins the next task."""
        return Next(opens=Opening("home", b"", event), ends=True, sound=Sound.NONE)

    # ---- words and screen -------------------------------------------------------------------------------------------

    def unexpected(self, state: PackState, event: Read, desk: Desk) -> Problem:
        act = screen.imperative(self.step(state).value, state)
        if isinstance(event, UnknownRead):
            known = refusals.damaged_code if event.reason == "check" else refusals.unknown_code
            return known(event.text, act)
        what, detail = desk.read(describe, event)
        return refusals.wrong_class(refusals.CLASS_NAMES.get(type(event).__name__, "NotWanted"), what, detail, act)

    def trayed(self, state: PackState, event: Read, tray: StationRead) -> tuple[Fact, ...]:
        if not isinstance(event, ItemRead):
            return ()
        return (did.Trayed(state.order_id, event.sku_id, tray.station_id),)

    def undone(self, state: PackState) -> Text:
        return say("Taken back: {done} of {total} units are packed", done=state.done, total=state.wanted)

    def view(self, state: PackState, desk: Desk) -> View:
        return screen.view(self.step(state).value, state, desk)


def _attention(state: PackState, words: Text) -> Next:
    return Next(state=state, echo=words, tone=Tone.WARN, sound=Sound.ATTENTION)
