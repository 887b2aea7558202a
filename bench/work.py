"""Work that no hand waits for twice: the route, paper."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from app.picking.rules.distance import AisleLine, CrossLine, Ways
from app.picking.rules.route import route
from bench.figures import Figure, timed
from reports.labels import shipping_label_pdf, shipping_label_zpl
from reports.slips import packing_slip
from tests.reports.samples import shipping_label, slip

AISLES, LONG_MM, APART_MM = 20, 40_000, 4_000


def routes(_folder: Path, times: int = 40, stops: int = 30) -> Iterator[Figure]:
    """A tour over a floor of 20 aisles with three cross-aisles; other stops each time."""
    names = [f"A{n:02d}" for n in range(AISLES)]
    wide = APART_MM * (AISLES - 1)
    ways = Ways(
        tuple(AisleLine(name, n * APART_MM, 0, LONG_MM) for n, name in enumerate(names)),
        tuple(CrossLine(y, 0, wide) for y in (0, LONG_MM // 2, LONG_MM)),
    )
    chance = random.Random(1)

    def walk(_: int) -> None:
        points = [(chance.randrange(AISLES) * APART_MM, chance.randrange(0, LONG_MM, 500)) for _ in range(stops)]
        route(ways, points, (0, 0), (wide, 0))

    yield timed(f"route of {stops} stops", times, walk)


def paper(_folder: Path, times: int = 40) -> Iterator[Figure]:
    """Each document anew, as the spooler makes it."""
    yield timed(
        "shipping label as ZPL", times, lambda i: shipping_label_zpl.render(shipping_label(order_number=f"{i}"))
    )
    yield timed(
        "shipping label as PDF", times, lambda i: shipping_label_pdf.render(shipping_label(order_number=f"{i}"))
    )
    yield timed("packing slip of 5 lines as PDF", times, lambda i: packing_slip.render(slip(5, order_number=f"{i}")))
    yield timed("packing slip of 60 lines as PDF", times // 4, lambda i: packing_slip.render(slip(60, note=f"{i}")))
