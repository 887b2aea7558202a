"""Computers: a clock that may be wrong, boots, a disk, and the program that runs on it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import app.clock
from app.ids import Ids
from tests.simulation.chance import ids_of
from tests.simulation.disk import Disk, Killed

BEGINNING = datetime(2026, 3, 2, tzinfo=UTC)
"""Midnight before the Monday on which every world begins."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Time:
    """The world's time in seconds since it began. Machines only believe to know it."""

    now_s: float = 0.0


class MachineClock:
    """What a machine takes for the time, and how long it has been running."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self._booted_s = time.now_s - 60.0
        self.wrong_by = timedelta()

    def now(self) -> datetime:
        return BEGINNING + timedelta(seconds=self._time.now_s) + self.wrong_by

    def mono_ns(self) -> int:
        return int((self._time.now_s - self._booted_s) * 1e9)

    def time_ns(self) -> int:
        return int((self.now() - _EPOCH).total_seconds() * 1e9)

    def boot(self) -> None:
        self._booted_s = self._time.now_s - 30.0


class Machine:
    """A computer with one side's file. Whatever runs on it runs within `running`."""

    def __init__(self, path: Path, side: str, time: Time, dice: Random) -> None:
        self.name, self.time = path.stem, time
        self.clock = MachineClock(time)
        self._dice = dice
        self._ids = Ids(dice.randbytes, self.clock.time_ns)
        self._boot_file = path.with_suffix(".boot")
        self.boots = 0
        self._boot()
        self.disk = Disk(path, side)

    def _boot(self) -> None:
        self.boots += 1
        self.clock.boot()
        self.boot = self._dice.randbytes(16)
        self._boot_file.write_text(str(uuid.UUID(bytes=self.boot)), encoding="ascii")

    @contextmanager
    def running(self) -> Iterator[None]:
        """The program on this machine does something: ids and the boot are its own."""
        before = app.clock.BOOT_FILE
        app.clock.BOOT_FILE = self._boot_file
        try:
            with ids_of(self._ids):
                yield
        finally:
            app.clock.BOOT_FILE = before

    def kill_within(self, statements: int, act: Callable[[], object], *, writes: bool = False) -> bool:
        """Does something and ends the process before so many statements were sent; whether it came to that.

        The program is not started again.
        """
        self.disk.fuse, self.disk.fuse_writes = statements, writes
        try:
            act()
        except Killed:
            return True
        finally:
            self.disk.fuse = None
        return False
