"""What a scale protocol is: a pure decoder from bytes to readings, and what to ask how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

GRAMS_PER_UNIT = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "lb": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}
"""International avoirdupois pound and ounce (exact since the agreement of 1959)."""


def whole_grams(value: Decimal, unit: str) -> int:
    """`value` in whole grams, half a gram away from zero; KeyError for a unit that is not in `GRAMS_PER_UNIT`."""
    return int((value * GRAMS_PER_UNIT[unit]).quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer of a scale. `grams` is None when it gave no weight; `problem` then says why in a short phrase.

    `problem` is one of `""`, `"busy"`, `"over load"`, `"under load"`, `"scale error"`.
    """

    grams: int | None
    stable: bool
    problem: str = ""


class ScaleDecoder(Protocol):
    """Bytes in, readings out; the same readings for every way of cutting the same bytes. Never raises on any bytes."""

    @property
    def noise(self) -> int:
        """Lines that were no answer of this protocol."""

    def feed(self, data: bytes) -> list[Reading]:
        """The readings that these bytes complete, in order."""


@dataclass(frozen=True, slots=True)
class ScaleProtocol:
    """The plug of a scale protocol. `request` is sent every `interval_ms` (empty: the scale talks by itself)."""

    decoder: Callable[[], ScaleDecoder]
    request: bytes = b""
    interval_ms: int = 200
