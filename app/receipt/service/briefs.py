"""What every station knows of every open order: number, state, lines; no names, no addresses, no money."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import changed
from app.models import BriefLine, Order, OrderBrief, OrderLine

OVER = ("shipped", "cancelled")


def write_brief(session: Session, order_id: bytes) -> None:
    """Makes an order's brief as the order is now; an order that is over keeps its number and state, not its lines.

    An order that was over when it came is not told at all. Rows that are right already are not touched.
    """
    session.flush()
    order = session.get_one(Order, order_id)
    brief = session.get(OrderBrief, order_id)
    over = order.state in OVER
    if brief is None and over:
        return
    values = {
        "number": order.number,
        "state": order.state,
        "ship_by": order.ship_by,
        "gift": order.gift,
        "priority": order.priority,
    }
    if brief is None:
        session.add(OrderBrief(order_id=order_id, station="", **values))
        changed(session, OrderBrief, order_id)
    elif any(getattr(brief, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(brief, name, value)
        changed(session, OrderBrief, order_id)
    _write_lines(session, order_id, over)
    session.flush()


def _write_lines(session: Session, order_id: bytes, over: bool) -> None:
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order_id)).all()
    wanted = {
        line.id: (line.sku_id, line.position, line.quantity - line.cancelled, line.short)
        for line in lines
        if line.ships and line.sku_id is not None and line.quantity > line.cancelled and not over
    }
    known = {b.line_id: b for b in session.scalars(select(BriefLine).where(BriefLine.order_id == order_id))}
    for line_id in known.keys() - wanted.keys():
        session.execute(delete(BriefLine).where(BriefLine.line_id == line_id))
        session.expunge(known[line_id])
        changed(session, BriefLine, line_id)
    for line_id, (sku_id, position, quantity, short) in wanted.items():
        row = known.get(line_id)
        if row is None:
            row = BriefLine(line_id=line_id, order_id=order_id, sku_id=sku_id, position=position, quantity=quantity)
            row.short = short
            session.add(row)
            changed(session, BriefLine, line_id)
        elif (row.sku_id, row.position, row.quantity, row.short) != (sku_id, position, quantity, short):
            row.sku_id, row.position, row.quantity, row.short = sku_id, position, quantity, short
            changed(session, BriefLine, line_id)


def set_state(session: Session, order_id: bytes, state: str) -> bool:
    """Moves an order to a state and tells the stations; False when it was in it already."""
    order = session.get_one(Order, order_id)
    if order.state == state:
        return False
    order.state = state
    write_brief(session, order_id)
    return True
