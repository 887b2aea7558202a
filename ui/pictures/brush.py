"""A small drawing board for product pictures: 200 × 200 units, flat shapes, light from the left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QLinearGradient, QPainter, QPainterPath, QPen, QPolygonF

SIDE = 480
UNITS = 200.0


class Board:
    """One picture in the making: the mat, then shapes in the order they are drawn."""

    def __init__(self) -> None:
        self.image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
        self.painter = QPainter(self.image)
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.painter.scale(SIDE / UNITS, SIDE / UNITS)
        mat = QLinearGradient(0, 0, 0, UNITS)
        mat.setColorAt(0, QColor("#F7F4EF"))
        mat.setColorAt(1, QColor("#E4DED4"))
        self.painter.fillRect(QRectF(0, 0, UNITS, UNITS), mat)
        self.painter.setPen(Qt.PenStyle.NoPen)

    def done(self) -> QImage:
        self.painter.end()
        return self.image

    def shadow(self, x: float = 38, y: float = 160, w: float = 124, h: float = 18) -> None:
        self.oval(x, y, w, h, QColor(0, 0, 0, 30))

    def shaded(self, x: float, w: float, base: str) -> QBrush:
        """A round body of one colour: light a third from the left, dark at both edges."""
        colour = QColor(base)
        gradient = QLinearGradient(x, 0, x + w, 0)
        gradient.setColorAt(0, colour.darker(112))
        gradient.setColorAt(0.34, colour.lighter(116))
        gradient.setColorAt(1, colour.darker(128))
        return QBrush(gradient)

    def _fill(self, fill: str | QColor | QBrush) -> None:
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(fill if isinstance(fill, QBrush) else QBrush(_colour(fill)))

    def rect(self, x: float, y: float, w: float, h: float, fill: str | QColor | QBrush, r: float = 0) -> None:
        self._fill(fill)
        self.painter.drawRoundedRect(QRectF(x, y, w, h), r, r)

    def body(self, x: float, y: float, w: float, h: float, base: str, r: float = 8) -> None:
        """A shaded cylinder seen from the front."""
        self.rect(x, y, w, h, self.shaded(x, w, base), r)

    def oval(self, x: float, y: float, w: float, h: float, fill: str | QColor | QBrush) -> None:
        self._fill(fill)
        self.painter.drawEllipse(QRectF(x, y, w, h))

    def poly(self, points: Iterable[tuple[float, float]], fill: str | QColor | QBrush) -> None:
        self._fill(fill)
        self.painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in points]))

    def curve(
        self, start: tuple[float, float], parts: Iterable[tuple[float, ...]], fill: str | QColor | QBrush
    ) -> None:
        """A closed outline of straight (two numbers) and cubic (six numbers) parts."""
        self._fill(fill)
        self.painter.drawPath(_path(start, parts))

    def stroke(
        self,
        start: tuple[float, float],
        parts: Iterable[tuple[float, ...]],
        colour: str,
        width: float,
        flat: bool = False,
    ) -> None:
        """An open line of straight and cubic parts."""
        pen = QPen(_colour(colour), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap if flat else Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self.painter.setPen(pen)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawPath(_path(start, parts))

    def ring(self, x: float, y: float, w: float, h: float, colour: str, width: float) -> None:
        self.painter.setPen(QPen(QColor(colour), width))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawEllipse(QRectF(x, y, w, h))

    def dots(self, places: Iterable[tuple[float, float]], colour: str, radius: float = 2.2) -> None:
        for x, y in places:
            self.oval(x - radius, y - radius, 2 * radius, 2 * radius, colour)

    def lines(self, x: float, y: float, widths: Iterable[float], colour: str, gap: float = 9, h: float = 4) -> None:
        """Printed lines of a label, from the top."""
        for index, width in enumerate(widths):
            self.rect(x, y + index * gap, width, h, colour, h / 2)

    @contextmanager
    def turned(self, degrees: float, x: float = 100, y: float = 100) -> Iterator[None]:
        """What is drawn inside is turned around a point."""
        self.painter.save()
        self.painter.translate(x, y)
        self.painter.rotate(degrees)
        self.painter.translate(-x, -y)
        yield
        self.painter.restore()

    @contextmanager
    def inside(self, x: float, y: float, w: float, h: float, r: float = 8) -> Iterator[None]:
        """What is drawn inside is cut at a rounded rectangle."""
        path = QPainterPath()
        path.addRoundedRect(QRectF(x, y, w, h), r, r)
        self.painter.save()
        self.painter.setClipPath(path)
        yield
        self.painter.restore()


def _colour(value: str | QColor) -> QColor:
    """ "#rrggbb", or "#rrggbbaa" (Qt itself reads eight digits as #aarrggbb)."""
    if isinstance(value, str) and len(value) == 9:
        colour = QColor(value[:7])
        colour.setAlpha(int(value[7:], 16))
        return colour
    return QColor(value)


def _path(start: tuple[float, float], parts: Iterable[tuple[float, ...]]) -> QPainterPath:
    path = QPainterPath(QPointF(*start))
    for part in parts:
        if len(part) == 2:
            path.lineTo(part[0], part[1])
        else:
            path.cubicTo(*part)
    return path
