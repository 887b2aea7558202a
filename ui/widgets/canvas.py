"""The one place that draws: text, icons, boxes, pictures. When a ledger is open it writes down each text it drew."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from app.text import Text
from ui.icons import icon_pixmap
from ui.pictures import PictureStore
from ui.theme import POSITIONS, SMALLEST, Style, Theme
from ui.translate import Translator
from ui.widgets import typeset

LEFT, CENTRE, RIGHT = 0.0, 0.5, 1.0


@dataclass(frozen=True, slots=True)
class TextMark:
    """One line of text as it was drawn, in window pixels. `rect` is the box of its line, `baseline` its left foot."""

    text: str
    kind: str  # sentence | name | code | figure
    rect: tuple[float, float, float, float]
    baseline: tuple[float, float]
    u: float
    pixel_size: int
    weight: int
    colour: str
    elided: bool
    clipped: bool
    role: str
    font: QFont = field(repr=False, compare=False)

    @property
    def capitals(self) -> tuple[float, float, float, float]:
        """The box from the head of the capitals to the baseline, without a pixel on each side."""
        height = 0.668 * self.pixel_size
        return self.baseline[0] + 1, self.baseline[1] - height + 1, self.rect[2] - 2, height - 2


@dataclass(frozen=True, slots=True)
class IconMark:
    """An icon as it was drawn, in window pixels."""

    name: str
    rect: tuple[float, float, float, float]
    colour: str


@dataclass(frozen=True, slots=True)
class ControlMark:
    """Something that can be tapped, in window pixels."""

    command: str
    kind: str
    rect: tuple[float, float, float, float]


@dataclass(slots=True)
class Ledger:
    """What was drawn while it was open."""

    texts: list[TextMark] = field(default_factory=list)
    icons: list[IconMark] = field(default_factory=list)
    controls: list[ControlMark] = field(default_factory=list)


@dataclass(slots=True)
class Look:
    """What all widgets of a window share. A new theme, language or set of pictures makes a new one."""

    theme: Theme
    translator: Translator
    pictures: PictureStore
    reduce_motion: bool = False
    ledger: Ledger | None = None
    fits: dict[tuple[object, ...], typeset.Fitted] = field(default_factory=dict)

    def say(self, text: Text | str) -> str:
        """A sentence in this person's language; what is a string already is shown as it stands."""
        return text if isinstance(text, str) else self.translator.text(text)

    def fit(
        self,
        words: str,
        style: Style,
        width: float,
        height: float,
        lines: int = 1,
        floor: float = SMALLEST,
        single_to: float | None = None,
    ) -> typeset.Fitted:
        """`typeset.fit`, remembered: the same words in the same place are measured once."""
        key = (words, style, round(width), round(height), lines, floor, single_to)
        found = self.fits.get(key)
        if found is None:
            if len(self.fits) > 4000:
                self.fits.clear()
            found = typeset.fit(self.theme, words, style, width, height, lines=lines, floor=floor, single_to=single_to)
            self.fits[key] = found
        return found


