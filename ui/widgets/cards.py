"""Command codes to be scanned off the screen: each act as a word and a real barcode."""

from __future__ import annotations

import math
from typing import ClassVar

from PySide6.QtCore import QRectF

from app.view import CommandCards
from ui.theme import PADDING, Style
from ui.widgets.barcode import draw_barcode, least_width
from ui.widgets.canvas import CENTRE, Canvas, Look
from ui.widgets.panel import PanelWidget, shows

HEAD, LEAST_CARD, LEAST_STACKED = 56.0, 126.0, 100.0
MOST_COLUMNS = 4


@shows(CommandCards)
class CommandCardSheet(PanelWidget[CommandCards]):
    stretch: ClassVar[float] = 4.0
    beneath: ClassVar[float] = 0.7

    @classmethod
    def least_height(cls, look: Look, panel: CommandCards, width: float) -> float:
        rows = math.ceil(max(1, len(panel.cards)) / _columns(look, len(panel.cards), width))
        return look.theme.px(HEAD + PADDING + rows * LEAST_CARD + (rows - 1) * 12)

    def draw(self, canvas: Canvas, panel: CommandCards, rect: QRectF) -> None:
        u, pad, gap = canvas.u, canvas.u(PADDING), canvas.u(12)
        title = QRectF(pad, u(10), rect.width() - 2 * pad, u(40))
        canvas.words(title, canvas.say(panel.title), Style("lead", 700), "ink", lines=2)
        columns = _columns(self.look, len(panel.cards), rect.width())
        rows = math.ceil(max(1, len(panel.cards)) / columns)
        width = (rect.width() - 2 * pad - gap * (columns - 1)) / columns
        height = min((rect.height() - u(HEAD) - pad - gap * (rows - 1)) / rows, u(170))
        for index, (code, word) in enumerate(panel.cards):
            x, y = pad + (index % columns) * (width + gap), u(HEAD) + (index // columns) * (height + gap)
            self._card(canvas, code, canvas.say(word), QRectF(x, y, width, height))

    def _card(self, canvas: Canvas, code: str, word: str, rect: QRectF) -> None:
        u = canvas.u
        canvas.box(rect, 10, "paper", "control", 1.6)
        if rect.height() < u(LEAST_STACKED):  # the bars need the height more than the word
            room = min(rect.width() * 0.27, rect.width() - least_width(code, 2) - u(2)) - u(14)
            label = QRectF(rect.left() + u(14), rect.top(), max(room, u(90)), rect.height())
            canvas.words(label, word, Style("body", 700), "#0F171E", lines=2)
            bars = QRectF(label.right(), rect.top() + u(7), rect.right() - label.right() - u(2), rect.height() - u(14))
        else:
            label = QRectF(rect.left() + u(8), rect.top() + u(6), rect.width() - u(16), u(32))
            canvas.words(label, word, Style("body", 700), "#0F171E", CENTRE)
            bars = QRectF(rect.left() + u(6), rect.top() + u(40), rect.width() - u(12), rect.height() - u(50))
        if not draw_barcode(canvas, code, bars):
            canvas.words(bars, code, Style("cap", 700, mono=True), "#0F171E", CENTRE, kind="code", lines=2)


def _columns(look: Look, cards: int, width: float) -> int:
    """As many columns as leave room for a barcode with two-pixel modules (about 190 modules with quiet zones)."""
    least = max(look.theme.px(290), 2.0 * 175)
    return max(1, min(MOST_COLUMNS, cards, int(width // least)))
