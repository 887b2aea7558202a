"""Python's search for unreachable objects, moved to moments when nobody waits.

By itself it runs whenever so many objects were made: in the middle of a scan as well, and with a floor of 40,000 bins
in memory it then takes as long as twenty scans. What is here from the start is set aside once (it never goes), the
search runs while the station rests, and only when nobody rests for a very long time does it run by itself.

Memory that was given back goes back to the machine in the same moments. The C library keeps it otherwise, and in a heap
of its own for each thread: after some labels and pictures that was a tenth of all that the process held.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable

RARELY = (200_000, 20, 100)
"""Objects made until Python searches by itself: some hundred scans without a pause."""
EVERY_NS = 20_000_000_000
M_ARENA_MAX = -8
"""The number of this setting in glibc's malloc.h."""
SET_ASIDE = 3
"""The first searches set aside what they find alive: programs, tables, the floor. Later things may go again."""


class Heap:
    """The heap of the C library, where it is glibc; anywhere else nothing happens. Made before there are threads."""

    def __init__(self) -> None:
        try:
            library = ctypes.CDLL(None)
            library.mallopt(M_ARENA_MAX, 1)  # Python lets one thread at a time ask for memory: one heap does for all
            self._trim: Callable[[int], int] | None = library.malloc_trim
        except (AttributeError, OSError, TypeError):
            self._trim = None

    def give_back(self) -> None:
        """Gives the machine what nobody uses (a few milliseconds)."""
        if self._trim is not None:
            self._trim(0)


class Tidy:
    """Belongs to the one program of the process; a test or a script does without."""

    def __init__(self) -> None:
        self._next_ns = 0
        self._rounds = 0
        gc.set_threshold(*RARELY)
        self._heap = Heap()

    def rest(self, now_ns: int) -> None:
        """Nobody waits just now: searches when it is due (a few milliseconds)."""
        if now_ns < self._next_ns:
            return
        self._next_ns = now_ns + EVERY_NS
        gc.collect()
        self._heap.give_back()
        if self._rounds < SET_ASIDE:
            self._rounds += 1
            gc.freeze()
