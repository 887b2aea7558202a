"""A station without a screen, as a process of its own: `python -m tests.floor_of_stations.hands HOME KIND …`.

Facts are recorded by the real keeper, carried by the real courier over the real line to the server that the home has
joined. What hands do comes of the simulation's jobs, by a seed. On stdin: `work`, `rest`, `end`. On stdout JSON lines:

    {"pid": 1}                                     once, when it works
    {"line": true, "queued": 0, "ns": 1}           whenever the station notices that the line is there or gone; `since`
                                                   is its last exchange that succeeded, in seconds of its clock
    {"seen": "W00…", "ns": 1}                      a delivery that became visible here (with --watch)
    {"made": "W00…", "ns": 1}                      one that was announced here

What was confirmed to a hand stands in HOME/confirmed, an id a line; how long each act took in HOME/acts: when it began
(monotonic ns) and ns.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy.exc import DBAPIError

from app.clock import Clock, boot_id
from app.db import is_machines_fault, open_database
from app.facts import Fact
from app.ids import stable_id
from app.inventory.facts import ReceiptOpened
from app.settings import Home
from app.sync.applier import rooms
from app.sync.keeper import Keeper, Transaction
from app.sync.parcel import Parcelled
from app.sync.server import ServerCentral
from app.sync.station import Cause
from app.sync.talk import Talk
from app.workflow import Recorded, Request
from tests.simulation import site
from tests.simulation.people import JOBS, Hands, Worker
from tests.simulation.world import Bench
from ui.courier import Courier
from ui.parcels import LineChanged

PATIENCE_S = 0.02


class WrongClock:
    """This machine's clock, wrong by so many seconds."""

    def __init__(self, off_s: float) -> None:
        self._off = timedelta(seconds=off_s)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._off

    def mono_ns(self) -> int:
        return time.monotonic_ns()


class Time:
    """The world's time, as far as a process knows it."""

    @property
    def now_s(self) -> float:
        return time.monotonic()


