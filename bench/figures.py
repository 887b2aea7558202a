"""Samples and what is said of them: the median, the range, and how they stand beside a peer and a target.

A figure without a peer is held against its target as it is. A figure with a peer is held by the ratio of the two:
`Figure("label as PDF", ours, peer=Figure("bare canvas", theirs), target=1.5)` says that the median of ours is to be
at most 1.5 times the median of theirs. Both were measured in turns, in one run, so that what else the machine does
meanwhile slows both down. Nothing fails for a missed target: the table says so, and people judge.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Of = Literal["median", "p95", "min", "max"]
"""The one number that stands for all samples where one is compared."""
WIDTH = 52


@dataclass(frozen=True, slots=True)
class Figure:
    """Some samples of one thing.

    `of` says which of their statistics is held against `target`: as a ratio to the same statistic of `peer` where there
    is one, else as it is, in `unit`. A target is a limit from above unless `at_least` is said.
    """

    name: str
    samples: tuple[float, ...]
    unit: str = "ms"
    peer: Figure | None = None
    target: float | None = None
    of: Of = "median"
    at_least: bool = False

    def value(self, of: Of | None = None) -> float:
        """One statistic of the samples, `of` where none is named."""
        match of or self.of:
            case "median":
                return statistics.median(self.samples)
            case "p95":
                return percentile(self.samples, 0.95)
            case "min":
                return min(self.samples)
            case "max":
                return max(self.samples)

    @property
    def ratio(self) -> float | None:
        """How many times the peer, by the same statistic of both; None without a peer."""
        return self.value() / self.peer.value(self.of) if self.peer else None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is held; None where there is none."""
        if self.target is None:
            return None
        judged = self.value() if self.ratio is None else self.ratio
        return judged >= self.target if self.at_least else judged <= self.target

    def summary(self) -> dict[str, float | int | str | bool]:
        """As one JSON object: name, unit, number of samples, their statistics, and peer, ratio and target if any."""
        said: dict[str, float | int | str | bool] = {"name": self.name, "unit": self.unit, "n": len(self.samples)}
        for of in _COLUMNS:
            said[of] = round(self.value(of), 3)
        if self.peer and self.ratio is not None:
            said |= {"peer": self.peer.name.strip(), "ratio": round(self.ratio, 3), "of": self.of}
        if self.target is not None and self.is_met is not None:
            said |= {"target": self.target, "met": self.is_met, "of": self.of}
        return said

    def line(self) -> str:
        """As one line of the table."""
        numbers = " ".join(f"{_shown(self.value(of)):>9}" for of in _COLUMNS)
        return f"{self.name:<{WIDTH}} {numbers}  {self.unit:<5} {len(self.samples):>7}  {self.judged()}".rstrip()

    def judged(self) -> str:
        """Ratio and target in words: `2.71 × bare loop (≤ 3, met)`; empty where nothing is compared."""
        parts = []
        if self.peer and self.ratio is not None:
            parts.append(f"{'' if self.of == 'median' else self.of + ' '}{self.ratio:.2f} × {self.peer.name.strip()}")
        elif self.target is not None:
            parts.append(f"{self.of} {_shown(self.value())}")
        if self.target is not None:
            parts.append(f"({'≥' if self.at_least else '≤'} {self.target:g}, {'met' if self.is_met else 'MISSED'})")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Note:
    """What belongs to figures and is no number: how a file was opened, what it holds."""

    words: str

    def line(self) -> str:
        """As a line between those of the table."""
        return f"  · {self.words}"


Said = Figure | Note
"""What a bench says, line by line."""
_COLUMNS: tuple[Of, ...] = ("median", "min", "p95", "max")
HEAD = f"{'':<{WIDTH}} " + " ".join(f"{of:>9}" for of in _COLUMNS) + f"  {'unit':<5} {'samples':>7}  beside (target)"


def _shown(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3f}".rstrip("0").rstrip(".")


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least this share of all samples does not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def timed(
    name: str, times: int, act: Callable[[int], object], target: float | None = None, of: Of = "median"
) -> Figure:
    """Runs an act so often (once more before, unmeasured) and keeps how many milliseconds each took."""
    act(0)
    return Figure(name, tuple(ms_of(act, i) for i in range(1, times + 1)), target=target, of=of)


def in_turns(
    name: str, peer: str, times: int, ours: Callable[[int], object], theirs: Callable[[int], object], target: float
) -> tuple[Figure, Figure]:
    """Ours and a peer's in turns, so often (once more before, unmeasured); the peer's figure and ours beside it."""
    ours(0)
    theirs(0)
    pairs = [(ms_of(ours, i), ms_of(theirs, i)) for i in range(1, times + 1)]
    beside = Figure(peer, tuple(pair[1] for pair in pairs))
    return beside, Figure(name, tuple(pair[0] for pair in pairs), peer=beside, target=target)


def ms_of(act: Callable[[int], object], i: int) -> float:
    """How many milliseconds the i-th act took."""
    begin = time.perf_counter()
    act(i)
    return (time.perf_counter() - begin) * 1000
