"""A station that comes back with a full outbox: how long until central has it all, beside bare rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import psycopg

from app.clock import SystemClock
from app.db import open_database
from app.db.postgres import arguments_of
from app.settings import Home, Server
from app.sync.keeper import Keeper
from app.sync.server import ServerCentral
from app.sync.station import Cause
from app.sync.talk import Talk
from app.sync.wire import PUSH_FACTS
from bench.figures import Figure, Said
from bench.server.homes import home_of
from bench.server.site import Site
from bench.server.streams import scanned

SMALL, LARGE, TIMES = 10_000, 100_000, 3
SMALL_S, LARGE_S, RATIO = 5.0, 60.0, 3.0
A_TRANSACTION = 1_000


class Outbox:
    """A real station with a real file and line, whose hands are faster than any hand."""

    def __init__(self, home: Home, server: Server, code: str) -> None:
        self.clock = SystemClock()
        self.keeper = Keeper(open_database(home.station_file, "station"), self.clock, code, code.title())
        self.line = ServerCentral(server, self.clock)
        self._talk = Talk(self.keeper, self.line, self.clock)
        self._dice = Random(code)

    def fill(self, count: int) -> None:
        """Records so many facts."""
        for first in range(0, count, A_TRANSACTION):
            facts = [scanned(self._dice) for _ in range(min(A_TRANSACTION, count - first))]
            with self.keeper.act() as transaction:
                transaction.record(facts, Cause(self.clock.now(), bytes(15) + b"\1", bytes(15) + b"\2", first + 1))

    def empty(self) -> float:
        """Talks with central until it has everything; in how many seconds. A talk's own pace holds."""
        began = time.perf_counter()
        self._talk = Talk(self.keeper, self.line, self.clock)
        while self.keeper.queued():
            parcel = self._talk.next()
            if parcel is not None:
                self.keeper.take_in(parcel)
            time.sleep(self._talk.wait_s())
        return time.perf_counter() - began

    def close(self) -> None:
        self.line.close()
        self.keeper.close()


def push(there: Site, folder: Path, *, large: bool = True) -> Iterator[Said]:
    """10,000 facts so often and 100,000 once, each followed by the same rows over psycopg alone."""
    home = home_of(there, folder, "PUSH01")
    server = home.server()
    assert server is not None
    station = Outbox(home, server, "PUSH01")
    try:
        station.empty()
        station.fill(PUSH_FACTS)
        station.empty()  # statements are prepared, the snapshot is there
        yield from _pairs(there, station, SMALL, TIMES, SMALL_S)
        if large:
            yield from _pairs(there, station, LARGE, 1, LARGE_S)
    finally:
        station.close()


def _pairs(there: Site, station: Outbox, count: int, times: int, limit_s: float) -> Iterator[Figure]:
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(times):
        station.fill(count)
        ours.append(station.empty())
        theirs.append(_bare(there, count))
    bare = Figure(f"psycopg executemany of the same {count:,} rows", tuple(theirs), "s")
    yield bare
    yield Figure(f"push of {count:,} facts out of a station's file", tuple(ours), "s", target=limit_s)
    yield Figure("  beside bare rows", tuple(ours), "s", peer=bare, target=RATIO)


_COLUMNS = (
    "fact_id", "station_id", "incarnation", "seq", "kind", "version", "event_group", "at", "actor_id", "task_id",
    "work_id", "device", "scan_number", "scan_text", "chain", "data",
)  # fmt: skip


def _bare(there: Site, count: int) -> float:
    """The newest so many facts once more into a table like theirs, as many a transaction as a push carries."""
    names = ", ".join(_COLUMNS)
    with psycopg.connect(**arguments_of(there.admin)) as connection:
        of_this = "station_id = (SELECT station_id FROM packbay_door.login WHERE code = 'PUSH01')"
        newest = f"SELECT {names} FROM fact WHERE {of_this} ORDER BY seq DESC LIMIT {count}"
        rows = connection.execute(newest.encode()).fetchall()
        assert len(rows) == count
        connection.execute("CREATE TABLE IF NOT EXISTS bare_fact (LIKE fact INCLUDING ALL)")
        connection.execute("TRUNCATE bare_fact")
        connection.commit()
        rows.reverse()
        began = time.perf_counter()
        insert = f"INSERT INTO bare_fact ({names}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})".encode()
        for first in range(0, count, PUSH_FACTS):
            with connection.cursor() as cursor:
                cursor.executemany(insert, rows[first : first + PUSH_FACTS])
            connection.commit()
        return time.perf_counter() - began
