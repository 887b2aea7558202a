"""Units promised to order lines. Scarce things are taken with one conditional UPDATE, never read-then-write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.ids import new_id
from app.inventory.queries import candidates
from app.inventory.rules import Candidate, Take, plan_takes
from app.models import OrderLine, PickLine, Reservation, Stock, Work

GOOD = "good"
_TRIES = 8
"""How often a plan is made anew when another transaction took planned units first (PostgreSQL; SQLite never)."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """Units of an order line, promised in one place and lot."""

    line_id: bytes
    sku_id: bytes
    place_id: bytes
    lot: str
    quantity: int


def reserve_units(
    session: Session,
    *,
    line_id: bytes,
    sku_id: bytes,
    quantity: int,
    now: datetime,
    without: Collection[bytes] = (),
) -> tuple[Reserved, ...]:
    """Promises `quantity` units to one line, all or nothing: () when there are not enough free ones."""
    return reserve_lines(session, wanted=((line_id, sku_id, quantity),), now=now, without=without)


def reserve_lines(
    session: Session,
    *,
    wanted: Sequence[tuple[bytes, bytes, int]],
    now: datetime,
    without: Collection[bytes] = (),
) -> tuple[Reserved, ...]:
    """Promises units to several lines (line, SKU, units) of one order, all of them or nothing.

    Planned on a reading of free stock, then taken row by row in key order (no two transactions wait for each other),
    each with a conditional UPDATE; if one misses, everything is given back and planned anew.
    """
    today = now.date().isoformat()
    for _ in range(_TRIES):
        plan = _plan(session, wanted, today, without)
        if plan is None:
            return ()
        with session.begin_nested() as savepoint:
            if all(take_units(session, r) for r in sorted(plan, key=_stock_key)):
                for r in plan:
                    write_promise(session, r)
                    changed(session, Stock, r.sku_id, r.place_id, r.lot, GOOD)
                return tuple(plan)
            savepoint.rollback()
    return ()


def _stock_key(r: Reserved) -> tuple[bytes, bytes, str]:
    return (r.sku_id, r.place_id, r.lot)


def _plan(
    session: Session, wanted: Sequence[tuple[bytes, bytes, int]], today: str, without: Collection[bytes]
) -> list[Reserved] | None:
    free = candidates(session, sorted({sku_id for _, sku_id, _ in wanted}), without)
    planned: Counter[tuple[bytes, bytes, str]] = Counter()
    plan: list[Reserved] = []
    for line_id, sku_id, quantity in wanted:
        rest = [_minus(c, planned[sku_id, c.place_id, c.lot]) for c in free[sku_id]]
        takes: tuple[Take, ...] = plan_takes(rest, quantity, today)
        if quantity and not takes:
            return None
        for take in takes:
            planned[sku_id, take.place_id, take.lot] += take.quantity
            plan.append(Reserved(line_id, sku_id, take.place_id, take.lot, take.quantity))
    return plan


def _minus(candidate: Candidate, units: int) -> Candidate:
    return replace(candidate, free=candidate.free - units) if units else candidate


def take_units(session: Session, r: Reserved) -> bool:
    """One conditional UPDATE: true when the units were free at this moment and are promised now."""
    taken = session.execute(
        update(Stock)
        .where(Stock.sku_id == r.sku_id, Stock.place_id == r.place_id, Stock.lot == r.lot, Stock.status == GOOD)
        .where(Stock.on_hand - Stock.reserved >= r.quantity)
        .values(reserved=Stock.reserved + r.quantity)
        .execution_options(synchronize_session=False)
        .returning(Stock.reserved)
    )
    return taken.scalar_one_or_none() is not None


def write_promise(session: Session, r: Reserved) -> None:
    """Writes the promise of units that were taken by `take_units`."""
    session.add(
        Reservation(
            id=new_id(), line_id=r.line_id, sku_id=r.sku_id, place_id=r.place_id, lot=r.lot, quantity=r.quantity
        )
    )
    session.flush()


def release_reservation(
    session: Session,
    *,
    line_id: bytes,
    place_id: bytes | None = None,
    lot: str | None = None,
    quantity: int | None = None,
) -> int:
    """Gives promised units of a line back to the free stock: all of them, or those of a place, a lot, up to a number.

    Returns how many were given back.
    """
    where = [Reservation.line_id == line_id]
    if place_id is not None:
        where.append(Reservation.place_id == place_id)
    if lot is not None:
        where.append(Reservation.lot == lot)
    rows = session.scalars(
        select(Reservation).where(*where).order_by(Reservation.sku_id, Reservation.place_id, Reservation.lot)
    ).all()
    rest = sum(r.quantity for r in rows) if quantity is None else quantity
    return reduce_promises(session, rows, rest)


def consume_reservation(
    session: Session, *, line_id: bytes, sku_id: bytes, place_id: bytes, lot: str, quantity: int
) -> int:
    """Ends the promise of units that a hand took: of this lot first, then of other lots of the same line and place.

    (Who took another lot than the promised one took the promised units' place.) Returns how many promises ended;
    fewer than `quantity` when the hand took more than was promised, which is a fact all the same.
    """
    rows = session.scalars(
        select(Reservation)
        .where(Reservation.line_id == line_id, Reservation.sku_id == sku_id, Reservation.place_id == place_id)
        .order_by(Reservation.lot != lot, Reservation.lot, Reservation.id)
    ).all()
    return reduce_promises(session, rows, quantity)


def reduce_promises(session: Session, rows: Sequence[Reservation], quantity: int) -> int:
    """Ends up to `quantity` promised units of these promises, in their order; how many."""
    done = 0
    for row in rows:
        units = min(row.quantity, quantity - done)
        if units <= 0:
            break
        session.execute(
            update(Stock)
            .where(Stock.sku_id == row.sku_id, Stock.place_id == row.place_id, Stock.lot == row.lot)
            .where(Stock.status == GOOD)
            .values(reserved=Stock.reserved - units)
            .execution_options(synchronize_session=False)
        )
        changed(session, Stock, row.sku_id, row.place_id, row.lot, GOOD)
        if units == row.quantity:
            session.delete(row)
        else:
            row.quantity -= units
        done += units
    session.flush()
    return done


def withdraw_pick_work(session: Session, *, order_id: bytes) -> bool:
    """Takes pick work back that nobody holds yet, with its promises. False when somebody has it in hand already."""
    busy = select(Work.id).where(Work.order_id == order_id, Work.state.in_(("leased", "done")))
    if session.scalar(busy.limit(1)) is not None:
        return False
    taken = session.scalars(
        update(Work)
        .where(Work.order_id == order_id, Work.state == "ready")
        .values(state="cancelled", fence=Work.fence + 1)
        .execution_options(synchronize_session=False)
        .returning(Work.id)
    ).all()
    for work_id in taken:
        changed(session, Work, work_id)
        for line_id in session.scalars(select(PickLine.id).where(PickLine.work_id == work_id)).all():
            session.execute(delete(PickLine).where(PickLine.id == line_id))
            changed(session, PickLine, line_id)
    for line_id in session.scalars(select(OrderLine.id).where(OrderLine.order_id == order_id)).all():
        release_reservation(session, line_id=line_id)
    return True
