"""What a part shows, stroke by stroke: painted whole once, and from then on only where it changed.

A part does not draw on the screen but on a sheet. A stroke is a plain value: what is drawn, with which colours, where.
So the sheet of a new value can be compared with the one before: where a stroke went or came, the part is painted
again, and nowhere else. A scan changes a figure on a card and not the card; on a large screen that is most of the time
between the beep and the picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPen, QPixmap, QPolygonF, QRegion

from ui.icons import icon_pixmap
from ui.theme import Style, Theme
from ui.widgets.letters import LARGE, TypeCase

Area = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels of the part; a little more than what a stroke touches, never less."""
Clip = tuple[float, float, float, float, float]
"""x, y, width, height of what may be drawn in, and the radius of its corners."""
MOST_AREAS = 8
"""More separate places than this are painted as one: each stroke is cut to every one of them."""


class Inks(Protocol):
    """What strokes are painted with: colours and faces, and large letters that were cut before."""

    @property
    def theme(self) -> Theme: ...
    @property
    def letters(self) -> TypeCase: ...


Core = tuple[float, float, float, float, str | None]
"""Left, top, right, bottom of the part of a box that is nothing but its filling, and the colour of that."""


class Stroke(NamedTuple):
    """One thing that is drawn: `paint(painter, look, *values)`, inside all of `clips`.

    Where only its `core` is to be painted, a plain rectangle does: the outline of a large box is dear.
    """

    paint: Callable[..., None]
    values: tuple[Any, ...]
    area: Area
    clips: tuple[Clip, ...]
    core: Core | None = None


class Pixels:
    """A pixmap as a value: equal only to the very same pixels."""

    __slots__ = ("key", "pixmap")

    def __init__(self, pixmap: QPixmap) -> None:
        self.pixmap = pixmap
        self.key = pixmap.cacheKey()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pixels) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)


class Sheet:
    """The strokes of a part in the order in which they are drawn."""

    __slots__ = ("strokes",)

    def __init__(self) -> None:
        self.strokes: list[Stroke] = []

    def changed_from(self, before: Sheet) -> list[Area] | None:
        """The places where this sheet looks different; None when strokes changed their order: anywhere."""
        ours, theirs = _without_same_ends(self.strokes, before.strokes)
        new, old = set(ours), set(theirs)
        if [s for s in theirs if s in new] != [s for s in ours if s in old]:
            return None
        return [stroke.area for stroke in old ^ new]

    def paint(self, painter: QPainter, look: Inks, region: QRegion) -> None:
        """Paints what touches this region; the painter cuts off what goes beyond it."""
        places = [(r.x(), r.y(), r.x() + r.width(), r.y() + r.height()) for r in region]  # type: ignore[attr-defined]
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        clips: tuple[Clip, ...] = ()
        painter.save()
        for paint, values, (left, top, right, bottom), wanted, core in self.strokes:
            met = [p for p in places if left < p[2] and right > p[0] and top < p[3] and bottom > p[1]]
            if not met:
                continue
            if core and all(core[0] <= p[0] and core[1] <= p[1] and core[2] >= p[2] and core[3] >= p[3] for p in met):
                paint, values = _fill_core, core
            if wanted != clips:
                painter.restore()
                painter.save()
                for clip in wanted:
                    _cut(painter, *clip)
                clips = wanted
            paint(painter, look, *values)
        painter.restore()


def _without_same_ends(ours: list[Stroke], theirs: list[Stroke]) -> tuple[list[Stroke], list[Stroke]]:
    """Both lists without the strokes with which they begin and end alike."""
    least = min(len(ours), len(theirs))
    head = 0
    while head < least and ours[head] == theirs[head]:
        head += 1
    tail = 0
    while tail < least - head and ours[-1 - tail] == theirs[-1 - tail]:
        tail += 1
    return ours[head : len(ours) - tail], theirs[head : len(theirs) - tail]


def _fill_core(
    painter: QPainter, look: Inks, left: float, top: float, right: float, bottom: float, token: str | None
) -> None:
    if token is not None:
        painter.fillRect(QRectF(left, top, right - left, bottom - top), look.theme.colour(token))


def region_of(areas: Iterable[Area]) -> QRegion:
    """The whole pixels under these areas."""
    rects = [
        QRect(math.floor(x0), math.floor(y0), math.ceil(x1) - math.floor(x0), math.ceil(y1) - math.floor(y0))
        for x0, y0, x1, y1 in areas
    ]
    region = QRegion()
    for rect in rects:
        region |= QRegion(rect)
    return region if region.rectCount() <= MOST_AREAS else QRegion(region.boundingRect())


def edges(rect: QRectF) -> tuple[float, float, float, float]:
    """x, y, width, height."""
    return rect.x(), rect.y(), rect.width(), rect.height()


def around(points: Iterable[QPointF], margin: float) -> Area:
    """The area of these points, `margin` pixels wider on every side."""
    xs, ys = zip(*((point.x(), point.y()) for point in points), strict=True)
    return min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin


def _cut(painter: QPainter, x: float, y: float, width: float, height: float, radius: float) -> None:
    if radius:
        path = QPainterPath()
        path.addRoundedRect(QRectF(x, y, width, height), radius, radius)
        painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
    else:
        painter.setClipRect(QRectF(x, y, width, height), Qt.ClipOperation.IntersectClip)


