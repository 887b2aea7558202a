"""Layouts as files: JSON, and one table (CSV) with a column `kind`. Good parts go in, each bad one is named.

JSON: `{"aisles": [{…}], "cross_aisles": […], "closures": […], "doors": […], "nodes": […], "paths": […], "bins": […]}`.
A table has the same fields as columns, and a row for each part; cells that a kind has no use for stay empty. Where a
field has a default it may be missing. A bin of an aisle stands on its line unless it says another `x_mm`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any

from app.picking.rules.layout import BIN_TYPES, KINDS, Aisle, Bin, Closure, Layout, Part, Path, columns, layout_of, room
from app.text import Text, say, verbatim


@dataclass(frozen=True, slots=True)
class Fault:
    """A part that was left out: `row` counts its kind from 1 in JSON, and the lines of a table (the header is 1)."""

    row: int
    kind: str
    name: str
    field: str
    value: str
    expected: Text

    def __str__(self) -> str:
        return f"row {self.row}: {self.kind} {self.name}: {self.field} is {self.value!r}, expected {self.expected}"


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds: the layout of its good parts, and its bad ones."""

    layout: Layout
    faults: tuple[Fault, ...]


class Wrong(ValueError):
    """A value that does not fit, and what would."""

    def __init__(self, field: str, value: object, expected: Text) -> None:
        super().__init__(field, value, expected)
        self.field, self.value, self.expected = field, "" if value is None else str(value), expected


def read_json(text: str) -> Read:
    """A layout from JSON. `ValueError` if it is no JSON object of lists."""
    held = json.loads(text)
    if not isinstance(held, dict) or not all(isinstance(held.get(room(kind), []), list) for kind in KINDS):
        raise ValueError("no JSON object of lists: aisles, cross_aisles, bins, …")
    rows = (
        (n, kind, row if isinstance(row, dict) else {"name": row})
        for kind in KINDS
        for n, row in enumerate(held.get(room(kind), []), 1)
    )
    return _read(rows)


def read_csv(text: str) -> Read:
    """A layout from a table. `ValueError` if it has no columns `kind` and `name`."""
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    head = [_ALSO_CALLED.get(name, name) for name in (cell.strip().lower() for cell in next(lines, []))]
    if not {"kind", "name"} <= set(head):
        raise ValueError("no columns kind and name")
    return _read(
        (n, row.get("kind", "").strip(), row)
        for n, cells in enumerate(lines, 2)
        if cells
        for row in (dict(zip(head, cells, strict=False)),)
    )


_ALSO_CALLED = {"label_code": "code"}
"""Columns as `packbay import layout` names them: its files can be read here as they are."""


def to_json(layout: Layout) -> str:
    """A layout as JSON, one part a line; what has its default is left out."""
    rooms = []
    for kind in KINDS:
        parts: tuple[Part, ...] = getattr(layout, room(kind))
        lines = ",\n".join(f"  {json.dumps(_told(part), ensure_ascii=False)}" for part in parts)
        rooms.append(f'"{room(kind)}": [\n{lines}\n]' if parts else f'"{room(kind)}": []')
    return "{\n" + ",\n".join(rooms) + "\n}\n"


def to_csv(layout: Layout) -> str:
    """A layout as a table, with the columns that it needs."""
    rows = [{"kind": kind, **_told(part)} for kind in KINDS for part in getattr(layout, room(kind))]
    used = {name for row in rows for name in row} | {"kind", "name"}
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [name for name in columns() if name in used], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def _told(part: Part) -> dict[str, Any]:
    defaults = {field.name: field.default for field in fields(part)}
    return {name: value for name, value in asdict(part).items() if value != defaults[name] or name == "name"}


def _cell(value: object) -> object:
    return ("yes" if value else "no") if isinstance(value, bool) else value


# ---- one part at a time ---------------------------------------------------------------------------------------------

Row = Mapping[str, Any]
MOST_MM = 10**8
"""No floor is longer than a hundred kilometres."""


def _read(rows: Iterable[tuple[int, str, Row]]) -> Read:
    parts: list[Part] = []
    faults: list[Fault] = []
    known = _Known()
    for n, kind, row in sorted(rows, key=lambda r: _ORDER.get(r[1], -1)):
        try:
            if kind not in KINDS:
                raise Wrong("kind", kind, verbatim(", ".join(KINDS)))
            part = _part(kind, row, known)
            known.take(kind, part)
            parts.append(part)
        except Wrong as wrong:
            name = str(row.get("name") or "")
            faults.append(Fault(n, kind, name, wrong.field, wrong.value, wrong.expected))
    return Read(layout_of(parts), tuple(sorted(faults, key=lambda f: (f.row, f.kind))))


_ORDER = {kind: i for i, kind in enumerate(KINDS)}


