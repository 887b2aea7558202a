"""The packing slip: the paper in the box, A4 or Letter, as many pages as it takes.

Everything that was written is printed: long names wrap, long rows run on over the page. With `gift` there is no price
column, no total and no word of paying; the message stands where it is read first. Each page carries the order's number
and its code, so that a lost second page finds its way.
"""

from __future__ import annotations

from decimal import Decimal

from app.documents import PackingSlip, SlipLine, SlipTotal
from reports import page
from reports.drawings import address
from reports.faces import Weight
from reports.flow import Cell
from reports.lettering import MM_PER_POINT, Style, clean, fit, one_line, wrap
from reports.slips.base import GREY, LEFT, Column, Sheet, caption, cell, joined, set_lines
from reports.surface import Box
from reports.words import SLIP_WORDS, money

DOCUMENT = PackingSlip
MEDIA_TYPE = page.MEDIA_TYPE


def barcodes(document: PackingSlip) -> tuple[str, ...]:
    """What scanners report of each page of this slip."""
    return (document.order_code,)


def render(document: PackingSlip, paper: str = "A4") -> bytes:
    """The pages of a slip. `paper` is "A4" or "Letter". ValueError only for an order code that can't be encoded."""
    return _Slip(document, paper).finished()


class _Slip:
    """One slip being laid out."""

    def __init__(self, slip: PackingSlip, paper: str) -> None:
        self.slip = slip
        self.words = SLIP_WORDS.get(slip.language, SLIP_WORDS["en"])
        self.sheet = Sheet(self.words.title, paper, slip.order_code)
        self.flow, self.wide = self.sheet.flow, self.sheet.wide

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
        flow, slip, left = self.flow, self.slip, self.sheet.beside
        flow.y = 17.0
        flow.row([cell(one_line(slip.shop), Weight.BOLD, 19, LEFT, left)])
        flow.space(1)
        flow.row([cell(self.words.title, Weight.REGULAR, 10.5, LEFT, left, GREY)])
        flow.space(5.5)
        flow.row([cell(self._order_number(), Weight.EXTRABOLD, 27, LEFT, left)])
        flow.space(1)
        facts = [f"{word} {one_line(value)}" for word, value in self._facts() if value]
        flow.row([cell(joined(slip.date, *facts), Weight.REGULAR, 10.5, LEFT, left, 0.2)])
        flow.space(8)

    def _facts(self) -> tuple[tuple[str, str], ...]:
        box = self.slip.box
        word = "" if box.lower().startswith(self.words.box.lower()) else self.words.box
        return ((self.words.parcel, self.slip.parcel), (word, box))

    def _addresses(self) -> None:
        flow, half = self.flow, self.wide / 2 - 4
        middle = LEFT + self.wide / 2 + 4
        flow.keep(26)
        flow.row([caption(self.words.ship_to, LEFT, half), caption(self.words.sender, middle, half)])
        flow.space(1)
        to, sender, language = self.slip.ship_to, self.slip.ship_from, self.words.language
        flow.row(
            [
                cell(one_line(to.name), Weight.BOLD, 13, LEFT, half),
                cell(one_line(sender.name), Weight.SEMIBOLD, 10.5, middle, half),
            ]
        )
        flow.row(
            [
                cell("\n".join(address.lines(to, language)), Weight.REGULAR, 11.5, LEFT, half),
                cell(
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
        flow.rule(LEFT, self.wide, 0.3)
        flow.space(6)
        flow.row([_centred(self.words.gift, Weight.SEMIBOLD, 9.5, LEFT, self.wide, GREY)])
        flow.space(2.5)
        flow.row([_centred(text, Weight.REGULAR, 15, LEFT + inset, self.wide - 2 * inset, 0.1)])
        flow.space(7)
        flow.rule(LEFT, self.wide, 0.3)
        flow.space(9)

    def _columns(self) -> tuple[Column, ...]:
        w, right = self.words, LEFT + self.wide
        sku = Column(w.sku, LEFT, 31)
        if self.slip.gift:
            item = Column(w.item, LEFT + 34, self.wide - 34 - 40)
            return (sku, item, Column(w.ordered, right - 37, 17, True), Column(w.shipped, right - 17, 17, True))
        item = Column(w.item, LEFT + 34, self.wide - 34 - 82)
        return (
            sku,
            item,
            Column(w.ordered, right - 79, 16, True),
            Column(w.shipped, right - 61, 16, True),
            Column(w.price, right - 43, 20, True),
            Column(w.total, right - 21, 21, True),
        )

    def _table(self) -> None:
        self.flow.keep(22)
        columns, priced = self._columns(), not self.slip.gift and self.slip.currency
        currencies = [self._currency(column) for column in columns[4:]] if priced else []
        self.sheet.table(columns, map(self._line_cells, self.slip.lines), keep=11, air=2.3, under_head=currencies)
        self.flow.space(4)

    def _currency(self, column: Column) -> Cell:
        """One line, however long: the head stands on each page and must leave room for the rows."""
        block = fit(one_line(self.slip.currency), Style(Weight.REGULAR, 7.5, 5), column.width, 3.4)
        return Cell(column.x, column.width, tuple((line, block.size, GREY) for line in block.lines[:1]), 1.0)

    def _line_cells(self, line: SlipLine) -> list[Cell]:
        columns = self._columns()
        short = line.shipped != line.ordered
        name, variant = clean(line.name).strip(), clean(line.variant).strip()
        item = set_lines(name, Weight.SEMIBOLD, 10.5, columns[1].width, 0.0)
        item += set_lines(variant, Weight.REGULAR, 9.5, columns[1].width, GREY)
        cells = [
            cell(one_line(line.sku), Weight.MONO, 9, columns[0].x, columns[0].width, 0.2),
            Cell(columns[1].x, columns[1].width, item),
            _number(str(line.ordered), columns[2], Weight.REGULAR, GREY),
            _number(str(line.shipped), columns[3], Weight.BOLD if short else Weight.SEMIBOLD),
        ]
        if not self.slip.gift:
            for column, amount in zip(columns[4:], (line.unit_price, line.total), strict=True):
                shown = "" if amount is None else self._money(amount)
                cells.append(_number(shown, column, Weight.REGULAR))
        return cells

    def _totals(self) -> None:
        for total in self.slip.totals:
            self.flow.keep(9)
            self._total(total)
        self.flow.space(6)

    def _money(self, amount: Decimal) -> str:
        return money(amount, self.slip.currency, self.words.numbers)

    def _total(self, total: SlipTotal) -> None:
        right = LEFT + self.wide
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
                cell(self.words.totals.get(label, label), weight, size, right - 79, 38),
                cell(shown, weight, size, right - 40, 40, 0.0, True),
            ]
        )
        self.flow.space(1)

    def _note(self) -> None:
        text = clean(self.slip.note).strip()
        if not text:
            return
        self.flow.keep(16)
        self.flow.row([caption(self.words.note, LEFT, self.wide)])
        self.flow.space(1)
        self.flow.row([cell(text, Weight.REGULAR, 10.5, LEFT, min(self.wide, 130.0), 0.1)])

    # ---- parts of each page -----------------------------------------------------------------------------------------

    def _running_head(self, number: int) -> None:
        """The order's code on every page; shop and number again from the second on; the mark of a second print."""
        self.sheet.running_head(number, self._order_number(), one_line(self.slip.shop))
        if self.slip.duplicate:
            self._duplicate_mark(LEFT + self.wide, 39.0 if number == 1 else 32.5)

    def _order_number(self) -> str:
        return f"{self.words.order} {one_line(self.slip.order_number)}"

    def _duplicate_mark(self, right: float, y: float) -> None:
        line = wrap(clean(self.words.duplicate), Weight.EXTRABOLD, 12, 60)[0]
        wide = line.width * 12 * MM_PER_POINT + 6
        self.sheet.page.frame(Box(right - wide, y, wide, 7), 0.6)
        self.sheet.page.line(right - wide + 3, y + 4.95, line, 12)

    def _foot(self, number: int, pages: int) -> None:
        sender = self.slip.ship_from
        words = joined(self.slip.shop, sender.email, sender.phone)
        self.sheet.foot(words, self.words.page.format(number=number, pages=pages))


def _centred(text: str, weight: Weight, size: float, x: float, width: float, grey: float) -> Cell:
    return Cell(x, width, set_lines(text, weight, size, width, grey), 0.5)


def _number(text: str, column: Column, weight: Weight, grey: float = 0.0) -> Cell:
    return cell(text, weight, 10.5, column.x, column.width, grey, number=True)
