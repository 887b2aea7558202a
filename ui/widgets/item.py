"""The object in hand or to take: what it looks like, what it is called, how many, and where the units go."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF

from app.text import say
from app.view import ItemPanel, Put
from ui.theme import PADDING, Style
from ui.widgets.canvas import CENTRE, Canvas, Look
from ui.widgets.panel import PanelWidget, shows

PUT = say("Put")
COUNT_WIDTH = 150.0
CHIP_HEIGHT = 62.0
NAME, VARIANT, SKU, TAIL = (
    Style("title", 700),
    Style("body", 500),
    Style("body", 500, mono=True),
    Style("body", 700, mono=True),
)


@shows(ItemPanel)
class ItemCard(PanelWidget[ItemPanel]):
    beneath: ClassVar[float] = 0.40

    @classmethod
    def least_height(cls, look: Look, panel: ItemPanel, width: float) -> float:
        """More where the name needs two lines or a note stands beside it."""
        theme = look.theme
        room = width - theme.px(212 + 6 + COUNT_WIDTH + 3 * PADDING)
        words = look.say(panel.name)
        height = 212.0
        if panel.puts and theme.width(words, NAME.at(27)) > room:
            height += 30
        if panel.puts and panel.note:
            height += 56
        return theme.px(height)

    def draw(self, canvas: Canvas, panel: ItemPanel, rect: QRectF) -> None:
        u, pad = canvas.u, canvas.u(PADDING)
        side = min(rect.height() - 2 * pad, rect.width() * 0.235, u(260))
        place = QRectF(pad, (rect.height() - side) / 2, side, side)
        canvas.picture(place, panel.picture, panel.sku, radius=10)
        digits = len(str(panel.quantity))
        counted = u(COUNT_WIDTH if digits < 3 else COUNT_WIDTH + 60)
        divide = rect.width() - counted - pad - u(6)
        left = place.right() + u(24)
        self._quantity(canvas, panel, QRectF(divide, pad, counted + u(6), rect.height() - 2 * pad))
        self._description(canvas, panel, QRectF(left, pad, divide - left - u(12), rect.height() - 2 * pad))

    def _quantity(self, canvas: Canvas, panel: ItemPanel, rect: QRectF) -> None:
        u = canvas.u
        canvas.rule(rect.left(), rect.top() + u(6), rect.height() - u(12), "line", upright=True)
        area = rect.adjusted(u(12), 0, 0, 0)
        verb, under = canvas.say(panel.verb), canvas.say(panel.under)
        canvas.words(QRectF(area.left(), area.top(), area.width(), u(36)), verb, Style("lead", 500), "ink2", CENTRE)
        below = canvas.look.fit(under, Style("body", 500), area.width(), u(62), 2).height if under else 0.0
        foot = QRectF(area.left(), area.bottom() - max(below, u(36)), area.width(), max(below, u(36)))
        canvas.words(foot, under, Style("body", 500), "ink3", CENTRE, lines=2)
        number = str(panel.quantity)
        style = Style("qty", 700)
        while canvas.width(number, style) > area.width() and style.u > 50:
            style = style.at(style.u - 4)
        height = canvas.theme.metrics(style).capHeight()
        middle = (area.top() + u(36) + foot.top()) / 2
        x = area.left() + (area.width() - canvas.width(number, style)) / 2
        canvas.line(QPointF(x, middle + height / 2), number, style, "ink", kind="figure", role="quantity")

    def _description(self, canvas: Canvas, panel: ItemPanel, rect: QRectF) -> None:
        """Name, variant, codes from the top; what the hand does with it at the bottom. Codes give way first."""
        u = canvas.u
        bottom = rect.bottom()
        note = canvas.say(panel.note)
        if panel.puts:
            bottom = rect.bottom() - u(CHIP_HEIGHT)
            self._puts(canvas, panel.puts, QRectF(rect.left(), bottom, rect.width(), u(CHIP_HEIGHT)))
        if note:
            style = Style("cap" if panel.puts else "body", 600)
            fitted = canvas.look.fit(note, style, rect.width() - u(40), u(64), 2)
            height = max(fitted.height, u(32))
            area = QRectF(rect.left(), bottom - height - (u(6) if panel.puts else 0), rect.width(), height)
            size = u(28)
            canvas.icon("triangle-alert", QRectF(area.left(), area.top() + (height - size) / 2, size, size), "warn")
            canvas.words(area.adjusted(u(40), 0, 0, 0), note, style, "warn", lines=2)
            bottom = area.top()
        self._names(canvas, panel, QRectF(rect.left(), rect.top() - u(4), rect.width(), bottom - rect.top() + u(2)))

    def _names(self, canvas: Canvas, panel: ItemPanel, rect: QRectF) -> None:
        u = canvas.u
        name, variant = canvas.say(panel.name), canvas.say(panel.variant)
        second = canvas.look.fit(variant, VARIANT, rect.width(), u(52), 2, 21, 21) if variant else None
        below = second.height if second else 0.0
        fitted = canvas.look.fit(name, NAME, rect.width(), max(rect.height() - below - u(6), u(26)), 2, 21, 27)
        y = rect.top()
        height = max(fitted.height, u(44) if len(fitted.lines) == 1 else 0)
        canvas.words(
            QRectF(rect.left(), y, rect.width(), height),
            name,
            fitted.style,
            "ink",
            lines=2,
            floor=fitted.style.u,
            kind="name",
        )
        y += height
        if second and rect.bottom() - y >= min(below, u(25)):
            area = QRectF(rect.left(), y, rect.width(), max(below, u(32)))
            if area.bottom() > rect.bottom() + u(4):
                area.setHeight(below)
            canvas.words(area, variant, VARIANT, "ink2", lines=2, single_to=21, kind="name")
            y = area.bottom() + u(2)
        if rect.bottom() - y >= u(32):
            self._codes(canvas, panel, QRectF(rect.left(), y, rect.width(), u(34)))

    def _codes(self, canvas: Canvas, panel: ItemPanel, rect: QRectF) -> None:
        """The SKU, and the last digits of the barcode in bold: those are what people compare."""
        u, x = canvas.u, rect.left()
        tail = f"…{panel.code_tail}" if panel.code_tail else ""
        tail_width = canvas.width(tail, TAIL) + u(34) if tail else 0.0
        room = rect.width() - tail_width - (u(26) if tail else 0)
        if panel.sku and canvas.width(panel.sku, Style("cap", 500, mono=True)) <= room:
            box = canvas.words(QRectF(x, rect.top(), room, rect.height()), panel.sku, SKU, "ink3", kind="code")
            x = box.right() + u(26)
        if tail:
            size = u(28)
            canvas.icon("barcode", QRectF(x, rect.top() + (rect.height() - size) / 2, size, size), "ink3")
            area = QRectF(x + u(34), rect.top(), tail_width, rect.height())
            canvas.words(area, tail, TAIL, "ink", kind="code")

    def _puts(self, canvas: Canvas, puts: tuple[Put, ...], rect: QRectF) -> None:
        u = canvas.u
        label, style = canvas.say(PUT), Style("body", 600)
        widths = [u(138) + max(0.0, canvas.width(str(p.units), Style("title", 700)) - u(24)) for p in puts]
        lead = canvas.width(label, style) + u(14)
        tight = lead + sum(widths) + u(12) * (len(puts) - 1) > rect.width()
        x = rect.left()
        if not tight:
            canvas.words(QRectF(x, rect.top(), lead, rect.height()), label, style, "ink2")
            x += lead
        gap = u(12) if not tight else u(8)
        squeeze = min(1.0, (rect.right() - x - gap * (len(puts) - 1)) / sum(widths))
        for put, width in zip(puts, widths, strict=True):
            self._chip(canvas, put, QRectF(x, rect.top(), width * squeeze, rect.height()), tight=squeeze < 1)
            x += width * squeeze + gap

    def _chip(self, canvas: Canvas, put: Put, rect: QRectF, *, tight: bool) -> None:
        """Units, an arrow where there is room for one, the position's mark."""
        u = canvas.u
        canvas.box(rect, 10, "sunken", "control", 1.6)
        units = str(put.units)
        style = Style("lead" if tight else "title", 700)
        inner, side, arrow = (u(8), u(36), u(20)) if tight else (u(14), u(42), u(24))
        number = canvas.width(units, style)
        area = QRectF(rect.left() + inner, rect.top(), number + 1, rect.height())
        canvas.words(area, units, style, "ink", kind="figure")
        right = rect.right() - side - (u(6) if tight else u(16))
        middle = rect.center().y()
        if right - area.right() >= arrow:
            x = area.right() + min((right - area.right() - arrow) / 2, u(4))
            canvas.icon("arrow-right", QRectF(x, middle - arrow / 2, arrow, arrow), "ink3")
        canvas.position(put.position, QRectF(right, middle - side / 2, side, side), 22 if tight else 25)
