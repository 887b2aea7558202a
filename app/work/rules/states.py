"""States and payments in words, as they stand within a sentence ("Order 10482 is shipped")."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.text import Text, say, verbatim

_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "received": say("received"), "held": say("held"), "released": say("released"),
        "picking": say("being picked"), "picked": say("picked"), "packing": say("being packed"),
        "packed": say("packed"), "shipped": say("shipped"), "cancelled": say("cancelled"),
        "unpaid": say("unpaid"), "part_paid": say("paid in part"), "refunded": say("refunded"), "void": say("void"),
        "unclear_refund": say("the refund names no line"),
        "pending": say("to be handed over"), "denied": say("denied"), "handed_over": say("handed over"),
        "none": say("nothing to pay"), "intent": say("waiting to be sent"), "sent": say("on its way"),
        "confirmed": say("sent"), "refused": say("refused"), "unknown": say("without an answer"),
        "dropped": say("dropped"),
    }
)  # fmt: skip


def state_words(state: str) -> Text:
    """The word for a state of an order, its payment, a refund or a mail; one that nobody knows stands as it is."""
    return _WORDS.get(state) or verbatim(state)
