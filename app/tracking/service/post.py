"""The post: mails that are due are given away, one at a time, each at most once unless a person says otherwise.

The row says `sent` before the first byte leaves, so a mail that was being given away when the plug was pulled is found
as what it is: unknown. Nothing of this holds a lock on the database while a server is spoken to, and no mail is lost
because a server is away: all wait, and the next try comes later and later, up to five minutes.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database, central_write, reading
from app.models import Effect, Order, Parcel
from app.notifiers import PostOffice, post_office
from app.notifiers.base import BadMailConfig, Letter, Message, Outcome, Postponed, Rejected, Unclear, masked
from app.settings import Home
from app.shipping.queries.site import site_zone
from app.tracking.queries.letters import Recipient, letter_for, recipient_of
from app.tracking.queries.mails import KIND, has_opted_out
from app.tracking.rules.sending import (
    AWAY_LONGEST,
    AWAY_SHORTEST,
    TOO_OLD,
    is_quiet,
    quiet_hours,
    waiting_time,
)
from app.tracking.service.outcomes import Sent, resolve, settle, tell_broken_texts, tell_outage
from app.work.queries import setting

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=10)
"""Longer than any mail takes: a row that is `sent` for longer belongs to nobody any more."""
ROUND_NS = 5_000_000_000
"""How long one round may go on, so that other duties have their turn."""


@dataclass(slots=True)
class _Line:
    """What this process remembers of a home's way to the server: how often it failed in a row, when to try again,
    whether it ever answered."""

    failures: int = 0
    next_ns: int = 0
    answered: bool = False
    broken_hours: str = ""


_lines: dict[Path, _Line] = {}


@dataclass(frozen=True, slots=True)
class _Claim:
    """A mail that is ours to give away: nobody else takes it before its lease ends."""

    sent: Sent
    letter: Letter
    at: datetime


def send_mails(database: Database, clock: Clock, home: Home) -> int:
    """The duty "mails": gives away what is due and returns how many rows moved."""
    with reading(database) as session:
        if session.scalar(select(Effect.id).where(_due(clock.now()) | _given_away()).limit(1)) is None:
            return 0
    with _alone(home.root) as mine:
        return _round(database, clock, home.root) if mine else 0


def _due(now: datetime) -> ColumnElement[bool]:
    return (Effect.kind == KIND) & (Effect.state == "intent") & or_(Effect.next_at.is_(None), Effect.next_at <= now)


def _given_away() -> ColumnElement[bool]:
    return (Effect.kind == KIND) & (Effect.state == "sent")


@contextmanager
def _alone(root: Path) -> Iterator[bool]:
    """Whether no other process of this machine sends mails of this home now. The lock goes with its process."""
    file = os.open(root / "mails.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(file)


def _round(database: Database, clock: Clock, root: Path) -> int:
    line = _lines.setdefault(root, _Line())
    moved = _find_lost(database, clock.now(), root)
    office = _office(database, clock, line, root)
    if office is None or clock.mono_ns() < line.next_ns or _quiet(database, clock.now(), line):
        return moved
    moved += _drop_old(database, clock.now())
    until = clock.mono_ns() + ROUND_NS
    while clock.mono_ns() < until:
        claim = _claim(database, clock.now(), office, root)
        if claim is None:
            break
        moved += 1
        if isinstance(claim, _Claim) and not _give_away(database, clock, office, line, claim, root):
            break
    return moved


def _office(database: Database, clock: Clock, line: _Line, root: Path) -> PostOffice | None:
    """Who gives mails away here; None, and mails wait, where nobody does or central.toml is wrong."""
    try:
        return post_office(root)
    except BadMailConfig as error:
        if clock.mono_ns() >= line.next_ns:
            _away(database, clock, line, str(error.problem.what))
        return None


def _quiet(database: Database, now: datetime, line: _Line) -> bool:
    with reading(database) as session:
        words = setting(session, "mail_quiet")
        local = now.astimezone(site_zone(session))
    try:
        return is_quiet(local, quiet_hours(words))
    except ValueError as error:
        if line.broken_hours != words:
            line.broken_hours = words
            log.warning("the setting mail_quiet is passed over: %s", error)
        return False


# ---- taking one -----------------------------------------------------------------------------------------------------


def _claim(database: Database, now: datetime, office: PostOffice, root: Path) -> _Claim | str | None:
    """The next mail, now ours and `sent`; the word why it was dropped instead; None when none is due."""
    with central_write(database) as session:
        row = session.scalars(
            select(Effect)
            .where(_due(now))
            .order_by(func.coalesce(Effect.next_at, Effect.made_at), Effect.id)
            .limit(1)
            .execution_options(populate_existing=True)
        ).first()
        if row is None:
            return None
        body = json.loads(row.request)
        parcels, to = _parcels_left(session, row, body), recipient_of(session, row.subject_id)
        why = _reason_not(session, row, parcels, to)
        if why:
            _drop(session, Effect.id == row.id, why, now)
            return why
        contact = office.config.reply_to or office.config.sender
        letter = letter_for(
            session, order_id=row.subject_id, event=body["event"], parcels=parcels, recipient=to, contact=contact
        )
        body["message_id"] = body.get("message_id") or f"<{row.id.hex()}@{office.config.domain}>"
        body |= {"to": masked(to.address), "by": _me(root)}
        attempt = _take(session, row.id, body, now)
        if attempt is None:
            return None
        return _Claim(Sent(row.id, attempt, body["event"], to.address, body["message_id"]), letter, now)


def _take(session: Session, effect_id: bytes, body: dict[str, object], now: datetime) -> int | None:
    """Makes the row ours with one conditional UPDATE; the number of this attempt, None when somebody was faster."""
    return session.scalar(
        update(Effect)
        .where(Effect.id == effect_id, _due(now))
        .values(state="sent", attempts=Effect.attempts + 1, next_at=now + LEASE, request=json.dumps(body))
        .execution_options(synchronize_session=False)
        .returning(Effect.attempts)
    )


def _parcels_left(session: Session, row: Effect, body: dict[str, list[list[str]]]) -> list[bytes]:
    """The parcels of which a mail still tells: their labels are what they were when it was meant."""
    named = {bytes.fromhex(parcel): tracking for parcel, tracking in body["parcels"]}
    now = session.execute(select(Parcel.id, Parcel.tracking).where(Parcel.id.in_(named), Parcel.state == "closed"))
    return [parcel for parcel, tracking in now if tracking == named[parcel]]


def _reason_not(session: Session, row: Effect, parcels: list[bytes], to: Recipient) -> str:
    """Why a mail that is due is dropped instead, "" when it goes."""
    if session.scalar(select(Order.state).where(Order.id == row.subject_id)) == "cancelled":
        return "the order was cancelled"
    if not parcels:
        return "the label was voided"
    if not to.address:
        return "the order has no mail address"
    return "the address wants no mails" if has_opted_out(session, to.address) else ""


def _drop(session: Session, which: ColumnElement[bool], why: str, now: datetime) -> int:
    dropped = session.execute(
        update(Effect)
        .where(which, Effect.kind == KIND, Effect.state == "intent")
        .values(state="dropped", response=why, done_at=now)
        .execution_options(synchronize_session=False)
        .returning(Effect.id)
    )
    return len(dropped.all())


def _drop_old(database: Database, now: datetime) -> int:
    """What nobody tried to tell for a week is no news: mails were set up later than parcels left."""
    old = (Effect.attempts == 0) & (Effect.made_at < now - TOO_OLD)
    with reading(database) as session:
        if session.scalar(select(Effect.id).where(_due(now), old).limit(1)) is None:
            return 0
    with central_write(database) as session:
        return _drop(session, old, f"older than {TOO_OLD.days} days", now)


# ---- giving one away ------------------------------------------------------------------------------------------------


def _give_away(
    database: Database, clock: Clock, office: PostOffice, line: _Line, claim: _Claim, root: Path
) -> bool:  # fmt: skip
    """Gives a mail away and writes down what became of it; False when the next one would fare no better now."""
    outcome = _send(database, office, claim, root)
    away = isinstance(outcome, Postponed) and outcome.for_all
    wait = waiting_time(line.failures + 1, AWAY_SHORTEST, AWAY_LONGEST) if away else None
    with central_write(database) as session:
        settle(session, claim.sent, outcome, now=clock.now(), wait=wait)
        if not away and (line.failures or not line.answered):
            resolve(session, "mail_server", clock.now())
    if away:
        _away(database, clock, line, outcome.reply)
        return False
    if line.failures:
        log.info("mails go again")
    line.failures, line.answered = 0, True
    return True


def _send(database: Database, office: PostOffice, claim: _Claim, root: Path) -> Outcome:
    """Words first: a letter without words never went, and must not be taken for one that may have gone."""
    try:
        message = _message(database, office, claim, root)
    except Exception as error:
        log.exception("mail %s has no words", claim.sent.effect_id.hex())
        return Rejected(f"it has no words: {type(error).__name__}: {error}")
    return office.way.send(message)


def _message(database: Database, office: PostOffice, claim: _Claim, root: Path) -> Message:
    from app.notifiers.base.words import in_words  # jinja2 is loaded with the first mail, not at the start

    words = in_words(claim.letter, root / "mails")
    if words.broken:
        with central_write(database) as session:
            tell_broken_texts(session, words.broken, claim.at)
    return Message(
        message_id=claim.sent.message_id,
        at=claim.at,
        sender=office.config.sender,
        sender_name=office.config.sender_name or claim.letter.shop,
        to=claim.sent.address,
        to_name=claim.letter.recipient,
        subject=words.subject,
        text=words.text,
        page=words.page,
        language=claim.letter.language,
        reply_to=office.config.reply_to,
    )


def _away(database: Database, clock: Clock, line: _Line, why: str) -> None:
    """All mails wait: said once an outage, in the log and to the office."""
    line.failures += 1
    wait = waiting_time(line.failures, AWAY_SHORTEST, AWAY_LONGEST)
    line.next_ns = clock.mono_ns() + int(wait.total_seconds() * 1e9)
    if line.failures == 1:
        log.warning("mails wait: %s", why)
        with central_write(database) as session:
            tell_outage(session, why, clock.now())


# ---- after a crash --------------------------------------------------------------------------------------------------


def _me(root: Path) -> str:
    """Who gives a mail away: this home of this machine, of which only one process does at a time."""
    return f"{socket.gethostname()}:{root}"


def _find_lost(database: Database, now: datetime, root: Path) -> int:
    """Mails that somebody was giving away who is no more: the lease has ended, or it was us in another life."""
    with reading(database) as session:
        rows = session.execute(select(Effect.id, Effect.request, Effect.next_at).where(_given_away())).all()
    lost = [i for i, request, until in rows if until is None or until < now or _by(request) == _me(root)]
    for effect_id in lost:
        with central_write(database) as session:
            _settle_lost(session, effect_id, now)
    return len(lost)


def _by(request: str) -> str:
    return str(json.loads(request).get("by", ""))


def _settle_lost(session: Session, effect_id: bytes, now: datetime) -> None:
    row = session.get_one(Effect, effect_id, populate_existing=True)
    body = json.loads(row.request)
    sent = Sent(row.id, row.attempts, body["event"], "", body["message_id"])
    settle(session, sent, Unclear("the program ended while it was given away"), now=now, wait=None)
