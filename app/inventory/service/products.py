"""Products with their barcodes."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.channels.base import Columns, Fields, ImportResult, Tally
from app.ids import stable_id
from app.inventory.service.codes import CodeBook, WantedCode, item_codes
from app.inventory.service.master import Read, Register, Write, given, import_rows
from app.models import Sku
from app.text import say

COLUMNS = Columns(
    ("sku", "name"),
    (
        "variant", "picture", "weight_g", "length_mm", "width_mm", "height_mm", "lot_tracked", "serial_tracked",
        "expiry_tracked", "hazard", "item_class", "active", "barcodes", "aliases", "label_code",
    ),
)  # fmt: skip
_CODES = ("barcodes", "aliases", "label_code")
_MEASURES = (("weight_g", 1_000_000), ("length_mm", 20_000), ("width_mm", 20_000), ("height_mm", 20_000))


def import_products(session: Session, data: bytes, *, file: str, dry_run: bool = False) -> ImportResult:
    """Imports the table of products (docs/imports.md). Empty measures mean unknown; 0 is refused; columns
    that a file has not leave what is known.

    The code columns that a file has replace the codes that the product had; without them codes stay.
    """

    def reader(tally: Tally) -> Read:
        skus, book = Register(session, Sku), CodeBook(session)

        def read(f: Fields) -> tuple[str, Write]:
            values = _values(f)
            sku_id = stable_id("sku", str(values["sku"]))
            codes: list[WantedCode] = [c for column in _CODES for c in item_codes(f, column)]
            book.judge(f, "barcodes", "item", sku_id, codes)
            replace = any(column in f.values for column in _CODES)

            def write() -> tuple[bool, bool]:
                new, different = skus.put(id=sku_id, **values)
                coded = book.set(tally, "item", sku_id, codes, replace=replace)
                return new, different or coded

            return str(values["sku"]), write

        return read

    return import_rows(session, data, file=file, columns=COLUMNS, read=reader, dry_run=dry_run)


def _values(f: Fields) -> dict[str, object]:
    values: dict[str, object] = {
        "sku": f.text("sku", most=64, required=True),
        "name": f.text("name", required=True),
        "variant": f.text("variant"),
        "picture": f.text("picture", most=64),
        "hazard": f.text("hazard", most=32),
        "item_class": f.text("item_class", most=32) or "standard",
        "active": f.flag("active", default=True),
    }
    for name in ("lot_tracked", "serial_tracked", "expiry_tracked"):
        values[name] = f.flag(name)
    for name, most in _MEASURES:
        values[name] = f.whole(name, least=1, most=most, required=False)
    if values["expiry_tracked"] and not values["lot_tracked"]:
        f.wrong("expiry_tracked", "yes", say("possible without lot_tracked: an expiry date belongs to a lot"))
    return given(f, values, COLUMNS.required)
