"""How fast walks are done here, measured from those that were done.

A walk takes so long for each metre, each stop, each unit, and once for setting out and putting down. The four are
fitted to past walks by least squares in which a walk counts the less the further it lies off (Huber's weights, 1964):
a picker who was called away says nothing of walking. Few walks cannot say much, so the tempo that was assumed before
counts as much as some walks of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

HUBER = 1.345
"""Residuals beyond so many spreads count less: 95 % as good as least squares where nothing is off."""
ROUNDS = 12
ASSUMED_WALKS = 6
"""So many walks the assumed tempo is worth."""
LEAST_SPREAD = 0.02
TO_SIGMA = 1.4826
"""From the median absolute deviation to a standard deviation."""


@dataclass(frozen=True, slots=True)
class WalkDone:
    """A walk that is over: what it was and how long it took, breaks left out."""

    length_mm: int
    stops: int
    units: int
    took_ms: int


@dataclass(frozen=True, slots=True)
class Tempo:
    """Milliseconds for a metre, a stop, a unit, and once a walk; `spread` is the standard deviation of a walk's time
    as a share of it. The defaults are what a picker with a cart is assumed to need before anything was measured: 0.8
    m/s, 4 s to stop and find, 3 s a unit."""

    metre_ms: int = 1_250
    stop_ms: int = 4_000
    unit_ms: int = 3_000
    walk_ms: int = 60_000
    spread: float = 0.15

    def takes_ms(self, length_mm: int, stops: int, units: int) -> int:
        """How long a walk is expected to take."""
        return length_mm * self.metre_ms // 1000 + stops * self.stop_ms + units * self.unit_ms + self.walk_ms

    def latest_ms(self, walks_ms: Sequence[int], sigmas: float) -> int:
        """How long walks one after the other take at most, but for chances beyond so many standard deviations."""
        varied = math.sqrt(sum((self.spread * each) ** 2 for each in walks_ms))
        return sum(walks_ms) + round(sigmas * varied)


def measured(walks: Sequence[WalkDone], assumed: Tempo | None = None) -> Tempo:
    """The tempo that past walks say, and how far they scatter. Without walks it is the one that is assumed."""
    before = assumed or Tempo()
    if not walks:
        return before
    rows = [(walk.length_mm / 1000, float(walk.stops), float(walk.units), 1.0) for walk in walks]
    took = [float(walk.took_ms) for walk in walks]
    prior = (float(before.metre_ms), float(before.stop_ms), float(before.unit_ms), float(before.walk_ms))
    rates, weights = prior, [1.0] * len(walks)
    for _ in range(ROUNDS):
        rates = _fitted(rows, took, weights, prior)
        off = _off(rows, took, rates)
        sigma = max(TO_SIGMA * median(abs(each) for each in off), LEAST_SPREAD)
        weights = [min(1.0, HUBER * sigma / abs(each)) if each else 1.0 for each in off]
    off = _off(rows, took, rates)
    spread = TO_SIGMA * median(abs(each) for each in off)
    shrunk = (len(walks) * spread + ASSUMED_WALKS * before.spread) / (len(walks) + ASSUMED_WALKS)
    metre, stop, unit, walk = (round(rate) for rate in rates)
    return Tempo(metre, stop, unit, walk, max(shrunk, LEAST_SPREAD))


Row = tuple[float, float, float, float]


def _off(rows: Sequence[Row], took: Sequence[float], rates: Row) -> list[float]:
    """How far each walk lies off, as a share of what it should have taken."""
    expected = [max(sum(x * rate for x, rate in zip(row, rates, strict=True)), 1.0) for row in rows]
    return [(real - each) / each for real, each in zip(took, expected, strict=True)]


def _fitted(rows: Sequence[Row], took: Sequence[float], weights: Sequence[float], prior: Row) -> Row:
    """Weighted least squares of relative errors, drawn to the assumed rates; no rate is below zero.

    Errors count relative to the walk's length in time, for long walks scatter more. A rate that would be negative
    stays at zero and the others are fitted again.
    """
    free = [0, 1, 2, 3]
    while free:
        found = [0.0, 0.0, 0.0, 0.0]
        for n, rate in zip(free, _solved(*_normal(rows, took, weights, prior, free)), strict=True):
            found[n] = rate
        below = [n for n in free if found[n] < 0]
        if not below:
            return found[0], found[1], found[2], found[3]
        free = [n for n in free if n not in below]
    return prior


def _normal(
    rows: Sequence[Row], took: Sequence[float], weights: Sequence[float], prior: Row, free: Sequence[int]
) -> tuple[list[list[float]], list[float]]:
    """The normal equations of the free rates. Each assumed rate is worth some walks of the usual size."""
    scaled = [weight / max(real, 1.0) ** 2 for weight, real in zip(weights, took, strict=True)]
    left = [[sum(w * row[i] * row[j] for w, row in zip(scaled, rows, strict=True)) for j in free] for i in free]
    right = [sum(w * row[i] * real for w, row, real in zip(scaled, rows, took, strict=True)) for i in free]
    for at, n in enumerate(free):
        size = median(abs(row[n]) for row in rows) / median(max(real, 1.0) for real in took)
        pull = ASSUMED_WALKS * max(size, 1e-9) ** 2
        left[at][at] += pull
        right[at] += pull * prior[n]
    return left, right


def _solved(left: list[list[float]], right: list[float]) -> list[float]:
    """Gauss with the largest pivot; `left` is symmetric and positive, so there is one."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(left, right, strict=True)]
    for at in range(size):
        pivot = max(range(at, size), key=lambda r: abs(rows[r][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        for below in range(at + 1, size):
            share = rows[below][at] / rows[at][at]
            rows[below] = [b - share * a for a, b in zip(rows[at], rows[below], strict=True)]
    found = [0.0] * size
    for at in reversed(range(size)):
        rest = sum(rows[at][n] * found[n] for n in range(at + 1, size))
        found[at] = (rows[at][size] - rest) / rows[at][at]
    return found