# ---- how each kind of stroke is painted: the painter, the look, and then plain values -------------------------------


def fill(painter: QPainter, look: Inks, x: float, y: float, width: float, height: float, token: str) -> None:
    painter.fillRect(QRectF(x, y, width, height), look.theme.colour(token))


def box(
    painter: QPainter, look: Inks, x: float, y: float, width: float, height: float, corner: float,
    token: str | None, line: str | None, thick: float,
) -> None:  # fmt: skip
    """A rounded box; the line lies inside the rectangle."""
    colour = look.theme.colour
    painter.setPen(QPen(colour(line), thick) if line else Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(colour(token)) if token is not None else Qt.BrushStyle.NoBrush)
    inset = thick / 2 if line else 0.0
    painter.drawRoundedRect(QRectF(x + inset, y + inset, width - 2 * inset, height - 2 * inset), corner, corner)


def bars(painter: QPainter, look: Inks, places: tuple[tuple[int, int, int, int], ...], token: str) -> None:
    """Rectangles (x, y, width, height) on whole pixels, as sharp as they are."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    colour = look.theme.colour(token)
    for place in places:
        painter.fillRect(QRect(*place), colour)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def polygon(
    painter: QPainter, look: Inks, points: tuple[tuple[float, float], ...], token: str, line: str | None, thick: float
) -> None:
    painter.setPen(_pen(look, line, thick) if line else Qt.PenStyle.NoPen)
    painter.setBrush(look.theme.colour(token))
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in points]))


def path(
    painter: QPainter, look: Inks, points: tuple[tuple[float, float], ...], token: str, thick: float,
    dash: tuple[float, ...], flat: bool,
) -> None:  # fmt: skip
    pen = _pen(look, token, thick)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if flat else Qt.PenCapStyle.RoundCap)
    if dash:
        pen.setDashPattern(list(dash))
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    line = QPainterPath(QPointF(*points[0]))
    for x, y in points[1:]:
        line.lineTo(x, y)
    painter.drawPath(line)


def _pen(look: Inks, token: str, thick: float) -> QPen:
    pen = QPen(look.theme.colour(token), thick)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def icon(
    painter: QPainter, look: Inks, left: int, top: int, side: int, pixels: int, name: str, colour: str, stroke: float
) -> None:
    pixmap = icon_pixmap(name, pixels, colour, stroke)
    painter.drawPixmap(QRectF(left, top, side, side), pixmap, QRectF(pixmap.rect()))


def pixels(
    painter: QPainter, look: Inks, x: float, y: float, width: float, height: float, what: Pixels, opacity: float
) -> None:
    if opacity < 1:
        painter.setOpacity(opacity)
    painter.drawPixmap(QRectF(x, y, width, height), what.pixmap, QRectF(what.pixmap.rect()))
    if opacity < 1:
        painter.setOpacity(1.0)


def words(painter: QPainter, look: Inks, x: float, y: float, text: str, style: Style, token: str) -> None:
    """One line from its left foot on the baseline."""
    font, colour, foot = look.theme.font(style), look.theme.colour(token), QPointF(x, y)
    if font.pixelSize() > LARGE and look.letters.set(painter, foot, text, style, font, colour):
        return
    painter.setPen(colour)
    runs = look.letters.runs(text, style, font)
    if runs is None:
        painter.setFont(font)
        painter.drawText(foot, text)
    else:
        for run in runs:
            painter.drawGlyphRun(foot, run)


def shape(
    painter: QPainter, look: Inks, kind: str, x: float, y: float, width: float, height: float, token: str, rim: float
) -> None:
    """The shape of a cart position, its rim inside the rectangle."""
    rect = QRectF(x, y, width, height).adjusted(rim / 2, rim / 2, -rim / 2, -rim / 2)
    centre, radius = rect.center(), rect.width() / 2
    painter.setPen(_pen(look, "ink", rim))
    painter.setBrush(look.theme.colour(token))
    corners = {"triangle": (3, -90.0), "diamond": (4, -90.0), "hexagon": (6, 0.0)}
    if kind == "circle":
        painter.drawEllipse(rect)
    elif kind == "square":
        inset = radius * 0.08
        painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius * 0.2, radius * 0.2)
    elif kind == "plus":
        painter.drawPath(_plus(centre, radius))
    else:
        count, turn = corners[kind]
        reach, drop = radius * (1.2 if count == 3 else 1.1), radius * (0.22 if count == 3 else 0)
        angles = [math.radians(turn + i * 360 / count) for i in range(count)]
        painter.drawPolygon(
            QPolygonF(
                [QPointF(centre.x() + reach * math.cos(a), centre.y() + drop + reach * math.sin(a)) for a in angles]
            )
        )


def _plus(centre: QPointF, radius: float) -> QPainterPath:
    """A plus as one outline, so that its rim does not cross its middle."""
    arm, corner = radius * 0.46, radius * 0.12
    whole = QPainterPath()
    whole.addRoundedRect(QRectF(centre.x() - arm, centre.y() - radius, 2 * arm, 2 * radius), corner, corner)
    flat = QPainterPath()
    flat.addRoundedRect(QRectF(centre.x() - radius, centre.y() - arm, 2 * radius, 2 * arm), corner, corner)
    return whole.united(flat)
