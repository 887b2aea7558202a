"""What central forgets of answers: who was found when somebody was searched for, and what nobody comes for any more.

The order itself keeps its names; a search is over when it was answered. A day later its answer is emptied, and every
answer is when the feed of its time is cut: a station that was away for longer reads everything anew. The rows stay,
small as they are beside the facts, so that no question is ever answered twice, however late it comes again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database, central_write, reading
from app.models import Answer, SiteSetting
from app.settings import Home

KEPT = timedelta(hours=24)
KEPT_DAYS = 35
"""Days that an answer keeps its words where the site says nothing (`feed_days`)."""
EVERY_NS = 3_600_000_000_000
AT_ONCE = 500
NAMING = frozenset(("return_orders", "customers"))
"""Kinds whose answers name people that somebody searched for."""
_SAYS = text("answer.body <> ''")
"""As it stands in the index of these answers: SQLite takes no other spelling for it."""
_looked_ns: dict[str, int] = {}


def forget_questions(database: Database, clock: Clock, home: Home) -> int:
    """The duty "questions": once an hour empties the answers whose time is over; how many.

    What is left for another round is taken up at once.
    """
    now = clock.mono_ns()
    if now - _looked_ns.get(database.where, now - EVERY_NS) < EVERY_NS:
        return 0
    with reading(database) as session:
        due = _due(session, clock.now())
    if len(due) < AT_ONCE:
        _looked_ns[database.where] = now
    if due:
        with central_write(database, relaxed=True) as session:
            emptied = update(Answer).where(Answer.request_id.in_(due)).values(body="")
            session.execute(emptied.execution_options(synchronize_session=False))
    return len(due)


def _due(session: Session, now: datetime) -> list[bytes]:
    """Answers that still say something and should not, by the index of those alone: kind by kind, the oldest first."""
    said = session.scalar(select(SiteSetting.value).where(SiteSetting.name == "feed_days"))
    days = timedelta(days=int(said or KEPT_DAYS))
    found: list[bytes] = []
    for kind in _kinds(session):
        before = now - (KEPT if kind in NAMING else days)
        rows = (
            select(Answer.request_id)
            .where(Answer.kind == kind, Answer.answered_at < before, _SAYS)
            .order_by(Answer.answered_at)
            .limit(AT_ONCE - len(found))
        )
        found += session.scalars(rows).all()
        if len(found) >= AT_ONCE:
            break
    return found


def _kinds(session: Session) -> Iterator[str]:
    """The kinds of answers that say something: one look into the index for each."""
    rows = select(Answer.kind).where(_SAYS).order_by(Answer.kind).limit(1)
    kind = session.scalar(rows)
    while kind is not None:
        yield kind
        kind = session.scalar(rows.where(Answer.kind > kind))
