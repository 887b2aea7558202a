"""The shipping label as PDF."""

from __future__ import annotations

from app.documents import ShippingLabel
from reports import page
from reports.drawings import shipping_label as drawing
from reports.drawings.shipping_label import barcodes as barcodes

DOCUMENT = ShippingLabel
MEDIA_TYPE = page.MEDIA_TYPE


def render(document: ShippingLabel, dpi: int = 203) -> bytes:
    """One page of the label's size. Bars are whole dots of a printer of `dpi`; ValueError for an impossible code."""
    sheet = page.Page(drawing.WIDTH, drawing.HEIGHT, "Shipping label", dpi)
    drawing.draw(document, sheet)
    return sheet.finished()
