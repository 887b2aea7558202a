"""What the papers of several pages share: their measure, the code in the corner of every page, head, foot and table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports import page
from reports.barcodes import Bars, code128, module_mm
from reports.faces import Weight
from reports.flow import Cell, Flow, SetLine
from reports.lettering import MM_PER_POINT, Style, clean, one_line, wrap
from reports.surface import Box, Ladder

PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
LEFT = 18.0
GREY = 0.38
_LADDER = Ladder(0.33, 0.19)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its left edge and width, millimetres, and whether it holds numbers (set from the right)."""

    word: str
    x: float
    width: float
    number: bool = False


@dataclass(frozen=True, slots=True)
class Corner:
    """The field of a page's code, upper right: millimetres, but `size` in points. Later pages have it lower."""

    width: float = 72.0
    ladder: Ladder = _LADDER
    first: float = 14.0
    later: float = 10.0
    size: float = 9.0
    line: float = 4.0


_PLAIN = Corner()


def set_lines(text: str, weight: Weight, size: float, width: float, grey: float = 0.0) -> tuple[SetLine, ...]:
    """A text wrapped to a width, each line with its size and grey."""
    return tuple((line, size, grey) for line in wrap(text, weight, size, width))


def cell(
    text: str, weight: Weight, size: float, x: float, width: float, grey: float = 0.0, number: bool = False
) -> Cell:
    """A stranger's text in a column of a row."""
    return Cell(x, width, set_lines(clean(text), weight, size, width, grey), 1.0 if number else 0.0)


def caption(text: str, x: float, width: float, number: bool = False) -> Cell:
    """The small grey word over a column or a block."""
    return cell(text, Weight.SEMIBOLD, 8.5, x, width, GREY, number)


def joined(*texts: str) -> str:
    """What is there of several facts, on one line."""
    return "   ·   ".join(filter(None, map(one_line, texts)))


class Sheet:
    """A paper being laid out: `wide` is its measure, `beside` what the code in the corner leaves of it, millimetres."""

    def __init__(self, title: str, paper: str, code: str, corner: Corner = _PLAIN, top: float = 42.0) -> None:
        width, height = PAPERS[paper]
        self.wide = width - 2 * LEFT
        self.beside = self.wide - corner.width - 4
        self.page = page.Page(width, height, title, 0)
        self.flow = Flow(self.page, top=top, bottom=height - 20.0)
        self._corner = corner
        self._bars: Bars = code128(code)

    def table(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Cell]],
        *,
        keep: float,
        air: float,
        under_head: Sequence[Cell] = (),
    ) -> None:
        """Rows with a line under each. The head is set again on each further page.

        `keep` is the least height of a row before it goes to the next page, `air` what stands above and below it.
        """

        def head() -> None:
            self.flow.row([caption(c.word, c.x, c.width, c.number) for c in columns])
            if under_head:
                self.flow.row(under_head)
            self.flow.space(1.2)
            self.flow.rule(LEFT, self.wide, 0.4)

        head()
        self.flow.again = head
        for row in rows:
            self.flow.keep(keep)
            self.flow.space(air)
            self.flow.row(row)
            self.flow.space(air)
            self.flow.rule(LEFT, self.wide, 0.15, 0.78)
        self.flow.again = None

    def running_head(self, number: int, name: str, more: str) -> None:
        """The code on every page; from the second on also what the paper is, bold, and a grey line under it."""
        corner, right = self._corner, LEFT + self.wide
        module = module_mm(self._bars, corner.width + 8, corner.ladder.wanted, corner.ladder.smallest)
        ink, quiet = self._bars.length * module, 10 * module
        height = corner.first if number == 1 else corner.later
        box = Box(right - corner.width + quiet, 17, corner.width, height)
        self.page.bars(box, self._bars, corner.ladder, corner.width - quiet - ink)
        human = Box(right - ink, 17.8 + height, ink, corner.line)
        self.page.text(human, self._bars.human, Style(Weight.MONO, corner.size, 6))
        if number > 1:
            self.page.text(Box(LEFT, 16.4, self.beside, 8.6), name, Style(Weight.BOLD, 15, 8))
            self.page.text(Box(LEFT, 24.6, self.beside, 6), more, Style(Weight.REGULAR, 10, 7), GREY)

    def foot(self, words: str, place: str) -> None:
        """The last line of a page: who sends it, and `place`, its number among the pages."""
        y = self.page.height - 14
        line = wrap(place, Weight.REGULAR, 9, self.wide)[0]
        self.page.line(LEFT + self.wide - line.width * 9 * MM_PER_POINT, y + 2.98, line, 9, GREY)
        self.page.text(Box(LEFT, y, self.wide - 40, 4.6), words, Style(Weight.REGULAR, 9, 7), GREY)
