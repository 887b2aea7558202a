"""Central at work: applies each station's facts in the order of its stream, answers asks, writes the feed.

A batch is one transaction: rows, consequences, marks, and last the feed. If anything in it fails the batch is rolled
back and done again one fact per savepoint; a fact that fails alone goes into quarantine with its reason, counts as
applied, and never holds up the next one. No fact is ever refused.
"""

from __future__ import annotations

import importlib
import json
import logging
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, literal, select, union_all, update
from sqlalchemy.orm import Session

import app
from app.clock import Clock
from app.db import Database, central_write, changed, glancing, is_machines_fault, reading
from app.db.bulk import write_rows
from app.db.feed import publish_mark, read_rows
from app.errors import Unavailable
from app.facts import Fact, Row, Stamp, kinds, read_fact
from app.ids import new_id
from app.models import Answer, Ask, FactAgain, FactRow, FactStatus, Incident, Model, StationMark, Voiding
from app.sync.wire import UNREADABLE
from app.work.facts import touched_rows

log = logging.getLogger(__name__)
BATCH, BATCH_NS = 200, 150_000_000
"""A batch: so many facts of one stream, or as many as a good tenth of a second holds. Then others have their turn."""
ASKS = 500
"""Questions in one round; there are more only where a station went wild."""
TOGETHER = 200
"""Questions that are answered in one transaction, as far as they fit into a batch's time."""
Consequence = Callable[[Session, Fact, Stamp], None]


class Stream(NamedTuple):
    """A station's facts under one numbering."""

    station_id: bytes
    incarnation: bytes


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the stages told central: consequences by the kind of a fact, answers by the kind of an ask.

    `together` has those who answer many asks of a kind at once, each as if it were the only one or came after the
    others: `act(session, asked=[(station_id, body), …], now=…)` gives as many answers.
    """

    consequences: dict[str, tuple[Consequence, ...]]
    answers: dict[str, Callable[..., dict[str, Any]]]
    together: dict[str, Callable[..., list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Pushed:
    """A fact as a station pushed it: what is in `data` may be anything.

    `again`: it came once more after a fork, and was applied when it came first. `other`: not even its bytes are those
    of that time.
    """

    fact_id: bytes
    station_id: bytes
    incarnation: bytes
    seq: int
    kind: str
    data: str
    again: bool = False
    other: str = ""

    def read(self) -> tuple[Fact | None, Stamp]:
        """The fact (None when this program does not know its kind) and its envelope."""
        if self.kind == UNREADABLE:
            raise ValueError("its envelope can't be read")
        stamp = stamp_of(json.loads(self.data), self.fact_id, self.station_id, self.incarnation, self.seq)
        return read_fact(self.kind, self.data), stamp


@cache
def rooms() -> Rooms:
    """Finds every stage's facts and service; a stage that does not import stops the start."""
    consequences: dict[str, list[Consequence]] = {}
    answers: dict[str, Callable[..., dict[str, Any]]] = {}
    together: dict[str, Callable[..., list[dict[str, Any]]]] = {}
    for stage in sorted(m.name for m in pkgutil.iter_modules(app.__path__) if m.ispkg):
        inner = {m.name for m in pkgutil.iter_modules([*importlib.import_module(f"app.{stage}").__path__])}
        if "facts" in inner:
            importlib.import_module(f"app.{stage}.facts")
        if "service" in inner:
            service = importlib.import_module(f"app.{stage}.service")
            for kind, act in getattr(service, "CONSEQUENCES", {}).items():
                consequences.setdefault(kind, []).append(act)
            for kind, answer in getattr(service, "ANSWERS", {}).items():
                if kind in answers:
                    raise RuntimeError(f"two stages answer {kind!r}")
                answers[kind] = answer
            together |= getattr(service, "TOGETHER", {})
    return Rooms({k: tuple(v) for k, v in consequences.items()}, answers, together)


def work_off(database: Database, clock: Clock, ends: Callable[[], bool] = lambda: False) -> int:
    """Applies what was pushed and answers what was asked, until nothing is left or `ends`; how much was done."""
    done = 0
    while not ends():
        todo = _look_around(database)
        step = _apply_some(database, clock, ends, todo.behind)
        step += _answer_some(database, clock) if todo.asks else 0
        step += _try_again(database, clock) if todo.again else 0
        if not step:
            break
        done += step
    return done


