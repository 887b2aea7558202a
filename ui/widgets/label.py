"""The shipping label: a small drawing of the paper, and carrier, service, price, number and state in words."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF

from app.view import LabelPanel, Tone
from ui.theme import PADDING, TONE_INK, Style, Surface
from ui.widgets.canvas import LEFT, RIGHT, Canvas, Look
from ui.widgets.panel import CARD, PanelWidget, shows

STATE_ICONS = {Tone.NORMAL: "printer", Tone.OK: "circle-check", Tone.WARN: "triangle-alert", Tone.ERROR: "octagon-x"}
BARS = (3, 1, 2, 1, 1, 3, 2, 2, 1, 1, 3, 1, 2, 2, 1, 3, 1, 1, 2, 1, 3, 2, 1, 1, 2, 3, 1)


@shows(LabelPanel)
class LabelCard(PanelWidget[LabelPanel]):
    stretch: ClassVar[float] = 1.2

    @classmethod
    def least_height(cls, look: Look, panel: LabelPanel, width: float) -> float:
        return look.theme.px(206)

    def surface(self, panel: LabelPanel) -> Surface:
        if panel.tone in (Tone.WARN, Tone.ERROR):
            kind = "warn" if panel.tone is Tone.WARN else "err"
            return Surface(f"{kind}_soft", "ink", "ink2", kind)
        return CARD

    def draw(self, canvas: Canvas, panel: LabelPanel, rect: QRectF) -> None:
        u, pad = canvas.u, canvas.u(PADDING)
        height = min(rect.height() - 2 * pad, u(300))
        paper = QRectF(pad, (rect.height() - height) / 2, height / 1.5, height)
        draw_label(canvas, paper)
        x = paper.right() + u(24)
        self._words(canvas, panel, QRectF(x, pad - u(2), rect.width() - x - pad, rect.height() - 2 * pad + u(4)))

    def _words(self, canvas: Canvas, panel: LabelPanel, rect: QRectF) -> None:
        u = canvas.u
        price, strong = canvas.say(panel.price), Style("lead", 700)
        width = min(canvas.width(price, strong), rect.width() * 0.5)
        canvas.words(
            QRectF(rect.right() - width, rect.top(), width + 1, u(40)), price, strong, "ink", RIGHT, kind="figure"
        )
        area = QRectF(rect.left(), rect.top(), rect.width() - width - u(14), u(40))
        canvas.words(area, canvas.say(panel.carrier), strong, "ink", kind="name", floor=21)
        area = QRectF(rect.left(), rect.top() + u(40), rect.width(), u(34))
        canvas.words(area, canvas.say(panel.service), Style("body", 500), "ink2", floor=21, lines=1)
        mono = Style("body", 500, mono=True)
        self._tracking(canvas, panel.tracking, mono, QRectF(rect.left(), rect.top() + u(76), rect.width(), u(32)))
        self._state(canvas, panel, QRectF(rect.left(), rect.top() + u(112), rect.width(), rect.height() - u(112)))

    def _tracking(self, canvas: Canvas, number: str, mono: Style, rect: QRectF) -> None:
        """The number in groups of four, as it is read aloud; closer together when it is long."""
        grouped = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
        fits = canvas.width(grouped, mono.at(21)) <= rect.width()
        canvas.words(rect, grouped if fits else number, mono, "ink2", LEFT, kind="code")

    def _state(self, canvas: Canvas, panel: LabelPanel, rect: QRectF) -> None:
        u, style = canvas.u, Style("body", 600)
        words = canvas.say(panel.state)
        if not words:
            return
        size = u(32)
        fitted = canvas.look.fit(words, style, rect.width() - u(46), rect.height(), 2)
        height = max(fitted.height, size)
        top = rect.bottom() - height - u(4)
        canvas.rule(rect.left(), max(rect.top(), top - u(12)), rect.width(), self.surface(panel).line)
        middle = top + height / 2
        token = TONE_INK[panel.tone]
        canvas.icon(STATE_ICONS[panel.tone], QRectF(rect.left(), middle - size / 2, size, size), token, 2.4)
        area = QRectF(rect.left() + u(46), top, rect.width() - u(46), height)
        canvas.words(area, words, style, token if panel.tone is not Tone.NORMAL else "ink", lines=2)


def draw_label(canvas: Canvas, paper: QRectF) -> None:
    """A label of 4 × 6 inches in outline: sender, address, routing block, one barcode (a drawing, not scannable)."""
    w, h = paper.width(), paper.height()
    canvas.box(paper, 6, "paper", "control", 1.4)

    def bar(x: float, y: float, width: float, height: float) -> None:
        canvas.fill(QRectF(paper.left() + x * w, paper.top() + y * h, width * w, height * h), "#22282E")

    bar(0.10, 0.06, 0.34, 0.022)
    bar(0.10, 0.10, 0.24, 0.016)
    bar(0.72, 0.06, 0.18, 0.07)
    bar(0.06, 0.165, 0.88, 0.006)
    for index, width in enumerate((0.50, 0.62, 0.44)):
        bar(0.10, 0.215 + index * 0.055, width, 0.028)
    bar(0.06, 0.41, 0.88, 0.006)
    bar(0.10, 0.455, 0.30, 0.085)
    bar(0.52, 0.47, 0.38, 0.022)
    bar(0.52, 0.51, 0.26, 0.022)
    bar(0.06, 0.59, 0.88, 0.006)
    x, unit = 0.10, 0.80 / sum(BARS)
    for index, modules in enumerate(BARS):
        if index % 2 == 0:
            bar(x, 0.64, modules * unit, 0.24)
        x += modules * unit
    bar(0.28, 0.915, 0.44, 0.022)
