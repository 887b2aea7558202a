"""The outline of a card in true millimetres: a real one that is laid on it shows whether the screen knows its size."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF

from app.view import CardOutline
from ui.theme import PADDING, Style
from ui.widgets.canvas import CENTRE, Canvas, Look
from ui.widgets.panel import PanelWidget, shows

CARD_MM = (85.60, 53.98)
CORNER_MM = 3.18
HEAD, FOOT = 56.0, 64.0


@shows(CardOutline)
class OutlineCard(PanelWidget[CardOutline]):
    stretch: ClassVar[float] = 3.0
    beneath: ClassVar[float] = 0.6

    @classmethod
    def least_height(cls, look: Look, panel: CardOutline, width: float) -> float:
        return look.theme.px(HEAD + FOOT) + look.theme.mm(CARD_MM[1]) + look.theme.px(PADDING)

    def draw(self, canvas: Canvas, panel: CardOutline, rect: QRectF) -> None:
        u, theme = canvas.u, canvas.theme
        pad = u(PADDING)
        canvas.words(
            QRectF(pad, u(10), rect.width() - 2 * pad, u(40)), canvas.say(panel.title), Style("lead", 700), "ink"
        )
        width, height = theme.mm(CARD_MM[0]), theme.mm(CARD_MM[1])
        room = rect.height() - u(HEAD + FOOT)
        card = QRectF((rect.width() - width) / 2, u(HEAD) + max(0.0, (room - height) / 2), width, height)
        canvas.box(card, theme.mm(CORNER_MM) / theme.scale, "sunken", "accent", 3)
        size = min(height * 0.34, u(72))
        middle = QRectF(card.center().x() - size / 2, card.center().y() - size * 0.9, size, size)
        canvas.icon("credit-card", middle, "ink3", 1.6)
        below = QRectF(card.left(), middle.bottom(), card.width(), u(44))
        canvas.words(below, "85.60 mm", Style("body", 700), "ink2", CENTRE, kind="figure")
        foot = QRectF(pad, rect.height() - u(FOOT), rect.width() - 2 * pad, u(FOOT - 8))
        canvas.words(foot, canvas.say(panel.words), Style("cap", 500), "ink2", CENTRE, lines=2)
