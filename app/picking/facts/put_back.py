"""The way back: units of an order that was cancelled (or wants fewer now) go from the tote into bins."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.facts import Fact, Row, Stamp
from app.inventory.facts import GOOD, move, stock_row
from app.work.facts import set_tote


@dataclass(frozen=True)
class PutBackBegun(Fact):
    """A tote was scanned whose units go back. `lines` are (SKU, lot, bin or b"", units) in the order of the walk.

    `was` is the state in which the tote stood; `start_id` is the place from which the walk was measured, b"" without
    one. The plan is kept here, so that a restart stands at the same stop whatever came from central meanwhile.
    """

    tote_id: bytes
    order_id: bytes
    lines: tuple[tuple[bytes, str, bytes, int], ...]
    was: str = "picking"
    start_id: bytes = b""

    def touches(self) -> tuple[Row, ...]:
        return (("tote", (self.tote_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        set_tote(session, self.tote_id, state="putback")

    def revert(self, session: Session, stamp: Stamp) -> None:
        set_tote(session, self.tote_id, state=self.was)


@dataclass(frozen=True)
class ReturnTaken(Fact):
    """An item of the tote was scanned: `units` more of it are in the hand. `damaged`: it can't be sold any more."""

    sku_id: bytes
    lot: str
    units: int
    serial: str = ""
    damaged: bool = False


@dataclass(frozen=True)
class PutBack(Fact):
    """Units went from the tote into a bin; `status` damaged where they can't be sold any more."""

    tote_id: bytes
    order_id: bytes
    sku_id: bytes
    place_id: bytes
    lot: str
    quantity: int
    status: str = GOOD
    serials: tuple[str, ...] = ()

    def touches(self) -> tuple[Row, ...]:
        return (
            stock_row(self.sku_id, self.tote_id, self.lot),
            stock_row(self.sku_id, self.place_id, self.lot, self.status),
        )

    def apply(self, session: Session, stamp: Stamp) -> None:
        self._go(session, stamp, self.quantity)

    def revert(self, session: Session, stamp: Stamp) -> None:
        self._go(session, stamp, -self.quantity)

    def _go(self, session: Session, stamp: Stamp, quantity: int) -> None:
        for place, status, units in ((self.tote_id, GOOD, -quantity), (self.place_id, self.status, quantity)):
            move(
                session, stamp, sku_id=self.sku_id, place_id=place, quantity=units, lot=self.lot, status=status,
                reason="put back",
            )  # fmt: skip


@dataclass(frozen=True)
class PutBackDone(Fact):
    """Everything that was to go back is in bins. The tote is free, or as it was when its order still goes on (`state`).

    `missing` are (SKU, lot, units) that the book had in the tote and nobody found in it.
    """

    tote_id: bytes
    order_id: bytes
    work_id: bytes = b""
    state: str = "free"
    missing: tuple[tuple[bytes, str, int], ...] = ()

    def touches(self) -> tuple[Row, ...]:
        return (("tote", (self.tote_id,)), *(stock_row(sku, self.tote_id, lot) for sku, lot, _ in self.missing))

    def apply(self, session: Session, stamp: Stamp) -> None:
        bound: dict[str, object] = {} if self.state != "free" else {"order_id": None, "work_id": None}
        set_tote(session, self.tote_id, state=self.state, **bound)
        self._lose(session, stamp, 1)

    def revert(self, session: Session, stamp: Stamp) -> None:
        set_tote(session, self.tote_id, state="putback", order_id=self.order_id, work_id=self.work_id or None)
        self._lose(session, stamp, -1)

    def _lose(self, session: Session, stamp: Stamp, sign: int) -> None:
        for sku_id, lot, units in self.missing:
            move(
                session, stamp, sku_id=sku_id, place_id=self.tote_id, quantity=-units * sign, lot=lot, reason="missing"
            )