class _Todo(NamedTuple):
    """What is to be done: streams with how many facts they are ahead of central, whether questions are open, and
    whether facts that were set aside are to be tried again."""

    behind: list[tuple[Stream, int]]
    asks: bool
    again: bool


def _look_around(database: Database) -> _Todo:
    """By one statement: a worker that is woken by each push of a floor should not spend its time on looking."""
    count, again = StationMark.pushed_seq - StationMark.applied_seq, FactStatus.fact_id
    question = select(Ask.station_id, Ask.request_id).limit(1).subquery().c
    parts = (
        select(literal(0), StationMark.station_id, StationMark.incarnation, count).where(count > 0),
        select(literal(1), *question, literal(0)),
        select(literal(2), again, again, literal(0)).where(FactStatus.outcome == "again"),
    )
    found: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
    with glancing(database) as session:
        for what, *row in session.execute(union_all(*parts)):
            found[what].append(row)
    behind = [(Stream(station, incarnation), ahead) for station, incarnation, ahead in found[0]]
    return _Todo(behind, bool(found[1]), bool(found[2]))


# ---- facts that were set aside --------------------------------------------------------------------------------------


def take_up_known(database: Database) -> int:
    """Facts that an older program did not know are to be tried once more when this one knows them; how many."""
    with reading(database) as session:
        waiting = session.execute(
            select(FactRow.fact_id, FactRow.kind, FactRow.version)
            .join(FactStatus, FactStatus.fact_id == FactRow.fact_id)
            .where(FactStatus.status == "unknown", FactStatus.outcome == "")
        ).all()
    rooms()
    known = [row.fact_id for row in waiting if row.kind in kinds() and row.version <= kinds()[row.kind].version]
    if known:
        with central_write(database) as session:
            for fact_id in known:
                session.execute(update(FactStatus).where(FactStatus.fact_id == fact_id).values(outcome="again"))
    return len(known)


def _try_again(database: Database, clock: Clock) -> int:
    """Applies what is to be tried once more, each stream's facts in their order; what fails again waits as before."""
    wanted = (
        select(FactRow.fact_id, FactRow.station_id, FactRow.incarnation, FactRow.seq, FactRow.kind, FactRow.data)
        .join(FactStatus, FactStatus.fact_id == FactRow.fact_id)
        .where(FactStatus.outcome == "again")
        .order_by(FactRow.station_id, FactRow.incarnation, FactRow.seq)
    )
    with reading(database) as session:
        waiting = [Pushed(*row) for row in session.execute(wanted)]
    for pushed in waiting:
        with central_write(database) as session:
            _try_alone(session, pushed, clock.now())
    return len(waiting)


def _try_alone(session: Session, pushed: Pushed, now: datetime) -> None:
    status = session.get_one(FactStatus, pushed.fact_id, with_for_update=True)
    if status.outcome != "again":
        return
    if session.get(Voiding, pushed.fact_id) is not None:
        status.outcome, status.note, status.resolved_at = "set_aside", "taken back by the hand that did it", now
    else:
        marked = dict(session.info["changed"])
        try:
            with session.begin_nested():
                _apply(session, pushed, now)
            status = session.get_one(FactStatus, pushed.fact_id)
            status.outcome, status.resolved_at = "applied", now
        except Exception as error:  # as when it came first
            if is_machines_fault(error):
                raise
            session.info["changed"] = marked
            status = session.get_one(FactStatus, pushed.fact_id, populate_existing=True)
            status.outcome, status.reason = "", f"{type(error).__name__}: {error}"
            return
    session.execute(
        update(Incident)
        .where(Incident.subject == pushed.fact_id, Incident.kind == status.status, Incident.resolved_at.is_(None))
        .values(resolved_at=now)
    )


# ---- facts ----------------------------------------------------------------------------------------------------------


