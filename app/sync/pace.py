"""How fast a station speaks: waits that grow and are never the same twice, and a bucket for large backlogs."""

from __future__ import annotations

import random

from app.clock import Clock

START_S, LEAST_S, MOST_S = 10.0, 0.2, 30.0
RATE, BURST = 2_500, 10_000
"""Facts a second that a station may push in the long run, and at once. A hand makes two."""


def first_wait(dice: random.Random) -> float:
    """Seconds before the first hello where central is a server: all stations of a floor start at six o'clock."""
    return dice.uniform(0, START_S)


def next_wait(failures: int, dice: random.Random) -> float:
    """Seconds before trying again after so many failures in a row: 0.2 to 30, of which the upper half is chance."""
    most = min(MOST_S, LEAST_S * 2 ** min(failures, 10))
    return max(LEAST_S, dice.uniform(most / 2, most))


class Bucket:
    """Holds `burst` tokens and gets `rate` a second; a fact takes one. What is taken may overdraw it by one push."""

    def __init__(self, clock: Clock, rate: int = RATE, burst: int = BURST) -> None:
        self._clock, self._rate, self._burst = clock, rate, burst
        self._tokens, self._at_ns = float(burst), clock.mono_ns()

    def take(self, count: int) -> None:
        """So many facts go now."""
        self._fill()
        self._tokens -= count

    def wait_s(self) -> float:
        """Seconds until facts may go again; 0 when they may now."""
        self._fill()
        return 0.0 if self._tokens >= 0 else -self._tokens / self._rate

    def _fill(self) -> None:
        now = self._clock.mono_ns()
        self._tokens = min(self._burst, self._tokens + (now - self._at_ns) * 1e-9 * self._rate)
        self._at_ns = now
