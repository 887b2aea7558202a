"""A bench scale that speaks MT-SICS: asked, it answers; loaded, it trembles for a while before it is sure."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Self

from devices.simulated.cable import Cable

UNITS = {
    "g": (Decimal(1), 0),
    "kg": (Decimal(1000), 3),
    "lb": (Decimal("453.59237"), 4),
    "oz": (Decimal("28.349523125"), 3),
}
"""Grams in one unit, and how many decimals the display shows."""


class VirtualScale:
    """A scale at the end of a cable. Usable as a context manager; plugged from the start and empty.

    After each change of load it is unstable for `settle_s` seconds. Above `capacity_g` it answers overload, below
    minus twenty grams underload. `seconds` is its clock, for tests that want their own.
    """

    def __init__(
        self,
        link: Path | None = None,
        *,
        settle_s: float = 0.6,
        unit: str = "g",
        capacity_g: int = 30_000,
        seed: int = 1,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._factor, self._decimals = UNITS[unit]
        self._unit = unit
        self._settle_s = settle_s
        self._capacity_g = capacity_g
        self._chance = random.Random(seed)
        self._seconds = seconds
        self._lock = threading.Lock()
        self._grams = self._before = 0
        self._changed_at = float("-inf")
        self._muted = False
        self._heard = b""
        self._cable = Cable(link, self._hear)
        self._cable.plug()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    @property
    def path(self) -> str:
        """What the station opens."""
        return self._cable.path

    def load(self, grams: int) -> None:
        """What lies on the pan from now on, as a whole."""
        with self._lock:
            self._before, self._grams = self._grams, grams
            self._changed_at = self._seconds()

    def mute(self, muted: bool) -> None:
        """Switched off at its own key: the cable is in, nothing answers."""
        self._muted = muted

    def unplug(self) -> None:
        """Pulls the cable; the load stays."""
        self._cable.unplug()

    def plug(self) -> None:
        """Puts the cable back: a new device under the same link."""
        self._cable.plug()

    def _hear(self, data: bytes) -> None:
        self._heard = (self._heard + data)[-256:]
        while b"\r\n" in self._heard:
            command, _, self._heard = self._heard.partition(b"\r\n")
            if not self._muted:
                self._cable.write(self._answer(command.decode("ascii", errors="replace")).encode("ascii") + b"\r\n")

    def _answer(self, command: str) -> str:
        if command == "SI":
            return self._weight()
        if command == "S":
            answer = self._weight()
            return "S I" if answer.startswith("S D") else answer
        if command == "@":
            return 'I4 A "0000000001"'
        return "ES"

    def _weight(self) -> str:
        with self._lock:
            since = self._seconds() - self._changed_at
            if self._grams > self._capacity_g:
                return "S +"
            if self._grams < -20:
                return "S -"
            if since >= self._settle_s:
                return f"S S {self._shown(Decimal(self._grams))}"
            way = Decimal(str(round(max(since, 0.0) / self._settle_s, 3)))
            trembling = self._before + (self._grams - self._before) * way + self._chance.randint(-15, 15)
            return f"S D {self._shown(trembling)}"

    def _shown(self, grams: Decimal) -> str:
        number = f"{grams / self._factor:.{self._decimals}f}"
        return f"{number:>10} {self._unit}"
