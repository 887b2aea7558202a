"""When a count is believed: at once, after a second one by somebody else, or only when a lead has counted too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Spot = tuple[bytes, str, str]
"""SKU, lot and status of units at one place."""


def differences(book: Mapping[Spot, int], counted: Mapping[Spot, int]) -> dict[Spot, int]:
    """Counted minus book where they differ; what one of them does not name is nought there."""
    spots = sorted(book.keys() | counted.keys())
    found = {spot: counted.get(spot, 0) - book.get(spot, 0) for spot in spots}
    return {spot: units for spot, units in found.items() if units}


def verdict(rounds: Sequence[Mapping[Spot, int]], tolerance: int) -> str:
    """What follows from the differences that the counts of one place found, in their order: settle, again or judge.

    Each is the difference to the book *at its own moment*, so that two counts agree although goods were moved between
    them. The third one settles: it was a lead's.
    """
    last = rounds[-1]
    if len(rounds) == 1:
        return "settle" if all(abs(units) <= tolerance for units in last.values()) else "again"
    if len(rounds) == 2:
        return "settle" if rounds[0] == last else "judge"
    return "settle"
