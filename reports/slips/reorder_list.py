"""The reorder list: what is to be bought again, supplier by supplier, A4 or Letter.

Each supplier begins with its name and how many products and units to order; the figure to order stands last and bold,
the figures that it follows from stand before it. Each page carries the code of the list.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.documents import ReorderList, ReorderRow, ReorderSupplier
from reports import page
from reports.barcodes import Bars, code128, module_mm
from reports.faces import Weight
from reports.flow import Cell, Flow
from reports.lettering import MM_PER_POINT, Style, clean, one_line, wrap
from reports.surface import Box, Ladder

DOCUMENT = ReorderList
MEDIA_TYPE = page.MEDIA_TYPE
PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
_LEFT = 18.0
_GREY = 0.38
_LADDER = Ladder(0.33, 0.19)
_BARS_WIDTH = 78.0


@dataclass(frozen=True, slots=True)
class Words:
    """The list's own words; another language is another set of them."""

    title: str = "Reorder list"
    no_supplier: str = "No supplier named"
    summary: str = "{products} products, {units} units"
    sku: str = "SKU"
    name: str = "Product"
    on_hand: str = "On hand"
    promised: str = "Promised"
    on_the_way: str = "On the way"
    bounds: str = "Min – max"
    pack: str = "Pack"
    order: str = "Order"
    nothing: str = "Nothing is below its minimum."
    page: str = "Page {number} of {pages}"


ENGLISH = Words()


def barcodes(document: ReorderList) -> tuple[str, ...]:
    """What scanners report of each page of this list."""
    return (document.code,)


