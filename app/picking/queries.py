"""What a picker's station reads of its mirror: claimed work with its lines, the floor, racks, lots; frozen values."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.inventory.rules.racks import Slot
from app.models import (
    Aisle,
    Bin,
    Cart,
    Code,
    CrossAisle,
    FactRow,
    OrderBrief,
    PickLine,
    Policy,
    Sku,
    StationRow,
    Stock,
    Tote,
    Voiding,
    Work,
)
from app.picking.rules.distance import AisleLine, CrossLine, Ways
from app.picking.rules.proof import Proof, proof
from app.view import AisleShape, FloorPlan, RackShape
from app.work.queries import Place, SkuCard, code_of, place, places_of_type, setting, sku_card

DROPS = ("drop", "pack", "problem")
"""Types of bins at which a tour may be put down."""


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


def _facts_of(session: Session, tour_id: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Kind and body of this tour's own facts that were not taken back."""
    gone = select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id).exists()
    rows = session.execute(
        select(FactRow.kind, FactRow.data).where(
            FactRow.task_id == tour_id, ~gone, FactRow.kind.in_(("TourStarted", "Picked", "Shorted", "ShortAmended"))
        )
    )
    return [(kind, json.loads(data)["body"]) for kind, data in rows]


def _own_units(facts: Iterable[tuple[str, dict[str, Any]]]) -> tuple[Counter[bytes], Counter[bytes]]:
    """Units picked and shorted by these facts, by line: the rows hold them already, the state folds them anew."""
    picked: Counter[bytes] = Counter()
    short: Counter[bytes] = Counter()
    for kind, body in facts:
        if kind == "Picked":
            picked[bytes.fromhex(body["pick_line_id"])] += body["quantity"]
        elif kind in ("Shorted", "ShortAmended"):
            short[bytes.fromhex(body["pick_line_id"])] += body["short" if kind == "Shorted" else "change"]
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


# ---- the floor ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drop:
    """A place at which a tour may be put down, with the code to scan."""

    place: Place
    code: str


@dataclass(frozen=True, slots=True)
class Floor:
    """The layout as picking needs it; one object per version, shared by all states and views."""

    version: str
    ways: Ways = field(repr=False, compare=False)
    plan: FloorPlan = field(repr=False, compare=False)
    slots: dict[str, tuple[Slot, ...]] = field(repr=False, compare=False)
    shapes: dict[tuple[str, str, str], RackShape] = field(repr=False, compare=False)
    start: Place | None = field(compare=False)
    drops: tuple[Drop, ...] = field(compare=False)

    def shape_of(self, place: Place) -> RackShape | None:
        """The rack bay of a bin on the plan, None for places that are no rack."""
        return self.shapes.get((place.aisle, _side(place.side), place.bay))

    def slots_of(self, aisle: str) -> tuple[Slot, ...]:
        """All bins of an aisle."""
        return self.slots.get(aisle, ())


_FLOORS: dict[tuple[str, str, tuple[str, ...]], Floor] = {}
"""The last floors that were read, by database, version and codes of the drop places: bins seldom move, and there are
thousands of them."""


def floor(session: Session) -> Floor:
    """The floor as it is now; read anew only when the layout is another one than last time."""
    key = (str(session.get_bind().engine.url), _version(session), _codes_of_drops(session))
    if key not in _FLOORS:
        if len(_FLOORS) > 3:
            _FLOORS.clear()
        _FLOORS[key] = _read_floor(session, key[1])
    return _FLOORS[key]


def _codes_of_drops(session: Session) -> tuple[str, ...]:
    """They come later than the places in a new station's first feed, and a site may print others."""
    codes = select(Code.value).join(Bin, Bin.id == Code.subject).where(Code.kind == "bin", Bin.type.in_(DROPS))
    return tuple(session.scalars(codes.order_by(Code.value, Bin.id)))


def _version(session: Session) -> str:
    """Figures that change when anything on the floor is added, removed, moved or renamed to another length."""
    bins = session.execute(
        select(
            func.count(), func.sum(Bin.x_mm), func.sum(Bin.y_mm), func.sum(Bin.x_mm * Bin.y_mm * Bin.level_no),
            func.sum(func.length(Bin.name)), func.sum(func.length(Bin.type)),
        )
    ).one()  # fmt: skip
    aisles = session.execute(select(func.count(), func.sum(Aisle.x_mm + Aisle.y0_mm * 3 + Aisle.y1_mm * 7))).one()
    crosses = session.execute(
        select(func.count(), func.sum(CrossAisle.y_mm + CrossAisle.x0_mm * 3 + CrossAisle.x1_mm * 7))
    ).one()
    return "-".join(str(v or 0) for v in (*bins, *aisles, *crosses))


