"""The manifest: what a carrier takes away at the end of a day, A4 or Letter, to be signed by both.

Every parcel is a row with the numbers that the carrier bills by; each page carries the manifest's number and code, the
totals stand at the end and again in words a driver reads at a glance at the top.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from app.documents import Manifest, ManifestRow
from reports import page
from reports.barcodes import Bars, code128, module_mm
from reports.drawings import address
from reports.faces import Weight
from reports.flow import Cell, Flow
from reports.lettering import MM_PER_POINT, Style, clean, one_line, wrap
from reports.surface import Box, Ladder

DOCUMENT = Manifest
MEDIA_TYPE = page.MEDIA_TYPE
PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
_LEFT = 18.0
_GREY = 0.38
_LADDER = Ladder(0.33, 0.19)
_BARS_WIDTH = 72.0


@dataclass(frozen=True, slots=True)
class Words:
    """The manifest's own words; another language is another set of them."""

    title: str = "Manifest"
    sender: str = "From"
    parcels: str = "Parcels"
    weight: str = "Weight"
    closed: str = "Closed"
    row: str = "No."
    tracking: str = "Tracking number"
    sscc: str = "SSCC"
    service: str = "Service"
    to: str = "To"
    kilograms: str = "kg"
    reference: str = "Reference"
    total: str = "Total"
    unweighed: str = "not weighed: {n}"
    handed: str = "Handed over: name, signature"
    taken: str = "Taken by the carrier: name, date and time, signature"
    page: str = "Page {number} of {pages}"


ENGLISH = Words()


def barcodes(document: Manifest) -> tuple[str, ...]:
    """What scanners report of each page of this manifest."""
    return (document.code,)


def render(document: Manifest, paper: str = "A4", words: Words = ENGLISH) -> bytes:
    """The pages of a manifest. `paper` is "A4" or "Letter". ValueError only for a code that can't be encoded."""
    return _Sheet(document, paper, words).finished()


