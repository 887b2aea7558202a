"""PINs and badges of staff, as the office sets them; every station hears of it with the next rows of the feed."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.barcodes import own_code
from app.db import changed
from app.errors import Problem, Refused
from app.models import Code, Person, PersonPin, PinGuard
from app.text import Text, say
from app.work.facts import StaffChanged, forget_failures
from app.work.rules import Pepper, hash_pin, is_under, weakness_of
from app.work.service.recording import record_here

BADGE_BYTES = 10
"""80 random bits: what nobody guesses or counts up to."""


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A member of staff as the office sees one."""

    staff_number: str
    name: str
    role: str
    language: str
    active: bool
    has_pin: bool
    badges: int
    failures: int
    locked_until: datetime | None


def staff_list(session: Session) -> tuple[StaffRow, ...]:
    """Everybody, by staff number. No badge code and nothing of a PIN is in it."""
    badges = select(func.count()).where(Code.kind == "badge", Code.subject == Person.id).scalar_subquery()
    rows = session.execute(
        select(Person, PersonPin.person_id, badges, PinGuard.failures, PinGuard.locked_until)
        .outerjoin(PersonPin, PersonPin.person_id == Person.id)
        .outerjoin(PinGuard, PinGuard.subject == Person.id)
        .order_by(Person.staff_number)
    )
    return tuple(
        StaffRow(
            p.staff_number, p.name, p.role, p.language, p.active, pin is not None, number, failures or 0, until
        )
        for p, pin, number, failures, until in rows
    )  # fmt: skip


def pins_kept(session: Session) -> int:
    """How many people have a PIN."""
    return session.scalar(select(func.count()).select_from(PersonPin)) or 0


def set_pin(session: Session, pepper: Pepper, *, staff_number: str, pin: str, now: datetime) -> None:
    """Gives a person a PIN. Refused when it is weak, the person is gone, or other PINs lie under another pepper."""
    person = _person(session, staff_number)
    if not person.active:
        raise _refused("Left", say("{name} does not work here any more", name=person.name))
    if weakness := weakness_of(pin, staff_number):
        raise _refused("WeakPin", say("That PIN is refused: {why}", why=weakness))
    others = session.scalars(select(PersonPin.hash).where(PersonPin.person_id != person.id))
    if any(not is_under(pepper, kept) for kept in others):
        raise Refused(
            Problem(
                name="OtherPepper",
                what=say("Other PINs were set with another key"),
                why=say("The key of the PINs was lost or exchanged."),
                do=(say("Put the old key back, or remove all PINs (packbay people pin --remove)"),),
                unchanged=say("Nothing was changed."),
            )
        )
    session.merge(PersonPin(person_id=person.id, hash=hash_pin(pepper, person.id, pin), set_at=now))
    session.flush()
    changed(session, PersonPin, person.id)
    _forget(session, person.id)
    record_here(session, (StaffChanged(person.id, "pin"),), now=now)


def remove_pin(session: Session, *, staff_number: str, now: datetime) -> bool:
    """Takes the PIN away; whether there was one."""
    person = _person(session, staff_number)
    there = _drop_pin(session, person.id)
    if there:
        record_here(session, (StaffChanged(person.id, "no pin"),), now=now)
    return there


def unlock(session: Session, *, staff_number: str, now: datetime) -> None:
    """Forgets the wrong PINs of a person: a supervisor's word."""
    person = _person(session, staff_number)
    _forget(session, person.id)
    record_here(session, (StaffChanged(person.id, "unlocked"),), now=now)


def unlock_stations(session: Session, *, now: datetime) -> int:
    """Forgets the wrong PINs of all stations (and of nobody); how many were counting."""
    people = select(Person.id)
    stations = session.scalars(
        select(PinGuard.subject).where(PinGuard.failures > 0, PinGuard.subject.not_in(people))
    ).all()
    for subject in stations:
        _forget(session, subject)
        record_here(session, (StaffChanged(subject, "unlocked"),), now=now)
    return len(stations)


def new_badge(session: Session, *, staff_number: str, now: datetime) -> str:
    """A new random badge; all badges that the person had mean nothing from now on. Returns the code to print."""
    person = _person(session, staff_number)
    if not person.active:
        raise _refused("Left", say("{name} does not work here any more", name=person.name))
    _drop_badges(session, person.id)
    code = own_code("U" + base64.b32encode(os.urandom(BADGE_BYTES)).decode())
    session.execute(insert(Code).values(value=code, kind="badge", subject=person.id, units=1, printed=True))
    changed(session, Code, code, "badge", person.id)
    record_here(session, (StaffChanged(person.id, "badge"),), now=now)
    return code


def leave(session: Session, *, staff_number: str, now: datetime) -> None:
    """Somebody leaves: may not sign in any more, and PIN and badges are gone. What they did keeps their name."""
    person = _person(session, staff_number)
    person.active = False
    session.flush()
    changed(session, Person, person.id)
    _drop_pin(session, person.id)
    _drop_badges(session, person.id)
    record_here(session, (StaffChanged(person.id, "left"),), now=now)


def _person(session: Session, staff_number: str) -> Person:
    person = session.scalar(select(Person).where(Person.staff_number == staff_number))
    if person is None:
        raise _refused("UnknownStaff", say("Nobody has the staff number {number}", number=staff_number))
    return person


def _refused(name: str, what: Text) -> Refused:
    return Refused(Problem(name=name, what=what, unchanged=say("Nothing was changed.")))


def _drop_pin(session: Session, person_id: bytes) -> bool:
    there = session.get(PersonPin, person_id) is not None
    session.execute(delete(PersonPin).where(PersonPin.person_id == person_id))
    changed(session, PersonPin, person_id)
    return there


def _drop_badges(session: Session, person_id: bytes) -> None:
    for value in session.scalars(select(Code.value).where(Code.kind == "badge", Code.subject == person_id)).all():
        session.execute(delete(Code).where(Code.value == value, Code.kind == "badge", Code.subject == person_id))
        changed(session, Code, value, "badge", person_id)


def _forget(session: Session, subject: bytes) -> None:
    if session.get(PinGuard, subject) is not None:
        forget_failures(session, subject)
