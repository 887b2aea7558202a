"""The label of a tote or a cart position, 100 × 50 mm: its name large, its code for scanners."""

from __future__ import annotations

from app.documents import ToteLabel
from reports.barcodes import code128
from reports.faces import Weight
from reports.lettering import Style, one_line
from reports.surface import Box, Ladder, Surface

WIDTH, HEIGHT = 100.0, 50.0


def barcodes(label: ToteLabel) -> tuple[str, ...]:
    """What scanners report of this label."""
    return (label.code,)


def draw(label: ToteLabel, sheet: Surface) -> None:
    """The whole label. ValueError for a code that can't be encoded or does not fit."""
    bars = code128(label.code)
    sheet.text(Box(7, 2, 89, 19), one_line(label.name) or label.code, Style(Weight.EXTRABOLD, 44, 9, 1.15))
    sheet.bars(Box(1, 22, 98, 20), bars, Ladder(0.5, 0.165), 6)
    sheet.text(Box(7, 43, 86, 5), bars.human, Style(Weight.MONO, 11, 6))
