"""After a short: the missing units are looked for elsewhere at once, and what is nowhere is said to be so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ids import new_id
from app.inventory.queries import RECOUNT
from app.inventory.service import Reserved, release_reservation
from app.models import Incident, OrderLine, PickLine, Sku, Work
from app.processing.rules import Need
from app.processing.service.holds import place_need
from app.processing.service.replan import add_pick_lines, reserve_what_is_there
from app.receipt.service import write_brief
from app.text import count, say
from app.work.service.timeline import add_entry


def reallocate_short(
    session: Session, pick_line_id: bytes, missing: int, now: datetime, *, doubted: bool = True
) -> int:
    """`missing` units of a pick line were not there: promises them from other places and returns how many are nowhere.

    The promise at the empty place ends, and nothing more is promised out of it until it was counted; unless `doubted`
    is false (they were there, but damaged): then the next unit may come from the same place. Found units become
    further pick lines of the same work (pick places first, then reserve). For what is nowhere the order line's `short`
    grows, the order gets a hold and an incident.
    """
    pick = session.get_one(PickLine, pick_line_id)
    order_id = session.get_one(Work, pick.work_id).order_id
    sku = session.get_one(Sku, pick.sku_id).sku
    release_reservation(session, line_id=pick.order_line_id, place_id=pick.place_id, lot=pick.lot, quantity=missing)
    if doubted:
        _doubt(session, order_id, pick.place_id, sku, now)
    found = reserve_what_is_there(
        session, line_id=pick.order_line_id, sku_id=pick.sku_id, units=missing, now=now,
        without=(pick.place_id,) if doubted else (),
    )  # fmt: skip
    if found:
        add_pick_lines(session, pick.work_id, found)
    units = sum(r.quantity for r in found)
    if units:
        _tell_replanned(session, order_id, pick, found, sku, now)
    nowhere = missing - units
    if nowhere:
        _note_short(session, order_id, pick, sku, nowhere, now)
    session.flush()
    return nowhere


def _tell_replanned(
    session: Session, order_id: bytes, pick: PickLine, found: Sequence[Reserved], sku: str, now: datetime
) -> None:
    units = sum(r.quantity for r in found)
    if {r.place_id for r in found} == {pick.place_id}:
        words = count(
            units, "{n} more unit of {sku} is taken there", "{n} more units of {sku} are taken there", sku=sku
        )
    else:
        words = count(
            units, "{n} unit of {sku} comes from another place", "{n} units of {sku} come from other places", sku=sku
        )
    add_entry(session, order_id=order_id, at=now, kind="Reallocated", words=words)


def _doubt(session: Session, order_id: bytes, place_id: bytes, sku: str, now: datetime) -> None:
    known = select(Incident.id).where(
        Incident.kind == RECOUNT, Incident.subject == place_id, Incident.detail == sku, Incident.resolved_at.is_(None)
    )
    if session.scalar(known.limit(1)) is None:
        session.add(Incident(id=new_id(), kind=RECOUNT, order_id=order_id, subject=place_id, detail=sku, opened_at=now))
        session.flush()


def _note_short(session: Session, order_id: bytes, pick: PickLine, sku: str, nowhere: int, now: datetime) -> None:
    line = session.get_one(OrderLine, pick.order_line_id)
    line.short += nowhere
    write_brief(session, order_id)
    place_need(session, order_id, Need("short", sku, str(line.short)), now)
    session.add(
        Incident(
            id=new_id(), kind="short", order_id=order_id, subject=pick.id, detail=f"{sku}: {nowhere}", opened_at=now
        )
    )
    words = count(nowhere, "{n} unit of {sku} is nowhere", "{n} units of {sku} are nowhere", sku=sku)
    add_entry(session, order_id=order_id, at=now, kind="Short", words=say("Short: {what}", what=words))
