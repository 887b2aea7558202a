"""What the home screen and the sign-in read of the mirror."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.db import Prepared, one_of
from app.models import Ask, FactRow, OrderBrief, Person, StationRow, Tote, Work
from app.packing.queries import numbers
from app.work.queries import orders_to_pick as orders_to_pick
from app.work.queries import totes_to_pack as totes_to_pack
from app.workflow import Operator


@dataclass(frozen=True, slots=True)
class CutOff:
    """When the next orders must have left: their moment, how many they are, and how many are late already."""

    at: datetime | None
    orders: int
    late: int


@dataclass(frozen=True, slots=True)
class BoundTote:
    """A tote that is in use and what is to be done with it."""

    id: bytes
    name: str
    state: str
    order_number: str


def operator(session: Session, person_id: bytes) -> Operator | None:
    """A member of staff who may sign in, None when unknown or no longer active."""
    row = session.get(Person, person_id, populate_existing=True)
    if row is None or not row.active:
        return None
    return Operator(row.id, row.name, row.role, row.language)


_DUE = Prepared(
    select(OrderBrief.ship_by, func.count())
    .where(OrderBrief.ship_by.is_not(None), OrderBrief.state.not_in(one_of("shipped", "cancelled")))
    .group_by(OrderBrief.ship_by)
    .order_by(OrderBrief.ship_by)
)


def cut_off(session: Session, now: datetime) -> CutOff:
    """The next moment at which orders must have left; orders that say nothing of it count for nothing."""
    rows = _DUE.all(session)
    late = sum(orders for at, orders in rows if at < now)
    coming = next(((at, orders) for at, orders in rows if at >= now), (None, 0))
    return CutOff(coming[0], coming[1], late)


@dataclass(frozen=True, slots=True)
class StillHere:
    """An order that the mirror knows not to move."""

    order_id: bytes
    number: str
    state: str
    parked: bool


def stuck_here(session: Session) -> int:
    """How many orders the mirror knows not to move: held ones, and those whose totes were put aside."""
    return len(still_here(session))


_PARKED = Prepared(select(Tote.order_id).where(Tote.state == "parked", Tote.order_id.is_not(None)).distinct())
_STILL = Prepared(
    select(OrderBrief.order_id, OrderBrief.number, OrderBrief.state)
    .where(
        (OrderBrief.state == "held")
        | OrderBrief.order_id.in_(select(Tote.order_id).where(Tote.state == "parked", Tote.order_id.is_not(None)))
    )
    .order_by(OrderBrief.priority, OrderBrief.ship_by, OrderBrief.number)
)


def still_here(session: Session) -> tuple[StillHere, ...]:
    """Those orders, the most urgent first. Why they stand still only central knows."""
    parked = {order_id for (order_id,) in _PARKED.all(session)}
    rows = _STILL.all(session)
    return tuple(StillHere(order_id, number, state, order_id in parked) for order_id, number, state in rows)


def lacking(session: Session, station_id: bytes, *, orders: int, labels: int) -> tuple[int, bool]:
    """What is to be asked for so that the station can go on without central: (orders to claim, whether numbers).

    Orders that it holds and nobody began count, and so does a question that is not answered yet: whoever signs in ten
    times a day must not take all the work of the floor with him.
    """
    asked = set(session.scalars(select(Ask.kind)))
    held = select(func.count()).select_from(Work).where(Work.kind == "pick", Work.state == "leased")
    here = session.scalar(held.where(Work.station_id == station_id, Work.started.is_(False))) or 0
    return (
        0 if "claim" in asked else max(orders - here, 0),
        "numbers" not in asked and numbers(session, station_id).left < labels,
    )


@cache
def _totes_in(states: tuple[str, ...]) -> Prepared:
    return Prepared(
        select(Tote.id, Tote.name, Tote.state, OrderBrief.number)
        .outerjoin(OrderBrief, OrderBrief.order_id == Tote.order_id)
        .where(Tote.state.in_(one_of(*states)))
        .order_by(OrderBrief.priority, OrderBrief.ship_by, Tote.name)
        .limit(bindparam("most"))
    )


def totes_in(session: Session, *states: str, limit: int = 8) -> tuple[BoundTote, ...]:
    """Totes in one of these states, those of the most urgent orders first."""
    rows = _totes_in(states).all(session, most=limit)
    return tuple(BoundTote(tote_id, name, state, number or "") for tote_id, name, state, number in rows)


def task_of(session: Session, subject: bytes, *kinds: str) -> bytes | None:
    """The last task at this station whose facts of these kinds name `subject` (a tote, a cart): where to resume."""
    mine = select(FactRow.task_id).where(
        FactRow.kind.in_(kinds), FactRow.task_id.is_not(None), FactRow.data.contains(subject.hex())
    )
    return session.scalar(mine.order_by(FactRow.seq.desc()).limit(1))


def is_ready(session: Session) -> bool:
    """Whether the mirror holds the warehouse yet (a new station reads its first feed)."""
    return session.scalar(select(Person.id).limit(1)) is not None


def station_label(session: Session, station_id: bytes) -> str:
    """The station's name as people say it."""
    return session.scalar(select(StationRow.name).where(StationRow.id == station_id)) or ""
