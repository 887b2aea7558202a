"""What is in the hand between the place it was taken from and the place it goes to; for putting away and moving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.facts import Fact
from app.inventory.facts import BinPassed, Moved, SourceProved, StatusChanged, Taken
from app.inventory.queries.places import Pile


@dataclass(frozen=True, slots=True)
class InHand:
    """Units of one pile in the hand. `counted` of them were scanned or said; fewer than `units`: one scan for all."""

    sku_id: bytes
    lot: str
    status: str
    units: int
    counted: int
    case: int = 1
    toward_id: bytes = b""

    @property
    def key(self) -> tuple[bytes, str, str]:
        return self.sku_id, self.lot, self.status


@dataclass(frozen=True, slots=True)
class HandState:
    """A source and what was taken out of it.

    `hands` are the piles in the hand (putting away has one at a time), `passed` the bins that were passed by, `put` the
    units that have a place already, `last_place_id` where the last of them went.
    """

    source_id: bytes = b""
    from_tote: bool = False
    hands: tuple[InHand, ...] = ()
    passed: frozenset[tuple[bytes, str, bytes]] = frozenset()
    put: int = 0
    last_place_id: bytes = b""

    @property
    def hand(self) -> InHand | None:
        """The pile that was taken last."""
        return self.hands[-1] if self.hands else None


def after_fact(state: HandState, fact: Fact) -> HandState:
    """The state after one more fact; facts of others leave it as it is."""
    match fact:
        case SourceProved():
            return HandState(fact.place_id, bool(fact.tote), put=0)
        case Taken():
            return _taken(state, fact)
        case StatusChanged():
            hands = tuple(
                replace(h, status=fact.to_status) if h.key == (fact.sku_id, fact.lot, fact.status) else h
                for h in state.hands
            )
            return replace(state, hands=hands)
        case BinPassed():
            return replace(state, passed=state.passed | {(fact.sku_id, fact.lot, fact.place_id)})
        case Moved():
            hands = tuple(h for h in state.hands if h.key != (fact.sku_id, fact.lot, fact.status))
            return replace(state, hands=hands, put=state.put + fact.quantity, last_place_id=fact.to_place_id)
        case _:
            return state


def _taken(state: HandState, fact: Taken) -> HandState:
    key = (fact.sku_id, fact.lot, fact.status)
    before = next((h for h in state.hands if h.key == key), InHand(*key, 0, 0))
    now = InHand(*key, before.units + fact.units, before.counted + fact.counted, fact.case, fact.toward_place_id)
    rest = tuple(h for h in state.hands if h.key != key)
    return replace(state, hands=(*rest, now) if now.units > 0 else rest)


def pile_of(hand: InHand, lying: Sequence[Pile]) -> Pile:
    """The pile out of which these units are; an empty one when the book does not know it any more."""
    return next((p for p in lying if p.key == hand.key), Pile(*hand.key, 0, 0, ""))
