"""A bench scale that speaks MT-SICS or NCI: asked, it answers; loaded, it trembles before it is sure."""

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
        protocol: str = "mt_sics",
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._factor, self._decimals = UNITS[unit]
        self._unit = unit
        self._end, self._answer = {"mt_sics": (b"\r\n", self._sics), "nci": (b"\r", self._nci)}[protocol]
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
        while self._end in self._heard:
            command, _, self._heard = self._heard.partition(self._end)
            if not self._muted:
                self._cable.write(self._answer(command.decode("ascii", errors="replace")).encode("ascii"))

    # -- MT-SICS ------------------------------------------------------------------------------------------------------

    def _sics(self, command: str) -> str:
        if command == "SI":
            return self._sics_weight() + "\r\n"
        if command == "S":
            answer = self._sics_weight()
            return ("S I" if answer.startswith("S D") else answer) + "\r\n"
        return 'I4 A "0000000001"\r\n' if command == "@" else "ES\r\n"

    def _sics_weight(self) -> str:
        range_, steady, grams = self._pan()
        if range_:
            return "S +" if range_ > 0 else "S -"
        return f"S {'S' if steady else 'D'} {self._number(grams):>10} {self._unit}"

    # -- NCI ----------------------------------------------------------------------------------------------------------

    def _nci(self, command: str) -> str:
        range_, steady, grams = self._pan()
        first = 0x30 | (not steady) | (0x02 if steady and not grams else 0)
        second = 0x30 | {1: 0x02, -1: 0x01, 0: 0x00}[range_]
        status = f"\n{chr(first)}{chr(second)}\r\x03"
        if command == "S":
            return status
        if command != "W":
            return "\n?\r\x03"
        weight = {1: "^" * 7, -1: "_" * 7, 0: f"{self._number(grams):>7}"}[range_]
        return f"\n{weight}{self._unit}\r{status}"

    # -- what lies on it ----------------------------------------------------------------------------------------------

    def _pan(self) -> tuple[int, bool, Decimal]:
        """Over (1), under (-1) or within (0) the range; whether it is at rest; what it shows, in grams."""
        with self._lock:
            since = self._seconds() - self._changed_at
            if self._grams > self._capacity_g or self._grams < -20:
                return (1 if self._grams > 0 else -1), False, Decimal(0)
            if since >= self._settle_s:
                return 0, True, Decimal(self._grams)
            way = Decimal(str(round(max(since, 0.0) / self._settle_s, 3)))
            return 0, False, self._before + (self._grams - self._before) * way + self._chance.randint(-15, 15)

    def _number(self, grams: Decimal) -> str:
        return f"{grams / self._factor:.{self._decimals}f}"
