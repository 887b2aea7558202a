"""What comes next, before the current step ends."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF

from app.text import say
from app.view import ThenPanel
from ui.theme import PADDING, Style
from ui.widgets.canvas import Canvas, Look
from ui.widgets.panel import PanelWidget, shows

THEN = say("Then")


@shows(ThenPanel)
class ThenCard(PanelWidget[ThenPanel]):
    stretch: ClassVar[float] = 0.0
    beneath: ClassVar[float] = 0.0

    @classmethod
    def least_height(cls, look: Look, panel: ThenPanel, width: float) -> float:
        return look.theme.px(84)

    def draw(self, canvas: Canvas, panel: ThenPanel, rect: QRectF) -> None:
        u = canvas.u
        area = rect.adjusted(u(PADDING), 0, -u(PADDING), 0)
        if self.joined_above:
            area = area.adjusted(0, 0, 0, -u(4))
        then, plain = canvas.say(THEN), Style("body", 500)
        box = canvas.words(area, then, plain, "ink3")
        x = box.right() + u(12)
        words = canvas.say(panel.words)
        code = Style("title", 700, tabular=False)
        room = area.right() - x
        least = min(canvas.width(words, Style("cap", 500)), room * 0.38)
        place = QRectF(x, area.top(), room - least - (u(16) if words else 0), area.height())
        box = canvas.words(place, panel.code, code, "ink", lines=2, single_to=26, kind="name")
        x = box.right() + u(16)
        canvas.words(QRectF(x, area.top(), area.right() - x, area.height()), words, plain, "ink2", lines=2, kind="name")
