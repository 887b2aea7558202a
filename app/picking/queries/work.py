"""What a picker's station reads of its mirror: claimed work with its lines, the floor, racks, lots; frozen values."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import (
    Bin,
    Cart,
    Code,
    FactRow,
    OrderBrief,
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

    `case_units` is the pack quantity of the item's largest case that fits into the line, 1 where none does;
    `lookalikes` are variants that are easily taken by mistake.
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
    lookalikes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimedWork:
    """A piece of pick work that this station holds, or that belongs to the tour."""

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


def claimed_work(session: Session, station_id: bytes, tour_id: bytes) -> tuple[ClaimedWork, ...]:
    """The pick work leased to this station and all work of this tour (whatever became of it), most urgent first."""
    mine = _facts_of(session, tour_id)
    of_tour = {bytes.fromhex(w) for kind, body in mine if kind == "TourStarted" for w in body["works"]}
    rows = session.execute(
        select(Work, OrderBrief.number)
        .outerjoin(OrderBrief, OrderBrief.order_id == Work.order_id)
        .where(
            Work.kind == "pick",
            ((Work.station_id == station_id) & (Work.state == "leased")) | Work.id.in_(of_tour),
        )
        .order_by(Work.priority, Work.id)
        .execution_options(populate_existing=True)
    ).all()
    picked, short = _own_units(mine)
    lines = _lines(session, [work.id for work, _ in rows], picked, short)
    return tuple(
        ClaimedWork(
            work.id, work.order_id, number or "", work.priority, work.fence, work.lease_id or b"", work.lease_until,
            work.state, work.started, lines.get(work.id, ()),
        )
        for work, number in rows
    )  # fmt: skip


_TELLING = ("TourStarted", "Picked", "Shorted", "ShortAmended", "DamagedAtPick")


def _facts_of(session: Session, tour_id: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Kind and body of this tour's own facts that were not taken back."""
    gone = select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id).exists()
    rows = session.execute(
        select(FactRow.kind, FactRow.data).where(FactRow.task_id == tour_id, ~gone, FactRow.kind.in_(_TELLING))
    )
    return [(kind, json.loads(data)["body"]) for kind, data in rows]


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


def _lines(
    session: Session, works: list[bytes], picked: Counter[bytes], short: Counter[bytes]
) -> dict[bytes, tuple[PlanLine, ...]]:
    rows = session.scalars(
        select(PickLine)
        .where(PickLine.work_id.in_(works))
        .order_by(PickLine.id)
        .execution_options(populate_existing=True)
    ).all()
    proofs = {p.item_class: proof(p.proof, p.units) for p in session.scalars(select(Policy))}
    found: dict[bytes, list[PlanLine]] = {}
    for row in rows:
        card = sku_card(session, row.sku_id)
        line = PlanLine(
            row.id, row.work_id, place(session, row.place_id), card, code_of(session, row.place_id, "bin"), row.lot,
            row.quantity, max(row.picked - picked[row.id], 0), max(row.short - short[row.id], 0),
            proofs.get(card.item_class, Proof()), _case_units(session, row.sku_id, row.quantity),
            lookalikes(session, row.sku_id, row.place_id),
        )  # fmt: skip
        found.setdefault(row.work_id, []).append(line)
    return {work: tuple(lines) for work, lines in found.items()}


def _case_units(session: Session, sku_id: bytes, quantity: int) -> int:
    units = select(func.max(Code.units)).where(Code.subject == sku_id, Code.kind == "item", Code.units <= quantity)
    return session.scalar(units) or 1


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


def units_in(session: Session, place_id: bytes) -> int:
    """How many units lie in a tote by the book."""
    return session.scalar(select(func.coalesce(func.sum(Stock.on_hand), 0)).where(Stock.place_id == place_id)) or 0


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


def lookalikes(session: Session, sku_id: bytes, place_id: bytes) -> tuple[str, ...]:
    """Variants of a product with the same name that lie in the same bay: easily taken by mistake."""
    here = session.get(Bin, place_id)
    card = sku_card(session, sku_id)
    if here is None or not here.aisle:
        return ()
    return tuple(
        session.scalars(
            select(Sku.variant)
            .join(Stock, Stock.sku_id == Sku.id)
            .join(Bin, Bin.id == Stock.place_id)
            .where(
                Bin.aisle == here.aisle, Bin.bay == here.bay, Sku.name == card.name, Sku.id != sku_id,
                Sku.variant != "", Stock.on_hand > 0,
            )
            .group_by(Sku.id)
            .order_by(Sku.variant)
            .limit(2)
        )
    )  # fmt: skip


def manual_limit(session: Session) -> int:
    """How many units of a tour may be taken without a readable code (setting `pick_manual_limit`, else 5)."""
    word = setting(session, "pick_manual_limit", "5")
    return int(word) if word.isdigit() else 5
