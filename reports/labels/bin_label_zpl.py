"""The bin label as ZPL."""

from __future__ import annotations

from app.documents import BinLabel
from reports import zpl
from reports.drawings import bin_label as drawing
from reports.drawings.bin_label import barcodes as barcodes

DOCUMENT = BinLabel
MEDIA_TYPE = zpl.MEDIA_TYPE


def render(document: BinLabel, dpi: int = 203) -> bytes:
    """One format for a printer of `dpi` (203 or 300); ValueError for an impossible code."""
    sheet = zpl.Format(drawing.WIDTH, drawing.HEIGHT, dpi)
    drawing.draw(document, sheet)
    return sheet.finished()
