"""What packing asks of its desk: the questions that several handlers share, and the refusals that the answers make."""

from __future__ import annotations

from app.approval import approval
from app.errors import Problem, Refused
from app.events import Read, ToteRead
from app.facts import Fact
from app.ids import ToteId
from app.packing import facts as did
from app.packing import queries
from app.packing.rules import refusals, weights
from app.packing.rules.lines import PackLine
from app.packing.rules.standing import PackState
from app.packing.workflows import pack_weights
from app.picking.queries import missing_of
from app.text import NOTHING, Text, say
from app.view import Sound
from app.work.queries import ToteCard, order_card, sku_card, tote_card
from app.workflow import Desk, LeftOpen, Next, Opening, Request


def band_of(state: PackState, desk: Desk) -> weights.WeightBand | None:
    """What the box in hand should weigh now."""
    return pack_weights.band_of(state, state.boxed, desk)


def proves_last_unit(before: PackState, after: PackState, grams: int, desk: Desk) -> bool:
    """Whether the load that settled before the last scan held the last unit already: right with it, wrong without."""
    with_it = band_of(after, desk)
    without = pack_weights.band_of(before, before.boxed, desk)
    return with_it is not None and with_it.holds(grams) and not (without is not None and without.holds(grams))


def computed_weight(state: PackState, desk: Desk) -> did.ParcelWeighed:
    heaps = desk.read(queries.heaps_of, state.boxed)
    grams = weights.estimate(heaps, pack_weights.tare_of(state, desk), desk.read(queries.pack_rules).unknown_g)
    return did.ParcelWeighed(state.parcel_id, max(grams, 1), source="computed")


def label_fact(state: PackState, quote: queries.Quote, job_id: bytes) -> did.LabelMade:
    assert state.weight_g is not None
    return did.LabelMade(
        order_id=state.order_id,
        parcel_id=state.parcel_id,
        serial=quote.numbers.serial,
        tracking=quote.numbers.tracking,
        sscc=quote.numbers.sscc,
        carrier=quote.rate.carrier,
        service=quote.rate.service,
        zone=quote.rate.zone,
        price=format(quote.rate.price, "f"),
        currency=quote.rate.currency,
        weight_g=state.weight_g,
        job_id=job_id,
    )


def must_be_ready(plan: queries.OrderPlan, desk: Desk) -> None:
    totes = [desk.read(tote_card, t) for t in plan.tote_ids]
    if plan.state == "cancelled":
        raise Refused(refusals.cancelled(plan.number, ", ".join(t.name for t in totes)))
    if plan.state == "held" and not plan.short:
        raise Refused(refusals.on_hold(plan.number))
    if picking := next((t for t in totes if t.state == "picking"), None):
        raise Refused(refusals.still_picking(picking.name, plan.number))
    if coming := [one for one in desk.read(missing_of, plan.order_id) if one.picked_now]:
        raise Refused(refusals.rest_is_coming(plan.number, ", ".join(f"{m.picked_now} × {m.name}" for m in coming)))
    if not plan.open and not plan.parcel_id:
        raise Refused(refusals.already_packed(plan.number))
    if not totes and not plan.parcel_id and plan.state not in ("picked", "packing"):
        raise Refused(refusals.not_picked(plan.number))


def must_live(state: PackState, desk: Desk) -> None:
    """Refuses what would bring a cancelled or held order nearer to the door."""
    card = desk.read(order_card, state.order_id)
    if card is not None and card.state == "cancelled":
        raise Refused(refusals.cancelled(card.number, ", ".join(desk.read(tote_card, t).name for t in state.tote_ids)))
    if card is not None and card.state == "held":
        raise Refused(refusals.held_on_bench(card.number))


def is_cancelled(state: PackState, desk: Desk) -> bool:
    """Whether the order on the bench was cancelled."""
    card = desk.read(order_card, state.order_id) if state.order_id else None
    return card is not None and card.state == "cancelled"


def unpacked(state: PackState, tote: ToteCard, event: Read, desk: Desk) -> Next:
    """Everything in the box of a cancelled order goes back into the tote; a valid label is voided, if somebody may."""
    facts: tuple[Fact, ...] = ()
    if state.label is not None:
        approval(event, "void", say("Void the label"))
        facts = (did.LabelVoided(state.order_id, state.parcel_id, state.label.tracking, state.label.job_id),)
    lines = desk.read(queries.lines_in, state.parcel_id)
    facts += (did.Unpacked(state.order_id, state.parcel_id, tote.id, lines),)
    words = say("Everything is in tote {name}. It goes back", name=tote.name)
    again = ToteRead(tote_id=ToteId(tote.id), text="", at=event.at, mono_ns=event.mono_ns)
    return Next(facts=facts, echo=words, sound=Sound.STEP, ends=True,
                opens=Opening("put-back", desk.new_id(), again))  # fmt: skip


def stranger(state: PackState, sku_id: bytes, desk: Desk) -> Problem:
    card = desk.read(sku_card, sku_id)
    other = desk.read(queries.elsewhere, sku_id, state.order_id)
    if other is not None:
        return refusals.of_another_order(card.name, card.sku, card.picture, other.number, other.station)
    return refusals.not_in_order(card.name, card.sku, card.picture, number_of(state.order_id, desk))


def other_label(state: PackState, parcel_id: bytes, desk: Desk) -> Problem:
    card = desk.read(queries.parcel_card, parcel_id)
    mine = number_of(state.order_id, desk)
    if card is not None and card.order_number == mine:
        return refusals.other_box_of_order(card.number)
    return refusals.other_label(card.order_number if card else "?")


def number_of(order_id: bytes | None, desk: Desk) -> str:
    card = desk.read(order_card, order_id) if order_id else None
    return card.number if card else "?"


def counted_words(mine: list[PackLine], name: str) -> Text:
    done, wanted = sum(p.done for p in mine), sum(p.wanted for p in mine)
    return say("{name}, {done} of {wanted}", name=name, done=done, wanted=wanted)


def more_numbers() -> Request:
    return Request("numbers", {"kind": queries.RANGE})


def left_open(kind: str, box: queries.BoxLeft) -> LeftOpen:
    """A box that was left in the middle, for the list of what is open here."""
    title = say("Pack order {number}", number=box.number)
    if box.box > 1:
        title = say("Pack order {number}, box {n}", number=box.number, n=box.box)
    second = say("Tote {name}", name=", ".join(box.totes)) if box.totes else NOTHING
    if box.labelled:
        second = say("Only its label is left to scan")
    return LeftOpen(Opening(kind, box.task_id), "package", title, box.since, second, box.code)
