"""Numbers that must be unique but must not wait: a station leases a range and counts in it alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.models import NumberRange, Parcel, SiteSetting
from app.work.service.recording import OFFICE

BLOCK = 500
"""Parcels a station can label without hearing from central."""
PARCELS = "parcel"
LEAST_GAP, MOST_GAP = 40 * BLOCK, 1_000_000
MANIFESTS, PHONE_ORDERS = "manifest", "phone_order"
COUNTED = {MANIFESTS: 1_000, PHONE_ORDERS: 10_000}
"""Kinds that central counts one by one, and how many of each a restore leaves out: more than a month makes."""


def lease_numbers(session: Session, *, station_id: bytes, kind: str, count: int = BLOCK) -> tuple[int, int]:
    """The next free range of a kind, (first, last), now leased to this station. The writer's lock makes it unique."""
    highest = session.scalar(select(func.max(NumberRange.last)).where(NumberRange.kind == kind)) or 0
    if kind == PARCELS:  # what was used counts as well: stations tell central after a restore what it has forgotten
        highest = max(highest, session.scalar(select(func.max(Parcel.serial))) or 0)
    first, last = highest + 1, highest + count
    session.execute(insert(NumberRange).values(kind=kind, first=first, last=last, station_id=station_id))
    return first, last


def next_number(session: Session, *, kind: str, made: int) -> int:
    """The next number of a kind that central counts itself (`COUNTED`), one beyond the last.

    `made` is how many there are when the count begins. A transaction that is taken back leaves no gap.
    """
    last = select(func.max(NumberRange.last)).where(NumberRange.kind == kind).scalar_subquery()
    counted = session.scalar(
        update(NumberRange)
        .where(NumberRange.kind == kind, NumberRange.last == last)
        .values(last=NumberRange.last + 1)
        .execution_options(synchronize_session=False)
        .returning(NumberRange.last)
    )
    if counted is not None:
        return int(counted)
    session.execute(insert(NumberRange).values(kind=kind, first=made + 1, last=made + 1, station_id=OFFICE))
    return made + 1


def skip_numbers(session: Session) -> dict[str, tuple[int, int]]:
    """Leaves out a gap in each kind of number; after a restore: what was leased since the backup is never leased again.

    A station that leased a range since then goes on in it, and parcels that this database has forgotten carry such
    numbers. The gap is a million, less where the site's company prefix leaves few SSCCs; of manifests and orders by
    phone it is as much as `COUNTED` says, for they are on paper that people keep. Returns it by kind.
    """
    kinds = {PARCELS, *COUNTED, *session.scalars(select(NumberRange.kind).distinct())}
    digits = 16 - len(session.scalar(select(SiteSetting.value).where(SiteSetting.name == "company_prefix")) or "0" * 7)
    gap = max(LEAST_GAP, min(MOST_GAP, 10**digits // 100))
    return {
        kind: lease_numbers(session, station_id=OFFICE, kind=kind, count=COUNTED.get(kind, gap))
        for kind in sorted(kinds)
    }


def answer_numbers(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Answers the ask "numbers": `{"kind": "parcel"}` → `{"kind", "first", "last"}`; `now` is not needed."""
    kind = str(body.get("kind", "parcel"))
    first, last = lease_numbers(session, station_id=station_id, kind=kind)
    return {"kind": kind, "first": first, "last": last}
