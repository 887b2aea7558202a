"""What is not wrong by its sums, but cannot be so: lots that nobody knows, serial numbers that came twice."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.models import Bin, FactRow, Lot, Sku, Stock, Tote, Voiding


@dataclass(frozen=True, slots=True)
class Oddity:
    """`what`: lot_missing, lot_unknown, date_missing, over_promised, serial_twice. `detail` names the lot or serial."""

    what: str
    sku: str
    place: str
    detail: str
    units: int


def oddities(session: Session) -> tuple[Oddity, ...]:
    """Everything odd about lots, dates, promises and serial numbers, by SKU and place. Central only."""
    return tuple(sorted((*_lots(session), *_serials(session)), key=lambda o: (o.what, o.sku, o.place, o.detail)))


def _lots(session: Session) -> list[Oddity]:
    rows = session.execute(
        select(Sku.sku, Sku.lot_tracked, Sku.expiry_tracked, func.coalesce(Bin.name, Tote.name, "").label("place"),
               Stock.lot, Stock.on_hand, Stock.reserved, Lot.lot.label("known"), Lot.expires_on)
        .join(Sku, Sku.id == Stock.sku_id)
        .outerjoin(Bin, Bin.id == Stock.place_id)
        .outerjoin(Tote, Tote.id == Stock.place_id)
        .outerjoin(Lot, and_(Lot.sku_id == Stock.sku_id, Lot.lot == Stock.lot))
        .where(or_(Stock.on_hand != 0, Stock.reserved != 0))
        .where(or_(Stock.lot != "", Sku.lot_tracked, Sku.expiry_tracked, Stock.reserved > Stock.on_hand))
    )  # fmt: skip
    found = []
    for r in rows:
        if r.lot_tracked and not r.lot:
            found.append(Oddity("lot_missing", r.sku, r.place, "", r.on_hand))
        if r.lot and r.known is None:
            found.append(Oddity("lot_unknown", r.sku, r.place, r.lot, r.on_hand))
        if r.expiry_tracked and r.lot and not r.expires_on:
            found.append(Oddity("date_missing", r.sku, r.place, r.lot, r.on_hand))
        if r.reserved > max(r.on_hand, 0):
            found.append(Oddity("over_promised", r.sku, r.place, r.lot, r.reserved - r.on_hand))
    return found


def _serials(session: Session) -> list[Oddity]:
    """Serial numbers that were received twice: one of the two labels is wrong, or a return was not told as one."""
    gone = select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id).exists()
    rows = session.scalars(
        select(FactRow.data).where(
            FactRow.kind == "Received",
            FactRow.data.contains('"serial":"'),
            ~FactRow.data.contains('"serial":""'),
            ~gone,
        )
    )
    came: Counter[tuple[str, str]] = Counter()
    for data in rows:
        body = json.loads(data)["body"]
        came[body["sku_id"], body["serial"]] += body["quantity"]
    twice = {key: units for key, units in came.items() if units > 1}
    names = {
        sku_id.hex(): sku
        for sku_id, sku in session.execute(
            select(Sku.id, Sku.sku).where(Sku.id.in_([bytes.fromhex(sku) for sku, _ in twice]))
        )
    }
    return [Oddity("serial_twice", names.get(sku, sku), "", serial, units) for (sku, serial), units in twice.items()]
