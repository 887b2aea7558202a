"""What breaks. Each kind is a function that makes it break and says whether that changed anything.

A fault counts only where a row or a mark is another one than it would be without it: the first sentence after "Counts
when" in its docstring is the criterion, and the code asks the databases for exactly that. Some are seen at once, others
hours later: those give a function to `World.later` and count then (`World.count`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.world import World

Strike = Callable[["World"], bool | None]
"""Makes it break: True when it changed something, False when not, None when that shows later."""


@dataclass(frozen=True)
class Fault:
    """A kind of fault: its name, its row in the table of failure modes, how often it strikes beside others."""

    name: str
    mode: str
    weight: float
    strike: Strike

    @property
    def counts_when(self) -> str:
        words = " ".join((self.strike.__doc__ or "").split())
        return words.partition("Counts when ")[2].partition(".")[0]


FAULTS: dict[str, Fault] = {}


def fault(mode: str, weight: float = 1.0) -> Callable[[Strike], Strike]:
    """Enters a kind of fault under the name of its function."""

    def enter(strike: Strike) -> Strike:
        name = strike.__name__.replace("_", " ")
        FAULTS[name] = Fault(name, mode, weight, strike)
        return strike

    return enter


def all_faults() -> dict[str, Fault]:
    """Every kind there is."""
    from tests.simulation.faults import floor, lines, servers, stations  # each enters its own

    del floor, lines, servers, stations
    return FAULTS
