"""How bins lie to each other: what stands beside what, as a person sees it who faces the rack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.text import NOTHING, Text, count, say


@dataclass(frozen=True, slots=True)
class Slot:
    """A bin of a rack: `side` L or R of its aisle, `y_mm` where one stands, `level_no` 1 is the lowest."""

    aisle: str
    side: str
    bay: str
    level: str
    level_no: int
    y_mm: int


def bays_from_left(slots: Sequence[Slot], aisle: str, side: str) -> tuple[str, ...]:
    """The bays of one side of an aisle from left to right for somebody who faces that rack.

    Aisles run north; on the right (east) side a person faces east and has north at the left hand.
    """
    at = {s.bay: s.y_mm for s in slots if s.aisle == aisle and s.side == side}
    return tuple(sorted(at, key=lambda bay: at[bay], reverse=side == "R"))


def levels_from_top(slots: Sequence[Slot], aisle: str, side: str, bays: Sequence[str]) -> tuple[str, ...]:
    """The levels of these bays from top to bottom."""
    at = {s.level: s.level_no for s in slots if s.aisle == aisle and s.side == side and s.bay in bays}
    return tuple(sorted(at, key=lambda level: at[level], reverse=True))


def window(bays: Sequence[str], bay: str, width: int = 3) -> tuple[str, ...]:
    """`width` neighbouring bays with `bay` among them, in the middle where the rack goes on to both sides."""
    if bay not in bays:
        return (bay,)
    first = min(max(bays.index(bay) - width // 2, 0), max(len(bays) - width, 0))
    return tuple(bays[first : first + width])


def whereabouts(slots: Sequence[Slot], scanned: Slot, right: Slot) -> Text:
    """Where the right bin is, seen from the one that was scanned: "Yours is one bay left"."""
    if not (scanned.aisle and right.aisle):
        return NOTHING
    if scanned.aisle != right.aisle:
        return say("Yours is in aisle {aisle}", aisle=right.aisle)
    if scanned.side != right.side:
        return say("Yours is on the other side of the aisle, bay {bay}", bay=right.bay)
    bays = bays_from_left(slots, right.aisle, right.side)
    if scanned.bay != right.bay and scanned.bay in bays and right.bay in bays:
        return _bays_away(bays.index(right.bay) - bays.index(scanned.bay))
    levels = levels_from_top(slots, right.aisle, right.side, (right.bay,))
    if scanned.level in levels and right.level in levels:
        return _levels_away(levels.index(right.level) - levels.index(scanned.level))
    return NOTHING


def _bays_away(steps: int) -> Text:
    if steps < 0:
        return count(-steps, "Yours is one bay left", "Yours is {n} bays left")
    return count(steps, "Yours is one bay right", "Yours is {n} bays right")


def _levels_away(steps: int) -> Text:
    if steps == 0:
        return NOTHING
    if steps < 0:
        return count(-steps, "Yours is one level up", "Yours is {n} levels up")
    return count(steps, "Yours is one level down", "Yours is {n} levels down")
