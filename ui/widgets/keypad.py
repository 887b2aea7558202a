"""Digits for a finger: what was typed on top, twelve keys below. A PIN shows as many bullets and nothing else."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF

from app.text import NOTHING
from app.view import Keypad
from ui.theme import Style
from ui.widgets.canvas import CENTRE, Canvas, Look
from ui.widgets.keys import KEY_GAP, KeyFace, draw_key, key_side
from ui.widgets.panel import PanelWidget, shows

PAD, ENTRY = 12.0, 78.0
BULLET = "•"
ROWS = (("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9"), ("BACK", "0", "ENTER"))
MOST_WIDTH, MOST_KEY = 560.0, 128.0


@shows(Keypad)
class KeypadCard(PanelWidget[Keypad]):
    """A tap sends a digit, `BACK` or `ENTER`."""

    stretch: ClassVar[float] = 4.0
    beneath: ClassVar[float] = 0.75

    @classmethod
    def least_height(cls, look: Look, panel: Keypad, width: float) -> float:
        u = look.theme.px
        return 2 * u(PAD) + u(ENTRY) + u(KEY_GAP) + 4 * key_side(look.theme) + 3 * u(KEY_GAP)

    def tapped(self, target: str) -> None:
        self.keyed.emit(target)

    def targets(self, panel: Keypad) -> list[tuple[QRectF, str]]:
        return [(area, face.key) for area, face in self._keys(panel)]

    def _area(self) -> QRectF:
        """The pad itself: in the middle of a wide card, never stretched into long keys."""
        u = self.look.theme.px
        width = min(self.width() - 2 * u(PAD), u(MOST_WIDTH))
        return QRectF((self.width() - width) / 2, u(PAD), width, self.height() - 2 * u(PAD))

    def _keys(self, panel: Keypad) -> list[tuple[QRectF, KeyFace]]:
        u, area = self.look.theme.px, self._area()
        gap = u(KEY_GAP)
        width = (area.width() - 2 * gap) / 3
        height = min((area.height() - u(ENTRY) - 4 * gap) / 4, u(MOST_KEY))
        top = area.bottom() - 4 * height - 3 * gap
        return [
            (QRectF(area.left() + c * (width + gap), top + r * (height + gap), width, height), self._face(panel, key))
            for r, row in enumerate(ROWS)
            for c, key in enumerate(row)
        ]

    def _face(self, panel: Keypad, key: str) -> KeyFace:
        if key == "BACK":
            return KeyFace(key, icon="delete")
        if key == "ENTER":
            words = self.look.say(panel.enter) if panel.enter != NOTHING else ""
            return KeyFace(key, words, "check", strong=True)
        return KeyFace(key, key)

    def draw(self, canvas: Canvas, panel: Keypad, rect: QRectF) -> None:
        u, keys = canvas.u, self._keys(panel)
        area = self._area()
        top = keys[0][0].top()
        entry = QRectF(area.left(), area.top(), area.width(), top - area.top() - u(KEY_GAP))
        self._entry(canvas, panel, entry)
        for place, face in keys:
            draw_key(canvas, face, place, 44, down=self.pressed == face.key)

    def _entry(self, canvas: Canvas, panel: Keypad, rect: QRectF) -> None:
        u = canvas.u
        title = canvas.say(panel.title)
        quiet = Style("cap", 600)
        above = canvas.look.fit(title, quiet, rect.width(), u(52), 2).height if title else 0.0
        if rect.height() - above < u(44):
            above = u(26)
        canvas.words(QRectF(rect.left(), rect.top(), rect.width(), above), title, quiet, "ink2", CENTRE, lines=2)
        field = QRectF(rect.left(), rect.top() + above, rect.width(), min(rect.height() - above, u(110)))
        field.moveBottom(rect.bottom())
        canvas.box(field, 10, "sunken", "control", 1.6)
        entered = canvas.say(panel.entered)
        shown = BULLET * len(entered) if panel.masked else entered
        inner = field.adjusted(u(12), 0, -u(12), 0)
        canvas.words(inner, shown, Style("large", 700), "ink", CENTRE, floor=25, kind="code")
