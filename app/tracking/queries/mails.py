"""What customers were told, when, and what became of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ids import stable_id
from app.models import Effect, MailOptOut, Order

KIND = "mail"


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail. `to` is masked ("j***@example.org"), "" before the first try; `said` is the server's last answer.

    `state`: intent, sent, confirmed, refused, unknown, dropped (see `models.Effect`).
    """

    id: bytes
    order_number: str
    event: str
    state: str
    to: str
    attempts: int
    made_at: datetime
    next_at: datetime | None
    done_at: datetime | None
    said: str


def mails(session: Session, *, state: str = "", limit: int | None = None) -> tuple[MailRow, ...]:
    """Mails, the newest first, all or of one state."""
    wanted = (
        select(Effect, Order.number)
        .outerjoin(Order, Order.id == Effect.order_id)
        .where(Effect.kind == KIND)
        .order_by(Effect.made_at.desc(), Effect.id.desc())
        .limit(limit)
    )
    if state:
        wanted = wanted.where(Effect.state == state)
    return tuple(_row(effect, number or "") for effect, number in session.execute(wanted))


def _row(effect: Effect, number: str) -> MailRow:
    body = json.loads(effect.request)
    waits = effect.next_at if effect.state == "intent" else None
    return MailRow(
        effect.id, number, body["event"], effect.state, body.get("to", ""), effect.attempts, effect.made_at, waits,
        effect.done_at, effect.response,
    )  # fmt: skip


def mails_by_state(session: Session) -> dict[str, int]:
    """How many mails are in which state; states without any are absent."""
    counted = select(Effect.state, func.count()).where(Effect.kind == KIND).group_by(Effect.state)
    return dict(session.execute(counted.order_by(Effect.state)).all())


def opt_out_id(address: str) -> bytes:
    """Under which id an address is kept that wants no mails: a digest, so the list names nobody."""
    return stable_id("mail_opt_out", address.strip().casefold())


def has_opted_out(session: Session, address: str) -> bool:
    """Whether nobody may write to this address."""
    return session.get(MailOptOut, opt_out_id(address)) is not None
