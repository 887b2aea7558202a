"""The weight gate: what a full box should weigh, and what is the likeliest reason when it does not.

An unknown weight of any unit opens the gate: the first box is a sample, and the screen says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

TOLERANCE_G = 15
TOLERANCE_PERCENT = 3
"""The larger of the two counts: light boxes need grams, heavy ones percent."""
NOTHING_ON_IT_G = 20
"""Below this the scale is empty, whatever drift says."""


@dataclass(frozen=True, slots=True)
class Heap:
    """Units of one SKU in the box; `weight_g` of one unit, None when nobody weighed it."""

    sku_id: bytes
    units: int
    weight_g: int | None


@dataclass(frozen=True, slots=True)
class WeightBand:
    """What the box may weigh, grams, both limits included."""

    low_g: int
    expected_g: int
    high_g: int

    def holds(self, grams: int) -> bool:
        return self.low_g <= grams <= self.high_g


@dataclass(frozen=True, slots=True)
class Deviation:
    """One explanation of a wrong weight: `units` of a SKU are missing (negative) or too many (positive)."""

    parts: tuple[tuple[bytes, int], ...]
    grams: int

    @property
    def size(self) -> int:
        return sum(abs(units) for _, units in self.parts)


def tolerance(expected_g: int, grams: int = TOLERANCE_G, percent: int = TOLERANCE_PERCENT) -> int:
    """Grams that a box may be off, up or down (percent rounded half up)."""
    return max(grams, (expected_g * percent + 50) // 100)


def band(
    heaps: Sequence[Heap], tare_g: int, grams: int = TOLERANCE_G, percent: int = TOLERANCE_PERCENT
) -> WeightBand | None:
    """The band for this content, None when a weight is unknown (or nothing is in the box)."""
    if not heaps or any(h.weight_g is None for h in heaps):
        return None
    expected = estimate(heaps, tare_g)
    around = tolerance(expected, grams, percent)
    return WeightBand(max(expected - around, 1), expected, expected + around)


def estimate(heaps: Sequence[Heap], tare_g: int, unknown_g: int = 0) -> int:
    """The computed weight; a unit of unknown weight counts `unknown_g`."""
    return tare_g + sum((unknown_g if h.weight_g is None else h.weight_g) * h.units for h in heaps)


def explain(heaps: Sequence[Heap], expected: WeightBand, grams: int) -> Deviation | None:
    """The likeliest single or double mistake that makes `grams` of this content, None when none comes near.

    Tried: one unit missing or extra, two of them in any combination (also one missing and another extra). Near means
    that what is left unexplained lies within the tolerance; fewer units win, then the smaller rest.
    """
    off = grams - expected.expected_g
    around = expected.high_g - expected.expected_g
    found = [d for d in _mistakes(heaps) if abs(off - d.grams) <= around]
    return min(found, key=lambda d: (d.size, abs(off - d.grams), d.parts), default=None)


def _mistakes(heaps: Sequence[Heap]) -> Iterator[Deviation]:
    single = [(h, sign) for h in heaps if h.weight_g for sign in (-1, 1) if sign > 0 or h.units]
    for heap, sign in single:
        yield Deviation(((heap.sku_id, sign),), sign * (heap.weight_g or 0))
    for (a, sign_a), (b, sign_b) in combinations_with_replacement(single, 2):
        weight = sign_a * (a.weight_g or 0) + sign_b * (b.weight_g or 0)
        if a is not b:
            yield Deviation(((a.sku_id, sign_a), (b.sku_id, sign_b)), weight)
        elif sign_a == sign_b and (sign_a > 0 or a.units >= 2):
            yield Deviation(((a.sku_id, 2 * sign_a),), weight)
