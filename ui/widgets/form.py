"""A form: its fields as large rows; while a keyboard is below, the one field that the keys go to."""

from __future__ import annotations

import math
from typing import ClassVar

from PySide6.QtCore import QRectF

from app.text import say
from app.view import Form, FormField
from ui.theme import PADDING, Style
from ui.widgets.canvas import RIGHT, Canvas, Look
from ui.widgets.panel import PanelWidget, shows

HEAD, GAP, LEAST_ROW, MOST_ROW = 56.0, 12.0, 98.0, 120.0
ONE_COLUMN, TWO_COLUMNS = 4, 6
TWO_WIDE, THREE_WIDE = 620.0, 1100.0
LEAST_VALUE = 32.0
VALUE, LABEL = Style("lead", 700), Style("cap", 600)


@shows(Form)
class FormCard(PanelWidget[Form]):
    """A tap on a field that has a number sends `OPTn`."""

    stretch: ClassVar[float] = 3.0
    beneath: ClassVar[float] = 0.62

    @classmethod
    def least_height(cls, look: Look, panel: Form, width: float) -> float:
        rows = math.ceil(max(1, len(panel.fields)) / _columns(look, panel, width))
        row = max(look.theme.px(LEAST_ROW), look.theme.button_height)
        return look.theme.px(HEAD + PADDING + GAP * (rows - 1)) + rows * row

    def _is_short(self, panel: Form) -> bool:
        """Whether there is only room for the active field: a keyboard takes the rest of the screen."""
        return panel.active >= 0 and self.height() < self.least_height(self.look, panel, self.width()) - 1

    def targets(self, panel: Form) -> list[tuple[QRectF, str]]:
        if self._is_short(panel):
            return []
        return [(area, f"OPT{f.number}") for area, f in self._rows(panel) if f.number]

    def _rows(self, panel: Form) -> list[tuple[QRectF, FormField]]:
        u = self.look.theme.px
        gap, pad = u(GAP), u(PADDING)
        columns = _columns(self.look, panel, self.width())
        rows = math.ceil(max(1, len(panel.fields)) / columns)
        height = min((self.height() - u(HEAD) - pad - gap * (rows - 1)) / rows, u(MOST_ROW))
        width = (self.width() - 2 * pad - gap * (columns - 1)) / columns
        return [
            (QRectF(pad + (i // rows) * (width + gap), u(HEAD) + (i % rows) * (height + gap), width, height), each)
            for i, each in enumerate(panel.fields)
        ]

    def draw(self, canvas: Canvas, panel: Form, rect: QRectF) -> None:
        u, pad = canvas.u, canvas.u(PADDING)
        if self._is_short(panel):
            self._active(canvas, panel, rect.adjusted(pad, u(10), -pad, -u(14)))
            return
        title = QRectF(pad, u(10), rect.width() - 2 * pad, u(40))
        canvas.words(title, canvas.say(panel.title), Style("lead", 700), "ink")
        for index, (area, field) in enumerate(self._rows(panel)):
            self._field(canvas, field, area, active=index == panel.active)

    def _active(self, canvas: Canvas, panel: Form, rect: QRectF) -> None:
        """Title and place in the form on top, the field below as large as there is room."""
        u = canvas.u
        place = canvas.say(say("{done} of {n}", done=panel.active + 1, n=len(panel.fields)))
        width = canvas.width(place, LABEL) + 1
        canvas.words(QRectF(rect.right() - width, rect.top(), width, u(30)), place, LABEL, "ink2", RIGHT)
        head = QRectF(rect.left(), rect.top(), rect.width() - width - u(16), u(30))
        canvas.words(head, canvas.say(panel.title), Style("body", 700), "ink")
        self._field(canvas, panel.fields[panel.active], rect.adjusted(0, u(36), 0, 0), active=True)

    def _field(self, canvas: Canvas, field: FormField, rect: QRectF, *, active: bool) -> None:
        u = canvas.u
        down = bool(field.number) and self.pressed == f"OPT{field.number}"
        wrong, problem = bool(canvas.say(field.problem)), canvas.say(field.problem)
        line, thick = ("accent", 3.4) if active else ("err", 2.6) if wrong else ("control", 1.8)
        canvas.box(rect, 12, "pressed" if down else "button", line, thick)
        inner = rect.adjusted(u(16), u(7), -u(16), -u(7))
        if field.number and not active:
            width = u(34)
            key = QRectF(inner.right() - width, inner.top() + u(2), width, width)
            canvas.box(key, 8, "accent")
            canvas.words(key, str(field.number), Style("cap", 800), "on_accent", 0.5, kind="figure")
            inner = inner.adjusted(0, 0, -width - u(10), 0)
        label = canvas.say(field.label)
        style = LABEL
        head = QRectF(inner.left(), inner.top(), inner.width(), u(27))
        canvas.words(head, label, style, "ink2", floor=21)
        below = inner.bottom() - head.bottom()
        lines = 2 if below - u(52) >= u(LEAST_VALUE) else 1  # what was typed stays in sight
        foot = canvas.look.fit(problem, LABEL, inner.width(), u(26 * lines), lines).height if wrong else 0.0
        value = QRectF(inner.left(), head.bottom(), inner.width(), below - foot)
        self._value(canvas, canvas.say(field.value), value, caret=active)
        if wrong:
            place = QRectF(inner.left(), inner.bottom() - foot, inner.width(), foot)
            canvas.words(place, problem, LABEL, "err", lines=lines)

    def _value(self, canvas: Canvas, value: str, rect: QRectF, *, caret: bool) -> None:
        """The end of what was typed stays in sight: the beginning gives way."""
        u = canvas.u
        style = VALUE
        while canvas.width(value, style) > rect.width() - u(10) and style.u > 23:
            style = style.at(style.u - 1)
        shown = value
        while caret and shown and canvas.width("…" + shown[1:], style) > rect.width() - u(10):
            shown = shown[1:]
        if shown != value:
            shown = "…" + shown[1:]
        box = canvas.words(rect, shown, style, "ink", floor=style.u, kind="name")
        if caret:
            height = min(rect.height(), u(34))
            x = box.right() + u(4) if shown else rect.left()
            canvas.rule(x, rect.center().y() - height / 2, height, "accent", upright=True, width=3)


def _columns(look: Look, panel: Form, width: float) -> int:
    """Two columns from five fields on and three from seven on, where each is wide enough for a name: rows of four
    would be too low for a finger."""
    if len(panel.fields) > TWO_COLUMNS and width >= look.theme.px(THREE_WIDE):
        return 3
    return 2 if len(panel.fields) > ONE_COLUMN and width >= look.theme.px(TWO_WIDE) else 1
