"""The return form: the paper that a customer lays into the parcel that comes back, A4 or Letter.

Its code opens the return at the bench with one scan, so it stands on every page, large and alone. Where the parcel goes
is set like the address of a letter; what is sent back and why follows as it was announced.
"""

from __future__ import annotations

from app.documents import ReturnForm, ReturnFormLine
from reports import page
from reports.barcodes import Bars, code128, module_mm
from reports.drawings import address
from reports.faces import Weight
from reports.flow import Cell, Flow, SetLine
from reports.lettering import MM_PER_POINT, Style, clean, one_line, wrap
from reports.surface import Box, Ladder
from reports.words import RETURN_WORDS

DOCUMENT = ReturnForm
MEDIA_TYPE = page.MEDIA_TYPE
PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
_LEFT = 18.0
_GREY = 0.38
_LADDER = Ladder(0.38, 0.19)
_BARS_WIDTH = 84.0


def barcodes(document: ReturnForm) -> tuple[str, ...]:
    """What scanners report of each page of this form."""
    return (document.code,)


def render(document: ReturnForm, paper: str = "A4") -> bytes:
    """The pages of a form. `paper` is "A4" or "Letter". ValueError only for a code that can't be encoded."""
    return _Sheet(document, paper).finished()


class _Sheet:
    """One form being laid out."""

    def __init__(self, form: ReturnForm, paper: str) -> None:
        self.form = form
        self.words = RETURN_WORDS.get(form.language, RETURN_WORDS["en"])
        width, height = PAPERS[paper]
        self.wide = width - 2 * _LEFT
        self.bars: Bars = code128(form.code)
        self.sheet = page.Page(width, height, self.words.title, 0)
        self.flow = Flow(self.sheet, top=46.0, bottom=height - 20.0)

    def finished(self) -> bytes:
        self._opening()
        self._addresses()
        self._table()
        self._wish()
        return self.flow.finished(self._running_head, self._foot)

    # ---- parts that run with the text -------------------------------------------------------------------------------

    def _opening(self) -> None:
        """Shop and number of the return, large, beside the code."""
        flow, left = self.flow, self.wide - _BARS_WIDTH - 4
        flow.y = 17.0
        flow.row([_cell(one_line(self.form.shop), Weight.BOLD, 19, _LEFT, left)])
        flow.space(1)
        flow.row([_cell(self.words.title, Weight.REGULAR, 10.5, _LEFT, left, _GREY)])
        flow.space(5.5)
        flow.row([_cell(one_line(self.form.number), Weight.EXTRABOLD, 27, _LEFT, left)])
        flow.space(1)
        facts = (f"{self.words.order} {one_line(self.form.order_number)}".strip(), one_line(self.form.date))
        flow.row([_cell("   ·   ".join(filter(None, facts)), Weight.REGULAR, 10.5, _LEFT, left, 0.2)])
        flow.space(9)

    def _addresses(self) -> None:
        flow, half = self.flow, self.wide / 2 - 4
        middle = _LEFT + self.wide / 2 + 4
        flow.keep(30)
        flow.row([_caption(self.words.send_to, _LEFT, half), _caption(self.words.sender, middle, half)])
        flow.space(1)
        to, sender = self.form.send_to, self.form.customer
        flow.row(
            [
                _cell(one_line(to.name), Weight.BOLD, 15, _LEFT, half),
                _cell(one_line(sender.name), Weight.SEMIBOLD, 10.5, middle, half),
            ]
        )
        flow.row(
            [
                _cell("\n".join(address.lines(to, self.words.language)), Weight.REGULAR, 13, _LEFT, half),
                _cell("\n".join(address.lines(sender, self.words.language)), Weight.REGULAR, 10, middle, half, 0.2),
            ]
        )
        flow.space(7)
        flow.rule(_LEFT, self.wide, 0.3)
        flow.space(3)
        flow.row([_cell(self.words.lay, Weight.SEMIBOLD, 11, _LEFT, self.wide)])
        flow.space(3)
        flow.rule(_LEFT, self.wide, 0.3)
        flow.space(9)

    def _columns(self) -> tuple[tuple[str, float, float, bool], ...]:
        """(word, left edge, width, whether it holds numbers) of each column."""
        w, wide = self.words, self.wide
        return (
            (w.quantity, _LEFT, 12, True),
            (w.sku, _LEFT + 17, 32, False),
            (w.item, _LEFT + 52, wide - 102, False),
            (w.reason, _LEFT + wide - 47, 47, False),
        )

    def _table(self) -> None:
        flow = self.flow
        flow.keep(22)
        self._table_head()
        flow.again = self._table_head
        for line in self.form.lines:
            flow.keep(11)
            flow.space(2.3)
            flow.row(self._line_cells(line))
            flow.space(2.3)
            flow.rule(_LEFT, self.wide, 0.15, 0.78)
        flow.again = None
        flow.space(6)

    def _table_head(self) -> None:
        self.flow.row([_caption(word, x, width, number) for word, x, width, number in self._columns()])
        self.flow.space(1.2)
        self.flow.rule(_LEFT, self.wide, 0.4)

    def _line_cells(self, line: ReturnFormLine) -> list[Cell]:
        quantity, sku, item, reason = self._columns()
        goods = _lines(clean(line.name).strip(), Weight.SEMIBOLD, 10.5, item[2], 0.0)
        goods += _lines(clean(line.variant).strip(), Weight.REGULAR, 9.5, item[2], _GREY)
        return [
            _cell(str(line.quantity), Weight.BOLD, 10.5, quantity[1], quantity[2], number=True),
            _cell(one_line(line.sku), Weight.MONO, 9, sku[1], sku[2], 0.2),
            Cell(item[1], item[2], tuple(goods)),
            _cell(clean(line.reason).strip(), Weight.REGULAR, 10, reason[1], reason[2], 0.2),
        ]

    def _wish(self) -> None:
        wish = one_line(self.form.wish)
        if not wish:
            return
        wish = self.words.wishes.get(wish, wish)
        self.flow.keep(14)
        self.flow.row([_caption(self.words.wish, _LEFT, self.wide)])
        self.flow.space(1)
        self.flow.row([_cell(wish, Weight.BOLD, 13, _LEFT, self.wide)])

    # ---- parts of each page -----------------------------------------------------------------------------------------

    def _running_head(self, number: int) -> None:
        """The return's code on every page; its number again from the second on."""
        sheet, right = self.sheet, _LEFT + self.wide
        module = module_mm(self.bars, _BARS_WIDTH + 8, _LADDER.wanted, _LADDER.smallest)
        ink = self.bars.length * module
        height = 19.0 if number == 1 else 12.0
        box = Box(right - _BARS_WIDTH + 10 * module, 17, _BARS_WIDTH, height)
        sheet.bars(box, self.bars, _LADDER, _BARS_WIDTH - 10 * module - ink)
        sheet.text(Box(right - ink, 17.8 + height, ink, 4.4), self.bars.human, Style(Weight.MONO, 10, 6))
        if number > 1:
            left = self.wide - _BARS_WIDTH - 4
            sheet.text(Box(_LEFT, 16.4, left, 8.6), one_line(self.form.number), Style(Weight.BOLD, 15, 8))
            sheet.text(Box(_LEFT, 24.6, left, 6), one_line(self.form.shop), Style(Weight.REGULAR, 10, 7), _GREY)

    def _foot(self, number: int, pages: int) -> None:
        sheet = self.sheet
        y = sheet.height - 14
        line = wrap(self.words.page.format(number=number, pages=pages), Weight.REGULAR, 9, self.wide)[0]
        sheet.line(_LEFT + self.wide - line.width * 9 * MM_PER_POINT, y + 2.98, line, 9, _GREY)
        to = self.form.send_to
        words = "   ·   ".join(filter(None, map(one_line, (self.form.shop, to.email, to.phone))))
        sheet.text(Box(_LEFT, y, self.wide - 40, 4.6), words, Style(Weight.REGULAR, 9, 7), _GREY)


def _lines(text: str, weight: Weight, size: float, width: float, grey: float) -> list[SetLine]:
    return [(line, size, grey) for line in wrap(text, weight, size, width)] if text else []


def _cell(
    text: str, weight: Weight, size: float, x: float, width: float, grey: float = 0.0, number: bool = False
) -> Cell:
    lines = tuple((line, size, grey) for line in wrap(clean(text), weight, size, width))
    return Cell(x, width, lines, 1.0 if number else 0.0)


def _caption(text: str, x: float, width: float, number: bool = False) -> Cell:
    return _cell(text, Weight.SEMIBOLD, 8.5, x, width, _GREY, number)
