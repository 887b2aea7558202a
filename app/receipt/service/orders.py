"""Taking orders in: created once, updated while nobody works on them, never twice.

The identity of an order is (channel, external id). Whether it changed says a hash over its canonical form; a version
that was seen before is taken again only if the channel says that it is newer, so that old files can be replayed in
any order and change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from app.channels.base import Entry, ImportedOrder, ImportResult, RowError, Tally
from app.inventory.service import withdraw_pick_work
from app.inventory.service.master import trial
from app.models import Order, OrderPayload, Parcel, Work
from app.receipt.service.briefs import OVER
from app.receipt.service.changes import late_incident, note_late, rewrite_in_work, rewrite_order
from app.receipt.service.intake import Arrival, arrival, create_orders
from app.text import say

AT_ONCE = 500
"""Orders that are written together."""


def import_orders(
    session: Session, orders: Iterable[Entry], *, source: str, now: datetime, dry_run: bool = False
) -> ImportResult:
    """Takes in what a channel read from a file called `source`. Good orders go in, bad ones leave nothing behind."""
    taking = _Taking(session, source, now)
    entries = iter(orders)
    with trial(session, dry_run):
        while batch := list(islice(entries, AT_ONCE)):
            taking.take(batch)
    return taking.tally.result()


class _Taking:
    """One import under way."""

    def __init__(self, session: Session, source: str, now: datetime) -> None:
        self.session = session
        self.source = source
        self.now = now
        self.tally = Tally()

    def take(self, batch: Sequence[Entry]) -> None:
        """Some orders: those that are new are written together, the others one by one."""
        self.tally.errors += (entry for entry in batch if isinstance(entry, RowError))
        arrivals = [arrival(entry) for entry in batch if isinstance(entry, ImportedOrder)]
        known = self._known(arrivals)
        new: dict[bytes, Arrival] = {}
        others: list[Arrival] = []
        for a in arrivals:
            if a.order_id in known or a.order_id in new:
                others.append(a)
            else:
                new[a.order_id] = a
        known |= {a.order_id: a.content for a in self._create(list(new.values()))}
        for a in others:
            if known.get(a.order_id) == a.content:
                self.tally.count(new=False, changed=False)
            elif self._kept_whole(partial(self._decide, a), a):
                known[a.order_id] = self._known([a])[a.order_id]

    def _known(self, arrivals: Sequence[Arrival]) -> dict[bytes, bytes]:
        """The content that is here already, by order."""
        ids = [a.order_id for a in arrivals]
        rows = self.session.execute(select(Order.id, Order.content_hash).where(Order.id.in_(ids)))
        return {row.id: row.content_hash for row in rows}

    def _create(self, new: Sequence[Arrival]) -> Iterator[Arrival]:
        """Writes new orders together; where one of them is not taken, in halves, so that only that one is refused."""
        if not new:
            return
        if self._kept_whole(partial(self._write, new), new[0], alone=len(new) == 1):
            self.tally.created += len(new)
            self.tally.touched += (a.order_id for a in new)
            yield from new
        elif len(new) > 1:
            middle = len(new) // 2
            yield from self._create(new[:middle])
            yield from self._create(new[middle:])

    def _write(self, new: Sequence[Arrival]) -> None:
        create_orders(self.session, new, source=self.source, now=self.now)

    def _kept_whole(self, write: Callable[[], None], a: Arrival, *, alone: bool = True) -> bool:
        """Writes within a savepoint; False when the database refused: an error of this order if it is alone."""
        marks = dict(self.session.info["changed"])
        try:
            with self.session.begin_nested():
                write()
        except (IntegrityError, DataError) as error:
            self.session.info["changed"] = marks
            if alone:
                expected = say("an order that the database takes")
                shown = str(error.orig)[:200]
                self.tally.errors.append(RowError(self.source, 0, "", shown, expected, a.order.number))
            return False
        return True

    # ---- one that is here already ------------------------------------------------------------------------------------

    def _decide(self, a: Arrival) -> None:
        """An order that says something else than what is here, or could not be written together with others."""
        row = self.session.get(Order, a.order_id)
        if row is None:
            self._write([a])
            self.tally.count(new=True, changed=False)
            self.tally.touched.append(a.order_id)
        elif row.content_hash == a.content or self._is_old(row, a):
            self.tally.count(new=False, changed=False)
        elif self._is_untouched(a.order_id) and withdraw_pick_work(self.session, order_id=a.order_id):
            rewrite_order(self.session, row, a, source=self.source, now=self.now)
            self.tally.count(new=False, changed=True)
            self.tally.touched.append(a.order_id)
        elif self._is_in_totes(a, row) and rewrite_in_work(
            self.session, row, a, source=self.source, now=self.now
        ):  # fmt: skip
            self.tally.count(new=False, changed=True)
            self.tally.touched.append(a.order_id)
        else:
            self.tally.warnings.append(note_late(self.session, a, source=self.source, now=self.now))
            self.tally.late += 1
            if a.order.cancelled:
                self.tally.cancelled.append((a.order_id, a.content))

    def _is_old(self, row: Order, a: Arrival) -> bool:
        """Whether this version was here before the one that counts now."""
        at = a.order.updated_at
        if at is not None and at != row.updated_at:
            return at < row.updated_at
        seen = self.session.get(OrderPayload, (row.id, a.content)) is not None
        return seen and late_incident(self.session, row.id, a.content) is None

    def _is_in_totes(self, a: Arrival, row: Order) -> bool:
        """Whether hands have begun, but no box: then what is picked can follow the shop."""
        boxed = select(Parcel.id).where(Parcel.order_id == row.id, Parcel.state != "void")
        over = a.order.cancelled or a.order.all_fulfilled or row.state in OVER
        return not over and self.session.scalar(boxed.limit(1)) is None

    def _is_untouched(self, order_id: bytes) -> bool:
        """Whether no hand has begun: nothing leased, nothing picked, no box."""
        busy = select(Work.id).where(Work.order_id == order_id, Work.state.in_(("leased", "done")))
        boxed = select(Parcel.id).where(Parcel.order_id == order_id)
        return self.session.scalar(busy.limit(1)) is None and self.session.scalar(boxed.limit(1)) is None
