"""How an order left, told by central's own books: who picked and packed each unit, out of which bin, with which serial.

The ledger says which facts put units into a parcel (it is indexed by SKU and place); the facts say the rest. Only
central has both; stations ask.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.models import (
    Address,
    Bin,
    Customer,
    FactRow,
    Movement,
    Order,
    OrderLine,
    Parcel,
    ParcelLine,
    Person,
    ReturnItem,
    Sku,
    Voiding,
)

CANDIDATES = 4
"""Orders that are offered at once: what fits on the screen beside choice cards."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Units of a line as they went into a parcel. Names are those of staff; "" where nobody knows."""

    line_id: bytes
    sku_id: bytes
    lot: str
    serial: str
    units: int
    packed_at: datetime
    packer: str
    picker: str
    bin: str
    parcel: int
    weight_g: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order that shipped a SKU and of which units are not back. `who` is the recipient's name and town."""

    order_id: bytes
    number: str
    shipped_at: datetime | None
    units: int
    who: str


def departures(session: Session, order_id: bytes) -> tuple[Departure, ...]:
    """How the units of an order left in its closed parcels, in the order in which they were packed."""
    rows = session.execute(
        select(ParcelLine.sku_id, Parcel.id, Parcel.number, Sku.weight_g)
        .join(Parcel, Parcel.id == ParcelLine.parcel_id)
        .outerjoin(Sku, Sku.id == ParcelLine.sku_id)
        .where(Parcel.order_id == order_id, Parcel.state == "closed")
        .distinct()
    ).all()
    found = []
    for sku_id, parcel_id, number, weight_g in rows:
        for at, actor, body in _moved_in(session, sku_id, parcel_id, "pack", "Packed"):
            picker, bin_name = _picked(session, sku_id, bytes.fromhex(body["tote_id"]), body.get("lot", ""), at)
            found.append(
                Departure(
                    line_id=bytes.fromhex(body["line_id"]), sku_id=sku_id, lot=body.get("lot", ""),
                    serial=body.get("serial", ""), units=int(body["quantity"]), packed_at=at,
                    packer=_name(session, actor), picker=picker, bin=bin_name, parcel=number, weight_g=weight_g,
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda d: (d.packed_at, d.line_id)))


def _moved_in(
    session: Session, sku_id: bytes, place_id: bytes, reason: str, kind: str, before: datetime | None = None
) -> list[tuple[datetime, bytes | None, dict[str, Any]]]:
    """The facts that put units of a SKU into a place and were not taken back: (when, who, body)."""
    gone = select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id).exists()
    wanted = (
        select(FactRow.at, FactRow.actor_id, FactRow.data)
        .join(Movement, Movement.fact_id == FactRow.fact_id)
        .where(
            Movement.sku_id == sku_id, Movement.place_id == place_id, Movement.reason == reason,
            Movement.quantity > 0, FactRow.kind == kind, ~gone,
        )
        .order_by(FactRow.at, FactRow.seq)
    )  # fmt: skip
    if before is not None:
        wanted = wanted.where(FactRow.at <= before)
    return [(at, actor, json.loads(data)["body"]) for at, actor, data in session.execute(wanted)]


def _picked(session: Session, sku_id: bytes, tote_id: bytes, lot: str, packed_at: datetime) -> tuple[str, str]:
    """Who put these units into the tote out of which bin: the last before they were packed."""
    facts = _moved_in(session, sku_id, tote_id, "pick", "Picked", packed_at) if tote_id else []
    facts = [f for f in facts if f[2].get("lot", "") == lot] or facts
    if not facts:
        return "", ""
    _, actor, body = facts[-1]
    place = session.scalar(select(Bin.name).where(Bin.id == bytes.fromhex(body["place_id"])))
    return _name(session, actor), place or ""


def _name(session: Session, person_id: bytes | None) -> str:
    return session.scalar(select(Person.name).where(Person.id == person_id)) or "" if person_id else ""


