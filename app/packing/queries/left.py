"""Boxes that were begun at this station and left in the middle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.db import Prepared
from app.models import OrderBrief, Parcel, Tote
from app.work.queries import begun, code_of


@dataclass(frozen=True, slots=True)
class BoxLeft:
    """A box on the bench that is not closed: whose it is, in which totes its goods stand, which scan goes on with it.

    `labelled` says that only its label is to be scanned.
    """

    task_id: bytes
    since: datetime
    number: str
    box: int
    totes: tuple[str, ...]
    code: str
    labelled: bool


_OPEN = Prepared(
    select(OrderBrief.order_id, OrderBrief.number, Parcel.number, Parcel.state)
    .join(Parcel, Parcel.order_id == OrderBrief.order_id)
    .where(
        or_(OrderBrief.state == "packing", OrderBrief.state == "packed"), OrderBrief.station != "",
        or_(Parcel.state == "open", Parcel.state == "labelled"), Parcel.station_id == bindparam("station_id"),
    )
)  # fmt: skip


def boxes_left(session: Session, station_id: bytes) -> tuple[BoxLeft, ...]:
    """Those boxes, the oldest first; an order that was put aside or taken over has none here."""
    rows = {row[0]: row[1:] for row in _OPEN.all(session, station_id=station_id)}
    if not rows:
        return ()
    found = []
    for one in begun(session, "PackOpened", "OrderRecalled", 50):
        order_id = bytes.fromhex(one.body["order_id"])
        row = rows.pop(order_id, None)
        if row is not None and one.kind == "PackOpened":  # a recalled order begins anew, not where its task ended
            found.append(_box(session, one.task_id, one.at, order_id, row))
    return tuple(sorted(found, key=lambda box: box.since))


def _box(session: Session, task_id: bytes, at: datetime, order_id: bytes, row: tuple[str, int, str]) -> BoxLeft:
    totes = session.execute(select(Tote.id, Tote.name).where(Tote.order_id == order_id).order_by(Tote.name)).all()
    code = code_of(session, totes[0].id, "tote") if totes else code_of(session, order_id, "order")
    number, box, state = row
    return BoxLeft(task_id, at, number, box, tuple(tote.name for tote in totes), code, state == "labelled")
