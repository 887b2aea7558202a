"""What central forgets of questions in which people are named: who was searched for, and who was found.

The order itself keeps its names; a search is over when it was answered. A day later question and answer are emptied.
Their rows stay, so that the same question is not answered twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database, central_write, reading
from app.models import Answer, Ask
from app.settings import Home

KEPT = timedelta(hours=24)
EVERY_NS = 3_600_000_000_000
AT_ONCE = 500
EMPTIED = MappingProxyType({"return_orders": '{"orders":[]}', "customers": '{"customers":[]}', "enter_order": ""})
"""Kinds whose question or answer names people, and what stays of the answer ("" as it is: it names nobody)."""
_looked_ns: dict[str, int] = {}


def forget_questions(database: Database, clock: Clock, home: Home) -> int:
    """The duty "questions": once an hour empties what was answered longer ago than a day; how many."""
    now = clock.mono_ns()
    if now - _looked_ns.get(database.where, now - EVERY_NS) < EVERY_NS:
        return 0
    _looked_ns[database.where] = now
    with reading(database) as session:
        due = _due(session, clock.now() - KEPT)
    if due:
        with central_write(database) as session:
            for request_id, kind in due:
                _empty(session, request_id, kind)
    return len(due)


def _due(session: Session, before: datetime) -> list[tuple[bytes, str]]:
    rows = session.execute(
        select(Answer.request_id, Answer.kind)
        .join(Ask, Ask.request_id == Answer.request_id)
        .where(Answer.kind.in_(tuple(EMPTIED)), Answer.answered_at < before, Ask.body != "{}")
        .order_by(Answer.request_id)
        .limit(AT_ONCE)
    )
    return [(request_id, kind) for request_id, kind in rows]


def _empty(session: Session, request_id: bytes, kind: str) -> None:
    changes = [update(Ask).where(Ask.request_id == request_id).values(body="{}")]
    if EMPTIED[kind]:
        changes.append(update(Answer).where(Answer.request_id == request_id).values(body=EMPTIED[kind]))
    for change in changes:
        session.execute(change.execution_options(synchronize_session=False))
