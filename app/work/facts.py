"""Facts that belong to no single stage: undo, sign-in, paper that moved, totes set free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from sqlalchemy import case, insert, select, update
from sqlalchemy.orm import Session

from app.db import changed, set_row
from app.facts import Fact, Row, Stamp, read_fact
from app.models import FactRow, FactStatus, PinGuard, PrintJob, StationRow, Tote, Voiding
from app.work.rules import wait_after


@dataclass(frozen=True)
class Voided(Fact):
    """The named facts did not hold (UNDO): each is inverted, none is deleted. Voiding twice inverts once.

    What central had set aside was never applied there: it is not inverted either, and never applied any more.
    """

    fact_ids: tuple[bytes, ...]
    voidable: ClassVar[bool] = False

    def apply(self, session: Session, stamp: Stamp) -> None:
        aside = _set_aside(session, self.fact_ids)
        for fact_id in aside:
            if session.get(Voiding, fact_id) is None:
                session.execute(insert(Voiding).values(fact_id=fact_id, by_fact_id=stamp.fact_id))
        for fact_id, fact in _named(session, self.fact_ids):
            if session.get(Voiding, fact_id) is None:
                session.execute(insert(Voiding).values(fact_id=fact_id, by_fact_id=stamp.fact_id))
                fact.revert(session, stamp)


def _set_aside(session: Session, fact_ids: tuple[bytes, ...]) -> list[bytes]:
    if session.info["side"] != "central":
        return []
    waits = select(FactStatus.fact_id).where(FactStatus.fact_id.in_(fact_ids), FactStatus.outcome != "applied")
    return list(session.scalars(waits.where(FactStatus.status.in_(("quarantine", "unknown")))))


def _named(session: Session, fact_ids: tuple[bytes, ...]) -> Iterator[tuple[bytes, Fact]]:
    rows = session.execute(select(FactRow.fact_id, FactRow.kind, FactRow.data).where(FactRow.fact_id.in_(fact_ids)))
    found = {row.fact_id: (row.kind, row.data) for row in rows}
    for fact_id in reversed(fact_ids):  # the last one first, as hands undo
        if fact_id in found and (fact := read_fact(*found[fact_id])) is not None:
            yield fact_id, fact


def touched_rows(session: Session, fact: Fact) -> tuple[Row, ...]:
    """Every mirrored row that applying this fact may write; for `Voided` those of the facts it names."""
    if isinstance(fact, Voided):
        return tuple(row for _, named in _named(session, fact.fact_ids) for row in named.touches())
    return fact.touches()


@dataclass(frozen=True)
class StationFounded(Fact):
    """A station's file was made: the first fact of its stream, so that central knows it by its name.

    A name that central already gave the station stays.
    """

    station_id: bytes
    code: str
    name: str
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        return (("station", (self.station_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        if session.get(StationRow, self.station_id) is None:
            session.execute(insert(StationRow).values(id=self.station_id, code=self.code, name=self.name, site=1))
            changed(session, StationRow, self.station_id)


@dataclass(frozen=True)
class StreamNoted(Fact):
    """At a hello the station found that something had happened between it and central; the office is told.

    `what`: fork (this file has a twin or is an old image, its facts go again in a new stream), central_lost (central
    had lost facts, they go again), central_moved (it is another server than before).
    """

    what: str
    detail: str
    voidable: ClassVar[bool] = False


@dataclass(frozen=True)
class SignedIn(Fact):
    """A person scanned the badge here."""

    person_id: bytes
    voidable: ClassVar[bool] = False


@dataclass(frozen=True)
class SignedOut(Fact):
    """The person who was signed in left (OUT, or another badge)."""

    person_id: bytes
    voidable: ClassVar[bool] = False


@dataclass(frozen=True)
class PrintMoved(Fact):
    """What became of a print job: sent, failed (with the problem in a few words), confirmed (its code was scanned).

    What was scanned off the paper came out, whatever the printer says later: a hand may be quicker than its answer.
    `printer` is the one that took it, where one did.
    """

    job_id: bytes
    state: str
    problem: str = ""
    printer: str = ""
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        return (("print_job", (self.job_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        copies = PrintJob.copies + (1 if self.state == "sent" else 0)
        came_out = PrintJob.state == "confirmed"
        state = case((came_out, "confirmed"), else_=self.state)
        problem = case((came_out, ""), else_=self.problem)
        session.execute(
            update(PrintJob)
            .where(PrintJob.id == self.job_id)
            .values(state=state, problem=problem, copies=copies, printer=self.printer or PrintJob.printer)
            .execution_options(synchronize_session=False)
        )
        changed(session, PrintJob, self.job_id)


@dataclass(frozen=True)
class ToteEmptied(Fact):
    """A person looked into the tote, found it empty and set it free (EMPTY). `order_id` is what it was bound to."""

    tote_id: bytes
    order_id: bytes = b""
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        return (("tote", (self.tote_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        set_tote(session, self.tote_id, state="free", order_id=None, work_id=None)


@dataclass(frozen=True)
class PinRefused(Fact):
    """A wrong PIN was typed for this person at this station. `boot` and `mono_ns`: the machine's time without a date.

    Which digits they were is nowhere.
    """

    person_id: bytes
    station_id: bytes
    boot: bytes
    mono_ns: int
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        return (("pin_guard", (self.person_id,)), ("pin_guard", (self.station_id,)))

    def apply(self, session: Session, stamp: Stamp) -> None:
        for subject in dict.fromkeys((self.person_id, self.station_id)):
            row = session.get(PinGuard, subject, populate_existing=True) or PinGuard(subject=subject, failures=0)
            row.failures += 1
            row.boot, row.mono_ns, row.last_at = self.boot or None, self.mono_ns, stamp.at
            row.locked_until = stamp.at + timedelta(seconds=wait_after(row.failures))
            session.add(row)
            session.flush()
            changed(session, PinGuard, subject)


@dataclass(frozen=True)
class PinAccepted(Fact):
    """The right PIN was typed: wrong ones before it are forgotten, for the person and for the station."""

    person_id: bytes
    station_id: bytes
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        return (("pin_guard", (self.person_id,)), ("pin_guard", (self.station_id,)))

    def apply(self, session: Session, stamp: Stamp) -> None:
        forget_failures(session, self.person_id, self.station_id)


def forget_failures(session: Session, *subjects: bytes) -> None:
    """Lets the PINs of these persons and stations be typed again; the same on the mirror and at central."""
    for subject in subjects:
        session.execute(
            update(PinGuard)
            .where(PinGuard.subject == subject)
            .values(failures=0, locked_until=None)
            .execution_options(synchronize_session=False)
        )
        changed(session, PinGuard, subject)


@dataclass(frozen=True)
class Approved(Fact):
    """Somebody with the right allowed, by badge and PIN, what the other facts of this group did.

    `act` says it in the words of the screen, in English. UNDO takes it back with the act.
    """

    person_id: bytes
    right: str
    act: str


@dataclass(frozen=True)
class StaffChanged(Fact):
    """The office did something with a person's PIN or badge: `act` is pin, no pin, badge, unlocked or left."""

    person_id: bytes
    act: str
    voidable: ClassVar[bool] = False


