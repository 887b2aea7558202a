"""How long nobody has done anything: after 90 s the screen dims, after ten minutes it locks to the badge."""

from __future__ import annotations

from dataclasses import dataclass

from app.clock import Clock

DIM_NS = 90_000_000_000
LOCK_NS = 600_000_000_000


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
