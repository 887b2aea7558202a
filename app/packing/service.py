"""What central makes of packing: the order's story, and incidents where somebody must look.

Rows (parcels, stock, states of orders) follow from the facts themselves; here is only what a station must not decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.facts import Fact, Stamp, read_fact
from app.ids import stable_id
from app.models import (
    Bin,
    BoxType,
    FactRow,
    Hold,
    Incident,
    Order,
    Parcel,
    ParcelLine,
    Person,
    SerialUnit,
    Sku,
    SkuWeight,
    StationRow,
    Voiding,
)
from app.packing import facts as did
from app.packing.queries.papers import carrier_name
from app.packing.queries.weights import learnt_weight
from app.packing.rules.learning import learn, unit_mg
from app.packing.rules.voids import VOID_REASONS
from app.picking.service import move_serial
from app.processing.service import note_put_back, replan_lost, settle_rest
from app.processing.service.holds import place_hold
from app.processing.service.withdrawal import stop_work
from app.receipt.service import write_brief
from app.receipt.service.briefs import OVER
from app.text import Text, count, say
from app.work.facts import Voided
from app.work.service import dossier_of
from app.work.service.timeline import add_entry


def answer_pack(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Answers the ask "pack": `{"order_id": hex}` → the order's dossier, none when central does not know the order."""
    order_id = bytes.fromhex(str(body["order_id"]))
    if session.get(Order, order_id) is None:
        return {"dossiers": {}}
    return {"dossiers": {order_id.hex(): dossier_of(session, order_id=order_id)}}


# ---- the story ------------------------------------------------------------------------------------------------------


def _tell(session: Session, stamp: Stamp, order_id: bytes, kind: str, words: Text) -> None:
    add_entry(
        session, order_id=order_id, at=stamp.at, kind=kind, words=words, person_id=stamp.actor_id or None,
        station_id=stamp.station_id,
    )  # fmt: skip


def _incident(session: Session, stamp: Stamp, kind: str, order_id: bytes, subject: bytes, detail: str) -> None:
    """One incident per fact: applying it again finds it there."""
    incident_id = stable_id("incident", kind, stamp.fact_id.hex())
    if session.get(Incident, incident_id) is None:
        session.execute(
            insert(Incident).values(
                id=incident_id, kind=kind, order_id=order_id, subject=subject, detail=detail, opened_at=stamp.at
            )
        )


def _station(session: Session, station_id: bytes) -> str:
    return session.scalar(select(StationRow.name).where(StationRow.id == station_id)) or "?"


def _opened(session: Session, fact: did.PackOpened, stamp: Stamp) -> None:
    words = say("Packing began at {station}", station=_station(session, stamp.station_id))
    _tell(session, stamp, fact.order_id, "pack_opened", words)
    state = session.scalar(select(Order.state).where(Order.id == fact.order_id))
    if state == "cancelled":
        _incident(session, stamp, "cancelled_after_pick", fact.order_id, fact.parcel_id, "packed although cancelled")
        note_put_back(session, order_id=fact.order_id, units=0, now=stamp.at)
    held = select(Hold.detail).where(Hold.order_id == fact.order_id, Hold.kind == "manual", Hold.released_at.is_(None))
    if (detail := session.scalar(held.limit(1))) is not None:
        _incident(session, stamp, "packed_while_held", fact.order_id, fact.parcel_id, detail)


def _labelled(session: Session, fact: did.LabelMade, stamp: Stamp) -> None:
    words = say(
        "Label {tracking}: {service}, {price} {currency}, {weight_g} g", tracking=fact.tracking, service=fact.service,
        price=Decimal(fact.price), currency=fact.currency, weight_g=fact.weight_g,
    )  # fmt: skip
    _tell(session, stamp, fact.order_id, "label_made", words)
    twice = session.scalar(
        select(func.count())
        .select_from(Parcel)
        .where(Parcel.serial == fact.serial, Parcel.id != fact.parcel_id, Parcel.tracking == fact.tracking)
    )
    if twice:
        _incident(session, stamp, "number_twice", fact.order_id, fact.parcel_id, fact.tracking)


def _voided(session: Session, fact: did.LabelVoided, stamp: Stamp) -> None:
    words = say("Label {tracking} voided", tracking=fact.tracking)
    if fact.reason:
        why = VOID_REASONS.get(fact.reason) or say("reason {n}", n=fact.reason)
        words = say("Label {tracking} voided: {why}", tracking=fact.tracking, why=why)
    _tell(session, stamp, fact.order_id, "label_voided", words)


def _reprinted(session: Session, fact: did.LabelReprinted, stamp: Stamp) -> None:
    _tell(session, stamp, fact.order_id, "label_reprinted", say("Label printed again, copy {n}", n=fact.counter))


