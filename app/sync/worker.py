"""`packbay worker`: central's own process. It applies what stations pushed, answers them, and does central's duties.

Several may run side by side on one server: who decides takes the site's turn, a duty is done by one of them at a time,
and what one leaves undone because it dies another finds undone. On a file one runs, as a kiosk does it by itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.exc import DBAPIError

from app.clock import Clock
from app.db import Database, glancing, is_machines_fault, now_of
from app.db.ear import Ear
from app.db.founding import check_revision
from app.db.patience import Patience
from app.db.postgres import PUSHED
from app.db.postgres_schema import NotOurs
from app.errors import Outage, Unavailable
from app.settings import Home, Server
from app.sync.applier import work_off
from app.sync.duties import KINDS, Place, do_duties
from app.sync.pace import next_wait
from app.text import verbatim

log = logging.getLogger(__name__)
CONNECTIONS = 6
"""Of one worker: it applies by one, does duties of both kinds by two, and holds the turn of each by one more."""
IDLE_S = 1.0
"""How long it sleeps when nothing is to be done; a hint only shortens that."""


class CentralClock:
    """Central's time by the database of central, so that workers on several machines have one: leases depend on it.

    `look` reads how far this machine is off; between looks the machine's own clock goes on.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._offset = timedelta()

    def look(self) -> None:
        """Asks the database what time it is."""
        with glancing(self._database) as session:
            self._offset = now_of(session, self._clock) - self._clock.now()

    def now(self) -> datetime:
        return self._clock.now() + self._offset

    def mono_ns(self) -> int:
        return self._clock.mono_ns()


class Worker:
    """Works on one central until `stop`. `server` is where hints come from, None for a file.

    The database is the caller's; it needs `CONNECTIONS` connections.
    """

    def __init__(
        self, database: Database, clock: Clock, home: Home, *, server: Server | None = None, dice: Random | None = None
    ) -> None:
        self._database = database
        self._clock = CentralClock(database, clock)
        self._place = Place(database, self._clock, home)
        self._server = server
        self._dice = dice or Random()
        self._ending = threading.Event()
        self._wake = threading.Event()
        self._away = self._fits = False
        self._outages = 0
        self._lock = threading.Lock()

    def once(self) -> int:
        """Does all there is to do now and returns how much that was. `Unavailable` when central is away."""
        try:
            self._look()
            done = self._apply()
        except (DBAPIError, NotOurs) as error:
            if isinstance(error, DBAPIError) and not is_machines_fault(error):
                raise
            raise Unavailable(Outage("central", verbatim(_line(error)))) from error
        failing: set[str] = set()
        return done + sum(do_duties(self._place, failing, kind) for kind in KINDS)

    def run(self) -> None:
        """Works until `stop` is called; then what is in hand is finished."""
        threads = [
            threading.Thread(target=self._loop, args=(self._duty(kind),), name=f"duties-{kind.lower()}")
            for kind in KINDS
        ]
        with ExitStack() as stack:
            if self._server is not None:
                stack.callback(Ear(self._server, PUSHED, self._wake.set).stop)
            stack.callback(Patience(self._database).stop)
            for thread in threads:
                thread.start()
                stack.callback(thread.join)
            stack.callback(self.stop)  # first of all: whoever waits wakes up
            self._loop(self._apply)

    def stop(self) -> None:
        """Ends `run` after what is in hand. May be called by any thread and by a signal."""
        self._ending.set()
        self._wake.set()

    # ---- within

    def _look(self) -> None:
        """What time it is there, and after each outage whether the schema is (still) that of this program."""
        self._clock.look()
        if self._database.is_server and not self._fits:
            check_revision(self._database)
            self._fits = True

    def _apply(self) -> int:
        return work_off(self._database, self._clock, self._ending.is_set)

    def _duty(self, kind: str) -> Callable[[], int]:
        failing: set[str] = set()
        return lambda: do_duties(self._place, failing, kind)

    def _loop(self, work: Callable[[], int]) -> None:
        """Does its work again and again; waits when there is none, and longer and longer while the server is away."""
        applies = work == self._apply
        failures = 0
        while not self._ending.is_set():
            if applies:
                self._wake.clear()
            outages = self._outages
            try:
                self._look()
                work()
                failures = 0
                self._is_back(outages)
            except Exception as error:  # whatever it is, the next round finds undone what was left undone
                failures += 1
                self._is_away(error)
            wait_s = next_wait(failures, self._dice) if failures else IDLE_S
            (self._wake if applies and not failures else self._ending).wait(wait_s)

    def _is_away(self, error: Exception) -> None:
        self._fits = False
        if not (isinstance(error, Unavailable | NotOurs) or is_machines_fault(error)):
            log.error("central's work failed; it is tried again", exc_info=error)
            return
        with self._lock:
            if not self._away and not self._ending.is_set():
                log.warning("central is away: %s", _line(error))
            self._away = True
            self._outages += 1

    def _is_back(self, outages: int) -> None:
        """A round went well that began after so many outages: if there was none since, all is well."""
        with self._lock:
            if self._outages != outages:
                return
            if self._away:
                log.warning("central is there again")
            self._away = False


def _line(error: Exception) -> str:
    """What went wrong, in one line."""
    return " ".join(str(getattr(error, "orig", None) or error).split())
