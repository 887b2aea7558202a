"""A day of a real shop in a hall that is made up: order lines from tests/data/orders, everything else by a seed.

From the file come the orders' shapes (which SKU, how many) and the time of day at which each came. Made up, because
the file has none of it: 20 aisles of 45 cells, the bin of each SKU (what is ordered often lies in the first aisles),
a second bin for each, volume and weight, the carrier (three cut-offs), and one order of ten that paid for express.
"""

from __future__ import annotations

import csv
import gzip
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from app.picking.rules.carts import Cart, Fleet, Load
from app.picking.rules.distance import Point
from app.picking.rules.shift_model import Shift, ShiftLine, ShiftOrder
from app.picking.rules.tempo import Tempo
from app.picking.rules.tours import AskedTours, BlockTours

FILE = Path(__file__).parents[1] / "tests" / "data" / "orders" / "online_retail_2010-12_2011-02.csv.gz"
AISLES, CELLS, CELL_MM, APART_MM = 20, 45, 1_000, 4_000
LONG_MM = (CELLS + 1) * CELL_MM
START: Point = (0, 0)
HOUR = 3_600_000
CUT_OFFS = ((0.25, 12.0), (0.35, 15.0), (0.40, 18.0))
"""Each carrier's share of the orders and the hour at which its truck leaves."""
PROMISE_MS = 75 * 60_000
"""What came later than this before its cut-off is for the truck of tomorrow."""
MOST_LINES, MOST_UNITS = 40, 12
"""Larger orders are for a pallet and not for a cart; a line of more units is taken by the pack."""
TEMPO = Tempo(metre_ms=1_100, stop_ms=6_000, unit_ms=1_500, walk_ms=90_000, spread=0.12)
CART = Cart("cart", totes=8, grams=250_000)
TOTE_ML = 45_000


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """An order of the file: when it came (ms of the day) and its lines, (SKU, units)."""

    number: str
    comes_ms: int
    lines: tuple[tuple[str, int], ...]


def shop_orders(most: int, skip: int = 0) -> tuple[ShopOrder, ...]:
    """The first orders of the file that are goods for a parcel, after `skip` of them."""
    found = [order for order in _all_orders() if 0 < len(order.lines) <= MOST_LINES]
    return tuple(found[skip : skip + most])


def _all_orders() -> Iterator[ShopOrder]:
    with gzip.open(FILE, "rt", encoding="utf-8", newline="") as file:
        number, at, lines = "", 0, Counter[str]()
        for row in csv.DictReader(file):
            if row["InvoiceNo"] != number:
                if lines:
                    yield ShopOrder(number, at, tuple(lines.items()))
                number, lines = row["InvoiceNo"], Counter[str]()
                came = datetime.fromisoformat(row["InvoiceDate"])
                at = (came.hour * 60 + came.minute) * 60_000
            units = int(row["Quantity"])
            if units > 0 and row["StockCode"][:5].isdigit() and not number.startswith("C"):
                lines[row["StockCode"]] += units
        if lines:
            yield ShopOrder(number, at, tuple(lines.items()))


@dataclass(frozen=True, slots=True)
class Hall:
    """Where each SKU lies, (first, second) bin, and what a unit of it takes: ml, grams."""

    bins: dict[str, tuple[Point, Point]]
    sizes: dict[str, tuple[int, int]]


def hall(orders: tuple[ShopOrder, ...], seed: int) -> Hall:
    """Bins by chance, but for the aisles: a fifth of the SKUs with the most lines lies in the first five."""
    chance = random.Random(seed)
    lines = Counter(sku for order in orders for sku, _ in order.lines)
    bins, sizes = {}, {}
    for rank, (sku, _) in enumerate(sorted(lines.items(), key=lambda item: (-item[1], item[0]))):
        near = rank < len(lines) // 5
        aisles = [chance.randrange(0, 5) if near else chance.randrange(5, AISLES), chance.randrange(AISLES)]
        first, second = ((aisle * APART_MM, chance.randint(1, CELLS) * CELL_MM) for aisle in aisles)
        bins[sku] = (first, second)
        sizes[sku] = (chance.randint(100, 1_500), chance.randint(50, 900))
    return Hall(bins, sizes)


def shift_of(orders: tuple[ShopOrder, ...], where: Hall, pickers: int, seed: int) -> Shift:
    """The day, from the moment at which the first order came, with 5 lines of a hundred short."""
    chance = random.Random(seed)
    made = tuple(sorted((_order(n, each, where, chance) for n, each in enumerate(orders)), key=lambda o: o.comes_ms))
    return Shift(made, pickers, min(order.comes_ms for order in made), TEMPO, short_percent=5.0)


