"""What central does after hands moved, received or counted something."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.facts import Fact, Stamp, read_fact
from app.ids import new_id
from app.inventory.facts import GOOD, Moved, OverReceived, ReceiptClosed, Received, StatusChanged
from app.inventory.service.counting import follow_count, follow_late
from app.inventory.service.promises import follow_goods
from app.models import FactRow, Incident, Lot, Receipt, ReceiptLine, Sku, Voiding
from app.work.facts import Voided


def follow_move(session: Session, fact: Fact, stamp: Stamp) -> None:
    """Promised units that were carried away stay promised where they lie now."""
    assert isinstance(fact, Moved)
    follow_late(session, fact, stamp)
    _follow_carried(session, fact, stamp, fact.place_id, fact.to_place_id, fact.quantity)


def _follow_carried(
    session: Session, fact: Moved, stamp: Stamp, source: bytes, target: bytes, quantity: int
) -> None:  # fmt: skip
    if quantity < 0:
        source, target = target, source
    if fact.status == GOOD:
        follow_goods(
            session, sku_id=fact.sku_id, place_id=source, lot=fact.lot, now=stamp.at, to_place_id=target
        )  # fmt: skip


def follow_status(session: Session, fact: Fact, stamp: Stamp) -> None:
    """Broken units are promised to nobody."""
    assert isinstance(fact, StatusChanged)
    follow_late(session, fact, stamp)
    follow_goods(session, sku_id=fact.sku_id, place_id=fact.place_id, lot=fact.lot, now=stamp.at)


def follow_receipt(session: Session, fact: Fact, stamp: Stamp) -> None:
    """A lot that comes with another date than it had is told: one of the two labels is wrong."""
    assert isinstance(fact, Received)
    follow_late(session, fact, stamp)
    known = session.scalar(select(Lot.expires_on).where(Lot.sku_id == fact.sku_id, Lot.lot == fact.lot))
    if fact.lot and fact.expires_on and known and known != fact.expires_on:
        detail = f"{_sku(session, fact.sku_id)} lot {fact.lot}: {known}, now {fact.expires_on}"
        _tell(session, "lot_date", fact.sku_id, detail, stamp)


def follow_over_receipt(session: Session, fact: Fact, stamp: Stamp) -> None:
    """More than was ordered was taken in: whoever pays the bill is told."""
    assert isinstance(fact, OverReceived)
    line = session.get(ReceiptLine, fact.line_id)
    sku = _sku(session, line.sku_id) if line is not None else ""
    _tell(session, "over_receipt", fact.receipt_id, f"{_number(session, fact.receipt_id)}: {sku} +{fact.units}", stamp)


def follow_closing(session: Session, fact: Fact, stamp: Stamp) -> None:
    """What a closed delivery brought too little, too much or unasked is told in one line."""
    assert isinstance(fact, ReceiptClosed)
    rows = session.execute(
        select(Sku.sku, ReceiptLine.quantity, ReceiptLine.received)
        .join(Sku, Sku.id == ReceiptLine.sku_id)
        .where(ReceiptLine.receipt_id == fact.receipt_id, ReceiptLine.quantity != ReceiptLine.received)
        .order_by(ReceiptLine.position)
    ).all()
    kind = session.scalar(select(Receipt.kind).where(Receipt.id == fact.receipt_id))
    if rows and kind == "expected":
        detail = ", ".join(f"{sku} {received} of {quantity}" for sku, quantity, received in rows)
        _tell(session, "delivery_differs", fact.receipt_id, f"{_number(session, fact.receipt_id)}: {detail}", stamp)


def follow_undo(session: Session, fact: Fact, stamp: Stamp) -> None:
    """Units that went back take their promises with them."""
    assert isinstance(fact, Voided)
    follow_late(session, fact, stamp)
    mine = select(Voiding.fact_id).where(Voiding.fact_id.in_(fact.fact_ids), Voiding.by_fact_id == stamp.fact_id)
    rows = session.execute(
        select(FactRow.kind, FactRow.data)
        .where(FactRow.fact_id.in_(mine), FactRow.kind == "Moved")
        .order_by(FactRow.seq.desc())
    )
    for kind, data in rows.all():
        moved = read_fact(kind, data)
        if isinstance(moved, Moved):
            _follow_carried(session, moved, stamp, moved.to_place_id, moved.place_id, moved.quantity)


def _sku(session: Session, sku_id: bytes) -> str:
    return session.scalar(select(Sku.sku).where(Sku.id == sku_id)) or ""


def _number(session: Session, receipt_id: bytes) -> str:
    return session.scalar(select(Receipt.number).where(Receipt.id == receipt_id)) or ""


def _tell(session: Session, kind: str, subject: bytes, detail: str, stamp: Stamp) -> None:
    session.execute(insert(Incident).values(id=new_id(), kind=kind, subject=subject, detail=detail, opened_at=stamp.at))


MOVED_LATER = ("Picked", "DamagedAtPick", "PutBack", "PutBackDone", "WorkTakenOver", "ReturnedItem")
"""Facts of later stages that move stock in bins: what they moved before a count was seen by it."""

CONSEQUENCES: dict[str, Callable[[Session, Fact, Stamp], None]] = {
    "Moved": follow_move,
    "StatusChanged": follow_status,
    "Received": follow_receipt,
    "OverReceived": follow_over_receipt,
    "ReceiptClosed": follow_closing,
    "Counted": follow_count,
    "Voided": follow_undo,
    **dict.fromkeys(MOVED_LATER, follow_late),
}
"""What central does after it applied a fact of this kind."""
