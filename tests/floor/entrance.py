"""The entrance of a station: sign-in and home on a real mirror, without threads and devices."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from app import events
from app.clock import FakeClock
from app.db import open_database, reading, station_write
from app.equipment import DeviceState
from app.facts import Fact
from app.ids import RequestId, new_id, stable_id
from app.models import Code, Model, NumberRange, OrderBrief, Person, Tote, Work
from app.sync.station import Cause, found_station, put_ask, record
from app.view import View
from app.work.queries import describe, meaning
from app.workflow import Bench, Operator, Outcome, Station, Workflow, describe_with
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

    @contextmanager
    def looking(self) -> Iterator[None]:
        """All that is read meanwhile comes from one look."""
        with reading(self.database) as self._session:
            yield
        self._session = None

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

    def scan(self, text: str, *, approved_by: bytes = b"") -> Outcome:
        """One trigger pull, long after the last; the screen before it was seen; what it records is kept."""
        return self.give(replace(self.event(text), approved_by=approved_by))

    def keys(self, typed: str) -> Outcome:
        """Keys of the screen: one for each character, "\n" is ENTER, "\b" is BACK. What the last one led to."""
        named, outcome = {"\n": "ENTER", "\b": "BACK"}, Outcome()
        for character in typed:
            self.clock.advance(1)
            at, mono = self.clock.now(), self.clock.mono_ns()
            key = named.get(character, character)
            outcome = self.give(events.KeyRead(text="", at=at, mono_ns=mono, touched=True, key=key))
        return outcome

    def answer(self, kind: str, body: dict[str, Any]) -> Outcome:
        """Central answered an ask of this task."""
        return self.give(events.Answered(RequestId(b"r" * 16), kind, body))

    def no_answer(self, kind: str = "") -> Outcome:
        """The time for an answer is over."""
        return self.give(events.AskFailed(RequestId(b"r" * 16), kind))

    def give(self, event: object) -> Outcome:
        """Any event; what it records is kept."""
        self.bench.seen(self.clock.mono_ns() - 1)
        with self.write() as session:
            self._session = session
            try:
                outcome = self.bench.handle(event)
                kept = record(session, outcome.facts, Cause(at=self.clock.now(), group=self.pulls), outcome.voids)
            finally:
                self._session = None
        self.bench.commit(outcome, kept)
        return outcome

    @property
    def view(self) -> View:
        return self.bench.view()

    def sign_in(self, role: str) -> None:
        """Somebody of this role stands here; nobody scanned a badge."""
        self.operator = Operator(person_id("Jo"), "Jo", role, "en")
