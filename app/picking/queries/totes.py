"""Totes beside the walk: parked ones with what they wait for, and those that another station walks with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from app.db import Prepared, one_of
from app.models import Bin, BriefLine, OrderBrief, PickLine, Sku, StationRow, Stock, Tote, Work


@dataclass(frozen=True, slots=True)
class Missing:
    """Units of a SKU that an order still waits for; `picked_now` of them are pick work that somebody has (or may)."""

    sku: str
    name: str
    units: int
    picked_now: int


@dataclass(frozen=True, slots=True)
class ParkedTote:
    """A tote on a problem shelf: since when, what its order misses.

    `waits`: complete (take it to pack), rest (the missing units are pick work), held (somebody holds the order), short
    (units are nowhere), order (nothing is missing, and the order is not ready to be packed).
    """

    tote_id: bytes
    tote: str
    order_id: bytes
    number: str
    shelf: str
    parked_at: datetime | None
    waits: str
    missing: tuple[Missing, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether it can go back to pack."""
        return self.waits == "complete"


_PARKED = Prepared(
    select(
        Tote.id, Tote.name, OrderBrief.order_id, OrderBrief.number, OrderBrief.state, Bin.name, Tote.parked_at
    )
    .join(OrderBrief, OrderBrief.order_id == Tote.order_id)
    .outerjoin(Bin, Bin.id == Tote.place_id)
    .where(Tote.state == "parked")
    .order_by(Tote.parked_at, Tote.name)
)  # fmt: skip


def parked_totes(session: Session) -> tuple[ParkedTote, ...]:
    """Every parked tote, those that can go on first, then the longest parked ones."""
    found = []
    for tote_id, name, order_id, number, state, shelf, parked_at in _PARKED.all(session):
        missing = missing_of(session, order_id)
        waits = _waits(state, missing)
        found.append(ParkedTote(tote_id, name, order_id, number, shelf or "", parked_at, waits, missing))
    return tuple(sorted(found, key=lambda tote: not tote.is_complete))


def _waits(state: str, missing: tuple[Missing, ...]) -> str:
    if state == "held":
        return "held"
    if any(one.units > one.picked_now for one in missing):
        return "short"
    if missing:
        return "rest"
    return "complete" if state in ("picked", "packing") else "order"


_NOWHERE = Prepared(
    select(BriefLine.sku_id, func.sum(BriefLine.short))
    .where(BriefLine.order_id == bindparam("order_id"), BriefLine.short > 0)
    .group_by(BriefLine.sku_id)
)
_LEFT = PickLine.quantity - PickLine.picked - PickLine.short
_COMING = Prepared(
    select(PickLine.sku_id, func.sum(_LEFT))
    .join(Work, Work.id == PickLine.work_id)
    .where(Work.order_id == bindparam("order_id"), Work.state.in_(one_of("ready", "leased")), _LEFT > 0)
    .group_by(PickLine.sku_id)
)


def missing_of(session: Session, order_id: bytes) -> tuple[Missing, ...]:
    """What an order waits for: units that are nowhere, and units of open pick work, by SKU."""
    nowhere = dict(_NOWHERE.all(session, order_id=order_id))
    coming = dict(_COMING.all(session, order_id=order_id))
    if not nowhere and not coming:
        return ()
    skus = session.scalars(select(Sku).where(Sku.id.in_(nowhere.keys() | coming.keys())).order_by(Sku.sku))
    return tuple(
        Missing(sku.sku, sku.name, nowhere.get(sku.id, 0) + coming.get(sku.id, 0), coming.get(sku.id, 0))
        for sku in skus
    )


def parked_of(session: Session, order_id: bytes) -> tuple[ParkedTote, ...]:
    """The parked totes of one order."""
    return tuple(tote for tote in parked_totes(session) if tote.order_id == order_id)


# ---- walks of others ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WalkElsewhere:
    """A walk that another station has: where, with how many orders."""

    station_id: bytes
    station: str
    orders: int
    number: str


def _walks_elsewhere(which: ColumnElement[bool]) -> Prepared:
    return Prepared(
        select(Work.station_id, StationRow.name, OrderBrief.number)
        .outerjoin(StationRow, StationRow.id == Work.station_id)
        .outerjoin(OrderBrief, OrderBrief.order_id == Work.order_id)
        .where(
            Work.kind == "pick", Work.state == "leased", Work.started.is_(True),
            Work.station_id != bindparam("station_id"), which,
        )
        .order_by(Work.priority, Work.id)
    )  # fmt: skip


_TOTE_ELSEWHERE = _walks_elsewhere(
    Work.id.in_(select(Tote.work_id).where(Tote.id == bindparam("tote_id"), Tote.state == "picking"))
)
_CART_ELSEWHERE = _walks_elsewhere(Work.cart_id == bindparam("cart_id"))


def tote_elsewhere(session: Session, station_id: bytes, tote_id: bytes) -> WalkElsewhere | None:
    """The station that walks with this tote, None when nobody else does."""
    return _elsewhere(_TOTE_ELSEWHERE.all(session, tote_id=tote_id, station_id=station_id))


def cart_elsewhere(session: Session, station_id: bytes, cart_id: bytes) -> WalkElsewhere | None:
    """The station that walks with this cart, None when nobody else does."""
    return _elsewhere(_CART_ELSEWHERE.all(session, cart_id=cart_id, station_id=station_id))


def _elsewhere(rows: list[tuple[Any, ...]]) -> WalkElsewhere | None:
    if not rows:
        return None
    station_id, name, number = rows[0]
    return WalkElsewhere(station_id, name or "?", len(rows), number or "?")


def station_of_work(session: Session, work_id: bytes) -> str:
    """The name of the station that holds a piece of work now, "" when none does."""
    name = select(StationRow.name).join(Work, Work.station_id == StationRow.id).where(Work.id == work_id)
    return session.scalar(name) or ""


def units_by_lot(session: Session, place_id: bytes) -> tuple[tuple[bytes, str, int], ...]:
    """(SKU, lot, units) that lie in a tote by the book."""
    rows = session.execute(
        select(Stock.sku_id, Stock.lot, Stock.on_hand).where(Stock.place_id == place_id, Stock.on_hand != 0)
    )
    return tuple((row.sku_id, row.lot, row.on_hand) for row in rows)
