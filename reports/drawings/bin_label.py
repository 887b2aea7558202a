"""The label of a storage place, 100 × 50 mm: the parts of its name for people, its code for scanners, an arrow."""

from __future__ import annotations

from app.documents import BinLabel
from reports.barcodes import code128
from reports.faces import Weight
from reports.lettering import Style, one_line
from reports.surface import Box, Ladder, Surface

WIDTH, HEIGHT = 100.0, 50.0


def barcodes(label: BinLabel) -> tuple[str, ...]:
    """What scanners report of this label."""
    return (label.code,)


def draw(label: BinLabel, sheet: Surface) -> None:
    """The whole label. ValueError for a code that can't be encoded or does not fit."""
    parts = " ".join(filter(None, map(one_line, label.parts))) or label.code
    arrow = label.arrow in ("up", "down")
    sheet.text(Box(7, 2, 71 if arrow else 89, 24), parts, Style(Weight.EXTRABOLD, 56, 9, 1.15))
    if arrow:
        sheet.shape(_arrow(81, 5, 15, 19, up=label.arrow == "up"))
    bars = code128(label.code)
    sheet.bars(Box(1, 27, 98, 15.5), bars, Ladder(0.5, 0.165), 6)
    sheet.text(Box(7, 43.4, 86, 4.6), bars.human, Style(Weight.MONO, 10, 6))


def _arrow(x: float, y: float, width: float, height: float, *, up: bool) -> tuple[tuple[float, float], ...]:
    """A stout arrow in its box."""
    outline = ((0.0, 0.5), (0.5, 0.0), (1.0, 0.5), (0.65, 0.5), (0.65, 1.0), (0.35, 1.0), (0.35, 0.5))
    return tuple((x + px * width, y + (py if up else 1 - py) * height) for px, py in outline)
