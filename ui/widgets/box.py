"""The box to take: drawn open from above at its true proportions, filled as far as it will be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF

from app.text import say
from app.view import BoxPanel
from ui.theme import PADDING, Style
from ui.widgets.canvas import RIGHT, Canvas, Look
from ui.widgets.panel import PanelWidget, shows

COS30 = 0.8660254


@shows(BoxPanel)
class BoxCard(PanelWidget[BoxPanel]):
    share: ClassVar[float] = 0.54
    stretch: ClassVar[float] = 1.5

    @classmethod
    def least_height(cls, look: Look, panel: BoxPanel, width: float) -> float:
        return look.theme.px(212)

    def draw(self, canvas: Canvas, panel: BoxPanel, rect: QRectF) -> None:
        u, pad = canvas.u, canvas.u(PADDING)
        over = panel.fill_percent > 100
        full = canvas.say(say("{percent} full", percent=canvas.look.translator.percent(panel.fill_percent)))
        style = Style("body", 600 if over else 500)
        width = canvas.width(full, style)
        canvas.words(
            QRectF(rect.right() - pad - width, u(14), width + 1, u(46)), full, style, "warn" if over else "ink2", RIGHT
        )
        area = QRectF(pad, u(12), rect.width() - 2 * pad - width - u(12), u(48))
        canvas.words(area, panel.name, Style("large", 700), "ink", kind="name", lines=2, single_to=26)
        drawing = QRectF(pad + u(4), u(72), rect.width() * 0.46 - u(20), rect.height() - u(88))
        draw_box(canvas, drawing, panel)
        self._facts(
            canvas,
            panel,
            QRectF(rect.width() * 0.46 + pad, u(62), rect.width() * 0.54 - pad - u(8), rect.height() - u(72)),
        )

    def _facts(self, canvas: Canvas, panel: BoxPanel, rect: QRectF) -> None:
        size = canvas.look.translator.centimetres(panel.length_mm, panel.width_mm, panel.height_mm)
        strong, plain = Style("body", 600, tabular=False), Style("body", 500)
        rows = [
            (size, strong, "ink"),
            (canvas.say(panel.shelf), plain, "ink2"),
            (canvas.say(panel.material), plain, "ink2"),
        ]
        rows = [row for row in rows if row[0]]
        fits = [canvas.look.fit(words, style, rect.width(), canvas.u(64), 2, 21, 21) for words, style, _ in rows]
        heights = [max(canvas.u(38), fitted.height + canvas.u(4)) for fitted in fits]
        y = rect.top() + (rect.height() - sum(heights)) / 2
        for (words, style, token), height in zip(rows, heights, strict=True):
            canvas.words(QRectF(rect.left(), y, rect.width(), height), words, style, token, lines=2, single_to=21)
            y += height


@dataclass(frozen=True, slots=True)
class Isometric:
    """Maps a place in a box (mm; x along its length, y along its width, z up) into a rectangle of pixels."""

    length: float
    width: float
    height: float
    area: QRectF

    @property
    def scale(self) -> float:
        across = (self.length + self.width) * COS30
        upright = (self.length + self.width) * 0.5 + self.height
        return min(self.area.width() / across, self.area.height() / upright)

    def point(self, x: float, y: float, z: float) -> QPointF:
        scale = self.scale
        middle_x = (self.length - self.width) * COS30 / 2
        upright = (self.length + self.width) * 0.5 + self.height
        left = self.area.center().x() + ((x - y) * COS30 - middle_x) * scale
        bottom = self.area.center().y() + upright * scale / 2
        return QPointF(left, bottom - (z + (self.length + self.width - x - y) * 0.5) * scale)


def draw_box(canvas: Canvas, area: QRectF, panel: BoxPanel) -> None:
    """An open carton: back walls, filling, front walls, and the level of the filling dashed on the outside."""
    if area.width() < 8 or area.height() < 8:
        return
    long, wide, high = max(panel.length_mm, 1), max(panel.width_mm, 1), max(panel.height_mm, 1)
    iso = Isometric(long, wide, high, area)
    p = iso.point
    edge = "#6B4A22"
    level = high * min(max(panel.fill_percent, 0), 100) / 100
    canvas.polygon([p(0, 0, 0), p(long, 0, 0), p(long, 0, high), p(0, 0, high)], "#B58A54", edge)
    canvas.polygon([p(0, 0, 0), p(0, wide, 0), p(0, wide, high), p(0, 0, high)], "#A27744", edge)
    if level > 0:
        canvas.polygon(
            [p(0, 0, level), p(long, 0, level), p(long, wide, level), p(0, wide, level)], "#F3E7D2", "#C9B48E"
        )
    if panel.fill_percent > 100:
        _heap(canvas, iso)
    canvas.polygon([p(0, wide, 0), p(long, wide, 0), p(long, wide, high), p(0, wide, high)], "#DDB47E", edge)
    canvas.polygon([p(long, 0, 0), p(long, wide, 0), p(long, wide, high), p(long, 0, high)], "#C79A60", edge)
    _tape(canvas, iso)
    if 0 < level < high:
        for start in (p(0, wide, level), p(long, 0, level)):
            canvas.path([start, p(long, wide, level)], "#5A3D1A", 1.7, (3, 3), flat=True)


def _tape(canvas: Canvas, iso: Isometric) -> None:
    """A strip of tape on the right wall tells the front from the side."""
    low, high = iso.width * 0.42, iso.width * 0.58
    p = iso.point
    strip = [
        p(iso.length, low, iso.height),
        p(iso.length, high, iso.height),
        p(iso.length, high, iso.height * 0.72),
        p(iso.length, low, iso.height * 0.72),
    ]
    canvas.polygon(strip, "#B4864C")


def _heap(canvas: Canvas, iso: Isometric) -> None:
    """What does not fit stands above the rim."""
    rise, p = iso.height * 0.22, iso.point
    inset_x, inset_y = iso.length * 0.16, iso.width * 0.16
    x0, x1, y0, y1 = inset_x, iso.length - inset_x, inset_y, iso.width - inset_y
    top = iso.height + rise
    canvas.polygon(
        [p(x0, y1, iso.height * 0.8), p(x1, y1, iso.height * 0.8), p(x1, y1, top), p(x0, y1, top)], "#E4D3B4", "#C9B48E"
    )
    canvas.polygon(
        [p(x1, y0, iso.height * 0.8), p(x1, y1, iso.height * 0.8), p(x1, y1, top), p(x1, y0, top)], "#D3BF9A", "#C9B48E"
    )
    canvas.polygon([p(x0, y0, top), p(x1, y0, top), p(x1, y1, top), p(x0, y1, top)], "#F3E7D2", "#C9B48E")
