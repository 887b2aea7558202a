"""The reorder list: what is to be bought again, supplier by supplier, A4 or Letter.

Each supplier begins with its name and how many products and units to order; the figure to order stands last and bold,
the figures that it follows from stand before it. Each page carries the code of the list.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.documents import ReorderList, ReorderRow, ReorderSupplier
from reports import page
from reports.faces import Weight
from reports.flow import Cell
from reports.lettering import one_line
from reports.slips.base import LEFT, Column, Corner, Sheet, cell

DOCUMENT = ReorderList
MEDIA_TYPE = page.MEDIA_TYPE
_CORNER = Corner(width=78.0)


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
    return _List(document, paper, words).finished()


class _List:
    """One list being laid out."""

    def __init__(self, document: ReorderList, paper: str, words: Words) -> None:
        self.document, self.words = document, words
        self.sheet = Sheet(words.title, paper, document.code, _CORNER)
        self.flow, self.wide = self.sheet.flow, self.sheet.wide

    def finished(self) -> bytes:
        self._opening()
        for supplier in self.document.suppliers:
            self._supplier(supplier)
        if not self.document.suppliers:
            self.flow.row([cell(self.words.nothing, Weight.REGULAR, 13, LEFT, self.wide)])
        return self.flow.finished(self._running_head, self._foot)

    # ---- parts that run with the text -------------------------------------------------------------------------------

    def _opening(self) -> None:
        """Shop and day, large, beside the code."""
        flow, left = self.flow, self.sheet.beside
        flow.y = 17.0
        flow.row([cell(one_line(self.document.shop), Weight.BOLD, 15, LEFT, left)])
        flow.space(1)
        flow.row([cell(self.words.title, Weight.EXTRABOLD, 24, LEFT, left)])
        flow.space(1)
        flow.row([cell(one_line(self.document.date), Weight.REGULAR, 10.5, LEFT, left, 0.2)])
        flow.space(9)

    def _supplier(self, supplier: ReorderSupplier) -> None:
        """A heading that never stands alone at the foot of a page, and its rows."""
        flow, units = self.flow, sum(row.order for row in supplier.rows)
        flow.keep(34)
        name = one_line(supplier.supplier) or self.words.no_supplier
        flow.row([cell(name, Weight.BOLD, 14, LEFT, self.wide - 62), self._sum(len(supplier.rows), units)])
        flow.space(2.5)
        self.sheet.table(self._columns(), map(self._row_cells, supplier.rows), keep=9, air=1.3)
        flow.space(9)

    def _sum(self, products: int, units: int) -> Cell:
        words = self.words.summary.format(products=products, units=f"{units:,}")
        return cell(words, Weight.REGULAR, 10.5, LEFT + self.wide - 60, 60, 0.2, True)

    def _columns(self) -> tuple[Column, ...]:
        w, wide = self.words, self.wide
        return (
            Column(w.sku, LEFT, 34),
            Column(w.name, LEFT + 36, wide - 132),
            Column(w.on_hand, LEFT + wide - 95, 15, True),
            Column(w.promised, LEFT + wide - 79, 15, True),
            Column(w.on_the_way, LEFT + wide - 63, 16, True),
            Column(w.bounds, LEFT + wide - 46, 19, True),
            Column(w.pack, LEFT + wide - 26, 9, True),
            Column(w.order, LEFT + wide - 16, 16, True),
        )

    def _row_cells(self, row: ReorderRow) -> list[Cell]:
        bounds = f"{row.minimum:,} – {row.maximum:,}"
        figures = (f"{row.on_hand:,}", f"{row.promised:,}", f"{row.on_the_way:,}", bounds, f"{row.pack:,}")
        texts = (one_line(row.sku), one_line(row.name), *figures, f"{row.order:,}")
        faces = (Weight.MONO, *(Weight.REGULAR,) * 6, Weight.BOLD)
        sizes = (9.0, 9.5, *(9.5,) * 5, 11.5)
        greys = (0.2, 0.0, *(0.2,) * 5, 0.0)
        return [
            cell(text, face, size, c.x, c.width, grey, c.number)
            for text, face, size, grey, c in zip(texts, faces, sizes, greys, self._columns(), strict=True)
        ]

    # ---- parts of each page -----------------------------------------------------------------------------------------

    def _running_head(self, number: int) -> None:
        """The code on every page; title and day again from the second on."""
        self.sheet.running_head(number, self.words.title, one_line(self.document.date))

    def _foot(self, number: int, pages: int) -> None:
        self.sheet.foot(one_line(self.document.shop), self.words.page.format(number=number, pages=pages))
