"""Facts of counting: observations. What follows from one is central's decision, recorded as `Adjusted`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.facts import Fact, Row, Stamp
from app.inventory.facts.movements import GOOD, move, stock_row
from app.models import CountTask


@dataclass(frozen=True)
class CountStarted(Fact):
    """Somebody stands before a place to count it: all that lies there, or one SKU."""

    count_id: bytes
    place_id: bytes
    sku_id: bytes = b""


@dataclass(frozen=True)
class CountNoted(Fact):
    """`units` more of an item were seen (negative: fewer); `case` is the pack quantity of the code."""

    sku_id: bytes
    units: int
    lot: str = ""
    status: str = GOOD
    serial: str = ""
    case: int = 1


@dataclass(frozen=True)
class Counted(Fact):
    """All that was seen at a place: the tuples run side by side; what they do not name was not there.

    An observation is not undone but made anew. `approved_by` is who judged between two counts that differed.
    """

    count_id: bytes
    place_id: bytes
    sku_id: bytes
    skus: tuple[bytes, ...]
    lots: tuple[str, ...]
    statuses: tuple[str, ...]
    units: tuple[int, ...]
    approved_by: bytes = b""
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        return (("count_task", (self.count_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        row = session.execute(
            select(CountTask.state, CountTask.first_fact, CountTask.second_fact).where(CountTask.id == self.count_id)
        ).first()
        if row is None:
            _make_task(session, stamp, self.count_id, self.place_id, self.sku_id, "asked")
        if row is not None and row.state in ("done", "cancelled"):
            return
        if row is None or row.first_fact is None:
            values = {"first_by": stamp.actor_id or None, "first_fact": stamp.fact_id}
        elif row.second_fact is None:
            values = {"second_by": stamp.actor_id or None, "second_fact": stamp.fact_id}
        else:
            values = {"judge_fact": stamp.fact_id}
        _set_task(session, self.count_id, state="counted", **values)


@dataclass(frozen=True)
class CountAsked(Fact):
    """Somebody asked that a place be counted."""

    count_id: bytes
    place_id: bytes
    sku_id: bytes = b""

    def touches(self) -> tuple[Row, ...]:
        return (("count_task", (self.count_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        _make_task(session, stamp, self.count_id, self.place_id, self.sku_id, "asked")

    def revert(self, session: Session, stamp: Stamp) -> None:
        _cancel_task(session, self.count_id)


@dataclass(frozen=True)
class Found(Fact):
    """Units were found where nothing says they belong, and laid into a bin: that bin is to be counted.

    No stock comes of it: what lies in the bin is what its count says. `count_id` is empty where one is asked already.
    """

    count_id: bytes
    sku_id: bytes
    place_id: bytes
    units: int
    lot: str = ""

    def touches(self) -> tuple[Row, ...]:
        return (("count_task", (self.count_id,)),) if self.count_id else ()

    def apply(self, session: Session, stamp: Stamp) -> None:
        if self.count_id:
            _make_task(session, stamp, self.count_id, self.place_id, self.sku_id, "found")

    def revert(self, session: Session, stamp: Stamp) -> None:
        if self.count_id:
            _cancel_task(session, self.count_id)


@dataclass(frozen=True)
class Adjusted(Fact):
    """Central set the book of a place right by a count; recorded with the moment of the count as its time."""

    count_id: bytes
    sku_id: bytes
    place_id: bytes
    lot: str
    status: str
    quantity: int
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        return (stock_row(self.sku_id, self.place_id, self.lot, self.status),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        move(
            session, stamp, sku_id=self.sku_id, place_id=self.place_id, quantity=self.quantity, lot=self.lot,
            status=self.status, reason="count",
        )  # fmt: skip


def _make_task(
    session: Session, stamp: Stamp, count_id: bytes, place_id: bytes, sku_id: bytes, reason: str
) -> None:  # fmt: skip
    if session.scalar(select(CountTask.id).where(CountTask.id == count_id)) is None:
        session.execute(
            insert(CountTask).values(
                id=count_id, place_id=place_id, sku_id=sku_id or None, reason=reason, state="open", priority=50,
                opened_at=stamp.at,
            )
        )  # fmt: skip
    changed(session, CountTask, count_id)


def _cancel_task(session: Session, count_id: bytes) -> None:
    session.execute(
        update(CountTask)
        .where(CountTask.id == count_id, CountTask.state == "open")
        .values(state="cancelled")
        .execution_options(synchronize_session=False)
    )
    changed(session, CountTask, count_id)


def _set_task(session: Session, count_id: bytes, **values: object) -> None:
    session.execute(
        update(CountTask).where(CountTask.id == count_id).values(**values).execution_options(synchronize_session=False)
    )
    changed(session, CountTask, count_id)
