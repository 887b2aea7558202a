"""Pick work that is taken back: with its promises, and without a word to whoever has begun it already."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.inventory.service import release_reservation
from app.models import OrderLine, PickLine, Work


def withdraw_unstarted(session: Session, *, order_id: bytes) -> int:
    """Takes back the pick work that no hand has begun, claimed or not, with its lines and promises; how many pieces.

    A station that starts it all the same (it was offline) does so under an old fence: its facts are kept, and close
    nothing.
    """
    taken = _cancel(session, order_id, Work.started.is_(False), fence=1)
    for work_id in taken:
        rows = session.scalars(select(PickLine).where(PickLine.work_id == work_id)).all()
        for row in rows:
            left = row.quantity - row.picked - row.short
            release_reservation(
                session, line_id=row.order_line_id, place_id=row.place_id, lot=row.lot, quantity=max(left, 0)
            )
            session.execute(delete(PickLine).where(PickLine.id == row.id))
            session.expunge(row)
            changed(session, PickLine, row.id)
    session.flush()
    return len(taken)


def stop_work(session: Session, *, order_id: bytes) -> int:
    """Ends all open pick work of an order and every promise of it; returns how many pieces somebody had begun.

    The lines of work on a walk stay: they say where the units in the tote came from. Its fence stays too, so what the
    walk records until it hears of this is told of those lines.
    """
    withdraw_unstarted(session, order_id=order_id)
    begun = _cancel(session, order_id, Work.started.is_(True), fence=0)
    for line_id in session.scalars(select(OrderLine.id).where(OrderLine.order_id == order_id)).all():
        release_reservation(session, line_id=line_id)
    return len(begun)


def _cancel(session: Session, order_id: bytes, which: ColumnElement[bool], *, fence: int) -> Sequence[bytes]:
    taken = session.scalars(
        update(Work)
        .where(Work.order_id == order_id, Work.kind == "pick", Work.state.in_(("ready", "leased")), which)
        .values(state="cancelled", fence=Work.fence + fence)
        .execution_options(synchronize_session=False)
        .returning(Work.id)
    ).all()
    for work_id in taken:
        changed(session, Work, work_id)
    return taken