def _apply_some(
    database: Database, clock: Clock, ends: Callable[[], bool], behind: Sequence[tuple[Stream, int]]
) -> int:  # fmt: skip
    """One batch of each stream that has facts, questions in between: a noisy station delays the others by a batch."""
    done = 0
    for streams in _together(behind):
        try:
            done += _apply_batch(database, streams, clock, one_by_one=False)
        except Exception as error:  # what failed is found out one by one; nothing of the batch was kept
            if is_machines_fault(error):
                raise
            log.info("a batch of facts failed and is applied one by one", exc_info=True)
            for stream in streams:
                done += _apply_batch(database, (stream,), clock, one_by_one=True)
        if ends():
            break
        done += _answer_some(database, clock) if _look_around(database).asks else 0
    return done


def _together(behind: Sequence[tuple[Stream, int]]) -> Iterator[tuple[Stream, ...]]:
    """Which streams share a transaction: a floor at work has one fact each, and a commit costs more than those do.

    A stream with a batch of its own goes alone, and last: the others do not wait for it.
    """
    some: list[Stream] = []
    room = BATCH
    for stream, count in sorted(behind, key=lambda one: one[1]):
        if some and count > room:
            yield tuple(some)
            some, room = [], BATCH
        some.append(stream)
        room -= count
    if some:
        yield tuple(some)


def _apply_batch(database: Database, streams: Sequence[Stream], clock: Clock, *, one_by_one: bool) -> int:
    done, began = 0, clock.mono_ns()
    with central_write(database, relaxed=True) as session:
        reached: dict[Stream, int] = {}
        for stream in streams:
            count, last = _apply_stream(session, stream, clock, began, one_by_one=one_by_one)
            if count:
                done, reached[stream] = done + count, last
            if clock.mono_ns() - began >= BATCH_NS:
                break
        for stream, last in reached.items():  # last of all: from here to the commit these stations' pushes wait
            _move_mark(session, stream, last)
    return done


def _apply_stream(
    session: Session, stream: Stream, clock: Clock, began: int, *, one_by_one: bool
) -> tuple[int, int]:  # fmt: skip
    """Applies the next facts of a stream: how many, and the number of the last one.

    Its mark is read and not locked: the site's lock keeps every other worker out, and pushes of one stream commit in
    its order, so that what is there has no hole.
    """
    mark = session.get_one(StationMark, stream, populate_existing=True)
    count, last = 0, mark.applied_seq
    for pushed in _waiting(session, *stream, mark.applied_seq):
        if one_by_one:
            _apply_alone(session, pushed, clock.now())
        else:
            _apply(session, pushed, clock.now())
        count, last = count + 1, pushed.seq
        if clock.mono_ns() - began >= BATCH_NS:
            break
    return count, last


def _move_mark(session: Session, stream: Stream, last: int) -> None:
    station_id, incarnation = stream
    session.execute(
        update(StationMark)
        .where(StationMark.station_id == station_id, StationMark.incarnation == incarnation)
        .values(applied_seq=last)
    )
    publish_mark(session, station_id, incarnation, last)


def _waiting(session: Session, station_id: bytes, incarnation: bytes, applied: int) -> list[Pushed]:
    """The next facts of a stream, in its order: those that are new, and those that came once more."""
    new = session.execute(
        select(FactRow.fact_id, FactRow.seq, FactRow.kind, FactRow.data)
        .where(FactRow.station_id == station_id, FactRow.incarnation == incarnation, FactRow.seq > applied)
        .order_by(FactRow.seq)
        .limit(BATCH)
    )
    found = [Pushed(r.fact_id, station_id, incarnation, r.seq, r.kind, r.data) for r in new]
    again = session.execute(
        select(FactAgain.fact_id, FactAgain.seq, FactRow.kind, FactRow.data, FactAgain.data.label("other"))
        .join(FactRow, FactRow.fact_id == FactAgain.fact_id)
        .where(FactAgain.station_id == station_id, FactAgain.incarnation == incarnation, FactAgain.seq > applied)
        .order_by(FactAgain.seq)
        .limit(BATCH)
    )
    found += [Pushed(r.fact_id, station_id, incarnation, r.seq, r.kind, r.data, True, r.other) for r in again]
    return sorted(found, key=lambda pushed: pushed.seq)[:BATCH]


