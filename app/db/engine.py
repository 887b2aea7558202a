"""Opening a side's database and running transactions on it.

A station has a SQLite file with one writer (the work thread). Central is a SQLite file, beside which imports and lists
run, or a PostgreSQL server (docs/decisions/0019). SQLite: WAL with synchronous=FULL: a commit is one flush, and what
was committed survives the plug; writers begin with BEGIN IMMEDIATE, so that no transaction starts reading and finds at
its first write that it came too late. PostgreSQL: who decides takes the site's lock first, for the same reason.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from app.clock import Clock
from app.db.feed import write_feed
from app.db.postgres import (
    CONNECTIONS,
    PUSHED,
    SITE_LOCK,
    TOLD,
    WARNED,
    Sockets,
    is_servers_fault,
    server_engine,
)
from app.errors import Outage, Unavailable
from app.models.base import Utc
from app.settings import Server
from app.text import say

BUSY_MS = 5_000
"""How long a writer waits for another process's lock before SQLite says "locked"; the caller then tries again."""


@dataclass(frozen=True, slots=True)
class Database:
    """One side's database: `side` is central or station; `where` is what people call it (no secret in it).

    `write` begins a transaction that writes, `read` one that sees a snapshot, `glance` is for one statement that is a
    snapshot by itself. `relaxed` is `write` without the flush at COMMIT (SQLite's synchronous=NORMAL): only for what
    can be had again from the other side (acknowledgements, feed rows, facts that a station still holds). It never
    makes a file inconsistent. A server flushes always.

    `file` is the SQLite file, None for a server; `sockets` are those of a server's connections.
    """

    side: str
    where: str
    write: Engine
    relaxed: Engine
    read: Engine
    glance: Engine
    file: Path | None = None
    sockets: Sockets | None = None

    @property
    def path(self) -> Path:
        """The SQLite file. RuntimeError for a server, which has none."""
        if self.file is None:
            raise RuntimeError(f"{self.where} is no file")
        return self.file

    @property
    def is_server(self) -> bool:
        return self.file is None

    def close(self) -> None:
        """Closes all connections (the last one folds a file's write-ahead log back into it)."""
        for engine in (self.read, self.relaxed, self.write):
            engine.dispose()


def open_database(path: Path, side: str, *, busy_ms: int = BUSY_MS) -> Database:
    """Opens (and creates when missing) the SQLite file of a side. The schema is `migrate`'s business."""
    read = _engine(path, side, "BEGIN", busy_ms)
    return Database(
        side,
        str(path),
        write=_engine(path, side, "BEGIN IMMEDIATE", busy_ms),
        relaxed=_engine(path, side, "BEGIN IMMEDIATE", busy_ms, synchronous="NORMAL"),
        read=read,
        glance=read,
        file=path,
    )


def open_server(server: Server, *, connections: int = CONNECTIONS) -> Database:
    """Central on PostgreSQL: one pool of `connections` for all transactions. Nothing is connected yet.

    ValueError when the server would be spoken to over TCP without being known for sure.
    """
    engine, sockets = server_engine(server, connections=connections)
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    glance = engine.execution_options(isolation_level="AUTOCOMMIT")
    return Database("central", server.name, write=engine, relaxed=engine, read=snapshot, glance=glance, sockets=sockets)


