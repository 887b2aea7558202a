"""Deliveries: what is expected, what came, how much of it waits to be put away."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.db import Prepared
from app.models import Bin, FactRow, Lot, Receipt, ReceiptLine, Sku, Stock, Tote, Voiding
from app.work.queries import setting


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery; `kind` expected or blind, `state` expected, receiving, closed."""

    id: bytes
    number: str
    kind: str
    supplier: str
    state: str
    expected_on: str


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """Units of one SKU of a delivery: `quantity` 0 when it was not announced."""

    id: bytes
    sku_id: bytes
    quantity: int
    received: int

    @property
    def open(self) -> int:
        return max(self.quantity - self.received, 0)

    @property
    def over(self) -> int:
        return max(self.received - self.quantity, 0) if self.quantity else 0


@dataclass(frozen=True, slots=True)
class ReceiveRules:
    """What the site allows at the dock: percent over the order, days that goods must last at least."""

    tolerance_percent: int
    least_days: int


def delivery(session: Session, receipt_id: bytes) -> Delivery | None:
    """A delivery by id, None when this mirror does not know it."""
    row = session.get(Receipt, receipt_id, populate_existing=True)
    return None if row is None else _delivery(row)


def _delivery(row: Receipt) -> Delivery:
    return Delivery(row.id, row.number, row.kind, row.supplier, row.state, row.expected_on)


def delivery_lines(session: Session, receipt_id: bytes) -> tuple[DeliveryLine, ...]:
    """The lines of a delivery in their order."""
    rows = session.execute(
        select(ReceiptLine.id, ReceiptLine.sku_id, ReceiptLine.quantity, ReceiptLine.received)
        .where(ReceiptLine.receipt_id == receipt_id)
        .order_by(ReceiptLine.position, ReceiptLine.id)
    )
    return tuple(DeliveryLine(*row) for row in rows)


def open_deliveries(session: Session, limit: int = 8) -> tuple[Delivery, ...]:
    """Deliveries that are begun or expected, begun ones first, then by their day."""
    rows = session.scalars(
        select(Receipt)
        .where(Receipt.state.in_(("receiving", "expected")))
        .order_by(Receipt.state.desc(), Receipt.expected_on, Receipt.number)
        .limit(limit)
    )
    return tuple(_delivery(row) for row in rows)


def deliveries_waiting(session: Session) -> int:
    """How many deliveries are begun or expected."""
    wanted = select(func.count()).select_from(Receipt).where(Receipt.state.in_(("receiving", "expected")))
    return session.scalar(wanted) or 0


def task_of_delivery(session: Session, receipt_id: bytes) -> bytes | None:
    """The task at this station in which a delivery was opened last and is not closed yet, None without one."""
    gone = select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id).exists()
    rows = session.execute(
        select(FactRow.task_id, FactRow.data)
        .where(FactRow.kind == "ReceiptOpened", FactRow.task_id.is_not(None), ~gone)
        .order_by(FactRow.seq.desc())
        .limit(50)
    )
    wanted = receipt_id.hex()
    return next((task for task, data in rows if json.loads(data)["body"]["receipt_id"] == wanted), None)


def lot_date(session: Session, sku_id: bytes, lot: str) -> str:
    """When a lot expires as far as it is known, an ISO date or ""."""
    return session.scalar(select(Lot.expires_on).where(Lot.sku_id == sku_id, Lot.lot == lot)) or ""


def receive_rules(session: Session) -> ReceiveRules:
    """The settings `receive_tolerance_percent` and `receive_min_days`, both 0 by default."""
    return ReceiveRules(_number(session, "receive_tolerance_percent"), _number(session, "receive_min_days"))


def _number(session: Session, name: str) -> int:
    word = setting(session, name, "0")
    return int(word) if word.isascii() and word.isdigit() else 0


# ---- put away -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """Goods that want a place: a tote or a dock, its name and the units in it."""

    place_id: bytes
    name: str
    units: int
    kind: str


_RECEIVED = Prepared(
    select(Tote.id, Tote.name, func.sum(Stock.on_hand))
    .join(Stock, Stock.place_id == Tote.id)
    .where(Tote.state == "received", Stock.on_hand > 0)
    .group_by(Tote.id)
    .order_by(Tote.name)
    .limit(bindparam("most"))
)
_ON_DOCKS = Prepared(
    select(Bin.id, Bin.name, func.sum(Stock.on_hand))
    .join(Stock, Stock.place_id == Bin.id)
    .where(Bin.type == "receive", Stock.on_hand > 0)
    .group_by(Bin.id)
    .order_by(Bin.name)
    .limit(bindparam("most"))
)


def to_put_away(session: Session, limit: int = 8) -> tuple[Waiting, ...]:
    """Totes of received goods, then docks on which something lies."""
    totes, docks = _RECEIVED.all(session, most=limit), _ON_DOCKS.all(session, most=limit)
    return (*(Waiting(i, n, u, "tote") for i, n, u in totes), *(Waiting(i, n, u, "bin") for i, n, u in docks))[:limit]


def put_away_waiting(session: Session) -> int:
    """How many totes and docks hold goods that want a place."""
    return len(to_put_away(session, 99))


@dataclass(frozen=True, slots=True)
class Tracking:
    """What must be known of every unit of an SKU."""

    lot: bool
    serial: bool
    expiry: bool


def tracking(session: Session, sku_id: bytes) -> Tracking:
    """What an SKU is tracked by; nothing for one that this mirror does not know."""
    row = session.execute(
        select(Sku.lot_tracked, Sku.serial_tracked, Sku.expiry_tracked).where(Sku.id == sku_id)
    ).first()
    return Tracking(*row) if row else Tracking(False, False, False)
