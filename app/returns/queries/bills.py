"""An order as it was billed, and what of it was paid back: central only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models import Order, OrderLine, Refund, ReturnCase, ReturnItem, ReturnLine, Sku
from app.returns.rules.money import Bill, BillLine

ACTIVE = ("pending", "held", "handed_over", "none")
"""States in which a refund counts: what was taken back or denied does not."""


@dataclass(frozen=True, slots=True)
class RefundRow:
    """A refund as the office reads it; names instead of ids. `sku` is empty for the shipping."""

    id: bytes
    return_number: str
    order_number: str
    channel: str
    external_id: str
    sku: str
    quantity: int
    goods: Decimal
    discount: Decimal
    tax: Decimal
    fee: Decimal
    shipping: Decimal
    amount: Decimal
    currency: str
    grade: int
    reason: str
    state: str
    note: str
    computed_at: datetime
    handed_at: datetime | None
    batch: str


def bill_of(session: Session, order_id: bytes) -> Bill:
    """The order with its lines, as the shop gave them. KeyError without such an order."""
    order = session.get(Order, order_id)
    if order is None:
        raise KeyError(f"no order {order_id.hex()}")
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position))
    return Bill(
        order.currency, order.tax_included,
        tuple(BillLine(r.id, r.quantity, r.unit_price, r.discount, r.tax) for r in lines),
        order.discount, order.shipping, order.tax, order.total, order.payment,
    )  # fmt: skip


def refunds(session: Session, *, state: str = "", again: str = "") -> tuple[RefundRow, ...]:
    """Refunds of a state (or all), the oldest first; `again` names a list or a refund (its id or the beginning)."""
    wanted = (
        select(Refund, ReturnCase.number, Order.number, Order.channel, Order.external_id, Sku.sku, ReturnItem.grade,
               ReturnLine.reason)
        .join(ReturnCase, ReturnCase.id == Refund.return_id)
        .join(Order, Order.id == Refund.order_id)
        .outerjoin(ReturnItem, ReturnItem.id == Refund.return_item_id)
        .outerjoin(Sku, Sku.id == ReturnItem.sku_id)
        .outerjoin(ReturnLine, (ReturnLine.return_id == Refund.return_id)
                   & (ReturnLine.order_line_id == Refund.order_line_id))
        .order_by(Refund.computed_at, Refund.id)
    )  # fmt: skip
    if state:
        wanted = wanted.where(Refund.state == state)
    if again:
        wanted = wanted.where(or_(Refund.batch == again, Refund.id.in_(_named(session, again))))
    found: dict[bytes, RefundRow] = {}
    for row, number, order_number, channel, external_id, sku, grade, reason in session.execute(wanted):
        found.setdefault(
            row.id,
            RefundRow(
                row.id, number, order_number, channel, external_id, sku or "", row.quantity, row.goods, row.discount,
                row.tax, row.fee, row.shipping, row.amount, row.currency, grade or 0, reason or "", row.state,
                row.note, row.computed_at, row.handed_at, row.batch,
            ),
        )  # fmt: skip
    return tuple(found.values())


def _named(session: Session, word: str) -> list[bytes]:
    """Refunds whose id begins so: eight digits at the least."""
    beginning = word.strip().lower()
    if len(beginning) < 8 or any(c not in "0123456789abcdef" for c in beginning):
        return []
    return [found for found in session.scalars(select(Refund.id)) if found.hex().startswith(beginning)]


def refund_ids(session: Session, word: str) -> tuple[bytes, ...]:
    """The refunds that a person means by an id or its beginning."""
    return tuple(_named(session, word))
