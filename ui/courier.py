"""The sync thread (network only) and, where central is on this machine, the thread that works for central.

The courier reads what is to go, carries it to central, fetches the feed, and hands everything to the work thread as
one short job. Whatever fails is tried again; nothing here ever holds up a scan.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from random import Random

from app.clock import Clock
from app.db import Database
from app.sync.applier import work_off
from app.sync.duties import Place, do_duties
from app.sync.pace import next_wait
from app.sync.talk import Talk
from app.sync.wire import (
    CentralPort,
    Cursor,
    Greeting,
    Mark,
    Pulled,
    SnapshotPart,
    Welcome,
    WireAsk,
    WireFact,
)
from ui.chips import is_told
from ui.parcels import Line, LineChanged, Parcelled
from ui.quiet import Quiet

log = logging.getLogger(__name__)
IDLE_S = 1.0
"""How long who works for central rests when there is nothing to do; a hint (a commit) only shortens it."""
POLL_S = 0.75
"""A poll when nothing happens; a hint only shortens it. With an exchange or two, and central's own work, what others
did is here within a second where no hint is heard."""
REST_S = 0.05
"""The least time between two exchanges that only hints brought about: a floor at work writes many times a second, and
each of its stations is told each time. Who has done something here, has more to carry or waits for an answer does not
rest."""


class Courier:
    """Carries between the station's file and central. `deliver` puts a job into the work thread's queue.

    Where central is a server, the first exchange waits `first_wait_s`, and only then central is listened to (`listen`
    takes what to call): else the first word of fifty listeners would bring fifty stations at the same moment. A hand
    that does something meanwhile waits for nobody.
    """

    def __init__(
        self,
        talk: Talk,
        deliver: Callable[[object], None],
        quiet: Quiet | None = None,
        *,
        dice: Random | None = None,
        first_wait_s: float = 0.0,
        listen: Callable[[Callable[[], None]], None] | None = None,
        pause: Callable[[threading.Event, float], object] = threading.Event.wait,
    ) -> None:
        self._listen, self._pause = listen, pause
        self._quiet = quiet or Quiet()
        self.talk = talk
        self._deliver = deliver
        self._dice = dice or Random()
        self._first_wait_s = first_wait_s
        self._failures = 0
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._taken = threading.Event()
        self._stopping = False
        self._shown: Line | None = None
        self.quiet_rounds = 0
        """How many rounds found nothing to carry, or no line; for scripts that wait until all is calm."""
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the round in hand."""
        self._stopping = True
        self.kick()
        self._taken.set()
        self._thread.join()

    def kick(self) -> None:
        """Something was committed here: do not wait for the next poll."""
        self._hurry.set()
        self._wake.set()

    def hear(self) -> None:
        """Central has something: do not wait for the next poll, but for a moment since the last exchange."""
        self._wake.set()

    def taken(self) -> None:
        """The work thread has taken in the last delivery; only then the next round reads the marks again."""
        self._taken.set()

    def _run(self) -> None:
        self._pause(self._wake, self._first_wait_s)
        if self._listen is not None and not self._stopping:
            self._listen(self.hear)
        while not self._stopping:
            self._wake.clear()
            self._hurry.clear()
            wait_s = self._exchange()
            if self.talk.may_rest and not self._stopping:
                self._pause(self._hurry, REST_S)
            if wait_s:
                self._pause(self._wake, wait_s)

    def _exchange(self) -> float:
        """One exchange; how many seconds the next one may wait."""
        self._quiet.wait()
        try:
            parcel = self.talk.next()
        except Exception as error:  # whatever the line does, the station goes on
            if not self._failures:
                log.info("central is away: %s", error)
            self._failures += 1
            self.quiet_rounds += 1
            self._say(type(error).__name__)
            return next_wait(self._failures, self._dice)
        self._failures = 0
        self.quiet_rounds += parcel is None
        if parcel is not None:
            self._hand_over(parcel)
        self._say()
        return POLL_S if parcel is None else self.talk.wait_s()

    def _hand_over(self, job: Parcelled) -> None:
        self._quiet.wait()
        self._taken.clear()
        self._deliver(job)
        while not self._taken.wait(0.5) and not self._stopping:
            pass

    def _say(self, detail: str = "") -> None:
        line = self.talk.line
        if self._shown is None or is_told(line) != is_told(self._shown):
            self._shown = line
            self._deliver(LineChanged(line, detail))


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

    def hello(self, greeting: Greeting) -> Welcome:
        self._thread.kick()
        return self._central.hello(greeting)

    def push(
        self, station_id: bytes, incarnation: bytes, facts: tuple[WireFact, ...], asks: tuple[WireAsk, ...]
    ) -> Mark:
        mark = self._central.push(station_id, incarnation, facts, asks)
        self._thread.kick()
        return mark

    def pull(self, station_id: bytes, cursor: Cursor, waiting: tuple[bytes, ...]) -> Pulled:
        return self._central.pull(station_id, cursor, waiting)

    def snapshot(self, station_id: bytes, incarnation: bytes) -> Iterator[SnapshotPart]:
        return self._central.snapshot(station_id, incarnation)

    def on_hint(self, hint: Callable[[], None]) -> None:
        self._central.on_hint(hint)
