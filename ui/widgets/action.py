"""A button: icon, verb, a second word. Touch is for exceptions, so it is quiet until something is wrong."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from app.view import Action, Tone
from ui.theme import BUTTON_RADIUS, Style, Surface
from ui.widgets.canvas import Canvas, Look
from ui.widgets.panel import PanelWidget

VERB, SECOND = Style("body", 700), Style("cap", 500)
PLAIN = Surface("button", "ink", "ink3", "control")
SURFACES = {
    Tone.NORMAL: PLAIN,
    Tone.OK: Surface("accent", "on_accent", "on_accent", "accent"),
    Tone.WARN: Surface("warn_fill", "on_warn_fill", "on_warn_fill", "warn"),
    Tone.ERROR: Surface("err_fill", "on_err_fill", "on_err_fill", "err_fill"),
}


class ActionButton(PanelWidget[Action]):
    """`Tone.OK` makes the button the primary one; `Tone.ERROR` the one that ends an error."""

    def surface(self, panel: Action) -> Surface:
        colours = SURFACES[panel.tone]
        return (
            Surface("pressed", colours.ink, colours.ink2, colours.line)
            if self.pressed and colours is PLAIN
            else colours
        )

    def radius(self) -> float:
        return BUTTON_RADIUS

    def outline(self, panel: Action) -> float:
        return 1.8

    @staticmethod
    def wanted_width(look: Look, action: Action, tight: bool) -> float:
        """The width at which verb and second word stand on one line each."""
        theme = look.theme
        words = max(theme.width(look.say(action.verb), VERB), theme.width(look.say(action.second), SECOND))
        around = theme.px(14 + 28 + 10 + 12) if tight else theme.px(20 + 34 + 12 + 20)
        return max(theme.button_width, round(words + around + 1))

    def targets(self, panel: Action) -> list[tuple[QRectF, str]]:
        return [(QRectF(self.rect()), panel.command)]

    def draw(self, canvas: Canvas, panel: Action, rect: QRectF) -> None:
        u, colours = canvas.u, self.surface(panel)
        tight = self.wanted_width(self.look, panel, tight=False) > rect.width() + 0.5
        pad, size, gap = (u(14), u(28), u(10)) if tight else (u(20), u(34), u(12))
        canvas.icon(panel.icon, QRectF(pad, (rect.height() - size) / 2, size, size), colours.ink)
        x = pad + size + gap
        width = rect.width() - x - u(6)
        verb, second = canvas.say(panel.verb), canvas.say(panel.second)
        if not second:
            canvas.words(QRectF(x, 0, width, rect.height()), verb, VERB, colours.ink, lines=3)
            return
        room = rect.height() - u(8)
        below = canvas.look.fit(second, SECOND, width, room - u(27), 2)
        above = canvas.look.fit(verb, VERB, width, room - below.height, 2)
        top = (rect.height() - above.height - below.height) / 2
        canvas.words(QRectF(x, top, width, above.height), verb, VERB, colours.ink, lines=2)
        area = QRectF(x, top + above.height, width, below.height)
        canvas.words(area, second, SECOND, colours.ink2, lines=2)
