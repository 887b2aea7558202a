"""How much is bought again."""

from __future__ import annotations


def units_to_order(available: int, minimum: int, maximum: int, pack: int) -> int:
    """Units to order, in whole packs: none at or above the minimum, else as many packs as fit under the maximum.

    `available` is on hand, less what is promised, plus what is on the way. Where the packs that fit do not reach the
    minimum, so many are ordered that they do: to be short costs more than to have a few too many.
    """
    if available >= minimum:
        return 0
    packs = max(maximum - available, 0) // pack
    if available + packs * pack < minimum:
        packs = -(-(minimum - available) // pack)
    return packs * pack
