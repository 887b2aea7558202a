"""What a unit weighs, learnt from boxes that hold nothing else: for what the master data does not know, or has wrong.

A box teaches when it was weighed on a scale, closed, and holds units of one SKU in a box whose own weight is known. The
mean follows slowly, so that one bad box moves little; boxes that contradict it are set apart, and when several do in a
row, what was learnt before is forgotten: the product has changed, or the first boxes were wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

LEAST_G, MOST_G = 1, 100_000
"""What a unit may weigh to be believed."""
ENOUGH, ENOUGH_AGAINST = 3, 5
"""Boxes until a mean is used where nothing is known, and until it is believed over the master data."""
MEMORY = 30
"""Boxes that count: an older one weighs ever less."""
SPREAD_PERCENT, SPREAD_G = 15, 10
"""How far boxes may lie apart, by the larger of the two, and still tell one weight."""
OFF_PERCENT, OFF_G = 5, 5
"""How far the master data must be off, by the larger of the two, to be overruled."""
STRAYS = 3
"""Contradicting boxes in a row after which it is learnt anew."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """The mean weight of a unit in milligrams, between the lightest and the heaviest box; `strays` contradict it.

    `parcels` and `units` say how much was weighed since it was last learnt anew.
    """

    parcels: int
    units: int
    mean_mg: int
    low_mg: int
    high_mg: int
    strays: int = 0

    @property
    def grams(self) -> int:
        """The mean in whole grams, at least one."""
        return max(LEAST_G, (self.mean_mg + 500) // 1000)

    @property
    def is_steady(self) -> bool:
        """Whether its boxes tell one weight. Of what varies (fruit, yarn by the skein) none is believed."""
        return self.parcels >= ENOUGH and self.high_mg - self.low_mg <= _spread(self.mean_mg)


def _spread(mean_mg: int) -> int:
    return max(mean_mg * SPREAD_PERCENT // 100, SPREAD_G * 1000)


def unit_mg(box_g: int, tare_g: int, units: int) -> int | None:
    """What one of so many units in a box weighs; None when that is no weight to believe."""
    if units <= 0:
        return None
    each = (box_g - tare_g) * 1000 // units
    return each if LEAST_G * 1000 <= each <= MOST_G * 1000 else None


def learn(before: Learnt | None, each_mg: int, units: int) -> Learnt:
    """What is known after one more box of `units`, each of `each_mg`."""
    fresh = Learnt(1, units, each_mg, each_mg, each_mg)
    if before is None:
        return fresh
    if before.parcels >= ENOUGH and abs(each_mg - before.mean_mg) > _spread(before.mean_mg):
        return fresh if before.strays + 1 >= STRAYS else replace(before, strays=before.strays + 1)
    count = min(before.parcels, MEMORY)
    mean = before.mean_mg + (each_mg - before.mean_mg) // (count + 1)
    return Learnt(
        before.parcels + 1, before.units + units, mean,
        min(each_mg, before.low_mg + max(mean - before.low_mg, 0) // MEMORY),
        max(each_mg, before.high_mg - max(before.high_mg - mean, 0) // MEMORY),
    )  # fmt: skip


def weight_of(master_g: int | None, learnt: Learnt | None) -> int | None:
    """What a unit is taken to weigh, grams: the master data, unless steady boxes know it or know better."""
    if learnt is None or not learnt.is_steady:
        return master_g
    if master_g is None:
        return learnt.grams
    off = abs(learnt.grams - master_g)
    believed = learnt.parcels >= ENOUGH_AGAINST and off > max(master_g * OFF_PERCENT // 100, OFF_G)
    return learnt.grams if believed else master_g
