"""Returns that somebody left with HOME: central closes them, so that replacements are sent and nothing stays open."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.clock import Clock
from app.db import Database, central_write, reading
from app.facts import Stamp
from app.models import ReturnCase, ReturnItem
from app.returns.facts import ReturnClosed
from app.returns.service.follow import follow_close
from app.settings import Home
from app.work.service.recording import OFFICE, record_here

IDLE = timedelta(hours=2)
"""How long after the last item a return that nobody announced is over: its clerk has gone on to something else."""


def close_idle_returns(database: Database, clock: Clock, home: Home) -> int:
    """Closes unannounced returns and whole parcels of which something came back, and for a while nothing more.

    An announced return that lacks units stays open: the rest may come in another parcel. How many were closed.
    """
    idle = _idle(database, clock.now())
    for return_id in idle:
        with central_write(database) as session:
            fact = ReturnClosed(return_id)
            [fact_id] = record_here(session, [fact], now=clock.now())
            follow_close(session, fact, Stamp(fact_id, OFFICE, OFFICE, 0, 0, clock.now(), 0))
    return len(idle)


def _idle(database: Database, now: datetime) -> list[bytes]:
    with reading(database) as session:
        rows = session.execute(
            select(ReturnCase.id)
            .join(ReturnItem, ReturnItem.return_id == ReturnCase.id)
            .where(ReturnCase.state == "receiving", ReturnCase.kind != "announced", ReturnItem.quantity > 0)
            .group_by(ReturnCase.id)
            .having(func.max(ReturnItem.at) < now - IDLE)
        )
        return [row.id for row in rows]


DUTIES = {"close_idle_returns": close_idle_returns}
"""What central does by itself while time passes."""