def _engine(path: Path, side: str, begin: str, busy_ms: int, synchronous: str = "FULL") -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        hide_parameters=True,  # values of rows, names and addresses among them, stand in no error and no log
        connect_args={"check_same_thread": False, "timeout": busy_ms / 1000, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _pragmas(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        if side == "station":  # names and addresses that are deleted are overwritten (app/sync/erasure.py)
            connection.execute("PRAGMA secure_delete=ON")
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON", "recursive_triggers=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA temp_store=MEMORY")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def plain_session(engine: Engine, side: str) -> Session:
    """A session that has begun nothing yet, for `app.db.parts`."""
    return _session(engine, side)


def _session(engine: Engine, side: str, **info: Any) -> Session:
    return Session(engine, expire_on_commit=False, info={"side": side, "changed": {}, **info})


@contextmanager
def central_write(database: Database, *, site: int = 1, relaxed: bool = False) -> Iterator[Session]:
    """One transaction that decides at central: what it marked as `changed` becomes feed rows, written last; COMMIT.

    It has the site for itself: on a server by the site's lock, taken before anything is read (READ COMMITTED: what
    others committed meanwhile is seen). Raises `Unavailable` when another one has it for longer than the limit, or the
    server is away; nothing was written then. An error at COMMIT is "unknown": the same is to be tried again.
    """
    with _session(database.relaxed if relaxed else database.write, "central") as session:
        open_decision(session, site)
        yield session
        end_decision(session, site)


def open_decision(session: Session, site: int = 1) -> None:
    """Begins a transaction that has the site for itself, in a session that has none; see `central_write`."""
    _take_turn(session, site)


def end_decision(session: Session, site: int = 1) -> None:
    """Writes its feed, last, and commits. The session's rows stay as they were read and written."""
    session.flush()
    write_feed(session, site)
    _commit(session, TOLD)


@contextmanager
def central_push(database: Database, *, relaxed: bool = False) -> Iterator[Session]:
    """One transaction of a station's own at central: it adds its facts and asks, and waits for no decision.

    It may mark no row as `changed` (RuntimeError): the feed is written by who decides. `Unavailable` as above.
    """
    with _session(database.relaxed if relaxed else database.write, "central") as session:
        _connect(session)
        yield session
        session.flush()
        if session.info["changed"]:
            raise RuntimeError("a push writes no feed: nothing in it may be marked as changed")
        _commit(session, PUSHED)


def _take_turn(session: Session, site: int) -> None:
    """Waits until nobody else decides for this site. SQLite's BEGIN IMMEDIATE has waited already."""
    connection = _connect(session)
    if connection.dialect.name == "postgresql":
        try:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s, %s)", (SITE_LOCK, site))
        except DBAPIError as error:
            raise _away(error) from error


_HINT_AND_COMMIT = "SELECT pg_notify('{}', '') WHERE pg_current_xact_id_if_assigned() IS NOT NULL; COMMIT"


def _commit(session: Session, channel: str) -> None:
    """Commits, and tells who listens if anything was written: on a server both go in one message.

    A server that warns while it commits has not waited for its standby (it says so with a warning and goes on): what
    was written may be lost with it, so it is not acknowledged and `Unavailable` is raised. It may stand all the same.
    """
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        session.commit()
        return
    session.flush()
    info = connection.info
    info.pop(WARNED, None)
    connection.exec_driver_sql(_HINT_AND_COMMIT.format(channel)).close()
    session.commit()  # for what this session knows; the driver finds nothing open any more
    if WARNED in info:
        raise Unavailable(Outage("central database", say("the server could not say that a second one has it, too")))


def _connect(session: Session) -> Connection:
    try:
        return session.connection()
    except (DBAPIError, NoConnection) as error:
        raise _away(error) from error


def _away(error: DBAPIError | NoConnection) -> Exception:
    """What the caller is told when its transaction could not begin."""
    if not is_machines_fault(error):
        return error
    held = say("another program holds the file; try again in a moment")
    away = say("the server does not answer; it is tried again")
    return Unavailable(Outage("central database", away if is_servers_fault(getattr(error, "orig", None)) else held))


@contextmanager
def station_write(database: Database, *, relaxed: bool = False) -> Iterator[Session]:
    """One transaction at the station: one flush of the disk (none when `relaxed`)."""
    with _session(database.relaxed if relaxed else database.write, "station") as session:
        session.connection()  # takes the write lock now: whoever waits, waits before it has read anything
        yield session
        session.commit()


def before_statements(database: Database, act: Callable[[], None]) -> None:
    """Calls `act` before every statement on this database, on the thread that sends it."""

    def told(_c: Connection, _cursor: object, _text: str, _values: object, _context: object, _many: bool) -> None:
        act()

    for engine in {database.write, database.relaxed, database.read}:
        event.listen(engine, "before_cursor_execute", told)


_MACHINE = ("BUSY", "LOCKED", "FULL", "IOERR", "NOMEM", "READONLY", "CANTOPEN", "CORRUPT", "NOTADB", "PROTOCOL")


def is_machines_fault(error: BaseException) -> bool:
    """Whether the machine failed (disk full, file locked, server away) and not what was to be written.

    Then nothing is learned about the data: the same transaction is to be tried again later.
    """
    if isinstance(error, NoConnection):  # no connection was free in time
        return True
    if not isinstance(error, DBAPIError):
        return False
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    damaged = name.removeprefix("SQLITE_").startswith(_MACHINE)
    return error.connection_invalidated or damaged or is_servers_fault(error.orig)


def now_of(session: Session, clock: Clock) -> datetime:
    """Central's time: a server's own, else this machine's."""
    if session.get_bind().dialect.name != "postgresql":
        return clock.now()
    return session.scalars(select(func.clock_timestamp(type_=Utc))).one()


@contextmanager
def glancing(database: Database) -> Iterator[Session]:
    """A look by one statement, which is a snapshot by itself: on a server it is one message there and one back.

    Who reads with several statements and needs them to agree takes `reading`.
    """
    with _session(database.glance, database.side) as session:
        yield session


@contextmanager
def reading(database: Database) -> Iterator[Session]:
    """A read-only look at one snapshot.

    On a server it ends with COMMIT: at a ROLLBACK the driver forgets every statement that it had prepared there.
    """
    with _session(database.read, database.side) as session:
        yield session
        if database.is_server and session.in_transaction():
            session.expunge_all()
            session.commit()
