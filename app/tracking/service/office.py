"""What the office may do about mails: send again, drop, respect who wants none, try whether mails go at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.errors import Problem, Refused
from app.ids import new_id
from app.models import Effect, Incident, MailOptOut
from app.notifiers import post_office
from app.notifiers.base import FILE, Message, Outcome, postal
from app.text import say
from app.tracking.queries.mails import KIND, opt_out_id
from app.work.queries import setting
from app.work.rules.states import state_words

AGAIN = ("intent", "refused", "unknown", "dropped")
"""States out of which a person may send a mail (again); what is `sent` is being given away, `confirmed` has arrived."""


def retry_mails(session: Session, *, names: Sequence[str], states: Sequence[str], now: datetime) -> int:
    """Sends mails (again), with the ids that they had: those named by the beginning of their id, or all of some states.

    Returns how many are due now. Refused when a name is nobody's or several's, or the mail has arrived.
    """
    chosen = [_named(session, name) for name in names]
    which = Effect.id.in_(chosen) if names else Effect.state.in_(states)
    moved = session.scalars(
        update(Effect)
        .where(Effect.kind == KIND, which, Effect.state.in_(AGAIN))
        .values(state="intent", next_at=now, done_at=None)
        .execution_options(synchronize_session=False)
        .returning(Effect.id)
    ).all()
    session.execute(
        update(Incident)
        .where(Incident.subject.in_(moved), Incident.resolved_at.is_(None))
        .values(resolved_at=now)
        .execution_options(synchronize_session=False)
    )
    return len(moved)


def _named(session: Session, name: str) -> bytes:
    found = session.execute(
        select(Effect.id, Effect.state).where(
            Effect.kind == KIND, func.lower(func.hex(Effect.id)).startswith(name.lower(), autoescape=True)
        )
    ).all()
    if len(found) != 1:
        what = say("{n} mails have an id that begins with {name}", n=len(found), name=name)
        raise Refused(Problem("NoSuchMail", what, do=(say("packbay mails list shows them"),)))
    if found[0].state not in AGAIN:
        what = say("Mail {name} is {state}", name=name, state=state_words(found[0].state))
        raise Refused(Problem("MailIsGone", what, unchanged=say("It was not sent again.")))
    return bytes(found[0].id)


def drop_mails(session: Session, *, before: datetime, now: datetime) -> int:
    """Drops mails that wait and are older than a moment; returns how many. For a site that sets mails up late."""
    dropped = session.scalars(
        update(Effect)
        .where(Effect.kind == KIND, Effect.state == "intent", Effect.made_at < before)
        .values(state="dropped", response="dropped by the office", done_at=now)
        .execution_options(synchronize_session=False)
        .returning(Effect.id)
    )
    return len(dropped.all())


def opt_out(session: Session, *, address: str, now: datetime, wanted: bool = False) -> bool:
    """Notes that an address wants no mails (or, with `wanted`, that it does again); False when that was known."""
    if not postal(address):
        raise Refused(Problem("NoAddress", say("{address} is no mail address", address=address)))
    key = opt_out_id(postal(address))
    there = session.get(MailOptOut, key) is not None
    if wanted and there:
        session.execute(delete(MailOptOut).where(MailOptOut.id == key))
    if not wanted and not there:
        session.execute(insert(MailOptOut).values(id=key, since=now))
    return there is wanted


def send_trial(session: Session, *, root: Path, address: str, now: datetime) -> Outcome:
    """Sends one mail to see whether mails go at all. Refused without `[mail]`, or when it is wrong."""
    office = post_office(root)
    if office is None:
        what = say("{file} has no [mail], so this site sends no mails", file=FILE)
        raise Refused(Problem("NoMail", what, do=(say("See docs/mails.md"),), unchanged=say("All mails wait.")))
    to = postal(address)
    if not to:
        raise Refused(Problem("NoAddress", say("{address} is no mail address", address=address)))
    shop = setting(session, "shop_name") or "Packbay"
    words = f"If you can read this, {shop} can send mails. It was sent by hand, by the command packbay mails test."
    message = Message(
        message_id=f"<{new_id().hex()}@{office.config.domain}>",
        at=now,
        sender=office.config.sender,
        sender_name=office.config.sender_name or shop,
        to=to,
        to_name="",
        subject="Packbay sends mails",
        text=words + "\n",
        page=f'<!DOCTYPE html>\n<html lang="en"><body><p>{escape(words)}</p></body></html>\n',
        reply_to=office.config.reply_to,
    )
    return office.way.send(message)
