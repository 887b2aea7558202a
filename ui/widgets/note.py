"""A note that matters now: gift, fragile, hazard."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF

from app.view import Note
from ui.theme import CARD_SURFACES, PADDING, TONE_INK, Style, Surface
from ui.widgets.canvas import Canvas, Look
from ui.widgets.panel import PanelWidget, shows

TITLE, BODY = Style("body", 700), Style("cap", 500)


@shows(Note)
class NoteCard(PanelWidget[Note]):
    stretch: ClassVar[float] = 0.0
    beneath: ClassVar[float] = 0.0

    @classmethod
    def least_height(cls, look: Look, panel: Note, width: float) -> float:
        theme = look.theme
        room = width - theme.px(2 * PADDING + 50)
        title = look.fit(look.say(panel.title), TITLE, room, theme.px(150), 4)
        height = title.height
        if panel.body:
            height += look.fit(look.say(panel.body), BODY, room, theme.px(160), 4).height + theme.px(2)
        return max(theme.px(88), height + theme.px(28))

    def surface(self, panel: Note) -> Surface:
        return CARD_SURFACES[panel.tone]

    def draw(self, canvas: Canvas, panel: Note, rect: QRectF) -> None:
        u, size = canvas.u, canvas.u(36)
        token = TONE_INK[panel.tone]
        canvas.icon(panel.icon, QRectF(u(PADDING), (rect.height() - size) / 2, size, size), token)
        x = u(PADDING) + size + u(14)
        width = rect.width() - x - u(PADDING)
        title, body = canvas.say(panel.title), canvas.say(panel.body)
        above = canvas.look.fit(title, TITLE, width, u(150), 4).height
        below = canvas.look.fit(body, BODY, width, u(160), 4).height + u(2) if body else 0.0
        top = (rect.height() - above - below) / 2
        canvas.words(QRectF(x, top, width, above), title, TITLE, "ink", lines=4)
        canvas.words(QRectF(x, top + above, width, below), body, BODY, "ink2", lines=4)
