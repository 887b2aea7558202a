"""What the facts of one counting task add up to: pure, so that pulling the plug loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.facts import Fact
from app.inventory.facts import Counted, CountNoted, CountStarted, ItemPending, PendingLeft
from app.inventory.rules.counting import Spot


@dataclass(frozen=True, slots=True)
class CountState:
    """One bin after the other. `noted` is what was seen in this one, `last` the item that was scanned last.

    `run` units of it were scanned in a row. `finished` counts the bins that are done. What is no fact does not count
    when states compare: `empty` after the first DONE of a bin in which nothing was seen, `typed` on the keys.
    """

    count_id: bytes = b""
    place_id: bytes = b""
    sku_id: bytes = b""
    noted: Mapping[Spot, int] = field(default_factory=dict)
    last: Spot | None = None
    run: int = 0
    case: int = 1
    lots: Mapping[bytes, str] = field(default_factory=dict)
    serials: frozenset[tuple[bytes, str]] = frozenset()
    pending: ItemPending | None = None
    finished: int = 0
    empty: bool = field(default=False, compare=False)
    typed: str = field(default="", compare=False)

    @property
    def units(self) -> int:
        """All that was seen here."""
        return sum(self.noted.values())


def after_fact(state: CountState, fact: Fact) -> CountState:
    """The state after one more fact; facts that say nothing about a count leave it as it is."""
    state = replace(state, empty=False, typed="")
    match fact:
        case CountStarted():
            return CountState(fact.count_id, fact.place_id, fact.sku_id, finished=state.finished)
        case CountNoted():
            return _noted(state, fact)
        case ItemPending():
            return replace(state, pending=fact)
        case PendingLeft():
            return replace(state, pending=None)
        case Counted():
            return CountState(finished=state.finished + 1)
        case _:
            return state


def _noted(state: CountState, fact: CountNoted) -> CountState:
    spot = (fact.sku_id, fact.lot, fact.status)
    noted = {**state.noted, spot: state.noted.get(spot, 0) + fact.units}
    goes_on = state.last == spot and state.case == fact.case
    return replace(
        state,
        noted={s: n for s, n in noted.items() if n},
        last=spot,
        run=state.run + fact.units if goes_on else fact.units,
        case=fact.case,
        lots={**state.lots, fact.sku_id: fact.lot} if fact.lot else state.lots,
        serials=state.serials | {(fact.sku_id, fact.serial)} if fact.serial else state.serials,
        pending=None,
    )
