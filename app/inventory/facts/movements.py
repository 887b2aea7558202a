"""Movements: the only way in which stock changes. The same code writes central's ledger and the station's balances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import Prepared, changed
from app.facts import Fact, Row, Stamp
from app.models import Movement, Stock

GOOD = "good"


def stock_row(sku_id: bytes, place_id: bytes, lot: str = "", status: str = GOOD) -> Row:
    """The stock row that a movement touches, for `Fact.touches`."""
    return ("stock", (sku_id, place_id, lot, status))


_KEY = ("sku_id", "place_id", "lot", "status")
_LINES = select(func.count()).select_from(Movement).where(Movement.fact_id == bindparam("of_fact"))
_ENTER = Prepared(
    insert(Movement).values(
        {name: bindparam(name) for name in ("fact_id", *_KEY, "quantity", "reason", "at")}
        | {"line": _LINES.scalar_subquery()}
    )
)
_ADD = Prepared(
    update(Stock)
    .where(*(getattr(Stock, name) == bindparam(f"its_{name}") for name in _KEY))
    .values(on_hand=Stock.on_hand + bindparam("quantity"))
)
_BEGIN = Prepared(insert(Stock).values(**{name: bindparam(name) for name in (*_KEY, "on_hand")}, reserved=0))


def move(
    session: Session,
    stamp: Stamp,
    *,
    sku_id: bytes,
    place_id: bytes,
    quantity: int,
    lot: str = "",
    status: str = GOOD,
    reason: str = "",
) -> None:
    """Adds `quantity` (negative: takes) to one place. On hand may fall below zero: hands are right, books are not."""
    if not quantity:
        return
    key = {"sku_id": sku_id, "place_id": place_id, "lot": lot, "status": status}
    if session.info["side"] == "central":
        fact_id = stamp.fact_id
        _ENTER.run(session, fact_id=fact_id, of_fact=fact_id, quantity=quantity, reason=reason, at=stamp.at, **key)
    if not _ADD.run(session, quantity=quantity, **{f"its_{name}": value for name, value in key.items()}):
        _BEGIN.run(session, on_hand=quantity, **key)
    changed(session, Stock, sku_id, place_id, lot, status)


def transfer(
    session: Session,
    stamp: Stamp,
    *,
    sku_id: bytes,
    source: bytes,
    target: bytes,
    quantity: int,
    lot: str = "",
    status: str = GOOD,
    reason: str = "",
) -> None:
    """Moves units from one place to another: two lines of one fact. A negative quantity goes the other way."""
    for place, units in ((source, -quantity), (target, quantity)):
        move(session, stamp, sku_id=sku_id, place_id=place, quantity=units, lot=lot, status=status, reason=reason)


@dataclass(frozen=True)
class StockSet(Fact):
    """Somebody said how much lies there (an import or a count): an observation, not a difference.

    The movement is what is said minus the book at the moment of applying; saying it twice moves nothing. It is not
    undone but said anew: what the book was before is no observation of anybody.
    """

    sku_id: bytes
    place_id: bytes
    quantity: int
    lot: str = ""
    status: str = GOOD
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        return (stock_row(self.sku_id, self.place_id, self.lot, self.status),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        key = (self.sku_id, self.place_id, self.lot, self.status)
        row = session.get(Stock, key, populate_existing=True)
        book = row.on_hand if row is not None else 0
        move(
            session, stamp, sku_id=self.sku_id, place_id=self.place_id, quantity=self.quantity - book, lot=self.lot,
            status=self.status, reason="set",
        )  # fmt: skip
