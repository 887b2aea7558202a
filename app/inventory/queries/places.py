"""What lies in a place, how it lies to its neighbours, and which places there are for goods that want one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.inventory.queries.balances import floor, goal
from app.inventory.rules.put_away import ASIDE, STORES, Goods, Shelf
from app.inventory.rules.racks import Slot, bays_from_left, levels_from_top, window
from app.inventory.rules.walk import Point, walking_mm
from app.models import Bin, CountTask, Lot, Sku, StationRow, Stock, Tote
from app.view import Rack
from app.work.queries import Place, place, places_of_type

NEAREST = 30
"""How many empty bins are looked at: the nearest ones."""
DOUBTS = ("short", "negative", "found")
"""Reasons of a count that say that the book of the place is wrong."""


@dataclass(frozen=True, slots=True)
class Pile:
    """Units of one SKU, lot and status in one place. `reserved` of them are promised; `expires_on` is a date or ""."""

    sku_id: bytes
    lot: str
    status: str
    units: int
    reserved: int
    expires_on: str

    @property
    def key(self) -> tuple[bytes, str, str]:
        return self.sku_id, self.lot, self.status


def piles(session: Session, place_id: bytes) -> tuple[Pile, ...]:
    """What lies in a place by the book, by SKU and lot; what is below nought is left out."""
    rows = session.execute(
        select(Stock.sku_id, Stock.lot, Stock.status, Stock.on_hand, Stock.reserved,
               func.coalesce(Lot.expires_on, "").label("expires_on"))
        .join(Sku, Sku.id == Stock.sku_id)
        .outerjoin(Lot, and_(Lot.sku_id == Stock.sku_id, Lot.lot == Stock.lot))
        .where(Stock.place_id == place_id, Stock.on_hand > 0)
        .order_by(Sku.sku, Stock.lot, Stock.status)
    )  # fmt: skip
    return tuple(Pile(*row) for row in rows)


def holder_name(session: Session, place_id: bytes) -> str:
    """The name of a bin or a tote, "" for neither."""
    name = session.scalar(select(Bin.name).where(Bin.id == place_id))
    return name or session.scalar(select(Tote.name).where(Tote.id == place_id)) or ""


def dock_of(session: Session, station_id: bytes) -> Place | None:
    """The dock at which a station takes goods in: its own place when that is one, else the first one by name."""
    own = session.scalar(select(StationRow.place_id).where(StationRow.id == station_id))
    if own is not None and (there := place(session, own)).type == "receive":
        return there
    return next(iter(places_of_type(session, "receive")), None)


def stands_at(session: Session, station_id: bytes) -> Point | None:
    """Where a station stands, None for one that moves about."""
    own = session.scalar(select(StationRow.place_id).where(StationRow.id == station_id))
    row = session.execute(select(Bin.x_mm, Bin.y_mm).where(Bin.id == own)).first() if own else None
    return Point(row.x_mm, row.y_mm) if row else None


def rack_around(session: Session, place_id: bytes) -> Rack | None:
    """Three bays of the rack around a bin, as one sees them who faces it; None for a place that is no rack."""
    there = place(session, place_id)
    if not (there.aisle and there.bay and there.level):
        return None
    rows = session.execute(select(Bin).where(Bin.aisle == there.aisle, Bin.bay != "").order_by(Bin.name)).scalars()
    slots = [Slot(b.aisle, b.side or "R", b.bay, b.level, b.level_no, b.y_mm) for b in rows]
    side = there.side or "R"
    bays = window(bays_from_left(slots, there.aisle, side), there.bay)
    return Rack(levels_from_top(slots, there.aisle, side, bays), bays, there.level, there.bay)


def goods_of(session: Session, sku_id: bytes, lot: str, status: str, units: int, today: date) -> Goods:
    """Units as put-away sees them; KeyError when this mirror does not know the SKU."""
    sku = session.get(Sku, sku_id)
    if sku is None:
        raise KeyError(f"no SKU {sku_id.hex()}")
    expires_on = session.scalar(select(Lot.expires_on).where(Lot.sku_id == sku_id, Lot.lot == lot)) or ""
    apart = sku.lot_tracked or sku.expiry_tracked
    expired = bool(expires_on) and expires_on < today.isoformat()
    return Goods(sku_id, lot, status, units, _unit_ml(sku.length_mm, sku.width_mm, sku.height_mm), apart, expired,
                 sku.hazard)  # fmt: skip


def _unit_ml(length_mm: int | None, width_mm: int | None, height_mm: int | None) -> int | None:
    """The room of one unit in millilitres, at least one; None when it was not measured."""
    if not (length_mm and width_mm and height_mm):
        return None
    return max(-(-length_mm * width_mm * height_mm // 1000), 1)


# ---- places for goods -----------------------------------------------------------------------------------------------


def homes_of(session: Session, sku_id: bytes) -> tuple[str, ...]:
    """The aisles in which good units of an SKU lie."""
    rows = select(Bin.aisle).join(Stock, Stock.place_id == Bin.id).where(
        Stock.sku_id == sku_id, Stock.on_hand > 0, Stock.status == "good", Bin.type.in_(STORES), Bin.aisle != ""
    )  # fmt: skip
    return tuple(session.scalars(rows.distinct().order_by(Bin.aisle)))


def shelves_for(session: Session, goods: Goods, homes: Collection[str] = ()) -> tuple[Shelf, ...]:
    """Places that may take these goods: where they lie already, and the nearest empty bins (in `homes` too).

    For what must not be sold, all places of its own.
    """
    if not goods.sellable:
        ids = session.scalars(select(Bin.id).where(Bin.type.in_(ASIDE), Bin.blocked.is_(False))).all()
        return _shelves(session, ids, goods)
    same = session.scalars(
        select(Stock.place_id)
        .join(Bin, Bin.id == Stock.place_id)
        .where(Stock.sku_id == goods.sku_id, Stock.on_hand > 0, Bin.type.in_(STORES), Bin.blocked.is_(False))
    ).all()
    return _shelves(session, {*same, *_empty(session, homes)}, goods)


def shelf_of(session: Session, place_id: bytes, goods: Goods) -> Shelf:
    """One place as put-away sees it; KeyError when this mirror does not know it."""
    place(session, place_id)
    return _shelves(session, (place_id,), goods)[0]


def _empty(session: Session, homes: Collection[str]) -> list[bytes]:
    """The empty bins nearest to where units are carried to; some of the home aisles are always among them."""
    end = goal(session)
    lies = select(Stock.place_id).where(Stock.place_id == Bin.id, Stock.on_hand != 0).exists()
    free = (
        select(Bin.id)
        .where(Bin.type.in_(STORES), Bin.blocked.is_(False), ~lies)
        .order_by(Bin.type, func.abs(Bin.x_mm - end.x_mm) + func.abs(Bin.y_mm - end.y_mm), Bin.name)
    )
    found = list(session.scalars(free.limit(NEAREST)))
    return found + (list(session.scalars(free.where(Bin.aisle.in_(homes)).limit(NEAREST))) if homes else [])


def _shelves(session: Session, ids: Iterable[bytes], goods: Goods) -> tuple[Shelf, ...]:
    ids = sorted(set(ids))
    way, end = floor(session), goal(session)
    lying = _lying(session, ids)
    doubted = set(
        session.scalars(
            select(CountTask.place_id).where(
                CountTask.place_id.in_(ids), CountTask.state.in_(("open", "again", "judge", "counted")),
                CountTask.reason.in_(DOUBTS),
            )
        )
    )  # fmt: skip
    found = []
    for b in session.scalars(select(Bin).where(Bin.id.in_(ids)).order_by(Bin.name)):
        there = lying.get(b.id, [])
        volumes = [x.units * x.unit_ml if x.unit_ml else None for x in there]
        used = None if any(v is None for v in volumes) else sum(v for v in volumes if v is not None)
        own = [x for x in there if x.sku_id == goods.sku_id]
        rest = [x for x in there if x.sku_id != goods.sku_id]
        found.append(
            Shelf(
                b.id, b.name, b.type, b.aisle, walking_mm(way, Point(b.x_mm, b.y_mm), end), b.blocked, b.id in doubted,
                b.capacity_ml, used, tuple(sorted({x.lot for x in own})), tuple(sorted({x.name for x in rest})),
                tuple(sorted({x.hazard for x in rest})),
            )
        )  # fmt: skip
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Lying:
    sku_id: bytes
    name: str
    lot: str
    units: int
    unit_ml: int | None
    hazard: str


def _lying(session: Session, ids: Collection[bytes]) -> dict[bytes, list[_Lying]]:
    rows = session.execute(
        select(Stock.place_id, Stock.sku_id, Sku.name, Stock.lot, Stock.on_hand, Sku.length_mm, Sku.width_mm,
               Sku.height_mm, Sku.hazard)
        .join(Sku, Sku.id == Stock.sku_id)
        .where(Stock.place_id.in_(ids), Stock.on_hand > 0)
    )  # fmt: skip
    found: dict[bytes, list[_Lying]] = {}
    for r in rows:
        unit_ml = _unit_ml(r.length_mm, r.width_mm, r.height_mm)
        found.setdefault(r.place_id, []).append(_Lying(r.sku_id, r.name, r.lot, r.on_hand, unit_ml, r.hazard))
    return found


# ---- things by their names ------------------------------------------------------------------------------------------


def bin_named(session: Session, name: str) -> bytes | None:
    """The bin of that name, None without one."""
    return session.scalar(select(Bin.id).where(Bin.name == name))


def sku_named(session: Session, sku: str) -> bytes | None:
    """The product with that SKU, None without one."""
    return session.scalar(select(Sku.id).where(Sku.sku == sku))
