"""Why an order does not move: exactly one cause, who can clear it, one act."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import (
    Bin,
    Cart,
    Incident,
    Order,
    Parcel,
    ParcelLine,
    Person,
    StationRow,
    Stock,
    TimelineEntry,
    Tote,
    Work,
)
from app.processing.queries.holds import open_holds
from app.processing.rules import Stuck, stuck_by_hold
from app.text import Text, count, say

PICKER, PACKER, LEAD = say("Picker"), say("Packer"), say("Shift lead")


def why_stuck(session: Session, order_id: bytes) -> Text | None:
    """The cause, who clears it and the act in one sentence; None when nothing is left to do here."""
    found = stuck(session, order_id)
    return None if found is None else found.words


def stuck(session: Session, order_id: bytes) -> Stuck | None:
    """Where an order stands and what moves it on: every order that is not over has exactly one answer.

    One that was cancelled has one as long as units of it lie outside their bins.
    """
    order = session.get(Order, order_id)
    if order is None or order.state == "shipped":
        return None
    if order.state == "cancelled":
        return _to_put_back(session, order_id)
    holds = open_holds(session, order_id)
    if holds and holds[0].kind == "short" and (box := _box_that_left(session, order_id)):
        return _rest_is_nowhere(box, holds[0].field, order.number)
    if holds:
        return stuck_by_hold(holds[0].kind, holds[0].field, holds[0].detail, order.number)
    match order.state:
        case "received" | "held":
            act = say("Scan order {number}, then RELEASE", number=order.number)
            return Stuck(say("Checked, not released yet"), LEAD, act)
        case "released" | "picking":
            return _by_work(session, order_id)
        case "picked":
            return _by_work(session, order_id)
        case _:
            return _by_box(session, order)


# ---- cancelled ------------------------------------------------------------------------------------------------------


def _to_put_back(session: Session, order_id: bytes) -> Stuck | None:
    row = session.execute(
        select(Tote.name, func.sum(Stock.on_hand).label("units"))
        .join(Stock, Stock.place_id == Tote.id)
        .where(Tote.order_id == order_id, Stock.on_hand > 0)
        .group_by(Tote.name)
        .order_by(Tote.name)
        .limit(1)
    ).first()
    if row is not None:
        cause = count(
            row.units, "Cancelled, {n} unit in tote {tote} is not put back yet",
            "Cancelled, {n} units in tote {tote} are not put back yet", tote=row.name,
        )  # fmt: skip
        return Stuck(cause, PICKER, say("Scan tote {tote} and put it back", tote=row.name))
    box = session.scalar(
        select(StationRow.name)
        .join(Parcel, Parcel.station_id == StationRow.id)
        .where(Parcel.order_id == order_id, Parcel.state.in_(("open", "labelled")))
        .limit(1)
    )
    if box is None:
        return None
    cause = say("Cancelled, its box is on the bench of {station}", station=box)
    return Stuck(cause, PACKER, say("Put everything into its tote, and scan it"))


# ---- before and while it is picked ----------------------------------------------------------------------------------


def _by_work(session: Session, order_id: bytes) -> Stuck:
    rows = session.execute(
        select(Work.state, Work.started, StationRow.name.label("station"), Cart.name.label("cart"))
        .outerjoin(StationRow, StationRow.id == Work.station_id)
        .outerjoin(Cart, Cart.id == Work.cart_id)
        .where(Work.order_id == order_id, Work.kind == "pick", Work.state.in_(("ready", "leased")))
        .order_by(Work.started.desc(), Work.state, Work.id)
    ).all()
    if not rows:
        return _by_tote(session, order_id)
    work = rows[0]
    if work.started:
        return _being_picked(session, order_id, work.station or "?", work.cart or "")
    if work.state == "leased":
        cause = say("{station} has claimed its pick work and not begun", station=work.station or "?")
        return Stuck(cause, PICKER, say("Scan a free tote or a cart there"))
    cause = say("Nobody has taken its pick work yet")
    if box := _box_that_left(session, order_id):
        cause = say("Box {n} is closed, and nobody has taken the pick work of the rest yet", n=box)
    if parked := _parked(session, order_id):
        cause = say("The rest of it is not picked yet; tote {tote} is parked", tote=parked[0])
    return Stuck(cause, PICKER, say("Scan a free tote or a cart"))


def _being_picked(session: Session, order_id: bytes, station: str, cart: str) -> Stuck:
    row = session.execute(
        select(TimelineEntry.at, Person.name)
        .outerjoin(Person, Person.id == TimelineEntry.person_id)
        .where(TimelineEntry.order_id == order_id, TimelineEntry.kind.in_(("TourStarted", "WorkTakenOver")))
        .order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc())
        .limit(1)
    ).first()
    person = row.name if row is not None and row.name else ""
    where = say("{station}, cart {cart}", station=station, cart=cart) if cart else say("{station}", station=station)
    since = _clock(row.at) if row is not None else "?"
    cause = say("Being picked at {where} since {time}", where=where, time=since)
    who = say("{name}", name=person) if person else PICKER
    return Stuck(cause, who, say("Go on there, or scan its tote at another station to take over"))


# ---- between pick and pack ------------------------------------------------------------------------------------------


def _by_tote(session: Session, order_id: bytes) -> Stuck:
    if parked := _parked(session, order_id):
        cause = say("Complete, but tote {tote} is parked on {shelf}", tote=parked[0], shelf=parked[1])
        return Stuck(cause, PACKER, say("Take tote {tote} to pack and scan it", tote=parked[0]))
    tote = session.scalar(select(Tote.name).where(Tote.order_id == order_id).order_by(Tote.name).limit(1))
    if tote is None and (box := _box_that_left(session, order_id)):
        cause = say("Box {n} is closed, and central looks for the rest of it", n=box)
        return Stuck(cause, LEAD, say("Wait a minute; it is picked, or said to be nowhere"))
    if tote is None:
        return Stuck(say("Picked, but no tote of it is known"), LEAD, say("Look for its tote; cancel it if it is lost"))
    return Stuck(say("Picked, nobody packs it yet"), PACKER, say("Scan tote {name}", name=tote))


def _parked(session: Session, order_id: bytes) -> tuple[str, str] | None:
    row = session.execute(
        select(Tote.name, Bin.name.label("shelf"))
        .outerjoin(Bin, Bin.id == Tote.place_id)
        .where(Tote.order_id == order_id, Tote.state == "parked")
        .order_by(Tote.name)
        .limit(1)
    ).first()
    return None if row is None else (row.name, row.shelf or "?")


# ---- at the bench ---------------------------------------------------------------------------------------------------


def _by_box(session: Session, order: Order) -> Stuck:
    row = session.execute(
        select(
            Parcel.state,
            Parcel.number,
            Parcel.tracking,
            Parcel.opened_at,
            StationRow.name.label("station"),
            func.coalesce(func.sum(ParcelLine.quantity), 0).label("units"),
        )
        .outerjoin(StationRow, StationRow.id == Parcel.station_id)
        .outerjoin(ParcelLine, ParcelLine.parcel_id == Parcel.id)
        .where(Parcel.order_id == order.id, Parcel.state.in_(("open", "labelled")))
        .group_by(Parcel.id, StationRow.name)
        .order_by(Parcel.number, Parcel.id)
        .limit(1)
    ).first()
    if row is None or (row.units == 0 and _rest_is_picked(session, order.id)):
        return _by_work(session, order.id)
    station = row.station or "?"
    if row.state == "labelled":
        cause = say("Box {n} has its label {tracking}, and was not closed", n=row.number, tracking=row.tracking)
        return Stuck(cause, PACKER, say("Scan the label at {station}", station=station))
    if detail := _label_missing(session, order.id):
        cause = say("Box {n} has no label: {why}", n=row.number, why=detail)
        return Stuck(cause, PACKER, say("Scan its order at a bench to make the label"))
    if parked := _parked(session, order.id):
        cause = say("Packing was broken off; tote {tote} is parked on {shelf}", tote=parked[0], shelf=parked[1])
        return Stuck(cause, PACKER, say("Take tote {tote} to pack and scan it", tote=parked[0]))
    since = _clock(row.opened_at) if row.opened_at else "?"
    cause = say("On the bench of {station} since {time}", station=station, time=since)
    return Stuck(cause, PACKER, say("Scan the next item, or its tote at another bench to take over"))


def _box_that_left(session: Session, order_id: bytes) -> int:
    """The number of its last closed box, 0 when none is closed."""
    boxes = select(func.max(Parcel.number)).where(Parcel.order_id == order_id, Parcel.state == "closed")
    return session.scalar(boxes) or 0


def _rest_is_picked(session: Session, order_id: bytes) -> bool:
    """Whether a box was left empty on a bench because the rest is still pick work."""
    if not _box_that_left(session, order_id):
        return False
    rows = select(Work.id).where(Work.order_id == order_id, Work.kind == "pick", Work.state.in_(("ready", "leased")))
    return session.scalar(rows.limit(1)) is not None


def _rest_is_nowhere(box: int, sku: str, number: str) -> Stuck:
    cause = say("Box {n} is closed, and units of {sku} are nowhere", n=box, sku=sku)
    return Stuck(
        cause, LEAD, say("Count the bin; or scan order {number}, then RELEASE: the rest stays away", number=number)
    )


def _label_missing(session: Session, order_id: bytes) -> str:
    wanted = select(Incident.detail).where(
        Incident.order_id == order_id, Incident.kind == "label_missing", Incident.resolved_at.is_(None)
    )
    return session.scalar(wanted.order_by(Incident.opened_at.desc()).limit(1)) or ""


def _clock(at: datetime) -> str:
    return at.astimezone().strftime("%H:%M")
