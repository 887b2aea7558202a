"""The tote label as ZPL."""

from __future__ import annotations

from app.documents import ToteLabel
from reports import zpl
from reports.drawings import tote_label as drawing
from reports.drawings.tote_label import barcodes as barcodes

DOCUMENT = ToteLabel
MEDIA_TYPE = zpl.MEDIA_TYPE


def render(document: ToteLabel, dpi: int = 203) -> bytes:
    """One format for a printer of `dpi` (203 or 300); ValueError for an impossible code."""
    sheet = zpl.Format(drawing.WIDTH, drawing.HEIGHT, dpi)
    drawing.draw(document, sheet)
    return sheet.finished()
