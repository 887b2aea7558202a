"""A floor on a throw-away server: central by the real commands, workers and stations as processes, its reckoning."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any

import psycopg

from app import cli
from app.clock import SystemClock
from app.db import Database, central_write, open_server
from app.processing.service.arrivals import release_waiting, take_in
from app.settings import Home
from tests.postgres import PgServer
from tests.simulation import site
from tests.simulation.invariants import Broken, Witness, broken, server_side, sqlite_side
from tests.simulation.invariants import Floor as Looked
from ui.shift.line import CutLine

PATIENCE_S = 90.0
SCREEN = "SCREEN"
"""The kind of a station that is the real kiosk with its window; all others are hands (`tests.simulation.people`)."""
BADGE = "BADGE-OF-THE-SCREEN"
PEOPLE = f"staff_number,name,role,language,label_code\n9001,Screen,packer,en,{BADGE}\n"
HOST = "127.0.0.1"


class NotEven(AssertionError):
    """The floor was healed and does not come to rest."""


def command(home: Home, *words: str, typed: str = "") -> dict[str, Any]:
    """A command as it is typed, with this typed into it; what it said. AssertionError unless it ends with 0."""
    out, err = io.StringIO(), io.StringIO()
    before, sys.stdin = sys.stdin, io.StringIO(typed + "\n")
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = cli.main([*words, "--home", str(home.root), "--json"])
    finally:
        sys.stdin = before
    if status:
        raise AssertionError(f"{words[:2]} ended with {status}: {err.getvalue()}")
    said: dict[str, Any] = json.loads(out.getvalue().strip().splitlines()[-1])
    return said


class Process:
    """A process of ours, its lines, and its end."""

    def __init__(self, *words: str, log: Path, prefix: Sequence[str] = ()) -> None:
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                [*prefix, sys.executable, "-m", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                text=True, bufsize=1,
            )  # fmt: skip
        self.said: list[dict[str, Any]] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self.said.append(json.loads(line))
                self._news.notify_all()

    def wait(self, wanted: Callable[[dict[str, Any]], bool], since: int = 0, seconds: float = PATIENCE_S) -> Any:
        """The first line since then that is wanted. TimeoutError."""
        with self._news:
            found: list[dict[str, Any]] = []

            def look() -> bool:
                found[:] = [said for said in self.said[since:] if wanted(said)]
                return bool(found)

            if not self._news.wait_for(look, seconds):
                raise TimeoutError(f"process {self.pid} said nothing of the kind; last: {self.said[-2:]}")
            return found[0]

    def order(self, word: str) -> None:
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.write(word + "\n")
            self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self._gone()

    def end(self, *, by: signal.Signals | None = None) -> None:
        """Ends it in an orderly way."""
        if by is None:
            self.order("end")
        else:
            self.process.send_signal(by)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._gone()

    def _gone(self) -> None:
        self.process.wait(30)
        self._reader.join(10)
        for stream in (self.process.stdin, self.process.stdout):
            with suppress(BrokenPipeError):
                stream.close()  # type: ignore[union-attr]


class Station:
    """A station's home, its line, and its process while it runs."""

    def __init__(self, floor: ServerFloor, code: str, kind: str, index: int, of: int, *words: str) -> None:
        self.floor, self.code, self.kind, self.index, self.of = floor, code, kind, index, of
        self.words = words
        self.home = Home(floor.folder / code.lower())
        self.line = CutLine((HOST, floor.pg.port))
        self.prefix: tuple[str, ...] = ()
        self.starts = 0
        self.process: Process | None = None
        self.gone: set[bytes] = set()

    @property
    def file(self) -> Path:
        return self.home.station_file

    def join(self) -> None:
        """Invited in the office, joined here: the real commands."""
        once = command(self.floor.office, "station", "invite", "--name", self.code.title(), "--code", self.code)
        url = f"postgresql://{HOST}:{self.line.port}/{self.floor.name}?sslmode=disable"
        command(
            self.home.make(), "station", "join", url, "--name", self.code.title(), "--code", self.code,
            "--dev-insecure", typed=once["one_time_code"],
        )  # fmt: skip

    def start(self, *more: str) -> None:
        words: tuple[str, ...] = (
            str(self.home.root), self.code, self.kind, "--index", str(self.index), "--of", str(self.of), "--seed",
            str(self.floor.seed), "--acts-before", str(self.starts),
        )  # fmt: skip
        module = "screen" if self.kind == SCREEN else "hands"
        words = (str(self.home.root), "--badge", BADGE) if self.kind == SCREEN else words
        self.process = Process(
            f"tests.floor_of_stations.{module}", *words, *self.words, *more, log=self.home.make().logs / "hands.log",
            prefix=self.prefix,
        )  # fmt: skip
        self.starts += 1

    @property
    def run(self) -> Process:
        assert self.process is not None
        return self.process

    def stop(self) -> None:
        if self.process is not None:
            self.process.end()
            self.process = None

    def confirmed(self) -> set[bytes]:
        """Facts of which a hand here was told that they are kept."""
        try:
            words = (self.home.root / "confirmed").read_text(encoding="ascii").split()
        except FileNotFoundError:
            return set()
        return {bytes.fromhex(word) for word in words if len(word) == 32}


