"""A floor as data: aisles, cross-aisles, closed stretches, doors between zones, irregular halls, bins and places.

Everything is a plain value in mm from the south-west corner of its zone. An aisle is a straight line at `x_mm`; its
open ends lead on to the next cross-aisle above and below. Where aisles and cross-aisles do not describe a hall, named
`nodes` and the `paths` between them do; both may stand in one zone, and a node that lies on an aisle or a cross-aisle
joins it. `layout_text` reads and writes layouts, `graph` walks on them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

BIN_TYPES = (
    "pick", "reserve", "receive", "pack", "drop", "problem", "start", "quarantine", "refurbish", "vendor", "scrap"
)  # fmt: skip
"""What a place is for. Walks begin at a `start` and finish at a `drop`, else at a `pack`."""


@dataclass(frozen=True, slots=True)
class Aisle:
    """A line at `x_mm` from `y0_mm` up to `y1_mm`; `way`: both, up or down; `blocked`: nobody walks in it now."""

    name: str
    x_mm: int
    y0_mm: int
    y1_mm: int
    zone: str = ""
    way: str = "both"
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class CrossAisle:
    """A line at `y_mm` from `x0_mm` to `x1_mm`, eastwards; `way`: both, east or west."""

    name: str
    y_mm: int
    x0_mm: int
    x1_mm: int
    zone: str = ""
    way: str = "both"
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Closure:
    """A stretch of an aisle that nobody walks through now: what lies in it can't be reached."""

    name: str
    aisle: str
    y0_mm: int
    y1_mm: int


@dataclass(frozen=True, slots=True)
class Door:
    """A way between two places, mostly of two zones: a door, a ramp, stairs, a lift.

    `length_mm` is walked, `seconds` are waited; `way`: both, or forth (from the first place to the other alone).
    """

    name: str
    x_mm: int
    y_mm: int
    to_x_mm: int
    to_y_mm: int
    zone: str = ""
    to_zone: str = ""
    length_mm: int = 0
    seconds: int = 0
    way: str = "both"


@dataclass(frozen=True, slots=True)
class Node:
    """A named point of an irregular hall."""

    name: str
    x_mm: int
    y_mm: int
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """A straight way between two nodes; `length_mm` 0 says that it is as long as it looks. `way`: both or forth."""

    name: str
    node: str
    to_node: str
    length_mm: int = 0
    way: str = "both"
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Bin:
    """A pick face or another place; (`x_mm`, `y_mm`) is where one stands, on the centre line if it has an aisle.

    Free-standing shelves name no aisle: they are reached from the nearest way. `level_no` 1 is the lowest; `side` is L
    or R; `code` is what its label says.
    """

    name: str
    x_mm: int
    y_mm: int
    zone: str = ""
    type: str = "pick"
    aisle: str = ""
    bay: str = ""
    level: str = ""
    level_no: int = 1
    side: str = ""
    blocked: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """All of a floor. Names are unique within each kind; a closure names an aisle, a path two nodes that are there."""

    aisles: tuple[Aisle, ...] = ()
    cross_aisles: tuple[CrossAisle, ...] = ()
    closures: tuple[Closure, ...] = ()
    doors: tuple[Door, ...] = ()
    nodes: tuple[Node, ...] = ()
    paths: tuple[Path, ...] = ()
    bins: tuple[Bin, ...] = ()

    @property
    def zones(self) -> tuple[str, ...]:
        """The names of all zones, sorted."""
        placed = (self.aisles, self.cross_aisles, self.nodes, self.bins)
        return tuple(sorted({part.zone for parts in placed for part in parts}))


Part = Aisle | CrossAisle | Closure | Door | Node | Path | Bin
KINDS: dict[str, type[Part]] = {
    "aisle": Aisle, "cross_aisle": CrossAisle, "closure": Closure, "door": Door, "node": Node, "path": Path, "bin": Bin,
}  # fmt: skip
"""The kinds as files name them; `rooms` gives the field of `Layout` that holds each."""


def room(kind: str) -> str:
    """The field of `Layout` that holds this kind: `cross_aisle` → `cross_aisles`."""
    return f"{kind}s"


def layout_of(parts: Iterable[Part]) -> Layout:
    """A layout of these parts, each kind in the order given."""
    found: dict[type, list[Part]] = {}
    for part in parts:
        found.setdefault(type(part), []).append(part)
    rooms = {room(kind): tuple(found.get(made, ())) for kind, made in KINDS.items()}
    return Layout(**rooms)  # type: ignore[arg-type]  # each room gets its own kind


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a layout as a whole: `what` is unreachable, no_way_out, same_name or same_code."""

    what: str
    kind: str
    name: str
    other: str = ""


def same_names(layout: Layout) -> list[Finding]:
    """Parts of one kind that share a name, and bins that share a code: each pair is named."""
    found = []
    for kind in KINDS:
        parts: Sequence[Part] = getattr(layout, room(kind))
        times = Counter(part.name for part in parts)
        found += [Finding("same_name", kind, name) for name, n in times.items() if n > 1]
    first: dict[str, str] = {}
    for place in layout.bins:
        if place.code and first.setdefault(place.code, place.name) != place.name:
            found.append(Finding("same_code", "bin", place.name, first[place.code]))
    return found


def columns() -> tuple[str, ...]:
    """All columns of a layout as a table, `kind` first, in the order in which the kinds bring them."""
    names = dict.fromkeys(field.name for made in KINDS.values() for field in fields(made))
    return ("kind", *names)
