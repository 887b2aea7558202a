"""A badge of the size of a bank card (ISO/IEC 7810 ID-1, 85.6 × 54 mm), as PDF.

The code is random and is not written out: who reads it over a shoulder could print it.
"""

from __future__ import annotations

from app.documents import BadgeLabel
from reports import page
from reports.barcodes import code128
from reports.faces import Weight
from reports.lettering import Style, one_line
from reports.surface import Box, Ladder

DOCUMENT = BadgeLabel
MEDIA_TYPE = page.MEDIA_TYPE
_WIDTH, _HEIGHT = 85.6, 54.0


def barcodes(document: BadgeLabel) -> tuple[str, ...]:
    """What scanners report of this badge."""
    return (document.code,)


def render(document: BadgeLabel) -> bytes:
    """One page of the badge's size. ValueError for a code that can't be encoded or does not fit."""
    sheet = page.Page(_WIDTH, _HEIGHT, "Badge")
    sheet.fill(Box(0, 0, _WIDTH, 1.6), 0.12)
    sheet.text(Box(6, 5.2, 73.6, 15), one_line(document.name), Style(Weight.BOLD, 24, 8, 1.15))
    sheet.text(Box(6, 20.4, 73.6, 9), one_line(document.role), Style(Weight.REGULAR, 14, 7, 1.15), 0.3)
    sheet.bars(Box(2.8, 32, 80, 15.5), code128(document.code), Ladder(0.42, 0.19), 3.2)
    return sheet.finished()
