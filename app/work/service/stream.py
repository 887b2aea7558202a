"""What the office is told of the streams of stations."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.facts import Stamp
from app.ids import new_id
from app.models import Incident
from app.work.facts import StreamNoted


def tell_of_stream(session: Session, fact: StreamNoted, stamp: Stamp) -> None:
    """Opens an incident for what a station found at its hello: a twin, facts that central had lost, another server."""
    session.execute(
        insert(Incident).values(
            id=new_id(), kind=fact.what, subject=stamp.station_id, detail=fact.detail, opened_at=stamp.at
        )
    )
