"""What follows at central from a walk: promises end, shorts are planned anew, orders move on.

Each function runs after its fact was applied, in the same transaction. A fact with an older fence is kept and its
movements stand, but it moves no order and closes nothing: a person is told to look, unless the tote was counted since.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.facts import Fact, Stamp, read_fact
from app.inventory.facts import GOOD
from app.inventory.service import consume_reservation, follow_goods
from app.models import Bin, FactRow, Incident, Order, OrderLine, PickLine, Sku, Stock, Tote, Voiding, Work
from app.picking.facts import (
    BLOCKED,
    DAMAGED,
    EMPTY,
    WRONG_ITEM,
    DamagedAtPick,
    Dropped,
    ManualProof,
    Picked,
    ShortAmended,
    Shorted,
    TourStarted,
    holds,
    was_counted,
)
from app.picking.service.promises import promise
from app.picking.service.serials import note_serial, withdraw_serial
from app.picking.service.telling import enter, is_stale, order_of, sane_time, tell
from app.processing.service import is_held, note_put_back, reallocate_short, settle_rest
from app.processing.service.replan import lower_short, new_work, shrink
from app.processing.service.standing import picked_units, standing, units_outside
from app.receipt.service import set_state
from app.text import Text, count, say
from app.work.facts import Voided

REASONS = {
    EMPTY: say("empty"), DAMAGED: say("damaged"), WRONG_ITEM: say("wrong item there"), BLOCKED: say("blocked"),
}  # fmt: skip


# ---- the walk begins and ends ---------------------------------------------------------------------------------------


def follow_start(session: Session, fact: Fact, stamp: Stamp) -> None:
    """The orders of the tour are being picked. One that was cancelled meanwhile stays so, and is told to go back."""
    assert isinstance(fact, TourStarted)
    for work_id, order_id, fence in zip(fact.works, fact.orders, fact.fences, strict=True):
        order = session.get(Order, order_id)
        if order is not None and order.state == "cancelled":  # whatever the lease: a hand has begun, and has to undo
            note_put_back(session, order_id=order_id, units=0, now=stamp.at)
        if is_stale(session, stamp, work_id, fence, order_id) or order is None:
            continue
        if order.state in ("released", "held", "picked"):
            set_state(session, order_id, "picking")
        enter(session, order_id, "TourStarted", say("Picking started"), stamp)


def follow_drop(session: Session, fact: Fact, stamp: Stamp) -> None:
    """The orders are picked, unless lines are left that were planned while the tote was on its way.

    An order that somebody holds is held from here on; one that was cancelled meanwhile is put back.
    """
    assert isinstance(fact, Dropped)
    place = session.scalar(select(Bin.name).where(Bin.id == fact.place_id)) or ""
    for work_id, fence in zip(fact.works, fact.fences, strict=True):
        work = session.get(Work, work_id, populate_existing=True)
        if work is None or is_stale(session, stamp, work_id, fence, work.order_id, fact.totes):
            continue
        enter(session, work.order_id, "Dropped", _drop_words(session, work, place), stamp)
        if work.state == "cancelled" or _order_is_over(session, work.order_id):
            units = units_outside(session, work.order_id)
            if units or work.state == "cancelled":
                note_put_back(session, order_id=work.order_id, units=units, now=stamp.at)
            continue
        left = _move_open_lines(session, work)
        if not left and not _open_work(session, work.order_id):
            held = not picked_units(session, work.order_id) or is_held(session, work.order_id)
            set_state(session, work.order_id, "held" if held else standing(session, work.order_id))
            _tell_complete(session, work.order_id, stamp)
        settle_rest(session, order_id=work.order_id, now=sane_time(session, work.id, stamp.at))


def _tell_complete(session: Session, order_id: bytes, stamp: Stamp) -> None:
    """What stood on the problem shelf for want of these units has a way on."""
    missing = select(func.sum(OrderLine.short)).where(OrderLine.order_id == order_id)
    parked = select(Tote.name, Bin.name).outerjoin(Bin, Bin.id == Tote.place_id).where(
        Tote.order_id == order_id, Tote.state == "parked"
    )  # fmt: skip
    if session.scalar(missing):
        return
    for tote, shelf in session.execute(parked.order_by(Tote.name)).all():
        words = say("Complete: tote {tote} goes from {shelf} to pack", tote=tote, shelf=shelf or "?")
        enter(session, order_id, "Complete", words, stamp)


def _drop_words(session: Session, work: Work, place: str) -> Text:
    picked = session.scalar(select(func.sum(PickLine.picked)).where(PickLine.work_id == work.id)) or 0
    totes = session.scalars(select(Tote.name).where(Tote.work_id == work.id).order_by(Tote.name)).all()
    if not totes:
        return say("Nothing of it was there")
    units = count(picked, "{n} unit", "{n} units")
    if len(totes) > 1:
        names = ", ".join(totes)
        return say("Picked: {units} in totes {totes}, put down at {place}", units=units, totes=names, place=place)
    return say("Picked: {units} in tote {tote}, put down at {place}", units=units, tote=totes[0], place=place)


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
    fresh = new_work(session, session.get_one(Order, work.order_id))
    for row in untouched:
        row.work_id = fresh
        changed(session, PickLine, row.id)
    session.flush()
    return True


def _order_is_over(session: Session, order_id: bytes) -> bool:
    """Whether the order left or was cancelled while this walk was on: what it brings goes back."""
    return session.scalar(select(Order.state).where(Order.id == order_id)) in ("shipped", "cancelled")


def _open_work(session: Session, order_id: bytes) -> bool:
    rows = select(Work.id).where(Work.order_id == order_id, Work.kind == "pick", Work.state.in_(("ready", "leased")))
    return session.scalar(rows.limit(1)) is not None


# ---- units ----------------------------------------------------------------------------------------------------------


def follow_pick(session: Session, fact: Fact, stamp: Stamp) -> None:
    """Taken units are promised no longer; a balance below zero, and a serial number used twice, are told."""
    assert isinstance(fact, Picked)
    was_promised = _settle(session, fact, fact.quantity)
    order_id = order_of(session, fact.work_id)
    if is_stale(session, stamp, fact.work_id, fact.fence, order_id, (fact.tote_id,)) and was_counted(
        session, fact.work_id, fact.tote_id, fact.fence
    ):
        return  # its units are known by the count
    if fact.serial:
        note_serial(session, fact, order_id, stamp)
    _tell_if_negative(session, fact, order_id, stamp)
    if was_promised < fact.quantity:
        _follow_what_is_left(session, fact, stamp)


def _settle(session: Session, fact: Picked, quantity: int) -> int:
    """Ends the promise of units that were taken, or makes it again for what went back; how many promises ended."""
    line = session.get(PickLine, fact.pick_line_id)
    if line is None or not holds(session, fact.work_id, fact.fence):
        return 0
    if quantity > 0:
        return consume_reservation(
            session, line_id=line.order_line_id, sku_id=fact.sku_id, place_id=fact.place_id, lot=fact.lot,
            quantity=quantity,
        )  # fmt: skip
    if not _is_over(session, fact.work_id):
        promise(session, line.order_line_id, fact.sku_id, fact.place_id, fact.lot, -quantity)
    return 0


def _is_over(session: Session, work_id: bytes) -> bool:
    """Whether the work was cancelled: nothing is promised to it or looked for any more."""
    return session.scalar(select(Work.state).where(Work.id == work_id)) == "cancelled"


def _tell_if_negative(session: Session, fact: Picked, order_id: bytes | None, stamp: Stamp) -> None:
    row = session.get(Stock, (fact.sku_id, fact.place_id, fact.lot, GOOD), populate_existing=True)
    if row is not None and row.on_hand < 0 and row.on_hand + fact.quantity >= 0:
        place = session.scalar(select(Bin.name).where(Bin.id == fact.place_id)) or ""
        sku = session.scalar(select(Sku.sku).where(Sku.id == fact.sku_id)) or ""
        tell(session, "negative_stock", order_id, fact.place_id, f"{sku} at {place}: {row.on_hand}", stamp)


def _follow_what_is_left(session: Session, fact: Picked, stamp: Stamp) -> None:
    """Where a hand took units that were promised to others, as the book said less than lay there, promises go on."""
    row = session.get(Stock, (fact.sku_id, fact.place_id, fact.lot, GOOD))
    if row is not None and 0 <= row.on_hand < row.reserved:  # below nought somebody looks anyway
        follow_goods(session, sku_id=fact.sku_id, place_id=fact.place_id, lot=fact.lot, now=stamp.at)


def follow_manual(session: Session, fact: Fact, stamp: Stamp) -> None:
    """A unit without a readable code is told once: the code or its label wants care."""
    assert isinstance(fact, ManualProof)
    known = select(Incident.id).where(
        Incident.kind == "no_readable_code", Incident.subject == fact.sku_id, Incident.resolved_at.is_(None)
    )
    if session.scalar(known.limit(1)) is None:
        sku = session.scalar(select(Sku.sku).where(Sku.id == fact.sku_id)) or ""
        tell(session, "no_readable_code", None, fact.sku_id, sku, stamp)


# ---- shorts ---------------------------------------------------------------------------------------------------------


def follow_short(session: Session, fact: Fact, stamp: Stamp) -> None:
    """What was not there is looked for elsewhere at once."""
    assert isinstance(fact, Shorted)
    order_id = order_of(session, fact.work_id)
    if not is_stale(session, stamp, fact.work_id, fact.fence, order_id):
        _missing(session, fact.pick_line_id, fact.short, fact.reason, stamp)


def follow_damage(session: Session, fact: Fact, stamp: Stamp) -> None:
    """A damaged unit is replaced by another one, out of the same bin where it holds more."""
    assert isinstance(fact, DamagedAtPick)
    order_id = order_of(session, fact.work_id)
    if order_id is None or is_stale(session, stamp, fact.work_id, fact.fence, order_id):
        return
    if fact.quantity > 0:
        _damaged(session, fact.pick_line_id, order_id, fact.quantity, stamp)
    else:
        _found_after_all(session, fact.pick_line_id, -fact.quantity, stamp)


def _damaged(session: Session, line_id: bytes, order_id: bytes, units: int, stamp: Stamp) -> None:
    line = session.get(PickLine, line_id)
    if line is None:
        return
    place = session.scalar(select(Bin.name).where(Bin.id == line.place_id)) or ""
    sku = session.scalar(select(Sku.sku).where(Sku.id == line.sku_id)) or ""
    words = count(
        units, "{n} unit of {sku} in {place} was damaged", "{n} units of {sku} in {place} were damaged", sku=sku,
        place=place,
    )  # fmt: skip
    enter(session, order_id, "DamagedAtPick", words, stamp)
    tell(session, "damaged", order_id, line.place_id, f"{sku} at {place}: {units}", stamp)
    if not _is_over(session, line.work_id):
        moment = sane_time(session, line.work_id, stamp.at)
        reallocate_short(session, line_id, units, moment, doubted=False)


def follow_amendment(session: Session, fact: Fact, stamp: Stamp) -> None:
    """More is missing, or less than was thought, or for another reason."""
    assert isinstance(fact, ShortAmended)
    order_id = order_of(session, fact.work_id)
    if is_stale(session, stamp, fact.work_id, fact.fence, order_id):
        return
    if fact.change > 0:
        _missing(session, fact.pick_line_id, fact.change, fact.reason, stamp)
    elif fact.change < 0:
        _found_after_all(session, fact.pick_line_id, -fact.change, stamp)
    elif fact.reason != fact.before and order_id is not None:
        words = say("Why it is short: {reason}", reason=REASONS.get(fact.reason, say("unknown")))
        enter(session, order_id, "ShortAmended", words, stamp)


def _missing(session: Session, line_id: bytes, units: int, reason: int, stamp: Stamp) -> None:
    line = session.get(PickLine, line_id)
    order_id = order_of(session, line.work_id) if line is not None else None
    if line is None or order_id is None:
        return
    place = session.scalar(select(Bin.name).where(Bin.id == line.place_id)) or ""
    sku = session.scalar(select(Sku.sku).where(Sku.id == line.sku_id)) or ""
    words = count(
        units, "{n} unit of {sku} was missing in {place}: {reason}",
        "{n} units of {sku} were missing in {place}: {reason}", sku=sku, place=place,
        reason=REASONS.get(reason, say("unknown")),
    )  # fmt: skip
    enter(session, order_id, "Shorted", words, stamp)
    if not _is_over(session, line.work_id):
        reallocate_short(session, line_id, units, sane_time(session, line.work_id, stamp.at))


def _found_after_all(session: Session, line_id: bytes, units: int, stamp: Stamp) -> None:
    """Takes back what a short set off: first what was nowhere, then lines planned elsewhere that nobody picked yet."""
    line = session.get(PickLine, line_id)
    if line is None or _is_over(session, line.work_id):
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
        rest -= shrink(session, other, rest)
    promise(session, line.order_line_id, line.sku_id, line.place_id, line.lot, units)
    _settle_doubt(session, line, stamp)


def _take_off_short(session: Session, line: PickLine, units: int, stamp: Stamp) -> int:
    """Lowers what the order line counts as nowhere; without any left its hold ends. How many."""
    order_line = session.get_one(OrderLine, line.order_line_id)
    less = min(order_line.short, units)
    if less:
        lower_short(session, order_line, less, stamp.at)
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
        named = read_fact(kind, data)
        if act is not None and named is not None:
            act(session, named, stamp)


def _undo_start(session: Session, fact: Any, stamp: Stamp) -> None:
    for work_id, order_id, fence in zip(fact.works, fact.orders, fact.fences, strict=True):
        order = session.get(Order, order_id)
        if order is not None and order.state == "picking" and holds(session, work_id, fence):
            set_state(session, order_id, "released")
            enter(session, order_id, "Voided", say("Picking was not started after all"), stamp)


def _undo_pick(session: Session, fact: Any, stamp: Stamp) -> None:
    _settle(session, fact, -fact.quantity)
    if fact.serial:
        withdraw_serial(session, fact.sku_id, fact.serial, fact.tote_id)


def _undo_short(session: Session, fact: Any, stamp: Stamp) -> None:
    if holds(session, fact.work_id, fact.fence):
        _found_after_all(session, fact.pick_line_id, fact.short, stamp)


def _undo_damage(session: Session, fact: Any, stamp: Stamp) -> None:
    order_id = order_of(session, fact.work_id)
    if order_id is None or not holds(session, fact.work_id, fact.fence):
        return
    if fact.quantity > 0:
        _found_after_all(session, fact.pick_line_id, fact.quantity, stamp)
    else:
        _damaged(session, fact.pick_line_id, order_id, -fact.quantity, stamp)


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
    "DamagedAtPick": _undo_damage,
}


CONSEQUENCES: dict[str, Callable[[Session, Fact, Stamp], None]] = {
    "TourStarted": follow_start,
    "Picked": follow_pick,
    "ManualProof": follow_manual,
    "Shorted": follow_short,
    "ShortAmended": follow_amendment,
    "DamagedAtPick": follow_damage,
    "Dropped": follow_drop,
    "Voided": follow_undo,
}
"""What central does after it applied a fact of a walk."""
