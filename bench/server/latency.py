"""How soon a change at one station is in another station's mirror, and how soon a claim is answered.

Stations and the worker are processes; keeper, courier and line are a kiosk's own. One station announces deliveries, and
two others tell when they have them in their files: one hears NOTIFY, one polls as if there were none. So both ways are
measured by the same changes, at the same moments. Claims are made at a fourth station, one after the other, while those
changes flow: from the moment at which the question is in its file to the moment at which the answer is.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.channels.base import ImportedLine, ImportedOrder
from app.clock import SystemClock
from app.db import central_write
from app.documents import Address
from app.ids import new_id
from app.processing.service.arrivals import release_waiting, take_in
from app.settings import Home
from bench.figures import Figure, Note, Said
from bench.progress import bar
from bench.server.homes import home_of, office_of
from bench.server.site import FACTS, NAME, SKUS, Site, site, sku_name
from tests.floor_of_stations.floor import Process
from tests.floor_of_stations.hands import ServerStation
from ui.parcels import Parcelled

CHANGES, CLAIMS, PACE = 150, 150, 2.5
POLL_MS, NOTIFY_MS, CLAIM_MS = 1000.0, 200.0, 200.0
PATIENCE_S = 60.0
KEEN = "-10"


def latency(folder: Path) -> Iterator[Said]:
    """Both, on a central with years behind it."""
    with site(FACTS) as there:
        yield from latency_at(there, folder)


@contextmanager
def _before_others(there: Site) -> Iterator[Note]:
    """Puts the sessions of this process and of the server before those of everybody else, where we may: a server and a
    kiosk have machines of their own, and here many share two processors.
    """
    groups = [Path("/proc/self/autogroup"), Path(f"/proc/{there.pg.pid}/autogroup")]
    words = f"server, worker and stations go before others on this machine (autogroup {KEEN})"
    try:
        for group in groups:
            group.write_text(KEEN)
    except OSError:
        words = "server, worker and stations share the processors with everybody else"
    try:
        yield Note(words)
    finally:
        for group in groups:
            with suppress(OSError):
                group.write_text("0")


def latency_at(there: Site, folder: Path, changes: int = CHANGES, claims: int = CLAIMS) -> Iterator[Said]:
    """The same on a site that runs already."""
    orders_come(there, claims + claims // 10)
    os.sync()  # a copy of gigabytes that is still on its way to the disk would hold up every COMMIT
    with _before_others(there) as place, _crew(there, folder) as crew:
        yield place
        station = ServerStation(home_of(there, folder, "CLAIMER"), "CLAIMER", SystemClock(), deaf=False)
        station.courier.start()
        _catch_up(crew, station)
        before = _written(there)
        crew.maker.order("work")
        with _bare(there) as bare:
            answered, beside = _claims(station, claims, bare)
        polled, heard = crew.seen(changes)
        crew.maker.order("rest")
        after = _written(there)
        station.close()
    yield Figure("bare: a row, COMMIT with NOTIFY, read by another process", beside)
    alone = f"{PACE:g} changes a second on {os.cpu_count()} cores"
    yield Figure("a change at one station, in another one's mirror: poll", polled, target=POLL_MS, of="p95")
    yield Figure("  with NOTIFY", heard, target=NOTIFY_MS, of="p95")
    yield Figure("a claim: asked until its answer is taken in", answered, target=CLAIM_MS, of="p95")
    facts = after.facts - before.facts
    yield Note(f"{after.facts:,} facts at central, one worker, {alone}; each claim got one order with its dossier")
    feed, wal, pages = after.feed - before.feed, (after.wal - before.wal) >> 10, (after.pages - before.pages) * 8
    yield Note(
        f"{facts} facts and {claims} claims, pushed, applied, answered and told: {feed} feed rows, {wal:,} KiB of WAL, "
        f"of which {pages:,} KiB are whole pages (the first change of each after a checkpoint)"
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """What central has and wrote so far: facts, the feed's head, bytes of WAL, whole pages in it."""

    facts: int
    feed: int
    wal: int
    pages: int


def _written(there: Site) -> _Written:
    sql = (
        "SELECT (SELECT count(*) FROM fact), (SELECT head FROM feed_head), wal_bytes::bigint, wal_fpi FROM pg_stat_wal"
    )
    return _Written(*there.ask(sql)[0])


def orders_come(there: Site, count: int) -> None:
    """So many orders that can be picked."""
    clock = SystemClock()
    with there.central() as database:
        with central_write(database) as session:
            take_in(session, [_order(n, clock.now()) for n in range(count)], source="orders.csv", now=clock.now())
        found = release_waiting(database, clock)
    if found["released"] < count:
        raise ValueError(f"only {found} of {count} orders can be picked")


def _order(n: int, now: datetime) -> ImportedOrder:
    lines = tuple(
        ImportedLine(str(k), sku_name((7 * n + k) % SKUS), "Thing", 1 + k % 2, Decimal("5.00")) for k in range(2)
    )
    address = Address(name="Customer", line1="Lindenstraße 1", postcode="10969", city="Berlin", country="DE")
    return ImportedOrder(
        channel="bench", external_id=str(n), number=f"L{n}", currency="EUR", lines=lines, placed_at=now, updated_at=now,
        ship_to=address, total=Decimal("15.00"), payment="paid", tax_included=True,
    )  # fmt: skip


