"""Decisions that cross the stages: who works here, which stations there are, and what central says of an order."""

from app.floor.service.aside import answer_aside, answer_aside_act
from app.floor.service.orders import (
    answer_cancel,
    answer_find,
    answer_hold,
    answer_release,
    answer_resend,
    answer_story,
    answer_stuck,
    order_recalled,
)

CONSEQUENCES = {"OrderRecalled": order_recalled}
"""What follows at central from a fact, by its kind."""
ANSWERS = {
    "story": answer_story,
    "stuck": answer_stuck,
    "find-order": answer_find,
    "hold-order": answer_hold,
    "release-order": answer_release,
    "cancel-order": answer_cancel,
    "resend-mail": answer_resend,
    "aside": answer_aside,
    "aside-act": answer_aside_act,
}
"""Which ask is answered by which function."""
