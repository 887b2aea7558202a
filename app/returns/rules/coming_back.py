"""Which units of an order may come back: never more of a line and a lot than was shipped and is not back yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that reads like a digit."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """Units of one order line and lot that left and how many of them are back.

    `announced` are units of the whole line that this return announced and that did not come with it yet.
    """

    line_id: bytes
    sku_id: bytes
    lot: str
    units: int
    back: int = 0
    announced: int = 0

    @property
    def left(self) -> int:
        """Units that can still come back."""
        return max(self.units - self.back, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """Units of one line and lot; `line_id` is empty when no order is known to have shipped them."""

    line_id: bytes
    lot: str
    units: int


def lots_left(shipped: Iterable[Shipped], sku_id: bytes) -> tuple[str, ...]:
    """The lots of which units can still come back, in the order of the lines."""
    return tuple(dict.fromkeys(s.lot for s in shipped if s.sku_id == sku_id and s.left))


def units_left(shipped: Iterable[Shipped], sku_id: bytes | None = None, lot: str | None = None) -> int:
    """Units that can still come back: of one SKU and lot, of one SKU, or all."""
    return sum(
        s.left
        for s in shipped
        if (sku_id is None or s.sku_id == sku_id) and (lot is None or s.lot == lot)
    )  # fmt: skip


def parts_of(shipped: Sequence[Shipped], sku_id: bytes, units: int, lot: str | None = None) -> tuple[Part, ...]:
    """The lines to which returned units are counted, announced ones first; () when these are more than can come."""
    found: list[Part] = []
    for s in sorted(shipped, key=lambda s: not s.announced):
        share = min(units, s.left) if s.sku_id == sku_id and lot in (None, s.lot) else 0
        if share:
            found.append(Part(s.line_id, s.lot, share))
            units -= share
    return tuple(found) if units == 0 else ()


def awaited(shipped: Iterable[Shipped], more: Iterable[Part] = (), *, announced: bool) -> int:
    """Units that are still expected once `more` is back too: announced ones where the return says which, else all."""
    left: dict[bytes, int] = {}
    said: dict[bytes, int] = {}
    for s in shipped:
        left[s.line_id] = left.get(s.line_id, 0) + s.left
        said[s.line_id] = s.announced
    for part in more:
        if part.line_id in left:
            left[part.line_id] -= part.units
            said[part.line_id] -= part.units
    return sum(max(min(n, said[line]) if announced else n, 0) for line, n in left.items())


def number_of(return_id: bytes) -> str:
    """The number of a return that nobody announced: R and eight characters out of the 40 random bits of its id."""
    value, out = int.from_bytes(return_id[-5:]), ""
    for _ in range(8):
        value, digit = divmod(value, 32)
        out = ALPHABET[digit] + out
    return "R" + out
