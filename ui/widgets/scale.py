"""The scale: a big reading, the band that is expected, and a pointer that shows where the reading lies."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF

from app.text import say
from app.view import ScalePanel, Tone
from ui.theme import CARD_SURFACES, PADDING, TONE_INK, Style, Surface
from ui.widgets.canvas import RIGHT, Canvas, Look
from ui.widgets.panel import PanelWidget, shows

TITLE, STABLE, MOVING, NO_READING = say("Scale"), say("stable"), say("moving"), say("no reading")
BAND = (0.56, 0.72)  # where the expected band lies on the bar, whatever its width in grams


@shows(ScalePanel)
class ScaleCard(PanelWidget[ScalePanel]):
    share: ClassVar[float] = 0.46
    stretch: ClassVar[float] = 1.5

    @classmethod
    def least_height(cls, look: Look, panel: ScalePanel, width: float) -> float:
        return look.theme.px(212)

    def surface(self, panel: ScalePanel) -> Surface:
        return CARD_SURFACES[panel.tone]

    def outline(self, panel: ScalePanel) -> float:
        return 2.4 if panel.tone in (Tone.WARN, Tone.ERROR) else 1.4

    def draw(self, canvas: Canvas, panel: ScalePanel, rect: QRectF) -> None:
        u, pad = canvas.u, canvas.u(PADDING)
        self._head(canvas, panel, QRectF(pad, u(10), rect.width() - 2 * pad, u(40)))
        words, style = self._sentence(canvas, panel), self._style(panel)
        width = rect.width() - 2 * pad
        below = canvas.look.fit(words, style, width, u(84), 3).height if words else 0.0
        foot = rect.height() - u(10) - below
        if panel.high_g is not None and panel.low_g is not None:
            bar = QRectF(pad, foot - u(14), width, u(12))
            self._bar(canvas, panel, bar)
            foot = bar.top() - u(24 if panel.tone in (Tone.WARN, Tone.ERROR) else 18)
        token = TONE_INK[panel.tone] if panel.tone in (Tone.WARN, Tone.ERROR) else "ink2"
        area = QRectF(pad, rect.height() - u(8) - below, width, below)
        canvas.words(area, words, style, "ink" if token != "ink2" else "ink2", lines=3)
        self._reading(canvas, panel, QRectF(pad, u(50), width, foot - u(50)))

    def _style(self, panel: ScalePanel) -> Style:
        return Style("body", 600) if panel.tone in (Tone.WARN, Tone.ERROR) else Style("cap", 500)

    def _head(self, canvas: Canvas, panel: ScalePanel, rect: QRectF) -> None:
        u = canvas.u
        state = NO_READING if panel.grams is None else STABLE if panel.stable else MOVING
        words, style = canvas.say(state), Style("body", 600)
        width = min(canvas.width(words, style), rect.width() * 0.5)
        canvas.words(QRectF(rect.right() - width, rect.top(), width + 1, rect.height()), words, style, "ink2", RIGHT)
        size = u(26)
        x = rect.right() - width - size - u(10)
        off = panel.tone in (Tone.WARN, Tone.ERROR)
        icon, token = ("triangle-alert", TONE_INK[panel.tone]) if off else ("scale", "ink3")
        canvas.icon(icon, QRectF(x, rect.top() + (rect.height() - size) / 2, size, size), token)
        area = QRectF(rect.left(), rect.top(), x - rect.left() - u(8), rect.height())
        canvas.words(area, canvas.say(TITLE), Style("lead", 700), "ink")

    def _sentence(self, canvas: Canvas, panel: ScalePanel) -> str:
        words = canvas.say(panel.words)
        if words or panel.low_g is None or panel.high_g is None:
            return words
        spell = canvas.look.translator
        low, high = spell.weight(panel.low_g), spell.weight(panel.high_g)
        if low[-2:] == high[-2:] and panel.low_g >= 1000:
            low = spell.kilograms(panel.low_g, 2)
        return canvas.say(say("Expect {low} to {high}", low=low, high=high))

    def _reading(self, canvas: Canvas, panel: ScalePanel, rect: QRectF) -> None:
        u = canvas.u
        number = "—" if panel.grams is None else canvas.look.translator.kilograms(panel.grams)
        unit, size = Style("title", 500), 96.0
        while True:
            style = Style(size, 700)
            height = canvas.theme.metrics(style).capHeight()
            wide = canvas.width(number, style) + u(12) + canvas.width("kg", unit)
            if (wide <= rect.width() and height <= rect.height() * 0.86) or size <= 38:
                break
            size -= 2
        foot = rect.top() + (rect.height() - height) / 2 + height
        x = rect.left() - u(3)
        token = "ink3" if panel.grams is None else "ink"
        x += canvas.line(QPointF(x, foot), number, style, token, kind="figure", role="reading")
        if panel.grams is None:
            return
        canvas.line(
            QPointF(x + u(12), foot), "kg", unit, self.surface(panel).ink2 if panel.tone != Tone.NORMAL else "ink3"
        )

    def _bar(self, canvas: Canvas, panel: ScalePanel, bar: QRectF) -> None:
        """The expected band always has the same width, so that it can be seen; the pointer keeps its side of it."""
        u = canvas.u
        canvas.box(bar, 6, "sunken", "control", 1.4)
        band = QRectF(bar.left() + bar.width() * BAND[0], bar.top(), bar.width() * (BAND[1] - BAND[0]), bar.height())
        canvas.box(band, 3, "ok")
        if panel.grams is None:
            return
        x = bar.left() + bar.width() * min(max(place(panel.grams, panel.low_g or 0, panel.high_g or 1), 0.015), 0.985)
        off = panel.tone in (Tone.WARN, Tone.ERROR)
        tip, size = bar.top() + u(1), u(13) if off else u(10)
        points = [QPointF(x, tip), QPointF(x - size, tip - size * 1.5), QPointF(x + size, tip - size * 1.5)]
        canvas.polygon(points, TONE_INK[panel.tone] if off else "ink")


def place(grams: int, low: int, high: int) -> float:
    """Where a weight lies on the bar: three straight pieces below, inside and above the band."""
    if grams < low:
        return BAND[0] * max(grams, 0) / max(low, 1)
    if grams <= high:
        return BAND[0] + (BAND[1] - BAND[0]) * (grams - low) / max(high - low, 1)
    over = min((grams - high) / max(high * 0.5, 1), 1.0)
    return BAND[1] + (1 - BAND[1]) * over
