"""Which engine central runs on in the tests: a SQLite file, or a server when the environment says so.

`PACKBAY_TEST_CENTRAL=postgres` (the newer version that is tried) or `postgres15` runs everything that opens central by
`open_central` on a real server, one database a path; `stranger` gives a SQLite file with the same rows, so that a
test looks at both with the same words.
"""

from __future__ import annotations

import atexit
import os
import shutil
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

from app.cli.admin import keep_server
from app.db import Database, migrate, open_database, open_server
from app.db.transfer import copy_rows
from app.settings import Home, Server
from tests.postgres import PgServer, versions

ENGINE = os.environ.get("PACKBAY_TEST_CENTRAL", "sqlite")
CONNECTIONS = 8
_number = count(1)
_names: dict[Path, str] = {}
_where: dict[str, tuple[PgServer, str]] = {}


def on_server() -> bool:
    """Whether central runs on a server in this run of the tests."""
    return ENGINE != "sqlite"


@cache
def server(version: int) -> PgServer:
    """The server of a version for this process of the tests; it ends with it."""
    made = PgServer(version).start()
    atexit.register(made.close)
    return made


def chosen() -> PgServer:
    """The server that this run is on."""
    said = ENGINE.removeprefix("postgres")
    return server(int(said) if said else versions()[1])


def connect(pg: PgServer, name: str) -> Database:
    """A database of a throw-away server as central."""
    database = open_server(Server.of_url(pg.url(database=name)), connections=CONNECTIONS)
    _where[database.where] = (pg, name)
    return database


def address(database: Database, role: str = "postgres", password: str = "") -> Server:
    """Where a central on a throw-away server is, for whoever connects by himself: by TCP when there is a password."""
    pg, name = _where[database.where]
    return Server.of_url(pg.url(role, password, name, sslmode="disable"), dev_insecure=True)


def server_under(database: Database) -> PgServer:
    """The throw-away server that this central is on."""
    return _where[database.where][0]


@cache
def migrated(version: int) -> str:
    """The name of an empty central that others are copies of."""
    pg, name = server(version), f"template_{next(_number)}"
    pg.create(name)
    database = connect(pg, name)
    migrate(database)
    database.close()
    return name


_loaded: dict[tuple[int, bytes], str] = {}


def load(version: int, file: Path) -> str:
    """The rows of a SQLite file as a database that others are copies of; made once for the same bytes."""
    key = (version, sha256(file.read_bytes()).digest())
    if key not in _loaded:
        pg, name = server(version), f"template_{next(_number)}"
        pg.create(name, template=migrated(version))
        source, target = open_database(file, "central"), connect(pg, name)
        copy_rows(source, target)
        source.close()
        target.close()
        _loaded[key] = name
    return _loaded[key]


def fresh(version: int, template: str = "") -> Database:
    """An empty central (or a copy of `template`) on a server of a version. Its owner calls `drop`."""
    pg, name = server(version), f"central_{next(_number)}"
    pg.create(name, template=template or migrated(version))
    return connect(pg, name)


def open_central(path: Path, *, template: Path | None = None, busy_ms: int = 60_000) -> Database:
    """Central of a test under this path: with the rows of `template`, those it has, or none, in the newest schema."""
    if not on_server():
        if template is not None:
            shutil.copy(template, path)
        is_new = not path.exists()
        database = open_database(path, "central", busy_ms=busy_ms)
        if is_new:
            migrate(database)
        return database
    pg = chosen()
    if path not in _names or template is not None:
        source = template or path
        loaded = load(pg.version, source) if source.exists() else migrated(pg.version)
        _names[path] = pg.create(f"central_{next(_number)}", template=loaded)
    return connect(pg, _names[path])


def drop(database: Database) -> None:
    """Closes central; what it was is gone on a server."""
    database.close()
    if database.is_server:
        pg, name = _where.pop(database.where)
        pg.drop([name])


def stranger(database: Database) -> Path:
    """A SQLite file with what is in central now: central itself, or a copy of what the server has.

    The folder of either is the home of that central, for commands.
    """
    if not database.is_server:
        return database.path
    home = Home(Path(_folder()) / str(next(_number))).make()
    if database.where in _where:
        keep_server(home, address(database))
    path = home.central_file
    shutil.copy(_empty_file(), path)
    copy = open_database(path, "central")
    copy_rows(database, copy)
    copy.close()
    return path


@cache
def _folder() -> str:
    made = mkdtemp(prefix="packbay-copies-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@cache
def _empty_file() -> Path:
    path = Path(_folder()) / "empty.sqlite"
    database = open_database(path, "central")
    migrate(database)
    database.close()
    return path
