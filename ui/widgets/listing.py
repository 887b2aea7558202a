"""Rows of one kind: orders that don't move, devices, what lies in a bin. A row that is an act is a button."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF

from app.text import count
from app.view import Listing, ListingRow, Tone
from ui.theme import PADDING, TONE_INK, Style
from ui.widgets.canvas import CENTRE, RIGHT, Canvas, Look
from ui.widgets.panel import PanelWidget, shows

HEAD, GAP, MORE = 56.0, 12.0, 40.0
SHORT_ROW, PLAIN_ROW, MOST_PLAIN, MOST_TAPPED = 60.0, 90.0, 104.0, 132.0
WIDE = 1000.0
TITLE, SECOND, FIGURE = Style("body", 700), Style("cap", 500), Style("body", 600)


@shows(Listing)
class ListingCard(PanelWidget[Listing]):
    """A tap on a row sends its command. What does not fit is counted, never scrolled."""

    stretch: ClassVar[float] = 3.0
    beneath: ClassVar[float] = 0.62

    @classmethod
    def least_height(cls, look: Look, panel: Listing, width: float) -> float:
        """Room for three rows, and for fewer where there are fewer: the rest is counted."""
        columns = _columns(look, panel, width)
        rows = min(3, max(1, -(-len(panel.rows) // columns)))
        return look.theme.px(HEAD + PADDING) + rows * (_row(look, panel) + _gap(look, panel))

    def targets(self, panel: Listing) -> list[tuple[QRectF, str]]:
        return [(area, row.command) for area, row in self._places(panel)[0] if row.command]

    def _places(self, panel: Listing) -> tuple[list[tuple[QRectF, ListingRow]], int]:
        """The rows that fit with their places, and how many do not."""
        u, look = self.look.theme.px, self.look
        pad, gap, row = u(PADDING), _gap(look, panel), _row(look, panel)
        columns = _columns(look, panel, self.width())
        room = self.height() - u(HEAD) - pad
        fit = max(1, int((room + gap) // (row + gap))) * columns
        if fit < len(panel.rows):
            room -= u(MORE)
            fit = max(1, int((room + gap) // (row + gap))) * columns
        shown = panel.rows[:fit]
        deep = max(1, -(-len(shown) // columns))
        most = u(MOST_TAPPED if _is_tapped(panel) else MOST_PLAIN)
        height = min((room - gap * (deep - 1)) / deep, most)
        width = (self.width() - 2 * pad - u(GAP) * (columns - 1)) / columns
        places = [
            (QRectF(pad + (i // deep) * (width + u(GAP)), u(HEAD) + (i % deep) * (height + gap), width, height), each)
            for i, each in enumerate(shown)
        ]
        return places, len(panel.rows) - len(shown)

    def draw(self, canvas: Canvas, panel: Listing, rect: QRectF) -> None:
        u, pad = canvas.u, canvas.u(PADDING)
        head = QRectF(pad, u(8), rect.width() - 2 * pad, u(44))
        right = canvas.say(panel.right)
        width = min(canvas.width(right, FIGURE), head.width() * 0.5)
        canvas.words(
            QRectF(head.right() - width - 1, head.top(), width + 1, head.height()), right, FIGURE, "ink2", RIGHT
        )
        head.setRight(head.right() - width - (u(14) if right else 0))
        canvas.words(head, canvas.say(panel.title), Style("lead", 700), "ink", lines=1)
        if not panel.rows:
            self._empty(canvas, panel, QRectF(pad, u(HEAD), rect.width() - 2 * pad, rect.height() - u(HEAD) - pad))
            return
        places, more = self._places(panel)
        for area, row in places:
            self._row(canvas, row, area)
        if more:
            foot = QRectF(pad, rect.height() - pad - u(MORE) + u(8), rect.width() - 2 * pad, u(MORE))
            canvas.words(foot, canvas.say(count(more, "and {n} more", "and {n} more")), FIGURE, "ink2")

    def _empty(self, canvas: Canvas, panel: Listing, rect: QRectF) -> None:
        u, words = canvas.u, canvas.say(panel.empty)
        fitted = canvas.look.fit(words, Style("lead", 500), rect.width() - u(20), u(120), 3)
        side = u(64) if rect.height() > fitted.height + u(90) else 0.0
        top = rect.top() + (rect.height() - side - u(14) - fitted.height) / 2
        if side:
            canvas.icon("circle-check", QRectF(rect.center().x() - side / 2, top, side, side), "ink3", 1.8)
        area = QRectF(rect.left() + u(10), top + side + u(14), rect.width() - u(20), fitted.height)
        canvas.words(area, words, fitted.style, "ink2", CENTRE, lines=3)

    def _row(self, canvas: Canvas, row: ListingRow, rect: QRectF) -> None:
        u, tapped = canvas.u, bool(row.command)
        if tapped:
            fill = "pressed" if self.pressed == row.command else "button"
            canvas.box(rect, 12, fill, "control", 1.8)
        else:
            canvas.rule(rect.left(), rect.top(), rect.width(), "line")
        x = rect.left() + (u(14) if tapped else 0)
        if row.command.startswith("OPT"):
            side = u(44)
            key = QRectF(x, rect.center().y() - side / 2, side, side)
            canvas.box(key, 10, "accent")
            canvas.words(key, row.command[3:], Style("body", 800), "on_accent", CENTRE, kind="figure")
            x = key.right() + u(14)
        if row.icon:
            size = u(34)
            canvas.icon(row.icon, QRectF(x, rect.center().y() - size / 2, size, size), TONE_INK[row.tone])
            x += size + u(14)
        end = rect.right() - (u(14) if tapped else 0)
        right = canvas.say(row.right)
        if right:
            width = min(canvas.width(right, FIGURE), (end - x) * 0.45)
            area = QRectF(end - width - 1, rect.top(), width + 1, rect.height())
            token = "ink" if row.tone is Tone.NORMAL else TONE_INK[row.tone]
            canvas.words(area, right, FIGURE, token, RIGHT, lines=2, kind="name")
            end -= width + u(14)
        self._words(canvas, row, QRectF(x, rect.top() + u(3), end - x, rect.height() - u(5)))

    def _words(self, canvas: Canvas, row: ListingRow, rect: QRectF) -> None:
        title, second = canvas.say(row.title), canvas.say(row.second)
        one = canvas.u(27)
        below = canvas.look.fit(second, SECOND, rect.width(), rect.height() - one, 3).height if second else 0.0
        above = canvas.look.fit(title, TITLE, rect.width(), rect.height() - below, 2, 21, 22).height
        top = rect.top() + (rect.height() - above - below) / 2
        canvas.words(
            QRectF(rect.left(), top, rect.width(), above), title, TITLE, "ink", lines=2, single_to=22, kind="name"
        )
        area = QRectF(rect.left(), top + above, rect.width(), below)
        canvas.words(area, second, SECOND, "ink2" if row.tone is Tone.NORMAL else TONE_INK[row.tone], lines=3)


def _is_tapped(panel: Listing) -> bool:
    return any(row.command for row in panel.rows)


def _row(look: Look, panel: Listing) -> float:
    if _is_tapped(panel):
        return look.theme.button_height
    return look.theme.px(PLAIN_ROW if any(look.say(row.second) for row in panel.rows) else SHORT_ROW)


def _gap(look: Look, panel: Listing) -> float:
    return look.theme.px(GAP) if _is_tapped(panel) else 0.0


def _columns(look: Look, panel: Listing, width: float) -> int:
    """Two columns on the whole width of the screen, one in a column of it."""
    return 2 if len(panel.rows) > 1 and width >= look.theme.px(WIDE) else 1
