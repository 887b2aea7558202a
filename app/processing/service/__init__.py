"""Decisions of processing: holds, release, reservation, cancelling, what happens after a short."""

from app.processing.queries import why_stuck
from app.processing.service.holds import check_order, place_hold, release_hold
from app.processing.service.release import (
    ReleaseResult,
    cancel_order,
    release_order,
    release_ready_orders,
    waiting_orders,
)
from app.processing.service.shorts import reallocate_short

__all__ = [
    "ReleaseResult", "cancel_order", "check_order", "place_hold", "reallocate_short", "release_hold", "release_order",
    "release_ready_orders", "waiting_orders", "why_stuck",
]  # fmt: skip