def render(document: ReorderList, paper: str = "A4", words: Words = ENGLISH) -> bytes:
    """The pages of a list. `paper` is "A4" or "Letter". ValueError only for a code that can't be encoded."""
    return _Sheet(document, paper, words).finished()


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table: its left edge and width, and whether it holds numbers (set from the right)."""

    word: str
    x: float
    width: float
    number: bool = False


class _Sheet:
    """One list being laid out."""

    def __init__(self, document: ReorderList, paper: str, words: Words) -> None:
        self.document, self.words = document, words
        width, height = PAPERS[paper]
        self.wide = width - 2 * _LEFT
        self.bars: Bars = code128(document.code)
        self.sheet = page.Page(width, height, words.title, 0)
        self.flow = Flow(self.sheet, top=42.0, bottom=height - 20.0)

    def finished(self) -> bytes:
        self._opening()
        for supplier in self.document.suppliers:
            self._supplier(supplier)
        if not self.document.suppliers:
            self.flow.row([_cell(self.words.nothing, Weight.REGULAR, 13, _LEFT, self.wide)])
        return self.flow.finished(self._running_head, self._foot)

    # ---- parts that run with the text -------------------------------------------------------------------------------

    def _opening(self) -> None:
        """Shop and day, large, beside the code."""
        flow, left = self.flow, self.wide - _BARS_WIDTH - 4
        flow.y = 17.0
        flow.row([_cell(one_line(self.document.shop), Weight.BOLD, 15, _LEFT, left)])
        flow.space(1)
        flow.row([_cell(self.words.title, Weight.EXTRABOLD, 24, _LEFT, left)])
        flow.space(1)
        flow.row([_cell(one_line(self.document.date), Weight.REGULAR, 10.5, _LEFT, left, 0.2)])
        flow.space(9)

    def _supplier(self, supplier: ReorderSupplier) -> None:
        """A heading that never stands alone at the foot of a page, and its rows."""
        flow, units = self.flow, sum(row.order for row in supplier.rows)
        flow.keep(34)
        name = one_line(supplier.supplier) or self.words.no_supplier
        flow.row([_cell(name, Weight.BOLD, 14, _LEFT, self.wide - 62), self._sum(len(supplier.rows), units)])
        flow.space(2.5)
        self._table_head()
        flow.again = self._table_head
        for row in supplier.rows:
            flow.keep(9)
            flow.space(1.3)
            flow.row(self._row_cells(row))
            flow.space(1.3)
            flow.rule(_LEFT, self.wide, 0.15, 0.78)
        flow.again = None
        flow.space(9)

    def _sum(self, products: int, units: int) -> Cell:
        words = self.words.summary.format(products=products, units=f"{units:,}")
        return _cell(words, Weight.REGULAR, 10.5, _LEFT + self.wide - 60, 60, 0.2, True)

    def _columns(self) -> tuple[_Column, ...]:
        w, wide = self.words, self.wide
        return (
            _Column(w.sku, _LEFT, 34),
            _Column(w.name, _LEFT + 36, wide - 132),
            _Column(w.on_hand, _LEFT + wide - 95, 15, True),
            _Column(w.promised, _LEFT + wide - 79, 15, True),
            _Column(w.on_the_way, _LEFT + wide - 63, 16, True),
            _Column(w.bounds, _LEFT + wide - 46, 19, True),
            _Column(w.pack, _LEFT + wide - 26, 9, True),
            _Column(w.order, _LEFT + wide - 16, 16, True),
        )

    def _table_head(self) -> None:
        self.flow.row([_caption(c.word, c.x, c.width, c.number) for c in self._columns()])
        self.flow.space(1.2)
        self.flow.rule(_LEFT, self.wide, 0.4)

    def _row_cells(self, row: ReorderRow) -> list[Cell]:
        bounds = f"{row.minimum:,} – {row.maximum:,}"
        figures = (f"{row.on_hand:,}", f"{row.promised:,}", f"{row.on_the_way:,}", bounds, f"{row.pack:,}")
        texts = (one_line(row.sku), one_line(row.name), *figures, f"{row.order:,}")
        faces = (Weight.MONO, *(Weight.REGULAR,) * 6, Weight.BOLD)
        sizes = (9.0, 9.5, *(9.5,) * 5, 11.5)
        greys = (0.2, 0.0, *(0.2,) * 5, 0.0)
        return [
            _cell(text, face, size, c.x, c.width, grey, c.number)
            for text, face, size, grey, c in zip(texts, faces, sizes, greys, self._columns(), strict=True)
        ]

    # ---- parts of each page -----------------------------------------------------------------------------------------

    def _running_head(self, number: int) -> None:
        """The code on every page; title and day again from the second on."""
        sheet, right = self.sheet, _LEFT + self.wide
        module = module_mm(self.bars, _BARS_WIDTH + 8, _LADDER.wanted, _LADDER.smallest)
        ink = self.bars.length * module
        height = 14.0 if number == 1 else 10.0
        box = Box(right - _BARS_WIDTH + 10 * module, 17, _BARS_WIDTH, height)
        sheet.bars(box, self.bars, _LADDER, _BARS_WIDTH - 10 * module - ink)
        sheet.text(Box(right - ink, 17.8 + height, ink, 4), self.bars.human, Style(Weight.MONO, 9, 6))
        if number > 1:
            left = self.wide - _BARS_WIDTH - 4
            sheet.text(Box(_LEFT, 16.4, left, 8.6), self.words.title, Style(Weight.BOLD, 15, 8))
            sheet.text(Box(_LEFT, 24.6, left, 6), one_line(self.document.date), Style(Weight.REGULAR, 10, 7), _GREY)

    def _foot(self, number: int, pages: int) -> None:
        sheet = self.sheet
        y = sheet.height - 14
        line = wrap(self.words.page.format(number=number, pages=pages), Weight.REGULAR, 9, self.wide)[0]
        sheet.line(_LEFT + self.wide - line.width * 9 * MM_PER_POINT, y + 2.98, line, 9, _GREY)
        sheet.text(Box(_LEFT, y, self.wide - 40, 4.6), one_line(self.document.shop), Style(Weight.REGULAR, 9, 7), _GREY)


def _cell(
    text: str, weight: Weight, size: float, x: float, width: float, grey: float = 0.0, number: bool = False
) -> Cell:
    lines = tuple((line, size, grey) for line in wrap(clean(text), weight, size, width))
    return Cell(x, width, lines, 1.0 if number else 0.0)


def _caption(text: str, x: float, width: float, number: bool = False) -> Cell:
    return _cell(text, Weight.SEMIBOLD, 8.5, x, width, _GREY, number)
