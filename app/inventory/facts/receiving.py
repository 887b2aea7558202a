"""Facts of the dock: a delivery was opened, units of it came, it was closed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.facts import Fact, Row, Stamp
from app.inventory.facts.movements import GOOD, move, stock_row
from app.models import Lot, Receipt, ReceiptLine
from app.work.facts import set_tote


@dataclass(frozen=True)
class ReceiptOpened(Fact):
    """Somebody began to take a delivery in at a dock place; `blind` when nobody had announced it."""

    receipt_id: bytes
    number: str
    place_id: bytes
    blind: int = 0

    def touches(self) -> tuple[Row, ...]:
        return (("receipt", (self.receipt_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        if self.blind and session.get(Receipt, self.receipt_id) is None:
            session.execute(
                insert(Receipt).values(
                    id=self.receipt_id, number=self.receipt_id.hex() if self._taken(session) else self.number,
                    kind="blind", supplier="", state="receiving", expected_on="",
                )
            )  # fmt: skip
            changed(session, Receipt, self.receipt_id)
            return
        _set_receipt(session, self.receipt_id, "receiving", "expected")

    def revert(self, session: Session, stamp: Stamp) -> None:
        _set_receipt(session, self.receipt_id, "expected", "receiving")

    def _taken(self, session: Session) -> bool:
        """Whether another delivery has this number: what came is taken in all the same."""
        return session.scalar(select(Receipt.id).where(Receipt.number == self.number)) is not None


@dataclass(frozen=True)
class TargetChosen(Fact):
    """Where the following units go: into a tote (a licence plate), or with an empty `tote_id` onto the dock itself.

    `joined` is 1 when the tote held received goods before.
    """

    place_id: bytes
    tote_id: bytes = b""
    joined: int = 0

    def touches(self) -> tuple[Row, ...]:
        return (("tote", (self.tote_id,)),) if self.tote_id else ()

    def apply(self, session: Session, stamp: Stamp) -> None:
        if self.tote_id:
            set_tote(session, self.tote_id, state="received", order_id=None, work_id=None, place_id=self.place_id)

    def revert(self, session: Session, stamp: Stamp) -> None:
        if self.tote_id and not self.joined:
            set_tote(session, self.tote_id, state="free", place_id=None)


@dataclass(frozen=True)
class Received(Fact):
    """Units of a delivery came (negative: fewer, a smaller quantity card) and lie at `place_id`, the dock or a tote.

    A line that the delivery did not announce is made with a quantity of nought. `expires_on` is an ISO date or "";
    `case` is the pack quantity of the code that was scanned: a quantity card after it counts such packs.
    """

    receipt_id: bytes
    line_id: bytes
    sku_id: bytes
    place_id: bytes
    quantity: int
    lot: str = ""
    expires_on: str = ""
    serial: str = ""
    status: str = GOOD
    case: int = 1

    def touches(self) -> tuple[Row, ...]:
        rows = (("receipt_line", (self.line_id,)), stock_row(self.sku_id, self.place_id, self.lot, self.status))
        return (*rows, ("lot", (self.sku_id, self.lot))) if self.lot else rows

    def apply(self, session: Session, stamp: Stamp) -> None:
        if self.lot:
            _know_lot(session, self.sku_id, self.lot, self.expires_on)
        self._take_in(session, stamp, self.quantity)

    def revert(self, session: Session, stamp: Stamp) -> None:
        self._take_in(session, stamp, -self.quantity)

    def _take_in(self, session: Session, stamp: Stamp, quantity: int) -> None:
        move(
            session, stamp, sku_id=self.sku_id, place_id=self.place_id, quantity=quantity, lot=self.lot,
            status=self.status, reason="receive",
        )  # fmt: skip
        found = session.execute(
            update(ReceiptLine)
            .where(ReceiptLine.id == self.line_id)
            .values(received=ReceiptLine.received + quantity)
            .execution_options(synchronize_session=False)
            .returning(ReceiptLine.id)
        ).first()
        if found is None:
            last = select(func.max(ReceiptLine.position)).where(ReceiptLine.receipt_id == self.receipt_id)
            session.execute(
                insert(ReceiptLine).values(
                    id=self.line_id, receipt_id=self.receipt_id, position=(session.scalar(last) or 0) + 1,
                    sku_id=self.sku_id, quantity=0, received=quantity,
                )
            )  # fmt: skip
        changed(session, ReceiptLine, self.line_id)


@dataclass(frozen=True)
class OverReceived(Fact):
    """Somebody who may approved that more of a line is taken in than was ordered."""

    receipt_id: bytes
    line_id: bytes
    units: int
    approved_by: bytes


@dataclass(frozen=True)
class ItemPending(Fact):
    """Something was scanned that needs one more word before it counts.

    `wants`: lot, date, serial, alias (nobody knows `code`), choice (the delivery does not announce it). It is a fact so
    that the question stands again after a restart, and UNDO takes exactly it back.
    """

    wants: str
    sku_id: bytes = b""
    units: int = 1
    lot: str = ""
    expires_on: str = ""
    serial: str = ""
    code: str = ""


@dataclass(frozen=True)
class PendingLeft(Fact):
    """What was asked about was put aside and not counted."""

    sku_id: bytes = b""
    code: str = ""


@dataclass(frozen=True)
class ReceiptClosed(Fact):
    """Nothing more of this delivery will come."""

    receipt_id: bytes

    def touches(self) -> tuple[Row, ...]:
        return (("receipt", (self.receipt_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        _set_receipt(session, self.receipt_id, "closed", "receiving")

    def revert(self, session: Session, stamp: Stamp) -> None:
        _set_receipt(session, self.receipt_id, "receiving", "closed")


def _set_receipt(session: Session, receipt_id: bytes, state: str, was: str) -> None:
    session.execute(
        update(Receipt)
        .where(Receipt.id == receipt_id, Receipt.state == was)
        .values(state=state)
        .execution_options(synchronize_session=False)
    )
    changed(session, Receipt, receipt_id)


def _know_lot(session: Session, sku_id: bytes, lot: str, expires_on: str) -> None:
    """A lot's date is what was read first; one that nobody had read yet is filled in."""
    known = session.execute(select(Lot.expires_on).where(Lot.sku_id == sku_id, Lot.lot == lot)).first()
    if known is None:
        session.execute(insert(Lot).values(sku_id=sku_id, lot=lot, expires_on=expires_on))
    elif expires_on and not known.expires_on:
        session.execute(
            update(Lot)
            .where(Lot.sku_id == sku_id, Lot.lot == lot)
            .values(expires_on=expires_on)
            .execution_options(synchronize_session=False)
        )
    changed(session, Lot, sku_id, lot)
