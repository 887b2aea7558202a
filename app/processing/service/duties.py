"""What processing does while time passes: holds that end by themselves, stock that came, changes that came late."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database, central_write, reading
from app.inventory.queries import candidates
from app.models import Hold, Order, Sku
from app.processing.service.holds import OPEN
from app.processing.service.hot_folder import serve_inbox
from app.processing.service.release import release_order
from app.processing.service.replan import replan_short, short_orders
from app.processing.service.rest import settle_what_is_left
from app.settings import Home
from app.work.queries import setting

AT_ONCE = 50
"""Orders in one round: central has other things to do as well."""


def release_what_is_due(database: Database, clock: Clock, home: Home) -> int:
    """Releases orders whose moment has come, and those that waited for stock which is there now; how many."""
    now = clock.now()
    with reading(database) as session:
        due = () if setting(session, "release_on_import", "yes") == "no" else _due(session, now)
    for order_id in due:
        with central_write(database) as session:
            if session.get_one(Order, order_id).state in OPEN:
                release_order(session, order_id=order_id, now=now)
    return len(due)


def _due(session: Session, now: datetime) -> tuple[bytes, ...]:
    """Orders on a hold of time that is over, or on one of stock of which as much is free as they want."""
    rows = session.execute(
        select(Hold.order_id, Hold.kind, Hold.field, Hold.detail)
        .join(Order, Order.id == Hold.order_id)
        .where(Hold.released_at.is_(None), Order.state.in_(OPEN))
        .order_by(Order.priority, Order.placed_at.nulls_first(), Order.number, Order.id)
    ).all()
    free = _free_of(session, {row.field for row in rows if row.kind == "stock"}, now)
    waits = {row.order_id for row in rows if not _is_over(row.kind, row.field, row.detail, free, now)}
    return tuple(dict.fromkeys(row.order_id for row in rows if row.order_id not in waits))[:AT_ONCE]


def _is_over(kind: str, field: str, detail: str, free: dict[str, int], now: datetime) -> bool:
    if kind == "stock":
        wanted = detail.partition(" ")[0]
        return wanted.isdigit() and free.get(field, 0) >= int(wanted)
    if kind == "until":
        try:
            return datetime.fromisoformat(field) <= now
        except (ValueError, TypeError):
            return False
    return False


def _free_of(session: Session, skus: set[str], now: datetime) -> dict[str, int]:
    if not skus:
        return {}
    names = dict(session.execute(select(Sku.id, Sku.sku).where(Sku.sku.in_(sorted(skus)))).all())
    today = now.date().isoformat()
    return {
        names[sku_id]: sum(c.free for c in found if not (c.expires_on and c.expires_on < today))
        for sku_id, found in candidates(session, sorted(names)).items()
    }


def plan_what_came_back(database: Database, clock: Clock, home: Home) -> int:
    """Missing units of orders in work that lie somewhere by now are picked; how many orders got some."""
    with reading(database) as session:
        orders = short_orders(session)[:AT_ONCE]
    done = 0
    for order_id in orders:
        with central_write(database) as session:
            done += bool(replan_short(session, order_id=order_id, now=clock.now()))
    return done


DUTIES = {
    "inbox": serve_inbox, "release-due": release_what_is_due, "replan-short": plan_what_came_back,
    "settle-rest": settle_what_is_left,
}  # fmt: skip
"""What central does by itself while time passes."""
