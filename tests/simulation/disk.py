"""A database file on a disk that forgets what was not flushed when the power goes, and that can be put back.

The write-ahead log tells the two apart: a commit with synchronous=FULL flushes it, a relaxed one does not. So the log
is never folded in while the world runs, its length after each flushed commit is noted, and a power cut leaves exactly
that much of it. (What a file system may do beyond that, torn pages and lost renames, is not simulated here.)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.pool import ConnectionPoolEntry

from app.db import Database, open_database


class Killed(BaseException):
    """The process ended here: nothing after this statement happened. No `except Exception` may live through it."""


WRITES = ("INSERT", "UPDATE", "DELETE")
FOLD_BYTES = 2_000_000


class Disk:
    """One side's file and the connections to it. `fuse` kills the process before so many more statements are sent."""

    def __init__(self, path: Path, side: str) -> None:
        self.name, self.side = path, side
        self.fuse: int | None = None
        self.fuse_writes = False
        """Whether the fuse counts statements that write only."""
        self.before_begin: Callable[[], None] | None = None
        """Called once before the next writing transaction: where another process may come first."""
        self.written = 0
        """Statements of the open transaction that wrote."""
        self.killed_with = 0
        """The same of the transaction in which the process was killed last."""
        self._durable = 0
        self._flushing = False
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
        event.listen(database.write, "commit", self._flushes)
        self._flushing = False
        return database

    def close(self) -> None:
        self.fuse = None
        self.before_begin = None
        self._blink()
        self.database.close()

    def _blink(self) -> None:
        if self._look is not None:
            self._look.close()
            self._look = None

    def reopen(self) -> Database:
        """After the process ended, however it did: another one opens the file."""
        self.close()
        self.database = self._open()
        return self.database

    # ---- what is seen of transactions

    def _flushes(self, _connection: Connection) -> None:
        self._flushing = True

    def _begins(self) -> None:
        self._note_flush()
        self.written = 0
        if self.before_begin is not None:
            act, self.before_begin = self.before_begin, None
            act()
            self._note_flush()

    def _note_flush(self) -> None:
        if self.path != self._known:  # another file took its place, and was flushed before
            self._known, self._durable, self._flushing = self.path, 0, False
            self._blink()
        if self._flushing:
            self._durable, self._flushing = self._wal_bytes(), False

    def _statement(self, _c: Connection, _cursor: object, text: str, _v: object, _x: object, _many: bool) -> None:
        if text == "BEGIN IMMEDIATE":
            self._begins()
        writes = text.startswith(WRITES)
        if self.fuse is not None and (writes or not self.fuse_writes):
            self.fuse -= 1
            if self.fuse < 0:
                self.fuse, self.killed_with = None, self.written
                raise Killed(f"{self.name.name} before {text[:40]!r}")
        self.written += writes

    # ---- the file

    def _wal(self) -> Path:
        return self.path.with_name(self.path.name + "-wal")

    def _wal_bytes(self) -> int:
        try:
            return self._wal().stat().st_size
        except FileNotFoundError:
            return 0

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
        if not always and self._wal_bytes() < FOLD_BYTES:
            return
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._durable, self._flushing = 0, False

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
        kept = self._wal().read_bytes() if self._wal_bytes() else b""
        lost = len(kept) > self._durable
        file = self.path.read_bytes()
        self.close()
        self._write(file, kept[: self._durable])
        self.database = self._open()
        return lost

    def _write(self, file: bytes, wal: bytes) -> None:
        self.path.with_name(self.path.name + "-shm").unlink(missing_ok=True)
        self._wal().unlink(missing_ok=True)
        self.path.write_bytes(file)
        if wal:
            self._wal().write_bytes(wal)


def _never_fold(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA wal_autocheckpoint=0")
