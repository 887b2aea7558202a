"""The return form: the paper that a customer lays into the parcel that comes back, A4 or Letter.

Its code opens the return at the bench with one scan, so it stands on every page, large and alone. Where the parcel goes
is set like the address of a letter; what is sent back and why follows as it was announced.
"""

from __future__ import annotations

from app.documents import ReturnForm, ReturnFormLine
from reports import page
from reports.drawings import address
from reports.faces import Weight
from reports.flow import Cell, SetLine
from reports.lettering import clean, one_line
from reports.slips.base import GREY, LEFT, Column, Corner, Sheet, caption, cell, joined, set_lines
from reports.surface import Ladder
from reports.words import RETURN_WORDS

DOCUMENT = ReturnForm
MEDIA_TYPE = page.MEDIA_TYPE
_CORNER = Corner(width=84.0, ladder=Ladder(0.38, 0.19), first=19.0, later=12.0, size=10.0, line=4.4)


def barcodes(document: ReturnForm) -> tuple[str, ...]:
    """What scanners report of each page of this form."""
    return (document.code,)


def render(document: ReturnForm, paper: str = "A4") -> bytes:
    """The pages of a form. `paper` is "A4" or "Letter". ValueError only for a code that can't be encoded."""
    return _Form(document, paper).finished()


class _Form:
    """One form being laid out."""

    def __init__(self, form: ReturnForm, paper: str) -> None:
        self.form = form
        self.words = RETURN_WORDS.get(form.language, RETURN_WORDS["en"])
        self.sheet = Sheet(self.words.title, paper, form.code, _CORNER, top=46.0)
        self.flow, self.wide = self.sheet.flow, self.sheet.wide

    def finished(self) -> bytes:
        self._opening()
        self._addresses()
        self._table()
        self._wish()
        return self.flow.finished(self._running_head, self._foot)

    # ---- parts that run with the text -------------------------------------------------------------------------------

    def _opening(self) -> None:
        """Shop and number of the return, large, beside the code."""
        flow, left = self.flow, self.sheet.beside
        flow.y = 17.0
        flow.row([cell(one_line(self.form.shop), Weight.BOLD, 19, LEFT, left)])
        flow.space(1)
        flow.row([cell(self.words.title, Weight.REGULAR, 10.5, LEFT, left, GREY)])
        flow.space(5.5)
        flow.row([cell(one_line(self.form.number), Weight.EXTRABOLD, 27, LEFT, left)])
        flow.space(1)
        facts = joined(f"{self.words.order} {one_line(self.form.order_number)}", self.form.date)
        flow.row([cell(facts, Weight.REGULAR, 10.5, LEFT, left, 0.2)])
        flow.space(9)

    def _addresses(self) -> None:
        flow, half = self.flow, self.wide / 2 - 4
        middle = LEFT + self.wide / 2 + 4
        flow.keep(30)
        flow.row([caption(self.words.send_to, LEFT, half), caption(self.words.sender, middle, half)])
        flow.space(1)
        to, sender = self.form.send_to, self.form.customer
        flow.row(
            [
                cell(one_line(to.name), Weight.BOLD, 15, LEFT, half),
                cell(one_line(sender.name), Weight.SEMIBOLD, 10.5, middle, half),
            ]
        )
        flow.row(
            [
                cell("\n".join(address.lines(to, self.words.language)), Weight.REGULAR, 13, LEFT, half),
                cell("\n".join(address.lines(sender, self.words.language)), Weight.REGULAR, 10, middle, half, 0.2),
            ]
        )
        flow.space(7)
        flow.rule(LEFT, self.wide, 0.3)
        flow.space(3)
        flow.row([cell(self.words.lay, Weight.SEMIBOLD, 11, LEFT, self.wide)])
        flow.space(3)
        flow.rule(LEFT, self.wide, 0.3)
        flow.space(9)

    def _columns(self) -> tuple[Column, ...]:
        w, wide = self.words, self.wide
        return (
            Column(w.quantity, LEFT, 12, True),
            Column(w.sku, LEFT + 17, 32),
            Column(w.item, LEFT + 52, wide - 102),
            Column(w.reason, LEFT + wide - 47, 47),
        )

    def _table(self) -> None:
        self.flow.keep(22)
        self.sheet.table(self._columns(), map(self._line_cells, self.form.lines), keep=11, air=2.3)
        self.flow.space(6)

    def _line_cells(self, line: ReturnFormLine) -> list[Cell]:
        quantity, sku, item, reason = self._columns()
        goods = _lines(line.name, Weight.SEMIBOLD, 10.5, item.width, 0.0)
        goods += _lines(line.variant, Weight.REGULAR, 9.5, item.width, GREY)
        return [
            cell(str(line.quantity), Weight.BOLD, 10.5, quantity.x, quantity.width, number=True),
            cell(one_line(line.sku), Weight.MONO, 9, sku.x, sku.width, 0.2),
            Cell(item.x, item.width, goods),
            cell(clean(line.reason).strip(), Weight.REGULAR, 10, reason.x, reason.width, 0.2),
        ]

    def _wish(self) -> None:
        wish = one_line(self.form.wish)
        if not wish:
            return
        wish = self.words.wishes.get(wish, wish)
        self.flow.keep(14)
        self.flow.row([caption(self.words.wish, LEFT, self.wide)])
        self.flow.space(1)
        self.flow.row([cell(wish, Weight.BOLD, 13, LEFT, self.wide)])

    # ---- parts of each page -----------------------------------------------------------------------------------------

    def _running_head(self, number: int) -> None:
        """The return's code on every page; its number again from the second on."""
        self.sheet.running_head(number, one_line(self.form.number), one_line(self.form.shop))

    def _foot(self, number: int, pages: int) -> None:
        to = self.form.send_to
        self.sheet.foot(joined(self.form.shop, to.email, to.phone), self.words.page.format(number=number, pages=pages))


def _lines(text: str, weight: Weight, size: float, width: float, grey: float) -> tuple[SetLine, ...]:
    """Nothing for nothing: an empty variant takes no line of the row."""
    text = clean(text).strip()
    return set_lines(text, weight, size, width, grey) if text else ()
