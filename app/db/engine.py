"""Opening a side's database and running transactions on it.

Two SQLite files: the station's, with one writer (the work thread), and central's, beside which imports and lists
run. WAL with synchronous=FULL: a commit is one flush, and what was committed survives the plug. Writers begin
with BEGIN IMMEDIATE, so that no transaction starts reading and finds at its first write that it came too late.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from app.db.feed import write_feed
from app.errors import Outage, Unavailable
from app.text import say

BUSY_MS = 5_000
"""How long a writer waits for another process's lock before SQLite says "locked"; the caller then tries again."""


@dataclass(frozen=True, slots=True)
class Database:
    """One side's database: `side` is central or station; `write` begins IMMEDIATE, `read` sees a snapshot.

    `relaxed` is `write` without the flush at COMMIT (synchronous=NORMAL): only for what can be had again from the other
    side (acknowledgements, feed rows, facts that a station still holds). It never makes a file inconsistent.
    """

    side: str
    path: Path
    write: Engine
    relaxed: Engine
    read: Engine

    def close(self) -> None:
        """Closes all connections (the last one folds the write-ahead log back into the file)."""
        self.read.dispose()
        self.relaxed.dispose()
        self.write.dispose()


def open_database(path: Path, side: str, *, busy_ms: int = BUSY_MS) -> Database:
    """Opens (and creates when missing) the SQLite file of a side. The schema is `migrate`'s business."""
    return Database(
        side,
        path,
        write=_engine(path, side, "BEGIN IMMEDIATE", busy_ms),
        relaxed=_engine(path, side, "BEGIN IMMEDIATE", busy_ms, synchronous="NORMAL"),
        read=_engine(path, side, "BEGIN", busy_ms),
    )


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


def _session(engine: Engine, side: str, **info: Any) -> Session:
    return Session(engine, expire_on_commit=False, info={"side": side, "changed": {}, **info})


@contextmanager
def central_write(database: Database, *, site: int = 1, relaxed: bool = False) -> Iterator[Session]:
    """One transaction at central: what it marked as `changed` becomes feed rows, written last, then COMMIT.

    Raises `Unavailable` when another process holds the file for longer than the limit; nothing was written then.
    """
    with _session(database.relaxed if relaxed else database.write, "central") as session:
        _take_lock(session)
        yield session
        session.flush()
        write_feed(session, site)
        session.commit()


def _take_lock(session: Session) -> None:
    try:
        session.connection()
    except OperationalError as error:
        if not is_machines_fault(error):
            raise
        held = say("another program holds the file; try again in a moment")
        raise Unavailable(Outage("central database", held)) from error


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

    for engine in (database.write, database.relaxed, database.read):
        event.listen(engine, "before_cursor_execute", told)


_MACHINE = ("BUSY", "LOCKED", "FULL", "IOERR", "NOMEM", "READONLY", "CANTOPEN", "CORRUPT", "NOTADB", "PROTOCOL")


def is_machines_fault(error: BaseException) -> bool:
    """Whether the machine failed (disk full, file locked, out of memory) and not what was to be written.

    Then nothing is learned about the data: the same transaction is to be tried again later.
    """
    if not isinstance(error, DBAPIError):
        return False
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    return error.connection_invalidated or name.removeprefix("SQLITE_").startswith(_MACHINE)


@contextmanager
def reading(database: Database) -> Iterator[Session]:
    """A read-only look at one snapshot."""
    with _session(database.read, database.side) as session:
        yield session
