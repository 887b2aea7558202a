"""The walk: what was bound, proven, taken, found missing or damaged, put down.

Units move by `Picked` alone, from the bin into the tote. A fact about a line carries the fence of the lease under which
the work was held: with an older fence the movement still stands, for hands are right, but the line of whoever holds the
work now is left alone, and nothing is closed. One thing ends the movement too: the tote was counted when the work was
taken over, so these units are in the count already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import bindparam, case, select, update
from sqlalchemy.orm import Session

from app.db import Prepared, changed
from app.facts import Fact, Row, Stamp
from app.inventory.facts import GOOD, move, stock_row, transfer
from app.models import PickLine, Tote, ToteCount, Work
from app.work.facts import set_tote

EMPTY, DAMAGED, WRONG_ITEM, BLOCKED = 1, 2, 3, 4
"""Reasons of a short, as printed on the reason cards."""


@dataclass(frozen=True)
class TourStarted(Fact):
    """A tote or a cart was scanned and set out. The tuples run side by side: one place each for every order.

    `walk` are the pick lines in the order in which the screen led along them: a restart stands at the same stop even
    where a newer program would have found another way. `cart_id` is empty for a single tote; `start_id` is the place
    from which the walk was measured, empty where the site has none.
    """

    tour_id: bytes
    works: tuple[bytes, ...]
    orders: tuple[bytes, ...]
    leases: tuple[bytes, ...]
    fences: tuple[int, ...]
    walk: tuple[bytes, ...]
    cart_id: bytes = b""
    start_id: bytes = b""

    def touches(self) -> tuple[Row, ...]:
        return tuple(("work", (work,)) for work in self.works)

    def apply(self, session: Session, stamp: Stamp) -> None:
        self._mark(session, started=True)

    def revert(self, session: Session, stamp: Stamp) -> None:
        self._mark(session, started=False)

    def _mark(self, session: Session, *, started: bool) -> None:
        cart = (self.cart_id or None) if started else None
        for work, fence in zip(self.works, self.fences, strict=True):
            _set_work(session, work, fence, "leased", started=started, cart_id=cart)


@dataclass(frozen=True)
class ToteBound(Fact):
    """A free tote was scanned for an order; on a cart it stands at `position` (A–F), a single tote has none.

    A second one for the same work is the one that its units go into from now on (the first was full). Under an old
    fence it binds a tote that is free to this day, and no other.
    """

    tote_id: bytes
    work_id: bytes
    order_id: bytes
    position: str = ""
    fence: int = 0

    def touches(self) -> tuple[Row, ...]:
        return (("tote", (self.tote_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        if self._speaks(session, "free"):
            set_tote(
                session, self.tote_id, state="picking", order_id=self.order_id, work_id=self.work_id, place_id=None
            )

    def revert(self, session: Session, stamp: Stamp) -> None:
        if self._speaks(session, "picking"):
            set_tote(session, self.tote_id, state="free", order_id=None, work_id=None, place_id=None)

    def _speaks(self, session: Session, state: str) -> bool:
        if not self.fence or holds(session, self.work_id, self.fence):
            return True
        counted = was_counted(session, self.work_id, self.tote_id, self.fence)
        return not counted and session.scalar(select(Tote.state).where(Tote.id == self.tote_id)) == state


@dataclass(frozen=True)
class BinProved(Fact):
    """The label of a bin was scanned where units are to be taken."""

    place_id: bytes


@dataclass(frozen=True)
class ItemProved(Fact):
    """On a cart: an item of the stop was scanned, `units` more of it are in the hand (negative: put back).

    `counted` is 1 when a quantity card said how many the hand holds: then a tote takes no more than that.
    """

    sku_id: bytes
    place_id: bytes
    lot: str
    units: int
    counted: int = 0
    serial: str = ""


@dataclass(frozen=True)
class ManualProof(Fact):
    """A unit was taken whose code nobody can read: the bin and the last digits on the item stand for it."""

    pick_line_id: bytes
    sku_id: bytes
    place_id: bytes
    digits: str


@dataclass(frozen=True)
class Picked(Fact):
    """Units of a line went from the bin into a tote; a negative quantity went back (a smaller quantity card)."""

    pick_line_id: bytes
    work_id: bytes
    fence: int
    sku_id: bytes
    place_id: bytes
    lot: str
    quantity: int
    tote_id: bytes
    serial: str = ""

    def touches(self) -> tuple[Row, ...]:
        return (
            ("pick_line", (self.pick_line_id,)),
            stock_row(self.sku_id, self.place_id, self.lot),
            stock_row(self.sku_id, self.tote_id, self.lot),
        )

    def apply(self, session: Session, stamp: Stamp) -> None:
        self._take(session, stamp, self.quantity)

    def revert(self, session: Session, stamp: Stamp) -> None:
        self._take(session, stamp, -self.quantity)

    def _take(self, session: Session, stamp: Stamp, quantity: int) -> None:
        current = holds(session, self.work_id, self.fence)
        if not current and was_counted(session, self.work_id, self.tote_id, self.fence):
            return
        transfer(
            session, stamp, sku_id=self.sku_id, source=self.place_id, target=self.tote_id, quantity=quantity,
            lot=self.lot, reason="pick",
        )  # fmt: skip
        if current:
            set_line(session, self.pick_line_id, picked=quantity)


@dataclass(frozen=True)
class DamagedAtPick(Fact):
    """Units of a line were there, but damaged: they stay out of the tote, and their place holds them as damaged.

    `walk` is the way that was shown from there on (pick lines in order). A negative quantity says that fewer were.
    """

    pick_line_id: bytes
    work_id: bytes
    fence: int
    sku_id: bytes
    place_id: bytes
    lot: str
    quantity: int
    walk: tuple[bytes, ...] = ()

    def touches(self) -> tuple[Row, ...]:
        return (
            ("pick_line", (self.pick_line_id,)),
            stock_row(self.sku_id, self.place_id, self.lot),
            stock_row(self.sku_id, self.place_id, self.lot, "damaged"),
        )

    def apply(self, session: Session, stamp: Stamp) -> None:
        self._turn(session, stamp, self.quantity)

    def revert(self, session: Session, stamp: Stamp) -> None:
        self._turn(session, stamp, -self.quantity)

    def _turn(self, session: Session, stamp: Stamp, quantity: int) -> None:
        for status, units in ((GOOD, -quantity), ("damaged", quantity)):
            move(
                session, stamp, sku_id=self.sku_id, place_id=self.place_id, quantity=units, lot=self.lot,
                status=status, reason="damaged",
            )  # fmt: skip
        if holds(session, self.work_id, self.fence):
            set_line(session, self.pick_line_id, short=quantity, reason=DAMAGED if quantity > 0 else 0)


@dataclass(frozen=True)
class Shorted(Fact):
    """At this line `found` units were there, `short` were not; why, as far as the hand could tell.

    `walk` is the way that was shown from there on (pick lines in order).
    """

    pick_line_id: bytes
    work_id: bytes
    fence: int
    found: int
    short: int
    reason: int = EMPTY
    walk: tuple[bytes, ...] = ()

    def touches(self) -> tuple[Row, ...]:
        return (("pick_line", (self.pick_line_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        if holds(session, self.work_id, self.fence):
            set_line(session, self.pick_line_id, short=self.short, reason=self.reason)

    def revert(self, session: Session, stamp: Stamp) -> None:
        if holds(session, self.work_id, self.fence):
            set_line(session, self.pick_line_id, short=-self.short, reason=0)


@dataclass(frozen=True)
class ShortAmended(Fact):
    """A card after SHORT said more: `change` units more (or fewer) are missing, or the reason is another one."""

    pick_line_id: bytes
    work_id: bytes
    fence: int
    change: int
    reason: int
    before: int

    def touches(self) -> tuple[Row, ...]:
        return (("pick_line", (self.pick_line_id,)),)

    def apply(self, session: Session, stamp: Stamp) -> None:
        if holds(session, self.work_id, self.fence):
            set_line(session, self.pick_line_id, short=self.change, reason=self.reason)

    def revert(self, session: Session, stamp: Stamp) -> None:
        if holds(session, self.work_id, self.fence):
            set_line(session, self.pick_line_id, short=-self.change, reason=self.before)


@dataclass(frozen=True)
class Skipped(Fact):
    """A stop was left for later (a blocked aisle); `walk` is the way that was shown from there on."""

    pick_line_ids: tuple[bytes, ...]
    walk: tuple[bytes, ...]


@dataclass(frozen=True)
class Dropped(Fact):
    """The tour was put down at a place: its work is done, its totes stand there; `freed` ones hold nothing."""

    tour_id: bytes
    place_id: bytes
    works: tuple[bytes, ...]
    fences: tuple[int, ...]
    totes: tuple[bytes, ...]
    orders: tuple[bytes, ...]
    tote_works: tuple[bytes, ...]
    freed: tuple[bytes, ...] = ()
    parked: int = 0
    closes: ClassVar[bool] = True

    def touches(self) -> tuple[Row, ...]:
        totes = tuple(("tote", (tote,)) for tote in (*self.totes, *self.freed))
        return (*(("work", (work,)) for work in self.works), *totes)

    def apply(self, session: Session, stamp: Stamp) -> None:
        for work, fence in zip(self.works, self.fences, strict=True):
            _set_work(session, work, fence, "done")
        where: dict[str, object] = {"place_id": self.place_id}
        where |= {"state": "parked", "parked_at": stamp.at} if self.parked else {"state": "dropped"}
        for tote, _, _ in self._spoken_for(session):
            free = {"state": "free", "order_id": None, "work_id": None, "place_id": self.place_id}
            set_tote(session, tote, **(free if tote in self.freed else where))

    def revert(self, session: Session, stamp: Stamp) -> None:
        for work, fence in zip(self.works, self.fences, strict=True):
            _set_work(session, work, fence, "leased", was="done")
        for tote, order, work in self._spoken_for(session):
            set_tote(
                session, tote, state="picking", order_id=order, work_id=work, place_id=None, parked_at=None
            )  # fmt: skip

    def _spoken_for(self, session: Session) -> tuple[tuple[bytes, bytes, bytes], ...]:
        """(tote, order, work) of the totes about which this still says something: no newer lease holds their work."""
        fences = dict(zip(self.works, self.fences, strict=True))
        bound = zip((*self.totes, *self.freed), self.orders, self.tote_works, strict=True)
        return tuple(
            (tote, order, work)
            for tote, order, work in bound
            if work not in fences
            or holds(session, work, fences[work])
            or not was_counted(session, work, tote, fences[work])
        )


_FENCE = Prepared(select(Work.fence).where(Work.id == bindparam("work_id")))


def holds(session: Session, work_id: bytes, fence: int) -> bool:
    """Whether the lease with this fence is still the newest one of the work (it may be done, but is nobody else's)."""
    return bool(_FENCE.scalar(session, work_id=work_id) == fence)


def was_counted(session: Session, work_id: bytes, tote_id: bytes, fence: int) -> bool:
    """Whether this tote was counted under a newer lease of this work: what an older one says of it is known by now."""
    counted = select(ToteCount.fence).where(ToteCount.work_id == work_id, ToteCount.tote_id == tote_id)
    return fence < (session.scalar(counted) or 0)


def _set_work(
    session: Session, work_id: bytes, fence: int, state: str, *, was: str = "leased", **values: object
) -> None:
    values["state"] = state
    session.execute(
        update(Work)
        .where(Work.id == work_id, Work.fence == fence, Work.state == was)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    changed(session, Work, work_id)


def _line_update(*more: str) -> Prepared:
    taken, missing = PickLine.picked + bindparam("more_picked"), PickLine.short + bindparam("more_short")
    full = taken + missing >= PickLine.quantity
    return Prepared(
        update(PickLine)
        .where(PickLine.id == bindparam("line_id"))
        .values(
            **{name: bindparam(name) for name in more},
            picked=taken,
            short=missing,
            state=case((full & (missing > 0), "short"), (full, "done"), else_="open"),
        )
    )


_UNITS, _UNITS_AND_REASON = _line_update(), _line_update("reason")


def set_line(session: Session, line_id: bytes, *, picked: int = 0, short: int = 0, reason: int | None = None) -> None:
    if reason is None:
        _UNITS.run(session, line_id=line_id, more_picked=picked, more_short=short)
    else:
        _UNITS_AND_REASON.run(session, line_id=line_id, more_picked=picked, more_short=short, reason=reason)
    changed(session, PickLine, line_id)
