"""The holds that keep an order back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Hold
from app.processing.rules import FIRST


@dataclass(frozen=True, slots=True)
class HoldRow:
    """An open hold."""

    hold_id: bytes
    kind: str
    field: str
    detail: str
    placed_at: datetime
    placed_by: str


def open_holds(session: Session, order_id: bytes) -> tuple[HoldRow, ...]:
    """The holds that keep an order back, the first to clear first."""
    rows = session.scalars(select(Hold).where(Hold.order_id == order_id, Hold.released_at.is_(None)))
    found = [HoldRow(h.id, h.kind, h.field, h.detail, h.placed_at, h.placed_by) for h in rows]
    return tuple(sorted(found, key=lambda h: (_rank(h.kind), h.field, h.placed_at)))


def _rank(kind: str) -> int:
    return FIRST.index(kind) if kind in FIRST else len(FIRST)
