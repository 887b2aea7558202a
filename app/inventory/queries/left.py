"""Deliveries, counts and goods in the hand that were begun at this station and left in the middle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.inventory.queries.places import holder_name
from app.inventory.queries.receiving import open_deliveries, task_of_delivery
from app.models import Bin, CountTask, Tote
from app.work.queries import Begun, begun, code_of, last_kind

IN_HAND = ("Taken", "StatusChanged", "BinPassed")
"""What is recorded last in a task that was left with goods in the hand."""


@dataclass(frozen=True, slots=True)
class StockWorkLeft:
    """A delivery, a place or goods: its name for people, and the scan that goes on with it, "" where none does.

    `from_dock` says of goods in the hand that they were to be put away: they came out of a tote or off a dock.
    """

    task_id: bytes
    since: datetime
    name: str
    code: str = ""
    supplier: str = ""
    from_dock: bool = False


def deliveries_left(session: Session) -> tuple[StockWorkLeft, ...]:
    """Deliveries that were opened here and are not closed; the oldest first."""
    since = {one.task_id: one.at for one in begun(session, "ReceiptOpened", most=50)}
    found = []
    for delivery in open_deliveries(session) if since else ():
        task = task_of_delivery(session, delivery.id) if delivery.state == "receiving" else None
        if task in since:
            code = code_of(session, delivery.id, "receipt")
            found.append(StockWorkLeft(task, since[task], delivery.number, code, delivery.supplier))
    return tuple(sorted(found, key=lambda one: one.since))


def counts_left(session: Session, since: datetime) -> tuple[StockWorkLeft, ...]:
    """Places of which something was counted here since then, and whose count nobody has ended; the oldest first."""
    ended: set[str] = set()
    found = []
    for one in begun(session, "CountStarted", "Counted"):
        if one.kind == "Counted":
            ended.add(one.body["count_id"])
            continue
        fresh = one.at >= since and one.body["count_id"] not in ended
        ended.add(one.body["count_id"])
        if fresh and last_kind(session, one.task_id) != "CountStarted" and _to_count(session, one):
            found.append(_at(session, one, bytes.fromhex(one.body["place_id"])))
    return tuple(sorted(found, key=lambda one: one.since))


def _to_count(session: Session, one: Begun) -> bool:
    """A count that nobody asked for has no row before its end."""
    state = session.scalar(select(CountTask.state).where(CountTask.id == bytes.fromhex(one.body["count_id"])))
    return state in (None, "open", "again", "judge")


def hands_left(session: Session, since: datetime) -> tuple[StockWorkLeft, ...]:
    """Goods that were taken out of a place since then and of which nobody said where they are; the oldest first."""
    found: dict[bytes, StockWorkLeft] = {}
    for one in begun(session, "SourceProved"):
        fresh = one.at >= since and one.task_id not in found
        if fresh and last_kind(session, one.task_id) in IN_HAND:
            found[one.task_id] = _at(session, one, bytes.fromhex(one.body["place_id"]))
    return tuple(sorted(found.values(), key=lambda one: one.since))


def _at(session: Session, one: Begun, place_id: bytes) -> StockWorkLeft:
    kind = session.scalar(select(Bin.type).where(Bin.id == place_id))
    is_tote = kind is None and session.scalar(select(Tote.id).where(Tote.id == place_id)) is not None
    return StockWorkLeft(
        one.task_id, one.at, holder_name(session, place_id) or "?", from_dock=is_tote or kind == "receive"
    )
