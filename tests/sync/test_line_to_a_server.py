"""A station's line to central on a real server: it says the protocol, ends every wait, and greets after each cut."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.clock import FakeClock
from app.db import Database
from app.db.postgres import CONNECT_SECONDS
from app.errors import Unavailable
from app.settings import Server
from app.sync.applier import work_off
from app.sync.server import ServerCentral
from app.sync.wire import Cursor, NotWelcome
from app.work.facts import ToteEmptied
from tests.engines import address, drop, fresh, load, server_under, stranger
from tests.postgres import PgServer, versions
from tests.sync.sides import T2, CentralSide, StationSide, even_sides, mirrored
from ui.shift.line import CutLine

NOTHING = Cursor(0, b"")
DEADLINE_S = 1.0
HOST = "127.0.0.1"


@pytest.fixture(params=versions())
def central(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Central of the sample site on a server of each version."""
    side, (station,) = even_sides(tmp_path / "even", FakeClock(), "PICK01")
    station.close()
    template = load(request.param, side.path)
    side.close()
    database = fresh(request.param, template)
    yield database
    drop(database)


@pytest.fixture
def line(central: Database) -> Iterator[ServerCentral]:
    made = ServerCentral(address(central), FakeClock(), deadline_s=DEADLINE_S)
    yield made
    made.close()


class OverTheLine(CentralSide):
    """The kit's central, reached by a line; its applier works as a worker does, on connections of its own."""

    def __init__(self, database: Database, line: ServerCentral, clock: FakeClock) -> None:
        self.database, self.port, self.clock = database, line, clock  # type: ignore[assignment]


@pytest.fixture
def station(central: Database, line: ServerCentral, tmp_path: Path) -> Iterator[StationSide]:
    """The station PICK01 as it was when it was even with that central."""
    clock = FakeClock()
    made = StationSide(tmp_path / "even", "PICK01", clock, OverTheLine(central, line, clock))
    yield made
    made.close()


def backend(central: Database) -> tuple[PgServer, int]:
    """The server, and its process that works for the line."""
    pg = server_under(central)
    name = central.where.rpartition("/")[2]
    asked = f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}' AND query NOT LIKE '%pg_stat_activity%'"
    return pg, int(pg.psql(asked))


def test_facts_go_and_the_feed_comes(central: Database, station: StationSide) -> None:
    # given a hand that empties a tote
    station.hello()
    station.record(ToteEmptied(T2))

    # when it is told, applied and heard of
    station.settle()

    # then both sides have the same rows
    assert mirrored(station.path) == mirrored(stranger(central))


def test_a_backend_that_hangs_frees_its_caller(central: Database, station: StationSide) -> None:
    # given a backend that answers no more, though its machine still does
    station.hello()
    station.record(ToteEmptied(T2))
    pg, pid = backend(central)
    pg.freeze(pid)

    # when the station pushes, then the call ends; the next connection is greeted first; and then all is well
    try:
        with pytest.raises(Unavailable):
            station.push()
        with pytest.raises(Unavailable):
            station.push()
        station.hello()
        station.settle()
        assert mirrored(station.path) == mirrored(stranger(central))
    finally:
        pg.thaw(pid)


def test_a_call_to_a_server_that_hangs_does_not_connect_again(central: Database, station: StationSide) -> None:
    # given a server all of whose processes hang: it takes connections, and answers none of them
    station.hello()
    station.record(ToteEmptied(T2))
    pg, _ = backend(central)
    pg.freeze()

    # when the station pushes, then the call ends with its own time, and does not wait for a new connection as well
    try:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            station.push()
        assert time.monotonic() - began < DEADLINE_S + CONNECT_SECONDS
    finally:
        pg.thaw()
    station.hello()
    station.settle()
    assert mirrored(station.path) == mirrored(stranger(central))


def test_a_connection_that_was_opened_anew_is_greeted_first(central: Database, station: StationSide) -> None:
    station.hello()
    pg, pid = backend(central)
    pg.psql(f"SELECT pg_terminate_backend({pid}, 5000)")

    with pytest.raises(Unavailable):
        station.pull()
    with pytest.raises(Unavailable, match="greeted again"):
        station.pull()

    station.hello()
    station.settle()


def test_who_does_not_like_who_answers_is_sent_to_the_next_host(central: Database, tmp_path: Path) -> None:
    # given two hosts that both can be written to, as an old leader and the new one
    pg = server_under(central)
    there = address(central, "postgres", pg.password)
    with closing(CutLine((HOST, pg.port))) as old, closing(CutLine((HOST, pg.port))) as new:
        both = replace(there, host=f"{HOST},{HOST}", port=f"{old.port},{new.port}")
        with closing(ServerCentral(both, FakeClock())) as line:
            station = StationSide(tmp_path / "even", "PICK01", FakeClock(), OverTheLine(central, line, FakeClock()))
            # when a station greets the first, refuses it and greets again
            station.hello()
            station.hello()

            # then it speaks to the second from now on, and goes on with it
            old.cut()
            station.record(ToteEmptied(T2))
            station.settle()
            assert mirrored(station.path) == mirrored(stranger(central))
            station.close()


@pytest.mark.parametrize("version", versions())
def test_a_server_that_is_gone_is_away_and_comes_back(version: int) -> None:
    # given a server of its own, for it is killed
    with PgServer(version) as pg:
        pg.create("site")
        line = ServerCentral(Server.of_url(pg.url(database="site")), FakeClock())
        pg.kill9()
        with pytest.raises(Unavailable):
            line.pull(b"\x01" * 16, NOTHING, ())

        # when it is there again, then it is spoken to, as far as it is a central at all
        pg.start()
        with pytest.raises(Unavailable, match="greeted again"):
            line.pull(b"\x01" * 16, NOTHING, ())
        line.close()


def test_who_is_not_let_in_is_not_welcome(central: Database) -> None:
    pg = server_under(central)
    for role, login in (("keyless", "LOGIN PASSWORD 'right'"), ("sent_away", "NOLOGIN PASSWORD 'wrong'")):
        if not pg.psql(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'"):
            pg.psql(f"CREATE ROLE {role} {login}")

    said = {}
    for role in ("keyless", "sent_away"):
        line = ServerCentral(address(central, role, "wrong"), FakeClock())
        with pytest.raises(NotWelcome) as refused:
            line.pull(b"\x01" * 16, NOTHING, ())
        said[role] = refused.value.why
        line.close()

    assert said == {"keyless": "credentials", "sent_away": "revoked"}


def test_what_central_writes_is_heard(central: Database, station: StationSide, line: ServerCentral) -> None:
    # given somebody who listens
    heard = threading.Event()
    line.on_hint(heard.set)
    assert heard.wait(20)  # at first, for what was said before
    heard.clear()

    # when a fact is told and applied
    station.hello()
    station.record(ToteEmptied(T2))
    station.push()
    work_off(central, station.clock)

    # then it is heard without asking
    assert heard.wait(20)
