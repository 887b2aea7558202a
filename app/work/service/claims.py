"""Who works on what: one conditional UPDATE takes it, a fence tells old leases from new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.ids import new_id
from app.models import Incident, Work
from app.work.service.dossier import dossier_of

LEASE = timedelta(hours=12)
"""How long a claim holds when nothing is heard of the station: a shift."""
CLOCK_JUMP = "clock_jump"
"""An incident: central's clock went on by more or less than time did. While it is open no lease runs out."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One piece of work that is leased now, with the fence that its facts must carry."""

    work_id: bytes
    order_id: bytes
    lease_id: bytes
    fence: int


def claim_work(
    session: Session, *, station_id: bytes, kind: str, limit: int, now: datetime, lapsed: Sequence[bytes] = ()
) -> tuple[Claimed, ...]:
    """Leases up to `limit` pieces of ready work, the most urgent first.

    Ready is what nobody holds, and what somebody's lease ran out on before a hand touched it: started work is never
    taken away by a clock, and no work by a clock that jumped. `lapsed` is what the station holds and may not begin any
    more by its own reckoning: it is leased to it anew.
    """
    free = or_(
        Work.state == "ready",
        and_(Work.state == "leased", Work.lease_until < now, Work.started.is_(False), not_(_clock_jumped())),
        and_(Work.id.in_(lapsed), Work.state == "leased", Work.station_id == station_id, Work.started.is_(False)),
    )
    wanted = select(Work.id).where(Work.kind == kind, free).order_by(Work.priority, Work.id).limit(limit)
    claimed: list[Claimed] = []
    for work_id in session.scalars(wanted.with_for_update(skip_locked=True)).all():
        lease_id = new_id()
        row = session.execute(
            update(Work)
            .where(Work.id == work_id, free)
            .values(
                state="leased", station_id=station_id, lease_id=lease_id, lease_until=now + LEASE, fence=Work.fence + 1
            )
            .execution_options(synchronize_session=False)
            .returning(Work.order_id, Work.fence)
        ).one_or_none()
        if row is not None:
            changed(session, Work, work_id)
            claimed.append(Claimed(work_id, row.order_id, lease_id, row.fence))
    return tuple(claimed)


def clock_was_set(session: Session) -> bool:
    """Whether central's clock was set and nobody has looked at that yet: nothing runs out or is deleted by it."""
    return bool(session.scalar(select(_clock_jumped())))


def _clock_jumped() -> ColumnElement[bool]:
    return select(Incident.id).where(Incident.kind == CLOCK_JUMP, Incident.resolved_at.is_(None)).exists()


def answer_claim(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Answers the ask "claim": `{"kind": "pick", "limit": 3}` → work ids and the dossiers of their orders.

    `lapsed` names work of an earlier claim (see `claim_work`). `lease_s` is how long the lease holds from when the
    station asked.
    """
    limit = max(1, min(int(body.get("limit", 1)), 8))
    lapsed = [bytes.fromhex(work) for work in body.get("lapsed", ())]
    kind = str(body.get("kind", "pick"))
    claimed = claim_work(session, station_id=station_id, kind=kind, limit=limit, now=now, lapsed=lapsed)
    return {
        "lease_s": int(LEASE.total_seconds()),
        "work": [{"id": c.work_id.hex(), "lease": c.lease_id.hex(), "fence": c.fence} for c in claimed],
        "dossiers": {c.order_id.hex(): dossier_of(session, order_id=c.order_id) for c in claimed},
    }


def reopen_work(session: Session, *, work_id: bytes) -> None:
    """Gives leased work back that nobody started (an undone start, a station that leaves)."""
    session.execute(
        update(Work)
        .where(Work.id == work_id, Work.state == "leased")
        .values(state="ready", station_id=None, lease_id=None, lease_until=None, started=False)
        .execution_options(synchronize_session=False)
    )
    changed(session, Work, work_id)
