"""The bin label as PDF."""

from __future__ import annotations

from app.documents import BinLabel
from reports import page
from reports.drawings import bin_label as drawing
from reports.drawings.bin_label import barcodes as barcodes

DOCUMENT = BinLabel
MEDIA_TYPE = page.MEDIA_TYPE


def render(document: BinLabel, dpi: int = 203) -> bytes:
    """One page of the label's size. Bars are whole dots of a printer of `dpi`; ValueError for an impossible code."""
    sheet = page.Page(drawing.WIDTH, drawing.HEIGHT, "Bin label", dpi)
    drawing.draw(document, sheet)
    return sheet.finished()
