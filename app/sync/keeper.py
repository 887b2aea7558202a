"""The station's file as the rest of the house sees it: transactions in which a scan is understood, decided and kept.

`Keeper.act()` is one transaction: one flush of the disk. Nobody above ever holds a session or a row.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import Connection, bindparam, event, func, insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database, Prepared, migrate, reading, station_write, tables_in
from app.db.engine import plain_session
from app.db.remembering import ASKS
from app.events import Read, Scan
from app.facts import Fact
from app.ids import new_id, stable_id
from app.models import Ask, CentralSeen, PrintJob, ScanLog
from app.sync import mirror, snapshot
from app.sync import station as sync
from app.sync.forking import Draft
from app.sync.memory import Memory
from app.sync.parcel import Parcelled
from app.sync.safety import Safety
from app.sync.snapshot import Built
from app.sync.station import Cause, Outgoing
from app.sync.wire import Greeting, Identity, Mark, Pulled, SnapshotPart, Welcome
from app.work import queries
from app.workflow import Recorded, Request, Station, describe_with

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Kept:
    """What the station remembers over a restart: who is signed in and which task is open."""

    person_id: bytes | None
    workflow: str
    task_id: bytes | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many facts are `queued`, the number of the last one that central has (`acked`) and that it `applied`.

    `forked`: a new stream was begun, and until central has applied some of it a person is told.
    """

    queued: int
    acked: int
    applied: int
    forked: bool


FORK_SHOWN = 100
"""Facts after which nobody needs to be told any more."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a batch from central changed: topics of the mirror, and answers with the task that asked."""

    topics: frozenset[str]
    answers: tuple[tuple[bytes, bytes, str, dict[str, Any]], ...]  # (request, task, kind, body)


_LOGGED = ("at", "device", "number", "text", "touched", "meaning", "outcome", "reason", "workflow", "handled_us")
_LOG = Prepared(insert(ScanLog).values({name: bindparam(name) for name in _LOGGED}))


