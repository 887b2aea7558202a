"""Parcels on their way out: what left, in which box, by whom carried, what it cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import BoxType, Parcel, ParcelLine


@dataclass(frozen=True, slots=True)
class OutgoingParcel:
    """A box of an order. `state`: open, labelled, closed; `price`: what the tariff charges us, None unlabelled."""

    id: bytes
    number: int
    state: str
    box: str
    units: int
    weight_g: int | None
    carrier: str
    service: str
    tracking: str
    sscc: str
    price: Decimal | None
    currency: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Postage:
    """What the labels of a carrier cost in one currency."""

    carrier: str
    currency: str
    labels: int
    amount: Decimal


def parcels_of_order(session: Session, order_id: bytes) -> tuple[OutgoingParcel, ...]:
    """The boxes of an order in their order; those that were taken back are not among them."""
    units = select(func.coalesce(func.sum(ParcelLine.quantity), 0)).where(ParcelLine.parcel_id == Parcel.id)
    rows = session.execute(
        select(Parcel, BoxType.name, units.scalar_subquery())
        .outerjoin(BoxType, BoxType.id == Parcel.box_type_id)
        .where(Parcel.order_id == order_id, Parcel.state != "void")
        .order_by(Parcel.number, Parcel.id)
        .execution_options(populate_existing=True)
    )
    return tuple(
        OutgoingParcel(
            p.id, p.number, p.state, box or "", n, p.weight_g, p.carrier, p.service, p.tracking, p.sscc, p.price,
            p.currency, p.closed_at,
        )
        for p, box, n in rows
    )  # fmt: skip


def postage(session: Session, since: datetime) -> tuple[Postage, ...]:
    """What the boxes that were closed since then cost, per carrier and currency, summed exactly."""
    rows = session.execute(
        select(Parcel.carrier, Parcel.currency, Parcel.price)
        .where(Parcel.state == "closed", Parcel.closed_at >= since, Parcel.price.is_not(None))
        .order_by(Parcel.carrier, Parcel.currency)
    ).all()
    return _summed((r.carrier, r.currency, r.price) for r in rows)


def _summed(rows: Iterable[tuple[str, str, Decimal]]) -> tuple[Postage, ...]:
    """Sums in Decimal: SQLite would add money as floating point."""
    found: dict[tuple[str, str], list[Decimal]] = {}
    for carrier, currency, price in rows:
        found.setdefault((carrier, currency), []).append(price)
    return tuple(Postage(c, y, len(prices), sum(prices, Decimal(0))) for (c, y), prices in found.items())
