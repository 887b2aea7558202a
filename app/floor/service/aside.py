"""What central could not do by itself: facts that it set aside, and what it was told of stations' streams and clocks.

`aside` lists it; `aside-act` tries a fact once more, puts it aside for good, or notes that somebody has looked.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.errors import Problem, Refused
from app.floor.service.deeds import advice, cause, deed, for_support, note_words
from app.models import FactRow, FactStatus, Incident, Person, StationRow
from app.text import Text, say
from app.work.rules import roles_of
from app.work.service.timeline import packed_words

NOTES = ("fork", "central_lost", "central_moved", "clock_jump", "fact_twice", "file_damaged")
"""Incidents of the protocol itself."""
WAITING = ("quarantine", "unknown")
MOST = 60
RIGHT = "aside"


def waiting(session: Session, limit: int = MOST) -> tuple[list[dict[str, Any]], int]:
    """What waits for a person, the oldest first, and how many more there are."""
    open_facts = select(FactStatus).where(FactStatus.outcome == "", FactStatus.status.in_(WAITING))
    notes = select(Incident).where(Incident.kind.in_(NOTES), Incident.resolved_at.is_(None))
    rows = [_fact(session, status) for status in session.scalars(open_facts.order_by(FactStatus.at).limit(limit))]
    rows += [_note(session, note) for note in session.scalars(notes.order_by(Incident.opened_at).limit(limit))]
    whole = sum(session.scalar(select(func.count()).select_from(q.subquery())) or 0 for q in (open_facts, notes))
    rows.sort(key=lambda row: (row["at"], row["id"]))
    return rows[:limit], max(0, whole - limit)


def _fact(session: Session, status: FactStatus) -> dict[str, Any]:
    fact = session.get_one(FactRow, status.fact_id)
    return {
        "id": fact.fact_id.hex(), "sort": "fact", "kind": fact.kind, "status": status.status, "reason": status.reason,
        "at": status.at.isoformat(), "done_at": fact.at.isoformat(), "seq": fact.seq, "scan": fact.scan_text,
        "station": _station(session, fact.station_id), "person": _person_name(session, fact.actor_id),
        "deed": packed_words(deed(session, fact)), "cause": packed_words(cause(status.status, status.reason)),
        "advice": packed_words(advice(status.status)), "support": for_support(status.reason),
    }  # fmt: skip


def _note(session: Session, note: Incident) -> dict[str, Any]:
    meaning, act = note_words(note.kind)
    return {
        "id": note.id.hex(), "sort": "note", "kind": note.kind, "status": "", "reason": note.detail,
        "at": note.opened_at.isoformat(), "done_at": note.opened_at.isoformat(), "seq": 0, "scan": "",
        "station": _station(session, note.subject), "person": "", "cause": packed_words(meaning),
        "advice": packed_words(act), "support": for_support(note.detail.partition(";")[0]),
    }  # fmt: skip


def _station(session: Session, station_id: bytes | None) -> str:
    return session.scalar(select(StationRow.name).where(StationRow.id == station_id)) or ""


def _person_name(session: Session, person_id: bytes | None) -> str:
    return session.scalar(select(Person.name).where(Person.id == person_id)) or ""


# ---- acts -----------------------------------------------------------------------------------------------------------


def try_again(session: Session, fact_id: bytes) -> bool:
    """Has the applier try the fact once more, and with it all that waits of the same stream before it."""
    fact = session.get(FactRow, fact_id)
    if fact is None or not _waits(session, fact_id):
        return False
    before = select(FactRow.fact_id).where(
        FactRow.station_id == fact.station_id, FactRow.incarnation == fact.incarnation, FactRow.seq <= fact.seq
    )
    session.execute(
        update(FactStatus)
        .where(FactStatus.fact_id.in_(before), FactStatus.outcome == "", FactStatus.status.in_(WAITING))
        .values(outcome="again")
    )
    return True


def put_aside(session: Session, fact_id: bytes, *, person_id: bytes | None, why: str, now: datetime) -> bool:
    """The fact is never applied; who said so and why is kept with it. Its bytes stay where they are."""
    if not _waits(session, fact_id):
        return False
    values = {"outcome": "set_aside", "note": why, "resolved_at": now, "resolved_by": person_id}
    session.execute(update(FactStatus).where(FactStatus.fact_id == fact_id).values(**values))
    told = update(Incident).where(Incident.subject == fact_id, Incident.kind.in_(WAITING))
    session.execute(told.where(Incident.resolved_at.is_(None)).values(resolved_at=now))
    return True


def looked_at(session: Session, incident_id: bytes, *, now: datetime) -> bool:
    """Somebody has looked at it: it is not shown any more. After a jump of the clock, leases run out again."""
    note = session.get(Incident, incident_id)
    if note is None or note.kind not in NOTES or note.resolved_at is not None:
        return False
    note.resolved_at = now
    return True


def _waits(session: Session, fact_id: bytes) -> bool:
    status = session.get(FactStatus, fact_id, populate_existing=True)
    return status is not None and status.outcome == "" and status.status in WAITING


# ---- asks -----------------------------------------------------------------------------------------------------------


def answer_aside(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """`{}` → what waits for a person, the oldest first."""
    rows, unseen = waiting(session)
    return {"rows": rows, "unseen": unseen}


def answer_aside_act(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """`{"id", "act": again | drop | seen, "why", "by"}` → what was done, and what waits now."""
    try:
        person = session.get(Person, bytes.fromhex(body["by"]))
        if person is None or not person.active or person.role not in roles_of(RIGHT):
            raise Refused(Problem("MayNot", say("Whoever approved this may not")))
        subject, why = bytes.fromhex(body["id"]), str(body.get("why", ""))[:200]
        acts: dict[str, tuple[Callable[[], bool], Text]] = {
            "again": (lambda: try_again(session, subject), say("It is tried again")),
            "drop": (
                lambda: put_aside(session, subject, person_id=person.id, why=why, now=now), say("It is put aside"),
            ),
            "seen": (lambda: looked_at(session, subject, now=now), say("Noted")),
        }  # fmt: skip
        act, words = acts[str(body["act"])]
        if not act():
            raise Refused(Problem("NotThere", say("Somebody else has dealt with it")))
    except Refused as refusal:
        return {"refused": packed_words(refusal.problem.what)} | answer_aside(
            session, station_id=station_id, body={}, now=now
        )
    session.flush()
    return {"done": packed_words(words)} | answer_aside(session, station_id=station_id, body={}, now=now)


def as_json(rows: list[dict[str, Any]]) -> str:
    """The list for a program to read."""
    return json.dumps({"exceptions": rows}, ensure_ascii=False)
