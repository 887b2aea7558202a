"""Listening for what others write on a server. A hint only: it may be lost, and who needs it asks all the same."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from app.db.postgres import Sockets, arguments_of
from app.settings import Server

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger(__name__)
LEAST_S, MOST_S = 0.2, 30.0
_LOOK_S = 1.0
"""How often the thread looks whether it is to end."""


class Ear:
    """A connection and a thread of its own that call `act` after each notification on a channel, until `stop`.

    Also after each connecting: what was said before that is not heard. When the server is away it is tried again, in
    waits that grow and are never the same twice.
    """

    def __init__(self, server: Server, channel: str, act: Callable[[], None]) -> None:
        self._server, self._channel, self._act = server, channel, act
        self._stopping = threading.Event()
        self._sockets = Sockets()
        self._thread = threading.Thread(target=self._run, name=f"ear-{channel}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread, whatever it waits for."""
        self._stopping.set()
        self._sockets.cut()
        self._thread.join()

    def _run(self) -> None:
        import psycopg

        failures = 0
        while not self._stopping.is_set():
            try:
                with psycopg.connect(**arguments_of(self._server), autocommit=True) as connection:
                    self._sockets.keep(connection)
                    try:
                        connection.execute(f"LISTEN {self._channel}".encode())
                        failures = 0
                        self._listen(connection)
                    finally:
                        self._sockets.forget(connection)
            except psycopg.Error as error:  # nobody depends on it: said quietly, tried again
                log.debug("not listening: %s", error)
                failures += 1
                most = min(MOST_S, LEAST_S * 2 ** min(failures, 10))
                self._stopping.wait(random.uniform(most / 2, most))

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        heard = True
        while not self._stopping.is_set():
            if heard:
                self._act()
            heard = False
            with suppress(StopIteration):
                next(connection.notifies(timeout=_LOOK_S, stop_after=1))
                heard = True
