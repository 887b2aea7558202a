"""What follows at central from what pickers did: promises end, shorts are planned anew, orders move on.

Each function runs after its fact was applied, in the same transaction. A fact with an older fence is kept and its
movements stand, but it moves no order and closes nothing: a person is told to look.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.facts import Fact, Stamp, decode
from app.ids import new_id
from app.inventory.facts import GOOD
from app.inventory.service import consume_reservation, release_reservation
from app.models import (
    Bin,
    FactRow,
    FactStatus,
    Incident,
    Order,
    OrderLine,
    PickLine,
    Reservation,
    Sku,
    Stock,
    Tote,
    Voiding,
    Work,
)
from app.picking.facts import (
    BLOCKED,
    DAMAGED,
    EMPTY,
    WRONG_ITEM,
    Dropped,
    ManualProof,
    Picked,
    ShortAmended,
    Shorted,
    TourStarted,
    holds,
)
from app.processing.service import reallocate_short
from app.processing.service.holds import release_needs
from app.receipt.service import set_state, write_brief
from app.text import Text, count, say
from app.work.facts import Voided
from app.work.service.timeline import add_entry

REASONS = {
    EMPTY: say("empty"), DAMAGED: say("damaged"), WRONG_ITEM: say("wrong item there"), BLOCKED: say("blocked"),
}  # fmt: skip


# ---- the walk begins and ends ---------------------------------------------------------------------------------------


def follow_start(session: Session, fact: Fact, stamp: Stamp) -> None:
    """The orders of the tour are being picked."""
    assert isinstance(fact, TourStarted)
    for work_id, order_id, fence in zip(fact.works, fact.orders, fact.fences, strict=True):
        if _is_stale(session, stamp, work_id, fence, order_id):
            continue
        order = session.get(Order, order_id)
        if order is None:
            continue
        if order.state == "cancelled":
            _tell(session, "put_back", order_id, work_id, "cancelled while it was being picked", stamp)
        elif order.state in ("released", "held", "picked"):
            set_state(session, order_id, "picking")
        _enter(session, order_id, "TourStarted", say("Picking started"), stamp)


def follow_drop(session: Session, fact: Fact, stamp: Stamp) -> None:
    """The orders are picked, unless lines are left that were planned while the tote was on its way."""
    assert isinstance(fact, Dropped)
    place = session.scalar(select(Bin.name).where(Bin.id == fact.place_id)) or ""
    for work_id, fence in zip(fact.works, fact.fences, strict=True):
        work = session.get(Work, work_id, populate_existing=True)
        if work is None or _is_stale(session, stamp, work_id, fence, work.order_id):
            continue
        left = _move_open_lines(session, work)
        _enter(session, work.order_id, "Dropped", _drop_words(session, work, place), stamp)
        if not left and not _open_work(session, work.order_id):
            picked = _units_of_order(session, work.order_id)
            set_state(session, work.order_id, "picked" if picked else "held")


def _drop_words(session: Session, work: Work, place: str) -> Text:
    picked = session.scalar(select(func.sum(PickLine.picked)).where(PickLine.work_id == work.id)) or 0
    tote = session.scalar(select(Tote.name).where(Tote.work_id == work.id))
    if tote is None:
        return say("Nothing of it was there")
    units = count(picked, "{n} unit", "{n} units")
    return say("Picked: {units} in tote {tote}, put down at {place}", units=units, tote=tote, place=place)


def _move_open_lines(session: Session, work: Work) -> bool:
    """Lines that came too late for this walk become work of their own; whether there were any."""
    rows = session.scalars(
        select(PickLine)
        .where(PickLine.work_id == work.id, PickLine.picked + PickLine.short < PickLine.quantity)
        .execution_options(populate_existing=True)
    ).all()
    untouched = [row for row in rows if not row.picked and not row.short]
    if not untouched:
        return False
    fresh = new_id()
    session.execute(
        insert(Work).values(id=fresh, kind="pick", order_id=work.order_id, priority=work.priority, state="ready")
    )
    changed(session, Work, fresh)
    for row in untouched:
        row.work_id = fresh
        changed(session, PickLine, row.id)
    session.flush()
    return True


def _open_work(session: Session, order_id: bytes) -> bool:
    rows = select(Work.id).where(Work.order_id == order_id, Work.kind == "pick", Work.state.in_(("ready", "leased")))
    return session.scalar(rows.limit(1)) is not None


def _units_of_order(session: Session, order_id: bytes) -> int:
    units = select(func.sum(PickLine.picked)).join(Work, Work.id == PickLine.work_id).where(Work.order_id == order_id)
    return session.scalar(units) or 0


# ---- units ----------------------------------------------------------------------------------------------------------


def follow_pick(session: Session, fact: Fact, stamp: Stamp) -> None:
    """Taken units are promised no longer; a balance below zero is told."""
    assert isinstance(fact, Picked)
    _settle(session, fact, fact.quantity)
    line = session.get(PickLine, fact.pick_line_id)
    order_id = _order_of(session, fact.work_id)
    if line is not None and _is_stale(session, stamp, fact.work_id, fact.fence, order_id):
        return
    _tell_if_negative(session, fact, order_id, stamp)


def _settle(session: Session, fact: Picked, quantity: int) -> None:
    """Ends the promise of units that were taken, or makes it again for units that went back."""
    line = session.get(PickLine, fact.pick_line_id)
    if line is None or not holds(session, fact.work_id, fact.fence):
        return
    if quantity > 0:
        consume_reservation(
            session, line_id=line.order_line_id, sku_id=fact.sku_id, place_id=fact.place_id, lot=fact.lot,
            quantity=quantity,
        )  # fmt: skip
    else:
        _promise(session, line.order_line_id, fact.sku_id, fact.place_id, fact.lot, -quantity)


def _promise(session: Session, line_id: bytes, sku_id: bytes, place_id: bytes, lot: str, quantity: int) -> None:
    """Promises units again to the line from whose tote they came back."""
    session.add(Reservation(id=new_id(), line_id=line_id, sku_id=sku_id, place_id=place_id, lot=lot, quantity=quantity))
    row = session.execute(
        update(Stock)
        .where(Stock.sku_id == sku_id, Stock.place_id == place_id, Stock.lot == lot, Stock.status == GOOD)
        .values(reserved=Stock.reserved + quantity)
        .execution_options(synchronize_session=False)
        .returning(Stock.reserved)
    ).first()
    if row is None:
        session.execute(
            insert(Stock).values(
                sku_id=sku_id, place_id=place_id, lot=lot, status=GOOD, on_hand=0, reserved=quantity
            )
        )  # fmt: skip
    changed(session, Stock, sku_id, place_id, lot, GOOD)
    session.flush()


def _tell_if_negative(session: Session, fact: Picked, order_id: bytes | None, stamp: Stamp) -> None:
    row = session.get(Stock, (fact.sku_id, fact.place_id, fact.lot, GOOD), populate_existing=True)
    if row is not None and row.on_hand < 0 and row.on_hand + fact.quantity >= 0:
        place = session.scalar(select(Bin.name).where(Bin.id == fact.place_id)) or ""
        sku = session.scalar(select(Sku.sku).where(Sku.id == fact.sku_id)) or ""
        _tell(session, "negative_stock", order_id, fact.place_id, f"{sku} at {place}: {row.on_hand}", stamp)


def follow_manual(session: Session, fact: Fact, stamp: Stamp) -> None:
    """A unit without a readable code is told once: the code or its label wants care."""
    assert isinstance(fact, ManualProof)
    known = select(Incident.id).where(
        Incident.kind == "no_readable_code", Incident.subject == fact.sku_id, Incident.resolved_at.is_(None)
    )
    if session.scalar(known.limit(1)) is None:
        sku = session.scalar(select(Sku.sku).where(Sku.id == fact.sku_id)) or ""
        _tell(session, "no_readable_code", None, fact.sku_id, sku, stamp)


# ---- shorts ---------------------------------------------------------------------------------------------------------


def follow_short(session: Session, fact: Fact, stamp: Stamp) -> None:
    """What was not there is looked for elsewhere at once."""
    assert isinstance(fact, Shorted)
    order_id = _order_of(session, fact.work_id)
    if _is_stale(session, stamp, fact.work_id, fact.fence, order_id):
        return
    _missing(session, fact.pick_line_id, fact.short, fact.reason, stamp)


def follow_amendment(session: Session, fact: Fact, stamp: Stamp) -> None:
    """More is missing, or less than was thought, or for another reason."""
    assert isinstance(fact, ShortAmended)
    order_id = _order_of(session, fact.work_id)
    if _is_stale(session, stamp, fact.work_id, fact.fence, order_id):
        return
    if fact.change > 0:
        _missing(session, fact.pick_line_id, fact.change, fact.reason, stamp)
    elif fact.change < 0:
        _found_after_all(session, fact.pick_line_id, -fact.change, stamp)
    elif fact.reason != fact.before and order_id is not None:
        words = say("Why it is short: {reason}", reason=REASONS.get(fact.reason, say("unknown")))
        _enter(session, order_id, "ShortAmended", words, stamp)


def _missing(session: Session, line_id: bytes, units: int, reason: int, stamp: Stamp) -> None:
    line = session.get(PickLine, line_id)
    order_id = _order_of(session, line.work_id) if line is not None else None
    if line is None or order_id is None:
        return
    place = session.scalar(select(Bin.name).where(Bin.id == line.place_id)) or ""
    sku = session.scalar(select(Sku.sku).where(Sku.id == line.sku_id)) or ""
    one = "{n} unit of {sku} was missing in {place}: {reason}"
    many = "{n} units of {sku} were missing in {place}: {reason}"
    words = count(units, one, many, sku=sku, place=place, reason=REASONS.get(reason, say("unknown")))
    _enter(session, order_id, "Shorted", words, stamp)
    reallocate_short(session, line_id, units, stamp.at)


def _found_after_all(session: Session, line_id: bytes, units: int, stamp: Stamp) -> None:
    """Takes back what a short set off: first what was nowhere, then lines planned elsewhere that nobody picked yet."""
    line = session.get(PickLine, line_id)
    if line is None:
        return
    rest = units - _take_off_short(session, line, units, stamp)
    others = session.scalars(
        select(PickLine)
        .where(
            PickLine.work_id == line.work_id, PickLine.order_line_id == line.order_line_id, PickLine.id > line.id,
            PickLine.short == 0,
        )
        .order_by(PickLine.id.desc())
        .execution_options(populate_existing=True)
    ).all()  # fmt: skip
    for other in others:
        rest -= _shrink(session, other, rest)
    _promise(session, line.order_line_id, line.sku_id, line.place_id, line.lot, units)
    _settle_doubt(session, line, stamp)


def _take_off_short(session: Session, line: PickLine, units: int, stamp: Stamp) -> int:
    """Lowers what the order line counts as nowhere; without any left its hold ends. How many."""
    order_line = session.get_one(OrderLine, line.order_line_id)
    less = min(order_line.short, units)
    if less:
        order_line.short -= less
        session.flush()
        write_brief(session, order_line.order_id)
        shorts = select(func.sum(OrderLine.short)).where(OrderLine.order_id == order_line.order_id)
        if not session.scalar(shorts):
            release_needs(session, order_line.order_id, "short", stamp.at)
    return less


def _shrink(session: Session, line: PickLine, units: int) -> int:
    """Makes a planned line smaller by what nobody took of it, at most `units`; how many."""
    less = min(line.quantity - line.picked, units)
    if less <= 0:
        return 0
    release_reservation(
        session, line_id=line.order_line_id, place_id=line.place_id, lot=line.lot, quantity=less
    )  # fmt: skip
    changed(session, PickLine, line.id)
    if less == line.quantity:
        session.execute(delete(PickLine).where(PickLine.id == line.id))
    else:
        line.quantity -= less
        if line.picked == line.quantity:
            line.state = "done"
    session.flush()
    return less


def _settle_doubt(session: Session, line: PickLine, stamp: Stamp) -> None:
    """What the short made people look at is settled: the units are there."""
    sku = session.scalar(select(Sku.sku).where(Sku.id == line.sku_id)) or ""
    if line.short == 0:
        session.execute(
            update(Incident)
            .where(Incident.resolved_at.is_(None))
            .where(
                ((Incident.subject == line.place_id) & (Incident.detail == sku))
                | ((Incident.kind == "short") & (Incident.subject == line.id))
            )
            .values(resolved_at=stamp.at)
            .execution_options(synchronize_session=False)
        )


# ---- undo -----------------------------------------------------------------------------------------------------------


def follow_undo(session: Session, fact: Fact, stamp: Stamp) -> None:
    """Takes back what followed from facts that are void now; a second voiding of the same fact takes nothing back."""
    assert isinstance(fact, Voided)
    mine = select(Voiding.fact_id).where(Voiding.fact_id.in_(fact.fact_ids), Voiding.by_fact_id == stamp.fact_id)
    rows = session.execute(
        select(FactRow.kind, FactRow.data).where(FactRow.fact_id.in_(mine)).order_by(FactRow.seq.desc())
    )
    for kind, data in rows.all():
        act = _UNDONE.get(kind)
        named = decode(kind, json.loads(data)["body"])
        if act is not None and named is not None:
            act(session, named, stamp)


def _undo_start(session: Session, fact: Any, stamp: Stamp) -> None:
    for work_id, order_id, fence in zip(fact.works, fact.orders, fact.fences, strict=True):
        order = session.get(Order, order_id)
        if order is not None and order.state == "picking" and holds(session, work_id, fence):
            set_state(session, order_id, "released")
            _enter(session, order_id, "Voided", say("Picking was not started after all"), stamp)


def _undo_pick(session: Session, fact: Any, stamp: Stamp) -> None:
    _settle(session, fact, -fact.quantity)


def _undo_short(session: Session, fact: Any, stamp: Stamp) -> None:
    if holds(session, fact.work_id, fact.fence):
        _found_after_all(session, fact.pick_line_id, fact.short, stamp)


def _undo_amendment(session: Session, fact: Any, stamp: Stamp) -> None:
    if not holds(session, fact.work_id, fact.fence):
        return
    if fact.change > 0:
        _found_after_all(session, fact.pick_line_id, fact.change, stamp)
    elif fact.change < 0:
        _missing(session, fact.pick_line_id, -fact.change, fact.before, stamp)


_UNDONE: dict[str, Callable[[Session, Any, Stamp], None]] = {
    "TourStarted": _undo_start,
    "Picked": _undo_pick,
    "Shorted": _undo_short,
    "ShortAmended": _undo_amendment,
}


# ---- what a person must look at -------------------------------------------------------------------------------------


def _is_stale(session: Session, stamp: Stamp, work_id: bytes, fence: int, order_id: bytes | None) -> bool:
    """Whether the lease under which this was done is not the newest one; said once for each piece of work."""
    if holds(session, work_id, fence):
        return False
    if session.get(FactStatus, stamp.fact_id) is None:
        session.execute(
            insert(FactStatus).values(
                fact_id=stamp.fact_id, status="stale_lease", reason=f"fence {fence} is not the newest", at=stamp.at
            )
        )
    known = select(Incident.id).where(
        Incident.kind == "stale_lease", Incident.subject == work_id, Incident.resolved_at.is_(None)
    )
    if session.scalar(known.limit(1)) is None:
        detail = "work was done under a lease that had gone to somebody else"
        _tell(session, "stale_lease", order_id, work_id, detail, stamp)
    return True


def _tell(
    session: Session, kind: str, order_id: bytes | None, subject: bytes, detail: str, stamp: Stamp
) -> None:  # fmt: skip
    session.execute(
        insert(Incident).values(
            id=new_id(), kind=kind, order_id=order_id, subject=subject, detail=detail, opened_at=stamp.at
        )
    )


def _enter(session: Session, order_id: bytes, kind: str, words: Text, stamp: Stamp) -> None:
    add_entry(
        session, order_id=order_id, at=stamp.at, kind=kind, words=words, person_id=stamp.actor_id or None,
        station_id=stamp.station_id,
    )  # fmt: skip


def _order_of(session: Session, work_id: bytes) -> bytes | None:
    return session.scalar(select(Work.order_id).where(Work.id == work_id))


CONSEQUENCES: dict[str, Callable[[Session, Fact, Stamp], None]] = {
    "TourStarted": follow_start,
    "Picked": follow_pick,
    "ManualProof": follow_manual,
    "Shorted": follow_short,
    "ShortAmended": follow_amendment,
    "Dropped": follow_drop,
    "Voided": follow_undo,
}
"""What central does after it applied a fact of this kind."""
