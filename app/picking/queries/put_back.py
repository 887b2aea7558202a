"""What goes back: units of orders that are over or want fewer now, where they came from, where they may go."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.db import Prepared, one_of
from app.inventory.queries.places import goods_of, homes_of, shelf_of, shelves_for
from app.inventory.rules.put_away import ASIDE, choose, refusal
from app.models import Bin, BriefLine, FactRow, OrderBrief, Parcel, ParcelLine, PickLine, Stock, Tote, Voiding, Work
from app.work.queries import ToteCard, tote_card

OVER = ("cancelled", "shipped")
"""States of an order of which nothing that still lies in a tote is wanted."""


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """Units of one SKU and lot that lie in a tote and go to a bin; b"" where none was found for them."""

    sku_id: bytes
    lot: str
    place_id: bytes
    units: int


@dataclass(frozen=True, slots=True)
class ReturnPlan:
    """What is to be taken out of a tote. `over`: its order wants nothing of it, and the tote is free afterwards."""

    tote: ToteCard
    order_id: bytes
    number: str
    state: str
    over: bool
    lines: tuple[ReturnLine, ...]

    @property
    def units(self) -> int:
        return sum(line.units for line in self.lines)


_BRIEF = Prepared(
    select(OrderBrief.order_id, OrderBrief.number, OrderBrief.state).where(OrderBrief.order_id == bindparam("order_id"))
)


def return_plan(session: Session, tote_id: bytes, today: date) -> ReturnPlan | None:
    """What goes back out of this tote, None when it is bound to no order that is known here."""
    tote = tote_card(session, tote_id)
    brief = _BRIEF.first(session, order_id=tote.order_id) if tote.order_id else None
    if brief is None:
        return None
    order_id, number, state = brief
    over = state in OVER
    too_many = None if over else surplus(session, order_id)
    lines: list[ReturnLine] = []
    for sku_id, lot, units in _IN_TOTE.all(session, tote_id=tote_id):
        share = units if too_many is None else min(units, too_many[sku_id])
        if too_many is not None:
            too_many[sku_id] -= share
        if share > 0:
            lines += _bins_for(session, order_id, sku_id, lot, share, today)
    return ReturnPlan(tote, order_id, number, state, over, tuple(lines))


_STATE_OF_ORDER = Prepared(
    select(OrderBrief.state).join(Tote, Tote.order_id == OrderBrief.order_id).where(Tote.id == bindparam("tote_id"))
)


def goes_back(session: Session, tote_id: bytes) -> bool:
    """Whether the order of this tote is over: then everything in it goes back."""
    return _STATE_OF_ORDER.scalar(session, tote_id=tote_id) in OVER


_IN_TOTE = Prepared(
    select(Stock.sku_id, Stock.lot, Stock.on_hand)
    .where(Stock.place_id == bindparam("tote_id"), Stock.status == "good", Stock.on_hand > 0)
    .order_by(Stock.sku_id, Stock.lot)
)
_IN_TOTES = Prepared(
    select(Stock.sku_id, func.sum(Stock.on_hand))
    .join(Tote, Tote.id == Stock.place_id)
    .where(Tote.order_id == bindparam("order_id"), Stock.status == "good", Stock.on_hand > 0)
    .group_by(Stock.sku_id)
)
_IN_BOXES = Prepared(
    select(ParcelLine.sku_id, func.sum(ParcelLine.quantity))
    .join(Parcel, Parcel.id == ParcelLine.parcel_id)
    .where(Parcel.order_id == bindparam("order_id"), Parcel.state != "void")
    .group_by(ParcelLine.sku_id)
)
_WANTED = Prepared(
    select(BriefLine.sku_id, func.sum(BriefLine.quantity - BriefLine.short))
    .where(BriefLine.order_id == bindparam("order_id"))
    .group_by(BriefLine.sku_id)
)


def surplus(session: Session, order_id: bytes) -> Counter[bytes]:
    """Units by SKU that lie in totes and boxes of an order and that it does not want (any more)."""
    here: Counter[bytes] = Counter()
    for sku_id, units in (*_IN_TOTES.all(session, order_id=order_id), *_IN_BOXES.all(session, order_id=order_id)):
        here[sku_id] += units
    for sku_id, units in _WANTED.all(session, order_id=order_id):
        here[sku_id] -= units
    return +here


# ---- where to -------------------------------------------------------------------------------------------------------


def _bins_for(session: Session, order_id: bytes, sku_id: bytes, lot: str, units: int, today: date) -> list[ReturnLine]:
    """The bins from which they came, as far as they still may go there; the rest where put-away would put them."""
    lines = []
    for place_id, taken in _origins(session, order_id, sku_id, lot).items():
        share = min(units, taken)
        if share > 0 and not refused(session, place_id, sku_id, lot, share, "good", today):
            lines.append(ReturnLine(sku_id, lot, place_id, share))
            units -= share
    if units:
        lines.append(ReturnLine(sku_id, lot, bin_for(session, sku_id, lot, units, "good", today), units))
    return lines


def _origins(session: Session, order_id: bytes, sku_id: bytes, lot: str) -> Counter[bytes]:
    rows = session.execute(
        select(PickLine.place_id, PickLine.picked)
        .join(Work, Work.id == PickLine.work_id)
        .where(Work.order_id == order_id, PickLine.sku_id == sku_id, PickLine.lot.in_((lot, "")), PickLine.picked > 0)
        .order_by(PickLine.id)
    )
    found: Counter[bytes] = Counter()
    for place_id, picked in rows:
        found[place_id] += picked
    return found


def bin_for(session: Session, sku_id: bytes, lot: str, units: int, status: str, today: date) -> bytes:
    """The place that put-away proposes for these units, b"" when it knows none."""
    goods = goods_of(session, sku_id, lot, status, units, today)
    homes = homes_of(session, sku_id)
    found = choose(goods, shelves_for(session, goods, homes), homes)
    return found.shelf.place_id if found else b""


def refused(session: Session, place_id: bytes, sku_id: bytes, lot: str, units: int, status: str, today: date) -> str:
    """Why these units may not go there by the rules of put-away, "" when they may.

    Broken units stay in any bin where the site has no place to set them apart.
    """
    goods = goods_of(session, sku_id, lot, status, units, today)
    why = refusal(goods, shelf_of(session, place_id, goods))
    if why == "aside" and session.scalar(select(Bin.id).where(Bin.type.in_(ASIDE)).limit(1)) is None:
        return ""
    return why


# ---- what waits -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReturningTote:
    """A tote whose order is over and that is not empty: what it holds goes back."""

    tote_id: bytes
    tote: str
    number: str
    units: int


_TO_PUT_BACK = Prepared(
    select(Tote.id, Tote.name, OrderBrief.number, func.sum(Stock.on_hand))
    .join(OrderBrief, OrderBrief.order_id == Tote.order_id)
    .join(Stock, Stock.place_id == Tote.id)
    .where(OrderBrief.state.in_(one_of(*OVER)), Stock.on_hand > 0)
    .group_by(Tote.id, Tote.name, OrderBrief.number)
    .order_by(Tote.name)
)


def totes_to_put_back(session: Session, limit: int | None = None) -> tuple[ReturningTote, ...]:
    """Totes that hold units of orders that are over, by name."""
    return tuple(ReturningTote(*row) for row in _TO_PUT_BACK.all(session)[:limit])


def put_backs(session: Session) -> int:
    """How many totes wait to be put back."""
    return len(totes_to_put_back(session))


def running_put_back(session: Session, tote_id: bytes) -> bytes | None:
    """The task at this station in which the tote is put back right now, None when none is under way."""
    gone = select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id).exists()
    begun = session.scalar(
        select(FactRow.task_id)
        .where(FactRow.kind == "PutBackBegun", FactRow.data.contains(tote_id.hex()), ~gone)
        .order_by(FactRow.seq.desc())
        .limit(1)
    )
    over = select(FactRow.fact_id).where(FactRow.task_id == begun, FactRow.kind == "PutBackDone", ~gone)
    return begun if begun is not None and session.scalar(over.limit(1)) is None else None