class ServerFloor:
    """See the module. `crew` are the kinds of the stations, each a process: PICK, PACK, STOCK."""

    def __init__(
        self, pg: PgServer, folder: Path, *, crew: Sequence[str] = ("PICK", "STOCK", "PACK"), workers: int = 2,
        seed: int = 1, orders: int = 40, name: str = "floor", furnished: bool = True,
        say: Callable[[str], None] = lambda _words: None,
    ) -> None:  # fmt: skip
        self.pg, self.folder, self.name, self.seed, self.say = pg, folder, name, seed, say
        self.dice = Random(seed)
        self.office = Home(folder / "office").make()
        pg.create(name)
        command(self.office, "central", "init", self.url, "--password-stdin", "--dev-insecure", typed=pg.password)
        self._orders = 0
        if furnished:
            with self.central() as database:
                site.furnish(database, SystemClock().now())
            people = self.office.root / "people.csv"
            people.write_text(PEOPLE, encoding="utf-8")
            command(self.office, "import", "people", str(people))
            self.orders_come(orders)
        kinds = [(kind, list(crew[:n]).count(kind)) for n, kind in enumerate(crew)]
        self.stations = [
            Station(self, f"{kind}{n + 1:02}", kind, index, list(crew).count(kind))
            for n, (kind, index) in enumerate(kinds)
        ]
        for station in self.stations:
            station.join()
        self.workers: list[Process] = []
        self._wanted = workers
        self.told = Witness()
        """What somebody knows who stands beside this floor: what was copied, what central lost, who took its place."""
        self.who = ""
        self.program: tuple[str, ...] = ("ui.main",)
        """What central's workers are started with."""
        self.others: list[Station] = []
        """Clones and the like: looked at in the end as every station is."""

    @property
    def url(self) -> str:
        """The administrator's address, without a secret."""
        return f"postgresql://postgres@{HOST}:{self.pg.port}/{self.name}?sslmode=disable"

    @contextlib.contextmanager
    def central(self) -> Iterator[Database]:
        server = self.office.server()
        assert server is not None
        database = open_server(server, connections=2)
        try:
            yield database
        finally:
            database.close()

    def orders_come(self, count: int) -> None:
        """A file of new orders is taken in, and what can go is released."""
        clock = SystemClock()
        file = site.orders(self.dice, self._orders + 1, count, clock.now())
        self._orders += count
        with self.central() as database:
            with central_write(database) as session:
                take_in(session, file, source="orders.csv", now=clock.now())
            release_waiting(database, clock)

    # ---- life

    def start(self) -> None:
        """Workers and stations begin; hands work."""
        for _ in range(self._wanted):
            self.start_worker()
        for station in self.stations:
            station.start()
        for station in self.stations:
            station.run.wait(lambda said: "pid" in said)
            station.run.order("work")
        pids = ", ".join(f"{station.code} {station.run.pid}" for station in self.stations)
        workers = ", ".join(str(worker.pid) for worker in self.workers)
        self.who = f"server {self.pg.pid}; {pids}; workers {workers}"
        self.say(self.who)

    def start_worker(self) -> Process:
        process = Process(
            *self.program, "worker", "--home", str(self.office.root), "--json", log=self.office.logs / "worker.log"
        )
        self.workers.append(process)
        return process

    def kill_worker(self) -> int:
        """kill -9 of one worker; another one takes its place. The process id that is gone."""
        worker = self.workers.pop(self.dice.randrange(len(self.workers)))
        worker.kill()
        self.start_worker()
        return worker.pid

    def close(self) -> None:
        for station in [*self.stations, *self.others]:
            station.stop()
            station.line.close()
        self.stop_workers()

    def stop_workers(self) -> None:
        for worker in self.workers:
            worker.end(by=signal.SIGTERM)
        self.workers.clear()

    def __enter__(self) -> ServerFloor:
        self.start()
        return self

    def __exit__(self, _k: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self.close()

    # ---- looking

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """A question as the superuser, on a connection of its own."""
        with self.pg.connect(self.name) as connection:
            return connection.execute(sql.encode()).fetchall()

    def backends(self, whose: str = "") -> list[tuple[int, str, str]]:
        """Who is connected: process, role, what it does."""
        return self.ask(
            "SELECT pid, usename::text, coalesce(query, '') FROM pg_stat_activity WHERE datname = current_database() "
            f"AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND usename LIKE '%{whose}%' ORDER BY pid"
        )

    def facts(self) -> int:
        """How many facts central has; -1 while it is away."""
        with suppress(psycopg.Error):
            return int(self.ask("SELECT count(*) FROM fact")[0][0])
        return -1

    def wait_for_facts(self, more: int, seconds: float = PATIENCE_S) -> float:
        """Waits until central has so many facts more than now. TimeoutError. After how many seconds the first came."""
        began, before = time.monotonic(), max(self.facts(), 0)
        came: list[float] = []

        def enough() -> bool:
            now = self.facts()
            if now > before and not came:
                came.append(time.monotonic() - began)
            return now >= before + more

        try:
            wait_for(enough, seconds)
        except TimeoutError:
            raise TimeoutError(f"no {more} facts came within {seconds:g} s{self._ended()}") from None
        return came[0] if came else 0.0

    def wait_for_applied(self) -> float:
        """Waits until workers have gone on with their work. TimeoutError. After how many seconds they did."""
        began, head = time.monotonic(), self._head()
        wait_for(lambda: self._head() > head)
        return time.monotonic() - began

    # ---- the end

    def come_to_rest(self, seconds: float = PATIENCE_S) -> None:
        """Hands rest; waits until nothing is under way anywhere, by raw SQL. NotEven says what is."""
        everybody = [*self.stations, *self.others]
        for station in everybody:
            if station.process is None:
                station.start()
            station.run.order("rest")
        end, left = time.monotonic() + seconds, "nothing was seen"
        while time.monotonic() < end:
            for station in everybody:
                station.run.order("rest")  # a courier that waits for its next try is woken
            left = self._under_way(everybody)
            if not left:
                return
            time.sleep(0.1)
        raise NotEven(f"{left}{self._ended()}")

    def _ended(self) -> str:
        """Who is not there any more though nobody here ended it: whoever reads a failure should know that first."""
        running = [(f"worker {worker.pid}", worker.process) for worker in self.workers]
        running += [(station.code, station.process.process) for station in self.stations if station.process]
        gone = [f"{name} ended with {process.returncode}" for name, process in running if process.poll() is not None]
        return "".join(f"; {words}" for words in (*gone, *(() if self.pg.running else ("the server is not running",))))

    def _under_way(self, everybody: Sequence[Station]) -> str:
        try:
            head = self.ask("SELECT max(head) FROM feed_head")[0][0]
            behind = self.ask("SELECT count(*) FROM station_mark WHERE applied_seq <> pushed_seq")[0][0]
            asks = self.ask("SELECT count(*) FROM ask a WHERE NOT EXISTS "
                            "(SELECT FROM answer b WHERE b.request_id = a.request_id)")[0][0]  # fmt: skip
        except psycopg.Error as error:
            return " ".join(str(error).split())
        if behind or asks:
            return f"central has not applied {behind} streams, not answered {asks} questions"
        for station in everybody:
            side = sqlite_side(station.file)
            seq = side.one("SELECT feed_seq FROM itself")
            left = side.one("SELECT count(*) FROM outbox WHERE acked_at IS NULL")
            own = side.one("SELECT count(*) FROM own_touch") + side.one("SELECT count(*) FROM ask")
            if seq != head or left or own:
                return f"{station.code} stands at {seq} of {head}, {left} facts and {own} rows or questions are open"
        return ""

    def witness(self) -> Witness:
        everybody = [*self.stations, *self.others]
        confirmed: set[bytes] = set().union(*(station.confirmed() for station in everybody))
        gone: set[bytes] = set().union(*(station.gone for station in everybody))
        return replace(self.told, confirmed=confirmed, gone=gone)

    def fences(self) -> dict[bytes, int]:
        """How often each piece of work was leased, as central knows it."""
        return {bytes(work): int(fence) for work, fence in self.ask("SELECT id, fence FROM work")}

    def went_back(self, before: Mapping[bytes, int]) -> None:
        """Central is what it once was; `before` are its fences of the moment before that."""
        now = self.fences()
        self.told.central_lost = True
        self.told.forgotten |= {work for work, fence in before.items() if now.get(work) != fence}

    def broken(self) -> list[Broken]:
        """Every invariant that does not hold: raw SQL over TCP and on the files.

        A look counts when everybody was even before and after it and the feed stood where it stood: a worker's duties
        settle counts by themselves, and a mirror that is one row behind for a moment is none that differs.
        """
        everybody = [*self.stations, *self.others]
        while True:
            self.come_to_rest()
            head, found = self._head(), self._look()
            if head == self._head() and not self._under_way(everybody):
                return found

    def _head(self) -> int:
        return int(self.ask("SELECT max(head) FROM feed_head")[0][0])

    def _look(self) -> list[Broken]:
        files = [sqlite_side(station.file) for station in [*self.stations, *self.others]]
        url = self.pg.url(host=HOST, database=self.name)
        with psycopg.connect(url, autocommit=True, options="-c timezone=UTC") as connection:
            return broken(Looked(server_side(connection), files, self.witness()))


def wait_for(wanted: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Asks again and again until it is so; TimeoutError."""
    end = time.monotonic() + seconds
    while not wanted():
        if time.monotonic() > end:
            raise TimeoutError("it did not come true")
        time.sleep(0.02)


def kill(pid: int, number: signal.Signals = signal.SIGKILL) -> bool:
    """Sends a signal; False when the process is gone already."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False
