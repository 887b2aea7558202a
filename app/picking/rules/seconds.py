"""How long a walk takes by its shape: metres at a speed, corners, stops, reaching up; all of it settings of a site.

`tempo` measures what a whole walk takes here; this says what each part of it is thought to take, before anybody walked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """Speed in mm a second; seconds for each corner, for each stop, and for each level above the lowest."""

    walk_mm_s: int = 1200
    turn_s: float = 0.6
    stop_s: float = 4.0
    level_s: float = 1.5


def seconds_of(shape: Shape, length_mm: int, *, turns: int = 0, levels: Sequence[int] = ()) -> float:
    """The seconds of a walk with so many corners and a stop at each of `levels` (1 is the lowest shelf).

    Where a door makes wait, its time is in the length already (`graph.Net`, made with this speed).
    """
    reach = sum(shape.level_s * max(level - 1, 0) for level in levels)
    return length_mm / shape.walk_mm_s + shape.turn_s * turns + shape.stop_s * len(levels) + reach


def corners_of(turns: Sequence[object]) -> int:
    """How often a walk changes its direction, of all its places where it may: those between its two ends."""
    return max(len(turns) - 2, 0)
