"""Decisions of processing: holds, release, reservation, changing, cancelling, what happens after a short."""

from app.processing.queries import why_stuck
from app.processing.service.cancel import cancel_order, note_put_back, settle_put_back
from app.processing.service.change import Change, Changed, agree, change_order
from app.processing.service.duties import DUTIES
from app.processing.service.entry import answer_customers, answer_enter, answer_price
from app.processing.service.holds import check_order, is_held, place_hold, release_hold
from app.processing.service.release import (
    ReleaseResult,
    release_order,
    release_ready_orders,
    waiting_orders,
)
from app.processing.service.replan import Replanned, replan_order, replan_short
from app.processing.service.rest import replan_lost, settle_rest
from app.processing.service.shorts import reallocate_short
from app.processing.service.standing import come_back, standing

__all__ = [
    "ANSWERS", "DUTIES", "Change", "Changed", "ReleaseResult", "Replanned", "agree", "cancel_order", "change_order",
    "check_order", "come_back", "is_held", "note_put_back", "place_hold", "reallocate_short", "release_hold",
    "release_order", "release_ready_orders", "replan_lost", "replan_order", "replan_short", "settle_put_back",
    "settle_rest", "standing", "waiting_orders", "why_stuck",
]  # fmt: skip
ANSWERS = {"customers": answer_customers, "price": answer_price, "enter_order": answer_enter}
"""Which ask is answered by which function."""
