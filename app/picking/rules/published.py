"""Reads picker routing problems in the text form in which researchers publish them (tests/data/routing/SOURCE.md).

A header of `KEY : value`, then the sections of articles, of places (`ID 8 AISLE 0 CELL 24 QUANTITY 1 …`) and of the
order (`ID 8 QUANTITY 1`). Cell 0 is the one at the top end of its aisle. In a two-block layout a further cross-aisle,
one unit wide, runs between the two middle cells (Heßler & Irnich, doi 10.1287/ijoc.2023.0075).
"""

from __future__ import annotations

from dataclasses import dataclass

from app.picking.rules.distance import Point
from app.picking.rules.grid import Grid

UNIT_MM = 1000
"""One unit of length of the text form; its lengths may have fractions."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A place where an article lies: its point on the aisle, and how many units lie there."""

    article: int
    aisle: int
    cell: int
    quantity: int
    point: Point


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem: the block, where articles lie, how many of each are wanted, where the walk starts and ends.

    `beside_mm` is the way between the depot and its cross-aisle, walked twice.
    """

    name: str
    grid: Grid
    picks: tuple[Pick, ...]
    wanted: dict[int, int]
    depot: Point
    beside_mm: int

    @property
    def is_plain(self) -> bool:
        """Every article lies in one place: only the order of the stops is open."""
        return len({pick.article for pick in self.picks}) == len(self.picks)

    @property
    def stops(self) -> tuple[Pick, ...]:
        """The places of wanted articles, in the order of the file."""
        return tuple(pick for pick in self.picks if self.wanted.get(pick.article, 0) > 0)


def read_instance(text: str) -> Instance:
    """The problem of one file. `ValueError` says which line is missing or what it should hold."""
    head = _head(text)
    blocks = 2 if head.get("LAYOUT", "").lower() == "two-block" else 1
    gap, pitch = _mm(head, "DISTANCE_AISLE_TO_AISLE"), _mm(head, "DISTANCE_CELL_TO_CELL")
    top, bottom = _mm(head, "DISTANCE_TOP_TO_CELL"), _mm(head, "DISTANCE_BOTTOM_TO_CELL")
    cells, aisles = _whole(head, "NUM_CELLS"), _whole(head, "NUM_AISLES")
    middle = UNIT_MM if blocks == 2 else 0
    high = top + bottom + (cells - 1) * pitch + middle

    def y_of(cell: int) -> int:
        return high - top - cell * pitch - (middle if cell >= cells // 2 else 0)

    rows = [0, high] if blocks == 1 else [0, (y_of(cells // 2 - 1) + y_of(cells // 2)) // 2, high]
    where = head.get("DEPOT_LOCATION", "bottom")
    if where not in ("top", "bottom"):
        raise ValueError(f"DEPOT_LOCATION is {where!r}, expected top or bottom")
    places, wanted = _places(text), _wanted(text)
    for article, aisle, cell, _ in places:
        if not (0 <= aisle < aisles and 0 <= cell < cells):
            raise ValueError(f"ID {article} lies at AISLE {aisle} CELL {cell}: there are {aisles} × {cells}")
    picks = tuple(Pick(a, aisle, cell, n, (aisle * gap, y_of(cell))) for a, aisle, cell, n in places)
    if lost := sorted(set(wanted) - {pick.article for pick in picks}):
        raise ValueError(f"ID {lost[0]} is ordered and lies nowhere")
    depot = (_whole(head, "DEPOT_AISLE") * gap, high if where == "top" else 0)
    beside = _mm(head, "DISTANCE_TOP_OR_BOTTOM_TO_DEPOT") if "DISTANCE_TOP_OR_BOTTOM_TO_DEPOT" in head else 0
    grid = Grid.of([i * gap for i in range(aisles)], rows)
    return Instance(head.get("NAME", "").removesuffix(".txt"), grid, picks, wanted, depot, beside)


def _head(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.splitlines() if ":" in line)
    return {key.strip().upper(): value.strip() for key, _, value in pairs}


def _mm(head: dict[str, str], key: str) -> int:
    try:
        return round(float(head[key]) * UNIT_MM)
    except KeyError:
        raise ValueError(f"no line {key}") from None
    except ValueError:
        raise ValueError(f"{key} is {head[key]!r}, expected a length") from None


def _whole(head: dict[str, str], key: str) -> int:
    try:
        return int(head[key])
    except KeyError:
        raise ValueError(f"no line {key}") from None
    except ValueError:
        raise ValueError(f"{key} is {head[key]!r}, expected a whole number") from None


def _rows(text: str, section: str) -> list[dict[str, str]]:
    """The lines `KEY value KEY value …` of a section."""
    _, _, rest = text.partition(section)
    found = []
    for line in rest.splitlines()[1:]:
        words = line.split()
        if not words or ":" in words:
            continue
        if words[0] != "ID":
            break
        found.append(dict(zip(words[::2], words[1::2], strict=False)))
    return found


def _places(text: str) -> list[tuple[int, int, int, int]]:
    try:
        return [
            (int(row["ID"]), int(row["AISLE"]), int(row["CELL"]), int(row.get("QUANTITY", "1")))
            for row in _rows(text, "SKU_SECTION")
        ]
    except (KeyError, ValueError) as error:
        raise ValueError(f"SKU_SECTION: expected ID, AISLE and CELL with whole numbers ({error})") from None


def _wanted(text: str) -> dict[int, int]:
    rows = _rows(text, "ORDER_SECTION")
    try:
        if not rows:
            return {article: 1 for article, *_ in _places(text)}
        return {int(row["ID"]): int(row.get("QUANTITY", "1")) for row in rows}
    except (KeyError, ValueError) as error:
        raise ValueError(f"ORDER_SECTION: expected ID and QUANTITY with whole numbers ({error})") from None
