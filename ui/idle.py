"""How long nobody has done anything: after 90 s the screen dims, after ten minutes it locks to the badge.

And how long central has not been heard of: who is signed in may have left since, so a login ends after a shift of that.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.clock import Clock

DIM_NS = 90_000_000_000
LOCK_NS = 600_000_000_000
OFFLINE_NS = 12 * 3_600_000_000_000


@dataclass(slots=True)
class Idle:
    """Time since the last scan, touch or weight."""

    clock: Clock
    since_ns: int

    def acted(self) -> None:
        """Somebody did something."""
        self.since_ns = self.clock.mono_ns()

    @property
    def is_dim(self) -> bool:
        return self.clock.mono_ns() - self.since_ns >= DIM_NS

    @property
    def is_over(self) -> bool:
        """Whether the station is to be locked."""
        return self.clock.mono_ns() - self.since_ns >= LOCK_NS


@dataclass(slots=True)
class Unheard:
    """Time since central last could have said that the signed-in person has left."""

    clock: Clock
    since_ns: int

    def look(self, *, online: bool, signed_in: bool) -> bool:
        """Whether the login is to end now."""
        now = self.clock.mono_ns()
        if online or not signed_in:
            self.since_ns = now
        return now - self.since_ns >= OFFLINE_NS
