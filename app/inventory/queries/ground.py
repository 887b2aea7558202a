"""The places that goods may be put into, read once for all that is to be put away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.inventory.queries.balances import floor, goal
from app.inventory.rules.put_away import ASIDE, STORES, Goods, Shelf
from app.inventory.rules.walk import Floor, Point, walking_mm
from app.models import Bin, CountTask, Lot, Sku, Stock
from app.work.queries import place

NEAREST = 30
"""How many empty bins are looked at: the nearest ones."""
DOUBTS = ("short", "negative", "found")
"""Reasons of a count that say that the book of the place is wrong."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as it stands on the floor."""

    id: bytes
    name: str
    type: str
    aisle: str
    point: Point
    blocked: bool
    capacity_ml: int | None


@dataclass(frozen=True, slots=True)
class Lying:
    """Units of one SKU and lot in one place; `unit_ml` None when nobody measured it."""

    sku_id: bytes
    name: str
    lot: str
    units: int
    unit_ml: int | None
    hazard: str


@dataclass(frozen=True, slots=True)
class Ground:
    """Places with what lies in them. `same` are the places of each SKU, `empty` the nearest free bins, `aside` those
    for what must not be sold."""

    way: Floor
    end: Point
    spots: dict[bytes, Spot] = field(repr=False)
    lying: dict[bytes, tuple[Lying, ...]] = field(repr=False)
    doubted: frozenset[bytes]
    same: dict[bytes, tuple[bytes, ...]]
    empty: tuple[bytes, ...]
    aside: tuple[bytes, ...]

    def homes(self, sku_id: bytes) -> tuple[str, ...]:
        """The aisles in which an SKU lies."""
        return tuple(sorted({self.spots[p].aisle for p in self.same.get(sku_id, ()) if self.spots[p].aisle}))

    def shelves(self, goods: Goods) -> tuple[Shelf, ...]:
        """The places that may take these goods."""
        ids = (*self.same.get(goods.sku_id, ()), *self.empty) if goods.sellable else self.aside
        return tuple(self.shelf(place_id, goods) for place_id in dict.fromkeys(ids))

    def shelf(self, place_id: bytes, goods: Goods) -> Shelf:
        """One place as these goods see it."""
        spot, there = self.spots[place_id], self.lying.get(place_id, ())
        volumes = [x.units * x.unit_ml for x in there if x.unit_ml]
        used = sum(volumes) if len(volumes) == len(there) else None
        rest = [x for x in there if x.sku_id != goods.sku_id]
        return Shelf(
            spot.id, spot.name, spot.type, spot.aisle, walking_mm(self.way, spot.point, self.end), spot.blocked,
            spot.id in self.doubted, spot.capacity_ml, used,
            tuple(sorted({x.lot for x in there if x.sku_id == goods.sku_id})),
            tuple(sorted({x.name for x in rest})), tuple(sorted({x.hazard for x in rest})),
        )  # fmt: skip


def ground_for(session: Session, skus: Collection[bytes], *, aside: bool = False) -> Ground:
    """The ground for these SKUs: where they lie, the nearest empty bins (in their aisles too), with `aside` also the
    places for what must not be sold."""
    end = goal(session)
    same, aisles = _same(session, skus)
    empty = _empty(session, end, aisles)
    kept = session.scalars(select(Bin.id).where(Bin.type.in_(ASIDE), Bin.blocked.is_(False))).all() if aside else ()
    ids = sorted({*(p for places in same.values() for p in places), *empty, *kept})
    return _ground(session, end, ids, same, tuple(empty), tuple(kept))


def shelf_of(session: Session, place_id: bytes, goods: Goods) -> Shelf:
    """One place as these goods see it; KeyError when this mirror does not know it."""
    place(session, place_id)
    return _ground(session, goal(session), [place_id], {}, (), ()).shelf(place_id, goods)


def _ground(
    session: Session, end: Point, ids: list[bytes], same: dict[bytes, tuple[bytes, ...]], empty: tuple[bytes, ...],
    aside: tuple[bytes, ...],
) -> Ground:  # fmt: skip
    spots = {
        b.id: Spot(b.id, b.name, b.type, b.aisle, Point(b.x_mm, b.y_mm), b.blocked, b.capacity_ml)
        for b in session.execute(
            select(Bin.id, Bin.name, Bin.type, Bin.aisle, Bin.x_mm, Bin.y_mm, Bin.blocked, Bin.capacity_ml).where(
                Bin.id.in_(ids)
            )
        )
    }
    return Ground(floor(session), end, spots, _lying(session, ids), _doubted(session, ids), same, empty, aside)


