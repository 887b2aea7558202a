"""Samples and what is said of them: the median and the range, never a verdict."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """Some samples of one thing in milliseconds."""

    name: str
    samples: tuple[float, ...]

    def summary(self) -> dict[str, float | int | str]:
        """As one JSON object: name, number of samples, and milliseconds."""
        return {
            "name": self.name,
            "n": len(self.samples),
            "median_ms": round(statistics.median(self.samples), 3),
            "p99_ms": round(percentile(self.samples, 0.99), 3),
            "min_ms": round(min(self.samples), 3),
            "max_ms": round(max(self.samples), 3),
        }

    def line(self) -> str:
        """As one line of a table."""
        s = self.summary()
        return f"{self.name:<46} {s['median_ms']:>9} {s['min_ms']:>9} {s['p99_ms']:>9} {s['max_ms']:>9}   {s['n']:>5}"


HEAD = f"{'milliseconds':<46} {'median':>9} {'min':>9} {'p99':>9} {'max':>9}   {'n':>5}"


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least this share of all samples does not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def timed(name: str, times: int, act: Callable[[int], object]) -> Figure:
    """Runs an act so often (once more before, unmeasured) and keeps how long each took."""
    act(0)
    samples = []
    for i in range(1, times + 1):
        begin = time.perf_counter()
        act(i)
        samples.append((time.perf_counter() - begin) * 1000)
    return Figure(name, tuple(samples))
