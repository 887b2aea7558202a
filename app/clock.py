"""Time, passed in: aware UTC for people and records, a monotonic counter for order and distance in time."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

BOOT_FILE = Path("/proc/sys/kernel/random/boot_id")
_THIS_PROGRAM = os.urandom(16)


class Clock(Protocol):
    """What everybody in the house may ask about time."""

    def now(self) -> datetime:
        """Aware UTC. Information only: a kiosk's clock may be wrong, so nothing is ever ordered by it."""

    def mono_ns(self) -> int:
        """Monotonic nanoseconds since an arbitrary start (CLOCK_MONOTONIC: the same for all processes of a machine)."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def mono_ns(self) -> int:
        return time.monotonic_ns()


def boot_id() -> bytes:
    """Which boot of this machine `mono_ns` counts from, 16 bytes. Where Linux does not say it, each program is one."""
    from uuid import UUID  # not needed to show the time

    try:
        return UUID(BOOT_FILE.read_text(encoding="ascii").strip()).bytes
    except (OSError, ValueError):
        return _THIS_PROGRAM


class FakeClock:
    """A clock that moves only when told to; shipped because training mode and tests need it alike."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 13, 7, tzinfo=UTC)) -> None:
        self._now = start
        self._mono_ns = 1_000_000_000

    def now(self) -> datetime:
        return self._now

    def mono_ns(self) -> int:
        return self._mono_ns

    def advance(self, seconds: float) -> None:
        """Moves both clocks forward."""
        self._now += timedelta(seconds=seconds)
        self._mono_ns += int(seconds * 1e9)
