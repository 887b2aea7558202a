"""What the facts of a packing task add up to: pure, so that pulling the plug loses nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from app.facts import Fact
from app.packing import facts as did
from app.packing.rules.lines import PackLine
from app.packing.rules.standing import Label, Moment, PackState
from app.work.facts import ToteEmptied


def after_fact(state: PackState, fact: Fact) -> PackState:
    """The state after one more fact; facts that say nothing about the bench leave it as it is."""
    match fact:
        case did.PackOpened():
            return _opened(fact)
        case did.Packed():
            state = _with_units(state, fact.line_id, fact.quantity)
            if fact.serial:
                state = replace(state, serials=state.serials | {(fact.sku_id, fact.serial)})
            kept = Moment(settled_g=state.moment.settled_g)
            return replace(state, last_line=fact.line_id, last_lot=fact.lot, moment=kept)
        case did.ShortAtPack():
            return _without(state, fact)
        case did.BoxChosen():
            return replace(state, box_type_id=fact.box_type_id, moment=Moment(settled_g=state.moment.settled_g))
        case did.BoxFull():
            return replace(state, full=True, moment=Moment())
        case did.ParcelWeighed():
            return replace(state, weight_g=fact.grams, moment=Moment())
        case did.LabelMade():
            return replace(state, label=_label(fact), moment=Moment())
        case did.LabelVoided():
            return replace(state, label=None, voided=(*state.voided, fact.tracking), moment=Moment())
        case did.LabelReprinted() if state.label:
            copies = replace(state.label, job_id=fact.job_id, copies=fact.counter)
            return replace(state, label=copies, moment=Moment())
        case did.ParcelClosed():
            return _sealed(state)
        case did.BoxAdded():
            return replace(
                state, parcel_id=fact.parcel_id, number=fact.number, box_type_id=fact.box_type_id, label=None,
                moment=Moment(),
            )  # fmt: skip
        case did.SlipQueued():
            return replace(state, slip_job_id=fact.job_id, moment=Moment())
        case did.Parked() | did.ParcelAwaiting() | did.Unpacked() | ToteEmptied():
            return replace(state, closed=bool(state.order_id), moment=Moment())
        case _:
            return state


def _opened(fact: did.PackOpened) -> PackState:
    return PackState(
        order_id=fact.order_id,
        parcel_id=fact.parcel_id,
        number=fact.number,
        tote_ids=fact.tote_ids,
        lines=tuple(PackLine(*line[:4], short=line[4]) for line in fact.lines),
        box_type_id=fact.box_type_id,
        weight_g=fact.weight_g or None,
        slip_job_id=fact.slip_job_id,
    )


def _with_units(state: PackState, line_id: bytes, units: int) -> PackState:
    lines = tuple(replace(p, packed=p.packed + units) if p.line_id == line_id else p for p in state.lines)
    return replace(state, lines=lines)


def _without(state: PackState, fact: did.ShortAtPack) -> PackState:
    """Units that are not there are not wanted in this box; a box that is not needed ends the task."""
    missing: Counter[bytes] = Counter()
    for line_id, _, _, _, units in fact.lines:
        missing[line_id] += units
    lines = tuple(
        replace(p, wanted=p.wanted - missing[p.line_id], short=p.short + missing[p.line_id]) for p in state.lines
    )
    kept = Moment(asking="park") if fact.waits and not fact.empty else Moment(settled_g=state.moment.settled_g)
    return replace(state, lines=lines, closed=fact.empty, waits=fact.waits and not fact.empty, moment=kept)


def _label(fact: did.LabelMade) -> Label:
    return Label(
        fact.serial, fact.tracking, fact.sscc, fact.carrier, fact.service, fact.price, fact.currency, fact.job_id
    )


def _sealed(state: PackState) -> PackState:
    lines = tuple(replace(p, packed=0, sealed=p.sealed + p.packed) for p in state.lines)
    after = replace(state, lines=lines, full=False, weight_g=None, last_line=b"", last_lot="", moment=Moment())
    return replace(after, closed=not after.open)
