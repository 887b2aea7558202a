"""What fits onto a cart: several measures at once, for several types of carts.

All measures of a load stand side by side in one int, each with a spare bit above it. Loads are added by one `+`, and
whether no measure is above its limit is seen in the spare bits of one `-`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from functools import reduce
from operator import add

BITS = 40
"""For each measure. The highest one is the spare one, and the next is free so that sums of a few are exact."""
MOST = (1 << (BITS - 2)) - 1
"""The largest amount of one measure: 275 tonnes in grams."""
MEASURES = 5
_SPARE = sum(1 << (BITS * (n + 1) - 1) for n in range(MEASURES))


@dataclass(frozen=True, slots=True)
class Load:
    """What an order takes on a cart: orders (itself), units, weight in grams, volume in ml, tote positions."""

    orders: int = 1
    units: int = 0
    grams: int = 0
    ml: int = 0
    totes: int = 1

    def __post_init__(self) -> None:
        if not all(0 <= amount <= MOST for amount in astuple(self)):
            raise ValueError(f"a load has measures from 0 to {MOST}: {self}")

    @property
    def packed(self) -> int:
        """All measures in one int."""
        return sum(amount << (BITS * n) for n, amount in enumerate(astuple(self)))


@dataclass(frozen=True, slots=True)
class Cart:
    """A type of cart and what it carries at most; None where a measure does not matter."""

    name: str
    orders: int | None = None
    units: int | None = None
    grams: int | None = None
    ml: int | None = None
    totes: int | None = None

    @property
    def packed(self) -> int:
        """The limits in one int, the spare bits set."""
        limits = (self.orders, self.units, self.grams, self.ml, self.totes)
        return _SPARE + sum((MOST if most is None else most) << (BITS * n) for n, most in enumerate(limits))


class Fleet:
    """The types of carts of a floor, asked whether a packed load fits onto one of them."""

    def __init__(self, carts: Iterable[Cart]) -> None:
        self.carts = tuple(carts)
        if not self.carts:
            raise ValueError("a floor without any cart carries nothing")
        self._limits = tuple(cart.packed for cart in self.carts)

    def fits(self, packed: int) -> bool:
        """Whether some cart takes all of it. `packed` is what fits onto a cart and two loads more, at most."""
        for limit in self._limits:  # noqa: SIM110  (asked for each move of a search: a generator takes twice as long)
            if (limit - packed) & _SPARE == _SPARE:
                return True
        return False

    def cart_for(self, packed: int) -> Cart | None:
        """The first cart in the order given that takes it; None when it is too much for each."""
        for cart, limit in zip(self.carts, self._limits, strict=True):
            if (limit - packed) & _SPARE == _SPARE:
                return cart
        return None


def together(loads: Iterable[Load]) -> int:
    """The packed sum of loads."""
    return reduce(add, (load.packed for load in loads), 0)