# ---- the processes --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Crew:
    worker: Process
    maker: Process
    polls: Process
    hears: Process

    def seen(self, changes: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """For so many changes at least: how many ms until the station that polls had it, and the one that hears."""
        tick = bar("changes", changes)
        end = time.monotonic() + changes / PACE * 3 + PATIENCE_S
        while True:
            made = _times(self.maker, "made")
            polled, heard = (_times(process, "seen") for process in (self.polls, self.hears))
            both = [number for number in made if number in polled and number in heard]
            tick(min(len(both), changes))
            if len(both) >= changes:
                return tuple(_ms(made, polled, both)), tuple(_ms(made, heard, both))
            if time.monotonic() > end:
                raise TimeoutError(f"only {len(both)} of {len(made)} changes were seen")
            time.sleep(0.2)


def _times(process: Process, word: str) -> dict[str, int]:
    return {said[word]: int(said["ns"]) for said in list(process.said) if word in said}


def _ms(made: dict[str, int], seen: dict[str, int], numbers: list[str]) -> list[float]:
    return [(seen[number] - made[number]) / 1e6 for number in numbers]


@contextmanager
def _crew(there: Site, folder: Path) -> Iterator[_Crew]:
    """The worker and three stations as processes; they end with this."""
    office = office_of(there, folder)
    worker = Process("ui.main", "worker", "--home", str(office.root), "--json", log=office.logs / "worker.log")
    started = [worker]
    try:
        for code, more in (("MAKER", ()), ("POLLS", ("--deaf",)), ("HEARS", ())):
            started.append(_hands(home_of(there, folder, code), code, *more))
        yield _Crew(*started)
    finally:
        for process in started[1:]:
            process.end()
        worker.end(by=signal.SIGTERM)


def _hands(home: Home, code: str, *more: str) -> Process:
    words = (str(home.root), code, "STOCK", "--watch", "--pace", str(PACE), *more)
    return Process("tests.floor_of_stations.hands", *words, log=home.logs / "hands.log")


def _catch_up(crew: _Crew, station: ServerStation) -> None:
    """Waits until everybody has a mirror: what is measured is a floor at work, not its start."""
    while _round(station) is not None:
        pass
    seen = len(crew.polls.said), len(crew.hears.said)
    crew.maker.order("work")
    for process, since in zip((crew.polls, crew.hears), seen, strict=True):
        process.wait(lambda said: "seen" in said, since, 4 * PATIENCE_S)
    crew.maker.order("rest")
    for process in (crew.maker, crew.polls, crew.hears):
        process.said.clear()


# ---- claims ---------------------------------------------------------------------------------------------------------


def _claims(
    station: ServerStation, count: int, bare: Callable[[], float]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """One after the other, each a breath after the last, and the bare way in turns with them; ms of each."""
    found, beside = [], []
    for _ in range(count):
        beside.append(bare())
        began = time.perf_counter()
        request = station.ask("claim", {"kind": "pick", "limit": 1}, new_id())
        answer = _answer_to(station, request)
        found.append((time.perf_counter() - began) * 1000)
        if len(answer.get("work", ())) != 1:
            raise ValueError(f"a claim brought no work: {answer}")
        time.sleep(0.05)  # so that claims do not come in step with what they cause
    return tuple(found), tuple(beside)


_LISTENER = """
import sys, time, psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    connection.execute("LISTEN bare")
    print("ready", flush=True)
    while list(connection.notifies(stop_after=1)):
        connection.execute("SELECT max(n) FROM bare").fetchone()
        print(time.monotonic_ns(), flush=True)
"""


@contextmanager
def _bare(there: Site) -> Iterator[Callable[[], float]]:
    """What any program would pay here and now for one row that another process is told of and reads: ms of one."""
    with there.connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bare (n bigint)")
        listener = subprocess.Popen(
            [sys.executable, "-c", _LISTENER, there.pg.url(database=NAME)], stdout=subprocess.PIPE, text=True
        )
        assert listener.stdout is not None
        listener.stdout.readline()

        def once() -> float:
            assert listener.stdout is not None
            began = time.monotonic_ns()
            with connection.transaction():
                connection.execute("INSERT INTO bare VALUES (%s)", (began,))
                connection.execute("NOTIFY bare")
            return (int(listener.stdout.readline()) - began) / 1e6

        try:
            yield once
        finally:
            listener.kill()
            listener.communicate()


def _answer_to(station: ServerStation, request: bytes) -> dict[str, Any]:
    end = time.monotonic() + PATIENCE_S
    while request not in station.answers:
        if time.monotonic() > end:
            raise TimeoutError("a claim was not answered")
        _round(station)
    return station.answers[request]


def _round(station: ServerStation, seconds: float = 2.0) -> object | None:
    """Takes in what the courier brought; None when it brought nothing for so long."""
    try:
        item = station.queue.get(timeout=seconds)
    except queue.Empty:
        return None
    if isinstance(item, Parcelled):
        station.take_in(item)
    return item
