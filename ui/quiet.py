"""Who works in the background lets a hand go first: nothing else runs while a scan is being answered.

Python runs one thread at a time. Whatever central, the sync thread or the print thread compute while a scan is on its
way to the screen is added to that scan, and more than once: the work thread lets go of the interpreter at every
statement and at the flush, and must win it back each time. So they ask here before they begin a piece of work, and
central before each of its statements: a scan that comes meanwhile waits for one of these at the most. Nobody waits
longer than `MOST_S` at a time, so however fast people scan, central goes on; and whoever holds a lock of central's file
lets go of it soon.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

MOST_S = 0.1
"""The longest that a piece of work in the background waits for a quiet moment: then it goes on all the same."""


class Quiet:
    """Counts the hands that wait for an answer, and knows the last View that is not painted yet; from any thread.

    `begin` when a hand acts, `handled` when that is durable and said; `given` before a View goes to a screen that
    paints, `painted` when it is seen there.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = 0
        self._given = self._seen = 0
        self._calm = threading.Event()
        self._calm.set()
        self._later: dict[Callable[[], None], None] = {}

    def begin(self) -> None:
        """A hand did something that is to be answered."""
        with self._lock:
            self._open += 1
            self._calm.clear()

    def handled(self) -> None:
        """It is answered."""
        with self._lock:
            self._open -= 1
        self._settle()

    def given(self, serial: int) -> None:
        """A View of this number goes to the screen."""
        with self._lock:
            self._given = serial
            self._calm.clear()

    def painted(self, serial: int) -> None:
        """The screen shows the View of this number."""
        with self._lock:
            self._seen = max(self._seen, serial)
        self._settle()

    def wait(self) -> None:
        """Waits for a quiet moment, `MOST_S` at the most; returns at once when it is quiet.

        Who waited so long ends the waiting for all, until the next hand acts: a screen that paints nothing (it is
        covered), or a flush that takes seconds, must not hold up everything else at each of its steps.
        """
        if not self._calm.is_set() and not self._calm.wait(MOST_S):
            self._settle(at_once=True)

    def when_calm(self, act: Callable[[], None]) -> None:
        """Calls `act` (which must not block) as soon as it is quiet: now, or when the last answer is painted."""
        with self._lock:
            if not self._calm.is_set():
                self._later[act] = None
                return
        act()

    def _settle(self, *, at_once: bool = False) -> None:
        with self._lock:
            if (self._open or self._seen < self._given) and not at_once:
                return
            self._calm.set()
            acts, self._later = tuple(self._later), {}
        for act in acts:
            act()