def _closed(session: Session, fact: did.ParcelClosed, stamp: Stamp) -> None:
    _tell(session, stamp, fact.order_id, "parcel_closed", _closing_words(session, fact))
    state = session.scalar(select(Order.state).where(Order.id == fact.order_id))
    if state == "cancelled":
        detail = "closed although cancelled: stop the box before it leaves"
        _incident(session, stamp, "closed_although_cancelled", fact.order_id, fact.parcel_id, detail)
    if state == "shipped":  # somebody may hold it under a newer lease than the hand that picked what is in the box
        stop_work(session, order_id=fact.order_id)
    if state in OVER:
        write_brief(session, fact.order_id)
    elif state is not None:  # units are left: they are on their way, or they are looked for
        settle_rest(session, order_id=fact.order_id, now=stamp.at)
    _learn(session, fact, stamp)


def _learn(session: Session, fact: did.ParcelClosed, stamp: Stamp) -> None:
    """A box of one SKU that stood on a scale teaches what a unit weighs (`rules.learning`)."""
    rows = session.execute(
        select(ParcelLine.sku_id, func.sum(ParcelLine.quantity))
        .where(ParcelLine.parcel_id == fact.parcel_id, ParcelLine.quantity > 0)
        .group_by(ParcelLine.sku_id)
    ).all()
    box = session.execute(
        select(Parcel.weight_g, BoxType.tare_g)
        .join(BoxType, BoxType.id == Parcel.box_type_id)
        .where(Parcel.id == fact.parcel_id)
    ).first()
    if len(rows) != 1 or box is None or not box.weight_g or not _was_weighed(session, fact, stamp):
        return
    sku_id, units = rows[0]
    each = unit_mg(box.weight_g, box.tare_g, units)
    if each is None:
        return
    now = learn(learnt_weight(session, sku_id), each, units)
    row = session.get(SkuWeight, sku_id)
    if row is None:
        session.add(SkuWeight(sku_id=sku_id, **asdict(now)))
    else:
        for name, value in asdict(now).items():
            setattr(row, name, value)
    session.flush()
    changed(session, SkuWeight, sku_id)


def _was_weighed(session: Session, fact: did.ParcelClosed, stamp: Stamp) -> bool:
    """Whether the box stood on a scale in this task, and its weight was not only computed."""
    gone = select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id).exists()
    data = session.scalar(
        select(FactRow.data)
        .where(FactRow.task_id == stamp.task_id, FactRow.kind == "ParcelWeighed", ~gone)
        .order_by(FactRow.seq.desc())
        .limit(1)
    )
    weighed = read_fact("ParcelWeighed", data) if data is not None else None
    is_this = isinstance(weighed, did.ParcelWeighed) and weighed.parcel_id == fact.parcel_id
    return is_this and isinstance(weighed, did.ParcelWeighed) and weighed.source != "computed"


def forget_weight(session: Session, *, sku_id: bytes) -> bool:
    """Forgets what boxes taught of a SKU: it is learnt anew. Whether there was anything."""
    row = session.get(SkuWeight, sku_id)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    changed(session, SkuWeight, sku_id)
    return True


def _closing_words(session: Session, fact: did.ParcelClosed) -> Text:
    parcel = session.get(Parcel, fact.parcel_id, populate_existing=True)
    if parcel is None:  # what opened it waits in quarantine
        return say("Box closed by its label {code}", code=fact.code)
    return say(
        "Box {n} closed by its label: {carrier} {service}, {tracking}", n=parcel.number,
        carrier=carrier_name(session, parcel.carrier), service=parcel.service, tracking=parcel.tracking,
    )  # fmt: skip


def _awaiting(session: Session, fact: did.ParcelAwaiting, stamp: Stamp) -> None:
    shelf = session.scalar(select(Bin.name).where(Bin.id == fact.place_id)) or "?"
    _tell(session, stamp, fact.order_id, "parcel_awaiting", say("Box awaits its label on {shelf}", shelf=shelf))
    _incident(session, stamp, "label_missing", fact.order_id, fact.parcel_id, f"no label could be made; on {shelf}")


def _parked(session: Session, fact: did.Parked, stamp: Stamp) -> None:
    shelf = session.scalar(select(Bin.name).where(Bin.id == fact.place_id)) if fact.place_id else None
    words = say("Put aside on {shelf}", shelf=shelf) if shelf else say("Held at the bench, reason {n}", n=fact.reason)
    _tell(session, stamp, fact.order_id, "held" if fact.held else "parked", words)
    if fact.held and session.scalar(select(Order.state).where(Order.id == fact.order_id)) not in OVER:
        name = session.scalar(select(Person.name).where(Person.id == stamp.actor_id)) or "?"
        detail = f"held at the bench, reason {fact.reason}"
        place_hold(
            session, order_id=fact.order_id, now=stamp.at, by=name, detail=detail, person_id=stamp.actor_id or None
        )


