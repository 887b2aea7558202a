"""Planning anew while hands are at work: pick work is made to agree with what the order wants now.

What nobody picked yet is taken off or added; what lies in a tote already is never moved by a plan: it goes back on the
put-back walk. Promises follow the open pick lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.ids import new_id
from app.inventory.queries import candidates
from app.inventory.service import Reserved, release_reservation, reserve_units
from app.models import Hold, Order, OrderLine, PickLine, Sku, Work
from app.processing.rules import Need
from app.processing.service.holds import place_need, release_needs
from app.processing.service.standing import OPEN_WORK
from app.receipt.service import set_state, write_brief
from app.text import count
from app.work.service.timeline import add_entry


@dataclass(frozen=True, slots=True)
class Replanned:
    """Units that became new pick work, that nobody picks any more, that lie in a tote too many, that are nowhere."""

    added: int = 0
    dropped: int = 0
    too_many: int = 0
    nowhere: int = 0


def replan_order(session: Session, *, order_id: bytes, now: datetime) -> Replanned:
    """Makes the pick work of an order agree with its lines as they are now; doing it twice changes nothing."""
    totals: Counter[str] = Counter()
    order = session.get_one(Order, order_id)
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position)).all()
    for line in lines:
        wanted = line.quantity - line.cancelled if line.ships and line.sku_id is not None else 0
        gap = wanted - line.short - _covered(session, line.id)
        if gap > 0:
            totals.update(_add(session, order, line, gap, now))
        elif gap < 0:
            totals.update(_take_off(session, line, -gap, now))
    _end_empty_work(session, order_id)
    write_brief(session, order_id)
    return Replanned(**totals)


def _covered(session: Session, line_id: bytes) -> int:
    """Units of a line that are planned or picked."""
    units = (
        select(func.coalesce(func.sum(PickLine.quantity - PickLine.short), 0))
        .join(Work, Work.id == PickLine.work_id)
        .where(PickLine.order_line_id == line_id, Work.state != "cancelled")
    )
    return session.scalar(units) or 0


# ---- more -----------------------------------------------------------------------------------------------------------


def _add(session: Session, order: Order, line: OrderLine, units: int, now: datetime) -> dict[str, int]:
    added = plan_units(session, order=order, line=line, units=units, now=now)
    nowhere = units - added
    if nowhere:
        line.short += nowhere
        sku = _sku(session, line)
        place_need(session, order.id, Need("short", sku, str(line.short)), now)
    return {"added": added, "nowhere": nowhere}


def plan_units(session: Session, *, order: Order, line: OrderLine, units: int, now: datetime) -> int:
    """Promises up to `units` of a line and makes them pick work: part of the work that is open, else new work."""
    assert line.sku_id is not None
    found = reserve_what_is_there(session, line_id=line.id, sku_id=line.sku_id, units=units, now=now)
    if not found:
        return 0
    add_pick_lines(session, _open_work(session, order), found)
    return sum(r.quantity for r in found)


def reserve_what_is_there(
    session: Session, *, line_id: bytes, sku_id: bytes, units: int, now: datetime, without: Sequence[bytes] = ()
) -> tuple[Reserved, ...]:
    """As many of these units as places hold, in one promise if they hold all."""
    today = now.date().isoformat()
    others = candidates(session, (sku_id,), without)[sku_id]
    there = min(units, sum(c.free for c in others if not (c.expires_on and c.expires_on < today)))
    while there > 0:
        found = reserve_units(session, line_id=line_id, sku_id=sku_id, quantity=there, now=now, without=without)
        if found:
            return found
        there -= 1  # somebody took units between the reading and the promise
    return ()


def _open_work(session: Session, order: Order) -> bytes:
    """The pick work of the order that is not done: the one on a walk first; a new one when there is none."""
    rows = select(Work.id).where(Work.order_id == order.id, Work.kind == "pick", Work.state.in_(OPEN_WORK))
    found = session.scalar(rows.order_by(Work.started.desc(), Work.id).limit(1))
    return found or new_work(session, order)


def new_work(session: Session, order: Order) -> bytes:
    """A piece of pick work that nobody holds yet."""
    work_id = new_id()
    session.add(Work(id=work_id, kind="pick", order_id=order.id, priority=order.priority, state="ready"))
    changed(session, Work, work_id)
    session.flush()
    return work_id


def add_pick_lines(session: Session, work_id: bytes, promised: Sequence[Reserved]) -> None:
    """Writes one pick line for each promise of a piece of work."""
    for r in promised:
        line_id = new_id()
        session.add(
            PickLine(
                id=line_id, work_id=work_id, order_line_id=r.line_id, sku_id=r.sku_id, place_id=r.place_id, lot=r.lot,
                quantity=r.quantity,
            )
        )  # fmt: skip
        changed(session, PickLine, line_id)
    session.flush()


# ---- less -----------------------------------------------------------------------------------------------------------


def _take_off(session: Session, line: OrderLine, units: int, now: datetime) -> dict[str, int]:
    """First what is nowhere, then what nobody picked yet; what is left lies in a tote."""
    nowhere = min(line.short, units)
    if nowhere:
        lower_short(session, line, nowhere, now)
    left = units - nowhere
    rows = session.scalars(
        select(PickLine)
        .join(Work, Work.id == PickLine.work_id)
        .where(PickLine.order_line_id == line.id, Work.state.in_(OPEN_WORK))
        .order_by(PickLine.id.desc())
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        left -= shrink(session, row, left)
    return {"dropped": units - left, "too_many": left}


def lower_short(session: Session, line: OrderLine, units: int, now: datetime) -> None:
    """So many units are no longer missing; the hold of an order that misses nothing more ends."""
    line.short -= units
    session.flush()
    write_brief(session, line.order_id)
    sku = _sku(session, line)
    left = session.scalar(select(func.sum(OrderLine.short)).where(OrderLine.order_id == line.order_id))
    if not left:
        release_needs(session, line.order_id, "short", now)
    elif line.short:
        place_need(session, line.order_id, Need("short", sku, str(line.short)), now)


def shrink(session: Session, line: PickLine, units: int) -> int:
    """Makes a planned line smaller by what nobody took of it, at most `units`; its promise ends. How many."""
    less = min(line.quantity - line.picked - line.short, units)
    if less <= 0:
        return 0
    release_reservation(session, line_id=line.order_line_id, place_id=line.place_id, lot=line.lot, quantity=less)
    changed(session, PickLine, line.id)
    if less == line.quantity:
        session.execute(delete(PickLine).where(PickLine.id == line.id))
    else:
        line.quantity -= less
        if line.picked + line.short == line.quantity:
            line.state = "short" if line.short else "done"
    session.flush()
    return less


def _end_empty_work(session: Session, order_id: bytes) -> None:
    """Work that nobody has begun and that has no line left is over."""
    lines = select(PickLine.id).where(PickLine.work_id == Work.id).exists()
    gone = session.scalars(
        update(Work)
        .where(Work.order_id == order_id, Work.state.in_(OPEN_WORK), Work.started.is_(False), ~lines)
        .values(state="cancelled", fence=Work.fence + 1)
        .execution_options(synchronize_session=False)
        .returning(Work.id)
    ).all()
    for work_id in gone:
        changed(session, Work, work_id)


def _sku(session: Session, line: OrderLine) -> str:
    return session.scalar(select(Sku.sku).where(Sku.id == line.sku_id)) or line.external_sku


# ---- what was nowhere comes back ------------------------------------------------------------------------------------


def short_orders(session: Session) -> tuple[bytes, ...]:
    """Orders that miss units of which some are free now, the most urgent first."""
    rows = session.execute(
        select(OrderLine.order_id, OrderLine.sku_id)
        .join(Order, Order.id == OrderLine.order_id)
        .join(Hold, Hold.order_id == Order.id)
        .where(
            Hold.kind == "short", Hold.released_at.is_(None), OrderLine.short > 0, OrderLine.sku_id.is_not(None),
            Order.state.not_in(("shipped", "cancelled")),
        )
        .order_by(Order.priority, Order.placed_at.nulls_first(), Order.number, Order.id)
    ).all()  # fmt: skip
    wanted = sorted({sku_id for _, sku_id in rows if sku_id})
    there = {sku_id for sku_id, found in candidates(session, wanted).items() if found} if wanted else set()
    return tuple(dict.fromkeys(order_id for order_id, sku_id in rows if sku_id in there))


def replan_short(session: Session, *, order_id: bytes, now: datetime) -> int:
    """Missing units that lie somewhere by now become pick work again; how many."""
    order = session.get_one(Order, order_id)
    if order.state in ("shipped", "cancelled"):
        return 0
    units = 0
    lines = select(OrderLine).where(OrderLine.order_id == order_id, OrderLine.short > 0, OrderLine.sku_id.is_not(None))
    for line in session.scalars(lines.order_by(OrderLine.position)).all():
        found = plan_units(session, order=order, line=line, units=line.short, now=now)
        if found:
            lower_short(session, line, found, now)
            words = count(
                found, "{n} unit of {sku} is there after all and is picked", "{n} units of {sku} are there after all "
                "and are picked", sku=_sku(session, line),
            )  # fmt: skip
            add_entry(session, order_id=order_id, at=now, kind="Replanned", words=words)
            units += found
    others = select(Hold.id).where(Hold.order_id == order_id, Hold.released_at.is_(None), Hold.kind != "short")
    if units and order.state in ("picked", "held") and session.scalar(others.limit(1)) is None:
        set_state(session, order_id, "released")
    return units
