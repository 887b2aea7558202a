"""What follows from the way back: the order's story ends, and what nobody found is told."""

from __future__ import annotations

import json
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.facts import Fact, Stamp
from app.models import FactRow, Order, Sku, Tote, Voiding
from app.picking.facts import PutBack, PutBackDone
from app.picking.service.serials import withdraw_serial
from app.picking.service.telling import enter, tell
from app.processing.service import settle_put_back, settle_rest
from app.text import count

LOST = "put_back_missing"
"""An incident: the book had units in a tote that went back, and nobody found them."""


def follow_put_back(session: Session, fact: Fact, stamp: Stamp) -> None:
    """Units with serial numbers may be picked again; broken ones are told."""
    assert isinstance(fact, PutBack)
    for serial in fact.serials:
        withdraw_serial(session, fact.sku_id, serial, fact.tote_id)
    if fact.status != "good":
        sku = session.scalar(select(Sku.sku).where(Sku.id == fact.sku_id)) or ""
        tell(session, "damaged", fact.order_id, fact.place_id, f"{sku}: {fact.quantity} put back damaged", stamp)


def follow_done(session: Session, fact: Fact, stamp: Stamp) -> None:
    """The story says what went back; the incident ends with the last tote of the order."""
    assert isinstance(fact, PutBackDone)
    if session.get(Order, fact.order_id) is None:
        return
    tote = session.scalar(select(Tote.name).where(Tote.id == fact.tote_id)) or "?"
    units = _units_put_back(session, stamp.task_id)
    words = count(
        units,
        "{n} unit of tote {tote} is back in its bin",
        "{n} units of tote {tote} are back in their bins",
        tote=tote,
    )
    enter(session, fact.order_id, "PutBackDone", words, stamp)
    for sku_id, _, missing in fact.missing:
        sku = session.scalar(select(Sku.sku).where(Sku.id == sku_id)) or ""
        tell(session, LOST, fact.order_id, fact.tote_id, f"{sku} in {tote}: {missing}", stamp)
    settle_put_back(session, order_id=fact.order_id, now=stamp.at)
    settle_rest(session, order_id=fact.order_id, now=stamp.at)


def _units_put_back(session: Session, task_id: bytes) -> int:
    gone = select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id).exists()
    rows = select(FactRow.data).where(FactRow.task_id == task_id, FactRow.kind == "PutBack", ~gone)
    return sum(json.loads(data)["body"]["quantity"] for data in session.scalars(rows))


CONSEQUENCES: dict[str, Callable[[Session, Fact, Stamp], None]] = {
    "PutBack": follow_put_back,
    "PutBackDone": follow_done,
}
