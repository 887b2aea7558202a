"""Decisions of receipt: taking orders in, and what stations are told of them."""

from app.receipt.service.briefs import set_state, write_brief
from app.receipt.service.changes import accept_version
from app.receipt.service.orders import import_orders
from app.receipt.service.products import newly_known_orders, resolve_lines, resolve_orders

__all__ = [
    "accept_version", "import_orders", "newly_known_orders", "resolve_lines", "resolve_orders", "set_state",
    "write_brief",
]  # fmt: skip
