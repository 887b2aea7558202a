"""The tote wall: every position of the cart, the one to put into lit."""

from __future__ import annotations

import math
from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF

from app.text import count, say
from app.view import TotePlace, ToteWall
from ui.theme import PADDING, Style
from ui.widgets.canvas import Canvas, Look
from ui.widgets.panel import PanelWidget, shows

HEAD = 56.0
EMPTY = say("no tote")


@shows(ToteWall)
class ToteWallCard(PanelWidget[ToteWall]):
    stretch: ClassVar[float] = 3.0
    beneath: ClassVar[float] = 0.5

    @classmethod
    def least_height(cls, look: Look, panel: ToteWall, width: float) -> float:
        rows = math.ceil(max(1, len(panel.places)) / _columns(look, panel, width))
        return look.theme.px(HEAD + PADDING + rows * 104)

    def draw(self, canvas: Canvas, panel: ToteWall, rect: QRectF) -> None:
        u, pad = canvas.u, canvas.u(PADDING)
        title = QRectF(pad, u(10), rect.width() - 2 * pad, u(40))
        canvas.words(title, canvas.say(panel.title), Style("lead", 700), "ink")
        columns = _columns(self.look, panel, rect.width())
        rows = math.ceil(max(1, len(panel.places)) / columns)
        gap = u(12)
        width = (rect.width() - 2 * pad - gap * (columns - 1)) / columns
        height = min((rect.height() - u(HEAD) - pad - gap * (rows - 1)) / rows, u(190))
        for index, place in enumerate(panel.places):
            x, y = pad + (index % columns) * (width + gap), u(HEAD) + (index // columns) * (height + gap)
            self._place(canvas, place, QRectF(x, y, width, height))

    def _place(self, canvas: Canvas, place: TotePlace, rect: QRectF) -> None:
        u = canvas.u
        lit = place.lit > 0
        fill, line = ("accent_soft", "accent") if lit else ("sunken", "line")
        canvas.box(rect, 12, fill, line, 4 if lit else 1.6)
        side = min(u(72), rect.height() - u(28), rect.width() * 0.34)
        mark = QRectF(rect.left() + u(16), rect.center().y() - side / 2, side, side)
        canvas.position(place.position, mark, 34 if side >= u(60) else 28)
        x = mark.right() + u(16)
        area = QRectF(x, rect.top() + u(8), rect.right() - x - u(10), rect.height() - u(16))
        if lit:
            self._lit(canvas, place, area)
        else:
            self._quiet(canvas, place, area)

    def _lit(self, canvas: Canvas, place: TotePlace, rect: QRectF) -> None:
        style = Style("big", 800) if rect.height() > canvas.u(84) else Style("title", 800)
        number = f"+{place.lit}"
        height = canvas.theme.metrics(style).capHeight()
        small = canvas.u(34)
        top = rect.top() + (rect.height() - height - small) / 2
        canvas.line(QPointF(rect.left(), top + height), number, style, "ink", kind="figure")
        below = QRectF(rect.left(), top + height + canvas.u(6), rect.width(), small)
        canvas.words(below, place.tote or canvas.say(EMPTY), Style("cap", 500), "ink2", kind="name")

    def _quiet(self, canvas: Canvas, place: TotePlace, rect: QRectF) -> None:
        u = canvas.u
        units = canvas.say(count(place.units, "{n} unit", "{n} units"))
        strong, quiet = Style("body", 600), Style("cap", 500)
        right = rect.right()
        if place.done:
            size = u(30)
            canvas.icon("circle-check", QRectF(right - size, rect.top() + u(2), size, size), "ok", 2.4)
        top = rect.center().y() - u(31 if place.tote else 16)
        name = place.tote or canvas.say(EMPTY)
        room = right - rect.left() - (u(36) if place.done else 0)
        canvas.words(QRectF(rect.left(), top, room, u(32)), name, strong, "ink", kind="name")
        if place.tote:
            canvas.words(QRectF(rect.left(), top + u(32), right - rect.left(), u(30)), units, quiet, "ink2")


def _columns(look: Look, panel: ToteWall, width: float) -> int:
    most = 3 if width > look.theme.px(760) else 2
    return max(1, min(most, len(panel.places)))
