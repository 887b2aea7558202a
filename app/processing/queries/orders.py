"""Orders as the office sees them: lists, one order with its story."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.models import Customer, Hold, Order, OrderLine, Person, Sku, StationRow, TimelineEntry
from app.processing.queries.holds import HoldRow, open_holds
from app.processing.queries.stuck import stuck
from app.processing.rules import Stuck
from app.text import Text
from app.work.service.timeline import unpacked_words


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One line of the list; `holds` are the kinds of its open holds."""

    order_id: bytes
    number: str
    channel: str
    external_id: str
    state: str
    placed_at: datetime | None
    ship_by: datetime | None
    currency: str
    total: Decimal | None
    lines: int
    units: int
    short: int
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of an order with what was ordered, cancelled, short and still promised."""

    position: int
    sku: str
    name: str
    ordered: int
    cancelled: int
    short: int
    ships: bool
    known: bool


@dataclass(frozen=True, slots=True)
class StoryRow:
    """One entry of the timeline."""

    at: datetime
    kind: str
    words: Text
    person: str
    station: str


@dataclass(frozen=True, slots=True)
class OrderStory:
    """Everything about one order that fits on a screen."""

    row: OrderRow
    customer: str
    lines: tuple[LineRow, ...]
    holds: tuple[HoldRow, ...]
    story: tuple[StoryRow, ...]
    stuck: Stuck | None


def orders(session: Session, *, state: str = "", limit: int | None = None) -> tuple[OrderRow, ...]:
    """Orders by urgency and age, all or of one state."""
    wanted = select(Order).order_by(Order.priority, Order.placed_at.nulls_first(), Order.number, Order.id).limit(limit)
    if state:
        wanted = wanted.where(Order.state == state)
    found = session.scalars(wanted).all()
    units = _units(session)
    holds = _hold_kinds(session)
    return tuple(_row(order, units.get(order.id, (0, 0, 0)), holds.get(order.id, ())) for order in found)


def _row(order: Order, counts: tuple[int, int, int], holds: tuple[str, ...]) -> OrderRow:
    return OrderRow(
        order.id, order.number, order.channel, order.external_id, order.state, order.placed_at, order.ship_by,
        order.currency, order.total, *counts, holds,
    )  # fmt: skip


def _units(session: Session) -> dict[bytes, tuple[int, int, int]]:
    open_units = func.sum(OrderLine.quantity - OrderLine.cancelled).filter(OrderLine.ships)
    rows = session.execute(
        select(OrderLine.order_id, func.count(), func.coalesce(open_units, 0), func.sum(OrderLine.short)).group_by(
            OrderLine.order_id
        )
    )
    return {r[0]: (r[1], r[2], r[3]) for r in rows}


def _hold_kinds(session: Session) -> dict[bytes, tuple[str, ...]]:
    found: dict[bytes, list[str]] = {}
    for order_id, kind in session.execute(select(Hold.order_id, Hold.kind).where(Hold.released_at.is_(None))):
        found.setdefault(order_id, []).append(kind)
    return {order_id: tuple(sorted(set(kinds))) for order_id, kinds in found.items()}


def find_orders(session: Session, number: str) -> tuple[bytes, ...]:
    """The orders of this number, or of this external id; several shops may use one number."""
    wanted = select(Order.id).where(or_(Order.number == number.lstrip("#"), Order.external_id == number))
    return tuple(session.scalars(wanted.order_by(Order.received_at, Order.id)))


def order_story(session: Session, order_id: bytes) -> OrderStory:
    """One order with lines, holds and timeline. KeyError when there is none."""
    order = session.get(Order, order_id)
    if order is None:
        raise KeyError(f"no order {order_id.hex()}")
    holds = open_holds(session, order_id)
    counts = _units(session).get(order_id, (0, 0, 0))
    customer = session.get(Customer, order.customer_id) if order.customer_id else None
    return OrderStory(
        _row(order, counts, tuple(sorted({h.kind for h in holds}))),
        customer.name if customer else "",
        _lines(session, order_id),
        holds,
        timeline(session, order_id),
        stuck(session, order_id),
    )


def _lines(session: Session, order_id: bytes) -> tuple[LineRow, ...]:
    rows = session.execute(
        select(OrderLine, Sku.sku, Sku.name)
        .outerjoin(Sku, Sku.id == OrderLine.sku_id)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.position)
    )
    return tuple(
        LineRow(
            line.position, sku or line.external_sku, name or line.name, line.quantity, line.cancelled, line.short,
            line.ships, sku is not None,
        )
        for line, sku, name in rows
    )  # fmt: skip


def timeline(session: Session, order_id: bytes) -> tuple[StoryRow, ...]:
    """What happened to an order, the oldest first."""
    rows = session.execute(
        select(TimelineEntry, Person.name, StationRow.name)
        .outerjoin(Person, Person.id == TimelineEntry.person_id)
        .outerjoin(StationRow, StationRow.id == TimelineEntry.station_id)
        .where(TimelineEntry.order_id == order_id)
        .order_by(TimelineEntry.at, TimelineEntry.id)
    )
    return tuple(
        StoryRow(entry.at, entry.kind, unpacked_words(json.loads(entry.words)), person or "", station or "")
        for entry, person, station in rows
    )
