"""How far the task is: "n of m" in words, and as a bar of segments."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from app.view import Progress
from ui.theme import Style, Surface
from ui.widgets.canvas import RIGHT, Canvas
from ui.widgets.panel import PanelWidget

MOST_SEGMENTS = 60  # more cannot be told apart: the bar becomes continuous
GROUND = Surface("bg", "ink", "ink2", "line")


class ProgressBar(PanelWidget[Progress]):
    def surface(self, panel: Progress) -> Surface:
        return GROUND

    def outline(self, panel: Progress) -> float:
        return 0

    def draw(self, canvas: Canvas, panel: Progress, rect: QRectF) -> None:
        u = canvas.u
        label, right = canvas.say(panel.label), canvas.say(panel.right)
        strong, quiet = Style("cap", 700), Style("cap", 500)
        room = rect.width() * 0.42
        left_width = min(canvas.width(label, strong), room)
        right_width = min(canvas.width(right, quiet), room)
        canvas.words(QRectF(0, 0, left_width + 1, rect.height()), label, strong, "ink")
        end = rect.width() - right_width
        canvas.words(QRectF(end - 2, 0, right_width + 2, rect.height()), right, quiet, "ink2", RIGHT)
        start = left_width + u(20) if label else 0
        stop = end - u(20) if right else rect.width()
        if stop - start > u(60) and panel.total > 0:
            self._bar(canvas, panel, QRectF(start, (rect.height() - u(12)) / 2, stop - start, u(12)))

    def _bar(self, canvas: Canvas, panel: Progress, bar: QRectF) -> None:
        u = canvas.u
        if panel.total > MOST_SEGMENTS:
            canvas.box(bar, 6, None, "control", 1.5)
            part = QRectF(bar.x(), bar.y(), bar.width() * min(panel.done, panel.total) / panel.total, bar.height())
            if part.width() > u(6):
                canvas.box(part, 6, "ink2")
            return
        gap = u(4) if panel.total <= 40 else u(2)
        width = (bar.width() - gap * (panel.total - 1)) / panel.total
        for index in range(panel.total):
            segment = QRectF(bar.x() + index * (width + gap), bar.y(), width, bar.height())
            if index < panel.done:
                canvas.box(segment, 3, "ink2")
            elif index == panel.done:
                canvas.box(segment.adjusted(0, -u(4), 0, u(4)), 4, "accent")
            else:
                canvas.box(segment, 3, None, "control", 1.5)
