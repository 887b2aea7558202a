"""The sync thread (network only) and, where central is on this machine, the thread that works for central.

The courier reads what is to go, carries it to central, fetches the feed, and hands everything to the work thread as
one short job. Whatever fails is tried again; nothing here ever holds up a scan.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from app.clock import Clock
from app.db import Database
from app.sync.applier import work_off
from app.sync.duties import Place, do_duties
from app.sync.keeper import Keeper
from app.sync.wire import CentralPort, Cursor, Mark, Pulled, WireAsk, WireFact
from ui.parcels import LineChanged, Parcelled
from ui.quiet import Quiet

log = logging.getLogger(__name__)
IDLE_S = 1.0
"""A poll when nothing happens; a hint (a commit, an applied batch) only shortens it."""


class Courier:
    """Carries between the station's file and central. `deliver` puts a job into the work thread's queue."""

    def __init__(
        self, keeper: Keeper, central: CentralPort, deliver: Callable[[object], None], quiet: Quiet | None = None
    ) -> None:
        self._quiet = quiet or Quiet()
        self._keeper = keeper
        self._central = central
        self._deliver = deliver
        self._wake = threading.Event()
        self._taken = threading.Event()
        self._stopping = False
        self._online: bool | None = None
        self.quiet_rounds = 0
        """How many rounds found nothing to carry; for scripts that wait until all is calm."""
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the round in hand."""
        self._stopping = True
        self._wake.set()
        self._taken.set()
        self._thread.join()

    def kick(self) -> None:
        """Something was committed, or central has something: do not wait for the next poll."""
        self._wake.set()

    def taken(self) -> None:
        """The work thread has taken in the last delivery; only then the next round reads the marks again."""
        self._taken.set()

    def _run(self) -> None:
        greeted = False
        while not self._stopping:
            self._wake.clear()
            try:
                if not greeted:
                    self._greet()
                    greeted = True
                more = self._round()
                self.quiet_rounds += not more
                self._say(online=True)
            except Exception as error:  # whatever the line does, the station goes on
                if self._online is not False:
                    log.info("central is away: %s", error)
                self._say(online=False, detail=f"{type(error).__name__}")
                greeted, more = False, False
            if not more:
                self._wake.wait(IDLE_S)

    def _greet(self) -> None:
        out = self._keeper.outgoing()
        mark = self._central.hello(out.station_id, out.incarnation)
        self._hand_over(Parcelled(None, (), None, hello=mark))

    def _round(self) -> bool:
        self._quiet.wait()
        out = self._keeper.outgoing()
        mark = None
        if out.facts or out.asks:
            mark = self._central.push(out.station_id, out.incarnation, out.facts, out.asks)
        pulled = self._central.pull(out.station_id, out.cursor, out.waiting)
        if mark is None and not pulled.rows and not pulled.answers:
            return False
        self._hand_over(
            Parcelled(mark, tuple(a.request_id for a in out.asks), pulled if pulled.rows or pulled.answers else None)
        )
        return True

    def _hand_over(self, job: Parcelled) -> None:
        self._quiet.wait()
        self._taken.clear()
        self._deliver(job)
        while not self._taken.wait(0.5) and not self._stopping:
            pass

    def _say(self, *, online: bool, detail: str = "") -> None:
        if online is not self._online:
            self._online = online
            self._deliver(LineChanged(online, detail))


class CentralThread:
    """Central on this machine: applies facts and answers asks whenever something was pushed."""

    def __init__(self, database: Database, clock: Clock, done: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._done = done
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="central", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def kick(self) -> None:
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                if work_off(self._database, self._clock):
                    self._done()
            except Exception:  # a locked file or a full disk: said, and tried again
                log.exception("central could not work off what was pushed; it tries again")
            self._wake.wait(IDLE_S)


class DutyThread:
    """What central does while time passes, apart from its answers: a slow mail server holds up nobody."""

    def __init__(self, place: Place, done: Callable[[], None], kind: str) -> None:
        self._place = place
        self._done = done
        self._kind = kind
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"duties-{kind.lower()}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the duty in hand."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        failing: set[str] = set()
        while not self._stopping:
            if do_duties(self._place, failing, self._kind):
                self._done()
            self._wake.wait(IDLE_S)


class LocalLine:
    """Central in the same process: a push also wakes the thread that works for central."""

    def __init__(self, central: CentralPort, thread: CentralThread) -> None:
        self._central = central
        self._thread = thread

    def hello(self, station_id: bytes, incarnation: bytes) -> Mark:
        self._thread.kick()
        return self._central.hello(station_id, incarnation)

    def push(
        self, station_id: bytes, incarnation: bytes, facts: tuple[WireFact, ...], asks: tuple[WireAsk, ...]
    ) -> Mark:
        mark = self._central.push(station_id, incarnation, facts, asks)
        self._thread.kick()
        return mark

    def pull(self, station_id: bytes, cursor: Cursor, waiting: tuple[bytes, ...]) -> Pulled:
        return self._central.pull(station_id, cursor, waiting)