def order_of_serial(session: Session, sku_id: bytes, serial: str) -> bytes | None:
    """The order that a piece left with last, None when none is known."""
    gone = select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id).exists()
    said = '"serial":' + json.dumps(serial, ensure_ascii=False)
    place = session.scalar(
        select(Movement.place_id)
        .join(FactRow, FactRow.fact_id == Movement.fact_id)
        .where(Movement.sku_id == sku_id, Movement.reason == "pack", Movement.quantity > 0, FactRow.kind == "Packed")
        .where(FactRow.data.contains(said, autoescape=True), ~gone)
        .order_by(FactRow.at.desc())
        .limit(1)
    )
    return session.scalar(select(Parcel.order_id).where(Parcel.id == place)) if place is not None else None


def whose_serial(session: Session, sku_id: bytes, serial: str) -> str:
    """The number of the order that a piece left with last, "" when none is known."""
    order_id = order_of_serial(session, sku_id, serial)
    return session.scalar(select(Order.number).where(Order.id == order_id)) or "" if order_id is not None else ""


def candidates(
    session: Session, *, sku_id: bytes = b"", words: str = "", lot: str = "", only: bytes | None = None
) -> tuple[Candidate, ...]:
    """Orders that may be the one, the last that left first: they shipped the SKU and not all of it is back.

    `words` are looked for in the order's number, the tracking numbers, the recipient's and the customer's name and
    mail address; `only` leaves one order. Without SKU and words there is nothing to look for.
    """
    if not sku_id and not words.strip():
        return ()
    wanted = (
        select(Order.id, Order.number, func.max(Parcel.closed_at), Address.name, Address.city)
        .join(Parcel, Parcel.order_id == Order.id)
        .outerjoin(Address, Address.id == Order.ship_to_id)
        .where(Parcel.state == "closed")
        .group_by(Order.id, Order.number, Address.name, Address.city)
        .order_by(func.max(Parcel.closed_at).desc().nulls_last(), Order.number)
    )
    if only is not None:
        wanted = wanted.where(Order.id == only)
    if sku_id:
        packed = select(Movement.place_id).where(
            Movement.sku_id == sku_id, Movement.reason == "pack", Movement.quantity > 0
        )
        wanted = wanted.where(Parcel.id.in_(packed.where(Movement.lot == lot) if lot else packed))
    if words.strip():
        wanted = wanted.outerjoin(Customer, Customer.id == Order.customer_id).where(_says(words.strip()))
    found = []
    for order_id, number, closed_at, name, city in session.execute(wanted.limit(5 * CANDIDATES)):
        units = _not_back(session, order_id, sku_id)
        if units > 0:
            who = ", ".join(part for part in (name, city) if part)
            found.append(Candidate(order_id, number, closed_at, units, who))
    return tuple(found[:CANDIDATES])


def _says(words: str) -> ColumnElement[bool]:
    columns = (Address.name, Address.company, Customer.name, Customer.email)
    return or_(
        Order.number.istartswith(words.lstrip("#"), autoescape=True),
        Parcel.tracking == words,
        *(column.icontains(words, autoescape=True) for column in columns),
    )


def _not_back(session: Session, order_id: bytes, sku_id: bytes) -> int:
    """Units of a SKU (or of all) that left with an order and are not back."""
    left = (
        select(func.coalesce(func.sum(ParcelLine.quantity), 0))
        .join(Parcel, Parcel.id == ParcelLine.parcel_id)
        .where(Parcel.order_id == order_id, Parcel.state == "closed")
    )
    back = (
        select(func.coalesce(func.sum(ReturnItem.quantity), 0))
        .join(OrderLine, OrderLine.id == ReturnItem.order_line_id)
        .where(OrderLine.order_id == order_id)
    )
    if sku_id:
        left, back = left.where(ParcelLine.sku_id == sku_id), back.where(ReturnItem.sku_id == sku_id)
    return int(session.scalar(left) or 0) - int(session.scalar(back) or 0)
