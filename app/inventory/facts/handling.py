"""What hands did with goods that are here already: taken, moved, found broken."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.facts import Fact, Row, Stamp
from app.inventory.facts.movements import GOOD, move, stock_row, transfer
from app.work.facts import set_tote

DAMAGED = "damaged"


@dataclass(frozen=True)
class SourceProved(Fact):
    """The place was scanned out of which goods are taken: a bin, the dock, or (`tote` 1) a tote."""

    place_id: bytes
    tote: int = 0


@dataclass(frozen=True)
class Taken(Fact):
    """`units` more of an item are in the hand (negative: put back), taken at `place_id`.

    `counted` of them were scanned or said; where that is fewer, one scan stands for all that lies there. `case` is the
    pack quantity of the code. `toward_place_id` is the bin to which the screen led, empty where it led nowhere.
    """

    sku_id: bytes
    place_id: bytes
    lot: str
    status: str
    units: int
    counted: int
    case: int = 1
    toward_place_id: bytes = b""


@dataclass(frozen=True)
class Moved(Fact):
    """Units went from one place to another. `why` is the movement's reason: put_away, move, receive."""

    sku_id: bytes
    place_id: bytes
    to_place_id: bytes
    quantity: int
    lot: str = ""
    status: str = GOOD
    why: str = "move"

    def touches(self) -> tuple[Row, ...]:
        return tuple(
            stock_row(self.sku_id, place, self.lot, self.status) for place in (self.place_id, self.to_place_id)
        )

    def apply(self, session: Session, stamp: Stamp) -> None:
        self._carry(session, stamp, self.quantity)

    def revert(self, session: Session, stamp: Stamp) -> None:
        self._carry(session, stamp, -self.quantity)

    def _carry(self, session: Session, stamp: Stamp, quantity: int) -> None:
        transfer(
            session, stamp, sku_id=self.sku_id, source=self.place_id, target=self.to_place_id, quantity=quantity,
            lot=self.lot, status=self.status, reason=self.why,
        )  # fmt: skip


@dataclass(frozen=True)
class StatusChanged(Fact):
    """Units were found to be in another state than the book says (broken): two movements at one place."""

    sku_id: bytes
    place_id: bytes
    quantity: int
    lot: str = ""
    status: str = GOOD
    to_status: str = DAMAGED

    def touches(self) -> tuple[Row, ...]:
        return tuple(
            stock_row(self.sku_id, self.place_id, self.lot, status) for status in (self.status, self.to_status)
        )

    def apply(self, session: Session, stamp: Stamp) -> None:
        self._turn(session, stamp, self.quantity)

    def revert(self, session: Session, stamp: Stamp) -> None:
        self._turn(session, stamp, -self.quantity)

    def _turn(self, session: Session, stamp: Stamp, quantity: int) -> None:
        for status, units in ((self.status, -quantity), (self.to_status, quantity)):
            move(
                session, stamp, sku_id=self.sku_id, place_id=self.place_id, quantity=units, lot=self.lot,
                status=status, reason="status",
            )  # fmt: skip


@dataclass(frozen=True)
class BinPassed(Fact):
    """The bin to which the screen led was passed by for these goods (SKIP): blocked, full, no ladder."""

    sku_id: bytes
    lot: str
    place_id: bytes


@dataclass(frozen=True)
class ToteCleared(Fact):
    """The last units were taken out of a tote of received goods: it is free again. `place_id` is where it stood."""

    tote_id: bytes
    place_id: bytes = b""

    def touches(self) -> tuple[Row, ...]:
        return (("tote", (self.tote_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        set_tote(session, self.tote_id, state="free", order_id=None, work_id=None)

    def revert(self, session: Session, stamp: Stamp) -> None:
        set_tote(session, self.tote_id, state="received", place_id=self.place_id or None)
