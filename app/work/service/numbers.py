"""Numbers that must be unique but must not wait: a station leases a range and counts in it alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.models import NumberRange

BLOCK = 500
"""Parcels a station can label without hearing from central."""


def lease_numbers(session: Session, *, station_id: bytes, kind: str, count: int = BLOCK) -> tuple[int, int]:
    """The next free range of a kind, (first, last), now leased to this station. The writer's lock makes it unique."""
    highest = session.scalar(select(func.max(NumberRange.last)).where(NumberRange.kind == kind)) or 0
    first, last = highest + 1, highest + count
    session.execute(insert(NumberRange).values(kind=kind, first=first, last=last, station_id=station_id))
    return first, last


def answer_numbers(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Answers the ask "numbers": `{"kind": "parcel"}` → `{"kind", "first", "last"}`; `now` is not needed."""
    kind = str(body.get("kind", "parcel"))
    first, last = lease_numbers(session, station_id=station_id, kind=kind)
    return {"kind": kind, "first": first, "last": last}
