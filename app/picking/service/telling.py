"""What is told of picking: the order's story, incidents, and what came under an old lease."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.facts import Stamp
from app.ids import new_id
from app.models import FactStatus, Incident, ToteCount, Work
from app.picking.facts import holds, was_counted
from app.text import Text
from app.work.service.claims import LEASE
from app.work.service.timeline import add_entry


def is_stale(
    session: Session,
    stamp: Stamp,
    work_id: bytes,
    fence: int,
    order_id: bytes | None,
    totes: Collection[bytes] = (),
) -> bool:
    """Whether the lease under which this was done is not the newest one; said once for each piece of work.

    Nothing is said where its totes were counted since: then the fact tells nothing new, and nothing is to be done.
    """
    if holds(session, work_id, fence):
        return False
    known = _is_known(session, work_id, fence, totes)
    if session.get(FactStatus, stamp.fact_id) is None:
        reason = "its tote was counted since" if known else f"fence {fence} is not the newest"
        session.execute(
            insert(FactStatus).values(fact_id=stamp.fact_id, status="stale_lease", reason=reason, at=stamp.at)
        )
    told = select(Incident.id).where(
        Incident.kind == "stale_lease", Incident.subject == work_id, Incident.resolved_at.is_(None)
    )
    if not known and session.scalar(told.limit(1)) is None:
        detail = "work was done under a lease that had gone to somebody else"
        tell(session, "stale_lease", order_id, work_id, detail, stamp)
    return True


def _is_known(session: Session, work_id: bytes, fence: int, totes: Collection[bytes]) -> bool:
    """Whether a count under a newer lease saw what this tells of: these totes, or any of the work."""
    if totes:
        return all(was_counted(session, work_id, tote, fence) for tote in totes)
    counted = select(ToteCount.tote_id).where(ToteCount.work_id == work_id, ToteCount.fence > fence)
    return session.scalar(counted.limit(1)) is not None


def tell(
    session: Session, kind: str, order_id: bytes | None, subject: bytes, detail: str, stamp: Stamp
) -> None:  # fmt: skip
    """Opens an incident: a person must look at it."""
    session.execute(
        insert(Incident).values(
            id=new_id(), kind=kind, order_id=order_id, subject=subject, detail=detail, opened_at=stamp.at
        )
    )


def enter(session: Session, order_id: bytes, kind: str, words: Text, stamp: Stamp) -> None:
    """Adds to the story of an order, with who did it and where."""
    add_entry(
        session, order_id=order_id, at=stamp.at, kind=kind, words=words, person_id=stamp.actor_id or None,
        station_id=stamp.station_id,
    )  # fmt: skip


def order_of(session: Session, work_id: bytes) -> bytes | None:
    """The order of a piece of work, None when nobody knows it."""
    return session.scalar(select(Work.order_id).where(Work.id == work_id))


def sane_time(session: Session, work_id: bytes, at: datetime) -> datetime:
    """When a station says that something happened, as far as that can be: not before the work was leased by central's
    clock, and not days after the lease. A clock that says something else is wrong, and the lease is believed."""
    until = session.scalar(select(Work.lease_until).where(Work.id == work_id))
    if until is None:
        return at
    leased = until - LEASE
    return at if leased <= at <= until + LEASE else leased