def _same(session: Session, skus: Collection[bytes]) -> tuple[dict[bytes, tuple[bytes, ...]], set[str]]:
    rows = session.execute(
        select(Stock.sku_id, Stock.place_id, Bin.aisle)
        .join(Bin, Bin.id == Stock.place_id)
        .where(Stock.sku_id.in_(skus), Stock.on_hand > 0, Bin.type.in_(STORES), Bin.blocked.is_(False))
        .order_by(Bin.name)
    ).all()
    same: dict[bytes, tuple[bytes, ...]] = {}
    for sku_id, place_id, _ in rows:
        same[sku_id] = (*same.get(sku_id, ()), place_id)
    return same, {aisle for _, _, aisle in rows if aisle}


def _empty(session: Session, end: Point, aisles: Iterable[str]) -> list[bytes]:
    """The empty bins nearest to where units are carried to; some of these aisles are always among them."""
    lies = select(Stock.place_id).where(Stock.place_id == Bin.id, Stock.on_hand != 0).exists()
    free = (
        select(Bin.id)
        .where(Bin.type.in_(STORES), Bin.blocked.is_(False), ~lies)
        .order_by(Bin.type, func.abs(Bin.x_mm - end.x_mm) + func.abs(Bin.y_mm - end.y_mm), Bin.name)
        .limit(NEAREST)
    )
    found = list(session.scalars(free))
    aisles = sorted(aisles)
    return found + (list(session.scalars(free.where(Bin.aisle.in_(aisles)))) if aisles else [])


def _doubted(session: Session, ids: Collection[bytes]) -> frozenset[bytes]:
    rows = select(CountTask.place_id).where(
        CountTask.state.in_(("open", "again", "judge", "counted")), CountTask.reason.in_(DOUBTS),
        CountTask.place_id.in_(ids),
    )  # fmt: skip
    return frozenset(session.scalars(rows))


def _lying(session: Session, ids: Collection[bytes]) -> dict[bytes, tuple[Lying, ...]]:
    rows = session.execute(
        select(Stock.place_id, Stock.sku_id, Sku.name, Stock.lot, Stock.on_hand, Sku.length_mm, Sku.width_mm,
               Sku.height_mm, Sku.hazard)
        .join(Sku, Sku.id == Stock.sku_id)
        .where(Stock.place_id.in_(ids), Stock.on_hand > 0)
    )  # fmt: skip
    found: dict[bytes, tuple[Lying, ...]] = {}
    for place_id, sku_id, name, lot, units, *size, hazard in rows:
        here = Lying(sku_id, name, lot, units, unit_ml(*size), hazard)
        found[place_id] = (*found.get(place_id, ()), here)
    return found


def unit_ml(length_mm: int | None, width_mm: int | None, height_mm: int | None) -> int | None:
    """The room of one unit in millilitres, at least one; None when it was not measured."""
    if not (length_mm and width_mm and height_mm):
        return None
    return max(-(-length_mm * width_mm * height_mm // 1000), 1)


def goods_of(session: Session, sku_id: bytes, lot: str, status: str, units: int, today: date) -> Goods:
    """Units as put-away sees them; KeyError when this mirror does not know the SKU."""
    expires_on = session.scalar(select(Lot.expires_on).where(Lot.sku_id == sku_id, Lot.lot == lot)) or ""
    return all_goods(session, ((sku_id, lot, status, units, expires_on),), today)[0]


def all_goods(session: Session, heaps: Sequence[tuple[bytes, str, str, int, str]], today: date) -> tuple[Goods, ...]:
    """The same for several heaps: SKU, lot, status, units and last day of each."""
    traits = {
        row.id: row
        for row in session.execute(
            select(Sku.id, Sku.length_mm, Sku.width_mm, Sku.height_mm, Sku.lot_tracked, Sku.expiry_tracked, Sku.hazard)
            .where(Sku.id.in_({heap[0] for heap in heaps}))
        )
    }  # fmt: skip
    found = []
    for sku_id, lot, status, units, expires_on in heaps:
        if sku_id not in traits:
            raise KeyError(f"no SKU {sku_id.hex()}")
        sku = traits[sku_id]
        expired = bool(expires_on) and expires_on < today.isoformat()
        size = unit_ml(sku.length_mm, sku.width_mm, sku.height_mm)
        found.append(
            Goods(sku_id, lot, status, units, size, sku.lot_tracked or sku.expiry_tracked, expired, sku.hazard)
        )
    return tuple(found)


def homes_of(session: Session, sku_id: bytes) -> tuple[str, ...]:
    """The aisles in which an SKU lies."""
    return tuple(sorted(_same(session, (sku_id,))[1]))


def shelves_for(session: Session, goods: Goods, homes: Collection[str] = ()) -> tuple[Shelf, ...]:
    """Places that may take these goods: where they lie already and the nearest empty bins, in `homes` too; or those
    for what must not be sold."""
    end = goal(session)
    if not goods.sellable:
        return ground_for(session, (goods.sku_id,), aside=True).shelves(goods)
    same, aisles = _same(session, (goods.sku_id,))
    empty = _empty(session, end, {*homes, *aisles})
    ids = sorted({*same.get(goods.sku_id, ()), *empty})
    return _ground(session, end, ids, same, tuple(empty), ()).shelves(goods)
