"""The shipping label as ZPL."""

from __future__ import annotations

from app.documents import ShippingLabel
from reports import zpl
from reports.drawings import shipping_label as drawing
from reports.drawings.shipping_label import barcodes as barcodes

DOCUMENT = ShippingLabel
MEDIA_TYPE = zpl.MEDIA_TYPE


def render(document: ShippingLabel, dpi: int = 203) -> bytes:
    """One format for a printer of `dpi` (203 or 300); ValueError for an impossible code."""
    sheet = zpl.Format(drawing.WIDTH, drawing.HEIGHT, dpi)
    drawing.draw(document, sheet)
    return sheet.finished()
