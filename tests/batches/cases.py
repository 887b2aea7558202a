"""Small floors and orders for the tests of batching, and a shortest walk that imports nothing of the rules."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Sequence

from hypothesis import strategies as st

from app.picking.rules.batches import Batch, PickOrder
from app.picking.rules.carts import Cart, Fleet, Load
from app.picking.rules.distance import Point
from app.picking.rules.tours import BlockTours

APART, HIGH = 4_000, 20_000
AISLES = tuple(n * APART for n in range(6))
START: Point = (0, 0)


def key(n: int) -> bytes:
    """The key of the n-th order."""
    return n.to_bytes(2, "big")


def order(n: int, *stops: Point, units: int = 0, priority: int = 0, due_ms: int | None = None) -> PickOrder:
    """An order for these stops, a unit each if not said otherwise."""
    return PickOrder(key(n), frozenset(stops), Load(units=units or len(stops)), priority, due_ms)


def block(orders: Iterable[PickOrder], start: Point = START) -> BlockTours:
    """The tours of a block of six aisles of 20 m, 4 m apart."""
    return BlockTours(AISLES, 0, HIGH, start, {stop for each in orders for stop in each.stops})


def carts(units: int | None = None, orders: int | None = None) -> Fleet:
    """Carts of one type."""
    return Fleet([Cart("cart", orders=orders, units=units)])


places = st.tuples(st.sampled_from(AISLES), st.integers(1, 19).map(lambda y: y * 1_000))


@st.composite
def waves(draw: st.DrawFn, most: int = 12, dues: bool = False, classes: int = 1) -> list[PickOrder]:
    """Up to so many orders of one to five stops; with cut-offs within half an hour if wanted."""
    found = []
    for n in range(draw(st.integers(1, most))):
        stops = draw(st.frozensets(places, min_size=1, max_size=5))
        due = draw(st.none() | st.integers(0, 30).map(lambda m: m * 60_000)) if dues else None
        units = draw(st.integers(1, 12))
        found.append(PickOrder(key(n), stops, Load(units=units), draw(st.integers(0, classes - 1)), due))
    return found


@st.composite
def crowds(draw: st.DrawFn, number: int = 16, dues: bool = False, classes: int = 1) -> list[PickOrder]:
    """So many orders by chance, as large and as far apart as they come, all with cut-offs if wanted."""
    chance = random.Random(draw(st.integers(0, 1 << 32)))
    found = []
    for n in range(number):
        stops = [(chance.choice(AISLES), chance.randint(1, 19) * 1_000) for _ in range(chance.randint(1, 5))]
        due = chance.randint(0, 30) * 60_000 if dues else None
        load = Load(units=chance.randint(1, 12))
        found.append(PickOrder(key(n), frozenset(stops), load, chance.randrange(classes), due))
    return found


def keys_of(batches: Iterable[Batch]) -> list[bytes]:
    """The orders of all batches, sorted."""
    return sorted(itertools.chain.from_iterable(batch.orders for batch in batches))


def shortest_mm(stops: Sequence[Point], start: Point, high: int) -> int:
    """The shortest round walk in a block from y = 0 to `high`, by trying every sequence (Held & Karp 1962)."""

    def apart(a: Point, b: Point) -> int:
        if a[0] == b[0]:
            return abs(a[1] - b[1])
        return abs(a[0] - b[0]) + min(a[1] + b[1], 2 * high - a[1] - b[1])

    numbers = range(len(stops))
    best = {(1 << n, n): apart(start, stops[n]) for n in numbers}
    for size in range(2, len(stops) + 1):
        for chosen in itertools.combinations(numbers, size):
            whole = sum(1 << n for n in chosen)
            for last in chosen:
                rest = whole ^ (1 << last)
                ways = (best[rest, n] + apart(stops[n], stops[last]) for n in chosen if n != last)
                best[whole, last] = min(ways)
    everything = (1 << len(stops)) - 1
    return min((best[everything, n] + apart(stops[n], start) for n in numbers), default=0)