def _read_floor(session: Session, version: str) -> Floor:
    aisles = tuple(
        AisleLine(a.name, a.x_mm, min(a.y0_mm, a.y1_mm), max(a.y0_mm, a.y1_mm))
        for a in session.scalars(select(Aisle).order_by(Aisle.x_mm, Aisle.name))
    )
    crosses = tuple(
        CrossLine(c.y_mm, min(c.x0_mm, c.x1_mm), max(c.x0_mm, c.x1_mm))
        for c in session.scalars(select(CrossAisle).order_by(CrossAisle.y_mm, CrossAisle.name))
    )
    rows = session.execute(
        select(Bin.aisle, Bin.side, Bin.bay, Bin.level, Bin.level_no, Bin.x_mm, Bin.y_mm).order_by(Bin.name)
    ).all()
    slots: dict[str, list[Slot]] = {}
    for row in rows:
        if row.aisle and row.bay:
            slot = Slot(row.aisle, _side(row.side), row.bay, row.level, row.level_no, row.y_mm)
            slots.setdefault(row.aisle, []).append(slot)
    grouped = {aisle: tuple(found) for aisle, found in slots.items()}
    shapes = _shapes(aisles, grouped)
    racks = (*shapes.values(), *_backs(aisles, shapes))
    corner = _corner(aisles, crosses, [(row.x_mm, row.y_mm) for row in rows], shapes.values())
    plan = FloorPlan(version, tuple(AisleShape(a.name, a.x_mm, a.y0_mm, a.y1_mm) for a in aisles), racks, *corner)
    starts = places_of_type(session, "start")
    drops = tuple(Drop(p, code_of(session, p.id, "bin")) for p in places_of_type(session, *DROPS))
    return Floor(version, Ways(aisles, crosses), plan, grouped, shapes, starts[0] if starts else None, drops)


def home_place(session: Session, station_id: bytes) -> Place | None:
    """Where this station stands, None for one that moves about."""
    place_id = session.scalar(select(StationRow.place_id).where(StationRow.id == station_id))
    return place(session, place_id) if place_id else None


def _side(side: str) -> str:
    return side or "R"


def _corner(
    aisles: tuple[AisleLine, ...], crosses: tuple[CrossLine, ...], points: list[tuple[int, int]],
    shapes: Iterable[RackShape],
) -> tuple[int, int]:  # fmt: skip
    """Width and height of the floor: what lies farthest out, and a metre of air."""
    shapes = tuple(shapes)
    xs = [0, *(a.x_mm for a in aisles), *(c.x1_mm for c in crosses), *(s.x_mm + s.w_mm for s in shapes)]
    ys = [0, *(a.y1_mm for a in aisles), *(c.y_mm for c in crosses), *(s.y_mm + s.h_mm for s in shapes)]
    return max(*xs, *(x for x, _ in points), 0) + 1000, max(*ys, *(y for _, y in points), 0) + 1000


def _shapes(aisles: tuple[AisleLine, ...], slots: dict[str, tuple[Slot, ...]]) -> dict[tuple[str, str, str], RackShape]:
    """One shape for each bay: from the walkway of its aisle to the middle between it and the next one."""
    near, deep = _rack_depth(aisles)
    found: dict[tuple[str, str, str], RackShape] = {}
    for aisle in aisles:
        for side in ("L", "R"):
            at = {s.bay: s.y_mm for s in slots.get(aisle.name, ()) if s.side == side}
            high = _pitch(at.values()) * 95 // 100
            x = aisle.x_mm + near if side == "R" else aisle.x_mm - near - deep
            for bay, y in at.items():
                found[aisle.name, side, bay] = RackShape(x, y - high // 2, deep, high)
    return found


def _rack_depth(aisles: tuple[AisleLine, ...]) -> tuple[int, int]:
    """How far from the middle of an aisle its racks begin, and how deep they are, mm: two racks stand back to back
    between two aisles, and leave a walkway of 1.4 to 2 m."""
    lines = sorted({a.x_mm for a in aisles})
    spacing = min((b - a for a, b in itertools.pairwise(lines)), default=4000)
    walkway = min(max(spacing * 45 // 100, 1400), 2000, spacing * 6 // 10)
    return walkway // 2, (spacing - walkway) // 2


def _backs(aisles: tuple[AisleLine, ...], shapes: dict[tuple[str, str, str], RackShape]) -> tuple[RackShape, ...]:
    """The other halves of the blocks: behind each bay that nobody faces from the next aisle, its rack goes on."""
    faced = {(s.x_mm, s.y_mm) for s in shapes.values()}
    lines = {a.name: a.x_mm for a in aisles}
    found = []
    for (aisle, side, _), shape in shapes.items():
        outward = shape.w_mm if side == "R" else -shape.w_mm
        beyond = [x for x in lines.values() if (x > lines[aisle]) == (side == "R") and x != lines[aisle]]
        if beyond and not any(abs(shape.x_mm + outward - x) < 60 and y == shape.y_mm for x, y in faced):
            found.append(RackShape(shape.x_mm + outward, shape.y_mm, shape.w_mm, shape.h_mm))
    return tuple(found)


def _pitch(places: Iterable[int]) -> int:
    at = sorted(set(places))
    return min((b - a for a, b in itertools.pairwise(at)), default=1000)
