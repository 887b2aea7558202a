"""Cancelling, wherever the order stands before its box is closed; what hands have taken already goes back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.errors import Problem, Refused
from app.ids import new_id
from app.models import Hold, Incident, Order, Parcel, StationRow
from app.processing.service.standing import units_outside
from app.processing.service.withdrawal import stop_work
from app.receipt.service import set_state
from app.text import Text, count, say
from app.work.rules.states import state_words
from app.work.service.timeline import add_entry

PUT_BACK = "put_back"
"""The incident of an order that was cancelled while units of it lay in totes or boxes."""


def cancel_order(
    session: Session, *, order_id: bytes, now: datetime, by: str, why: str = "", person_id: bytes | None = None
) -> int:
    """Cancels an order: its work and promises are taken back, its holds end. How many units are left to put back.

    Refused once a box is closed (that is a return), and while a label is valid (void it first: it costs money).
    Cancelling twice is once.
    """
    order = session.get_one(Order, order_id)
    if order.state == "cancelled":
        return 0
    _must_be_open(session, order)
    begun = stop_work(session, order_id=order_id)
    session.execute(
        update(Hold)
        .where(Hold.order_id == order_id, Hold.released_at.is_(None))
        .values(released_at=now, released_by=by)
        .execution_options(synchronize_session=False)
    )
    set_state(session, order_id, "cancelled")
    words = say("Cancelled: {why}", why=why) if why else say("Cancelled")
    add_entry(session, order_id=order_id, at=now, kind="OrderCancelled", words=words, person_id=person_id)
    units = units_outside(session, order_id)
    if units or begun:
        note_put_back(session, order_id=order_id, units=units, now=now)
    return units


def _must_be_open(session: Session, order: Order) -> None:
    boxes = session.execute(
        select(Parcel.state, Parcel.number, StationRow.name)
        .outerjoin(StationRow, StationRow.id == Parcel.station_id)
        .where(Parcel.order_id == order.id)
        .order_by(Parcel.number)
    ).all()
    closed = next((box for box in boxes if box.state == "closed"), None)
    if order.state == "shipped" or closed is not None:
        number = closed.number if closed is not None else 1
        raise _refused(
            "BoxClosed", order, say("Box {n} is closed", n=number), say("Take it back as a return when it comes")
        )
    if (labelled := next((box for box in boxes if box.state == "labelled"), None)) is not None:
        act = say("Scan VOID at {station}, then cancel again", station=labelled.name or "?")
        raise _refused("LabelValid", order, say("Box {n} has a label that is paid for", n=labelled.number), act)


def _refused(name: str, order: Order, why: Text, do: Text) -> Refused:
    what = say("Order {number} is {state}", number=order.number, state=state_words(order.state))
    return Refused(Problem(name, what, why=why, do=(do,), unchanged=say("It was not cancelled.")))


def note_put_back(session: Session, *, order_id: bytes, units: int, now: datetime) -> None:
    """Tells people that units of a cancelled order go back, once as long as they do not."""
    known = select(Incident.id).where(
        Incident.kind == PUT_BACK, Incident.order_id == order_id, Incident.resolved_at.is_(None)
    )
    if session.scalar(known.limit(1)) is not None:
        return
    session.execute(
        insert(Incident).values(
            id=new_id(), kind=PUT_BACK, order_id=order_id, subject=order_id, detail=str(units), opened_at=now
        )
    )
    if units:
        words = count(units, "{n} unit goes back to its bin", "{n} units go back to their bins")
        add_entry(session, order_id=order_id, at=now, kind="PutBackWanted", words=words)


def settle_put_back(session: Session, *, order_id: bytes, now: datetime) -> bool:
    """Ends the incident when nothing of the order lies outside its bins any more; whether nothing does."""
    if units_outside(session, order_id):
        return False
    session.execute(
        update(Incident)
        .where(Incident.kind == PUT_BACK, Incident.order_id == order_id, Incident.resolved_at.is_(None))
        .values(resolved_at=now)
        .execution_options(synchronize_session=False)
    )
    return True
