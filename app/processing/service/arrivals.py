"""What becomes of orders that come in: received, cancelled where the shop says so, checked, and released."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.channels.base import Entry, ImportResult
from app.clock import Clock
from app.db import Database, central_write, reading
from app.errors import Refused
from app.inventory.service.master import trial
from app.models import Order
from app.processing.service.cancel import cancel_order
from app.processing.service.checks import check_orders
from app.processing.service.holds import OPEN
from app.processing.service.mass_release import release_orders
from app.processing.service.release import waiting_orders
from app.receipt.service import accept_version, import_orders, unresolved_orders
from app.work.queries import setting

AT_ONCE = 200
"""Orders of one transaction: the floor writes to the same database, and never waits long for an import."""


def take_in(
    session: Session, entries: Iterable[Entry], *, source: str, now: datetime, dry_run: bool = False
) -> ImportResult:
    """Takes in what a channel read of a file and checks what is new or different.

    An order that the shop cancelled after its work had begun here is cancelled wherever it stands; where that can't be
    done any more it is `late`.
    """
    with trial(session, dry_run):
        result = import_orders(session, entries, source=source, now=now)
        done = sum(_cancel(session, order_id, content, now) for order_id, content in result.cancelled)
        check_orders(session, order_ids=_open(session, result.touched), now=now)
    return replace(result, late=result.late - done, updated=result.updated + done, touched=(), cancelled=())


def _cancel(session: Session, order_id: bytes, content: bytes, now: datetime) -> bool:
    """Cancels an order in work as the shop wants it; False where a box is closed or a label paid for."""
    try:
        with session.begin_nested():
            cancel_order(session, order_id=order_id, now=now, by="shop", why="in the shop")
    except Refused:
        return False
    accept_version(session, order_id, content, now)
    return True


def _open(session: Session, order_ids: Sequence[bytes]) -> list[bytes]:
    """Those that wait for their release, in the order given."""
    found: set[bytes] = set()
    for i in range(0, len(order_ids), AT_ONCE):
        some = order_ids[i : i + AT_ONCE]
        found |= set(session.scalars(select(Order.id).where(Order.id.in_(some), Order.state.in_(OPEN))))
    return [order_id for order_id in order_ids if order_id in found]


def check_known_products(session: Session, *, now: datetime) -> int:
    """After products came: orders that lacked one of them are checked again; how many orders have one more now."""
    unresolved = unresolved_orders(session)
    check_orders(session, order_ids=_open(session, unresolved), now=now)
    return len(set(unresolved) - set(unresolved_orders(session)))


def release_waiting(
    database: Database, clock: Clock, seen: Callable[[int, int], None] = lambda done, of: None
) -> dict[str, int]:
    """Releases what waits and can go, the most urgent first, unless the site's setting `release_on_import` says no.

    How many were `released` and `held`. `seen` hears of every step: how many of how many.
    """
    with reading(database) as session:
        if setting(session, "release_on_import", "yes") == "no":
            return {"released": 0, "held": 0}
        waiting = waiting_orders(session)
    counts = Counter({"released": 0, "held": 0})
    for i in range(0, len(waiting), AT_ONCE):
        with central_write(database) as session:
            results = release_orders(session, order_ids=waiting[i : i + AT_ONCE], now=clock.now())
        counts.update("held" if result.state == "held" else "released" for result in results)
        seen(min(i + AT_ONCE, len(waiting)), len(waiting))
    return dict(counts)
