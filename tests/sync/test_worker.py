"""The worker: it applies and answers on a file and on servers, beside others of its kind, and outlives its server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from app.cli import main
from app.cli.admin import keep_server
from app.clock import FakeClock, SystemClock
from app.db import Database, open_server
from app.db.patience import Patience
from app.db.turns import turn
from app.settings import Home, Server
from app.sync.central import SqlCentral
from app.sync.worker import CONNECTIONS, Worker
from app.work.facts import ToteEmptied
from tests.engines import address, drop, fresh, load, server_under, stranger
from tests.postgres import PgServer, versions
from tests.sync.sides import T2, CentralSide, StationSide, even_sides, mirrored

PATIENCE_S = 60
"""How long a test waits for what must come; it comes in less than a second."""


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


class Worked(CentralSide):
    """The kit's central, whose applier is not driven by the test."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, FakeClock()
        self.port = SqlCentral(database, self.clock)

    def work(self) -> int:
        return 0


@pytest.fixture
def station(central: Database, tmp_path: Path) -> Iterator[StationSide]:
    made = StationSide(tmp_path / "even", "PICK01", FakeClock(), Worked(central))
    yield made
    made.close()


@contextmanager
def working(server: Server, home: Home) -> Iterator[Worker]:
    """A worker at work in threads of this process."""
    database = open_server(server, connections=CONNECTIONS)
    worker = Worker(database, SystemClock(), home, server=server)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join()
        database.close()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def settled(station: StationSide) -> bool:
    """One exchange; whether nothing is under way any more."""
    station.push()
    station.pull()
    return station.keeper.is_even()


def test_three_side_by_side_do_everything_once(central: Database, station: StationSide, tmp_path: Path) -> None:
    # given three workers on one central
    home, server = Home(tmp_path / "home").make(), address(central)
    with working(server, home), working(server, home), working(server, home):
        # when a station tells and asks in a hurry
        station.hello()
        for n in range(30):
            station.record(ToteEmptied(T2))
            if n % 3 == 0:
                station.ask("numbers", {"kind": "parcel", "count": 5})
            station.push()
        until(lambda: settled(station))

    # then each fact was applied once, each ask answered once, and both sides are the same
    copy = stranger(central)
    assert mirrored(station.path) == mirrored(copy)
    assert [row[0] for row in station.query("SELECT count(*) FROM number_range")] == [10]


def test_a_duty_is_done_by_one_at_a_time(central: Database) -> None:
    with turn(central, "mails") as first, turn(central, "mails") as second, turn(central, "files") as other:
        assert (first, second, other) == (True, False, True)
    with turn(central, "mails") as again:
        assert again


@pytest.mark.parametrize("version", versions()[1:])
def test_it_outlives_its_server(
    version: int, tmp_path: Path, station_files: Path, expected_log: Callable[[str], None]
) -> None:
    # given a worker on a server of its own, which is killed
    expected_log("central is away")
    expected_log("central is there again")
    clock = FakeClock()
    with PgServer(version, durable=True) as pg:
        template = _whole(pg, station_files / "central.sqlite")
        server = Server.of_url(pg.url(database=template))
        database = open_server(server)
        station = StationSide(station_files, "PICK01", clock, Worked(database))
        with working(server, Home(tmp_path / "home").make()) as worker:
            station.hello()
            station.record(ToteEmptied(T2))
            until(lambda: settled(station))
            pg.kill9()
            until(lambda: worker._away)

            # when it comes back, then the worker goes on
            pg.start()
            station.record(ToteEmptied(T2))
            until(lambda: _greeted(station))
            until(lambda: settled(station))
        station.close()
        database.close()


def _greeted(station: StationSide) -> bool:
    """Whether a hello came through; the first one after an outage may meet a line that is dead."""
    try:
        station.hello()
    except DBAPIError:
        return False
    return True


def test_a_connection_that_hangs_is_cut(central: Database) -> None:
    # given a backend that is stopped in the middle
    pg = server_under(central)
    patience = Patience(central, seconds=0.2)
    with central.write.connect() as connection:
        pid = int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
        pg.freeze(pid)
        try:
            # when something is asked of it, then that ends
            with pytest.raises(Exception, match="server closed the connection"):
                connection.exec_driver_sql("SELECT 1")
        finally:
            pg.thaw(pid)
    patience.stop()


def test_the_command_ends_on_sigterm(central: Database, station: StationSide, tmp_path: Path) -> None:
    # given the command on a home whose server.toml names central
    home = Home(tmp_path / "home").make()
    keep_server(home, address(central))
    words = [sys.executable, "-c", "from app.cli import main; main()", "worker", "--home", str(home.root)]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as process:
        # when a station pushes, then it is applied
        station.hello()
        station.record(ToteEmptied(T2))
        until(lambda: settled(station))

        # and when the process is told to end, then it does, and says so
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        lines = process.stderr.read().splitlines()
    assert (process.returncode, lines) == (0, [f"working for {central.where}", "ended"])


def test_once_does_what_there_is(
    central: Database, station: StationSide, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path / "home").make()
    keep_server(home, address(central))
    station.hello()
    station.record(ToteEmptied(T2))
    station.push()

    assert main(["worker", "--once", "--home", str(home.root)]) == 0

    assert settled(station)
    assert capsys.readouterr().out.startswith("Done: ")


def _whole(pg: PgServer, file: Path) -> str:
    """A database of this very server with the rows of a file."""
    from app.db import migrate, open_database
    from app.db.transfer import copy_rows

    source, target = open_database(file, "central"), open_server(Server.of_url(pg.url(database=pg.create("site"))))
    migrate(target)
    copy_rows(source, target)
    source.close()
    target.close()
    return "site"


@pytest.fixture
def station_files(tmp_path: Path) -> Path:
    """The files of a central and of a station that are even."""
    side, (station,) = even_sides(tmp_path / "even", FakeClock(), "PICK01")
    station.close()
    if side.path != tmp_path / "even" / "central.sqlite":
        (tmp_path / "even" / "central.sqlite").write_bytes(side.path.read_bytes())
    side.close()
    return tmp_path / "even"
