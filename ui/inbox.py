"""What waits for the work thread: what hands and devices did in the order in which they did it, then the rest."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from queue import SimpleQueue

from app import events
from ui.parcels import Parcelled
from ui.quiet import Quiet


@dataclass(frozen=True, slots=True)
class Seen:
    """The screen has painted (and sounded) the View of this serial number."""

    serial: int
    mono_ns: int


class Stop:
    """Ends the work thread after everything before it."""


HANDS = (events.Scan, events.Touch, events.Key, events.LoadSettled)
"""What is answered to a person: nothing in the background is begun before."""


class Inbox:
    """A queue that any thread may fill and the work thread empties. What central sent never goes before a hand."""

    def __init__(self, quiet: Quiet) -> None:
        self._quiet = quiet
        self._lock = threading.Lock()
        self._unfinished = self._hands = 0
        self._queue: SimpleQueue[object] = SimpleQueue()
        self._parcels: deque[Parcelled] = deque()

    def put(self, item: object) -> None:
        """Takes something in; never blocks."""
        if isinstance(item, HANDS):
            self._quiet.begin()
        with self._lock:
            self._unfinished += 1
            self._hands += isinstance(item, HANDS)
        self._queue.put(item)

    def get(self, timeout: float) -> object:
        """What is to be done next; `queue.Empty` when nothing came in time."""
        while not self._parcels or not self._queue.empty():
            item = self._queue.get(timeout=timeout)
            if not isinstance(item, Parcelled):
                return item
            self._parcels.append(item)
        return self._parcels.popleft()

    def done(self, item: object) -> None:
        """The work thread is through with it."""
        if isinstance(item, HANDS):
            self._quiet.handled()
        with self._lock:
            self._unfinished -= 1
            self._hands -= isinstance(item, HANDS)

    @property
    def no_hand_waits(self) -> bool:
        """Whether nobody waits for an answer."""
        return not self._hands

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is being done."""
        return not self._unfinished

    def empty(self) -> bool:
        """Whether nothing waits."""
        return self._queue.empty() and not self._parcels