def kilograms(weight_g: int) -> str:
    """Grams as kilograms to the gram: carriers bill by it.

    >>> kilograms(12840)
    '12.840'
    """
    return f"{weight_g // 1000:,}.{weight_g % 1000:03d}"


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table: its left edge and width, and whether it holds numbers (set from the right)."""

    word: str
    x: float
    width: float
    number: bool = False


class _Sheet:
    """One manifest being laid out."""

    def __init__(self, manifest: Manifest, paper: str, words: Words) -> None:
        self.manifest, self.words = manifest, words
        width, height = PAPERS[paper]
        self.wide = width - 2 * _LEFT
        self.bars: Bars = code128(manifest.code)
        self.sheet = page.Page(width, height, words.title, 0)
        self.flow = Flow(self.sheet, top=42.0, bottom=height - 20.0)
        self.weight_g = sum(row.weight_g or 0 for row in manifest.rows)

    def finished(self) -> bytes:
        self._opening()
        self._parties()
        self._table()
        self._totals()
        self._signatures()
        return self.flow.finished(self._running_head, self._foot)

    # ---- parts that run with the text -------------------------------------------------------------------------------

    def _opening(self) -> None:
        """Carrier and day, large, beside the code."""
        flow, left = self.flow, self.wide - _BARS_WIDTH - 4
        flow.y = 17.0
        flow.row([_cell(one_line(self.manifest.carrier), Weight.BOLD, 19, _LEFT, left)])
        flow.space(1)
        flow.row([_cell(self.words.title, Weight.REGULAR, 10.5, _LEFT, left, _GREY)])
        flow.space(5.5)
        flow.row([_cell(one_line(self.manifest.number), Weight.EXTRABOLD, 27, _LEFT, left)])
        flow.space(1)
        flow.row([_cell(one_line(self.manifest.day), Weight.REGULAR, 10.5, _LEFT, left, 0.2)])
        flow.space(8)

    def _parties(self) -> None:
        """Who hands over, and how much: the two figures a driver compares with the truck."""
        flow, w = self.flow, self.words
        half = self.wide / 2 - 4
        middle = _LEFT + self.wide / 2 + 4
        third = half / 3
        flow.keep(26)
        facts = ((w.parcels, f"{len(self.manifest.rows)}"), (w.weight, f"{kilograms(self.weight_g)} {w.kilograms}"))
        columns = [(middle, third), (middle + third, 2 * third)]
        heads = [_caption(word, x, width) for (word, _), (x, width) in zip(facts, columns, strict=True)]
        flow.row([_caption(w.sender, _LEFT, half), *heads])
        flow.space(1)
        shown = [_cell(v, Weight.BOLD, 19, x, width) for (_, v), (x, width) in zip(facts, columns, strict=True)]
        sender = self.manifest.ship_from
        flow.row([_cell(one_line(sender.name), Weight.BOLD, 13, _LEFT, half), *shown])
        closed = f"{w.closed} {one_line(self.manifest.closed_at)}"
        lines = "\n".join(address.lines(sender, contact=True))
        flow.row(
            [
                _cell(lines, Weight.REGULAR, 10, _LEFT, half, 0.2),
                _cell(closed, Weight.REGULAR, 10, middle, half, 0.2),
            ]
        )
        flow.space(9)

    def _columns(self) -> tuple[_Column, ...]:
        w, wide = self.words, self.wide
        return (
            _Column(w.row, _LEFT, 9, True),
            _Column(w.tracking, _LEFT + 13, 38),
            _Column(w.sscc, _LEFT + 53, 38),
            _Column(w.service, _LEFT + 93, wide - 155),
            _Column(w.to, _LEFT + wide - 60, 22),
            _Column(w.kilograms, _LEFT + wide - 37, 14, True),
            _Column(w.reference, _LEFT + wide - 20, 20, True),
        )

    def _table(self) -> None:
        flow = self.flow
        flow.keep(22)
        self._table_head()
        flow.again = self._table_head
        for number, row in enumerate(self.manifest.rows, start=1):
            flow.keep(7)
            flow.space(1.3)
            flow.row(self._row_cells(number, row))
            flow.space(1.3)
            flow.rule(_LEFT, self.wide, 0.15, 0.78)
        flow.again = None
        flow.space(4)

    def _table_head(self) -> None:
        self.flow.row([_caption(c.word, c.x, c.width, c.number) for c in self._columns()])
        self.flow.space(1.2)
        self.flow.rule(_LEFT, self.wide, 0.4)

    def _row_cells(self, number: int, row: ManifestRow) -> list[Cell]:
        place = " ".join(filter(None, (one_line(row.country), one_line(row.postcode))))
        weight = "–" if row.weight_g is None else kilograms(row.weight_g)
        texts = (str(number), row.tracking, row.sscc, row.service, place, weight, row.reference)
        faces = (Weight.REGULAR, Weight.MONO, Weight.MONO, *(Weight.REGULAR,) * 4)
        greys = (_GREY, 0.0, 0.2, 0.2, 0.0, 0.0, 0.2)
        return [
            _cell(one_line(text), face, 9, c.x, c.width, grey, c.number)
            for text, face, grey, c in zip(texts, faces, greys, self._columns(), strict=True)
        ]

    def _totals(self) -> None:
        """One row a service, and the sum; what was never weighed is said."""
        parcels: Counter[str] = Counter()
        grams: Counter[str] = Counter()
        for row in self.manifest.rows:
            parcels[one_line(row.service)] += 1
            grams[one_line(row.service)] += row.weight_g or 0
        if len(parcels) > 1:
            for service in sorted(parcels):
                self._total(service, parcels[service], grams[service], Weight.REGULAR)
        self.flow.rule(_LEFT + self.wide - 90, 90, 0.4)
        self.flow.space(1.5)
        self._total(self.words.total, len(self.manifest.rows), self.weight_g, Weight.BOLD)
        unweighed = sum(row.weight_g is None for row in self.manifest.rows)
        if unweighed:
            words = self.words.unweighed.format(n=unweighed)
            self.flow.row([_cell(words, Weight.REGULAR, 9, _LEFT + self.wide - 90, 90, 0.2, True)])
        self.flow.space(6)

    def _total(self, word: str, parcels: int, grams: int, weight: Weight) -> None:
        left = _LEFT + self.wide - 90
        self.flow.keep(9)
        self.flow.row(
            [
                _cell(word, weight, 10.5, left, 40),
                _cell(str(parcels), weight, 10.5, left + 42, 14, number=True),
                _cell(f"{kilograms(grams)} {self.words.kilograms}", weight, 10.5, left + 58, 32, number=True),
            ]
        )
        self.flow.space(1)

    def _signatures(self) -> None:
        flow, half = self.flow, self.wide / 2 - 6
        flow.keep(34)
        flow.space(20)
        y = flow.y
        flow.rule(_LEFT, half, 0.3)
        flow.y = y
        flow.rule(_LEFT + self.wide - half, half, 0.3)
        flow.space(1)
        taken = _LEFT + self.wide - half
        flow.row([_caption(self.words.handed, _LEFT, half), _caption(self.words.taken, taken, half)])

    # ---- parts of each page -----------------------------------------------------------------------------------------

    def _running_head(self, number: int) -> None:
        """The manifest's code on every page; carrier and number again from the second on."""
        sheet, right = self.sheet, _LEFT + self.wide
        module = module_mm(self.bars, _BARS_WIDTH + 8, _LADDER.wanted, _LADDER.smallest)
        ink = self.bars.length * module
        height = 14.0 if number == 1 else 10.0
        box = Box(right - _BARS_WIDTH + 10 * module, 17, _BARS_WIDTH, height)
        sheet.bars(box, self.bars, _LADDER, _BARS_WIDTH - 10 * module - ink)
        sheet.text(Box(right - ink, 17.8 + height, ink, 4), self.bars.human, Style(Weight.MONO, 9, 6))
        if number > 1:
            left = self.wide - _BARS_WIDTH - 4
            sheet.text(Box(_LEFT, 16.4, left, 8.6), one_line(self.manifest.number), Style(Weight.BOLD, 15, 8))
            again = f"{one_line(self.manifest.carrier)}   ·   {one_line(self.manifest.day)}"
            sheet.text(Box(_LEFT, 24.6, left, 6), again, Style(Weight.REGULAR, 10, 7), _GREY)

    def _foot(self, number: int, pages: int) -> None:
        sheet = self.sheet
        y = sheet.height - 14
        line = wrap(self.words.page.format(number=number, pages=pages), Weight.REGULAR, 9, self.wide)[0]
        sheet.line(_LEFT + self.wide - line.width * 9 * MM_PER_POINT, y + 2.98, line, 9, _GREY)
        sender = self.manifest.ship_from
        words = "   ·   ".join(filter(None, map(one_line, (sender.name, sender.phone, sender.email))))
        sheet.text(Box(_LEFT, y, self.wide - 40, 4.6), words, Style(Weight.REGULAR, 9, 7), _GREY)


def _cell(
    text: str, weight: Weight, size: float, x: float, width: float, grey: float = 0.0, number: bool = False
) -> Cell:
    lines = tuple((line, size, grey) for line in wrap(clean(text), weight, size, width))
    return Cell(x, width, lines, 1.0 if number else 0.0)


def _caption(text: str, x: float, width: float, number: bool = False) -> Cell:
    return _cell(text, Weight.SEMIBOLD, 8.5, x, width, _GREY, number)
