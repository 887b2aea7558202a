"""The packing slip: the paper in the box, A4 or Letter, as many pages as it takes.

Everything that was written is printed: long names wrap, long rows run on over the page. With `gift` there is no price
column, no total and no word of paying; the message stands where it is read first. Each page carries the order's number
and its code, so that a lost second page finds its way.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.documents import PackingSlip, SlipLine, SlipTotal
from reports import page
from reports.barcodes import Bars, code128, module_mm
from reports.drawings import address
from reports.faces import Weight
from reports.flow import Cell, Flow
from reports.lettering import MM_PER_POINT, Line, Style, clean, fit, one_line, wrap
from reports.surface import Box, Ladder
from reports.words import SLIP_WORDS, money

DOCUMENT = PackingSlip
MEDIA_TYPE = page.MEDIA_TYPE
PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
_LEFT = 18.0
_GREY = 0.38
_LADDER = Ladder(0.33, 0.19)


def barcodes(document: PackingSlip) -> tuple[str, ...]:
    """What scanners report of each page of this slip."""
    return (document.order_code,)


def render(document: PackingSlip, paper: str = "A4") -> bytes:
    """The pages of a slip. `paper` is "A4" or "Letter". ValueError only for an order code that can't be encoded."""
    return _Slip(document, paper).finished()


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table: its left edge and width, and whether it holds numbers (set from the right)."""

    word: str
    x: float
    width: float
    number: bool = False


class _Slip:
    """One slip being laid out."""

    def __init__(self, slip: PackingSlip, paper: str) -> None:
        self.slip = slip
        self.words = SLIP_WORDS.get(slip.language, SLIP_WORDS["en"])
        width, height = PAPERS[paper]
        self.wide = width - 2 * _LEFT
        self.bars: Bars = code128(slip.order_code)
        self.sheet = page.Page(width, height, self.words.title, 0)
        self.flow = Flow(self.sheet, top=42.0, bottom=height - 20.0)

    def finished(self) -> bytes:
        self._opening()
        self._addresses()
        self._message()
        self._table()
        if not self.slip.gift:
            self._totals()
        self._note()
        return self.flow.finished(self._running_head, self._foot)

    # ---- parts that run with the text -------------------------------------------------------------------------------

    def _opening(self) -> None:
        """Shop and order number, large, beside the code."""
        flow, slip = self.flow, self.slip
        self.flow.y = 17.0
        left = self.wide - 76
        flow.row([self._cell(one_line(slip.shop), Weight.BOLD, 19, _LEFT, left)])
        flow.space(1)
        flow.row([self._cell(self.words.title, Weight.REGULAR, 10.5, _LEFT, left, _GREY)])
        flow.space(5.5)
        number = f"{self.words.order} {one_line(slip.order_number)}"
        flow.row([self._cell(number, Weight.EXTRABOLD, 27, _LEFT, left)])
        flow.space(1)
        facts = [one_line(slip.date)]
        facts += [f"{word} {one_line(value)}".strip() for word, value in self._facts() if value]
        flow.row([self._cell("   ·   ".join(filter(None, facts)), Weight.REGULAR, 10.5, _LEFT, left, 0.2)])
        flow.space(8)

    def _facts(self) -> tuple[tuple[str, str], ...]:
        box = self.slip.box
        word = "" if box.lower().startswith(self.words.box.lower()) else self.words.box
        return ((self.words.parcel, self.slip.parcel), (word, box))

    def _addresses(self) -> None:
        flow, half = self.flow, self.wide / 2 - 4
        middle = _LEFT + self.wide / 2 + 4
        flow.keep(26)
        flow.row([self._caption(self.words.ship_to, _LEFT, half), self._caption(self.words.sender, middle, half)])
        flow.space(1)
        to, sender, language = self.slip.ship_to, self.slip.ship_from, self.words.language
        flow.row(
            [
                self._cell(one_line(to.name), Weight.BOLD, 13, _LEFT, half),
                self._cell(one_line(sender.name), Weight.SEMIBOLD, 10.5, middle, half),
            ]
        )
        flow.row(
            [
                self._cell("\n".join(address.lines(to, language)), Weight.REGULAR, 11.5, _LEFT, half),
                self._cell(
                    "\n".join(address.lines(sender, language, contact=True)),
                    Weight.REGULAR,
                    10,
                    middle,
                    half,
                    0.2,
                ),
            ]
        )
        flow.space(9)

    def _message(self) -> None:
        """The gift message: centred in the measure of a card, with air around it."""
        text = clean(self.slip.gift_message).strip()
        if not text:
            return
        flow, inset = self.flow, 14.0
        flow.keep(30)
        flow.rule(_LEFT, self.wide, 0.3)
        flow.space(6)
        flow.row([self._centred(self.words.gift, Weight.SEMIBOLD, 9.5, _LEFT, self.wide, _GREY)])
        flow.space(2.5)
        flow.row([self._centred(text, Weight.REGULAR, 15, _LEFT + inset, self.wide - 2 * inset, 0.1)])
        flow.space(7)
        flow.rule(_LEFT, self.wide, 0.3)
        flow.space(9)

    def _columns(self) -> tuple[_Column, ...]:
        w, right = self.words, _LEFT + self.wide
        sku = _Column(w.sku, _LEFT, 31)
        if self.slip.gift:
            item = _Column(w.item, _LEFT + 34, self.wide - 34 - 40)
            return (sku, item, _Column(w.ordered, right - 37, 17, True), _Column(w.shipped, right - 17, 17, True))
        item = _Column(w.item, _LEFT + 34, self.wide - 34 - 82)
        return (
            sku,
            item,
            _Column(w.ordered, right - 79, 16, True),
            _Column(w.shipped, right - 61, 16, True),
            _Column(w.price, right - 43, 20, True),
            _Column(w.total, right - 21, 21, True),
        )

    def _table(self) -> None:
        flow = self.flow
        flow.keep(22)
        self._table_head()
        flow.again = self._table_head
        for line in self.slip.lines:
            flow.keep(11)
            flow.space(2.3)
            cells = self._line_cells(line)
            flow.row(cells)
            flow.space(2.3)
            flow.rule(_LEFT, self.wide, 0.15, 0.78)
        flow.again = None
        flow.space(4)

    def _table_head(self) -> None:
        columns = self._columns()
        self.flow.row([self._caption(c.word, c.x, c.width, c.number) for c in columns])
        if not self.slip.gift and self.slip.currency:
            self.flow.row([self._currency(column) for column in columns[4:]])
        self.flow.space(1.2)
        self.flow.rule(_LEFT, self.wide, 0.4)

    def _currency(self, column: _Column) -> Cell:
        """One line, however long: the head stands on each page and must leave room for the rows."""
        block = fit(one_line(self.slip.currency), Style(Weight.REGULAR, 7.5, 5), column.width, 3.4)
        return Cell(column.x, column.width, tuple((line, block.size, _GREY) for line in block.lines[:1]), 1.0)

    def _line_cells(self, line: SlipLine) -> list[Cell]:
        columns = self._columns()
        short = line.shipped != line.ordered
        name, variant = clean(line.name).strip(), clean(line.variant).strip()
        item = self._lines(name, Weight.SEMIBOLD, 10.5, columns[1].width, 0.0)
        item += self._lines(variant, Weight.REGULAR, 9.5, columns[1].width, _GREY)
        cells = [
            self._cell(one_line(line.sku), Weight.MONO, 9, columns[0].x, columns[0].width, 0.2),
            Cell(columns[1].x, columns[1].width, tuple(item)),
            self._number(str(line.ordered), columns[2], Weight.REGULAR, _GREY),
            self._number(str(line.shipped), columns[3], Weight.BOLD if short else Weight.SEMIBOLD),
        ]
        if not self.slip.gift:
            for column, amount in zip(columns[4:], (line.unit_price, line.total), strict=True):
                shown = "" if amount is None else self._money(amount)
                cells.append(self._number(shown, column, Weight.REGULAR))
        return cells

    def _totals(self) -> None:
        for total in self.slip.totals:
            self.flow.keep(9)
            self._total(total)
        self.flow.space(6)

    def _money(self, amount: Decimal) -> str:
        return money(amount, self.slip.currency, self.words.numbers)

    def _total(self, total: SlipTotal) -> None:
        right = _LEFT + self.wide
        weight, size = (Weight.BOLD, 12.5) if total.strong else (Weight.REGULAR, 10.5)
        if total.strong:
            self.flow.space(1.2)
            self.flow.rule(right - 79, 79, 0.4)
            self.flow.space(1.8)
        shown = self._money(total.amount)
        if total.strong and self.slip.currency:
            shown = f"{shown} {one_line(self.slip.currency)}"
        label = one_line(total.label)
        self.flow.row(
            [
                self._cell(self.words.totals.get(label, label), weight, size, right - 79, 38),
                self._cell(shown, weight, size, right - 40, 40, 0.0, True),
            ]
        )
        self.flow.space(1)

    def _note(self) -> None:
        text = clean(self.slip.note).strip()
        if not text:
            return
        self.flow.keep(16)
        self.flow.row([self._caption(self.words.note, _LEFT, self.wide)])
        self.flow.space(1)
        self.flow.row([self._cell(text, Weight.REGULAR, 10.5, _LEFT, min(self.wide, 130.0), 0.1)])

    # ---- parts of each page -----------------------------------------------------------------------------------------

    def _running_head(self, number: int) -> None:
        """The order's code on every page; shop and number again from the second on; the mark of a second print."""
        sheet, right = self.sheet, _LEFT + self.wide
        width = 72.0
        module = module_mm(self.bars, width + 8, _LADDER.wanted, _LADDER.smallest)
        ink = self.bars.length * module
        at_first = number == 1
        left = right - width + 10 * module
        height = 14.0 if at_first else 10.0
        sheet.bars(Box(left, 17, width, height), self.bars, _LADDER, width - 10 * module - ink)
        code = Style(Weight.MONO, 9, 6)
        sheet.text(Box(right - ink, 17.8 + height, ink, 4), self.bars.human, code)
        if not at_first:
            sheet.text(Box(_LEFT, 16.4, self.wide - 76, 8.6), self._order_number(), Style(Weight.BOLD, 15, 8))
            sheet.text(
                Box(_LEFT, 24.6, self.wide - 76, 6), one_line(self.slip.shop), Style(Weight.REGULAR, 10, 7), _GREY
            )
        if self.slip.duplicate:
            self._duplicate_mark(right, 39.0 if at_first else 32.5)

    def _order_number(self) -> str:
        return f"{self.words.order} {one_line(self.slip.order_number)}"

    def _duplicate_mark(self, right: float, y: float) -> None:
        line = wrap(clean(self.words.duplicate), Weight.EXTRABOLD, 12, 60)[0]
        wide = line.width * 12 * MM_PER_POINT + 6
        self.sheet.frame(Box(right - wide, y, wide, 7), 0.6)
        self.sheet.line(right - wide + 3, y + 4.95, line, 12)

    def _foot(self, number: int, pages: int) -> None:
        sheet = self.sheet
        y = sheet.height - 14
        shown = self.words.page.format(number=number, pages=pages)
        line = wrap(shown, Weight.REGULAR, 9, self.wide)[0]
        sheet.line(_LEFT + self.wide - line.width * 9 * MM_PER_POINT, y + 2.98, line, 9, _GREY)
        sheet.text(Box(_LEFT, y, self.wide - 40, 4.6), self._signature(), Style(Weight.REGULAR, 9, 7), _GREY)

    def _signature(self) -> str:
        sender = self.slip.ship_from
        return "   ·   ".join(filter(None, map(one_line, (self.slip.shop, sender.email, sender.phone))))

    # ---- cells ------------------------------------------------------------------------------------------------------

    def _lines(
        self, text: str, weight: Weight, size: float, width: float, grey: float
    ) -> list[tuple[Line, float, float]]:
        return [(line, size, grey) for line in wrap(text, weight, size, width)]

    def _cell(
        self, text: str, weight: Weight, size: float, x: float, width: float, grey: float = 0.0, number: bool = False
    ) -> Cell:
        lines = tuple(self._lines(clean(text), weight, size, width, grey))
        return Cell(x, width, lines, 1.0 if number else 0.0)

    def _centred(self, text: str, weight: Weight, size: float, x: float, width: float, grey: float) -> Cell:
        return Cell(x, width, tuple(self._lines(text, weight, size, width, grey)), 0.5)

    def _caption(self, text: str, x: float, width: float, number: bool = False) -> Cell:
        return self._cell(text, Weight.SEMIBOLD, 8.5, x, width, _GREY, number)

    def _number(self, text: str, column: _Column, weight: Weight, grey: float = 0.0) -> Cell:
        return self._cell(text, weight, 10.5, column.x, column.width, grey, number=True)
