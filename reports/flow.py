"""Rows of text down a page and on to the next: for papers that must print all they are given.

Drawing is recorded first and carried out at the end, because "page 1 of 3" is known only then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from reports.lettering import MM_PER_POINT, Line
from reports.page import Page
from reports.surface import Box

SetLine = tuple[Line, float, float]  # a line, its size in points, its grey
_LEADING = 1.3


@dataclass(frozen=True, slots=True)
class Cell:
    """Lines in one column of a row. `align` is 0 for left, 0.5 for the middle, 1 for right."""

    x: float
    width: float
    lines: tuple[SetLine, ...]
    align: float = 0.0


class Flow:
    """The cursor of a paper. `again`, when set, is drawn at the top of each further page (a table's head)."""

    def __init__(self, sheet: Page, top: float, bottom: float) -> None:
        self._sheet, self._top, self._bottom = sheet, top, bottom
        self._pages: list[list[Callable[[], None]]] = [[]]
        self.y = top
        self.again: Callable[[], None] | None = None

    def space(self, mm: float) -> None:
        self.y += mm

    def keep(self, mm: float) -> None:
        """Goes on to the next page when less than `mm` is left on this one."""
        if self.y + mm > self._bottom:
            self._next()

    def rule(self, x: float, width: float, thickness: float, grey: float = 0.0) -> None:
        """A line across, at the cursor."""
        self._draw(partial(self._sheet.fill, Box(x, self.y, width, thickness), grey))
        self.y += thickness

    def row(self, cells: Sequence[Cell]) -> None:
        """Cells side by side, all their lines, over as many pages as they need."""
        waiting = [list(cell.lines) for cell in cells]
        while any(waiting):
            largest = max(lines[0][1] for lines in waiting if lines)
            tallest = max(self._part(cell, lines, largest) for cell, lines in zip(cells, waiting, strict=True))
            self.y += tallest
            if any(waiting):
                self._next()

    def finished(self, head: Callable[[int], None], foot: Callable[[int, int], None]) -> bytes:
        """Draws all pages; `head(number)` and `foot(number, pages)` add what stands on each."""
        for number, page in enumerate(self._pages, start=1):
            if number > 1:
                self._sheet.next()
            head(number)
            for draw in page:
                draw()
            foot(number, len(self._pages))
        return self._sheet.finished()

    def _part(self, cell: Cell, waiting: list[SetLine], largest: float) -> float:
        """Draws what fits of a cell's waiting lines; returns its height. A fresh page always takes one line.

        First lines of a row stand on one baseline, that of the `largest` type among them.
        """
        used = 0.0
        while waiting:
            line, size, grey = waiting[0]
            strut = size if used else largest
            height = strut * MM_PER_POINT * _LEADING
            if self.y + used + height > self._bottom and (used or self.y > self._top + 15):
                break
            baseline = self.y + used + height * 0.5 + strut * MM_PER_POINT * 0.33
            x = cell.x + cell.align * (cell.width - line.width * size * MM_PER_POINT)
            self._draw(partial(self._sheet.line, x, baseline, line, size, grey))
            used += height
            waiting.pop(0)
        return used

    def _draw(self, act: Callable[[], None]) -> None:
        self._pages[-1].append(act)

    def _next(self) -> None:
        self._pages.append([])
        self.y = self._top
        again, self.again = self.again, None
        if again is not None:
            again()
        self.again = again
