"""When a mail goes: quiet hours, how long to wait after a failure."""

from __future__ import annotations

import random
import re
from datetime import datetime, time, timedelta

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]\d|2[0-3]):([0-5]\d)")
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=4)
"""How long one mail waits after the first and after many failures of its own."""
AWAY_SHORTEST, AWAY_LONGEST = timedelta(seconds=5), timedelta(minutes=5)
"""How long all mails wait while the server is away."""
PATIENCE = timedelta(days=5)
"""How long one recipient's server may say "later" before a person looks (RFC 5321, 4.5.4.1: four to five days)."""
TOO_OLD = timedelta(days=7)
"""News of this age that nobody ever tried to tell are none any more."""


def quiet_hours(words: str) -> tuple[time, time] | None:
    """ "22:00-07:00" as (from, to); None when there are none. ValueError when it is something else."""
    if not words.strip() or words.strip().casefold() in ("no", "none"):
        return None
    found = _HOURS.fullmatch(words.strip())
    if found is None:
        raise ValueError(f"{words!r} is not like 22:00-07:00")
    h1, m1, h2, m2 = map(int, found.groups())
    return time(h1, m1), time(h2, m2)


def is_quiet(local: datetime, hours: tuple[time, time] | None) -> bool:
    """Whether a wall clock stands within the quiet hours; the end is no longer quiet. They may go over midnight."""
    if hours is None:
        return False
    begin, end = hours
    now = local.time().replace(tzinfo=None)
    return begin <= now < end if begin <= end else now >= begin or now < end


def waiting_time(
    failures: int, shortest: timedelta = SHORTEST, longest: timedelta = LONGEST, *, chance: float | None = None
) -> timedelta:
    """How long to wait after so many failures in a row (1, 2, 3 …): doubling, within bounds, a fifth more or less.

    The fifth keeps many mails from coming back at the same moment; `chance` (0 to 1) fixes it for tests.
    """
    doubled = min(longest, shortest * (1 << min(max(failures, 1) - 1, 20)))
    return doubled * (0.8 + 0.4 * (random.random() if chance is None else chance))
