"""The release of many orders at once: what `release_order` does for one, with a few statements for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import changed, insert_rows
from app.ids import new_id
from app.inventory.service.many import Shelves, take_planned
from app.inventory.service.reservations import Reserved
from app.models import Order, OrderBrief, Parcel, PickLine, Sku, Work
from app.processing.rules import Need
from app.processing.service.cases import AT_ONCE, Case, cases
from app.processing.service.checks import HoldBook
from app.processing.service.holds import OPEN, SYSTEM
from app.processing.service.release import ReleaseResult, release_order
from app.receipt.service import resolve_orders
from app.text import count


def release_orders(session: Session, *, order_ids: Sequence[bytes], now: datetime) -> tuple[ReleaseResult, ...]:
    """Checks orders and releases those that can be, in the order given; those that do not wait are left out.

    Orders of which a hand has begun something go their own way, one by one, before the others.
    """
    results: dict[bytes, ReleaseResult] = {}
    for i in range(0, len(order_ids), AT_ONCE):
        some = _waiting(session, order_ids[i : i + AT_ONCE])
        begun = _begun(session, some)
        fresh = [order_id for order_id in some if order_id not in begun]
        one_by_one = [order_id for order_id in some if order_id in begun]
        together = _Release(session, now)
        with session.begin_nested() as savepoint:
            marks = dict(session.info["changed"])
            if not together.do(fresh):
                savepoint.rollback()
                session.info["changed"] = marks
                together.results.clear()
                one_by_one = list(some)
        results |= together.results
        for order_id in one_by_one:
            results[order_id] = release_order(session, order_id=order_id, now=now)
    return tuple(results[order_id] for order_id in order_ids if order_id in results)


def _waiting(session: Session, order_ids: Sequence[bytes]) -> list[bytes]:
    session.flush()
    there = set(session.scalars(select(Order.id).where(Order.id.in_(order_ids), Order.state.in_(OPEN))))
    return [order_id for order_id in order_ids if order_id in there]


def _begun(session: Session, order_ids: Sequence[bytes]) -> set[bytes]:
    """Orders that had work or a box before: where they stand is not said by their state."""
    worked = set(session.scalars(select(Work.order_id).where(Work.order_id.in_(order_ids))))
    return worked | set(session.scalars(select(Parcel.order_id).where(Parcel.order_id.in_(order_ids))))


class _Release:
    """Orders that nobody has touched, released together."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.results: dict[bytes, ReleaseResult] = {}
        self._book = HoldBook(now)
        self._works: list[dict[str, object]] = []
        self._plan: list[Reserved] = []
        self._picks: list[dict[str, object]] = []

    def do(self, order_ids: Sequence[bytes]) -> bool:
        """Decides about each, then writes; False when units were taken by somebody else meanwhile."""
        if not order_ids:
            return True
        resolve_orders(self.session, order_ids=order_ids)
        found = cases(self.session, order_ids, SYSTEM)
        checked = {case.order_id: tuple(k for k in self._book.check(case) if k != "stock") for case in found.values()}
        free_to_go = [case for case in found.values() if not checked[case.order_id]]
        skus = {sku_id for case in free_to_go for _, sku_id, _ in case.wanted}
        names = _names(self.session, skus)
        shelves = Shelves(self.session, skus, self.now)
        for case in found.values():
            if holds := checked[case.order_id]:
                self.results[case.order_id] = ReleaseResult(case.order_id, None, holds, "held")
            elif plan := shelves.plan(case.wanted):
                self._release(case, plan)
            else:
                self._book.hold_for_stock(case, _missing(case, shelves, names))
                self.results[case.order_id] = ReleaseResult(case.order_id, None, ("stock",), "held")
        return self._write(found.values())

    def _release(self, case: Case, plan: Sequence[Reserved]) -> None:
        for hold in case.holds:
            if hold.is_open and hold.kind == "stock":
                self._book.end(case, hold)
        work_id = new_id()
        self._works.append(
            {"id": work_id, "kind": "pick", "order_id": case.order_id, "priority": case.priority, "state": "ready"}
        )
        self._plan += plan
        self._picks += (_pick_line(work_id, r) for r in plan)
        stops = len({(r.place_id, r.lot) for r in plan})
        self._book.tell(case, "Released", count(stops, "Released to pick: {n} stop", "Released to pick: {n} stops"))
        self.results[case.order_id] = ReleaseResult(case.order_id, work_id, (), "released")

    def _write(self, found: Iterable[Case]) -> bool:
        if not take_planned(self.session, self._plan):
            return False
        insert_rows(self.session, Work, self._works)
        insert_rows(self.session, PickLine, self._picks)
        for state in ("held", "released"):
            moved = [c.order_id for c in found if self.results[c.order_id].state == state and c.state != state]
            self._set_state(moved, state)
        self._book.write(self.session)
        return True

    def _set_state(self, order_ids: Sequence[bytes], state: str) -> None:
        for model, key in ((Order, Order.id), (OrderBrief, OrderBrief.order_id)):
            self.session.execute(
                update(model).where(key.in_(order_ids)).values(state=state).execution_options(synchronize_session=False)
            )
        for row in self.session:
            if isinstance(row, Order | OrderBrief):
                self.session.expire(row)
        for order_id in order_ids:
            changed(self.session, OrderBrief, order_id)


def _names(session: Session, sku_ids: Iterable[bytes]) -> dict[bytes, str]:
    return {row.id: row.sku for row in session.execute(select(Sku.id, Sku.sku).where(Sku.id.in_(sorted(sku_ids))))}


def _missing(case: Case, shelves: Shelves, names: dict[bytes, str]) -> Iterable[Need]:
    wanted: Counter[bytes] = Counter()
    for _, sku_id, units in case.wanted:
        wanted[sku_id] += units
    for sku_id, units in wanted.items():
        free = shelves.free(sku_id)
        if free < units:
            yield Need("stock", names[sku_id], f"{units} > {free}")


def _pick_line(work_id: bytes, r: Reserved) -> dict[str, object]:
    return {
        "id": new_id(), "work_id": work_id, "order_line_id": r.line_id, "sku_id": r.sku_id, "place_id": r.place_id,
        "lot": r.lot, "quantity": r.quantity,
    }  # fmt: skip
