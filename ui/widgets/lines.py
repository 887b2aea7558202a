"""The lines of the order in hand: what is still open large and on top, what is done in one quiet row."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF

from app.text import count, say
from app.view import LineRow, Lines
from ui.theme import PADDING, Style
from ui.widgets.canvas import RIGHT, Canvas, Look
from ui.widgets.panel import PanelWidget, shows

HEAD, DONE_ROW, MORE_ROW = 60.0, 74.0, 54.0
LEAST_OPEN, MOST_OPEN, ROOMY = 96.0, 176.0, 116.0
NAME, FIGURE, OF = Style("lead", 700), Style("count", 700), Style("lead", 500)


@shows(Lines)
class LinesCard(PanelWidget[Lines]):
    stretch: ClassVar[float] = 4.0
    beneath: ClassVar[float] = 0.62

    @classmethod
    def least_height(cls, look: Look, panel: Lines, width: float) -> float:
        return look.theme.px(HEAD + LEAST_OPEN + DONE_ROW)

    def draw(self, canvas: Canvas, panel: Lines, rect: QRectF) -> None:
        u, pad = canvas.u, canvas.u(PADDING)
        self._head(canvas, panel, QRectF(pad, u(10), rect.width() - 2 * pad, u(40)))
        area = QRectF(pad, u(HEAD), rect.width() - 2 * pad, rect.height() - u(HEAD) - u(10))
        still = [row for row in panel.rows if row.done + row.short < row.wanted]
        done = [row for row in panel.rows if row.done + row.short >= row.wanted]
        shown, height = self._plan(canvas, len(still), len(done), area.height())
        y = area.top()
        for row in still[:shown]:
            self._open(canvas, row, QRectF(area.left(), y, area.width(), height))
            y += height
        if len(still) > shown:
            self._more(canvas, len(still) - shown, QRectF(area.left(), y, area.width(), u(MORE_ROW)))
            y += u(MORE_ROW)
        if done:
            self._finished(canvas, done, QRectF(area.left(), y, area.width(), area.bottom() - y), alone=not still)

    def _plan(self, canvas: Canvas, still: int, done: int, room: float) -> tuple[int, float]:
        """How many open lines are shown, and how high each is."""
        u = canvas.u
        room -= u(DONE_ROW) if done else 0
        if still == 0:
            return 0, 0.0
        if room / still >= u(LEAST_OPEN):
            return still, min(room / still, u(MOST_OPEN))
        shown = max(1, int((room - u(MORE_ROW)) // u(LEAST_OPEN)))
        return shown, (room - u(MORE_ROW)) / shown

    def _head(self, canvas: Canvas, panel: Lines, rect: QRectF) -> None:
        u = canvas.u
        right, title = canvas.say(panel.right), canvas.say(panel.title)
        quiet = Style("body", 600)
        width = min(canvas.width(right, quiet), rect.width() * 0.5)
        canvas.words(QRectF(rect.right() - width, rect.top(), width + 1, rect.height()), right, quiet, "ink2", RIGHT)
        area = QRectF(rect.left(), rect.top(), rect.width() - width - u(14), rect.height())
        canvas.words(area, title, Style("lead", 800), "ink")

    def _open(self, canvas: Canvas, row: LineRow, rect: QRectF) -> None:
        u = canvas.u
        canvas.rule(rect.left(), rect.top(), rect.width(), "line")
        side = min(rect.height() - u(24), u(150))
        canvas.picture(
            QRectF(rect.left(), rect.top() + (rect.height() - side) / 2 + u(1), side, side), row.picture, row.sku
        )
        figures = self._figures(canvas, row, rect)
        x = rect.left() + side + u(20)
        self._words(canvas, row, QRectF(x, rect.top() + u(4), figures - x - u(10), rect.height() - u(6)))

    def _figures(self, canvas: Canvas, row: LineRow, rect: QRectF) -> float:
        """Done of wanted, right-aligned on one baseline; returns its left edge."""
        u = canvas.u
        done, of = str(row.done), " " + canvas.say(say("of {n}", n=row.wanted))
        width = canvas.width(done, FIGURE) + canvas.width(of, OF)
        x = rect.right() - width
        foot = rect.center().y() + canvas.theme.metrics(FIGURE).capHeight() / 2 + u(1)
        short = canvas.say(count(row.short, "{n} short", "{n} short")) if row.short else ""
        if short:
            foot -= u(14)
            area = QRectF(rect.right() - u(140), foot + u(6), u(140), u(28))
            canvas.words(area, short, Style("cap", 600), "warn", RIGHT)
        canvas.line(QPointF(x, foot), done, FIGURE, "ink", kind="figure")
        canvas.line(QPointF(x + canvas.width(done, FIGURE), foot), of, OF, "ink3", kind="figure")
        return min(x, rect.right() - canvas.width(short, Style("cap", 600))) if short else x

    def _words(self, canvas: Canvas, row: LineRow, rect: QRectF) -> None:
        """Name on one or two lines, variant (on two where it must), and the SKU where there is height for it."""
        u = canvas.u
        name, variant = canvas.say(row.name), canvas.say(row.variant)
        quiet, mono = Style("body", 400), Style("cap", 500, mono=True)
        second = u(33) if variant else 0.0
        first = canvas.look.fit(name, NAME, rect.width(), rect.height() - second, 2, 23, 26)
        lines = 1
        if variant and canvas.width(variant, quiet.at(21)) > rect.width():
            two = canvas.look.fit(variant, quiet, rect.width(), rect.height() - first.height, 2, 21, 21)
            lines, second = len(two.lines), max(second, two.height)
        third = (
            u(30)
            if row.sku and rect.height() >= u(ROOMY - 6) and first.height + second + u(30) <= rect.height()
            else 0.0
        )
        above = max(first.height, u(38) if len(first.lines) == 1 else 0.0)
        y = rect.top() + (rect.height() - above - second - third) / 2
        area = QRectF(rect.left(), y, rect.width() + 1, above)
        canvas.words(area, name, first.style, "ink", lines=2, floor=first.style.u, kind="name")
        if variant:
            place = QRectF(rect.left(), y + above, rect.width(), second)
            canvas.words(place, variant, quiet, "ink2", lines=lines, kind="name")
        if third and canvas.width(row.sku, mono) <= rect.width():
            area = QRectF(rect.left(), y + above + second, rect.width(), third)
            canvas.words(area, row.sku, mono, "ink3", kind="code")

    def _more(self, canvas: Canvas, more: int, rect: QRectF) -> None:
        canvas.rule(rect.left(), rect.top(), rect.width(), "line")
        words = canvas.say(count(more, "and {n} more line", "and {n} more lines"))
        canvas.words(rect, words, Style("body", 600), "ink2")

    def _finished(self, canvas: Canvas, done: list[LineRow], rect: QRectF, *, alone: bool) -> None:
        """One row for all finished lines; single rows only while there is plenty of room for them."""
        u = canvas.u
        fitting = int(rect.height() // u(DONE_ROW))
        if (alone and 1 < len(done) <= fitting) or len(done) == 1:
            for index, row in enumerate(done):
                self._one(canvas, row, QRectF(rect.left(), rect.top() + index * u(DONE_ROW), rect.width(), u(DONE_ROW)))
            return
        place = QRectF(rect.left(), rect.top(), rect.width(), min(u(DONE_ROW), rect.height()))
        canvas.rule(place.left(), place.top(), place.width(), "line")
        side, x = u(54), place.left()
        for row in done[: 3 if place.width() > u(440) else 2]:
            canvas.picture(QRectF(x, place.top() + (place.height() - side) / 2, side, side), row.picture, row.sku, 0.75)
            x += side + u(8)
        words = canvas.say(count(len(done), "{n} line complete", "{n} lines complete"))
        area = QRectF(x + u(12), place.top(), place.right() - x - u(56), place.height())
        canvas.words(area, words, Style("body", 500), "ink2")
        self._tick(canvas, place.right(), place)

    def _one(self, canvas: Canvas, row: LineRow, rect: QRectF) -> None:
        u = canvas.u
        canvas.rule(rect.left(), rect.top(), rect.width(), "line")
        side = u(54)
        canvas.picture(
            QRectF(rect.left(), rect.top() + (rect.height() - side) / 2, side, side), row.picture, row.sku, 0.75
        )
        words = canvas.say(say("{done} of {n}", done=row.done, n=row.wanted))
        style = Style("body", 600)
        width = canvas.width(words, style)
        token = "warn" if row.short else "ok"
        canvas.words(QRectF(rect.right() - width - 1, rect.top(), width + 2, rect.height()), words, style, token)
        left = self._tick(canvas, rect.right() - width - u(12), rect, token)
        x = rect.left() + side + u(20)
        area = QRectF(x, rect.top(), left - x - u(10), rect.height())
        canvas.words(area, canvas.say(row.name), Style("body", 500), "ink3", lines=2, kind="name")

    def _tick(self, canvas: Canvas, right: float, rect: QRectF, token: str = "ok") -> float:
        size = canvas.u(32)
        name = "circle-check" if token == "ok" else "triangle-alert"
        canvas.icon(name, QRectF(right - size, rect.top() + (rect.height() - size) / 2, size, size), token, 2.6)
        return right - size
