"""The vocabulary of all parts: words, icons, boxes, pictures. They go to a sheet of strokes, which is painted from it.

When a ledger is open it writes down each text, icon and control as well.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QPixmap

from app.text import Text
from ui.pictures import PictureStore
from ui.theme import POSITIONS, SMALLEST, Style, Theme
from ui.translate import Translator
from ui.widgets import strokes, typeset
from ui.widgets.letters import TypeCase
from ui.widgets.strokes import Area, Clip, Core, Pixels, Sheet, Stroke, around, edges

LEFT, CENTRE, RIGHT = 0.0, 0.5, 1.0
MOST_WORDS, MOST_BLOCKS = 2_000, 100
"""How many words in their places, and how many drawn blocks, are remembered."""
PLAIN_INK, ANY_INK = (0.86, 0.32, 0.08), (1.3, 0.6, 0.3)
"""How far letters reach over the baseline, under it, and beyond their width, in heights of the type: plain ones, and
any others with their accents and tails."""
LARGE_BOX = 60
"""Pixels; the filling of a larger box is painted by itself where its outline is not touched."""


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
    letters: TypeCase = field(default_factory=TypeCase)
    set_words: dict[tuple[object, ...], tuple[tuple[Stroke, ...], Area]] = field(default_factory=dict)
    blocks: dict[Hashable, tuple[Stroke, ...]] = field(default_factory=dict)

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
    """Draws on a sheet in the theme's vocabulary. Rectangles are pixels of the part; lengths in u go through `u`."""

    def __init__(self, sheet: Sheet, look: Look, origin: QPointF, bounds: QRectF, ratio: float = 1.0) -> None:
        self.look = look
        self.theme = look.theme
        self._strokes = sheet.strokes
        self._clips: tuple[Clip, ...] = ()
        self._origin = origin
        self._bounds = bounds
        self._ratio = ratio  # device pixels a pixel

    def u(self, units: float) -> float:
        return self.theme.px(units)

    def say(self, text: Text | str) -> str:
        return self.look.say(text)

    def width(self, words: str, style: Style) -> float:
        return self.theme.width(words, style)

    def _stroke(
        self, paint: Callable[..., None], values: tuple[Any, ...], area: Area, core: Core | None = None
    ) -> None:
        self._strokes.append(Stroke(paint, values, area, self._clips, core))

    def once(self, key: Hashable, draw: Callable[[], object]) -> None:
        """What `draw` draws, remembered under `key`, which must hold all that it depends on, its place among it.

        From one scan to the next most of a screen stays: a row, a caption, the steps of a task.
        """
        if self.look.ledger is not None:
            draw()
            return
        whole = key, self._clips
        known = self.look.blocks.get(whole)
        if known is None:
            begin = len(self._strokes)
            draw()
            if len(self.look.blocks) >= MOST_BLOCKS:
                self.look.blocks.clear()
            self.look.blocks[whole] = tuple(self._strokes[begin:])
        else:
            self._strokes.extend(known)

    @contextmanager
    def within(self, rect: QRectF, radius: float = 0) -> Iterator[None]:
        """Keeps what is drawn meanwhile inside a rectangle; `radius` of its corners in u."""
        before = self._clips
        self._clips = (*before, (rect.x(), rect.y(), rect.width(), rect.height(), self.u(radius)))
        yield
        self._clips = before

    # ---- areas

    def fill(self, rect: QRectF, token: str) -> None:
        """A plain rectangle."""
        x, y, width, height = edges(rect)
        self._stroke(strokes.fill, (x, y, width, height, token), (x - 1, y - 1, x + width + 1, y + height + 1))

    def box(
        self, rect: QRectF, radius: float, fill: str | None = None, line: str | None = None, width: float = 1.4
    ) -> None:
        """A rounded box; `radius` and `width` in u; the line lies inside the rectangle."""
        x, y, w, h = edges(rect)
        thick = max(1.0, width * self.theme.scale)
        corner = self.u(radius)
        inset = max(corner, thick) + 1
        core = (x + inset, y + inset, x + w - inset, y + h - inset, fill) if min(w, h) > LARGE_BOX else None
        values = (x, y, w, h, corner, fill, line, thick)
        self._stroke(strokes.box, values, (x - 1, y - 1, x + w + 1, y + h + 1), core)

    def bars(self, places: tuple[tuple[int, int, int, int], ...], token: str) -> None:
        """Rectangles (x, y, width, height) on whole pixels, as sharp as they are."""
        left, top = min(p[0] for p in places), min(p[1] for p in places)
        right, bottom = max(p[0] + p[2] for p in places), max(p[1] + p[3] for p in places)
        self._stroke(strokes.bars, (places, token), (left, top, right, bottom))

    def rule(self, x: float, y: float, length: float, token: str, *, upright: bool = False, width: float = 1.5) -> None:
        """A thin straight line."""
        thick = max(1.0, self.u(width))
        self.fill(QRectF(x, y, thick, length) if upright else QRectF(x, y, length, thick), token)

    def polygon(self, points: list[QPointF], fill: str, line: str | None = None, width: float = 1.8) -> None:
        thick = self.theme.scale * width
        corners = tuple((point.x(), point.y()) for point in points)
        self._stroke(strokes.polygon, (corners, fill, line, thick), around(points, thick + 1))

    def path(
        self, points: list[QPointF], token: str, width: float, dash: tuple[float, ...] = (), *, flat: bool = False
    ) -> None:
        """A poly-line with round joints and (unless `flat`) round ends; `width` in u, `dash` in widths."""
        if len(points) < 2:
            return
        thick = width * self.theme.scale
        corners = tuple((point.x(), point.y()) for point in points)
        self._stroke(strokes.path, (corners, token, thick, dash, flat), around(points, thick + 1))

    # ---- pictures

    def icon(self, name: str, rect: QRectF, token: str, stroke: float = 2.2) -> None:
        side = max(1, round(rect.width()))
        left, top, colour = round(rect.x()), round(rect.y()), self.theme.hex(token)
        values = (left, top, side, round(side * self._ratio), name, colour, stroke)
        self._stroke(strokes.icon, values, (left - 1, top - 1, left + side + 1, top + side + 1))
        if self.look.ledger is not None:
            x, y = left + self._origin.x(), top + self._origin.y()
            self.look.ledger.icons.append(IconMark(name, (x, y, side, side), colour))

    def picture(self, rect: QRectF, key: str, sku: str = "", opacity: float = 1.0, radius: float = 8) -> None:
        """A product picture on its mat, or the designed absence of one: mat, outline, the beginning of the SKU."""
        side = max(1, round(min(rect.width(), rect.height())))
        place = QRectF(round(rect.x()), round(rect.y()), side, side)
        corner = round(self.u(radius))
        pixmap = self.look.pictures.pixmap(key, side, corner) if key else None
        if pixmap is None:
            self._mat(place, sku)
        else:
            self.pixmap(place, pixmap, opacity)

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

    def pixmap(self, rect: QRectF, pixmap: QPixmap, opacity: float = 1.0) -> None:
        """Pixels that were painted before, in this place."""
        x, y, w, h = edges(rect)
        self._stroke(strokes.pixels, (x, y, w, h, Pixels(pixmap), opacity), (x - 1, y - 1, x + w + 1, y + h + 1))

    def shape(self, kind: str, rect: QRectF, token: str) -> None:
        """The shape of a cart position, with a thin rim that sets it off from any ground."""
        x, y, w, h = edges(rect)
        beyond = w * 0.15 + 3  # a triangle is larger than its circle
        area = (x - beyond, y - beyond, x + w + beyond, y + h + beyond)
        self._stroke(strokes.shape, (kind, x, y, w, h, token, 2.2 * self.theme.scale), area)

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
        key = (*edges(rect), words, style, token, align, lines, floor, single_to, valign, self._clips)
        known = self.look.set_words.get(key) if self.look.ledger is None else None
        if known is not None:
            self._strokes.extend(known[0])
            return QRectF(*known[1])
        begin = len(self._strokes)
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
        box = (rect.x() + (rect.width() - widest) * align, top, widest, fitted.height)
        if len(self.look.set_words) >= MOST_WORDS:
            self.look.set_words.clear()
        self.look.set_words[key] = tuple(self._strokes[begin:]), box
        return QRectF(*box)

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
        x, y = foot.x(), round(foot.y())
        width, size = self.width(words, style), self.theme.pixel_size(style)
        above, below, beside = PLAIN_INK if words.isascii() else ANY_INK
        margin = beside * size + 1
        area = (x - margin, y - above * size - 1, x + width + margin, y + below * size + 1)
        self._stroke(strokes.words, (x, y, words, style, token), area)
        if self.look.ledger is not None:
            self._record(QPointF(x, y), words, style, token, width, kind, role, elided, self.theme.font(style))
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
