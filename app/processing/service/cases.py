"""Many orders as the rules see them, read with a few statements for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import documents
from app.models import Address, Hold, Order, OrderLine
from app.processing.rules import LineFacts, OrderFacts

AT_ONCE = 500
"""Orders that are read, judged and written together."""
_ADDRESS = ("name", "company", "line1", "line2", "city", "region", "postcode", "country", "phone", "email")


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """A hold of an order, open or not."""

    hold_id: bytes
    kind: str
    field: str
    detail: str
    is_open: bool
    by_system: bool
    """Whether the check itself ended it, not a person."""


@dataclass(frozen=True, slots=True)
class Case:
    """An order with what decides about it; `wanted` is (line, SKU, units) of what is to be promised."""

    order_id: bytes
    number: str
    state: str
    priority: int
    facts: OrderFacts
    wanted: tuple[tuple[bytes, bytes, int], ...]
    holds: tuple[HoldFacts, ...]


def cases(session: Session, order_ids: Sequence[bytes], system: str) -> dict[bytes, Case]:
    """The orders in the order given; `system` is the name under which the check ends holds."""
    lines = _lines(session, order_ids)
    holds = _holds(session, order_ids, system)
    columns = [getattr(Address, name).label(f"to_{name}") for name in _ADDRESS]
    rows = session.execute(
        select(
            Order.id, Order.number, Order.state, Order.priority, Order.payment, Order.tax_included, Order.discount,
            Order.shipping, Order.tax, Order.total, Address.id.label("address_id"), *columns,
        )
        .outerjoin(Address, Address.id == Order.ship_to_id)
        .where(Order.id.in_(order_ids))
    )  # fmt: skip
    found: dict[bytes, Case] = {}
    for row in rows:
        to = None if row.address_id is None else documents.Address(*(str(part) for part in row[-len(_ADDRESS) :]))
        of = lines.get(row.id, ())
        facts = OrderFacts(
            row.payment, to, tuple(line.facts for line in of), row.tax_included, row.discount, row.shipping,
            row.tax, row.total,
        )  # fmt: skip
        found[row.id] = Case(
            row.id, row.number, row.state, row.priority, facts, _wanted(of), tuple(holds.get(row.id, ()))
        )
    return {order_id: found[order_id] for order_id in order_ids if order_id in found}


@dataclass(frozen=True, slots=True)
class _Line:
    line_id: bytes
    sku_id: bytes | None
    units: int
    """What is to be promised."""
    facts: LineFacts


def _lines(session: Session, order_ids: Sequence[bytes]) -> dict[bytes, list[_Line]]:
    rows = session.execute(
        select(
            OrderLine.order_id, OrderLine.id, OrderLine.external_sku, OrderLine.sku_id, OrderLine.name, OrderLine.ships,
            OrderLine.quantity, OrderLine.cancelled, OrderLine.short, OrderLine.unit_price,
        )
        .where(OrderLine.order_id.in_(order_ids))
        .order_by(OrderLine.order_id, OrderLine.position)
    )  # fmt: skip
    found: dict[bytes, list[_Line]] = {}
    for order_id, line_id, sku, sku_id, name, ships, quantity, cancelled, short, price in rows:
        facts = LineFacts(sku, sku_id is not None, name, ships, quantity - cancelled, quantity, price)
        found.setdefault(order_id, []).append(_Line(line_id, sku_id, quantity - cancelled - short, facts))
    return found


def _wanted(lines: Sequence[_Line]) -> tuple[tuple[bytes, bytes, int], ...]:
    return tuple(
        (line.line_id, line.sku_id, line.units)
        for line in lines
        if line.facts.ships and line.sku_id is not None and line.units > 0
    )


def _holds(session: Session, order_ids: Sequence[bytes], system: str) -> dict[bytes, list[HoldFacts]]:
    rows = session.execute(
        select(Hold.order_id, Hold.id, Hold.kind, Hold.field, Hold.detail, Hold.released_at, Hold.released_by)
        .where(Hold.order_id.in_(order_ids))
        .order_by(Hold.placed_at, Hold.id)
    )
    found: dict[bytes, list[HoldFacts]] = {}
    for row in rows:
        is_open = row.released_at is None
        found.setdefault(row.order_id, []).append(
            HoldFacts(row.id, row.kind, row.field, row.detail, is_open, row.released_by == system)
        )
    return found
