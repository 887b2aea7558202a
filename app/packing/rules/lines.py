"""Which line of the order a scanned unit belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PackLine:
    """A line as the bench works on it.

    `wanted` units can be packed here (short ones and those that left in earlier parcels are not among them), `packed`
    are in the box in hand, `sealed` in boxes of this task that are closed; `short` units will not come.
    """

    line_id: bytes
    sku_id: bytes
    wanted: int
    packed: int = 0
    sealed: int = 0
    short: int = 0

    @property
    def open(self) -> int:
        """Units that are still to be packed."""
        return max(self.wanted - self.packed - self.sealed, 0)

    @property
    def done(self) -> int:
        return self.packed + self.sealed


def spread(lines: Iterable[PackLine], sku_id: bytes, units: int) -> tuple[tuple[PackLine, int], ...]:
    """The lines that `units` of a SKU fill, in their order; () when they are too many for what is open."""
    taken: list[tuple[PackLine, int]] = []
    for line in lines:
        share = min(units, line.open) if line.sku_id == sku_id else 0
        if share:
            taken.append((line, share))
            units -= share
    return tuple(taken) if units == 0 else ()


def open_units(lines: Iterable[PackLine], sku_id: bytes | None = None) -> int:
    """Units that are still to be packed, of one SKU or of all."""
    return sum(line.open for line in lines if sku_id is None or line.sku_id == sku_id)


def boxed_units(lines: Iterable[PackLine], sku_id: bytes | None = None) -> int:
    """Units in the box in hand, of one SKU or of all."""
    return sum(line.packed for line in lines if sku_id is None or line.sku_id == sku_id)
