"""What hands do with what comes back: returns opened, items looked at and graded, put away, returns closed.

Units come from outside into the place that the disposition directs to. What is looked at and graded writes no row: it
is only remembered, so that pulling the plug loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.facts import Fact, Row, Stamp
from app.inventory.facts import move, stock_row
from app.models import ReturnCase, ReturnItem
from app.returns.rules.dispositions import stock_status


def _set_case(session: Session, return_id: bytes, **values: object) -> None:
    session.execute(
        update(ReturnCase)
        .where(ReturnCase.id == return_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    changed(session, ReturnCase, return_id)


def _units_back(session: Session, return_id: bytes) -> int:
    return session.scalar(select(func.sum(ReturnItem.quantity)).where(ReturnItem.return_id == return_id)) or 0


@dataclass(frozen=True)
class ReturnOpened(Fact):
    """The first item of a return was scanned here, or a whole parcel was taken back.

    `came_as`: announced, unannounced, refused, undelivered. `before` is the state of the return until now, "" when it
    begins with this fact; `order_id` is empty when nobody knows the order, `parcel_id` names a parcel that came whole.
    """

    return_id: bytes
    number: str
    order_id: bytes = b""
    came_as: str = "unannounced"
    before: str = ""
    parcel_id: bytes = b""
    wish: str = "refund"

    def touches(self) -> tuple[Row, ...]:
        return (("return_case", (self.return_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        if session.scalar(select(ReturnCase.id).where(ReturnCase.id == self.return_id)) is not None:
            _set_case(session, self.return_id, state="receiving", closed_at=None)
            return
        session.execute(
            insert(ReturnCase).values(
                id=self.return_id, number=self.number, order_id=self.order_id or None, kind=self.came_as,
                state="receiving", wish=self.wish, opened_at=stamp.at, parcel_id=self.parcel_id or None,
            )
        )  # fmt: skip
        changed(session, ReturnCase, self.return_id)

    def revert(self, session: Session, stamp: Stamp) -> None:
        if not _units_back(session, self.return_id):  # else somebody else works on it
            _set_case(session, self.return_id, state=self.before or "void")


@dataclass(frozen=True)
class ItemInspected(Fact):
    """What lies in the hand to be graded, all of it: units of one SKU, by order line and lot.

    `parts` are (order line, lot, units); the line is empty when no order is known to have shipped them.
    """

    return_id: bytes
    sku_id: bytes
    parts: tuple[tuple[bytes, str, int], ...]
    serial: str = ""


@dataclass(frozen=True)
class ItemGraded(Fact):
    """What lies in the hand was graded; disposition and place follow from the rules and the stock as they were then.

    `place_id` is where the screen directed to; where it went says `ReturnedItem`. `approved_by` is who approved a
    refund above the site's limit.
    """

    return_id: bytes
    grade: int
    disposition: str
    place_id: bytes
    approved_by: bytes = b""


@dataclass(frozen=True)
class SealedTaken(Fact):
    """A parcel that nobody opened was taken back as it is: all of it as new.

    `items` are (SKU, order line, lot, units, disposition, place that the screen directs to).
    """

    return_id: bytes
    parcel_id: bytes
    items: tuple[tuple[bytes, bytes, str, int, str, bytes], ...]
    approved_by: bytes = b""


@dataclass(frozen=True)
class ReturnedItem(Fact):
    """Units came back and were put into a place; see `models.ReturnItem`."""

    item_id: bytes
    return_id: bytes
    line_id: bytes
    sku_id: bytes
    quantity: int
    place_id: bytes
    grade: int
    disposition: str
    lot: str = ""
    serial: str = ""
    approved_by: bytes = b""

    def touches(self) -> tuple[Row, ...]:
        return (
            ("return_item", (self.item_id,)),
            stock_row(self.sku_id, self.place_id, self.lot, stock_status(self.disposition)),
        )

    def apply(self, session: Session, stamp: Stamp) -> None:
        self._put(session, stamp, self.quantity)
        if session.scalar(select(ReturnItem.id).where(ReturnItem.id == self.item_id)) is not None:
            self._write_units(session, self.quantity)
            return
        session.execute(
            insert(ReturnItem).values(
                id=self.item_id, return_id=self.return_id, order_line_id=self.line_id or None, sku_id=self.sku_id,
                quantity=max(self.quantity, 0), lot=self.lot, serial=self.serial, grade=self.grade,
                disposition=self.disposition, place_id=self.place_id, at=stamp.at,
                approved_by=self.approved_by or None,
            )
        )  # fmt: skip
        changed(session, ReturnItem, self.item_id)

    def revert(self, session: Session, stamp: Stamp) -> None:
        self._put(session, stamp, -self.quantity)
        self._write_units(session, 0)

    def _put(self, session: Session, stamp: Stamp, quantity: int) -> None:
        move(
            session, stamp, sku_id=self.sku_id, place_id=self.place_id, quantity=quantity, lot=self.lot,
            status=stock_status(self.disposition), reason="return",
        )  # fmt: skip

    def _write_units(self, session: Session, quantity: int) -> None:
        session.execute(
            update(ReturnItem)
            .where(ReturnItem.id == self.item_id)
            .values(quantity=max(quantity, 0))
            .execution_options(synchronize_session=False)
        )
        changed(session, ReturnItem, self.item_id)


@dataclass(frozen=True)
class WishChanged(Fact):
    """The customer is to get the money back, or the same goods again: `wish` refund or replacement."""

    return_id: bytes
    wish: str
    before: str

    def touches(self) -> tuple[Row, ...]:
        return (("return_case", (self.return_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        _set_case(session, self.return_id, wish=self.wish)

    def revert(self, session: Session, stamp: Stamp) -> None:
        _set_case(session, self.return_id, wish=self.before)


@dataclass(frozen=True)
class ReturnClosed(Fact):
    """Nothing more of this return is expected."""

    return_id: bytes

    def touches(self) -> tuple[Row, ...]:
        return (("return_case", (self.return_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        _set_case(session, self.return_id, state="closed", closed_at=stamp.at)

    def revert(self, session: Session, stamp: Stamp) -> None:
        _set_case(session, self.return_id, state="receiving", closed_at=None)