class Canvas:
    """A painter with the theme's vocabulary. Rectangles are pixels of the widget; lengths in u go through `u`."""

    def __init__(self, painter: QPainter, look: Look, origin: QPointF, bounds: QRectF) -> None:
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self.painter = painter
        self.look = look
        self.theme = look.theme
        self._origin = origin
        self._bounds = bounds

    def u(self, units: float) -> float:
        return self.theme.px(units)

    def say(self, text: Text | str) -> str:
        return self.look.say(text)

    def width(self, words: str, style: Style) -> float:
        return self.theme.width(words, style)

    # ---- areas

    def box(
        self, rect: QRectF, radius: float, fill: str | QColor | None = None, line: str | None = None, width: float = 1.4
    ) -> None:
        """A rounded box; `radius` and `width` in u; the line lies inside the rectangle."""
        pen = QPen(self.theme.colour(line), max(1.0, width * self.theme.scale)) if line else QPen(Qt.PenStyle.NoPen)
        self.painter.setPen(pen)
        colour = self.theme.colour(fill) if isinstance(fill, str) else fill
        self.painter.setBrush(QBrush(colour) if colour is not None else QBrush(Qt.BrushStyle.NoBrush))
        inset = pen.widthF() / 2 if line else 0.0
        corner = self.u(radius)
        self.painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), corner, corner)

    def rule(self, x: float, y: float, length: float, token: str, *, upright: bool = False, width: float = 1.5) -> None:
        """A thin straight line."""
        thick = max(1.0, self.u(width))
        rect = QRectF(x, y, thick, length) if upright else QRectF(x, y, length, thick)
        self.painter.fillRect(rect, self.theme.colour(token))

    def polygon(self, points: list[QPointF], fill: str, line: str | None = None, width: float = 1.8) -> None:
        pen = QPen(Qt.PenStyle.NoPen)
        if line:
            pen = QPen(self.theme.colour(line), self.theme.scale * width)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self.painter.setPen(pen)
        self.painter.setBrush(self.theme.colour(fill))
        self.painter.drawPolygon(QPolygonF(points))

    def path(self, points: list[QPointF], token: str, width: float, dash: tuple[float, ...] = ()) -> None:
        """A poly-line with round joints; `width` in u, `dash` in widths."""
        if len(points) < 2:
            return
        pen = QPen(self.theme.colour(token), width * self.theme.scale)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if dash:
            pen.setDashPattern(list(dash))
        self.painter.setPen(pen)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        line = QPainterPath(points[0])
        for point in points[1:]:
            line.lineTo(point)
        self.painter.drawPath(line)

    # ---- pictures

    def icon(self, name: str, rect: QRectF, token: str, stroke: float = 2.2) -> None:
        side = max(1, round(rect.width()))
        ratio = self.painter.device().devicePixelRatio()
        pixmap = icon_pixmap(name, round(side * ratio), self.theme.hex(token), stroke)
        left, top = round(rect.x()), round(rect.y())
        self.painter.drawPixmap(QRectF(left, top, side, side), pixmap, QRectF(pixmap.rect()))
        if self.look.ledger is not None:
            x, y = left + self._origin.x(), top + self._origin.y()
            self.look.ledger.icons.append(IconMark(name, (x, y, side, side), self.theme.hex(token)))

    def picture(self, rect: QRectF, key: str, sku: str = "", opacity: float = 1.0, radius: float = 8) -> None:
        """A product picture on its mat, or the designed absence of one: mat, outline, the beginning of the SKU."""
        side = max(1, round(min(rect.width(), rect.height())))
        place = QRectF(round(rect.x()), round(rect.y()), side, side)
        corner = round(self.u(radius))
        pixmap = self.look.pictures.pixmap(key, side, corner) if key else None
        if pixmap is None:
            self._mat(place, sku)
            return
        self.painter.setOpacity(opacity)
        self.painter.drawPixmap(place, pixmap, QRectF(pixmap.rect()))
        self.painter.setOpacity(1.0)

    def _mat(self, rect: QRectF, sku: str) -> None:
        self.box(rect, 8, "#EDE9E2")
        side = rect.width()
        initials = "".join(c for c in sku if c.isalnum())[:3].upper()
        room = bool(initials) and side >= self.u(100)
        size = side * (0.42 if room else 0.5)
        top = rect.y() + side * (0.17 if room else 0.25)
        self.icon("package", QRectF(rect.center().x() - size / 2, top, size, size), "#5B5346", 1.6)
        if room:
            strip = QRectF(rect.x(), rect.y() + side * 0.62, side, side * 0.24)
            big = max(float(SMALLEST), side * 0.16 / self.theme.scale)
            self.words(strip, initials, Style(big, 600), "#3F392F", CENTRE, kind="code")

    def shape(self, kind: str, rect: QRectF, token: str) -> None:
        """The shape of a cart position, with a thin rim that sets it off from any ground."""
        rim = 2.2 * self.theme.scale
        rect = rect.adjusted(rim / 2, rim / 2, -rim / 2, -rim / 2)
        painter, centre, radius = self.painter, rect.center(), rect.width() / 2
        pen = QPen(self.theme.colour("ink"), rim)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(self.theme.colour(token))
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

    def position(self, letter: str, rect: QRectF, size: float = 25) -> None:
        """A cart position: its letter on its shape in its hue (a neutral square for letters beyond F)."""
        hue, kind, ink = POSITIONS.get(letter, ("#5B6670", "square", "#FFFFFF"))
        self.shape(kind, rect, hue)
        self.words(rect, letter, Style(size, 800, tabular=False), ink, CENTRE, kind="code")

    def tick(self, centre: QPointF, radius: float) -> None:
        """A round success mark with a white rim."""
        rim = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        on_hero = "#000000" if self.theme.high_contrast else self.theme.hex("ok")
        ink = "#FFFFFF" if self.theme.high_contrast else self.theme.hex("on_ok")
        self.box(rim, radius / self.theme.scale, on_hero, "#FFFFFF", 3)
        half = radius * 0.6
        self.icon("check", QRectF(centre.x() - half, centre.y() - half, 2 * half, 2 * half), ink, 3.2)

    def number(self, rect: QRectF, words: str, fill: str | None, ink: str, weight: int = 700) -> None:
        """A number in a circle, filled or outlined in its ink."""
        self.box(rect, rect.width() / 2 / self.theme.scale, fill, None if fill else ink, 2)
        self.words(rect, words, Style("body", weight), ink, CENTRE, kind="figure")

    # ---- words

    def words(
        self,
        rect: QRectF,
        words: str,
        style: Style,
        token: str,
        align: float = LEFT,
        *,
        lines: int = 1,
        floor: float = SMALLEST,
        single_to: float | None = None,
        valign: float = 0.5,
        kind: str = "sentence",
        role: str = "",
    ) -> QRectF:
        """Sets words into a rectangle as large as they fit (`valign` 0 top, 1 bottom). Returns their box."""
        if not words:
            return QRectF(rect.x(), rect.y(), 0, 0)
        fitted = self.look.fit(words, style, rect.width(), rect.height(), lines, floor, single_to)
        top = rect.y() + (rect.height() - fitted.height) * valign
        widest = 0.0
        for index, line in enumerate(fitted.lines):
            width = self.width(line, fitted.style)
            widest = max(widest, width)
            x = rect.x() + (rect.width() - width) * align
            metrics = self.theme.metrics(fitted.style)
            middle = top + fitted.leading * (index + 0.5)
            baseline = middle + metrics.capHeight() / 2
            self.line(QPointF(x, baseline), line, fitted.style, token, kind=kind, role=role, elided=fitted.elided)
        return QRectF(rect.x() + (rect.width() - widest) * align, top, widest, fitted.height)

    def line(
        self,
        foot: QPointF,
        words: str,
        style: Style,
        token: str,
        *,
        kind: str = "sentence",
        role: str = "",
        elided: bool = False,
    ) -> float:
        """One line from its left foot on the baseline, as it is. Returns its width."""
        font = self.theme.font(style)
        self.painter.setFont(font)
        self.painter.setPen(self.theme.colour(token))
        foot = QPointF(foot.x(), round(foot.y()))
        self.painter.drawText(foot, words)
        width = self.width(words, style)
        if self.look.ledger is not None:
            self._record(foot, words, style, token, width, kind, role, elided, font)
        return width

    def _record(
        self,
        foot: QPointF,
        words: str,
        style: Style,
        token: str,
        width: float,
        kind: str,
        role: str,
        elided: bool,
        font: QFont,
    ) -> None:
        size = self.theme.pixel_size(style)
        ink = self.theme.metrics(style).tightBoundingRect(words).translated(foot)
        box = QRectF(foot.x(), foot.y() - 0.76 * size, width, 0.98 * size)
        clipped = not self._bounds.adjusted(-1, -1, 1, 1).contains(ink)
        ledger = self.look.ledger
        assert ledger is not None
        dx, dy = self._origin.x(), self._origin.y()
        ledger.texts.append(
            TextMark(
                words,
                kind,
                (round(box.x() + dx, 1), round(box.y() + dy, 1), round(box.width(), 1), round(box.height(), 1)),
                (foot.x() + dx, foot.y() + dy),
                style.u,
                size,
                font.weight(),
                self.theme.hex(token),
                elided,
                clipped,
                role,
                font,
            )
        )

    def pixmap(self, rect: QRectF, pixmap: QPixmap) -> None:
        self.painter.drawPixmap(rect, pixmap, QRectF(pixmap.rect()))


def _plus(centre: QPointF, radius: float) -> QPainterPath:
    """A plus as one outline, so that its rim does not cross its middle."""
    arm, corner = radius * 0.46, radius * 0.12
    path = QPainterPath()
    path.addRoundedRect(QRectF(centre.x() - arm, centre.y() - radius, 2 * arm, 2 * radius), corner, corner)
    flat = QPainterPath()
    flat.addRoundedRect(QRectF(centre.x() - radius, centre.y() - arm, 2 * radius, 2 * arm), corner, corner)
    return path.united(flat)
