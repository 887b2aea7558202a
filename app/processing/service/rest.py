"""The rest of an order of which a box has left: it is picked, it is said to be nowhere, or the order is over.

A box can be closed without a unit that central had given to somebody else, that was not in its tote, or that was put
back meanwhile. What the order still wants is compared with what hands have of it, by the book: a unit that was picked
and lies neither in a box nor in a tote is planned anew. An order whose boxes hold all that will come is shipped.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database, central_write, changed, reading
from app.models import Hold, Order, OrderLine, Parcel, ParcelLine, PickLine, Stock, Tote, Work
from app.processing.service.holds import is_held
from app.processing.service.replan import replan_order
from app.processing.service.standing import OPEN_WORK
from app.processing.service.withdrawal import stop_work
from app.receipt.service import set_state
from app.receipt.service.briefs import OVER
from app.settings import Home
from app.text import count, say
from app.work.facts import set_tote
from app.work.queries import setting
from app.work.service.timeline import add_entry

AT_ONCE = 50
"""Orders in one round: central has other things to do as well."""


def settle_rest(session: Session, *, order_id: bytes, now: datetime) -> str:
    """Brings an order of which a box is closed nearer to its end, and says its state; doing it twice changes nothing.

    One that somebody holds is left alone until its hold ends.
    """
    order = session.get_one(Order, order_id, populate_existing=True)
    if order.state in OVER or not _closed(session, order_id) or is_held(session, order_id):
        return order.state
    replan_lost(session, order_id=order_id, now=now)
    if _is_complete(session, order_id):
        _ship(session, order_id, now)
    if not _begun_boxes(session, order_id):
        _free_empty_totes(session, order_id)
    return order.state


def replan_lost(session: Session, *, order_id: bytes, now: datetime) -> int:
    """Units that were picked and that nobody has any more are picked once more, or nowhere; how many."""
    lost = _lost(session, order_id)
    for line_id, units in lost.items():
        _was_not_picked(session, line_id, units)
    session.flush()
    replan_order(session, order_id=order_id, now=now)
    units = lost.total()
    if units:
        words = count(
            units, "{n} unit is neither in a box nor in a tote: it is looked for",
            "{n} units are neither in a box nor in a tote: they are looked for",
        )  # fmt: skip
        add_entry(session, order_id=order_id, at=now, kind="Replanned", words=words)
    return units


# ---- what hands have ------------------------------------------------------------------------------------------------


def _lost(session: Session, order_id: bytes) -> Counter[bytes]:
    """By order line: units picked, less those in its boxes and in its totes by the book."""
    picked = session.execute(
        select(PickLine.order_line_id, PickLine.sku_id, func.sum(PickLine.picked))
        .join(Work, Work.id == PickLine.work_id)
        .where(Work.order_id == order_id)
        .group_by(PickLine.order_line_id, PickLine.sku_id)
        .order_by(PickLine.order_line_id)
    ).all()
    boxed = _boxed(session, order_id)
    in_totes = Counter(
        dict(
            session.execute(
                select(Stock.sku_id, func.sum(Stock.on_hand))
                .join(Tote, Tote.id == Stock.place_id)
                .where(Tote.order_id == order_id, Stock.status == "good", Stock.on_hand > 0)
                .group_by(Stock.sku_id)
            ).all()
        )
    )
    lost: Counter[bytes] = Counter()
    for line_id, sku_id, units in picked:
        gap = units - boxed[line_id]
        there = min(max(gap, 0), in_totes[sku_id])
        in_totes[sku_id] -= there
        lost[line_id] = max(gap - there, 0)
    return +lost


def _boxed(session: Session, order_id: bytes, *states: str) -> Counter[bytes]:
    """Units by order line in its boxes: in those of these states, or in all that are not void."""
    which = Parcel.state.in_(states) if states else Parcel.state != "void"
    rows = session.execute(
        select(ParcelLine.order_line_id, func.sum(ParcelLine.quantity))
        .join(Parcel, Parcel.id == ParcelLine.parcel_id)
        .where(Parcel.order_id == order_id, which)
        .group_by(ParcelLine.order_line_id)
    )
    return Counter({line_id: units for line_id, units in rows if units})


def _was_not_picked(session: Session, line_id: bytes, units: int) -> None:
    """Units that are gone count as missing at the places they were said to come from, the last plan first."""
    rows = session.scalars(
        select(PickLine)
        .join(Work, Work.id == PickLine.work_id)
        .where(PickLine.order_line_id == line_id, PickLine.picked > 0)
        .order_by(PickLine.id.desc())
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        less = min(row.picked, units)
        row.picked, row.short = row.picked - less, row.short + less
        row.state = "short" if row.picked + row.short >= row.quantity else "open"
        changed(session, PickLine, row.id)
        units -= less
        if not units:
            return


# ---- the end --------------------------------------------------------------------------------------------------------


def _closed(session: Session, order_id: bytes) -> bool:
    rows = select(Parcel.id).where(Parcel.order_id == order_id, Parcel.state == "closed")
    return session.scalar(rows.limit(1)) is not None


def _is_complete(session: Session, order_id: bytes) -> bool:
    """Whether closed boxes hold all that will come, and nothing more is to come of it by the site's word."""
    wanted, short = session.execute(
        select(
            func.coalesce(func.sum(OrderLine.quantity - OrderLine.cancelled - OrderLine.short), 0),
            func.coalesce(func.sum(OrderLine.short), 0),
        ).where(OrderLine.order_id == order_id, OrderLine.ships.is_(True), OrderLine.sku_id.is_not(None))
    ).one()
    if _boxed(session, order_id, "closed").total() < wanted or _boxed(session, order_id, "open", "labelled"):
        return False
    busy = select(Work.id).where(Work.order_id == order_id, Work.kind == "pick", Work.state.in_(OPEN_WORK))
    if session.scalar(busy.where(Work.started.is_(True)).limit(1)) is not None:
        return False
    return not short or _leaves_without(session, order_id)


