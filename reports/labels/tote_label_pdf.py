"""The tote label as PDF."""

from __future__ import annotations

from app.documents import ToteLabel
from reports import page
from reports.drawings import tote_label as drawing
from reports.drawings.tote_label import barcodes as barcodes

DOCUMENT = ToteLabel
MEDIA_TYPE = page.MEDIA_TYPE


def render(document: ToteLabel, dpi: int = 203) -> bytes:
    """One page of the label's size. Bars are whole dots of a printer of `dpi`; ValueError for an impossible code."""
    sheet = page.Page(drawing.WIDTH, drawing.HEIGHT, "Tote label", dpi)
    drawing.draw(document, sheet)
    return sheet.finished()
