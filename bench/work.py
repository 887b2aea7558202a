"""Work that no hand waits for twice: the route."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from app.picking.rules.distance import AisleLine, CrossLine, Ways
from app.picking.rules.route import route
from bench.figures import Figure, timed

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
