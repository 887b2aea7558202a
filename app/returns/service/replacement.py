"""The same goods again instead of money: an order of its own that goes the normal way and costs nothing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import documents
from app.channels.base import ImportedLine, ImportedOrder
from app.db import changed
from app.errors import Refused
from app.ids import stable_id
from app.models import Address, Incident, Order, OrderLine, ReturnCase, ReturnItem, Sku
from app.processing.service import cancel_order, release_order
from app.receipt.service import import_orders
from app.returns.rules.dispositions import WRONG_ITEM
from app.text import say
from app.work.queries import setting
from app.work.service.timeline import add_entry

CHANNEL = "replacement"


def make_replacement(session: Session, *, return_id: bytes, now: datetime) -> bytes | None:
    """The order that replaces what came back with a return; None when nothing did, or nobody wants it.

    Its identity is (replacement, number of the return): doing it twice makes one order. What was graded as a wrong item
    is not replaced by itself. Afterwards it is checked and released like any order.
    """
    case = session.get(ReturnCase, return_id, populate_existing=True)
    if case is None or case.wish != "replacement" or case.order_id is None:
        return None
    if case.replacement_id is not None:
        return case.replacement_id
    original, lines = session.get(Order, case.order_id), _lines(session, return_id)
    if original is None or not lines:
        return None
    order = _order(session, original, case.number, lines)
    result = import_orders(session, [order], source=f"return {case.number}", now=now)
    order_id = stable_id("order", CHANNEL, case.number)
    if result.errors:
        _tell(session, case, "; ".join(str(e) for e in result.errors)[:500], now)
        return None
    session.execute(update(Order).where(Order.id == order_id).values(customer_id=original.customer_id))
    session.execute(update(ReturnCase).where(ReturnCase.id == return_id).values(replacement_id=order_id))
    changed(session, ReturnCase, return_id)
    session.expire_all()
    made = say("Replacement order {number} made for return {back}", number=order.number, back=case.number)
    add_entry(session, order_id=original.id, at=now, kind="ReplacementMade", words=made)
    replaces = say("Replaces what came back of order {number}", number=original.number)
    add_entry(session, order_id=order_id, at=now, kind="ReplacementMade", words=replaces)
    if setting(session, "release_on_import", "yes") != "no":
        release_order(session, order_id=order_id, now=now)
    return order_id


def _lines(session: Session, return_id: bytes) -> tuple[ImportedLine, ...]:
    rows = session.execute(
        select(ReturnItem.order_line_id, Sku.sku, Sku.name, func.sum(ReturnItem.quantity))
        .join(Sku, Sku.id == ReturnItem.sku_id)
        .join(OrderLine, OrderLine.id == ReturnItem.order_line_id)
        .where(ReturnItem.return_id == return_id, ReturnItem.quantity > 0, ReturnItem.grade != WRONG_ITEM)
        .group_by(ReturnItem.order_line_id, Sku.sku, Sku.name, OrderLine.position)
        .order_by(OrderLine.position)
    ).all()
    return tuple(
        ImportedLine(str(n), sku, name, units, unit_price=Decimal(0)) for n, (_, sku, name, units) in enumerate(rows, 1)
    )


def _order(session: Session, original: Order, number: str, lines: tuple[ImportedLine, ...]) -> ImportedOrder:
    before = session.scalar(
        select(func.count())
        .select_from(ReturnCase)
        .where(ReturnCase.order_id == original.id, ReturnCase.replacement_id.is_not(None))
    )
    return ImportedOrder(
        channel=CHANNEL,
        external_id=number,
        number=f"{original.number}-R{(before or 0) + 1}",
        currency=original.currency,
        lines=lines,
        ship_to=_address(session, original.ship_to_id),
        bill_to=_address(session, original.bill_to_id),
        total=Decimal(0),
        service=original.service,
        shop=original.shop,
        hide_prices=True,
        note=f"Replacement for order {original.number}, return {number}",
    )


def _address(session: Session, address_id: bytes | None) -> documents.Address | None:
    row = session.get(Address, address_id) if address_id else None
    if row is None:
        return None
    names = "name company line1 line2 city region postcode country phone email".split()
    return documents.Address(**{name: getattr(row, name) for name in names})


def take_replacement_back(session: Session, *, return_id: bytes, now: datetime) -> None:
    """The return was opened again: its replacement is cancelled while it can be, else a person is told."""
    case = session.get(ReturnCase, return_id, populate_existing=True)
    if case is None or case.replacement_id is None:
        return
    try:
        cancel_order(session, order_id=case.replacement_id, now=now, by="returns", why=f"return {case.number} reopened")
    except Refused as refusal:
        _tell(session, case, f"its replacement goes on: {refusal.problem.what}", now)


def _tell(session: Session, case: ReturnCase, detail: str, now: datetime) -> None:
    incident = stable_id("incident", "replacement", case.id.hex(), detail)
    if session.get(Incident, incident) is None:
        session.add(
            Incident(
                id=incident, kind="replacement", order_id=case.order_id, subject=case.id,
                detail=f"return {case.number}: {detail}", opened_at=now,
            )
        )  # fmt: skip
        session.flush()