def set_tote(session: Session, tote_id: bytes, **values: object) -> None:
    """Writes a tote's state; the same on the mirror and at central."""
    set_row(session, Tote, tote_id, **values)
    changed(session, Tote, tote_id)


def queue_print(
    session: Session,
    stamp: Stamp,
    *,
    job_id: bytes,
    kind: str,
    order_id: bytes,
    parcel_id: bytes | None,
    document: str = "",
) -> None:
    """Makes the row of a print job; at the station it is drained by the print thread. Twice is the same as once."""
    if session.get(PrintJob, job_id) is None:
        session.execute(
            insert(PrintJob).values(
                id=job_id, kind=kind, order_id=order_id, parcel_id=parcel_id, station_id=stamp.station_id,
                state="queued", problem="", copies=0, queued_at=stamp.at,
                document=document if session.info["side"] == "station" else "",
            )
        )  # fmt: skip
    changed(session, PrintJob, job_id)


def drop_print(session: Session, job_id: bytes) -> None:
    """Takes a print job back that was queued by a voided fact (what is already on paper stays on paper)."""
    session.execute(
        update(PrintJob)
        .where(PrintJob.id == job_id)
        .values(state="void", problem="")
        .execution_options(synchronize_session=False)
    )
    changed(session, PrintJob, job_id)