class Transaction:
    """One unit of work on the station's file."""

    def __init__(self, session: Session, clock: Clock, memory: Memory, *, relaxed: bool = False) -> None:
        self._session = session
        self._clock = clock
        self._memory = memory
        self._relaxed = relaxed
        session.info[ASKS] = self._ask_within

    def read(self, query: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs a query in this transaction."""
        return query(self._session, *args, **kwargs)

    def ask_mirror(self, query: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """What the query answers now: from memory when it was asked before and nothing that it reads was written since.

        The query gets an empty session, so that it really sends each of its statements and all its tables are seen.
        """
        return self._remembered(query, args, kwargs, within=False)

    def _ask_within(self, query: Callable[..., R], /, *args: Any, **kwargs: Any) -> R:
        """What a query asks while it is being answered (`app.db.remembered`): it has read what that one reads."""
        if "reads" not in self._session.connection().info:
            return query(self._session, *args, **kwargs)
        return self._remembered(query, args, kwargs, within=True)

    def _remembered(
        self, query: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any], *, within: bool
    ) -> R:  # fmt: skip
        key = (query, args, tuple(kwargs.items()))
        info = self._session.connection().info
        around: set[str] = info["reads"] if within else set()
        try:
            known, tables = self._memory.recall(key)
        except KeyError:
            pass
        except TypeError:  # a list among the arguments
            return query(self._session, *args, **kwargs)
        else:
            around |= tables
            return cast(R, known)
        if not within:
            self._session.flush()
            self._session.expunge_all()
        seen: set[str] = set()
        info["reads"] = seen
        try:
            answer = query(self._session, *args, **kwargs)
        finally:
            around |= seen
            if within:
                info["reads"] = around
            else:
                del info["reads"]
        self._memory.keep(key, seen, answer)
        return answer

    def meaning(self, scan: Scan) -> Read:
        """What the scan says here."""
        return queries.meaning(self._session, scan)

    def record(self, facts: Iterable[Fact], cause: Cause, voids: Sequence[bytes] = ()) -> tuple[Recorded, ...]:
        """Records facts with their outbox rows and applies them to the mirror.

        Never in a relaxed transaction: central could hear of a fact that a power cut takes away from here, and this
        station would give its number to another one.
        """
        if self._relaxed:
            raise RuntimeError("a fact is flushed to the disk before anybody hears of it")
        return sync.record(self._session, facts, cause, voids)

    def ask(self, request: Request, task_id: bytes) -> bytes:
        """Puts a question to central; the id under which it will be answered."""
        request_id = request.request_id or new_id()
        sync.put_ask(
            self._session,
            request_id=request_id,
            kind=request.kind,
            body=request.body,
            task_id=task_id,
            now=self._clock.now(),
            mono_ns=self._clock.mono_ns(),
        )
        return request_id

    def log_read(self, read: Read, *, outcome: str, reason: str, workflow: str, handled_us: int) -> None:
        """One line of the flight recorder."""
        _LOG.run(
            self._session,
            at=read.at, device=read.device, number=read.number, text=read.text, touched=read.touched,
            meaning=type(read).__name__.removesuffix("Read").lower(), outcome=outcome, reason=reason,
            workflow=workflow, handled_us=handled_us,
        )  # fmt: skip

    def next_group(self) -> int:
        """The number of the event in hand: facts recorded under it are undone together."""
        return sync.itself(self._session).seq + 1

    def remember(self, *, person_id: bytes | None, workflow: str, task_id: bytes | None) -> None:
        """Keeps who is signed in and what is open."""
        sync.move_itself(self._session, person_id=person_id, workflow=workflow, task_id=task_id)

    def kept(self) -> Kept:
        """Who is signed in and what is open."""
        me = sync.itself(self._session)
        return Kept(me.person_id, me.workflow, me.task_id)

    def facts_of(self, task_id: bytes) -> tuple[Recorded, ...]:
        """The facts of a task, to fold its state from."""
        return sync.facts_of(self._session, task_id) if task_id else ()

    def arrive(self, mark: Mark | None, sent: tuple[bytes, ...], pulled: Pulled | None) -> Arrival:
        """Takes in what the sync thread brought."""
        if mark is not None:
            sync.acknowledge(self._session, mark, sent, self._clock.now())
        if pulled is None:
            return Arrival(frozenset(), ())
        topics = mirror.apply_feed(self._session, pulled.rows)
        answers = []
        for answer in pulled.answers:
            task_id = mirror.take_answer(self._session, answer, self._clock.now())
            if task_id is not None:
                answers.append((answer.request_id, task_id, answer.kind, json.loads(answer.body)))
        return Arrival(topics, tuple(answers))

    def reconcile(
        self, welcome: Welcome, *, offset_ms: int = 0, broken: bool = False, drafted: Draft | None = None
    ) -> str:
        """Compares the marks after hello (see `station.reconcile`); what it finds is recorded, so it is flushed."""
        if self._relaxed:
            raise RuntimeError("what a hello finds is flushed to the disk before anybody hears of it")
        return sync.reconcile(
            self._session, welcome, self._clock.now(), offset_ms=offset_ms, broken=broken, drafted=drafted
        )


class Keeper:
    """Opens the station's file, founds the station in it, and hands out transactions. One thread writes."""

    def __init__(self, database: Database, clock: Clock, code: str, name: str) -> None:
        self._database = database
        self._clock = clock
        self._memory = Memory()
        self._safety = Safety(database)
        self._tried: set[str] | None = None
        """Tables that the trial in hand has written; None outside of one."""
        self._leftovers: list[snapshot.Leftovers] = []
        migrate(database)
        for engine in (database.write, database.relaxed, database.read):
            event.listen(engine, "before_cursor_execute", self._watch)
        snapshot.tidy(database.path)
        describe_with(queries.describe)
        self.station = Station(stable_id("station", code), code, name)
        with station_write(database) as session:
            me = sync.found_station(session, self.station.station_id, code, name, now=clock.now())
            if me.station_id != self.station.station_id:
                raise ValueError(f"this home belongs to another station than {code}: use a home of its own")
        self._safety.begin()

    def _watch(
        self, connection: Connection, _cursor: object, text: str, _values: object, _context: object, _many: bool
    ) -> None:
        """Which tables a question reads, and which a statement writes."""
        if text.startswith(("INSERT", "UPDATE", "DELETE")):
            written = tables_in(text)
            self._memory.forget(written)
            if self._tried is not None:
                self._tried |= written
        elif (reads := connection.info.get("reads")) is not None:
            reads |= tables_in(text)

    @property
    def files(self) -> Database:
        """The station's database, for whoever watches it."""
        return self._database

    def kept(self) -> Kept:
        """What was open when the station last ran."""
        with reading(self._database) as session:
            me = sync.itself(session)
            return Kept(me.person_id, me.workflow, me.task_id)

    @contextmanager
    def act(self, *, relaxed: bool = False) -> Iterator[Transaction]:
        """One transaction. Waits as long as another process holds the file: a scan is kept, never dropped."""
        while True:
            entered = False
            try:
                with station_write(self._database, relaxed=relaxed) as session:
                    entered = True
                    yield Transaction(session, self._clock, self._memory, relaxed=relaxed)
                self._safety.committed(session, relaxed=relaxed)
                return
            except BaseException as error:
                self._memory.clear()  # what was read in it may never have been
                if entered or not isinstance(error, OperationalError) or "locked" not in str(error):
                    raise
                log.info("the station's file is held by another process; waiting")
                time.sleep(0.01)

    @contextmanager
    def look(self) -> Iterator[Transaction]:
        """A read-only look at what is committed."""
        with reading(self._database) as session:
            yield Transaction(session, self._clock, self._memory)

    @contextmanager
    def trial(self) -> Iterator[Transaction]:
        """A transaction that is taken back at its end, whatever was recorded in it. See `ui.rehearsal`.

        What it wrote, and what was read of that, is forgotten; what else was read in it is remembered from then on.
        """
        kept, self._memory, self._tried = self._memory, self._memory.copy(), set()
        try:
            with plain_session(self._database.write, "station") as session:
                session.connection()  # it begins now, as one that is kept
                yield Transaction(session, self._clock, self._memory)
                session.rollback()
        finally:
            kept.learn(self._memory, self._tried)
            self._memory, self._tried = kept, None

    @property
    def incarnation(self) -> bytes:
        """Of the stream in which this station records now."""
        with reading(self._database) as session:
            return sync.itself(session).incarnation

    def greeting(self, app: str = "") -> Greeting:
        """What is said first on a connection; safe from the sync thread."""
        with reading(self._database) as session:
            return sync.greeting(session, app)

    def must_be_newest(self, identity: Identity) -> None:
        """Raises `NotWelcome` for a central that another one has taken the place of; safe from the sync thread."""
        with reading(self._database) as session:
            sync.must_be_newest(session, identity)

    def draft_of_fork(self, welcome: Welcome, *, broken: bool) -> Draft | None:
        """What a new stream will be made of, if this greeting begins one; for the sync thread, which has the time."""
        with reading(self._database) as session:
            return sync.draft_of_fork(session, welcome.mark, broken=broken)

    def queued(self) -> int:
        """How many facts central has not acknowledged; safe from any thread."""
        with reading(self._database) as session:
            return sync.queued(session)

    def standing(self) -> Tally:
        """How far central is with this station's facts; safe from the sync thread."""
        with reading(self._database) as session:
            me, seen, waiting = sync.itself(session), session.get(CentralSeen, 1), sync.queued(session)
            forked = seen is not None and seen.forked_at is not None and seen.forked_seq > me.applied_seq - FORK_SHOWN
            return Tally(waiting, me.seq - waiting, me.applied_seq, forked)

    def met_at(self) -> datetime | None:
        """When central last said hello, None for never."""
        with reading(self._database) as session:
            seen = session.get(CentralSeen, 1)
            return seen.met_at if seen else None

    def take_in(self, parcel: Parcelled) -> Arrival:
        """Takes in what an exchange with central brought; the work thread's part of it. See `Parcelled`."""
        if parcel.hello is not None:
            with self.act() as transaction:
                found = transaction.reconcile(
                    parcel.hello, offset_ms=parcel.offset_ms, broken=parcel.broken, drafted=parcel.drafted
                )
            if found != "same":
                log.info("hello: %s; central has this station's stream up to %d", found, parcel.hello.mark.seq)
        fresh = self.swap_mirror(parcel.mirror) if parcel.mirror is not None else frozenset()
        with self.act(relaxed=True) as transaction:
            arrival = transaction.arrive(parcel.mark, parcel.sent, parcel.pulled)
        return replace(arrival, topics=arrival.topics | fresh)

    def build_mirror(self, parts: Iterable[SnapshotPart]) -> Built | None:
        """Makes a second file with a whole new mirror; safe from the sync thread, see `snapshot.build`."""
        return snapshot.build(self._database, parts)

    def swap_mirror(self, built: Built) -> frozenset[str]:
        """Puts the second file in the place of this one, in the work thread; the topics that are new."""
        swapped, leftovers = snapshot.swap(self._database, built)
        self._leftovers.append(leftovers)
        self._memory.clear()
        return built.topics if swapped else frozenset()

    def clear_away(self) -> None:
        """Closes and removes what a swap left behind; for the sync thread, which has the time."""
        while self._leftovers:
            self._leftovers.pop()()

    def outgoing(self) -> Outgoing:
        """What is to be pushed and pulled; safe from the sync thread."""
        with reading(self._database) as session:
            return sync.outgoing(session)

    def is_even(self) -> bool:
        """Whether central has applied all that this station recorded, and every question is answered."""
        with reading(self._database) as session:
            me = sync.itself(session)
            asks = session.scalar(select(func.count()).select_from(Ask)) or 0
            return me.applied_seq == me.seq and not asks

    def queued_prints(self) -> tuple[tuple[bytes, str], ...]:
        """This station's print jobs that are not on paper yet, oldest first: (job id, kind)."""
        with reading(self._database) as session:
            rows = session.execute(
                select(PrintJob.id, PrintJob.kind)
                .where(PrintJob.state.in_(("queued", "failed")), PrintJob.station_id == self.station.station_id)
                .order_by(PrintJob.queued_at, PrintJob.id)
            )
            return tuple((r.id, r.kind) for r in rows)

    def failed_prints(self) -> int:
        """How many print jobs wait for a printer that could not take them."""
        with reading(self._database) as session:
            return session.scalar(select(func.count()).select_from(PrintJob).where(PrintJob.state == "failed")) or 0

    def rest(self) -> None:
        """Nobody waits just now: the log is carried over and sealed, when there is enough of it."""
        self._safety.rest()

    def close(self) -> None:
        """Closes the file, and seals it."""
        self.clear_away()
        self._safety.close()