def _accepted(session: Session, fact: did.WeightAccepted, stamp: Stamp) -> None:
    words = say(
        "Weight {grams} g accepted by hand, expected {low} to {high} g", grams=fact.grams, low=fact.low_g,
        high=fact.high_g,
    )  # fmt: skip
    _tell(session, stamp, fact.order_id, "weight_accepted", words)
    detail = f"{fact.grams} g, expected {fact.low_g} to {fact.high_g} g"
    _incident(session, stamp, "weight", fact.order_id, fact.parcel_id, detail)


def _packed(session: Session, fact: did.Packed, stamp: Stamp) -> None:
    if fact.serial and fact.quantity > 0:
        move_serial(
            session, sku_id=fact.sku_id, serial=fact.serial, place_id=fact.parcel_id, order_id=_order_of(session, fact),
            stamp=stamp, out_of=fact.tote_id,
        )  # fmt: skip


def _order_of(session: Session, fact: did.Packed) -> bytes | None:
    return session.scalar(select(Parcel.order_id).where(Parcel.id == fact.parcel_id))


def _taken_back(session: Session, fact: Voided, stamp: Stamp) -> None:
    """Units with serial numbers that were packed and taken out again lie in their tote."""
    mine = select(Voiding.fact_id).where(Voiding.fact_id.in_(fact.fact_ids), Voiding.by_fact_id == stamp.fact_id)
    rows = session.scalars(select(FactRow.data).where(FactRow.fact_id.in_(mine), FactRow.kind == "Packed"))
    for data in rows.all():
        named = read_fact("Packed", data)
        assert isinstance(named, did.Packed)
        if named.serial:
            session.execute(
                update(SerialUnit)
                .where(
                    SerialUnit.sku_id == named.sku_id,
                    SerialUnit.serial == named.serial,
                    SerialUnit.place_id == named.parcel_id,
                )
                .values(place_id=named.tote_id)
                .execution_options(synchronize_session=False)
            )


def _unpacked(session: Session, fact: did.Unpacked, stamp: Stamp) -> None:
    units = sum(n for _, _, _, n in fact.lines)
    words = count(units, "{n} unit was taken out of the box again", "{n} units were taken out of the box again")
    _tell(session, stamp, fact.order_id, "unpacked", words)
    session.execute(
        update(SerialUnit)
        .where(SerialUnit.place_id == fact.parcel_id)
        .values(place_id=fact.tote_id)
        .execution_options(synchronize_session=False)
    )
    state = session.scalar(select(Order.state).where(Order.id == fact.order_id))
    if state == "cancelled" and units:
        note_put_back(session, order_id=fact.order_id, units=units, now=stamp.at)


def _missed(session: Session, fact: did.ShortAtPack, stamp: Stamp) -> None:
    """What was not in the totes is looked for elsewhere; what is nowhere is said to be so."""
    state = session.scalar(select(Order.state).where(Order.id == fact.order_id))
    units = sum(line[-1] for line in fact.lines)
    words = count(units, "{n} unit was not in the tote at the bench", "{n} units were not in the tote at the bench")
    _tell(session, stamp, fact.order_id, "short_at_pack", words)
    if state is None or state in OVER:
        return
    replan_lost(session, order_id=fact.order_id, now=stamp.at)
    settle_rest(session, order_id=fact.order_id, now=stamp.at)


def _trayed(session: Session, fact: did.Trayed, stamp: Stamp) -> None:
    sku = session.scalar(select(Sku.sku).where(Sku.id == fact.sku_id)) or "?"
    _tell(session, stamp, fact.order_id, "trayed", say("{sku} was in the tote and is in the rework tray", sku=sku))
    _incident(session, stamp, "wrong_item", fact.order_id, fact.sku_id, f"{sku} in the rework tray")


Consequence = Callable[[Session, Any, Stamp], None]
_ACTS: dict[type[Fact], Consequence] = {
    did.PackOpened: _opened,
    did.LabelMade: _labelled,
    did.LabelVoided: _voided,
    did.LabelReprinted: _reprinted,
    did.ParcelClosed: _closed,
    did.ParcelAwaiting: _awaiting,
    did.Parked: _parked,
    did.WeightAccepted: _accepted,
    did.ShortAtPack: _missed,
    did.Trayed: _trayed,
    did.Packed: _packed,
    did.Unpacked: _unpacked,
    Voided: _taken_back,
}
CONSEQUENCES: dict[str, Consequence] = {cls.kind(): act for cls, act in _ACTS.items()}
"""What central does after it applied a fact of this kind."""
ANSWERS = {"pack": answer_pack}
"""Which ask is answered by which function."""
