"""The check of many orders at once: what `check_order` does for one, with a few statements for all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from app.db import insert_rows
from app.ids import new_id
from app.models import Hold, TimelineEntry
from app.processing.rules import AUTOMATIC, Need, needs, stuck_by_hold
from app.processing.service.cases import AT_ONCE, Case, HoldFacts, cases
from app.processing.service.holds import SYSTEM, is_past
from app.receipt.service import resolve_orders
from app.text import Text, say
from app.work.service.timeline import packed_words


def check_orders(session: Session, *, order_ids: Sequence[bytes], now: datetime) -> dict[bytes, tuple[str, ...]]:
    """Looks what orders lack and keeps their holds so; the kinds of the holds that each has open afterwards."""
    open_kinds: dict[bytes, tuple[str, ...]] = {}
    for i in range(0, len(order_ids), AT_ONCE):
        some = order_ids[i : i + AT_ONCE]
        session.flush()
        resolve_orders(session, order_ids=some)
        book = HoldBook(now)
        for case in cases(session, some, SYSTEM).values():
            open_kinds[case.order_id] = book.check(case)
        book.write(session)
    return open_kinds


class HoldBook:
    """Holds that are placed and ended for many orders, and what their timelines say of it; written together."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._placed: list[dict[str, object]] = []
        self._ended: list[bytes] = []
        self._told: list[dict[str, object]] = []

    def check(self, case: Case) -> tuple[str, ...]:
        """Places what an order lacks, ends what it lacks no more; the kinds that are open then."""
        wanted = {(need.kind, need.field): need for need in needs(case.facts)}
        over = [hold for hold in case.holds if hold.is_open and self._is_over(hold, wanted)]
        for hold in over:
            self.end(case, hold)
        new = [need for need in wanted.values() if not any(_covers(hold, need, over) for hold in case.holds)]
        for need in new:
            self.place(case, need)
        still = {hold.kind for hold in case.holds if hold.is_open and hold not in over}
        return tuple(sorted(still | {need.kind for need in new}))

    def _is_over(self, hold: HoldFacts, wanted: dict[tuple[str, str], Need]) -> bool:
        if hold.kind == "until":
            return is_past(hold.field, self._now)
        need = wanted.get((hold.kind, hold.field))
        return hold.kind in AUTOMATIC and (need is None or need.detail != hold.detail)

    def place(self, case: Case, need: Need) -> None:
        """A hold of the system's own."""
        self._placed.append(
            {
                "id": new_id(), "order_id": case.order_id, "kind": need.kind, "field": need.field,
                "detail": need.detail, "placed_at": self._now, "placed_by": SYSTEM,
            }
        )  # fmt: skip
        self.tell(case, "Held", stuck_by_hold(need.kind, need.field, need.detail, case.number).cause)

    def end(self, case: Case, hold: HoldFacts, *, told: bool = True) -> None:
        """What this hold said is no longer so."""
        self._ended.append(hold.hold_id)
        if told:
            cause = stuck_by_hold(hold.kind, hold.field, hold.detail, case.number).cause
            self.tell(case, "HoldReleased", say("No longer held: {cause}", cause=cause))

    def hold_for_stock(self, case: Case, missing: Iterable[Need]) -> None:
        """An order waits for exactly these products: what it waited for before is replaced without a word."""
        lacking = {need.field: need for need in missing}
        for hold in case.holds:
            if hold.is_open and hold.kind == "stock":
                need = lacking.get(hold.field)
                if need is not None and need.detail == hold.detail:
                    del lacking[hold.field]
                else:
                    self.end(case, hold, told=False)
        for need in lacking.values():
            self.place(case, need)

    def tell(self, case: Case, kind: str, words: Text) -> None:
        """An entry of the order's timeline."""
        packed = json.dumps(packed_words(words), sort_keys=True)
        self._told.append({"id": new_id(), "order_id": case.order_id, "at": self._now, "kind": kind, "words": packed})

    def write(self, session: Session) -> None:
        """Writes all of it."""
        insert_rows(session, Hold, self._placed)
        insert_rows(session, TimelineEntry, self._told)
        if self._ended:
            end = update(Hold).where(Hold.id == bindparam("of_hold"))
            session.connection().execute(
                end.values(released_at=self._now, released_by=SYSTEM), [{"of_hold": key} for key in self._ended]
            )
            for row in session:
                if isinstance(row, Hold):
                    session.expire(row)


def _covers(hold: HoldFacts, need: Need, over: Sequence[HoldFacts]) -> bool:
    """Whether this hold says it already, or a person let this very thing pass."""
    same = (hold.kind, hold.field, hold.detail) == (need.kind, need.field, need.detail)
    return same and hold not in over and (hold.is_open or not hold.by_system)
