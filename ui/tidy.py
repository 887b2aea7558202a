"""Python's search for unreachable objects, moved to moments when nobody waits.

By itself it runs whenever so many objects were made: in the middle of a scan as well, and with a floor of 40,000 bins
in memory it then takes as long as twenty scans. What is here from the start is set aside once (it never goes), the
search runs while the station rests, and only when nobody rests for a very long time does it run by itself.
"""

from __future__ import annotations

import gc

RARELY = (200_000, 20, 100)
"""Objects made until Python searches by itself: some hundred scans without a pause."""
EVERY_NS = 20_000_000_000
SET_ASIDE = 3
"""The first searches set aside what they find alive: programs, tables, the floor. Later things may go again."""


class Tidy:
    """Belongs to the one program of the process; a test or a script does without."""

    def __init__(self) -> None:
        self._next_ns = 0
        self._rounds = 0
        gc.set_threshold(*RARELY)

    def rest(self, now_ns: int) -> None:
        """Nobody waits just now: searches when it is due (a few milliseconds)."""
        if now_ns < self._next_ns:
            return
        self._next_ns = now_ns + EVERY_NS
        gc.collect()
        if self._rounds < SET_ASIDE:
            self._rounds += 1
            gc.freeze()
