"""What the facts of one receiving task add up to: pure, so that pulling the plug loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.facts import Fact
from app.inventory.facts import (
    GOOD,
    ItemPending,
    Moved,
    OverReceived,
    PendingLeft,
    ReceiptClosed,
    ReceiptOpened,
    Received,
    StatusChanged,
    TargetChosen,
)

Heap = Mapping[tuple[bytes, str, str], int]
"""Units by SKU, lot and status."""


@dataclass(frozen=True, slots=True)
class Run:
    """Units that were scanned one after the other: one SKU and lot, into one place. `case` is the last code's pack."""

    sku_id: bytes
    line_id: bytes
    lot: str
    expires_on: str
    place_id: bytes
    status: str
    units: int
    case: int = 1

    def goes_on(self, other: Run) -> bool:
        """Whether the other one is of the same code, lot and place."""
        return replace(self, units=0) == replace(other, units=0)


@dataclass(frozen=True, slots=True)
class ReceiveState:
    """One delivery at one dock. `tote_id` is where units go, empty for the dock itself.

    `loose` are the units on the dock since the place was chosen: the next tote takes them. `lots` are those that were
    read or typed last, by SKU. `pending` waits for one more word. What is no fact does not count when states compare:
    `closing` after the first DONE of a delivery that is not complete, `typed` on the keys of the screen.
    """

    receipt_id: bytes = b""
    number: str = ""
    dock_id: bytes = b""
    tote_id: bytes = b""
    run: Run | None = None
    loose: Heap = field(default_factory=dict)
    lots: Mapping[bytes, tuple[str, str]] = field(default_factory=dict)
    serials: frozenset[tuple[bytes, str]] = frozenset()
    approved: frozenset[bytes] = frozenset()
    pending: ItemPending | None = None
    damaged: Run | None = None
    closed: bool = False
    closing: bool = field(default=False, compare=False)
    typed: str = field(default="", compare=False)

    @property
    def place_id(self) -> bytes:
        """Where the next unit goes."""
        return self.tote_id or self.dock_id


def after_fact(state: ReceiveState, fact: Fact) -> ReceiveState:
    """The state after one more fact; facts that say nothing about a delivery leave it as it is."""
    state = replace(state, closing=False, typed="")
    match fact:
        case ReceiptOpened():
            return replace(state, receipt_id=fact.receipt_id, number=fact.number, dock_id=fact.place_id)
        case TargetChosen():
            return replace(state, dock_id=fact.place_id, tote_id=fact.tote_id, loose={}, run=None)
        case Received():
            return _received(state, fact)
        case OverReceived():
            return replace(state, approved=state.approved | {fact.line_id})
        case ItemPending():
            return replace(state, pending=fact)
        case PendingLeft():
            return replace(state, pending=None)
        case StatusChanged():
            return _broken(state, fact)
        case Moved() if fact.status != GOOD:
            key = (fact.sku_id, fact.lot, fact.status)
            return replace(state, damaged=None, loose=_more(state.loose, key, -fact.quantity))
        case ReceiptClosed():
            return replace(state, closed=True)
        case _:
            return state


def _received(state: ReceiveState, fact: Received) -> ReceiveState:
    run = Run(
        fact.sku_id, fact.line_id, fact.lot, fact.expires_on, fact.place_id, fact.status, fact.quantity, fact.case
    )
    if state.run is not None and state.run.goes_on(run):
        run = replace(run, units=state.run.units + run.units)
    lots = {**state.lots, fact.sku_id: (fact.lot, fact.expires_on)} if fact.lot else state.lots
    serials = state.serials | {(fact.sku_id, fact.serial)} if fact.serial else state.serials
    loose = state.loose
    if fact.place_id == state.dock_id:
        loose = _more(loose, (fact.sku_id, fact.lot, fact.status), fact.quantity)
    return replace(state, run=run, lots=lots, serials=serials, loose=loose, pending=None, damaged=None)


def _broken(state: ReceiveState, fact: StatusChanged) -> ReceiveState:
    """Units of the run turned out to be broken: they are no longer of it."""
    run = state.run
    if run is None:
        return state
    loose = state.loose
    if run.place_id == state.dock_id:
        loose = _more(loose, (fact.sku_id, fact.lot, fact.status), -fact.quantity)
        loose = _more(loose, (fact.sku_id, fact.lot, fact.to_status), fact.quantity)
    held = state.damaged.units if state.damaged else 0
    damaged = replace(run, status=fact.to_status, units=held + fact.quantity)
    return replace(state, run=replace(run, units=run.units - fact.quantity), loose=loose, damaged=damaged)


def _more(loose: Heap, key: tuple[bytes, str, str], units: int) -> Heap:
    whole = {**loose, key: loose.get(key, 0) + units}
    return {k: n for k, n in whole.items() if n}
