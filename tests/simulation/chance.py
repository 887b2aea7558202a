"""One seed for all that is by chance, and ids that come of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from app.ids import Ids, make_ids_with


class Chance:
    """Dice by name: what one of them does never changes what another one rolls."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def dice(self, *name: object) -> Random:
        return Random("/".join(map(str, (self.seed, *name))))


@contextmanager
def ids_of(maker: Ids) -> Iterator[None]:
    """While this holds, it is that machine that makes ids."""
    before = make_ids_with(maker)
    try:
        yield
    finally:
        make_ids_with(before)
