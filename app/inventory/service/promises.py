"""Promises follow the goods: where less lies than is promised, they go where the goods went, or to another place.

What was moved, broken or counted away was promised to somebody. The promise is made again at the place the units were
carried to, else wherever free ones lie, and the open pick lines lead there. What finds no other place is promised no
longer: nothing is ever promised that is not there.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.db import changed
from app.ids import new_id
from app.inventory.rules.put_away import STORES
from app.inventory.service.reservations import GOOD, Reserved, reduce_promises, reserve_units, take_units, write_promise
from app.models import Bin, Incident, OrderLine, PickLine, Reservation, Sku, Stock, Work

UNPROMISED = "unpromised"
"""An incident: units that were promised are gone, and no other free ones were found. Its subject is the place."""


def follow_goods(
    session: Session, *, sku_id: bytes, place_id: bytes, lot: str, now: datetime, to_place_id: bytes = b""
) -> int:
    """Makes promises at a place agree with what lies there; returns how many units are promised no longer."""
    row = session.execute(
        select(Stock.on_hand, Stock.reserved).where(
            Stock.sku_id == sku_id, Stock.place_id == place_id, Stock.lot == lot, Stock.status == GOOD
        )
    ).first()
    over = row.reserved - max(row.on_hand, 0) if row is not None else 0
    if over <= 0:
        return 0
    target = to_place_id if _is_store(session, to_place_id) else b""
    promises = session.scalars(
        select(Reservation)
        .where(Reservation.sku_id == sku_id, Reservation.place_id == place_id, Reservation.lot == lot)
        .order_by(Reservation.id.desc())
    ).all()
    lost = 0
    for promise in promises:
        units = min(promise.quantity, over)
        if units <= 0:
            break
        over -= units
        line_id = promise.line_id
        reduce_promises(session, (promise,), units)
        lost += _promise_elsewhere(session, Reserved(line_id, sku_id, place_id, lot, units), target, now)
    return lost


def _is_store(session: Session, place_id: bytes) -> bool:
    usable = select(Bin.id).where(Bin.id == place_id, Bin.type.in_(STORES), Bin.blocked.is_(False))
    return bool(place_id) and session.scalar(usable) is not None


def _promise_elsewhere(session: Session, was: Reserved, target: bytes, now: datetime) -> int:
    """Promises the units again, first where they were carried to; how many found no place."""
    there = Reserved(was.line_id, was.sku_id, target, was.lot, was.quantity)
    if target and take_units(session, there):
        write_promise(session, there)
        changed(session, Stock, was.sku_id, target, was.lot, GOOD)
        found: tuple[Reserved, ...] = (there,)
    else:
        found = reserve_units(
            session, line_id=was.line_id, sku_id=was.sku_id, quantity=was.quantity, now=now, without=(was.place_id,)
        )
    for r in found:
        _redirect(session, was, r)
    if found:
        return 0
    _tell(session, was, now)
    return was.quantity


def _redirect(session: Session, was: Reserved, now_at: Reserved) -> None:
    """Leads the open pick lines of these units to where they are promised now; a line in work is cut in two."""
    rest = now_at.quantity
    rows = session.scalars(
        select(PickLine)
        .join(Work, Work.id == PickLine.work_id)
        .where(
            PickLine.order_line_id == was.line_id, PickLine.place_id == was.place_id, PickLine.lot == was.lot,
            PickLine.picked + PickLine.short < PickLine.quantity, Work.state.in_(("ready", "leased")),
        )
        .order_by(PickLine.id.desc())
        .execution_options(populate_existing=True)
    ).all()  # fmt: skip
    for row in rows:
        units = min(row.quantity - row.picked - row.short, rest)
        if units <= 0:
            break
        rest -= units
        if units == row.quantity:
            row.place_id, row.lot = now_at.place_id, now_at.lot
        else:
            _cut(session, row, units, now_at)
        changed(session, PickLine, row.id)
    session.flush()


def _cut(session: Session, row: PickLine, units: int, now_at: Reserved) -> None:
    row.quantity -= units
    if row.picked + row.short >= row.quantity:
        row.state = "short" if row.short else "done"
    line_id = new_id()
    session.add(
        PickLine(
            id=line_id, work_id=row.work_id, order_line_id=row.order_line_id, sku_id=row.sku_id,
            place_id=now_at.place_id, lot=now_at.lot, quantity=units,
        )
    )  # fmt: skip
    changed(session, PickLine, line_id)


def _tell(session: Session, was: Reserved, now: datetime) -> None:
    sku = session.scalar(select(Sku.sku).where(Sku.id == was.sku_id)) or ""
    place = session.scalar(select(Bin.name).where(Bin.id == was.place_id)) or ""
    order_id = session.scalar(select(OrderLine.order_id).where(OrderLine.id == was.line_id))
    session.execute(
        insert(Incident).values(
            id=new_id(), kind=UNPROMISED, order_id=order_id, subject=was.place_id,
            detail=f"{sku} at {place}: {was.quantity}", opened_at=now,
        )
    )  # fmt: skip
