"""What left with an order, what of it is back, and the returns that are open; the same at a station and at central."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import Prepared
from app.models import (
    Bin,
    DispositionRule,
    FactRow,
    Lot,
    OrderBrief,
    Parcel,
    ParcelLine,
    ReturnCase,
    ReturnItem,
    ReturnLine,
    Sku,
    Voiding,
)
from app.returns.rules.coming_back import Shipped, awaited, number_of
from app.returns.rules.standing import Subject
from app.work.queries import begun, code_of

OPEN = ("announced", "receiving")


@dataclass(frozen=True, slots=True)
class ReturnPlan:
    """An order as a bench takes it back: what left of it in closed parcels, when, and the return that is in work."""

    order_id: bytes
    number: str
    state: str
    shipped: tuple[Shipped, ...]
    shipped_at: datetime | None = None
    parcels: int = 0
    return_number: str = ""
    wish: str = "refund"
    announced: bool = False

    @property
    def expected(self) -> int:
        """Units that are still awaited: announced ones where the return says which, else all that left."""
        return awaited(self.shipped, announced=self.announced)


@dataclass(frozen=True, slots=True)
class Returned:
    """Units that came back, as they were graded, and where they are."""

    sku: str
    quantity: int
    lot: str
    serial: str
    grade: int
    disposition: str
    place: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReturnSummary:
    """A return of an order and what came back with it."""

    id: bytes
    number: str
    order_number: str
    kind: str
    state: str
    wish: str
    opened_at: datetime
    closed_at: datetime | None
    items: tuple[Returned, ...] = ()


# ---- what is in work ------------------------------------------------------------------------------------------------


def open_returns(session: Session) -> int | None:
    """How many returns are announced or begun and not closed: the number on the tile."""
    return session.scalar(select(func.count()).select_from(ReturnCase).where(ReturnCase.state.in_(OPEN))) or 0


def waiting_returns(session: Session, limit: int = 6) -> tuple[ReturnSummary, ...]:
    """Open returns, those that were begun first, then the oldest announced."""
    rows = session.execute(
        select(ReturnCase, OrderBrief.number)
        .outerjoin(OrderBrief, OrderBrief.order_id == ReturnCase.order_id)
        .where(ReturnCase.state.in_(OPEN))
        .order_by(ReturnCase.state.desc(), ReturnCase.opened_at, ReturnCase.number)
        .limit(limit)
    ).all()
    return tuple(_summary(case, number or "") for case, number in rows)


def _summary(case: ReturnCase, number: str, items: tuple[Returned, ...] = ()) -> ReturnSummary:
    return ReturnSummary(
        case.id, case.number, number, case.kind, case.state, case.wish, case.opened_at, case.closed_at, items
    )


def returns(session: Session, *, state: str = "", limit: int = 500) -> tuple[ReturnSummary, ...]:
    """Returns of a state (or all), the open ones first, the newest first among them."""
    wanted = (
        select(ReturnCase, OrderBrief.number)
        .outerjoin(OrderBrief, OrderBrief.order_id == ReturnCase.order_id)
        .where(ReturnCase.state == state if state else ReturnCase.state != "void")
        .order_by(ReturnCase.state == "closed", ReturnCase.opened_at.desc(), ReturnCase.number)
        .limit(limit)
    )
    rows = session.execute(wanted).all()
    return tuple(_summary(case, number or "", _items(session, case.id)) for case, number in rows)


def return_of(session: Session, number: str) -> ReturnSummary | None:
    """The return of this number with what came back, None when there is none."""
    row = session.execute(
        select(ReturnCase, OrderBrief.number)
        .outerjoin(OrderBrief, OrderBrief.order_id == ReturnCase.order_id)
        .where(ReturnCase.number == number)
    ).first()
    return None if row is None else _summary(row[0], row[1] or "", _items(session, row[0].id))


def return_story(session: Session, order_id: bytes) -> tuple[ReturnSummary, ...]:
    """Every return of an order with what came back, the oldest first."""
    number = session.scalar(select(OrderBrief.number).where(OrderBrief.order_id == order_id)) or ""
    cases = session.scalars(
        select(ReturnCase)
        .where(ReturnCase.order_id == order_id, ReturnCase.state != "void")
        .order_by(ReturnCase.opened_at, ReturnCase.number)
    ).all()
    return tuple(_summary(case, number, _items(session, case.id)) for case in cases)


def _items(session: Session, return_id: bytes) -> tuple[Returned, ...]:
    rows = session.execute(
        select(ReturnItem, Sku.sku, Bin.name)
        .outerjoin(Sku, Sku.id == ReturnItem.sku_id)
        .outerjoin(Bin, Bin.id == ReturnItem.place_id)
        .where(ReturnItem.return_id == return_id, ReturnItem.quantity > 0)
        .order_by(ReturnItem.at, ReturnItem.id)
    )
    return tuple(
        Returned(sku or "?", i.quantity, i.lot, i.serial, i.grade, i.disposition, place or "?", i.at)
        for i, sku, place in rows
    )


def subject_of_return(session: Session, return_id: bytes) -> Subject | None:
    """A return as a task takes it up, None when nobody knows it."""
    case = session.get(ReturnCase, return_id, populate_existing=True)
    return None if case is None else _subject(case)


def _subject(case: ReturnCase, parcel_id: bytes = b"") -> Subject:
    return Subject(
        case.id, case.number, case.order_id or b"", parcel_id or case.parcel_id or b"", case.kind, case.state, case.wish
    )


def subject_of_order(session: Session, order_id: bytes, fresh_id: bytes) -> Subject:
    """The open return of an order, the one that was begun first; else a new one under `fresh_id`."""
    case = session.scalars(
        select(ReturnCase)
        .where(ReturnCase.order_id == order_id, ReturnCase.state.in_(OPEN))
        .where(ReturnCase.kind.in_(("announced", "unannounced")))
        .order_by(ReturnCase.state.desc(), ReturnCase.opened_at, ReturnCase.number)
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()
    return _subject(case) if case is not None else Subject(fresh_id, number_of(fresh_id), order_id)


def subject_of_parcel(session: Session, parcel_id: bytes, fresh_id: bytes) -> Subject | None:
    """The return of the order whose parcel this is: the one that this very parcel began, else as for its order.

    None when the parcel has not left.
    """
    parcel = session.get(Parcel, parcel_id, populate_existing=True)
    if parcel is None or parcel.state != "closed":
        return None
    case = session.scalars(
        select(ReturnCase).where(ReturnCase.parcel_id == parcel_id, ReturnCase.state.in_(OPEN)).limit(1)
    ).first()
    if case is not None:
        return _subject(case)
    found = subject_of_order(session, parcel.order_id, fresh_id)
    return Subject(
        found.return_id, found.number, found.order_id, parcel_id, found.kind, found.state, found.wish
    )  # fmt: skip


def subject_of_task(session: Session, task_id: bytes) -> Subject | None:
    """What a task was last about, although every scan of it was taken back; None for a new task."""
    data = session.scalar(
        select(FactRow.data)
        .where(FactRow.task_id == task_id, FactRow.kind == "ReturnOpened")
        .order_by(FactRow.seq.desc())
        .limit(1)
    )
    if data is None:
        return None
    body = json.loads(data)["body"]
    return Subject(
        bytes.fromhex(body["return_id"]), body["number"], bytes.fromhex(body["order_id"]),
        bytes.fromhex(body["parcel_id"]), body["came_as"], body["before"], body["wish"],
    )  # fmt: skip


def unfinished_task(session: Session, return_id: bytes) -> bytes | None:
    """The last task of this station that opened this return and left it in the middle, None when there is none."""
    taken_back = select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id).exists()
    mine = select(FactRow.task_id).where(
        FactRow.kind == "ReturnOpened", FactRow.data.contains(return_id.hex()), FactRow.task_id.is_not(None)
    )
    return session.scalar(mine.where(~taken_back).order_by(FactRow.seq.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class ReturnLeft:
    """A return that was begun at this station and is not closed; `code` opens it again, "" without a label."""

    task_id: bytes
    since: datetime
    number: str
    order_number: str
    code: str


_RECEIVING = Prepared(
    select(ReturnCase.id, ReturnCase.number, ReturnCase.order_id, OrderBrief.number)
    .outerjoin(OrderBrief, OrderBrief.order_id == ReturnCase.order_id)
    .where(ReturnCase.state == "receiving")
)


def returns_left(session: Session) -> tuple[ReturnLeft, ...]:
    """Those returns, the oldest first."""
    rows = _RECEIVING.all(session)
    since = {one.task_id: one.at for one in begun(session, "ReturnOpened", most=50)} if rows else {}
    found = []
    for return_id, number, order_id, order_number in rows:
        task = unfinished_task(session, return_id)
        if task in since:
            code = code_of(session, return_id, "return") or code_of(session, order_id or b"", "order")
            found.append(ReturnLeft(task, since[task], number, order_number or "", code))
    return tuple(sorted(found, key=lambda one: one.since))


# ---- what left and what is back -------------------------------------------------------------------------------------


def plan_of_order(session: Session, order_id: bytes, return_id: bytes = b"") -> ReturnPlan | None:
    """What left of an order and is not back, with what this return announced; None when the order is not known."""
    brief = session.get(OrderBrief, order_id, populate_existing=True)
    if brief is None:
        return None
    case = session.get(ReturnCase, return_id, populate_existing=True) if return_id else None
    announced = _still_announced(session, return_id) if case is not None else {}
    parcels = session.execute(
        select(func.count(), func.max(Parcel.closed_at)).where(Parcel.order_id == order_id, Parcel.state == "closed")
    ).one()
    only = case.parcel_id if case is not None and case.kind in ("refused", "undelivered") else None
    return ReturnPlan(
        order_id=order_id,
        number=brief.number,
        state=brief.state,
        shipped=_shipped(session, order_id, announced, only),
        shipped_at=parcels[1],
        parcels=parcels[0],
        return_number=case.number if case is not None else "",
        wish=case.wish if case is not None else "refund",
        announced=bool(announced),
    )


def plan_of_return(session: Session, subject: Subject) -> ReturnPlan | None:
    """The plan of what a task is about; None without an order that is known here."""
    return plan_of_order(session, subject.order_id, subject.return_id) if subject.order_id else None


def _still_announced(session: Session, return_id: bytes) -> dict[bytes, int]:
    """Announced units by order line that did not come back with this return yet; a line that is complete has 0."""
    said = session.execute(
        select(ReturnLine.order_line_id, func.sum(ReturnLine.announced))
        .where(ReturnLine.return_id == return_id, ReturnLine.order_line_id.is_not(None))
        .group_by(ReturnLine.order_line_id)
    )
    came = dict(
        session.execute(
            select(ReturnItem.order_line_id, func.sum(ReturnItem.quantity))
            .where(ReturnItem.return_id == return_id)
            .group_by(ReturnItem.order_line_id)
        ).all()
    )
    return {line_id: max(units - came.get(line_id, 0), 0) for line_id, units in said if line_id is not None}


def _shipped(
    session: Session, order_id: bytes, announced: Mapping[bytes, int], parcel_id: bytes | None
) -> tuple[Shipped, ...]:
    left = (
        select(ParcelLine.order_line_id, ParcelLine.sku_id, ParcelLine.lot, func.sum(ParcelLine.quantity))
        .join(Parcel, Parcel.id == ParcelLine.parcel_id)
        .join(Sku, Sku.id == ParcelLine.sku_id)
        .where(Parcel.order_id == order_id, Parcel.state == "closed")
        .group_by(ParcelLine.order_line_id, ParcelLine.sku_id, ParcelLine.lot)
        .order_by(func.min(Parcel.number), func.min(Sku.name), ParcelLine.order_line_id, ParcelLine.lot)
    )
    if parcel_id is not None:
        left = left.where(Parcel.id == parcel_id)
    rows = session.execute(left).all()
    lines = [row[0] for row in rows]
    back = session.execute(
        select(ReturnItem.order_line_id, ReturnItem.lot, func.sum(ReturnItem.quantity))
        .where(ReturnItem.order_line_id.in_(lines))
        .group_by(ReturnItem.order_line_id, ReturnItem.lot)
    )
    units_back = {(line_id, lot): units for line_id, lot, units in back}
    return tuple(
        Shipped(line_id, sku_id, lot, units, units_back.get((line_id, lot), 0), announced.get(line_id, 0))
        for line_id, sku_id, lot, units in rows
        if units > 0
    )


def serials_back(session: Session, sku_id: bytes, line_ids: tuple[bytes, ...]) -> tuple[str, ...]:
    """Serial numbers of these order lines that came back."""
    rows = session.scalars(
        select(ReturnItem.serial).where(
            ReturnItem.order_line_id.in_(line_ids), ReturnItem.sku_id == sku_id, ReturnItem.serial != "",
            ReturnItem.quantity > 0,
        )
    )  # fmt: skip
    return tuple(rows)


# ---- rules of the site ----------------------------------------------------------------------------------------------


def disposition_rules(session: Session) -> dict[tuple[str, int], str]:
    """The site's rules by class of item ("" is every class without its own) and grade."""
    rows = session.execute(select(DispositionRule.item_class, DispositionRule.grade, DispositionRule.disposition))
    return {(item_class, grade): found for item_class, grade, found in rows}


def is_expired(session: Session, sku_id: bytes, lot: str, today: date) -> bool:
    """Whether the last day of a lot is over."""
    expires_on = session.scalar(select(Lot.expires_on).where(Lot.sku_id == sku_id, Lot.lot == lot)) or ""
    return bool(expires_on) and expires_on < today.isoformat()
