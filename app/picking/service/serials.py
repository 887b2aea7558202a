"""Serial numbers: a unit is in one place at a time, and nobody picks or packs it twice without being told."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.facts import Stamp
from app.models import OrderBrief, SerialUnit
from app.picking.facts import Picked
from app.picking.service.telling import tell

TWICE = "serial_twice"
"""An incident: one serial number was picked or packed a second time, by another hand."""


def note_serial(session: Session, fact: Picked, order_id: bytes | None, stamp: Stamp) -> None:
    """The unit with this serial number is in the tote now, or it went back into its bin."""
    if fact.quantity > 0:
        move_serial(
            session, sku_id=fact.sku_id, serial=fact.serial, place_id=fact.tote_id, order_id=order_id, stamp=stamp
        )
    else:
        withdraw_serial(session, fact.sku_id, fact.serial, fact.tote_id)


def move_serial(
    session: Session,
    *,
    sku_id: bytes,
    serial: str,
    place_id: bytes,
    order_id: bytes | None,
    stamp: Stamp,
    out_of: bytes = b"",
) -> None:
    """The unit is in this tote or parcel; told as an incident when it was said to be elsewhere (but for `out_of`).

    A tote is used again: in the same one, but for another order, is elsewhere too.
    """
    row = session.get(SerialUnit, (sku_id, serial), populate_existing=True)
    if row is None:
        session.add(
            SerialUnit(sku_id=sku_id, serial=serial, order_id=order_id, place_id=place_id, fact_id=stamp.fact_id)
        )
        session.flush()
        return
    is_same = row.place_id == place_id and row.order_id == order_id
    if not is_same and row.place_id != out_of:
        number = session.scalar(select(OrderBrief.number).where(OrderBrief.order_id == row.order_id)) or "?"
        tell(session, TWICE, order_id, sku_id, f"serial {serial} is in order {number} already", stamp)
    row.place_id, row.order_id, row.fact_id = place_id, order_id, stamp.fact_id
    session.flush()


def withdraw_serial(session: Session, sku_id: bytes, serial: str, place_id: bytes) -> None:
    """The unit left that tote or parcel for a bin: it may be picked again."""
    session.execute(
        delete(SerialUnit).where(
            SerialUnit.sku_id == sku_id, SerialUnit.serial == serial, SerialUnit.place_id == place_id
        )
    )
