"""Decisions of receipt: taking orders in, and what stations are told of them."""

from app.receipt.service.briefs import set_state, write_brief
from app.receipt.service.orders import import_orders
from app.receipt.service.products import resolve_lines

__all__ = ["import_orders", "resolve_lines", "set_state", "write_brief"]
