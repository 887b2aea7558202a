"""A walk that is taken over from another station: what was found in its totes, and what follows for its lines.

The count is an observation: what a tote holds, whatever was recorded of it before. From the lease under which it was
made on, facts of older leases about these totes say nothing new, whenever they arrive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.facts import Fact, Row, Stamp
from app.inventory.facts import GOOD, stock_row, transfer
from app.models import PickLine, Stock, ToteCount
from app.picking.facts.walk import holds, set_line
from app.work.facts import set_tote


@dataclass(frozen=True)
class TakeOverBegun(Fact):
    """Central moved the lease of this work here. The tuples run side by side: one place each for every order.

    `totes` and `tote_works` run side by side too: the totes that are known of it. `positions` are the letters on the
    cart, "" for a single tote. `from_id` is the station that had it.
    """

    works: tuple[bytes, ...]
    orders: tuple[bytes, ...]
    leases: tuple[bytes, ...]
    fences: tuple[int, ...]
    positions: tuple[str, ...]
    totes: tuple[bytes, ...]
    tote_works: tuple[bytes, ...]
    cart_id: bytes = b""
    from_id: bytes = b""
    voidable: ClassVar[bool] = False


@dataclass(frozen=True)
class ToteOpened(Fact):
    """This tote is counted now; `work_id` is whose units are in it."""

    tote_id: bytes
    work_id: bytes


@dataclass(frozen=True)
class ToteUnits(Fact):
    """So many more units of it lie in the tote that is being counted (a smaller quantity card: fewer)."""

    tote_id: bytes
    sku_id: bytes
    lot: str
    units: int
    serial: str = ""


@dataclass(frozen=True)
class ToteDone(Fact):
    """DONE: everything in this tote was scanned."""

    tote_id: bytes


@dataclass(frozen=True)
class WorkTakenOver(Fact):
    """The totes of a piece of work were counted blind, and its walk goes on here.

    `counts` are (tote, SKU, lot, units), with 0 where the book had something and nothing was found; `lines` are (pick
    line, SKU, bin, lot) of the work. Applying makes the totes hold what was counted. The difference to the book comes
    from the bins of the lines (units that nobody had told of yet) or goes back to them (units that were told and are
    not there), so that nothing is made of nothing; and the lines have picked what was counted.
    """

    work_id: bytes
    order_id: bytes
    lease_id: bytes
    fence: int
    totes: tuple[bytes, ...]
    counts: tuple[tuple[bytes, bytes, str, int], ...]
    lines: tuple[tuple[bytes, bytes, bytes, str], ...]
    voidable: ClassVar[bool] = False

    def touches(self) -> tuple[Row, ...]:
        rows: list[Row] = [("pick_line", (line,)) for line, _, _, _ in self.lines]
        rows += [("tote", (tote,)) for tote in self.totes]
        rows += [("tote_count", (self.work_id, tote)) for tote in self.totes]
        for tote, sku_id, lot, _ in self.counts:
            rows.append(stock_row(sku_id, tote, lot))
            rows += [stock_row(sku_id, place, lot) for _, sku, place, _ in self.lines if sku == sku_id]
        return tuple(dict.fromkeys(rows))

    def apply(self, session: Session, stamp: Stamp) -> None:
        if not holds(session, self.work_id, self.fence):
            return  # taken over once more before this came: the newer count speaks
        for sku_id in dict.fromkeys(sku for _, sku, _, _ in self.lines):
            self._agree(session, stamp, sku_id)
        for tote in self.totes:
            set_tote(
                session, tote, state="picking", order_id=self.order_id, work_id=self.work_id, place_id=None,
                parked_at=None,
            )  # fmt: skip
            _mark_counted(session, self.work_id, tote, self.fence)

    def _agree(self, session: Session, stamp: Stamp, sku_id: bytes) -> None:
        """Makes lines and totes say what was counted of one SKU."""
        counted = [(tote, lot, units) for tote, sku, lot, units in self.counts if sku == sku_id]
        mine = [line for line, sku, _, _ in self.lines if sku == sku_id]
        found = {row.id: row for row in session.scalars(
            select(PickLine).where(PickLine.id.in_(mine)).execution_options(populate_existing=True)
        )}  # fmt: skip
        rows = [found[line] for line in mine if line in found]
        shares = list(_shares(rows, sum(units for _, _, units in counted)))
        moved: Counter[bytes] = Counter()
        for row, change, _ in shares:
            moved[row.place_id] += change
        places = [place for _, sku, place, _ in self.lines if sku == sku_id]
        for tote, lot, units in counted:
            book: int = session.scalar(_on_hand(sku_id, tote, lot)) or 0
            for place, share in _spread(moved, places, units - book):
                transfer(
                    session,
                    stamp,
                    sku_id=sku_id,
                    source=place,
                    target=tote,
                    quantity=share,
                    lot=lot,
                    reason="take over",
                )
        for row, change, missing in shares:
            set_line(session, row.id, picked=change, short=missing)


def _on_hand(sku_id: bytes, place_id: bytes, lot: str) -> Select[Any]:
    return select(Stock.on_hand).where(
        Stock.sku_id == sku_id, Stock.place_id == place_id, Stock.lot == lot, Stock.status == GOOD
    )


def _shares(rows: list[PickLine], counted: int) -> Iterator[tuple[PickLine, int, int]]:
    """How what was counted is shared out: by how much each line has picked more (or fewer) units than it says, and how
    many of its missing units were in the tote after all."""
    left = counted - sum(row.picked for row in rows)
    if left <= 0:
        for row in reversed(rows):
            fewer = max(-row.picked, left)
            if fewer:
                yield row, fewer, 0
                left -= fewer
        return
    for row in rows:
        more = min(row.quantity - row.short - row.picked, left)
        if more > 0:
            yield row, more, 0
            left -= more
    for row in rows:
        found = min(row.short, left)
        if found > 0:
            yield row, found, -found
            left -= found


def _spread(moved: Counter[bytes], places: list[bytes], units: int) -> Iterator[tuple[bytes, int]]:
    """From (or, negative, to) which bins the difference comes: those whose lines changed first, the rest at the first
    place of the SKU."""
    for place, change in list(moved.items()):
        if (change > 0) == (units > 0) and change and units:
            share = min(change, units) if units > 0 else max(change, units)
            moved[place] -= share
            units -= share
            yield place, share
    if units and places:
        yield places[0], units


def _mark_counted(session: Session, work_id: bytes, tote_id: bytes, fence: int) -> None:
    key = (ToteCount.work_id == work_id, ToteCount.tote_id == tote_id)
    if session.execute(update(ToteCount).where(*key).values(fence=fence).returning(ToteCount.fence)).first() is None:
        session.execute(insert(ToteCount).values(work_id=work_id, tote_id=tote_id, fence=fence))
    changed(session, ToteCount, work_id, tote_id)
