"""What a station remembers of its own day: codes that nobody knew, and acts that central has not heard of yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Ask, FactRow, Outbox, ScanLog


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """A code that nobody here knew: how often it was scanned, when last, with which scanner."""

    text: str
    times: int
    last_at: datetime
    device: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """Acts that central has not acknowledged, the oldest of them, and questions without an answer."""

    acts: int
    oldest: datetime | None
    asks: int


def unknown_codes(session: Session, since: datetime, skip: str = "", limit: int = 40) -> tuple[UnknownCode, ...]:
    """Unknown codes since a moment, the last first. `skip` is a code that is meant to be unknown (the test code)."""
    last = func.max(ScanLog.id)
    rows = session.execute(
        select(ScanLog.text, func.count(), last)
        .where(ScanLog.meaning == "unknown", ScanLog.at >= since, ScanLog.touched.is_(False), ScanLog.text != skip)
        .group_by(ScanLog.text)
        .order_by(last.desc())
        .limit(limit)
    ).all()
    found = []
    for text, times, row_id in rows:
        row = session.get_one(ScanLog, row_id)
        found.append(UnknownCode(text, times, row.at, row.device))
    return tuple(found)


def backlog(session: Session) -> Backlog:
    """What waits to be sent."""
    acts, oldest = session.execute(
        select(func.count(Outbox.seq), func.min(FactRow.at))
        .join(FactRow, FactRow.fact_id == Outbox.fact_id)
        .where(Outbox.acked_at.is_(None))
    ).one()
    return Backlog(acts, oldest, session.scalar(select(func.count()).select_from(Ask)) or 0)
