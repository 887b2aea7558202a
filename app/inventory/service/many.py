"""Promises for many orders at once: stock is read once, planned in memory, and taken with one statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import changed, insert_rows
from app.db.bulk import take_where_left
from app.ids import new_id
from app.inventory.queries import candidates
from app.inventory.rules import Candidate, plan_takes
from app.inventory.service.reservations import GOOD, Reserved
from app.models import Reservation, Stock

Wanted = Sequence[tuple[bytes, bytes, int]]
"""(order line, SKU, units) of one order."""


class Shelves:
    """Free stock of some products as it was read, less what was planned since."""

    def __init__(self, session: Session, sku_ids: Collection[bytes], now: datetime) -> None:
        self._today = now.date().isoformat()
        self._free = {sku: list(found) for sku, found in candidates(session, sorted(sku_ids)).items()}

    def plan(self, wanted: Wanted) -> tuple[Reserved, ...]:
        """Where the units of one order are taken, all of them or (); what is planned is free no more."""
        before: dict[bytes, list[Candidate]] = {}
        plan: list[Reserved] = []
        for line_id, sku_id, quantity in wanted:
            here = self._free.get(sku_id, [])
            takes = plan_takes(here, quantity, self._today)
            if quantity and not takes:
                self._free |= before
                return ()
            before.setdefault(sku_id, here)
            taken = {(t.place_id, t.lot): t.quantity for t in takes}
            self._free[sku_id] = [_less(c, taken.get((c.place_id, c.lot), 0)) for c in here]
            plan += (Reserved(line_id, sku_id, t.place_id, t.lot, t.quantity) for t in takes)
        return tuple(plan)

    def free(self, sku_id: bytes) -> int:
        """Units of a product that could still be promised."""
        return sum(c.free for c in self._free.get(sku_id, ()) if not (c.expires_on and c.expires_on < self._today))


def _less(candidate: Candidate, units: int) -> Candidate:
    return replace(candidate, free=candidate.free - units) if units else candidate


def take_planned(session: Session, plan: Sequence[Reserved]) -> bool:
    """Promises everything that was planned; False when some units were taken by somebody else meanwhile.

    Then what was written of it must be rolled back (PostgreSQL; SQLite's writer is alone).
    """
    if not plan:
        return True
    units: Counter[tuple[bytes, bytes, str]] = Counter()
    for r in plan:
        units[r.sku_id, r.place_id, r.lot] += r.quantity
    keys = sorted(units)
    rows = [
        {"sku_id": sku, "place_id": place, "lot": lot, "status": GOOD, "units": units[sku, place, lot]}
        for sku, place, lot in keys
    ]
    stock = Stock.metadata.tables[Stock.__tablename__]
    if take_where_left(session, stock, rows, taken="reserved", of="on_hand") != len(keys):
        return False
    for row in session:
        if isinstance(row, Stock):
            session.expire(row)
    insert_rows(
        session,
        Reservation,
        [
            {
                "id": new_id(), "line_id": r.line_id, "sku_id": r.sku_id, "place_id": r.place_id, "lot": r.lot,
                "quantity": r.quantity,
            }
            for r in plan
        ],
    )  # fmt: skip
    for sku_id, place_id, lot in keys:
        changed(session, Stock, sku_id, place_id, lot, GOOD)
    return True
