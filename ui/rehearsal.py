"""What the next scan will most likely lead to, tried while nobody waits, and taken back.

A screen says what it wants next, and nearly always that is what comes. So when a View is painted and no scan waits, the
work thread plays that scan: it is understood, decided and recorded in a transaction that is taken back, and the screen
is told what would follow, to draw it for itself. Nothing of it is durable, seen or heard. The scan, when it comes, goes
the whole way anew; it only finds the questions about the next product and place answered and the picture drawn.

Never tried is what concerns people and the program itself: badges, commands, a screen that refuses something.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from app import events
from app.clock import Clock
from app.sync.keeper import Keeper, Transaction
from app.view import Header, ProblemHero, Sound, View
from ui.desk import StationDesk

log = logging.getLogger(__name__)
TRIED = frozenset(("bin", "item", "tote", "cart", "place", "box", "label", "order"))
"""Kinds of `Wanted` that are rehearsed."""
LATER_NS = 1_000_000_000
"""The rehearsed scan comes so much later than now: the same code again is a new scan and not one read twice."""


class Rehearsal:
    """Knows what was rehearsed last. For the work thread."""

    def __init__(self, keeper: Keeper, desk: StationDesk, clock: Clock) -> None:
        self._keeper = keeper
        self._desk = desk
        self._clock = clock
        self._last: View | None = None

    def of(self, view: View, play: Callable[[events.Scan, Transaction], None]) -> None:
        """Plays the scan that `view` wants, unless that is not to be rehearsed, or was already.

        `play` does with it what is done with any; whoever calls this puts back what it changed in memory.
        """
        scan, bare = self._next(view), _without_time(view)
        if scan is None or bare == self._last:
            return
        self._last = bare
        try:
            with self._keeper.trial() as transaction, self._desk.within(transaction):
                play(scan, transaction)
        except Exception:  # whatever fails here fails again when it is scanned, and is said then
            log.debug("what would follow %s could not be tried", view.kind, exc_info=True)

    def _next(self, view: View) -> events.Scan | None:
        wanted = view.wanted[0] if view.wanted else None
        if wanted is None or wanted.kind not in TRIED or not wanted.code or isinstance(view.hero, ProblemHero):
            return None
        return events.Scan(wanted.code, "", self._clock.now(), self._clock.mono_ns() + LATER_NS)


def _without_time(view: View) -> View:
    """The View without what every scan and every minute change."""
    return replace(view, header=Header(), serial=0, echo=None, sound=Sound.NONE, flash=False)
