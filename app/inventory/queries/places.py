"""What lies in a place, how it lies to its neighbours, and which places there are for goods that want one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.inventory.queries.ground import goods_of, homes_of, shelf_of, shelves_for
from app.inventory.rules.racks import Slot, bays_from_left, levels_from_top, window
from app.inventory.rules.walk import Point
from app.models import Bin, Lot, Sku, StationRow, Stock, Tote
from app.view import Rack
from app.work.queries import Place, place, places_of_type

__all__ = [
    "Pile", "bin_named", "dock_of", "goods_of", "holder_name", "homes_of", "piles", "rack_around", "shelf_of",
    "shelves_for", "sku_named", "stands_at",
]  # fmt: skip


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


# ---- things by their names ------------------------------------------------------------------------------------------


def bin_named(session: Session, name: str) -> bytes | None:
    """The bin of that name, None without one."""
    return session.scalar(select(Bin.id).where(Bin.name == name))


def sku_named(session: Session, sku: str) -> bytes | None:
    """The product with that SKU, None without one."""
    return session.scalar(select(Sku.id).where(Sku.sku == sku))
