"""What is to be bought again: too little of it is free or on the way."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.inventory.rules.reorder import units_to_order
from app.models import Bin, Lot, Receipt, ReceiptLine, ReorderPoint, Reservation, Sku, Stock, Tote

COUNTS = ("pick", "reserve", "receive")
"""Types of places whose good units are there to be sold, now or as soon as they are put away."""


@dataclass(frozen=True, slots=True)
class Reorder:
    """An SKU below its minimum: units on hand, promised and on the way, and how many to order (whole packs)."""

    supplier: str
    sku: str
    name: str
    on_hand: int
    promised: int
    on_the_way: int
    minimum: int
    maximum: int
    pack: int
    order: int

    @property
    def available(self) -> int:
        return self.on_hand - self.promised + self.on_the_way


def reorder_list(session: Session, today: str) -> tuple[Reorder, ...]:
    """All SKUs to be bought again on that day (ISO), by supplier and SKU. Central only.

    Good units that are not past their date count, in bins, at the dock and in totes of received goods; open deliveries
    count with what has not come yet.
    """
    here = _by_sku(session, _good(today))
    promised = _by_sku(session, select(Reservation.sku_id, func.sum(Reservation.quantity)).group_by(Reservation.sku_id))
    coming = _by_sku(session, _coming())
    rows = session.execute(
        select(ReorderPoint, Sku.sku, Sku.name)
        .join(Sku, Sku.id == ReorderPoint.sku_id)
        .where(Sku.active.is_(True))
        .order_by(ReorderPoint.supplier, Sku.sku)
    )
    found = []
    for point, sku, name in rows:
        on_hand, held, due = (units.get(point.sku_id, 0) for units in (here, promised, coming))
        units = units_to_order(on_hand - held + due, point.minimum, point.maximum, point.pack)
        if units:
            found.append(
                Reorder(point.supplier, sku, name, on_hand, held, due, point.minimum, point.maximum, point.pack, units)
            )
    return tuple(found)


def _by_sku(session: Session, wanted: Select[bytes, int]) -> dict[bytes, int]:
    return {sku_id: units or 0 for sku_id, units in session.execute(wanted)}


def _good(today: str) -> Select[bytes, int]:
    return (
        select(Stock.sku_id, func.sum(Stock.on_hand))
        .outerjoin(Bin, Bin.id == Stock.place_id)
        .outerjoin(Tote, Tote.id == Stock.place_id)
        .outerjoin(Lot, (Lot.sku_id == Stock.sku_id) & (Lot.lot == Stock.lot))
        .where(Stock.status == "good", or_(Bin.type.in_(COUNTS), Tote.state == "received"))
        .where(or_(Lot.expires_on.is_(None), Lot.expires_on == "", Lot.expires_on >= today))
        .group_by(Stock.sku_id)
    )


def _coming() -> Select[bytes, int]:
    return (
        select(ReceiptLine.sku_id, func.sum(ReceiptLine.quantity - ReceiptLine.received))
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .where(Receipt.state.in_(("expected", "receiving")), ReceiptLine.quantity > ReceiptLine.received)
        .group_by(ReceiptLine.sku_id)
    )
