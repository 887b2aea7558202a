"""Box types, and how strictly each class of item is proven."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.channels.base import Columns, Fields, ImportResult, Tally
from app.ids import stable_id
from app.inventory.service.codes import CodeBook, WantedCode, own, site_codes
from app.inventory.service.master import Read, Register, Write, given, import_rows
from app.models import BoxType, Policy

BOXES = Columns(
    ("code", "name", "length_mm", "width_mm", "height_mm", "tare_g", "max_g"), ("shelf", "material", "label_code")
)
POLICIES = Columns(("item_class",), ("proof", "units"))


def import_boxes(session: Session, data: bytes, *, file: str, dry_run: bool = False) -> ImportResult:
    """Imports the table of box types (docs/imports.md); measures are inside measures."""

    def reader(tally: Tally) -> Read:
        boxes, book = Register(session, BoxType), CodeBook(session)

        def read(f: Fields) -> tuple[str, Write]:
            code = f.text("code", most=16, required=True)
            values: dict[str, object] = {"code": code, "name": f.text("name", most=64, required=True)}
            for name in ("length_mm", "width_mm", "height_mm"):
                values[name] = f.whole(name, least=1, most=20_000)
            values["tare_g"] = f.whole("tare_g", most=1_000_000)
            values["max_g"] = f.whole("max_g", least=1, most=10_000_000)
            values |= {"shelf": f.text("shelf", most=64), "material": f.text("material", most=64)}
            box_id = stable_id("box", code)
            codes = [WantedCode(own("BX" + code), printed=True), *site_codes(f, "label_code")]
            book.judge(f, "label_code", "box", box_id, codes)

            def write() -> tuple[bool, bool]:
                new, different = boxes.put(id=box_id, **given(f, values, BOXES.required))
                coded = book.set(tally, "box", box_id, codes, replace="label_code" in f.values)
                return new, different or coded

            return code, write

        return read

    return import_rows(session, data, file=file, columns=BOXES, read=reader, dry_run=dry_run)


def import_policies(session: Session, data: bytes, *, file: str, dry_run: bool = False) -> ImportResult:
    """Imports the table of proof policies (docs/imports.md), one row an item class."""

    def reader(_tally: Tally) -> Read:
        policies = Register(session, Policy)

        def read(f: Fields) -> tuple[str, Write]:
            item_class = f.text("item_class", most=32, required=True)
            proof = f.word("proof", ("bin_and_product", "product"), "bin_and_product")
            units = f.word("units", ("each", "once"), "each")
            return item_class, lambda: policies.put(item_class=item_class, proof=proof, units=units)

        return read

    return import_rows(session, data, file=file, columns=POLICIES, read=reader, dry_run=dry_run)