def stamp_of(data: dict[str, Any], fact_id: bytes, station_id: bytes, incarnation: bytes, seq: int) -> Stamp:
    """The envelope of a stored fact."""
    return Stamp(
        fact_id=fact_id,
        station_id=station_id,
        incarnation=incarnation,
        seq=seq,
        group=data["group"],
        at=datetime.fromisoformat(data["at"]),
        tz_offset_min=data["tz"],
        actor_id=bytes.fromhex(data["actor"]),
        task_id=bytes.fromhex(data["task"]),
        work_id=bytes.fromhex(data["work"]),
        lease_id=bytes.fromhex(data["lease"]),
        fence=data["fence"],
        device=data["device"],
        scan_number=data["scan_number"],
        scan_text=data["scan_text"],
    )


def _apply(session: Session, pushed: Pushed, now: datetime) -> None:
    if pushed.again:
        return _meet_again(session, pushed, now)
    fact, stamp = pushed.read()
    if fact is None:
        if session.get(FactStatus, pushed.fact_id) is not None:
            raise ValueError(f"this program does not know facts of kind {pushed.kind} yet")
        _set_aside(session, pushed, "unknown", f"this program does not know facts of kind {pushed.kind}", now)
        return
    rows = touched_rows(session, fact)
    fact.apply(session, stamp)
    for act in rooms().consequences.get(pushed.kind, ()):
        act(session, fact, stamp)
    _publish(session, rows)
    session.flush()
    session.expire_all()  # facts write past the session: what the next one reads may not depend on where a batch began


def _meet_again(session: Session, pushed: Pushed, now: datetime) -> None:
    """Tells the station how its rows are here; whatever this fact did has been done."""
    _publish(session, _rows_of(session, pushed))
    if pushed.other:
        detail = f"two facts have the id {pushed.fact_id.hex()}; the bytes of the second are in fact_again"
        session.execute(
            insert(Incident).values(
                id=new_id(), kind="fact_twice", subject=pushed.fact_id, detail=detail, opened_at=now
            )
        )


def _publish(session: Session, rows: tuple[Row, ...]) -> None:
    for topic, key in rows:
        changed(session, topic, *key)


def _apply_alone(session: Session, pushed: Pushed, now: datetime) -> None:
    marked = dict(session.info["changed"])
    try:
        with session.begin_nested():
            _apply(session, pushed, now)
    except Exception as error:  # the one place where a fact may fail: it is set aside, the rest flows
        if is_machines_fault(error):
            raise
        log.error("fact %s (%s) is in quarantine: %s", pushed.fact_id.hex(), pushed.kind, error)
        session.info["changed"] = marked
        _set_aside(session, pushed, "quarantine", f"{type(error).__name__}: {error}", now)
        _publish(session, _rows_of(session, pushed))


def _rows_of(session: Session, pushed: Pushed) -> tuple[Row, ...]:
    """What a fact in quarantine would have written: the station did write it, and is told how it is here."""
    try:
        fact, _ = pushed.read()
        rows = () if fact is None else touched_rows(session, fact)
        for topic, key in rows:
            read_rows(session, Model.metadata.tables[topic], [key])
        return rows
    except Exception as error:  # not even that can be read: then the station could not have applied it either
        log.info("fact %s names no rows: %s", pushed.fact_id.hex(), error)
        return ()


def _set_aside(session: Session, pushed: Pushed, status: str, reason: str, now: datetime) -> None:
    session.execute(insert(FactStatus).values(fact_id=pushed.fact_id, status=status, reason=reason, at=now))
    session.execute(
        insert(Incident).values(id=new_id(), kind=status, subject=pushed.fact_id, detail=reason, opened_at=now)
    )


# ---- asks -----------------------------------------------------------------------------------------------------------


def _answer_some(database: Database, clock: Clock) -> int:
    """Answers what is open, several questions in a transaction; how many.

    If one of those fails all of them are answered anew, each in a transaction of its own.
    """
    done, more = 0, True
    while more:
        some: list[_Asked] = []
        try:
            more = _answer_together(database, clock, some)
        except Exception as error:  # nothing of it was kept
            if not some or is_machines_fault(error) or isinstance(error, Unavailable):
                raise
            log.info("a question failed, and those beside it are answered one by one", exc_info=True)
            for ask in some:
                with central_write(database) as session:
                    _answer(session, ask.request_id, clock.now())
        done += len(some)
    return done


