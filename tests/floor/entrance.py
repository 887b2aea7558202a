"""The entrance of a station: sign-in and home on a real mirror, without threads and devices."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from app import events
from app.clock import FakeClock
from app.db import open_database, reading, station_write
from app.facts import Fact
from app.ids import new_id, stable_id
from app.models import Code, Model, NumberRange, OrderBrief, Person, Tote, Work
from app.sync.station import Cause, found_station, put_ask, record
from app.work.queries import describe, meaning
from app.workflow import Bench, DeviceState, Operator, Outcome, Station, Workflow, describe_with
from tests.approving import Leads
from tests.sync.sides import template

P = ParamSpec("P")
R = TypeVar("R")
HERE = Station(stable_id("station", "PACK02"), "PACK02", "Pack 02")
ELSEWHERE = stable_id("station", "PACK01")


def person_id(name: str) -> bytes:
    return stable_id("person", name)


def tote_id(name: str) -> bytes:
    return stable_id("tote", name)


def order_id(number: str) -> bytes:
    return stable_id("order", number)


class Entrance:
    """A desk with a bench in front of it; `scan` a code, or put rows into the mirror."""

    def __init__(self, folder: Path) -> None:
        describe_with(describe)
        shutil.copy(template("station"), folder / "station.sqlite")
        self.database = open_database(folder / "station.sqlite", "station")
        self.clock = FakeClock()
        self.station, self.operator = HERE, None
        self.scale_grams: int | None = None
        self.scale_stable = False
        self.workflows: tuple[Workflow[Any], ...] = ()
        self.devices: tuple[DeviceState, ...] = ()
        self.approvals = Leads()
        self._session: Session | None = None
        self.pulls = 0
        with self.write() as session:
            found_station(session, HERE.station_id, HERE.code, HERE.name)

    operator: Operator | None

    def close(self) -> None:
        self.database.close()

    # -- the desk -----------------------------------------------------------------------------------------------------

    def read(self, query: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        if self._session is not None:
            return query(self._session, *args, **kwargs)
        with reading(self.database) as session:
            return query(session, *args, **kwargs)

    def new_id(self) -> bytes:
        return new_id()

    def has(self, kind: str) -> bool:
        return False

    # -- the mirror ---------------------------------------------------------------------------------------------------

    @contextmanager
    def write(self) -> Iterator[Session]:
        with station_write(self.database) as session:
            yield session

    def add(self, *rows: Model) -> None:
        with self.write() as session:
            session.add_all(rows)

    def person(self, name: str, *, active: bool = True, role: str = "picker", language: str = "de") -> None:
        self.add(
            Person(
                id=person_id(name), staff_number=name, name=name, role=role, language=language, active=active
            ),
            Code(value=f"BADGE-{name}", kind="badge", subject=person_id(name)),
        )  # fmt: skip

    def tote(self, name: str, state: str = "free", order: str = "") -> None:
        bound = order_id(order) if order else None
        self.add(
            Tote(id=tote_id(name), name=name, state=state, order_id=bound),
            Code(value=f"TOTE-{name}", kind="tote", subject=tote_id(name)),
        )

    def order(self, number: str, state: str = "picked", priority: int = 50) -> None:
        self.add(
            OrderBrief(order_id=order_id(number), number=number, state=state, priority=priority),
            Code(value=f"ORDER-{number}", kind="order", subject=order_id(number)),
        )

    def work(
        self, name: str, state: str = "leased", *, station: bytes = HERE.station_id, started: bool = False
    ) -> None:
        self.add(
            Work(
                id=stable_id("work", name), kind="pick", order_id=order_id(name), state=state, station_id=station,
                started=started,
            )
        )  # fmt: skip

    def numbers(self, first: int, last: int) -> None:
        self.add(NumberRange(kind="parcel", first=first, last=last, station_id=HERE.station_id))

    def recorded(self, task: bytes, *facts: Fact) -> None:
        """Facts of a task that was left in the middle."""
        with self.write() as session:
            record(session, facts, Cause(at=self.clock.now(), task_id=task, group=1))

    def asked(self, kind: str) -> None:
        with self.write() as session:
            put_ask(session, request_id=new_id(), kind=kind, body={}, task_id=b"", now=self.clock.now())

    # -- the gun ------------------------------------------------------------------------------------------------------

    def at(self, workflow: Workflow[Any]) -> Bench[Any]:
        self.bench: Bench[Any] = Bench(workflow, b"", self)
        return self.bench

    def event(self, text: str) -> events.Read:
        self.clock.advance(1)
        self.pulls += 1
        scan = events.Scan(text, "gun", self.clock.now(), self.clock.mono_ns(), self.pulls)
        return self.read(meaning, scan)

    def scan(self, text: str) -> Outcome:
        """One trigger pull, long after the last; the screen before it was seen; what it records is kept."""
        self.bench.seen(self.clock.mono_ns())
        event = self.event(text)
        with self.write() as session:
            self._session = session
            outcome = self.bench.handle(event)
            kept = record(session, outcome.facts, Cause(at=self.clock.now(), group=self.pulls), outcome.voids)
            self._session = None
        self.bench.commit(outcome, kept)
        return outcome
