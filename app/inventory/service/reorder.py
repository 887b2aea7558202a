"""When products are bought again: their minimum and maximum come from a table."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.channels.base import Columns, Fields, ImportResult, Tally
from app.inventory.service.master import Read, Register, Write, given, import_rows
from app.models import ReorderPoint, Sku
from app.text import say

COLUMNS = Columns(("sku", "minimum", "maximum"), ("pack", "supplier"))


def import_reorder(session: Session, data: bytes, *, file: str, dry_run: bool = False) -> ImportResult:
    """Imports reorder points (docs/imports.md): below `minimum` an SKU is bought again up to `maximum`, in packs."""

    def reader(_tally: Tally) -> Read:
        points = Register(session, ReorderPoint)
        skus = dict(session.execute(select(Sku.sku, Sku.id)).all())

        def read(f: Fields) -> tuple[str, Write]:
            sku = f.text("sku", most=64, required=True)
            if sku and sku not in skus:
                f.wrong("sku", sku, say("the SKU of a product that was imported"))
            minimum, maximum = f.whole("minimum") or 0, f.whole("maximum") or 0
            if maximum < minimum:
                f.wrong("maximum", maximum, say("at least the minimum ({minimum})", minimum=minimum))
            values: dict[str, object] = {
                "minimum": minimum,
                "maximum": maximum,
                "pack": f.whole("pack", least=1, required=False) or 1,
                "supplier": f.text("supplier", most=128),
            }
            kept = given(f, values, COLUMNS.required)
            return sku, lambda: points.put(sku_id=skus[sku], **kept)

        return read

    return import_rows(session, data, file=file, columns=COLUMNS, read=reader, dry_run=dry_run)
