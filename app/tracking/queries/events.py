"""What a carrier said of a parcel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import TrackingEvent


@dataclass(frozen=True, slots=True)
class Scanned:
    """One event. `status` is in our words, `raw` the carrier's own."""

    at: datetime
    status: str
    place: str
    words: str
    raw: str


def events_of_parcel(session: Session, parcel_id: bytes) -> tuple[Scanned, ...]:
    """All events of a parcel, the oldest first. At central only."""
    rows = session.scalars(
        select(TrackingEvent)
        .where(TrackingEvent.parcel_id == parcel_id)
        .order_by(TrackingEvent.at, TrackingEvent.id)
        .execution_options(populate_existing=True)
    )
    return tuple(Scanned(e.at, e.status, e.place, e.words, e.raw) for e in rows)
