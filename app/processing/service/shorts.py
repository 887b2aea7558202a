"""After a short: the missing units are looked for elsewhere at once, and what is nowhere is said to be so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ids import new_id
from app.inventory.queries import RECOUNT, candidates
from app.inventory.service import Reserved, release_reservation, reserve_units
from app.models import Incident, OrderLine, PickLine, Sku, Work
from app.processing.rules import Need
from app.processing.service.holds import place_need
from app.processing.service.release import add_pick_lines
from app.receipt.service import write_brief
from app.text import count, say
from app.work.service.timeline import add_entry


def reallocate_short(session: Session, pick_line_id: bytes, missing: int, now: datetime) -> int:
    """`missing` units of a pick line were not there: promises them from other places and returns how many are nowhere.

    The promise at the empty place ends, and nothing more is promised out of it until it was counted. Found units become
    further pick lines of the same work (pick places first, then reserve). For what is nowhere the order line's `short`
    grows, the order gets a hold and an incident.
    """
    pick = session.get_one(PickLine, pick_line_id)
    order_id = session.get_one(Work, pick.work_id).order_id
    sku = session.get_one(Sku, pick.sku_id).sku
    release_reservation(session, line_id=pick.order_line_id, place_id=pick.place_id, lot=pick.lot, quantity=missing)
    _doubt(session, order_id, pick.place_id, sku, now)
    found = _reserve_what_is_there(session, pick, missing, now)
    if found:
        add_pick_lines(session, pick.work_id, found)
    units = sum(r.quantity for r in found)
    if units:
        one, many = "{n} unit of {sku} comes from another place", "{n} units of {sku} come from other places"
        words = count(units, one, many, sku=sku)
        add_entry(session, order_id=order_id, at=now, kind="Reallocated", words=words)
    nowhere = missing - units
    if nowhere:
        _note_short(session, order_id, pick, sku, nowhere, now)
    session.flush()
    return nowhere


def _doubt(session: Session, order_id: bytes, place_id: bytes, sku: str, now: datetime) -> None:
    known = select(Incident.id).where(
        Incident.kind == RECOUNT, Incident.subject == place_id, Incident.detail == sku, Incident.resolved_at.is_(None)
    )
    if session.scalar(known.limit(1)) is None:
        session.add(Incident(id=new_id(), kind=RECOUNT, order_id=order_id, subject=place_id, detail=sku, opened_at=now))
        session.flush()


def _reserve_what_is_there(session: Session, pick: PickLine, missing: int, now: datetime) -> tuple[Reserved, ...]:
    """As many of the missing units as other places hold, in one promise if they hold all."""
    today = now.date().isoformat()
    others = candidates(session, (pick.sku_id,), (pick.place_id,))[pick.sku_id]
    there = min(missing, sum(c.free for c in others if not (c.expires_on and c.expires_on < today)))
    while there > 0:
        found = reserve_units(
            session, line_id=pick.order_line_id, sku_id=pick.sku_id, quantity=there, now=now, without=(pick.place_id,)
        )
        if found:
            return found
        there -= 1  # somebody took units between the reading and the promise
    return ()


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
