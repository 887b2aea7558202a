"""What follows at central from what was taken back: the order's story, money, replacements, and who must look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.facts import Fact, Stamp, read_fact
from app.ids import stable_id
from app.models import (
    Bin,
    FactRow,
    Incident,
    Order,
    Parcel,
    ParcelLine,
    ReturnCase,
    ReturnItem,
    ReturnLine,
    SerialUnit,
    Sku,
    Voiding,
)
from app.picking.service.serials import move_serial
from app.returns import facts as did
from app.returns.queries.shipped import departures
from app.returns.rules.dispositions import disposition_words, grade_words
from app.returns.service.refunds import settle_refunds
from app.returns.service.replacement import make_replacement, take_replacement_back
from app.text import Text, say
from app.work.facts import Voided
from app.work.service.timeline import add_entry


def _case(session: Session, return_id: bytes) -> ReturnCase | None:
    return session.get(ReturnCase, return_id, populate_existing=True)


def _tell(session: Session, stamp: Stamp, order_id: bytes | None, kind: str, words: Text) -> None:
    if order_id is not None and session.get(Order, order_id) is not None:
        add_entry(
            session, order_id=order_id, at=stamp.at, kind=kind, words=words, person_id=stamp.actor_id or None,
            station_id=stamp.station_id,
        )  # fmt: skip


def _incident(
    session: Session, stamp: Stamp, kind: str, order_id: bytes | None, subject: bytes, detail: str, *, of: bytes = b""
) -> None:
    """One incident per fact (or per `of`): applying it again finds it there."""
    incident_id = stable_id("incident", kind, (of or stamp.fact_id).hex())
    if session.get(Incident, incident_id) is None:
        session.add(
            Incident(
                id=incident_id, kind=kind, order_id=order_id, subject=subject, detail=detail, opened_at=stamp.at
            )
        )  # fmt: skip
        session.flush()


# ---- what was done --------------------------------------------------------------------------------------------------


def follow_open(session: Session, fact: Fact, stamp: Stamp) -> None:
    """The story says that something comes back, and how it came."""
    assert isinstance(fact, did.ReturnOpened)
    number = session.scalar(select(Parcel.number).where(Parcel.id == fact.parcel_id)) if fact.parcel_id else None
    match fact.came_as:
        case "refused":
            words = say("Parcel {n} came back: the customer refused it", n=number or 1)
        case "undelivered":
            words = say("Parcel {n} came back: it could not be delivered", n=number or 1)
        case _:
            words = say("Return {number} begun", number=fact.number)
    _tell(session, stamp, fact.order_id or None, "ReturnOpened", words)


def follow_item(session: Session, fact: Fact, stamp: Stamp) -> None:
    """Told, compared with what left, paid back."""
    assert isinstance(fact, did.ReturnedItem)
    case = _case(session, fact.return_id)
    order_id = case.order_id if case is not None else None
    sku = session.get(Sku, fact.sku_id)
    name, place = (sku.sku if sku else "?"), session.scalar(select(Bin.name).where(Bin.id == fact.place_id)) or "?"
    words = say(
        "{n} × {sku} came back, {grade}: {what}, {place}", n=fact.quantity, sku=name, grade=grade_words(fact.grade),
        what=disposition_words(fact.disposition), place=place,
    )  # fmt: skip
    _tell(session, stamp, order_id, "ReturnedItem", words)
    if not fact.line_id:
        detail = f"{fact.quantity} × {name} in {place}: no order is known to have shipped it"
        _incident(session, stamp, "return_without_order", order_id, fact.return_id, detail)
        return
    _compare_units(session, stamp, fact, order_id, name)
    if fact.serial:
        _compare_serial(session, stamp, fact, order_id)
    settle_refunds(session, return_id=fact.return_id, now=stamp.at)


def _compare_units(session: Session, stamp: Stamp, fact: did.ReturnedItem, order_id: bytes | None, name: str) -> None:
    """Two stations without a network can take back the same unit: both facts stand, and a person is told."""
    left = session.scalar(
        select(func.sum(ParcelLine.quantity))
        .join(Parcel, Parcel.id == ParcelLine.parcel_id)
        .where(ParcelLine.order_line_id == fact.line_id, Parcel.state == "closed")
    )
    back = session.scalar(select(func.sum(ReturnItem.quantity)).where(ReturnItem.order_line_id == fact.line_id))
    if (back or 0) > (left or 0):
        _incident(session, stamp, "more_back_than_shipped", order_id, fact.line_id, f"{name}: {back} > {left or 0}")


def _compare_serial(session: Session, stamp: Stamp, fact: did.ReturnedItem, order_id: bytes | None) -> None:
    known = {d.serial for d in departures(session, order_id) if d.sku_id == fact.sku_id} if order_id else set()
    if known - {""} and fact.serial not in known:
        detail = f"serial {fact.serial} came back with an order that never shipped it"
        _incident(session, stamp, "strange_serial", order_id, fact.sku_id, detail)
    session.execute(
        delete(SerialUnit)
        .where(SerialUnit.sku_id == fact.sku_id, SerialUnit.serial == fact.serial, SerialUnit.order_id == order_id)
        .execution_options(synchronize_session=False)
    )  # it may leave again


def _parcels(session: Session, order_id: bytes | None) -> list[bytes]:
    return list(session.scalars(select(Parcel.id).where(Parcel.order_id == order_id).order_by(Parcel.number)))


def follow_wish(session: Session, fact: Fact, stamp: Stamp) -> None:
    """Money becomes goods, or goods money."""
    assert isinstance(fact, did.WishChanged)
    case = _case(session, fact.return_id)
    if case is None:
        return
    words = say("A replacement is wanted") if fact.wish == "replacement" else say("Money back is wanted")
    _tell(session, stamp, case.order_id, "WishChanged", words)
    settle_refunds(session, return_id=fact.return_id, now=stamp.at)


def follow_close(session: Session, fact: Fact, stamp: Stamp) -> None:
    """The end of a return: what was announced and did not come, the shipping, the replacement."""
    assert isinstance(fact, did.ReturnClosed)
    case = _case(session, fact.return_id)
    if case is None:
        return
    said = session.scalar(select(func.sum(ReturnLine.announced)).where(ReturnLine.return_id == case.id)) or 0
    came = session.scalar(select(func.sum(ReturnItem.quantity)).where(ReturnItem.return_id == case.id)) or 0
    words = say("Return {number} closed: {n} units came back", number=case.number, n=came)
    if said > came:
        words = say("Return {number} closed: {n} of {said} announced units came back", number=case.number, n=came,
                    said=said)  # fmt: skip
    _tell(session, stamp, case.order_id, "ReturnClosed", words)
    settle_refunds(session, return_id=case.id, now=stamp.at)
    make_replacement(session, return_id=case.id, now=stamp.at)


# ---- what was taken back --------------------------------------------------------------------------------------------


def follow_undo(session: Session, fact: Fact, stamp: Stamp) -> None:
    """Takes back what followed from facts that are void now; a second voiding of the same fact takes nothing back."""
    assert isinstance(fact, Voided)
    mine = select(Voiding.fact_id).where(Voiding.fact_id.in_(fact.fact_ids), Voiding.by_fact_id == stamp.fact_id)
    rows = session.execute(
        select(FactRow.kind, FactRow.data)
        .where(FactRow.fact_id.in_(mine), FactRow.kind.in_(_UNDONE))
        .order_by(FactRow.seq.desc())
    )
    for kind, data in rows.all():
        named = read_fact(kind, data)
        if named is not None:
            _UNDONE[kind](session, named, stamp)


def _undo_item(session: Session, fact: Any, stamp: Stamp) -> None:
    case = _case(session, fact.return_id)
    order_id = case.order_id if case is not None else None
    _tell(session, stamp, order_id, "Voided", say("Taken back: {n} units did not come back after all", n=fact.quantity))
    for parcel_id in _parcels(session, order_id)[-1:] if fact.serial else ():
        move_serial(
            session, sku_id=fact.sku_id, serial=fact.serial, place_id=parcel_id, order_id=order_id, stamp=stamp
        )  # fmt: skip
    settle_refunds(session, return_id=fact.return_id, now=stamp.at)


def _undo_wish(session: Session, fact: Any, stamp: Stamp) -> None:
    settle_refunds(session, return_id=fact.return_id, now=stamp.at)


def _undo_close(session: Session, fact: Any, stamp: Stamp) -> None:
    take_replacement_back(session, return_id=fact.return_id, now=stamp.at)
    settle_refunds(session, return_id=fact.return_id, now=stamp.at)


def _undo_open(session: Session, fact: Any, stamp: Stamp) -> None:
    words = say("Return {number} was not begun after all", number=fact.number)
    _tell(session, stamp, fact.order_id or None, "Voided", words)


_UNDONE: dict[str, Callable[[Session, Any, Stamp], None]] = {
    "ReturnedItem": _undo_item,
    "WishChanged": _undo_wish,
    "ReturnClosed": _undo_close,
    "ReturnOpened": _undo_open,
}
CONSEQUENCES: dict[str, Callable[[Session, Fact, Stamp], None]] = {
    "ReturnOpened": follow_open,
    "ReturnedItem": follow_item,
    "WishChanged": follow_wish,
    "ReturnClosed": follow_close,
    "Voided": follow_undo,
}
"""What central does after it applied a fact of this kind."""
