"""The station's line to central on a server: the same protocol, and an end to every wait.

Neither keepalives nor timeouts of the server free a caller whose backend hangs: its kernel still answers. So each call
has a deadline of its own; when it is over the line's sockets are shut down, and the call fails at once (SYNC 7). What
fails is told in the two ways that a station knows: `Unavailable`, to be tried again, and `NotWelcome`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.pool import ConnectionPoolEntry

from app.clock import Clock
from app.db import is_machines_fault, open_server
from app.db.ear import Ear
from app.db.postgres import TOLD
from app.errors import Outage, Unavailable
from app.settings import Server
from app.sync.central import SqlCentral
from app.sync.wire import Cursor, Greeting, Mark, NotWelcome, Pulled, SnapshotPart, Welcome, WireAsk, WireFact
from app.text import Text, say

DEADLINE_S = 8.5
"""A little more than the server's own limit for a statement; with a poll before it, still under ten seconds."""
CENTRAL = "central"
_GREETED = "packbay_greeted"
_DOOR = {
    "revoked": re.compile(r"is not permitted to log in|role \".*\" does not exist|permission denied for database"),
    "credentials": re.compile(r"authentication failed|no pg_hba\.conf entry|no password supplied|certificate required"),
}
"""What a server says at the door, in the language it starts in: the driver keeps no code of an error there."""
_FORBIDDEN = "42501"


class ServerCentral:
    """Central on a server, as one station sees it (`CentralPort`): one connection, and one more that listens.

    Made without connecting. A call on a connection on which nobody said hello yet raises `Unavailable`, so that the
    station greets again. To be used by one thread at a time; `close` may be called by another.
    """

    def __init__(self, server: Server, clock: Clock, *, site: int = 1, deadline_s: float = DEADLINE_S) -> None:
        self._server = server
        self._database = open_server(server, connections=1)
        self._central = SqlCentral(self._database, clock, site)
        self._deadline_s = deadline_s
        self._greeting = False
        self._ears: list[Ear] = []
        self._is_over = False  # this call's time
        self._first = 0  # which of the hosts is asked first
        self._only_greeted = False
        event.listen(self._database.write, "checkout", self._must_be_greeted)
        event.listen(self._database.write, "do_connect", self._must_be_in_time)

    # ---- the protocol

    def hello(self, greeting: Greeting) -> Welcome:
        """Says who is here. Who says it again, and nothing else in between, did not like who answered: the next host
        that was named is asked first. An old leader that still takes writes would else be met for ever."""
        if self._only_greeted:
            self._turn_to_the_next()
        self._greeting = True
        try:
            with self._call():
                welcome = self._central.hello(greeting)
        finally:
            self._greeting = False
        self._only_greeted = True
        return welcome

    def push(
        self, station_id: bytes, incarnation: bytes, facts: tuple[WireFact, ...], asks: tuple[WireAsk, ...]
    ) -> Mark:
        with self._call():
            return self._central.push(station_id, incarnation, facts, asks)

    def pull(self, station_id: bytes, cursor: Cursor, waiting: tuple[bytes, ...]) -> Pulled:
        with self._call():
            return self._central.pull(station_id, cursor, waiting)

    def snapshot(self, station_id: bytes, incarnation: bytes) -> Iterator[SnapshotPart]:
        with closing(self._central.snapshot(station_id, incarnation)) as parts:  # type: ignore[type-var]
            while True:
                with self._call():  # the whole may take longer, each part may not
                    part = next(parts, None)
                if part is None:
                    return
                yield part

    def on_hint(self, hint: Callable[[], None]) -> None:
        self._ears.append(Ear(self._server, TOLD, hint))

    def close(self) -> None:
        """Ends the line: a call that waits fails, the listening ends."""
        for ear in self._ears:
            ear.stop()
        if self._database.sockets is not None:
            self._database.sockets.cut()
        self._database.close()

    # ---- within

    @contextmanager
    def _call(self) -> Iterator[None]:
        """One call: it ends in time, and what goes wrong is said in the station's words."""
        assert self._database.sockets is not None
        self._is_over = self._only_greeted = False
        watch = threading.Timer(self._deadline_s, self._end)
        watch.daemon = True
        watch.start()
        try:
            yield
        except (DBAPIError, NoConnection) as error:
            raise _told(error) from error
        except Unavailable as error:
            if isinstance(cause := error.__cause__, DBAPIError):
                raise _told(cause) from cause
            raise
        finally:
            watch.cancel()

    def _end(self) -> None:
        """The call's time is over: who waits is freed."""
        assert self._database.sockets is not None
        self._is_over = True
        self._database.sockets.cut()

    def _turn_to_the_next(self) -> None:
        """Hangs up, and begins with another host next time, where there is another one."""
        if len(self._server.each) > 1:
            self._first += 1
            self._database.write.dispose()

    def _must_be_in_time(self, _dialect: object, _entry: object, _words: object, where: dict[str, Any]) -> None:
        """A pool that finds its connection dead makes another one; a call that is over does not wait for that."""
        if self._is_over:
            raise Unavailable(Outage(CENTRAL, _AWAY))
        turned = self._server.beginning_with(self._first)
        where |= {"host": turned.host, "port": turned.port}

    def _must_be_greeted(self, _connection: object, entry: ConnectionPoolEntry, _proxy: object) -> None:
        """Who got a new connection, unnoticed, does not know any more which central is at its other end."""
        if self._greeting:
            entry.info[_GREETED] = True
        elif not entry.info.get(_GREETED):
            raise Unavailable(Outage(CENTRAL, say("the line was cut; central is greeted again")))


def _told(error: DBAPIError | NoConnection) -> Exception:
    """What the station is told of a database error; a bug stays what it is."""
    said = str(getattr(error, "orig", error))
    if getattr(getattr(error, "orig", None), "sqlstate", None) == _FORBIDDEN:
        return NotWelcome("revoked")
    for why, words in _DOOR.items():
        if "FATAL" in said and words.search(said):
            return NotWelcome(why)
    return Unavailable(Outage(CENTRAL, _AWAY)) if is_machines_fault(error) else error


_AWAY: Text = say("the server does not answer; it is tried again")
