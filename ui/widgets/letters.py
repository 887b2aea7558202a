"""Lines of words, laid out once; and large letters, cut once and then set like type.

Which letters make a line and where each stands does not change from one scan to the next: Qt is asked once, and then
only paints them. Qt keeps pixels of small letters; what is higher than 64 pixels it fills as an outline each time anew.
The code of a place and the number of units are the largest things on the screen and the dearest: they are made of few
letters.
"""

from __future__ import annotations

import math
from collections import OrderedDict

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QGlyphRun, QPainter, QPainterPath, QPixmap, QRawFont, QTextLayout

from ui.theme import Style

LARGE = 64
"""Higher letters (in pixels of the screen) are set from here; Qt keeps the pixels of all others."""
MOST_BYTES = 8_000_000
MOST_LINES = 256
MOST_RUNS = 1_500

Line = tuple[tuple[int, float, float], ...]
"""The numbers of the letters in their face, with their places from the left foot of the line."""


class TypeCase:
    """The letters that were needed so far: as many as fit into `MOST_BYTES`, those that were not used go first."""

    def __init__(self) -> None:
        self._letters: OrderedDict[tuple[Style, int, int, float], tuple[QPixmap, QPointF]] = OrderedDict()
        self._lines: OrderedDict[tuple[str, Style], Line | None] = OrderedDict()
        self._runs: dict[tuple[str, Style], tuple[QGlyphRun, ...] | None] = {}
        self._bytes = 0

    def runs(self, words: str, style: Style, font: QFont) -> tuple[QGlyphRun, ...] | None:
        """The letters of one line with their places from its left foot; a run for each face that is needed.

        None when it is asked for the first time: most of what comes once (a time, a code) never comes again. `font` is
        what `style` is in this look.
        """
        key = words, style
        found = self._runs.get(key)
        if found is None:
            again = key in self._runs
            if len(self._runs) >= MOST_RUNS:
                self._runs.clear()
            found = self._runs[key] = _laid_out(words, font) if again else None
        return found

    def set(self, painter: QPainter, foot: QPointF, words: str, style: Style, font: QFont, colour: QColor) -> bool:
        """Draws one line from its left foot. False (and nothing) where another face must step in for a letter."""
        line = self._line(words, style, font)
        if line is None:
            return False
        ratio = painter.device().devicePixelRatio()
        for number, x, y in line:
            pixmap, corner = self._letter(number, style, font, colour, ratio)
            place = QPointF(round((foot.x() + x) * ratio) / ratio, round((foot.y() + y) * ratio) / ratio)
            painter.drawPixmap(place + corner, pixmap)
        return True

    def _line(self, words: str, style: Style, font: QFont) -> Line | None:
        if (words, style) not in self._lines:
            if len(self._lines) >= MOST_LINES:
                self._lines.popitem(last=False)
            self._lines[words, style] = _set(words, font)
        return self._lines[words, style]

    def _letter(self, number: int, style: Style, font: QFont, colour: QColor, ratio: float) -> tuple[QPixmap, QPointF]:
        key = (style, number, colour.rgba(), ratio)
        found = self._letters.get(key)
        if found is not None:
            self._letters.move_to_end(key)
            return found
        found = self._letters[key] = _cut(QRawFont.fromFont(font).pathForGlyph(number), colour, ratio)
        self._bytes += _size(found[0])
        while self._bytes > MOST_BYTES and len(self._letters) > 1:
            self._bytes -= _size(self._letters.popitem(last=False)[1][0])
        return found


def _set(words: str, font: QFont) -> Line | None:
    letters: list[tuple[int, float, float]] = []
    for run in _laid_out(words, font):
        numbers = run.glyphIndexes()
        if run.rawFont().familyName() != font.family() or 0 in numbers:
            return None
        letters += ((n, p.x(), p.y()) for n, p in zip(numbers, run.positions(), strict=True))
    return tuple(letters)


def _laid_out(words: str, font: QFont) -> tuple[QGlyphRun, ...]:
    layout = QTextLayout(words, font)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(1e6)
    layout.endLayout()
    runs = layout.glyphRuns()
    for run in runs:
        run.setPositions([QPointF(p.x(), p.y() - line.ascent()) for p in run.positions()])
    return tuple(runs)


def _cut(outline: QPainterPath, colour: QColor, ratio: float) -> tuple[QPixmap, QPointF]:
    """The pixels of a letter, and where their upper left corner lies from its foot."""
    box = outline.boundingRect()
    left, top = math.floor(box.left()) - 1, math.floor(box.top()) - 1
    width, height = math.ceil(box.right()) + 1 - left, math.ceil(box.bottom()) + 1 - top
    pixmap = QPixmap(max(1, round(width * ratio)), max(1, round(height * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(-left, -top)
    painter.fillPath(outline, colour)
    painter.end()
    return pixmap, QPointF(left, top)


def _size(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
