"""What a picker's station reads of its mirror: claimed work with its lines, the floor, racks, lots; frozen values."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.db import Prepared, remembered
from app.models import (
    Bin,
    Cart,
    Code,
    FactRow,
    OrderBrief,
    OwnLease,
    PickLine,
    Policy,
    Sku,
    Stock,
    Tote,
    Voiding,
    Work,
)
from app.picking.rules.proof import Proof, proof
from app.work.queries import Place, SkuCard, code_of, place, setting, sku_card

# ---- work -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanLine:
    """Units of one order line to take from one place. `picked` and `short` are what happened *before* this tour.

    `case_units` is the pack quantity of the item's largest case that fits into the line, 1 where none does.
    """

    id: bytes
    work_id: bytes
    place: Place
    card: SkuCard
    bin_code: str
    lot: str
    quantity: int
    picked: int
    short: int
    proof: Proof
    case_units: int


@dataclass(frozen=True, slots=True)
class ClaimedWork:
    """A piece of pick work that this station holds, or that belongs to the tour.

    `until_ns` is when its lease ends by this machine's own time since `boot`, None for one of an older program.
    """

    id: bytes
    order_id: bytes
    number: str
    priority: int
    fence: int
    lease_id: bytes
    lease_until: datetime | None
    state: str
    started: bool
    lines: tuple[PlanLine, ...]
    boot: bytes = b""
    until_ns: int | None = None


_WORK = (
    select(
        Work.id, Work.order_id, OrderBrief.number, Work.priority, Work.fence, Work.lease_id, Work.lease_until,
        Work.state, Work.started, OwnLease.boot, OwnLease.until_ns,
    )
    .outerjoin(OrderBrief, OrderBrief.order_id == Work.order_id)
    .outerjoin(OwnLease, OwnLease.lease_id == Work.lease_id)
    .where(Work.kind == "pick")
)  # fmt: skip
_LEASED = Prepared(_WORK.where(Work.state == "leased", Work.station_id == bindparam("station_id")))
_THIS_WORK = Prepared(_WORK.where(Work.id == bindparam("work_id")))


def claimed_work(session: Session, station_id: bytes, tour_id: bytes) -> tuple[ClaimedWork, ...]:
    """The pick work leased to this station and all work of this tour (whatever became of it), most urgent first."""
    mine = _facts_of(session, tour_id)
    rows = {row[0]: row for row in _LEASED.all(session, station_id=station_id)}
    for work_id in (bytes.fromhex(w) for kind, body in mine if kind == "TourStarted" for w in body["works"]):
        if work_id not in rows and (row := _THIS_WORK.first(session, work_id=work_id)) is not None:
            rows[work_id] = row
    picked, short = _own_units(mine)
    found = [
        ClaimedWork(
            id=work_id, order_id=order_id, number=number or "", priority=priority, fence=fence, lease_id=lease or b"",
            lease_until=until, state=state, started=started, lines=_lines(session, work_id, picked, short),
            boot=boot or b"", until_ns=until_ns,
        )
        for work_id, order_id, number, priority, fence, lease, until, state, started, boot, until_ns in rows.values()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda work: (work.priority, work.id)))


_TELLING = ("TourStarted", "Picked", "Shorted", "ShortAmended", "DamagedAtPick")


_FACTS_OF = Prepared(
    select(FactRow.kind, FactRow.data).where(
        FactRow.task_id == bindparam("tour_id"),
        ~select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id).exists(),
    )
)


def _facts_of(session: Session, tour_id: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Kind and body of this tour's own facts that were not taken back."""
    rows = _FACTS_OF.all(session, tour_id=tour_id)
    return [(kind, json.loads(data)["body"]) for kind, data in rows if kind in _TELLING]


_MISSING = {"Shorted": "short", "ShortAmended": "change", "DamagedAtPick": "quantity"}
"""The facts that say units of a line are missing, and the field that says how many."""


def _own_units(facts: Iterable[tuple[str, dict[str, Any]]]) -> tuple[Counter[bytes], Counter[bytes]]:
    """Units picked and shorted by these facts, by line: the rows hold them already, the state folds them anew."""
    picked: Counter[bytes] = Counter()
    short: Counter[bytes] = Counter()
    for kind, body in facts:
        if kind == "Picked":
            picked[bytes.fromhex(body["pick_line_id"])] += body["quantity"]
        elif kind in _MISSING:
            short[bytes.fromhex(body["pick_line_id"])] += body[_MISSING[kind]]
    return picked, short


_LINES = Prepared(
    select(
        PickLine.id, PickLine.sku_id, PickLine.place_id, PickLine.lot, PickLine.quantity, PickLine.picked,
        PickLine.short,
    )
    .where(PickLine.work_id == bindparam("work_id"))
    .order_by(PickLine.id)
)  # fmt: skip
_POLICY = Prepared(select(Policy.proof, Policy.units).where(Policy.item_class == bindparam("item_class")))


