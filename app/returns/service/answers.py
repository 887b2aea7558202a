"""What stations ask of central about what left: how an order left, which orders may be the one, whose serial it is."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Order, Person, Refund, StationRow, TimelineEntry
from app.returns.queries.bills import ACTIVE, bill_of
from app.returns.queries.shipped import Departure, candidates, departures, order_of_serial, whose_serial
from app.returns.rules.money import ZERO, apportioned

MOST_UNITS, MOST_MOMENTS = 60, 12


def answer_story(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Answers the ask "shipped_story": `{"order_id", "return_id"}` (hex) → how the order left and what it cost.

    Keys: units (each line's, with lot, serial, packer, picker, bin, moment, weight), each (the most that a unit of a
    line is worth, by line), currency, refund (`amount` of this return so far, `held`), timeline (the newest first).
    Empty when central does not know the order. Names are those of staff; nothing of the customer goes along.
    """
    order = session.get(Order, bytes.fromhex(str(body["order_id"])))
    if order is None:
        return {}
    bill = bill_of(session, order.id)
    money = apportioned(bill)
    return_id = bytes.fromhex(str(body.get("return_id", "")))
    return {
        "units": [_unit(d) for d in departures(session, order.id)[:MOST_UNITS]],
        "each": {line.hex(): format(money.most_of_one(line), "f") for line in money.lines} if bill.has_prices else {},
        "currency": order.currency,
        "refund": _refund(session, return_id),
        "timeline": _timeline(session, order.id),
    }


def _unit(d: Departure) -> dict[str, Any]:
    return {
        "line_id": d.line_id.hex(), "sku_id": d.sku_id.hex(), "lot": d.lot, "serial": d.serial, "units": d.units,
        "packed_at": d.packed_at.isoformat(), "packer": d.packer, "picker": d.picker, "bin": d.bin,
        "parcel": d.parcel, "weight_g": d.weight_g,
    }  # fmt: skip


def _refund(session: Session, return_id: bytes) -> dict[str, Any]:
    rows = session.execute(
        select(Refund.amount, Refund.state).where(Refund.return_id == return_id, Refund.state.in_(ACTIVE))
    ).all()
    amount = sum((r.amount for r in rows), ZERO)
    return {"amount": format(amount, "f"), "held": any(r.state == "held" for r in rows)}


def _timeline(session: Session, order_id: bytes) -> list[dict[str, Any]]:
    rows = session.execute(
        select(TimelineEntry.at, TimelineEntry.words, Person.name, StationRow.name)
        .outerjoin(Person, Person.id == TimelineEntry.person_id)
        .outerjoin(StationRow, StationRow.id == TimelineEntry.station_id)
        .where(TimelineEntry.order_id == order_id)
        .order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc())
        .limit(MOST_MOMENTS)
    )
    return [
        {"at": at.isoformat(), "words": json.loads(words), "person": person or "", "station": station or ""}
        for at, words, person, station in rows
    ]


def answer_orders(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Answers the ask "return_orders": `{"sku_id", "lot", "serial", "words"}` → `{"orders": [...]}`, the likeliest.

    A serial number that is known leaves one order. The recipient's name goes with each, to be compared with the parcel
    in the hand; it is shown and never kept.
    """
    sku_id = bytes.fromhex(str(body.get("sku_id", "")))
    serial, words = str(body.get("serial", "")), str(body.get("words", ""))
    only = order_of_serial(session, sku_id, serial) if sku_id and serial and not words else None
    found = candidates(session, sku_id=sku_id, words=words, lot=str(body.get("lot", "")), only=only)
    return {
        "orders": [
            {
                "order_id": c.order_id.hex(), "number": c.number, "units": c.units, "who": c.who,
                "shipped_at": c.shipped_at.isoformat() if c.shipped_at else "",
            }
            for c in found
        ]
    }  # fmt: skip


def answer_serial(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Answers the ask "whose_serial": `{"sku_id", "serial"}` → `{"number"}` of the order it left with, "" for none."""
    return {"number": whose_serial(session, bytes.fromhex(str(body["sku_id"])), str(body["serial"]))}


ANSWERS = {"shipped_story": answer_story, "return_orders": answer_orders, "whose_serial": answer_serial}
"""Which ask is answered by which function."""
