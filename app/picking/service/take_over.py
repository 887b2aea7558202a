"""A walk that goes on at another station: central moves the lease, and makes the books agree with the count."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.facts import Fact, Stamp
from app.ids import new_id
from app.models import FactRow, Incident, Movement, Order, OrderBrief, Sku, StationRow, Tote, Voiding, Work
from app.picking.facts import WorkTakenOver, holds
from app.picking.service.promises import settle_promises
from app.picking.service.telling import enter, is_stale, sane_time, tell
from app.processing.service import note_put_back, replan_order
from app.processing.service.standing import units_outside
from app.receipt.service import set_state
from app.text import count
from app.work.service import dossier_of
from app.work.service.claims import LEASE

MISSING = "count_difference"
"""An incident: fewer units lay in a tote that was taken over than had been told of."""


def answer_takeover(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Answers the ask "takeover": `{"tote": hex}` or `{"cart": hex}` → the work whose lease is this station's now.

    `works` are in the order of the cart, each with work, order, number, lease, fence, position and totes (id and
    name); none when nothing is under way with it any more. A walk that the station has itself is not moved.
    """
    moved = []
    from_id: bytes | None = None
    for work in _under_way(session, body):
        if work.station_id == station_id:
            continue
        from_id = work.station_id
        position = _position(session, work) if body.get("cart") else ""
        lease = _move_lease(session, work, station_id, now)
        if lease is not None:
            moved.append(_as_json(session, work.id, *lease, position))
    moved.sort(key=lambda one: (one["position"], one["work"]))
    return {
        "works": moved,
        "cart": str(body.get("cart", "")),
        "from": (from_id or b"").hex(),
        "dossiers": {one["order"]: dossier_of(session, order_id=bytes.fromhex(one["order"])) for one in moved},
    }


def _under_way(session: Session, body: dict[str, Any]) -> list[Work]:
    """The begun work of this tote, or all of this cart."""
    wanted = select(Work).where(Work.kind == "pick", Work.state == "leased", Work.started.is_(True))
    if body.get("cart"):
        wanted = wanted.where(Work.cart_id == bytes.fromhex(str(body["cart"])))
    else:
        bound = select(Tote.work_id).where(Tote.id == bytes.fromhex(str(body.get("tote", ""))))
        wanted = wanted.where(Work.id.in_(bound))
    return list(session.scalars(wanted.order_by(Work.priority, Work.id).execution_options(populate_existing=True)))


def _move_lease(session: Session, work: Work, station_id: bytes, now: datetime) -> tuple[bytes, int] | None:
    """One conditional UPDATE: (lease, fence), None when somebody was faster."""
    lease_id = new_id()
    fence = session.scalar(
        update(Work)
        .where(Work.id == work.id, Work.state == "leased", Work.fence == work.fence)
        .values(
            station_id=station_id, lease_id=lease_id, lease_until=now + LEASE, fence=Work.fence + 1, cart_id=None
        )
        .execution_options(synchronize_session=False)
        .returning(Work.fence)
    )  # fmt: skip
    changed(session, Work, work.id)
    return None if fence is None else (lease_id, fence)


def _as_json(session: Session, work_id: bytes, lease_id: bytes, fence: int, position: str) -> dict[str, Any]:
    order_id = session.scalar(select(Work.order_id).where(Work.id == work_id)) or b""
    totes = session.execute(select(Tote.id, Tote.name).where(Tote.work_id == work_id).order_by(Tote.name))
    number = session.scalar(select(OrderBrief.number).where(OrderBrief.order_id == order_id)) or "?"
    return {
        "work": work_id.hex(), "order": order_id.hex(), "number": number, "lease": lease_id.hex(), "fence": fence,
        "position": position, "totes": [[tote.id.hex(), tote.name] for tote in totes],
    }  # fmt: skip


def _position(session: Session, work: Work) -> str:
    """The letter of this work on its cart, by the start of the walk that central has heard of; "" without one."""
    gone = select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id).exists()
    rows = session.scalars(
        select(FactRow.data)
        .where(FactRow.kind == "TourStarted", FactRow.data.contains(work.id.hex()), ~gone)
        .order_by(FactRow.at.desc())
    )
    for data in rows:
        body = json.loads(data)["body"]
        if work.id.hex() in body["works"]:
            return "ABCDEF"[body["works"].index(work.id.hex()) % 6]
    return ""


# ---- the count ------------------------------------------------------------------------------------------------------


def follow_take_over(session: Session, fact: Fact, stamp: Stamp) -> None:
    """The order is picked here now; promises are those of its open lines; what was told of and not found is told."""
    assert isinstance(fact, WorkTakenOver)
    if is_stale(session, stamp, fact.work_id, fact.fence, fact.order_id):
        return
    _settle_doubts(session, fact, stamp)
    order = session.get(Order, fact.order_id)
    if order is None:
        return
    if order.state not in ("shipped", "cancelled"):  # what was thought to be missing and was counted is planned no more
        replan_order(session, order_id=order.id, now=sane_time(session, fact.work_id, stamp.at))
    settle_promises(session, fact.order_id)
    units = sum(n for _, _, _, n in fact.counts)
    station = session.scalar(select(StationRow.name).where(StationRow.id == stamp.station_id)) or "?"
    words = count(
        units, "Taken over at {station}: {n} unit counted in its totes",
        "Taken over at {station}: {n} units counted in its totes", station=station,
    )  # fmt: skip
    enter(session, fact.order_id, "WorkTakenOver", words, stamp)
    _tell_missing(session, fact, stamp)
    if order.state == "cancelled":
        note_put_back(session, order_id=order.id, units=units_outside(session, order.id), now=stamp.at)
    elif order.state != "shipped" and holds(session, fact.work_id, fact.fence):
        set_state(session, fact.order_id, "picking")


def _settle_doubts(session: Session, fact: WorkTakenOver, stamp: Stamp) -> None:
    """What came under the old lease while the totes were counted is in the count: nobody has to look at it."""
    session.execute(
        update(Incident)
        .where(Incident.kind == "stale_lease", Incident.subject == fact.work_id, Incident.resolved_at.is_(None))
        .values(resolved_at=stamp.at)
        .execution_options(synchronize_session=False)
    )


def _tell_missing(session: Session, fact: WorkTakenOver, stamp: Stamp) -> None:
    """Units that left a tote by this count had been told of and were not there."""
    rows = session.execute(
        select(Movement.place_id, Sku.sku, func.sum(Movement.quantity).label("units"))
        .join(Sku, Sku.id == Movement.sku_id)
        .where(Movement.fact_id == stamp.fact_id, Movement.place_id.in_(fact.totes))
        .group_by(Movement.place_id, Sku.sku)
    )
    for tote_id, sku, units in rows.all():
        if units < 0:
            name = session.scalar(select(Tote.name).where(Tote.id == tote_id)) or "?"
            tell(session, MISSING, fact.order_id, tote_id, f"{sku} in {name}: {units}", stamp)


CONSEQUENCES = {"WorkTakenOver": follow_take_over}
ANSWERS = {"takeover": answer_takeover}
