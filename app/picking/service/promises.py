"""Promises to an order's lines while its units are on their way: made again for what came back, ended for what left."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.ids import new_id
from app.inventory.facts import GOOD
from app.inventory.service import release_reservation
from app.models import OrderLine, PickLine, Reservation, Stock, Work

Key = tuple[bytes, bytes, bytes, str]
"""Order line, SKU, place, lot."""


def promise(session: Session, line_id: bytes, sku_id: bytes, place_id: bytes, lot: str, quantity: int) -> None:
    """Promises units again to the line from whose tote they came back; nothing where there are none."""
    if quantity <= 0:
        return
    session.add(Reservation(id=new_id(), line_id=line_id, sku_id=sku_id, place_id=place_id, lot=lot, quantity=quantity))
    row = session.execute(
        update(Stock)
        .where(Stock.sku_id == sku_id, Stock.place_id == place_id, Stock.lot == lot, Stock.status == GOOD)
        .values(reserved=Stock.reserved + quantity)
        .execution_options(synchronize_session=False)
        .returning(Stock.reserved)
    ).first()
    if row is None:
        session.execute(
            insert(Stock).values(
                sku_id=sku_id, place_id=place_id, lot=lot, status=GOOD, on_hand=0, reserved=quantity
            )
        )  # fmt: skip
    changed(session, Stock, sku_id, place_id, lot, GOOD)
    session.flush()


def settle_promises(session: Session, order_id: bytes) -> None:
    """Makes the promises of an order exactly those of its open pick lines, whatever was promised before."""
    wanted, there = _open_units(session, order_id), _promised(session, order_id)
    for line_id, sku_id, place_id, lot in there.keys() | wanted.keys():
        key = (line_id, sku_id, place_id, lot)
        more = wanted[key] - there[key]
        if more < 0:
            release_reservation(session, line_id=line_id, place_id=place_id, lot=lot, quantity=-more)
        else:
            promise(session, line_id, sku_id, place_id, lot, more)


def _open_units(session: Session, order_id: bytes) -> Counter[Key]:
    rows = session.execute(
        select(
            PickLine.order_line_id, PickLine.sku_id, PickLine.place_id, PickLine.lot,
            PickLine.quantity - PickLine.picked - PickLine.short,
        )
        .join(Work, Work.id == PickLine.work_id)
        .where(Work.order_id == order_id, Work.state.in_(("ready", "leased")))
    )  # fmt: skip
    found: Counter[Key] = Counter()
    for line_id, sku_id, place_id, lot, units in rows:
        if units > 0:
            found[line_id, sku_id, place_id, lot] += units
    return found


def _promised(session: Session, order_id: bytes) -> Counter[Key]:
    rows = session.execute(
        select(
            Reservation.line_id, Reservation.sku_id, Reservation.place_id, Reservation.lot,
            func.sum(Reservation.quantity),
        )
        .join(OrderLine, OrderLine.id == Reservation.line_id)
        .where(OrderLine.order_id == order_id)
        .group_by(Reservation.line_id, Reservation.sku_id, Reservation.place_id, Reservation.lot)
    )  # fmt: skip
    return Counter({(line_id, sku_id, place_id, lot): units for line_id, sku_id, place_id, lot, units in rows})