def _leaves_without(session: Session, order_id: bytes) -> bool:
    """Whether it may leave although units are nowhere: the site says so, or a person released the hold for it."""
    if setting(session, "partial_shipping", "no").strip().casefold() in ("yes", "true", "1"):
        return True
    waits = select(Hold.id).where(Hold.order_id == order_id, Hold.kind == "short", Hold.released_at.is_(None))
    return session.scalar(waits.limit(1)) is None


def _ship(session: Session, order_id: bytes, now: datetime) -> None:
    """The order is over: boxes that nothing was put in are void, totes that hold nothing are free."""
    short = session.scalar(select(func.sum(OrderLine.short)).where(OrderLine.order_id == order_id)) or 0
    if short:
        words = count(short, "Shipped without {n} unit that is nowhere", "Shipped without {n} units that are nowhere")
        add_entry(session, order_id=order_id, at=now, kind="ShippedPartly", words=words)
    else:
        words = say("All that is still wanted of it has left")
        add_entry(session, order_id=order_id, at=now, kind="ShippedWhole", words=words)
    for parcel_id in _begun_boxes(session, order_id):
        session.execute(update(Parcel).where(Parcel.id == parcel_id).values(state="void"))
        changed(session, Parcel, parcel_id)
    stop_work(session, order_id=order_id)
    set_state(session, order_id, "shipped")


def _begun_boxes(session: Session, order_id: bytes) -> tuple[bytes, ...]:
    boxes = select(Parcel.id).where(Parcel.order_id == order_id, Parcel.state.in_(("open", "labelled")))
    return tuple(session.scalars(boxes))


def _free_empty_totes(session: Session, order_id: bytes) -> None:
    """Totes of it in which nothing is left, and with which nobody walks, stand free at the bench."""
    bound = select(Tote.id).where(Tote.order_id == order_id, Tote.state.not_in(("free", "picking")))
    for tote_id in session.scalars(bound).all():
        left = select(Stock.sku_id).where(Stock.place_id == tote_id, Stock.on_hand > 0)
        if session.scalar(left.limit(1)) is None:
            set_tote(session, tote_id, state="free", order_id=None, work_id=None)


# ---- while time passes ----------------------------------------------------------------------------------------------


def settle_what_is_left(database: Database, clock: Clock, home: Home) -> int:
    """Orders at the bench that stand still although a box has left: settled, whatever brought them there; how many."""
    with reading(database) as session:
        due = [order_id for order_id in _begun(session) if _has_a_way_on(session, order_id)][:AT_ONCE]
    for order_id in due:
        with central_write(database) as session:
            settle_rest(session, order_id=order_id, now=clock.now())
    return len(due)


def _begun(session: Session) -> tuple[bytes, ...]:
    """Orders at the bench of which a box is closed and none is open."""
    boxes = select(Parcel.id).where(Parcel.order_id == Order.id)
    rows = session.scalars(
        select(Order.id).where(
            Order.state.in_(("packing", "picked")), boxes.where(Parcel.state == "closed").exists(),
            ~boxes.where(Parcel.state.in_(("open", "labelled"))).exists(),
        )
    )  # fmt: skip
    return tuple(rows)


def _has_a_way_on(session: Session, order_id: bytes) -> bool:
    if is_held(session, order_id):
        return False
    return bool(_lost(session, order_id)) or _is_complete(session, order_id)