def _order(n: int, order: ShopOrder, where: Hall, chance: random.Random) -> ShiftOrder:
    lines = tuple(
        ShiftLine(*where.bins[sku], units=units if units <= MOST_UNITS else -(-units // MOST_UNITS))
        for sku, units in order.lines
    )
    ml, grams = (sum(where.sizes[sku][k] * min(units, MOST_UNITS) for sku, units in order.lines) for k in (0, 1))
    units = sum(line.units for line in lines)
    drawn = chance.random()
    hour = next(at for share, at in zip((0.25, 0.60, 1.0), (c[1] for c in CUT_OFFS), strict=True) if drawn <= share)
    leaves = int(hour * HOUR)
    due = leaves if order.comes_ms + PROMISE_MS <= leaves else leaves + 24 * HOUR
    load = Load(
        units=units, grams=min(grams, CART.grams or grams), ml=ml, totes=min(-(-ml // TOTE_ML), CART.totes or 1)
    )
    return ShiftOrder(
        n.to_bytes(4, "big"), order.comes_ms, lines, load,
        priority=0 if chance.random() < 0.1 else 1, due_ms=due,
    )  # fmt: skip


def _places(shift: Shift) -> frozenset[Point]:
    return frozenset(place for order in shift.orders for line in order.lines for place in (line.place, line.elsewhere))


def tours(shift: Shift) -> BlockTours:
    """Exact walks over every bin that the day may want."""
    return BlockTours([n * APART_MM for n in range(AISLES)], 0, LONG_MM, START, _places(shift))


def one_by_one(shift: Shift) -> tuple[Shift, Fleet]:
    """The same day with one order to a walk."""
    return shift, Fleet([Cart("tote", orders=1)])


def clusters(shift: Shift) -> tuple[Shift, Fleet]:
    """Several orders to a walk, each in totes of its own."""
    return shift, Fleet([CART])


def singles_sorted(shift: Shift, sort_ms: int = 4_000) -> tuple[Shift, Fleet]:
    """Orders of one line go without a tote and are sorted afterwards."""
    changed = tuple(
        replace(o, load=replace(o.load, totes=0), sort_ms=sort_ms) if len(o.lines) == 1 else o for o in shift.orders
    )
    return replace(shift, orders=changed), Fleet([CART])


def put_wall(shift: Shift, sort_ms: int = 3_000) -> tuple[Shift, Fleet]:
    """Picked without totes on larger carts, each unit put to its order at a wall afterwards."""
    changed = tuple(replace(o, load=replace(o.load, totes=0), sort_ms=sort_ms * len(o.lines)) for o in shift.orders)
    return replace(shift, orders=changed), Fleet([Cart("wall", orders=24, grams=CART.grams, ml=14 * TOTE_ML)])


def swept(shift: Shift) -> AskedTours:
    """The same places walked in S-shape: through every aisle that has a stop, in turn up and down."""
    return AskedTours(_places(shift), _s_shape_mm, START)


def _s_shape_mm(stops: Sequence[Point]) -> int:
    aisles = sorted({x for x, _ in stops})
    if not aisles:
        return 0
    through, back = divmod(len(aisles), 2)
    last = 2 * max(y for x, y in stops if x == aisles[-1]) if back else 0
    return 2 * aisles[-1] + 2 * through * LONG_MM + last


def zones(shift: Shift, number: int) -> Iterator[tuple[Shift, BlockTours]]:
    """The day of each zone: its aisles, its part of each order, its own start and drop place, and pickers by its
    lines."""
    wide = AISLES // number
    lines = Counter(line.place[0] // (wide * APART_MM) for order in shift.orders for line in order.lines)
    pickers = Counter(range(number))
    for _ in range(shift.pickers - number):  # each further one where most lines are left for each
        pickers[max(range(number), key=lambda zone: lines[zone] / pickers[zone])] += 1
    for zone in range(number):
        first, behind = zone * wide * APART_MM, (zone + 1) * wide * APART_MM
        parts = []
        for order in shift.orders:
            lines = tuple(line for line in order.lines if first <= line.place[0] < behind)
            if lines:
                parts.append(replace(order, lines=_within(lines, first, behind), load=_share(order, lines)))
        part = replace(shift, orders=tuple(parts), pickers=pickers[zone])
        columns = [first + n * APART_MM for n in range(wide)]
        yield part, BlockTours(columns, 0, LONG_MM, (first, 0), _places(part))


def _within(lines: tuple[ShiftLine, ...], first: int, behind: int) -> tuple[ShiftLine, ...]:
    """With second bins in the same zone: nobody leaves his own for a short."""
    width = behind - first
    return tuple(replace(line, elsewhere=(first + line.elsewhere[0] % width, line.elsewhere[1])) for line in lines)


def _share(order: ShiftOrder, lines: tuple[ShiftLine, ...]) -> Load:
    """What a part of an order takes on the cart of its zone."""
    load, share = order.load, len(lines) / len(order.lines)
    units = sum(line.units for line in lines)
    return replace(load, units=units, grams=int(load.grams * share), totes=max(1, round(load.totes * share)))
