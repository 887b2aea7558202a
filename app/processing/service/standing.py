"""Where an order stands by what hands have done: said by its boxes, its pick work and its units, not by its state.

A hold stops an order wherever it is; when the hold ends the order comes back to exactly here.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Order, Parcel, PickLine, Stock, Tote, Work
from app.receipt.service import set_state

OPEN_WORK = ("ready", "leased")


def standing(session: Session, order_id: bytes) -> str:
    """packing (a box is begun), picking, released, picked, or received when nobody has anything of it in hand."""
    boxes = set(session.scalars(select(Parcel.state).where(Parcel.order_id == order_id)))
    if boxes & {"open", "labelled", "closed"}:
        return "packing" if boxes & {"open", "closed"} else "packed"
    works = session.execute(
        select(Work.state, Work.started).where(Work.order_id == order_id, Work.kind == "pick")
    ).all()
    busy = [work for work in works if work.state in OPEN_WORK]
    if any(work.started for work in busy):
        return "picking"
    if busy:
        return "released"
    return "picked" if picked_units(session, order_id) else "received"


def picked_units(session: Session, order_id: bytes) -> int:
    """How many units its pick work took out of their bins, over all its work."""
    units = (
        select(func.coalesce(func.sum(PickLine.picked), 0))
        .join(Work, Work.id == PickLine.work_id)
        .where(Work.order_id == order_id)
    )
    return session.scalar(units) or 0


def units_outside(session: Session, order_id: bytes) -> int:
    """How many units of it lie in totes and in boxes that are not closed: what a cancelled order leaves to put back."""
    totes = select(Tote.id).where(Tote.order_id == order_id)
    boxes = select(Parcel.id).where(Parcel.order_id == order_id, Parcel.state.in_(("open", "labelled")))
    where = Stock.place_id.in_(totes.union_all(boxes).scalar_subquery())
    return session.scalar(select(func.coalesce(func.sum(Stock.on_hand), 0)).where(where, Stock.on_hand > 0)) or 0


def come_back(session: Session, order_id: bytes) -> str:
    """Sets the state to where the order stands, unless it is over; returns its state."""
    order = session.get_one(Order, order_id)
    if order.state not in ("shipped", "cancelled"):
        set_state(session, order_id, standing(session, order_id))
    return order.state
