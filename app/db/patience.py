"""An end to waiting for a server that hangs, for whoever works on it all day.

A backend that hangs (its machine swaps, its disk does not answer) keeps its caller for ever: the kernel over there
still says that all is well. A thread looks at all connections of a database every now and then and cuts those off that
have been at the same statement for too long; their callers get an error and try again.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, event

from app.db.engine import Database

log = logging.getLogger(__name__)
SECONDS = 60.0


class Patience:
    """Works until `stop`; for a file there is nothing to do."""

    def __init__(self, database: Database, seconds: float = SECONDS) -> None:
        self._sockets, self._seconds = database.sockets, seconds
        self._begun: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        """How many statements were begun on a connection."""
        self._seen: WeakKeyDictionary[Any, tuple[int, float]] = WeakKeyDictionary()
        """At which of them a connection was busy, since when."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="patience", daemon=True)
        if self._sockets is not None:
            for engine in {database.write, database.read}:
                event.listen(engine, "before_cursor_execute", self._begin)
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _begin(
        self, connection: Connection, _cursor: object, _text: str, _values: object, _context: object, _many: bool
    ) -> None:
        driver = connection.connection.driver_connection
        self._begun[driver] = self._begun.get(driver, 0) + 1

    def _run(self) -> None:
        while not self._stopping.wait(min(1.0, self._seconds / 4)):
            self._look(time.monotonic())

    def _look(self, now: float) -> None:
        from psycopg.pq import TransactionStatus

        assert self._sockets is not None
        for connection in self._sockets.connections():
            at = self._begun.get(connection, 0)
            before, since = self._seen.get(connection, (-1, now))
            if connection.pgconn.transaction_status != TransactionStatus.ACTIVE:
                self._seen.pop(connection, None)
            elif before != at:
                self._seen[connection] = (at, now)
            elif now - since >= self._seconds:
                log.info("the server has not answered for %d s: the line is cut", self._seconds)
                self._sockets.cut(connection)
