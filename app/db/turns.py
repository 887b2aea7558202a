"""Whose turn it is: a thing that several processes could do is done by one of them at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.exc import DBAPIError

from app.db.engine import Database

TURNS = 0x5054
"""The class of these locks ("PT"); the second key is made of the name."""


@contextmanager
def turn(database: Database, name: str) -> Iterator[bool]:
    """Whether what has this name is this process's to do now; if so it stays so until the end of the block.

    A file has one process at work: there it always is. On a server a connection of its own holds a lock; when that is
    cut off, another process may begin the same, so what is done must be such that doing it twice is doing it once.
    """
    if not database.is_server:
        yield True
        return
    key = (TURNS, int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], signed=True))
    with database.write.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        mine = bool(connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s, %s)", key).scalar())
        try:
            yield mine
        finally:
            if mine:
                with suppress(DBAPIError):  # cut off: then the lock is gone as well
                    connection.exec_driver_sql("SELECT pg_advisory_unlock(%s, %s)", key)
