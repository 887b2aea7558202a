"""When a weight counts: a stable reading that followed a change of load, once per load."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettleRule:
    """`threshold_g`: the smallest change of load that counts. `zero_g`: up to here the pan is empty."""

    threshold_g: int = 10
    zero_g: int = 5

    def __post_init__(self) -> None:
        if not 0 <= self.zero_g < self.threshold_g:
            raise ValueError(f"zero_g={self.zero_g} must be 0 or more and below threshold_g={self.threshold_g}")


class Settle:
    """Turns the chatter of a scale into loads.

    A load is told once, when its first stable reading differs from the last told (or empty) load by the threshold.
    An empty pan, even seen in passing, arms the filter again, so the same parcel put down a second time is told
    again. What lies on the pan at the first reading was not seen to arrive: it is the starting point and is not told.
    """

    def __init__(self, rule: SettleRule) -> None:
        self._rule = rule
        self._base: int | None = None

    def feed(self, grams: int, stable: bool) -> int | None:
        """The load in grams if this reading settles a new one, else None."""
        if abs(grams) <= self._rule.zero_g:
            self._base = 0
            return None
        if not stable:
            return None
        if self._base is None:
            self._base = grams
            return None
        if abs(grams - self._base) < self._rule.threshold_g:
            return None
        self._base = grams
        return grams if grams >= self._rule.threshold_g else None
