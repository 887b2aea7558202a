"""Who works on what: one conditional UPDATE takes it, a fence tells old leases from new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.db.bulk import change_rows
from app.ids import new_id
from app.models import Incident, Work
from app.work.service.dossier import dossiers_of

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


@dataclass(frozen=True, slots=True)
class Wish:
    """What a station asks for: up to `limit` pieces of work of a kind. `lapsed`: see `claim_work`."""

    station_id: bytes
    kind: str
    limit: int
    lapsed: tuple[bytes, ...] = ()


def claim_work(
    session: Session, *, station_id: bytes, kind: str, limit: int, now: datetime, lapsed: Sequence[bytes] = ()
) -> tuple[Claimed, ...]:
    """Leases up to `limit` pieces of ready work, the most urgent first.

    Ready is what nobody holds, and what somebody's lease ran out on before a hand touched it: started work is never
    taken away by a clock, and no work by a clock that jumped. `lapsed` is what the station holds and may not begin any
    more by its own reckoning: it is leased to it anew.
    """
    return claim_for_many(session, [Wish(station_id, kind, limit, tuple(lapsed))], now=now)[0]


def claim_for_many(session: Session, wishes: Sequence[Wish], *, now: datetime) -> list[tuple[Claimed, ...]]:
    """What each of them gets, as if they had been asked for one after the other; those alike by one reading."""
    given: dict[int, tuple[Claimed, ...]] = {}
    alike: dict[str, list[int]] = {}
    for n, wish in enumerate(wishes):
        if wish.lapsed:
            [given[n]] = _lease(session, [wish], now)
        else:
            alike.setdefault(wish.kind, []).append(n)
    for numbers in alike.values():
        given |= zip(numbers, _lease(session, [wishes[n] for n in numbers], now), strict=True)
    return [given[n] for n in range(len(wishes))]


def _lease(session: Session, wishes: Sequence[Wish], now: datetime) -> list[tuple[Claimed, ...]]:
    """Takes work for wishes of one kind; where several share a reading, none of them names what has lapsed."""
    free = or_(
        Work.state == "ready",
        and_(Work.state == "leased", Work.lease_until < now, Work.started.is_(False), not_(_clock_jumped())),
        *(
            and_(
                Work.id.in_(wish.lapsed),
                Work.state == "leased",
                Work.station_id == wish.station_id,
                Work.started.is_(False),
            )
            for wish in wishes
            if wish.lapsed
        ),
    )
    wanted = select(Work.id, Work.order_id, Work.fence).where(Work.kind == wishes[0].kind, free)
    most = sum(wish.limit for wish in wishes)
    found = session.execute(
        wanted.order_by(Work.priority, Work.id).limit(most).with_for_update(skip_locked=True)
    ).all()  # fmt: skip
    pieces = iter([(row, Claimed(row.id, row.order_id, new_id(), row.fence + 1)) for row in found])
    given, rows = [], []
    for wish in wishes:
        some = list(islice(pieces, wish.limit))
        given.append(tuple(claimed for _, claimed in some))
        rows += [_taken(was.fence, claimed, wish.station_id, now) for was, claimed in some]
    if change_rows(session, _WORK, rows, key="id", guard="fence") != len(rows):
        raise RuntimeError("work that was locked was taken by somebody else")
    for row in rows:
        changed(session, Work, row["id"])
    return given


_WORK = Work.metadata.tables[Work.__tablename__]


def _taken(was: int, claimed: Claimed, station_id: bytes, now: datetime) -> dict[str, Any]:
    return {
        "id": claimed.work_id, "was": was, "state": "leased", "station_id": station_id, "lease_id": claimed.lease_id,
        "lease_until": now + LEASE, "fence": claimed.fence,
    }  # fmt: skip


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
    return answer_claims(session, asked=[(station_id, body)], now=now)[0]


def answer_claims(
    session: Session, *, asked: Sequence[tuple[bytes, dict[str, Any]]], now: datetime
) -> list[dict[str, Any]]:
    """Answers many of them (see `answer_claim`), each with what those before it left."""
    given = claim_for_many(session, [_wish(station_id, body) for station_id, body in asked], now=now)
    dossiers = dossiers_of(session, order_ids=[c.order_id for claimed in given for c in claimed])
    return [
        {
            "lease_s": int(LEASE.total_seconds()),
            "work": [{"id": c.work_id.hex(), "lease": c.lease_id.hex(), "fence": c.fence} for c in claimed],
            "dossiers": {c.order_id.hex(): dossiers[c.order_id] for c in claimed},
        }
        for claimed in given
    ]


def _wish(station_id: bytes, body: dict[str, Any]) -> Wish:
    limit = max(1, min(int(body.get("limit", 1)), 8))
    lapsed = tuple(bytes.fromhex(work) for work in body.get("lapsed", ()))
    return Wish(station_id, str(body.get("kind", "pick")), limit, lapsed)


def reopen_work(session: Session, *, work_id: bytes) -> None:
    """Gives leased work back that nobody started (an undone start, a station that leaves)."""
    session.execute(
        update(Work)
        .where(Work.id == work_id, Work.state == "leased")
        .values(state="ready", station_id=None, lease_id=None, lease_until=None, started=False)
        .execution_options(synchronize_session=False)
    )
    changed(session, Work, work_id)
