"""The floor: aisles, cross-aisles, bins and other places, with our labels and the site's own."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.channels.base import Columns, Fields, ImportResult, Tally
from app.ids import stable_id
from app.inventory.service.codes import CodeBook, WantedCode, own, site_codes
from app.inventory.service.master import Read, Register, Write, given, import_rows
from app.models import Aisle, Bin, CrossAisle
from app.text import say

COLUMNS = Columns(
    ("kind", "name"),
    (
        "type", "aisle", "bay", "level", "level_no", "side", "x_mm", "y_mm", "x0_mm", "x1_mm", "y0_mm", "y1_mm",
        "blocked", "label_code", "capacity_ml",
    ),
)  # fmt: skip
TYPES = (
    "pick", "reserve", "receive", "pack", "drop", "problem", "start", "quarantine", "refurbish", "vendor", "scrap",
)  # fmt: skip
_FAR = 10_000_000
"""10 km: more is a slip of the unit."""


def import_layout(session: Session, data: bytes, *, file: str, dry_run: bool = False) -> ImportResult:
    """Imports the table of the floor (docs/imports.md): `kind` is aisle, cross_aisle or bin; aisles before their bins.

    A bin stands on the line of its aisle unless it says its own `x_mm`. Each bin gets a printed code of our form; the
    site's own codes stand in `label_code`.
    """

    def reader(tally: Tally) -> Read:
        plan = _Plan(session, tally)

        def read(f: Fields) -> tuple[str, Write]:
            kind = f.word("kind", ("aisle", "cross_aisle", "bin"))
            name = f.text("name", most=64 if kind == "bin" else 32, required=True)
            match kind:
                case "aisle":
                    return f"aisle {name}", plan.aisle(f, name)
                case "cross_aisle":
                    return f"cross-aisle {name}", plan.cross_aisle(f, name)
                case _:
                    return f"bin {name}", plan.bin(f, name)

        return read

    return import_rows(session, data, file=file, columns=COLUMNS, read=reader, dry_run=dry_run)


class _Plan:
    def __init__(self, session: Session, tally: Tally) -> None:
        self.session = session
        self.tally = tally
        self.aisles, self.crosses = Register(session, Aisle), Register(session, CrossAisle)
        self.bins, self.book = Register(session, Bin), CodeBook(session)
        self.lines = {a.name: (a.x_mm, a.y0_mm, a.y1_mm) for a in session.scalars(select(Aisle))}

    def aisle(self, f: Fields, name: str) -> Write:
        x, y0, y1 = (_place(f, column) for column in ("x_mm", "y0_mm", "y1_mm"))
        if y0 >= y1:
            f.wrong("y1_mm", y1, say("more than y0_mm ({y0})", y0=y0))
        self.lines[name] = (x, y0, y1)
        return lambda: self.aisles.put(id=stable_id("aisle", name), name=name, x_mm=x, y0_mm=y0, y1_mm=y1)

    def cross_aisle(self, f: Fields, name: str) -> Write:
        y, x0, x1 = (_place(f, column) for column in ("y_mm", "x0_mm", "x1_mm"))
        if x0 >= x1:
            f.wrong("x1_mm", x1, say("more than x0_mm ({x0})", x0=x0))
        return lambda: self.crosses.put(id=stable_id("cross_aisle", name), name=name, y_mm=y, x0_mm=x0, x1_mm=x1)

    def bin(self, f: Fields, name: str) -> Write:
        values = self._bin_values(f, name)
        bin_id = stable_id("bin", name)
        codes = [WantedCode(own("L" + name), printed=True), *site_codes(f, "label_code")]
        self.book.judge(f, "label_code", "bin", bin_id, codes)

        def write() -> tuple[bool, bool]:
            new, different = self.bins.put(id=bin_id, **values)
            coded = self.book.set(self.tally, "bin", bin_id, codes, replace="label_code" in f.values)
            return new, different or coded

        return write

    def _bin_values(self, f: Fields, name: str) -> dict[str, object]:
        aisle = f.text("aisle", most=32)
        line = self.lines.get(aisle)
        if aisle and line is None:
            f.wrong("aisle", aisle, say("an aisle of this floor (aisles stand before their bins)"))
        x = f.whole("x_mm", most=_FAR, required=line is None and not aisle)
        y = _place(f, "y_mm")
        if line is not None and not line[1] <= y <= line[2]:
            f.wrong("y_mm", y, say("on its aisle, from {y0} to {y1}", y0=line[1], y1=line[2]))
        values: dict[str, object] = {
            "name": name,
            "type": f.word("type", TYPES, "pick"),
            "aisle": aisle,
            "bay": f.text("bay", most=16),
            "level": f.text("level", most=16),
            "level_no": f.whole("level_no", least=1, most=99, required=False) or 1,
            "side": f.word("side", ("", "l", "r")).upper(),
            "x_mm": x if x is not None else (line[0] if line else 0),
            "y_mm": y,
            "blocked": f.flag("blocked"),
            "capacity_ml": f.whole("capacity_ml", least=1, most=100_000_000, required=False),
        }
        return given(f, values, ("name", "x_mm", "y_mm"))


def _place(f: Fields, column: str) -> int:
    return f.whole(column, most=_FAR) or 0
