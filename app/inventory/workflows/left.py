"""Stock work that was left in the middle, for the list of what is open at this station."""

from __future__ import annotations

from datetime import timedelta

from app.inventory.queries import left
from app.text import NOTHING, say, verbatim
from app.workflow import Desk, LeftOpen, Opening

A_SHIFT = timedelta(hours=12)
"""Counts and goods in the hand that nobody went on with for so long are begun anew: the book never heard of them."""


def deliveries(kind: str, desk: Desk) -> tuple[LeftOpen, ...]:
    """Deliveries that are being received here."""
    return tuple(
        LeftOpen(
            Opening(kind, one.task_id), "truck", say("Receive delivery {number}", number=one.name), one.since,
            verbatim(one.supplier) if one.supplier else NOTHING, one.code,
        )
        for one in desk.read(left.deliveries_left)
    )  # fmt: skip


def counts(kind: str, desk: Desk) -> tuple[LeftOpen, ...]:
    """Bins of which a part was counted."""
    return tuple(
        LeftOpen(Opening(kind, one.task_id), "clipboard-list", say("Count {name}", name=one.name), one.since)
        for one in desk.read(left.counts_left, desk.clock.now() - A_SHIFT)
    )


def hands(kind: str, desk: Desk, *, from_dock: bool) -> tuple[LeftOpen, ...]:
    """Goods in the hand: those that were to be put away, or those that were to be moved."""
    return tuple(
        LeftOpen(
            Opening(kind, one.task_id), "forklift" if from_dock else "arrow-left-right",
            say("Put away out of {name}", name=one.name) if from_dock else say("Move out of {name}", name=one.name),
            one.since, say("It is in the hand"),
        )
        for one in desk.read(left.hands_left, desk.clock.now() - A_SHIFT)
        if one.from_dock is from_dock
    )  # fmt: skip
