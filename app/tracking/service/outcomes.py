"""What became of a mail: in its row, on the order's timeline, and as an incident where a person is needed."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.ids import new_id, stable_id
from app.models import Effect, Incident
from app.notifiers.base import Outcome, Postponed, Rejected, Taken, Unclear
from app.text import Text, say
from app.tracking.rules.sending import PATIENCE, SHORTEST, waiting_time
from app.work.queries import setting
from app.work.service.timeline import add_entry

log = logging.getLogger(__name__)
MOST_RESENDS = 3
"""How often the setting `mail_unknown = resend` sends a mail again before a person is asked after all."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that is being given away. `attempt` is the fence: an older attempt's answer changes nothing newer.

    `address` is known only to who sends it; the row keeps it masked.
    """

    effect_id: bytes
    attempt: int
    event: str
    address: str
    message_id: str


def settle(session: Session, sent: Sent, outcome: Outcome, *, now: datetime, wait: timedelta | None) -> None:
    """Writes down what became of an attempt. `wait` is how long all wait when the server is away, else None."""
    row = session.get_one(Effect, sent.effect_id, populate_existing=True)
    if row.attempts != sent.attempt or row.state not in ("sent", "unknown"):
        return  # a later attempt has the word
    said = _masking(outcome.reply, sent.address, str(json.loads(row.request).get("to", "")))
    match outcome:
        case Taken():
            _move(session, row, "confirmed", said, done_at=now)
            _close_incident(session, row.id, now)
            _tell(session, row, now, _told_words(sent.event, row))
        case Rejected():
            _refuse(session, row, said, now)
        case Unclear():
            _doubt(session, row, said, now)
        case Postponed():
            if not outcome.for_all and now - row.made_at > PATIENCE:
                _refuse(session, row, f"given up after {PATIENCE.days} days: {said}", now)
            else:
                _move(session, row, "intent", said, next_at=now + (wait or waiting_time(row.attempts)))


def _move(session: Session, row: Effect, state: str, said: str, **values: object) -> None:
    session.execute(
        update(Effect)
        .where(Effect.id == row.id)
        .values(**{"state": state, "response": said, "next_at": None, "done_at": None, **values})
        .execution_options(synchronize_session=False)
    )


def _refuse(session: Session, row: Effect, said: str, now: datetime) -> None:
    _move(session, row, "refused", said, done_at=now)
    _incident(session, "mail_refused", row, said, now)
    _tell(session, row, now, say("Mail to {address} was refused: {said}", address=_to(row), said=said))


def _doubt(session: Session, row: Effect, said: str, now: datetime) -> None:
    """Nobody knows whether it arrived: the site says whether a person decides, or a second copy is the lesser evil."""
    if setting(session, "mail_unknown", "ask") == "resend" and row.attempts <= MOST_RESENDS:
        _move(session, row, "intent", said, next_at=now + SHORTEST)
        return
    _move(session, row, "unknown", said)
    if _incident(session, "mail_unknown", row, f"{said}; packbay mails retry {row.id.hex()} sends it again", now):
        _tell(session, row, now, say("Nobody knows whether the mail to {address} arrived", address=_to(row)))


def _to(row: Effect) -> str:
    return str(json.loads(row.request).get("to", "")) or "?"


def _masking(reply: str, address: str, shown: str) -> str:
    """A server's words without the address that they may repeat."""
    said = re.sub(re.escape(address), lambda _: shown, reply, flags=re.IGNORECASE) if address else reply
    return " ".join(said.split())[:400]


def _told_words(event: str, row: Effect) -> Text:
    match event:
        case "delivered":
            return say("Mail sent to {address}: delivered", address=_to(row))
        case "exception":
            return say("Mail sent to {address}: held up on its way", address=_to(row))
        case _:
            return say("Mail sent to {address}: on its way", address=_to(row))


def _tell(session: Session, row: Effect, now: datetime, words: Text) -> None:
    add_entry(session, order_id=row.subject_id, at=now, kind="mail", words=words)


# ---- incidents ------------------------------------------------------------------------------------------------------


def _incident(session: Session, kind: str, row: Effect, detail: str, now: datetime) -> bool:
    """Opens one of this kind for a mail; False while one is open."""
    open_ = select(Incident.id).where(
        Incident.kind == kind, Incident.subject == row.id, Incident.resolved_at.is_(None)
    )  # fmt: skip
    if session.scalar(open_) is not None:
        return False
    session.execute(
        insert(Incident).values(
            id=new_id(), kind=kind, order_id=row.order_id, subject=row.id, detail=detail, opened_at=now
        )
    )
    return True


def _close_incident(session: Session, effect_id: bytes, now: datetime) -> None:
    session.execute(
        update(Incident)
        .where(Incident.subject == effect_id, Incident.resolved_at.is_(None))
        .values(resolved_at=now)
        .execution_options(synchronize_session=False)
    )


def tell_outage(session: Session, why: str, now: datetime) -> None:
    """Mails do not go: one incident until they go again."""
    open_ = select(Incident.id).where(Incident.kind == "mail_server", Incident.resolved_at.is_(None))
    if session.scalar(open_) is None:
        session.execute(insert(Incident).values(id=new_id(), kind="mail_server", detail=why, opened_at=now))


def resolve(session: Session, kind: str, now: datetime) -> None:
    """Closes every open incident of a kind."""
    session.execute(
        update(Incident)
        .where(Incident.kind == kind, Incident.resolved_at.is_(None))
        .values(resolved_at=now)
        .execution_options(synchronize_session=False)
    )


def tell_broken_texts(session: Session, broken: Iterable[tuple[str, str]], now: datetime) -> None:
    """A text of the site's own can't be used, ours went out: said once for each fault."""
    for name, why in broken:
        incident_id = stable_id("incident", "mail_text", name, why)
        if session.get(Incident, incident_id) is not None:
            continue
        log.warning("the site's text mails/%s is broken, ours is used: %s", name, why)
        detail = f"mails/{name}: {why}"
        session.execute(insert(Incident).values(id=incident_id, kind="mail_text", detail=detail, opened_at=now))
