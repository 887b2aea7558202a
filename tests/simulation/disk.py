"""A database file on a disk that forgets what was not flushed when the power goes, and that can be put back.

The write-ahead log tells the two apart: a commit with synchronous=FULL flushes it, a relaxed one does not. Its length
after each flushed commit is noted, and a power cut leaves exactly that much of it (or what a checkpoint carried over,
which flushes the log before). How long it is says the shared memory beside it, for a log that was begun anew keeps the
size of its file. (What a file system may do beyond that, torn pages and lost renames, is not simulated here.)
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from app.db import Database, open_database


class Killed(BaseException):
    """The process ended here: nothing after this statement happened. No `except Exception` may live through it."""


@dataclass(frozen=True)
class Log:
    """A write-ahead log: which one, how many of its bytes are good, and how many of them the file has as well.

    See https://sqlite.org/walformat.html, "WAL-Index File Format".
    """

    salt: bytes = b""
    good: int = 0
    carried: int = 0

    @classmethod
    def of(cls, shared: bytes) -> Log:
        def number(at: int, size: int = 4) -> int:
            return int.from_bytes(shared[at : at + size], sys.byteorder)

        frame = 24 + (number(14, 2) if number(14, 2) > 1 else 65_536)
        good, carried = number(16), number(96)
        return cls(shared[32:40], good and 32 + good * frame, carried and 32 + carried * frame)


WRITES = ("INSERT", "UPDATE", "DELETE")
FOLD_BYTES = 2_000_000


class Disk:
    """One side's file and the connections to it. `fuse` kills the process before so many more statements are sent."""

    def __init__(self, path: Path, side: str) -> None:
        self.name, self.side = path, side
        self.fuse: int | None = None
        self.fuse_writes = False
        """Whether the fuse counts statements that write only."""
        self.errs_in: int | None = None
        """After so many statements that write the disk fails one of them, once."""
        self.dies_once: Callable[[], bool] | None = None
        """The process ends before the first statement that writes once this is so."""
        self.before_begin: Callable[[], None] | None = None
        """Called once before the next writing transaction: where another process may come first."""
        self.dies_at_commit = False
        """Whether the process ends at the next commit of a transaction that wrote the feed: none of it is there."""
        self._wrote_feed = False
        self.written = 0
        """Statements of the open transaction that wrote."""
        self.killed_with = 0
        """The same of the transaction in which the process was killed last."""
        self._durable = Log()
        self._flushing = False
        self._shared = -1
        self._look: sqlite3.Connection | None = None
        self._known = self.path
        self.database: Database = self._open()

    @property
    def path(self) -> Path:
        """The file behind the name: a station puts a new one there when it gets a whole mirror."""
        try:
            return self.name.parent / self.name.readlink()
        except OSError:  # a file like any other
            return self.name

    # ---- opening and closing

    def _open(self) -> Database:
        database = open_database(self.name, self.side)
        for engine in (database.write, database.relaxed, database.read):
            event.listen(engine, "connect", _never_fold)
            event.listen(engine, "before_cursor_execute", self._statement)
            event.listen(engine, "commit", self._commits)
        event.listen(database.write, "commit", self._flushes)
        self._flushing = False
        return database

    def close(self) -> None:
        self.fuse = None
        self.before_begin = self.dies_once = self.errs_in = None
        self.dies_at_commit = False
        self._blink()
        self.database.close()

    def _blink(self) -> None:
        if self._shared >= 0:
            os.close(self._shared)
            self._shared = -1
        if self._look is not None:
            self._look.close()
            self._look = None

    def reopen(self) -> Database:
        """After the process ended, however it did: another one opens the file."""
        self.close()
        self.database = self._open()
        return self.database

    # ---- what is seen of transactions

    def _commits(self, _connection: Connection) -> None:
        if self.dies_at_commit and self._wrote_feed:
            self.dies_at_commit, self.killed_with = False, self.written
            raise Killed(f"{self.name.name} at COMMIT")

    def _flushes(self, _connection: Connection) -> None:
        self._flushing = True

    def _begins(self) -> None:
        self._note_flush()
        self.written, self._wrote_feed = 0, False
        if self.before_begin is not None:
            act, self.before_begin = self.before_begin, None
            act()
            self._note_flush()

    def _note_flush(self) -> None:
        if self.path != self._known:  # another file took its place, and was flushed before with its log
            self._blink()
            self._known, self._durable, self._flushing = self.path, self._log(), False
        if self._flushing:
            self._durable, self._flushing = self._log(), False

    def _statement(self, _c: Connection, _cursor: object, text: str, _v: object, _x: object, _many: bool) -> None:
        if text == "BEGIN IMMEDIATE":
            self._begins()
        writes = text.startswith(WRITES)
        if self.fuse is not None and (writes or not self.fuse_writes):
            self.fuse -= 1
            if self.fuse < 0:
                self.fuse, self.killed_with = None, self.written
                raise Killed(f"{self.name.name} before {text[:40]!r}")
        if writes and self.errs_in is not None:
            self.errs_in -= 1
            if self.errs_in < 0:
                self.errs_in = None
                raise OperationalError(text, None, _io_error())
        if writes and self.dies_once is not None and self.dies_once():
            self.dies_once = None
            raise Killed(f"{self.name.name} before {text[:40]!r}")
        self.written += writes
        self._wrote_feed |= text.startswith("INSERT INTO feed ")

    # ---- the file

    def _wal(self) -> Path:
        return self.path.with_name(self.path.name + "-wal")

    def _log(self) -> Log:
        if self._shared < 0:
            try:
                self._shared = os.open(self.path.with_name(self.path.name + "-shm"), os.O_RDONLY)
            except FileNotFoundError:
                return Log()
        return Log.of(os.pread(self._shared, 136, 0))

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What is committed, as a stranger reads it."""
        if self.path != self._known:
            self._note_flush()
        if self._look is None:
            self._look = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, isolation_level=None)
        return self._look.execute(sql, values).fetchall()

    def one(self, sql: str, *values: object) -> Any:
        """The first column of the first row, None without one."""
        rows = self.query(sql, *values)
        return rows[0][0] if rows else None

    def set_limit(self, *, full: bool) -> None:
        """The disk is full from now on: the file may not grow any more. Or there is room again."""
        pages = self.one("PRAGMA page_count") if full else 1_000_000_000
        with self.database.write.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def fold(self, *, always: bool = True) -> None:
        """Folds the log into the file, which flushes all."""
        if not always and self._log().good < FOLD_BYTES:
            return
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._durable, self._flushing = Log(), False

    def image(self) -> bytes:
        """The file as it is now, whole."""
        self.fold()
        return self.path.read_bytes()

    def put_back(self, image: bytes) -> None:
        """The file is what it was when that image was made."""
        self.close()
        self._write(image, b"")
        self.database = self._open()

    def cut(self) -> bool:
        """The power goes: what was not flushed is gone. Whether that was anything. The file is open again."""
        self._note_flush()
        log = self._log()
        kept = max(self._durable.good if self._durable.salt == log.salt else 0, log.carried)
        file, wal = self.path.read_bytes(), self._wal().read_bytes() if kept else b""
        self.close()
        self._write(file, wal[:kept])
        self._durable = Log(log.salt, kept)
        self.database = self._open()
        return log.good > kept

    def _write(self, file: bytes, wal: bytes) -> None:
        self.path.with_name(self.path.name + "-shm").unlink(missing_ok=True)
        self._wal().unlink(missing_ok=True)
        self.path.write_bytes(file)
        if wal:
            self._wal().write_bytes(wal)


def _io_error() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR"
    return error


def _never_fold(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA wal_autocheckpoint=0")
