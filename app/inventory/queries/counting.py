"""Counts: which places are to be counted, by whom they may be, and what the book says of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.inventory.rules.counting import Spot
from app.models import Bin, CountTask, Sku, Stock, Tote
from app.work.queries import setting

PENDING = ("open", "again", "judge")
"""States in which somebody is to go and count."""
UNSETTLED = (*PENDING, "counted")


@dataclass(frozen=True, slots=True)
class Counting:
    """A place to be counted; `sku_id` and `sku` are empty when all that lies there is. `place` is its name."""

    id: bytes
    place_id: bytes
    place: str
    sku_id: bytes
    sku: str
    reason: str
    state: str
    first_by: bytes
    second_by: bytes


def counts_open(session: Session, person_id: bytes, *, lead: bool, limit: int = 8) -> tuple[Counting, ...]:
    """Counts that this person may make, the most urgent first: a second one is never made by who made the first."""
    rows = session.execute(
        _wanted().where(_may(person_id, lead)).order_by(CountTask.priority, CountTask.opened_at, Bin.name).limit(limit)
    )
    return tuple(_counting(task, place, sku) for task, place, sku in rows)


def counts_at(session: Session, place_id: bytes) -> tuple[Counting, ...]:
    """All counts of a place that are not settled, the most urgent first."""
    rows = session.execute(
        _wanted(UNSETTLED).where(CountTask.place_id == place_id).order_by(CountTask.priority, CountTask.opened_at)
    )
    return tuple(_counting(task, place, sku) for task, place, sku in rows)


def counting(session: Session, count_id: bytes) -> Counting | None:
    """One count by id, whatever its state."""
    row = session.execute(_wanted(()).where(CountTask.id == count_id).execution_options(populate_existing=True)).first()
    return None if row is None else _counting(row[0], row[1], row[2])


def counts_waiting(session: Session) -> int:
    """How many places are to be counted."""
    return session.scalar(select(func.count()).select_from(CountTask).where(CountTask.state.in_(PENDING))) or 0


def _wanted(states: tuple[str, ...] = PENDING) -> Select[CountTask, str, str]:
    named = func.coalesce(Bin.name, Tote.name, "")
    wanted = (
        select(CountTask, named, func.coalesce(Sku.sku, ""))
        .outerjoin(Bin, Bin.id == CountTask.place_id)
        .outerjoin(Tote, Tote.id == CountTask.place_id)
        .outerjoin(Sku, Sku.id == CountTask.sku_id)
    )
    return wanted.where(CountTask.state.in_(states)) if states else wanted


def _may(person_id: bytes, lead: bool) -> ColumnElement[bool]:
    second = and_(CountTask.state == "again", or_(CountTask.first_by.is_(None), CountTask.first_by != person_id))
    allowed = or_(CountTask.state == "open", second)
    return or_(allowed, CountTask.state == "judge") if lead else allowed


def _counting(row: CountTask, place: str, sku: str) -> Counting:
    return Counting(
        row.id, row.place_id, place, row.sku_id or b"", sku, row.reason, row.state, row.first_by or b"",
        row.second_by or b"",
    )  # fmt: skip


def book(session: Session, place_id: bytes, sku_id: bytes = b"") -> dict[Spot, int]:
    """What the book says of a place now, by SKU, lot and status; of one SKU only when it is given."""
    rows = select(Stock.sku_id, Stock.lot, Stock.status, Stock.on_hand).where(
        Stock.place_id == place_id, Stock.on_hand != 0
    )
    if sku_id:
        rows = rows.where(Stock.sku_id == sku_id)
    return {(r.sku_id, r.lot, r.status): r.on_hand for r in session.execute(rows)}


def lots_known(session: Session, place_id: bytes, sku_id: bytes) -> tuple[str, ...]:
    """The lots of an SKU that lie in a place by the book."""
    rows = select(Stock.lot).where(
        Stock.place_id == place_id, Stock.sku_id == sku_id, Stock.on_hand > 0, Stock.lot != ""
    )
    return tuple(session.scalars(rows.distinct().order_by(Stock.lot)))


def count_tolerance(session: Session) -> int:
    """By how many units a first count may differ from the book and be believed (setting `count_tolerance_units`)."""
    word = setting(session, "count_tolerance_units", "0")
    return int(word) if word.isascii() and word.isdigit() else 0


def count_cap(session: Session) -> int:
    """How many counts a day central asks for by itself (setting `count_cap_per_day`, else 20)."""
    word = setting(session, "count_cap_per_day", "20")
    return int(word) if word.isascii() and word.isdigit() else 20


def count_wait_minutes(session: Session) -> int:
    """How long a count waits for facts of other stations (setting `count_wait_minutes`, else 15)."""
    word = setting(session, "count_wait_minutes", "15")
    return int(word) if word.isascii() and word.isdigit() else 15
