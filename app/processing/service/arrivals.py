"""What becomes of orders that come in: received, cancelled where the shop says so, checked, and released."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.channels import BadFile, batches
from app.channels.base import Entry, ImportResult
from app.clock import Clock
from app.db import Database, central_write, reading
from app.errors import Problem, Refused
from app.inventory.service.master import trial
from app.models import Order
from app.processing.service.cancel import cancel_order
from app.processing.service.change import follow_shop
from app.processing.service.checks import check_orders
from app.processing.service.holds import OPEN
from app.processing.service.mass_release import release_orders
from app.processing.service.release import waiting_orders
from app.receipt.service import accept_version, import_orders, newly_known_orders, resolve_orders
from app.work.queries import setting

AT_ONCE = 200
"""Orders of one transaction: the floor writes to the same database, and never waits long for an import."""


def take_in(
    session: Session, entries: Iterable[Entry], *, source: str, now: datetime, dry_run: bool = False
) -> ImportResult:
    """Takes in what a channel read of a file and checks what is new or different.

    An order that the shop cancelled after its work had begun here is cancelled wherever it stands; where that can't be
    done any more it is `late`. One that it changed in mid-pick is picked as it is now.
    """
    with trial(session, dry_run):
        result = import_orders(session, entries, source=source, now=now)
        done = sum(_cancel(session, order_id, content, now) for order_id, content in result.cancelled)
        check_orders(session, order_ids=_open(session, result.touched), now=now)
        follow_shop(session, order_ids=result.touched, now=now)
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


def take_up_known(database: Database, clock: Clock) -> dict[str, int]:
    """After products came: orders that lacked one of them are checked again, and released where nothing else keeps
    them. How many were `released` and `held`; {} when no order waited for any.
    """
    with reading(database) as session:
        known = newly_known_orders(session)
    for i in range(0, len(known), AT_ONCE):
        with central_write(database) as session:
            waiting = _open(session, known[i : i + AT_ONCE])
            resolve_orders(session, order_ids=known[i : i + AT_ONCE])
            check_orders(session, order_ids=waiting, now=clock.now())
    release = Release(database, clock)
    for _ in release.steps(Which.THESE, set(known)):
        pass
    return dict(release.counts) if known else {}


class FileIntake:
    """One file on its way into the database. `result` and `problem` say how far it came and why no further."""

    def __init__(self, database: Database, clock: Clock, source: str) -> None:
        self._database = database
        self._clock = clock
        self._source = source
        self.result = ImportResult()
        self.problem: Problem | None = None

    def steps(self, entries: Iterable[Entry]) -> Iterator[None]:
        """Takes the file in, some orders a transaction; gives a sign after each of them."""
        try:
            for batch in batches(entries, AT_ONCE):
                with central_write(self._database) as session:
                    self.result += take_in(session, batch, source=self._source, now=self._clock.now())
                yield
        except BadFile as refusal:
            self.problem = refusal.problem
            self.result += ImportResult(refused=1)


class Which(Enum):
    """Which orders a release looks at."""

    ALL = "all that wait"
    NEW = "those that were not looked at since they came or changed"
    THESE = "those that are named"


def _waiting(session: Session, which: Which, only: Collection[bytes]) -> Sequence[bytes]:
    if which is Which.NEW:
        new = select(Order.id).where(Order.state == "received")
        return session.scalars(
            new.order_by(Order.priority, Order.placed_at.nulls_first(), Order.number, Order.id)
        ).all()
    return [order_id for order_id in waiting_orders(session) if which is Which.ALL or order_id in only]


class Release:
    """Orders on their way to the floor; `counts` says how many were `released` and `held`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.counts = Counter({"released": 0, "held": 0})
        self.waiting = 0

    def steps(self, which: Which = Which.ALL, only: Collection[bytes] = ()) -> Iterator[None]:
        """Releases what waits and can go, the most urgent first; a sign after each step.

        Nothing where the site's setting `release_on_import` says no.
        """
        with reading(self._database) as session:
            if setting(session, "release_on_import", "yes") == "no":
                return
            waiting = _waiting(session, which, only)
        self.waiting = len(waiting)
        for i in range(0, len(waiting), AT_ONCE):
            with central_write(self._database) as session:
                results = release_orders(session, order_ids=waiting[i : i + AT_ONCE], now=self._clock.now())
            self.counts.update("held" if result.state == "held" else "released" for result in results)
            yield


def release_waiting(database: Database, clock: Clock) -> dict[str, int]:
    """Releases all that waits and can go; how many were `released` and `held`."""
    release = Release(database, clock)
    for _ in release.steps():
        pass
    return dict(release.counts)
