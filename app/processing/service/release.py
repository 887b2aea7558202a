"""Release: an order without holds gets its units promised, all or none, and becomes pick work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Problem, Refused
from app.inventory.queries import candidates
from app.inventory.service import Reserved, reserve_lines
from app.models import Hold, Order, OrderLine, Sku
from app.processing.rules import Need
from app.processing.service.holds import OPEN, SYSTEM, check_order, place_need, release_needs
from app.processing.service.replan import add_pick_lines, new_work, replan_order
from app.processing.service.standing import come_back, standing
from app.receipt.service import set_state, write_brief
from app.text import count, say
from app.work.rules.states import state_words
from app.work.service.timeline import add_entry


@dataclass(frozen=True, slots=True)
class ReleaseResult:
    """What became of one order: its pick work, or the kinds of the holds that keep it back.

    `state` is where it is now: an order that was held on its way goes on where it stood, without new work.
    """

    order_id: bytes
    work_id: bytes | None
    holds: tuple[str, ...] = ()
    state: str = field(default="", compare=False)


def release_ready_orders(session: Session, *, now: datetime, limit: int | None = None) -> tuple[ReleaseResult, ...]:
    """Checks all waiting orders, the most urgent first, and releases those that can be; `limit` of them at most."""
    wanted = (
        select(Order.id)
        .where(Order.state.in_(OPEN))
        .order_by(Order.priority, Order.placed_at.nulls_first(), Order.number, Order.id)
    )
    return tuple(
        release_order(session, order_id=order_id, now=now) for order_id in session.scalars(wanted.limit(limit)).all()
    )


def waiting_orders(session: Session) -> tuple[bytes, ...]:
    """Orders that wait for their release, the most urgent first: to release them in several transactions."""
    wanted = select(Order.id).where(Order.state.in_(OPEN))
    return tuple(
        session.scalars(wanted.order_by(Order.priority, Order.placed_at.nulls_first(), Order.number, Order.id))
    )


def release_order(session: Session, *, order_id: bytes, now: datetime, person_id: bytes | None = None) -> ReleaseResult:
    """Checks an order, promises its units and makes its pick work; or holds it and says why. Twice is once.

    An order that was held while hands were at work goes on where it stands. Refused when the order is past its release
    or over.
    """
    order = session.get_one(Order, order_id)
    if order.state not in OPEN:
        raise Refused(
            Problem("NotWaiting", say("Order {number} is {state}", number=order.number, state=state_words(order.state)),
                    do=(say("Nothing to release"),), unchanged=say("Nothing was changed."))
        )  # fmt: skip
    begun = standing(session, order_id) != "received"
    passing = ("stock", "short") if begun else ("stock",)
    holds = tuple(k for k in check_order(session, order_id=order_id, now=now) if k not in passing)
    if holds:
        set_state(session, order_id, "held")
        write_brief(session, order_id)
        return ReleaseResult(order_id, None, holds, "held")
    if begun:
        return _go_on(session, order_id, now, person_id)
    lines = _open_lines(session, order_id)
    promised = reserve_lines(session, wanted=lines, now=now)
    if not promised:
        _hold_for_stock(session, order_id, lines, now)
        set_state(session, order_id, "held")
        return ReleaseResult(order_id, None, ("stock",), "held")
    release_needs(session, order_id, "stock", now)
    work_id = _make_work(session, order, promised)
    set_state(session, order_id, "released")
    write_brief(session, order_id)
    stops = len({(r.place_id, r.lot) for r in promised})
    words = count(stops, "Released to pick: {n} stop", "Released to pick: {n} stops")
    add_entry(session, order_id=order_id, at=now, kind="Released", words=words, person_id=person_id)
    return ReleaseResult(order_id, work_id, (), "released")


def _go_on(session: Session, order_id: bytes, now: datetime, person_id: bytes | None) -> ReleaseResult:
    """An order that was held with goods in totes or boxes: what was taken back of its work is planned anew."""
    replan_order(session, order_id=order_id, now=now)
    state = come_back(session, order_id)
    words = say("Goes on where it stood ({state})", state=state_words(state))
    add_entry(session, order_id=order_id, at=now, kind="Released", words=words, person_id=person_id)
    return ReleaseResult(order_id, None, (), state)


def _open_lines(session: Session, order_id: bytes) -> list[tuple[bytes, bytes, int]]:
    rows = session.scalars(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position))
    return [
        (r.id, r.sku_id, r.quantity - r.cancelled - r.short)
        for r in rows
        if r.ships and r.sku_id is not None and r.quantity > r.cancelled + r.short
    ]


def _hold_for_stock(
    session: Session, order_id: bytes, lines: Sequence[tuple[bytes, bytes, int]], now: datetime
) -> None:
    """A hold for each product of which there is not enough, with the units wanted and free; the others go."""
    wanted: Counter[bytes] = Counter()
    for _, sku_id, units in lines:
        wanted[sku_id] += units
    today = now.date().isoformat()
    names = dict(session.execute(select(Sku.id, Sku.sku).where(Sku.id.in_(wanted))).all())
    missing = set()
    for sku_id, found in candidates(session, sorted(wanted)).items():
        free = sum(c.free for c in found if not (c.expires_on and c.expires_on < today))
        if free < wanted[sku_id]:
            missing.add(names[sku_id])
            place_need(session, order_id, Need("stock", names[sku_id], f"{wanted[sku_id]} > {free}"), now)
    stale = select(Hold).where(Hold.order_id == order_id, Hold.kind == "stock", Hold.released_at.is_(None))
    for hold in session.scalars(stale.where(Hold.field.not_in(missing))).all():
        hold.released_at, hold.released_by = now, SYSTEM
    session.flush()


def _make_work(session: Session, order: Order, promised: Sequence[Reserved]) -> bytes:
    work_id = new_work(session, order)
    add_pick_lines(session, work_id, promised)
    return work_id
