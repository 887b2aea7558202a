"""The top bar: who works where on what, and the health of what is around."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from app.view import Chip, Header, Tone
from ui.theme import MARGIN, SMALLEST, TONE_INK, Style
from ui.widgets.canvas import Canvas
from ui.widgets.panel import PanelWidget

STATION, PERSON, CHIP, CLOCK = Style("body", 800), Style("body", 500), Style("cap", 600), Style("body", 700)
QUIET = (Tone.NORMAL, Tone.OK)


class HeaderBar(PanelWidget[Header]):
    """Station, person and task on the left; chips and clock on the right, always at the same pixels."""

    def outline(self, panel: Header) -> float:
        return 0

    def radius(self) -> float:
        return 0

    def draw(self, canvas: Canvas, panel: Header, rect: QRectF) -> None:
        canvas.rule(0, rect.height() - canvas.u(1.5), rect.width(), "line")
        clock_left = self._clock(canvas, panel, rect)
        chips = [(chip, canvas.say(chip.words)) for chip in panel.chips]
        wanted = self._wanted_left(canvas, panel)
        room = clock_left - wanted - canvas.u(MARGIN)
        while chips and self._width(canvas, chips) > room and any(c.tone in QUIET and w for c, w in chips):
            # A healthy thing gives its word up first, then the sentences on the left grow narrow.
            index = next(i for i, (c, w) in enumerate(chips) if c.tone in QUIET and w)
            chips[index] = (chips[index][0], "")
        left = clock_left
        for chip, words in reversed(chips):
            left = self._chip(canvas, chip, words, left, rect.height())
        self._left(canvas, panel, QRectF(0, 0, left - canvas.u(8), rect.height()))

    def _clock(self, canvas: Canvas, panel: Header, rect: QRectF) -> float:
        right = rect.width() - canvas.u(MARGIN)
        if not panel.clock:
            return right
        width = canvas.width(panel.clock, CLOCK)
        canvas.words(QRectF(right - width, 0, width + 2, rect.height()), panel.clock, CLOCK, "ink", kind="figure")
        return right - width - canvas.u(22)

    def _wanted_left(self, canvas: Canvas, panel: Header) -> float:
        width = canvas.u(MARGIN) + canvas.width(panel.station, STATION)
        if panel.person:
            width += canvas.u(72) + canvas.width(panel.person, PERSON)
        if panel.task:
            width += canvas.u(38) + canvas.width(canvas.say(panel.task), PERSON)
        return width

    def _chip_width(self, canvas: Canvas, words: str) -> float:
        return canvas.u(25) + (canvas.u(8) + canvas.width(words, CHIP) if words else 0)

    def _width(self, canvas: Canvas, chips: list[tuple[Chip, str]]) -> float:
        return sum(self._chip_width(canvas, words) + canvas.u(24) for _, words in chips)

    def _chip(self, canvas: Canvas, chip: Chip, words: str, right: float, height: float) -> float:
        """Draws one chip that ends at `right`; returns where the next one ends."""
        u = canvas.u
        token = TONE_INK[Tone.NORMAL if chip.tone in QUIET else chip.tone]
        left = right - self._chip_width(canvas, words)
        if chip.tone not in QUIET:
            kind = "warn" if chip.tone is Tone.WARN else "err"
            frame = QRectF(left - u(11), height * 0.15, right - left + u(22), height * 0.7)
            canvas.box(frame, 8, f"{kind}_soft", kind, 1.8)
        canvas.icon(chip.icon, QRectF(left, (height - u(25)) / 2, u(25), u(25)), token)
        if words:
            canvas.words(QRectF(left + u(33), 0, right - left - u(33) + u(6), height), words, CHIP, token)
        return left - u(24 if chip.tone in QUIET else 30)

    def _left(self, canvas: Canvas, panel: Header, rect: QRectF) -> None:
        u = canvas.u
        x, task = u(MARGIN), canvas.say(panel.task)
        parts = [
            (panel.station, STATION, "ink", ""),
            (panel.person, PERSON, "ink2", "user-round"),
            (task, PERSON, "ink2", ""),
        ]
        parts = [part for part in parts if part[0]]
        fixed = sum(u(38) + (u(34) if icon else 0) for _, _, _, icon in parts) - u(38)
        widths = shares([canvas.width(words, style) for words, style, _, _ in parts], rect.width() - x - fixed)
        for index, ((words, style, token, icon), width) in enumerate(zip(parts, widths, strict=True)):
            if index:
                x += u(20)
                canvas.rule(x, rect.height() * 0.28, rect.height() * 0.44, "line", upright=True)
                x += u(18)
            if icon:
                canvas.icon(icon, QRectF(x, (rect.height() - u(26)) / 2, u(26), u(26)), "ink3")
                x += u(34)
            area = QRectF(x, u(4), width + 1, rect.height() - u(10))
            canvas.words(area, words, style, token, lines=2, floor=SMALLEST, single_to=SMALLEST, kind="name")
            x += width


def shares(wanted: list[float], room: float) -> list[float]:
    """Widths for texts that want more than there is: short ones keep theirs, long ones share the rest."""
    if sum(wanted) <= room or not wanted:
        return wanted
    fair = max(room, 0) / len(wanted)
    small = [w for w in wanted if w <= fair]
    rest = (max(room, 0) - sum(small)) / max(1, len(wanted) - len(small))
    return [w if w <= fair else min(w, rest) for w in wanted]
