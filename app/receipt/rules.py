"""Pure rules of receipt."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from app.barcodes import own_code
from app.channels.base import ImportedLine, ImportedOrder

URGENT, NORMAL = 20, 50
_URGENT_WORDS = ("express", "overnight", "next day", "next-day", "same day", "same-day", "priority", "eilig")


def priority(service: str) -> int:
    """How urgent an order of this service is; the smaller, the earlier."""
    return URGENT if any(word in service.casefold() for word in _URGENT_WORDS) else NORMAL


def order_code(number: str) -> str:
    """The code on an order's slip: O, the letters and digits of its number, check character; "" when it has none."""
    body = "".join(c for c in number.upper() if c.isascii() and c.isalnum())
    return own_code("O" + body) if body else ""


def first_state(order: ImportedOrder) -> str:
    """The state in which an order stands by what the shop says of it."""
    if order.all_fulfilled:
        return "shipped"
    return "cancelled" if order.cancelled else "received"


def named_apart(lines: tuple[ImportedLine, ...]) -> tuple[ImportedLine, ...]:
    """Lines of which no two have one id: some shops repeat them after an edit."""
    seen: Counter[str] = Counter()
    apart = []
    for line in lines:
        seen[line.external_id] += 1
        again = seen[line.external_id]
        apart.append(line if again == 1 else replace(line, external_id=f"{line.external_id}~{again}"))
    return tuple(apart)


def subtotal(lines: tuple[ImportedLine, ...]) -> Decimal | None:
    """The sum of the lines before discounts, None when no line has a price."""
    priced = [line.quantity * line.unit_price for line in lines if line.unit_price is not None]
    return sum(priced, Decimal(0)) if priced else None
