"""Decisions of returns: announced, compared with what left, paid back or replaced, told to the office."""

from app.returns.service.announce import Announced, announce_return, import_returns
from app.returns.service.answers import ANSWERS
from app.returns.service.dispositions import import_dispositions
from app.returns.service.follow import CONSEQUENCES
from app.returns.service.idle import DUTIES
from app.returns.service.refunds import decide_refund, hand_over, settle_refunds
from app.returns.service.replacement import make_replacement

__all__ = [
    "ANSWERS", "CONSEQUENCES", "DUTIES", "Announced", "announce_return", "decide_refund", "hand_over",
    "import_dispositions", "import_returns", "make_replacement", "settle_refunds",
]  # fmt: skip