class Look:
    """The station's own file, as hands look at it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: object) -> Any:
        rows = self.query(sql, *values)
        return rows[0][0] if rows else None


class ServerStation:
    """What the hands of the simulation need of a station (`tests.simulation.station_end`), on a real home."""

    def __init__(self, home: Home, code: str, clock: Clock, *, deaf: bool) -> None:
        server = home.server()
        assert server is not None
        rooms()
        self.code, self.name, self.clock = code, code.lower(), clock
        self.time, self.boot = Time(), boot_id()
        self.findings: list[str] = []
        self.keeper = Keeper(open_database(home.station_file, "station"), clock, code, code.title())
        self.disk = Look(home.station_file)
        self.answers: dict[bytes, dict[str, Any]] = {}
        self.line = ServerCentral(server, clock)
        self.queue: queue.Queue[object] = queue.Queue()
        self.courier = Courier(Talk(self.keeper, self.line, clock), self.queue.put)
        if not deaf:
            self.line.on_hint(self.courier.kick)
        self._confirmed = (home.root / "confirmed").open("a", encoding="ascii")
        self._acts = (home.root / "acts").open("a", encoding="ascii")

    def record(
        self, facts: Sequence[Fact], *, actor: bytes, task: bytes, voids: Sequence[bytes] = ()
    ) -> tuple[Recorded, ...]:
        """One scan: kept on the disk, and then confirmed."""

        def act(transaction: Transaction) -> tuple[Recorded, ...]:
            cause = Cause(at=self.clock.now(), actor_id=actor, task_id=task, group=transaction.next_group())
            return transaction.record(facts, cause, voids)

        done: tuple[Recorded, ...] = self._act(act)
        self._confirmed.write("".join(f"{each.fact_id.hex()}\n" for each in done))
        self._confirmed.flush()
        return done

    def ask(self, kind: str, body: dict[str, Any], task: bytes) -> bytes:
        return bytes(self._act(lambda transaction: transaction.ask(Request(kind, body), task)))

    def _act(self, act: Callable[[Transaction], Any]) -> Any:
        began = time.monotonic_ns()
        with self.keeper.act() as transaction:
            done = act(transaction)
        self._acts.write(f"{began} {time.monotonic_ns() - began}\n")
        self._acts.flush()
        self.courier.kick()
        return done

    def read(self, query: Callable[..., Any], *values: Any) -> Any:
        with self.keeper.look() as look:
            return look.read(query, *values)

    def take_in(self, parcel: Parcelled) -> None:
        try:
            arrival = self.keeper.take_in(parcel)
        finally:
            self.courier.taken()
        for request, _, _, body in arrival.answers:
            self.answers[request] = body

    def close(self) -> None:
        self.line.close()
        self.courier.stop()
        self.line.close()
        self.keeper.close()


class Shift:
    """The loop of the process: what arrived is taken in, and hands act at their pace."""

    def __init__(self, options: argparse.Namespace, station: ServerStation) -> None:
        self._options, self._station = options, station
        self._orders: queue.Queue[str] = queue.Queue()
        self._working = self._ended = False
        self._seen: set[str] = set()
        self._known_to = 0
        serials = options.index * 1_000_000 + options.acts_before * 1_000
        hands = Hands(_not_mine(options.index, options.of), serials=serials)
        dice = Random(f"{options.seed}/{options.code}/{options.acts_before}")
        worker = Worker(station, dice.randbytes(16), dice, hands)  # type: ignore[arg-type]  # as much as hands need
        self._bench = Bench(station, worker, JOBS[options.kind](worker))  # type: ignore[arg-type]
        self._dice = dice
        threading.Thread(target=self._listen, daemon=True).start()

    def run(self) -> None:
        self._station.courier.start()
        tell(pid=os.getpid())
        due = time.monotonic()
        while not self._ended:
            self._obey()
            self._take()
            if self._working and time.monotonic() >= due:
                due = time.monotonic() + self._dice.expovariate(self._options.pace)
                self._act()
        self._station.close()

    def _act(self) -> None:
        try:
            if self._options.watch:
                self._announce()
            else:
                self._bench.step()
        except (DBAPIError, OSError) as error:  # a full disk: nothing was confirmed; hands try again
            if not isinstance(error, OSError) and not is_machines_fault(error):
                raise
            tell(trouble=type(error).__name__, words=" ".join(str(error).split())[:120])
            self._bench.begin()

    def _announce(self) -> None:
        number = f"W{self._options.code}{time.monotonic_ns()}"
        fact = ReceiptOpened(self._dice.randbytes(16), number, site.bin_id(site.DOCK), 1)
        self._station.record((fact,), actor=b"\x01" * 16, task=self._dice.randbytes(16))
        tell(made=number, ns=time.monotonic_ns())

    def _take(self) -> None:
        try:
            item = self._station.queue.get(timeout=PATIENCE_S)
        except queue.Empty:
            return
        if isinstance(item, LineChanged):
            line = item.line
            since = line.since.timestamp() if line.since else None
            tell(line=line.online, refused=line.refused, queued=line.queued, since=since, ns=time.monotonic_ns())
        elif isinstance(item, Parcelled):
            try:
                self._station.take_in(item)
            except DBAPIError as error:  # a full disk, as above; the courier fetches it again
                if not is_machines_fault(error):
                    raise
                tell(trouble=type(error).__name__, words=" ".join(str(error).split())[:120])
            if self._options.watch:
                self._look_around()

    def _look_around(self) -> None:
        now = time.monotonic_ns()
        numbers = {row[0] for row in self._station.disk.query("SELECT number FROM receipt WHERE number LIKE 'W%'")}
        for number in numbers - self._seen:
            tell(seen=number, ns=now)
        self._seen = numbers

    def _listen(self) -> None:
        for line in sys.stdin:
            self._orders.put(line.strip())
        self._orders.put("end")

    def _obey(self) -> None:
        while not self._orders.empty():
            order = self._orders.get()
            self._ended = self._ended or order == "end"
            self._working = order == "work"
            if order in ("work", "rest"):
                self._station.courier.kick()


def _not_mine(index: int, of: int) -> set[bytes]:
    """Totes that are in other people's hands for good: each station of a kind has its own share of them."""
    return {stable_id("tote", name) for n, name in enumerate(site.TOTES) if n % of != index}


def tell(**what: object) -> None:
    """One JSON line for whoever runs the floor."""
    print(json.dumps(what), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("code")
    parser.add_argument("kind", choices=sorted(JOBS))
    parser.add_argument("--index", type=int, default=0, help="which of the stations of this kind")
    parser.add_argument("--of", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pace", type=float, default=15.0, help="acts a second, on average")
    parser.add_argument("--clock-off", type=float, default=0.0, help="seconds")
    parser.add_argument("--acts-before", type=int, default=0, help="how often this station was started before")
    parser.add_argument("--deaf", action="store_true", help="hears no NOTIFY: polls")
    parser.add_argument("--watch", action="store_true", help="announces deliveries and tells when others' are seen")
    options = parser.parse_args()
    station = ServerStation(Home(options.home), options.code, WrongClock(options.clock_off), deaf=options.deaf)
    Shift(options, station).run()


if __name__ == "__main__":
    main()
