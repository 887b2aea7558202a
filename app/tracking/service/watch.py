"""Parcels that nobody hears of: no scan within some hours after closing, or still not delivered after many.

Both are off until the site says how many hours (`no_scan_hours`, `delivery_hours`): without a carrier's scans every
parcel would be one that nobody hears of.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database, central_write, reading
from app.models import Incident, Parcel, TrackingEvent
from app.settings import Home
from app.tracking.rules.statuses import BACKWARD, OVER
from app.tracking.service.news import open_incident
from app.work.queries import setting

EVERY_NS = 60_000_000_000
"""Hours are counted: looking once a minute is enough."""
OLDEST = timedelta(days=60)
"""Older parcels are a matter for whoever claims them, not for a watch."""
_looked: dict[str, int] = {}


def watch_parcels(database: Database, clock: Clock, home: Home) -> int:
    """The duty "scans": one incident for each parcel that is not heard of; returns how many were opened."""
    name = str(home.root)
    if clock.mono_ns() < _looked.get(name, 0):
        return 0
    _looked[name] = clock.mono_ns() + EVERY_NS
    now = clock.now()
    with reading(database) as session:
        late = _late(session, now)
    opened = 0
    for kind, parcel_id, hours in late:
        with central_write(database) as session:
            parcel = session.get_one(Parcel, parcel_id)
            word = "no scan" if kind == "no_scan" else "not delivered"
            opened += open_incident(session, kind, parcel, f"parcel {parcel.tracking}: {word} for {hours} h", now)
    return opened


def _late(session: Session, now: datetime) -> list[tuple[str, bytes, int]]:
    """(kind, parcel, hours) of every parcel that is late and of which no incident tells yet."""
    unscanned = ~exists().where(TrackingEvent.parcel_id == Parcel.id)
    open_ = Parcel.tracking_state.not_in(OVER | BACKWARD)
    found = []
    for kind, hours, which in (
        ("no_scan", _hours(session, "no_scan_hours"), unscanned),
        ("delivery_late", _hours(session, "delivery_hours"), open_),
    ):
        if hours:
            found += [(kind, parcel, hours) for parcel in _closed_since(session, kind, which, now, hours)]
    return found


def _closed_since(
    session: Session, kind: str, which: ColumnElement[bool], now: datetime, hours: int
) -> tuple[bytes, ...]:  # fmt: skip
    told = exists().where(Incident.subject == Parcel.id, Incident.kind == kind)
    between = Parcel.closed_at.between(now - OLDEST, now - timedelta(hours=hours))
    wanted = select(Parcel.id).where(Parcel.state == "closed", between, which, ~told).order_by(Parcel.closed_at)
    return tuple(session.scalars(wanted))


def _hours(session: Session, name: str) -> int:
    """A setting in whole hours, 0 when it is not set or no number."""
    said = setting(session, name).strip()
    return int(said) if said.isdecimal() and len(said) < 6 else 0
