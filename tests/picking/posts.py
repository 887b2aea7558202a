"""Several stations on one floor: each with its own file, each heard of by central only when it syncs.

`crew(orders)` gives the warehouse of `tests.picking.floor` with its station (the first post) and a further one. A post
at rest is at its home screen: the way back and the take-over are asked first what they are greeted by, then picking.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import select

from app.clock import FakeClock
from app.db import Database, central_write, migrate, open_database, reading, station_write
from app.errors import Refused
from app.events import Answered, AskFailed, Read, Refreshed, Scan
from app.facts import Fact
from app.ids import RequestId, new_id, stable_id
from app.inventory.queries import differences
from app.models import Movement, Order, Sku, StationRow, Stock, Tote
from app.picking.workflows.pick import Pick
from app.picking.workflows.put_back import PutBackTask
from app.picking.workflows.take_over import TakeOver
from app.processing.service import Change, cancel_order, change_order
from app.sync.applier import work_off
from app.sync.central import SqlCentral
from app.sync.mirror import apply_feed, take_answer
from app.sync.station import (
    Cause,
    acknowledge,
    facts_of,
    found_station,
    outgoing,
    put_ask,
    record,
)
from app.view import ProblemHero, View
from app.work.queries import meaning
from app.workflow import Bench, Opening, Operator, Outcome, Station, Workflow
from tests.engines import stranger
from tests.picking.floor import ANA, CART, TestDesk, Want, floor, put, sku_id, tote_id

BEN = Operator(stable_id("person", "2"), "Ben Okafor", "picker", "en")
SECOND = Station(stable_id("station", "PICK02"), "PICK02", "Pick 02")
WORKFLOWS: dict[str, Workflow[Any]] = {w.kind: w for w in (PutBackTask(), TakeOver(), Pick())}


@dataclass
class Post:
    """One station with whoever stands at it; `bench` is None at the home screen."""

    database: Database
    central: Database
    clock: FakeClock
    station: Station
    person: Operator
    bench: Bench[Any] | None = None
    online: bool = True
    scans: int = 0
    last: Outcome = field(default_factory=Outcome)
    refusal: str = ""
    _group: int = 1_000_000

    def __post_init__(self) -> None:
        self.desk = TestDesk(self.database, self.clock, self.station, self.person, workflows=tuple(WORKFLOWS.values()))

    # -- scanning -----------------------------------------------------------------------------------------------------

    def scan(self, *codes: str, after_ms: int = 1000) -> Outcome:
        """Scans codes one after the other, each after the screen was seen."""
        for code in codes:
            self.clock.advance(after_ms / 1000)
            self.scans += 1
            seen = Scan(code, "scanner", self.clock.now(), self.clock.mono_ns(), self.scans)
            with reading(self.database) as session:
                read = meaning(session, seen)
            self.read(read)
            self.clock.advance(0.001)
            if self.bench is not None:
                self.bench.seen(self.clock.mono_ns())
        return self.last

    def approved(self, code: str, by: Operator) -> Outcome:
        """A scan that somebody allowed with badge and PIN."""
        self.clock.advance(1)
        seen = Scan(code, "scanner", self.clock.now(), self.clock.mono_ns(), self.scans)
        with reading(self.database) as session:
            read = meaning(session, seen)
        return self.read(replace(read, approved_by=by.person_id))

    def read(self, read: Read) -> Outcome:
        """One read: by the open task, or as the home screen takes it."""
        self.refusal = ""
        if self.bench is None:
            opening = self._greeted(read)
            if opening is None:
                return self.last
            self._open(opening)
            if opening.event is None:
                return self.last
        return self._chain(read)

    def _greeted(self, read: Read) -> Opening | None:
        try:
            for workflow in WORKFLOWS.values():
                if opening := workflow.greets(read, self.desk):
                    return opening
        except Refused as refusal:
            self.refusal = refusal.problem.name
            return None
        return Opening("pick", new_id(), read)

    def _open(self, opening: Opening) -> None:
        with reading(self.database) as session:
            recorded = facts_of(session, opening.task_id)
        self.bench = Bench(WORKFLOWS[opening.workflow], opening.task_id, self.desk, recorded)

    def _chain(self, event: object) -> Outcome:
        following: object | None = event
        while following is not None and self.bench is not None:
            outcome = self._happen(following)
            following = None
            if outcome.opens is not None:
                self._open(outcome.opens)
                following = outcome.opens.event
            elif outcome.ends:
                self.bench = None
        return self.last

    def _happen(self, event: object) -> Outcome:
        assert self.bench is not None
        bench = self.bench
        outcome = bench.handle(event)
        self._group += 1
        with station_write(self.database) as session:
            text = event.text if isinstance(event, Read) else ""
            cause = Cause(self.clock.now(), self.person.person_id, bench.task_id, self._group, scan_text=text)
            recorded = record(session, outcome.facts, cause, outcome.voids)
            for ask in outcome.ask:
                put_ask(session, request_id=new_id(), kind=ask.kind, body=ask.body, task_id=bench.task_id,
                        now=self.clock.now())  # fmt: skip
        bench.commit(outcome, recorded)
        self.last, self.refusal = outcome, outcome.refused
        waits = next((ask for ask in outcome.ask if ask.waits), None)
        if waits is not None and not (outcome.opens or outcome.ends):
            answer = next((a for a in self.sync() if a.kind == waits.kind), None) if self.online else None
            return self._happen(answer or AskFailed(RequestId(b""), waits.kind))
        return outcome

    def record(self, *facts: Fact) -> None:
        """Facts of no scan: what the test says that hands did."""
        with station_write(self.database) as session:
            record(session, facts, Cause(self.clock.now(), self.person.person_id, new_id(), self._group))
            self._group += 1

    # -- central ------------------------------------------------------------------------------------------------------

    def push(self, limit: int = 200) -> None:
        """Tells central what was recorded here, at most so many facts; nothing is heard back."""
        with reading(self.database) as session:
            out = outgoing(session, limit)
        port = SqlCentral(self.central, self.clock)
        mark = port.push(out.station_id, out.incarnation, out.facts, out.asks)
        with station_write(self.database) as session:
            acknowledge(session, mark, tuple(a.request_id for a in out.asks), self.clock.now())
        work_off(self.central, self.clock)

    def pull(self) -> list[Answered]:
        """Hears what central says."""
        port, answers, complete = SqlCentral(self.central, self.clock), [], False
        topics: set[str] = set()
        while not complete:
            with station_write(self.database) as session:
                now = outgoing(session)
                pulled = port.pull(now.station_id, now.cursor, now.waiting)
                topics |= apply_feed(session, pulled.rows)
                for answer in pulled.answers:
                    take_answer(session, answer, self.clock.now())
                    answers.append(Answered(RequestId(answer.request_id), answer.kind, json.loads(answer.body)))
            complete = pulled.complete
        if topics and self.bench is not None:
            self.bench.handle(Refreshed(frozenset(topics)))
            self.bench.commit(Outcome(), ())
        return answers

    def sync(self) -> list[Answered]:
        """Tells and hears everything."""
        self.push()
        return self.pull()

    def claim(self, limit: int = 1) -> None:
        """Leases work to this station, as a prefetch does."""
        with station_write(self.database) as session:
            put_ask(session, request_id=new_id(), kind="claim", body={"kind": "pick", "limit": limit}, task_id=b"",
                    now=self.clock.now())  # fmt: skip
        self.sync()

    # -- what is to be seen -------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        assert self.bench is not None, "at the home screen"
        return self.bench.view()

    @property
    def step(self) -> str:
        """The step of the open task, "home" without one."""
        return "home" if self.bench is None else str(self.bench.workflow.step(self.bench.state).value)

    @property
    def task(self) -> str:
        return "" if self.bench is None else self.bench.workflow.kind

    @property
    def problem(self) -> str:
        """The name of the refusal on the screen, "" when there is none."""
        hero = self.bench.view().hero if self.bench is not None else None
        return hero.name if isinstance(hero, ProblemHero) else self.refusal

    def walk(self, most: int = 100) -> None:
        """Scans what the screen wants first until the task is over."""
        for _ in range(most):
            if self.bench is None:
                return
            task = self.bench
            self.scan(self.view.wanted[0].code)
            assert self.bench is not task or self.problem == "", self.view.hero
        raise AssertionError(f"no end after {most} scans, at {self.view.hero}")

    def tote(self, name: str) -> tuple[str, bytes | None]:
        with reading(self.database) as session:
            row = session.get_one(Tote, tote_id(name))
            return row.state, row.order_id


@dataclass
class Crew:
    """The floor with two posts."""

    first: Post
    second: Post
    central: Database
    clock: FakeClock

    def cancel(self, number: str = "1001") -> int:
        """The office cancels an order."""
        with central_write(self.central) as session:
            units = cancel_order(session, order_id=stable_id("order", number), now=self.clock.now(), by="Mia")
        return units

    def change(self, number: str = "1001", **lines: int) -> None:
        """The office changes the lines of an order: `change("1001", MUG=1)`."""
        with central_write(self.central) as session:
            change_order(
                session, order_id=stable_id("order", number), change=Change(lines), now=self.clock.now(), by="Mia"
            )

    def settle(self) -> None:
        """Everybody tells and hears everything."""
        for post in (self.first, self.second, self.first, self.second):
            post.sync()

    def on_hand(self, place: bytes, sku: str, status: str = "good") -> int:
        with reading(self.central) as session:
            row = session.get(Stock, (sku_id(sku), place, "", status))
            return row.on_hand if row else 0

    def total(self, sku: str) -> int:
        """All units of a SKU wherever they are, by the ledger."""
        with reading(self.central) as session:
            units = session.scalars(
                select(Movement.quantity).join(Sku, Sku.id == Movement.sku_id).where(Sku.sku == sku)
            )
            return sum(units)

    def ledger_is_right(self) -> bool:
        with reading(self.central) as session:
            return differences(session) == ()

    def state(self, number: str = "1001") -> str:
        with reading(self.central) as session:
            return session.scalar(select(Order.state).where(Order.number == number)) or ""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(stranger(self.central))) as connection:
            return list(connection.execute(sql))

    def incidents(self) -> list[str]:
        """Kinds of the open incidents."""
        return sorted(row[0] for row in self.rows("SELECT kind FROM incident WHERE resolved_at IS NULL"))


@cache
def _second_file() -> Path:
    """A station's file that knows nothing yet, made once."""
    path = Path(mkdtemp(prefix="packbay-post-")) / "second.sqlite"
    database = open_database(path, "station")
    migrate(database)
    with station_write(database) as session:
        found_station(session, SECOND.station_id, SECOND.code, SECOND.name)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(path.with_name("template.sqlite")),))
    return path


@cache
def _second() -> Database:
    return open_database(_second_file(), "station")


def crew(orders: Sequence[Sequence[Want]], **more: Any) -> Crew:
    """The warehouse of `floor` (with the same arguments) and a second post beside its station."""
    made = floor(orders, **more)
    database = _second()
    template = _second_file().with_name("template.sqlite")
    with closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(database.path)) as target:
        source.backup(target)
    first = Post(made.station, made.central, made.clock, CART, ANA)
    second = Post(database, made.central, made.clock, SECOND, BEN)
    with central_write(made.central) as session:
        if session.get(StationRow, SECOND.station_id) is None:
            put(session, StationRow, SECOND.station_id, id=SECOND.station_id, code="PICK02", name="Pick 02", site=1)
    second.sync()
    return Crew(first, second, made.central, made.clock)