class _Known:
    """The names that were read, so that later parts can point at them."""

    def __init__(self) -> None:
        self.names: dict[str, set[str]] = {kind: set() for kind in KINDS}
        self.aisles: dict[str, Aisle] = {}

    def take(self, kind: str, part: Part) -> None:
        if part.name in self.names[kind]:
            raise Wrong("name", part.name, say("a name that no other has"))
        _check(part, self)
        self.names[kind].add(part.name)
        if isinstance(part, Aisle):
            self.aisles[part.name] = part


def _part(kind: str, row: Row, known: _Known) -> Part:
    values: dict[str, Any] = {}
    for name, default, read in _FIELDS[kind]:
        value = row.get(name)
        if value is None or value == "":
            if name in _OF_ITS_AISLE and kind == "bin" and (aisle := known.aisles.get(row.get("aisle") or "")):
                values[name] = getattr(aisle, name)
                continue
            if default is MISSING:
                if name == "x_mm" and row.get("aisle"):
                    raise Wrong("aisle", row["aisle"], say("the name of an aisle"))
                raise Wrong(name, "", _WHOLE if name.endswith("_mm") else say("a name"))
            values[name] = default
        else:
            values[name] = read(name, value)
    return KINDS[kind](**values)


_OF_ITS_AISLE = ("x_mm", "zone")
"""What a bin takes from its aisle unless it says its own."""
_WHOLE = say("a whole number of millimetres")


def _mm(name: str, value: object) -> int:
    try:
        if isinstance(value, bool) or (isinstance(value, float) and value != int(value)):
            raise ValueError
        number = int(value)  # type: ignore[call-overload]  # what it can't read it refuses
    except (TypeError, ValueError, OverflowError):
        raise Wrong(name, value, _WHOLE) from None
    if abs(number) > MOST_MM:
        raise Wrong(name, value, say("at most {most}", most=MOST_MM))
    return int(number)


def _at_least(least: int) -> Callable[[str, object], int]:
    def read(name: str, value: object) -> int:
        number = _mm(name, value)
        if number < least:
            raise Wrong(name, value, say("at least {least}", least=least))
        return number

    return read


def _word(name: str, value: object) -> str:
    if not isinstance(value, str | int):
        raise Wrong(name, value, say("a name"))
    found = str(value).strip()
    if name == "name" and not found:
        raise Wrong(name, value, say("a name"))
    return found


def _one_of(*words: str) -> Callable[[str, object], str]:
    def read(name: str, value: object) -> str:
        found = str(value).strip()
        if found not in words:
            raise Wrong(name, value, verbatim(" | ".join(w for w in words if w)))
        return found

    return read


def _flag(name: str, value: object) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    found = known.get(str(value).strip().lower())
    if found is None:
        raise Wrong(name, value, verbatim("yes | no"))
    return found


_READERS: dict[str, Callable[[str, object], Any]] = {
    "blocked": _flag, "level_no": _at_least(1), "length_mm": _at_least(0), "seconds": _at_least(0),
    "side": _one_of("L", "R", ""), "type": _one_of(*BIN_TYPES),
}  # fmt: skip
_WAYS = {"aisle": ("both", "up", "down"), "cross_aisle": ("both", "east", "west")}


def _reader(kind: str, name: str) -> Callable[[str, object], Any]:
    if name == "way":
        return _one_of(*_WAYS.get(kind, ("both", "forth")))
    return _READERS.get(name, _mm if name.endswith("_mm") else _word)


_FIELDS = {
    kind: tuple((field.name, field.default, _reader(kind, field.name)) for field in fields(made))
    for kind, made in KINDS.items()
}


def _check(part: Part, known: _Known) -> None:
    """What a part says of others: they are there, and it lies within them."""
    for wrong in _wrongs(part, known):
        raise wrong


def _wrongs(part: Part, known: _Known) -> Iterator[Wrong]:
    if isinstance(part, Path):
        for name in ("node", "to_node"):
            if getattr(part, name) not in known.names["node"]:
                yield Wrong(name, getattr(part, name), say("the name of a node"))
    elif isinstance(part, Bin | Closure):
        aisle = known.aisles.get(part.aisle)
        if aisle is None:
            if part.aisle or isinstance(part, Closure):
                yield Wrong("aisle", part.aisle, say("the name of an aisle"))
            return
        low, high = sorted((aisle.y0_mm, aisle.y1_mm))
        for name in ("y_mm",) if isinstance(part, Bin) else ("y0_mm", "y1_mm"):
            if not low <= getattr(part, name) <= high:
                yield Wrong(name, getattr(part, name), say("{low} to {high}, as its aisle", low=low, high=high))
        if isinstance(part, Bin) and part.zone != aisle.zone:
            yield Wrong("zone", part.zone, say("the zone of its aisle, {zone}", zone=verbatim(repr(aisle.zone))))