def _answer_together(database: Database, clock: Clock, some: list[_Asked]) -> bool:
    """Answers questions in one transaction, until a batch's time is over: which of them, it notes in `some`; whether
    there are more.

    A question goes when its answer is there, so what is read under the site's lock is what is open.
    """
    began, now = clock.mono_ns(), clock.now()
    with central_write(database) as session:
        found = session.execute(
            select(Ask.station_id, Ask.request_id, Ask.kind, Ask.body, Answer.request_id.label("answered"))
            .outerjoin(Answer, Answer.request_id == Ask.request_id)
            .limit(ASKS)
        ).all()
        again = [row.request_id for row in found if row.answered is not None]
        in_turn = _in_turn([_Asked(*row[:4]) for row in found if row.answered is None])
        some += in_turn[:TOGETHER]
        bodies = _many_at_once(session, some, now)
        for ask in some:
            if clock.mono_ns() - began >= BATCH_NS and bodies:
                break
            if ask.request_id not in bodies:
                bodies[ask.request_id] = _body_of(session, ask, now)
                session.flush()
                session.expire_all()  # as after a fact: what the next one reads may not depend on this one
        some[:] = [ask for ask in some if ask.request_id in bodies]
        if found:
            session.execute(delete(Ask).where(Ask.request_id.in_([*bodies, *again])))
        if some:
            write_rows(session, _ANSWER, [_answer_row(ask, bodies[ask.request_id], now) for ask in some])
    return len(some) < len(in_turn)


def _in_turn(asks: Sequence[_Asked]) -> list[_Asked]:
    """Each station's first question, then each one's second: one that went wild delays the others by one."""
    turns: dict[bytes, int] = {}
    by_turn: list[tuple[int, _Asked]] = []
    for ask in asks:
        turns[ask.station_id] = turns.get(ask.station_id, 0) + 1
        by_turn.append((turns[ask.station_id], ask))
    return [ask for _, ask in sorted(by_turn, key=lambda one: one[0])]


_ANSWER = Model.metadata.tables[Answer.__tablename__]


class _Asked(NamedTuple):
    """An open question as it is kept."""

    station_id: bytes
    request_id: bytes
    kind: str
    body: str


def _many_at_once(session: Session, asks: Sequence[_Asked], now: datetime) -> dict[bytes, dict[str, Any]]:
    """The answers to those questions for which a stage can answer many at once, where there are several."""
    bodies: dict[bytes, dict[str, Any]] = {}
    for kind, act in rooms().together.items():
        alike = [ask for ask in asks if ask.kind == kind]
        if len(alike) > 1:
            told = act(session, asked=[(ask.station_id, json.loads(ask.body)) for ask in alike], now=now)
            bodies |= {ask.request_id: body for ask, body in zip(alike, told, strict=True)}
            session.flush()
            session.expire_all()
    return bodies


def _body_of(session: Session, ask: _Asked, now: datetime) -> dict[str, Any]:
    act = rooms().answers.get(ask.kind)
    if act is None:
        return {"error": f"central does not know the question {ask.kind!r}"}
    return act(session, station_id=ask.station_id, body=json.loads(ask.body), now=now)


def _answer_row(ask: _Asked, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "request_id": ask.request_id, "station_id": ask.station_id, "kind": ask.kind, "answered_at": now,
        "taken": False, "body": json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
    }  # fmt: skip


def _answer(session: Session, request_id: bytes, now: datetime) -> None:
    """Answers one question, and says so in the answer when that fails."""
    row = session.get(Ask, request_id, with_for_update=True)
    if row is None:  # another worker answered it meanwhile
        return
    ask = _Asked(row.station_id, row.request_id, row.kind, row.body)
    session.delete(row)
    if session.get(Answer, request_id) is not None:
        return
    marked = dict(session.info["changed"])
    try:
        with session.begin_nested():
            body = _body_of(session, ask, now)
    except Exception as error:  # an unanswerable ask must not stop the others; the station is told
        if is_machines_fault(error):
            raise
        log.error("ask %s (%s) failed: %s", request_id.hex(), ask.kind, error, exc_info=True)
        session.info["changed"] = marked
        body = {"error": f"{type(error).__name__}: {error}"}
    write_rows(session, _ANSWER, [_answer_row(ask, body, now)])