def _lines(
    session: Session, work_id: bytes, picked: Counter[bytes], short: Counter[bytes]
) -> tuple[PlanLine, ...]:  # fmt: skip
    found = []
    for line_id, sku_id, place_id, lot, quantity, taken, missing in _LINES.all(session, work_id=work_id):
        card, where = sku_card(session, sku_id), place(session, place_id)
        found.append(
            PlanLine(
                line_id, work_id, where, card, code_of(session, place_id, "bin"), lot, quantity,
                max(taken - picked[line_id], 0), max(missing - short[line_id], 0),
                _proof(session, card.item_class), _case_units(session, sku_id, quantity),
            )
        )  # fmt: skip
    return tuple(found)


_CASE = Prepared(
    select(func.max(Code.units)).where(
        Code.subject == bindparam("sku_id"), Code.kind == "item", Code.units <= bindparam("quantity")
    )
)


@remembered
def _proof(session: Session, item_class: str) -> Proof:
    policy = _POLICY.first(session, item_class=item_class)
    return proof(*policy) if policy else Proof()


@remembered
def _case_units(session: Session, sku_id: bytes, quantity: int) -> int:
    return _CASE.scalar(session, sku_id=sku_id, quantity=quantity) or 1


def running_tour(session: Session, station_id: bytes, cart_id: bytes) -> bytes | None:
    """The tour that this cart is on at this station, None when it is free: its work is leased and started."""
    gone = select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id).exists()
    row = session.scalar(
        select(FactRow.data)
        .where(FactRow.kind == "TourStarted", FactRow.data.contains(cart_id.hex()), ~gone)
        .order_by(FactRow.seq.desc())
        .limit(1)
    )
    if row is None:
        return None
    body = json.loads(row)["body"]
    works = [bytes.fromhex(w) for w in body["works"]]
    still = select(func.count()).where(Work.id.in_(works), Work.state == "leased", Work.station_id == station_id)
    return bytes.fromhex(body["tour_id"]) if session.scalar(still) else None


@dataclass(frozen=True, slots=True)
class CartCard:
    id: bytes
    name: str
    positions: int


def cart_card(session: Session, cart_id: bytes) -> CartCard:
    """A cart by id; KeyError when this mirror does not know it."""
    row = session.get(Cart, cart_id)
    if row is None:
        raise KeyError(f"no cart {cart_id.hex()}")
    return CartCard(row.id, row.name, min(row.positions, 6))


@dataclass(frozen=True, slots=True)
class FreeTote:
    """A tote that may be taken, with its code."""

    name: str
    code: str


def free_totes(session: Session, limit: int = 1) -> tuple[FreeTote, ...]:
    """Some free totes by name."""
    rows = session.execute(select(Tote.id, Tote.name).where(Tote.state == "free").order_by(Tote.name).limit(limit))
    return tuple(FreeTote(name, code_of(session, tote_id, "tote")) for tote_id, name in rows)


_UNITS_IN = Prepared(select(func.coalesce(func.sum(Stock.on_hand), 0)).where(Stock.place_id == bindparam("place_id")))


def units_in(session: Session, place_id: bytes) -> int:
    """How many units lie in a tote by the book."""
    return int(_UNITS_IN.scalar(session, place_id=place_id))


def lots_at(session: Session, place_id: bytes, sku_id: bytes) -> tuple[str, ...]:
    """The lots of a product that lie in a bin by the book."""
    return tuple(
        session.scalars(
            select(Stock.lot)
            .where(Stock.place_id == place_id, Stock.sku_id == sku_id, Stock.on_hand > 0, Stock.lot != "")
            .order_by(Stock.lot)
        )
    )


def homes_of(session: Session, sku_id: bytes) -> tuple[str, ...]:
    """The bins in which a product lies by the book, by name: where a wrong item belongs."""
    return tuple(
        session.scalars(
            select(Bin.name)
            .join(Stock, Stock.place_id == Bin.id)
            .where(Stock.sku_id == sku_id, Stock.on_hand > 0)
            .group_by(Bin.id)
            .order_by(Bin.name)
            .limit(2)
        )
    )


_ALIKE = Prepared(
    select(Sku.variant)
    .join(Stock, Stock.sku_id == Sku.id)
    .join(Bin, Bin.id == Stock.place_id)
    .where(
        Bin.aisle == bindparam("aisle"), Bin.bay == bindparam("bay"), Sku.name == bindparam("name"),
        Sku.id != bindparam("sku_id"), Sku.variant != "", Stock.on_hand > 0,
    )
    .group_by(Sku.id)
    .order_by(Sku.variant)
    .limit(2)
)  # fmt: skip


def lookalikes(session: Session, sku_id: bytes, place_id: bytes) -> tuple[str, ...]:
    """Variants of a product with the same name that lie in the same bay: easily taken by mistake."""
    card, where = sku_card(session, sku_id), place(session, place_id)
    if not where.aisle:
        return ()
    rows = _ALIKE.all(session, aisle=where.aisle, bay=where.bay, name=card.name, sku_id=card.id)
    return tuple(variant for (variant,) in rows)


def manual_limit(session: Session) -> int:
    """How many units of a tour may be taken without a readable code (setting `pick_manual_limit`, else 5)."""
    word = setting(session, "pick_manual_limit", "5")
    return int(word) if word.isdigit() else 5
