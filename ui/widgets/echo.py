"""The last scan: what it meant, the raw code, when. Quiet when it was right, framed in its colour when it was not."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from app.text import say
from app.view import Echo, Tone
from ui.theme import BUTTON_RADIUS, CARD_SURFACES, TONE_INK, Style, Surface
from ui.widgets.canvas import Canvas
from ui.widgets.panel import PanelWidget
from ui.widgets.typeset import elide_middle

ICONS = {Tone.NORMAL: "scan-barcode", Tone.OK: "circle-check", Tone.WARN: "triangle-alert", Tone.ERROR: "octagon-x"}
LAST_SCAN = say("Last scan")


class EchoBar(PanelWidget[Echo]):
    def surface(self, panel: Echo) -> Surface:
        return CARD_SURFACES[panel.tone]

    def radius(self) -> float:
        return BUTTON_RADIUS

    def outline(self, panel: Echo) -> float:
        return 2.4 if panel.tone in (Tone.WARN, Tone.ERROR) else 1.4

    def draw(self, canvas: Canvas, panel: Echo, rect: QRectF) -> None:
        u = canvas.u
        narrow = rect.width() < u(430)
        size, pad, gap = (u(36), u(14), u(12)) if narrow else (u(44), u(20), u(16))
        token = TONE_INK[panel.tone]
        canvas.icon(ICONS[panel.tone], QRectF(pad, (rect.height() - size) / 2, size, size), token, 2.4)
        x = pad + size + gap
        width = rect.width() - x - u(10)
        words, strong = canvas.say(panel.words), Style("body", 700)
        tail = self._tail(canvas, panel, width)
        fitted = canvas.look.fit(words, strong, width, rect.height() - u(10) - u(28), 2)
        if not tail or fitted.elided:  # the meaning goes before the raw code
            canvas.words(QRectF(x, u(8), width, rect.height() - u(16)), words, strong, "ink", lines=3)
            return
        block = fitted.height + u(28)
        top = (rect.height() - block) / 2 - u(1)
        canvas.words(QRectF(x, top, width, fitted.height), words, strong, "ink", lines=2)
        self._second(canvas, tail, QRectF(x, top + fitted.height, width, u(30)))

    def _tail(self, canvas: Canvas, panel: Echo, width: float) -> list[tuple[str, Style]]:
        """The pieces of the second line; the words "Last scan" go first when it gets narrow, then the time."""
        if not panel.code and not panel.time:
            return []
        plain, mono = Style("cap", 500), Style("cap", 500, mono=True)
        gap = canvas.u(14)
        label, time = canvas.say(LAST_SCAN), panel.time
        parts: list[str] = []
        taken = 0.0
        for parts in ([label, time], [time], []):
            taken = sum(canvas.width(part, plain) + gap for part in parts if part)
            code = panel.code
            if taken + canvas.width(code, mono) <= width or not parts:
                break
        shown = elide_middle(canvas.theme, panel.code, mono, max(width - taken, canvas.u(60)))
        first = [(label, plain)] if label in parts and panel.code else []
        last = [(time, plain)] if time and time in parts else []
        return [*first, *([(shown, mono)] if shown else []), *last]

    def _second(self, canvas: Canvas, tail: list[tuple[str, Style]], rect: QRectF) -> None:
        x = rect.x()
        for words, style in tail:
            width = canvas.width(words, style)
            kind = "code" if style.mono else "sentence"
            canvas.words(QRectF(x, rect.y(), width + 1, rect.height()), words, style, "ink2", kind=kind)
            x += width + canvas.u(14)
