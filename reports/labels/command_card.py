"""A role card: commands, quantities and reasons as barcodes with words, on A4 or A5, as PDF.

A card is scanned by hand among its neighbours, so each code stands in a frame of its own with a quiet zone inside and
air around it; codes in one row are at least 20 mm apart, and no two codes are above one another within 12 mm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.documents import CommandCard, CommandEntry
from reports import page
from reports.barcodes import code128
from reports.faces import Weight
from reports.lettering import Style, one_line
from reports.surface import Box, Ladder

DOCUMENT = CommandCard
MEDIA_TYPE = page.MEDIA_TYPE
PAPERS = {"A4": (210.0, 297.0), "A5": (148.0, 210.0)}
_MARGIN, _GAP, _CELL, _HEAD, _ICON = 10.0, 4.0, 32.0, 16.0, 10.0


def barcodes(document: CommandCard) -> tuple[str, ...]:
    """What scanners report of this card, row by row."""
    return tuple(entry.code for entry in document.entries)


def render(document: CommandCard, paper: str = "A4") -> bytes:
    """As many pages as the entries need. ValueError for a code that can't be encoded or does not fit."""
    width, height = PAPERS[paper]
    rows = int((height - 2 * _MARGIN - _HEAD + _GAP) / (_CELL + _GAP))
    sheets = list(_chunks(document.entries, 2 * rows)) or [()]
    sheet = page.Page(width, height, "Command card")
    for number, entries in enumerate(sheets, start=1):
        if number > 1:
            sheet.next()
        _title(document, sheet, f"{number} of {len(sheets)}" if len(sheets) > 1 else "")
        for i, entry in enumerate(entries):
            _entry(entry, sheet, _cell(i, width))
    return sheet.finished()


def _chunks(entries: Sequence[CommandEntry], size: int) -> Iterator[Sequence[CommandEntry]]:
    return (entries[i : i + size] for i in range(0, len(entries), size))


def _cell(index: int, width: float) -> Box:
    wide = (width - 2 * _MARGIN - _GAP) / 2
    column, row = index % 2, index // 2
    return Box(_MARGIN + column * (wide + _GAP), _MARGIN + _HEAD + row * (_CELL + _GAP), wide, _CELL)


def _title(document: CommandCard, sheet: page.Page, number: str) -> None:
    wide = sheet.width - 2 * _MARGIN
    sheet.text(Box(_MARGIN, _MARGIN - 1, wide - 20, 12), one_line(document.title), Style(Weight.BOLD, 22, 9))
    sheet.text(Box(sheet.width - _MARGIN - 16, _MARGIN + 2, 16, 6), number, Style(Weight.REGULAR, 10, 8), 0.35)


def _icon(drawing: str, sheet: page.Page, box: Box) -> float:
    """Draws the icon of an entry; how much room it takes from the words, mm."""
    if not drawing:
        return 0.0
    scale = _ICON / 24
    try:
        lines = [
            [(float(x) * scale, float(y) * scale) for x, _, y in (point.partition(",") for point in line.split())]
            for line in drawing.split(";")
        ]
    except ValueError:  # whatever else stands there is no drawing
        return 0.0
    sheet.strokes(Box(box.x + 4, box.y + 3.2, _ICON, _ICON), lines, 0.6)
    return _ICON + 3.5


def _entry(entry: CommandEntry, sheet: page.Page, box: Box) -> None:
    bars = code128(entry.code)
    sheet.frame(box, 0.25)
    beside = _icon(entry.icon, sheet, box)
    narrow = box.width - 6 - beside
    left = box.x + 4 + beside
    sheet.text(Box(left, box.y + 2, narrow, 6.6), one_line(entry.word), Style(Weight.BOLD, 14, 7))
    sheet.text(Box(left, box.y + 8.6, narrow, 7.6), one_line(entry.meaning), Style(Weight.REGULAR, 9, 6), 0.25)
    sheet.bars(Box(box.x + 1, box.y + 17.6, box.width - 2, 11.4), bars, Ladder(0.33, 0.19), 3)
