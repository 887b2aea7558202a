"""The floor as picking walks it: aisles, ways, racks, drop places; read once for a layout."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.db import Prepared
from app.inventory.rules.racks import Slot
from app.models import Aisle, Bin, Code, CrossAisle, StationRow
from app.picking.rules.distance import AisleLine, CrossLine, Ways
from app.view import AisleShape, FloorPlan, RackShape
from app.work.queries import Place, code_of, place, places_of_type

DROPS = ("drop", "pack", "problem")
"""Types of bins at which a tour may be put down."""


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


_STANDS_AT = Prepared(select(StationRow.place_id).where(StationRow.id == bindparam("station_id")))


def home_place(session: Session, station_id: bytes) -> Place | None:
    """Where this station stands, None for one that moves about."""
    place_id = _STANDS_AT.scalar(session, station_id=station_id)
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


SAME_MM = 60
"""Racks that stand so near to each other are one."""


def _backs(aisles: tuple[AisleLine, ...], shapes: dict[tuple[str, str, str], RackShape]) -> tuple[RackShape, ...]:
    """The other halves of the blocks: behind each bay that nobody faces from the next aisle, its rack goes on."""
    faced: dict[int, set[int]] = {}
    for shape in shapes.values():
        faced.setdefault(shape.y_mm, set()).add(shape.x_mm)
    lines = {a.name: a.x_mm for a in aisles}
    found = []
    for (aisle, side, _), shape in shapes.items():
        x = shape.x_mm + (shape.w_mm if side == "R" else -shape.w_mm)
        outermost = max(lines.values()) if side == "R" else min(lines.values())
        if lines[aisle] != outermost and faced[shape.y_mm].isdisjoint(range(x - SAME_MM + 1, x + SAME_MM)):
            found.append(RackShape(x, shape.y_mm, shape.w_mm, shape.h_mm))
    return tuple(found)


def _pitch(places: Iterable[int]) -> int:
    at = sorted(set(places))
    return min((b - a for a, b in itertools.pairwise(at)), default=1000)
