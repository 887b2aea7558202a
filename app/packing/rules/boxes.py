"""Which box to take: the smallest that holds the volume, lets every side in and bears the weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FILL_PERCENT = 85
"""How much of a box's volume goods can take: the rest is air and padding."""
UNKNOWN_MM = (150, 100, 80)
"""The size that is assumed for an item without one; the screen says that it is a guess."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box type: inner sides in mm, own weight and what it bears in grams."""

    id: bytes
    code: str
    name: str
    length_mm: int
    width_mm: int
    height_mm: int
    tare_g: int
    max_g: int
    shelf: str = ""
    material: str = ""

    @property
    def volume(self) -> int:
        """mm³."""
        return self.length_mm * self.width_mm * self.height_mm


@dataclass(frozen=True, slots=True)
class Goods:
    """Units of one SKU; a side that nobody measured is None."""

    units: int
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    weight_g: int | None = None

    @property
    def measured(self) -> bool:
        return None not in (self.length_mm, self.width_mm, self.height_mm)

    @property
    def sides(self) -> tuple[int, int, int]:
        """The three sides from short to long; the assumed ones where one is unknown."""
        if self.length_mm is None or self.width_mm is None or self.height_mm is None:
            short, middle, long = sorted(UNKNOWN_MM)
        else:
            short, middle, long = sorted((self.length_mm, self.width_mm, self.height_mm))
        return short, middle, long

    @property
    def volume(self) -> int:
        """mm³ of all units."""
        a, b, c = self.sides
        return a * b * c * self.units


@dataclass(frozen=True, slots=True)
class Proposal:
    """The box to take. `fits` is false when this is the largest and too small; `guessed` units have no size."""

    box: Box
    fill_percent: int
    fits: bool = True
    guessed: int = 0


def fill_of(box: Box, goods: Sequence[Goods]) -> int:
    """How full the box is, percent of its whole inner volume, rounded half up; may exceed 100."""
    return (sum(g.volume for g in goods) * 200 + box.volume) // (2 * box.volume) if box.volume else 100


def fits(box: Box, goods: Sequence[Goods], fill_percent: int = FILL_PERCENT) -> bool:
    """Whether volume, each unit's sides and the known weights agree with the box."""
    sides = sorted((box.length_mm, box.width_mm, box.height_mm))
    if sum(g.volume for g in goods) * 100 > box.volume * fill_percent:
        return False
    if any(side > limit for g in goods for side, limit in zip(g.sides, sides, strict=True)):
        return False
    weight = sum((g.weight_g or 0) * g.units for g in goods)
    return not box.max_g or weight + box.tare_g <= box.max_g


def propose(boxes: Sequence[Box], goods: Sequence[Goods], fill_percent: int = FILL_PERCENT) -> Proposal | None:
    """The smallest fitting box, else the largest there is; None when the site has no boxes."""
    ordered = sorted(boxes, key=lambda b: (b.volume, b.code))
    guessed = sum(g.units for g in goods if not g.measured)
    for box in ordered:
        if fits(box, goods, fill_percent):
            return Proposal(box, fill_of(box, goods), True, guessed)
    return Proposal(ordered[-1], fill_of(ordered[-1], goods), False, guessed) if ordered else None
