"""What stock there is, where it is free, and whether the ledger agrees with the balances."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from app.inventory.rules import Candidate, Floor, Point, walking_mm
from app.models import Bin, CrossAisle, Incident, Lot, Movement, Reservation, Sku, Stock

RECOUNT = "recount"
"""An incident about a place whose book is doubted: nothing more is promised out of it until it was counted."""


Key = tuple[bytes, bytes, str, str]
"""SKU, place, lot, status."""


@dataclass(frozen=True, slots=True)
class StockLine:
    """A balance by names; `free` is what can still be promised."""

    sku: str
    place: str
    lot: str
    status: str
    on_hand: int
    reserved: int

    @property
    def free(self) -> int:
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class Difference:
    """A balance that is not what the ledger or the reservations say. `what`: on_hand or reserved."""

    sku_id: bytes
    place_id: bytes
    lot: str
    status: str
    what: str
    booked: int
    summed: int


def floor(session: Session) -> Floor:
    """The cross-aisles."""
    return Floor(tuple(session.scalars(select(CrossAisle.y_mm).order_by(CrossAisle.y_mm))))


def goal(session: Session) -> Point:
    """Where picked units are carried: the first drop or pack place, else the corner of the floor."""
    wanted = select(Bin.x_mm, Bin.y_mm).where(Bin.type.in_(("drop", "pack"))).order_by(Bin.type, Bin.name).limit(1)
    row = session.execute(wanted).first()
    return Point(row.x_mm, row.y_mm) if row else Point(0, 0)


def candidates(
    session: Session, sku_ids: Collection[bytes], without: Collection[bytes] = ()
) -> dict[bytes, tuple[Candidate, ...]]:
    """Where free units of these SKUs lie, by SKU: good stock in unblocked pick and reserve places.

    `without` names places to leave out; a place whose book is doubted (an open recount) is left out anyway.
    """
    doubted = exists().where(
        Incident.kind == RECOUNT, Incident.subject == Bin.id, Incident.detail == Sku.sku, Incident.resolved_at.is_(None)
    )
    rows = session.execute(
        select(Stock.sku_id, Stock.place_id, Stock.lot, (Stock.on_hand - Stock.reserved).label("free"), Bin.type,
               Bin.name, Bin.x_mm, Bin.y_mm, func.coalesce(Lot.expires_on, "").label("expires_on"))
        .join(Bin, Bin.id == Stock.place_id)
        .join(Sku, Sku.id == Stock.sku_id)
        .outerjoin(Lot, and_(Lot.sku_id == Stock.sku_id, Lot.lot == Stock.lot))
        .where(Stock.sku_id.in_(sku_ids), Stock.status == "good", Stock.on_hand > Stock.reserved)
        .where(Bin.blocked.is_(False), Bin.type.in_(("pick", "reserve")), Bin.id.not_in(without), ~doubted)
    ).all()  # fmt: skip
    way, end = floor(session), goal(session)
    found: dict[bytes, list[Candidate]] = {sku_id: [] for sku_id in sku_ids}
    for r in rows:
        distance = walking_mm(way, Point(r.x_mm, r.y_mm), end)
        found[r.sku_id].append(Candidate(r.sku_id, r.place_id, r.lot, r.free, r.type, r.expires_on, distance, r.name))
    return {sku_id: tuple(cs) for sku_id, cs in found.items()}


def free_units(session: Session, sku_id: bytes, today: str = "") -> int:
    """How many units of an SKU could be promised on that day (ISO); without a day those past their date count too."""
    found = candidates(session, (sku_id,))[sku_id]
    return sum(c.free for c in found if not (c.expires_on and c.expires_on < today))


@dataclass(frozen=True, slots=True)
class Expired:
    """Units of a lot past its date: they are promised to nobody, and somebody should take them away."""

    sku: str
    place: str
    lot: str
    status: str
    on_hand: int
    expires_on: str


def expired_stock(session: Session, today: str) -> tuple[Expired, ...]:
    """What lies in bins past its date on that day (ISO), the oldest first."""
    rows = session.execute(
        select(Sku.sku, Bin.name, Stock.lot, Stock.status, Stock.on_hand, Lot.expires_on)
        .join(Sku, Sku.id == Stock.sku_id)
        .join(Bin, Bin.id == Stock.place_id)
        .join(Lot, and_(Lot.sku_id == Stock.sku_id, Lot.lot == Stock.lot))
        .where(Lot.expires_on != "", Lot.expires_on < today, Stock.on_hand != 0)
        .order_by(Lot.expires_on, Sku.sku, Bin.name)
    )
    return tuple(Expired(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class Totals:
    """What the ledger and the balances sum up to, over everything: they must be equal."""

    movements: int
    moved: int
    places: int
    on_hand: int
    reserved: int
    promised: int


def totals(session: Session) -> Totals:
    """Central only: lines and sum of the ledger, balances and their sum, promised units on both sides."""
    movements, moved = session.execute(select(func.count(), func.coalesce(func.sum(Movement.quantity), 0))).one()
    places, on_hand_, reserved = session.execute(
        select(func.count(), func.coalesce(func.sum(Stock.on_hand), 0), func.coalesce(func.sum(Stock.reserved), 0))
    ).one()
    promised = session.scalar(select(func.coalesce(func.sum(Reservation.quantity), 0))) or 0
    return Totals(movements, moved, places, on_hand_, reserved, promised)


def on_hand(session: Session, *, sku: str = "", place: str = "") -> tuple[StockLine, ...]:
    """Balances in bins by SKU and place, filtered by the beginning of either name."""
    wanted = (
        select(Sku.sku, Bin.name, Stock.lot, Stock.status, Stock.on_hand, Stock.reserved)
        .join(Sku, Sku.id == Stock.sku_id)
        .join(Bin, Bin.id == Stock.place_id)
        .where(Sku.sku.istartswith(sku, autoescape=True), Bin.name.istartswith(place, autoescape=True))
        .order_by(Sku.sku, Bin.name, Stock.lot, Stock.status)
    )
    return tuple(StockLine(*row) for row in session.execute(wanted))


def differences(session: Session) -> tuple[Difference, ...]:
    """Where balances are not the sum of the movements, or reserved units not the sum of the reservations.

    Central only. Nothing is what it should be at all times; this is how anybody can see it.
    """
    stock: dict[Key, tuple[int, int]] = {
        (s.sku_id, s.place_id, s.lot, s.status): (s.on_hand, s.reserved)
        for s in session.execute(
            select(Stock.sku_id, Stock.place_id, Stock.lot, Stock.status, Stock.on_hand, Stock.reserved)
        )
    }
    key = (Movement.sku_id, Movement.place_id, Movement.lot, Movement.status)
    moved = session.execute(select(*key, func.sum(Movement.quantity).label("units")).group_by(*key))
    ledger: dict[Key, int] = {(r.sku_id, r.place_id, r.lot, r.status): r.units for r in moved}
    promised = (Reservation.sku_id, Reservation.place_id, Reservation.lot)
    sums = session.execute(select(*promised, func.sum(Reservation.quantity).label("units")).group_by(*promised))
    reserved: dict[Key, int] = {(r.sku_id, r.place_id, r.lot, "good"): r.units for r in sums}
    found = []
    for k in sorted(stock.keys() | ledger.keys() | reserved.keys()):
        booked, held = stock.get(k, (0, 0))
        if booked != ledger.get(k, 0):
            found.append(Difference(*k, "on_hand", booked, ledger.get(k, 0)))
        if held != reserved.get(k, 0):
            found.append(Difference(*k, "reserved", held, reserved.get(k, 0)))
    return tuple(found)
