"""Colours, type, spacing and sizes of every screen.

All lengths are given in units (u): one pixel at scale 1.00 (1280×800). Sizes follow millimetres and arc minutes,
not pixels: `Theme.for_screen` reads the size of the screen and picks the scale at which captions subtend 16 minutes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import QSizeF
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QScreen

from app.view import Tone

FONT_FOLDER = Path(__file__).parent / "fonts"
FAMILY = "Atkinson Hyperlegible Next"
MONO = "Atkinson Hyperlegible Mono"
CAP_HEIGHT = 0.668  # of an em, read from the font files

# The type scale in u.
SIZES = MappingProxyType(
    {"cap": 21, "body": 25, "lead": 30, "title": 38, "large": 44, "big": 52, "count": 58, "huge": 84, "qty": 112}
)
SMALLEST = SIZES["cap"]

GUTTER, PADDING, MARGIN, HERO_PADDING, BUTTON_GAP = 14.0, 18.0, 20.0, 28.0, 12.0
BUTTON_RADIUS, CARD_RADIUS, HERO_RADIUS = 12.0, 14.0, 16.0
BUTTON_HEIGHT, TALL_BUTTON_HEIGHT = 98.0, 118.0
BUTTON_MM = (24.0, 20.0)
TILE_MM = (60.0, 30.0)
CAPTION_MINUTES = 16.0
USUAL_DENSITY = 4.9
"""Pixels a millimetre of a 12.1-inch panel with 1280 × 800: assumed where the screen says nothing of its size."""


class ThemeName(StrEnum):
    """The three themes; each is complete, none is derived from another."""

    DAY = "day"
    DARK = "dark"
    HIGH_CONTRAST = "hc"


_DAY = {
    "bg": "#E4E8EB",
    "surface": "#FFFFFF",
    "sunken": "#F1F4F6",
    "line": "#C3CBD2",
    "control": "#6B7782",
    "ink": "#0F171E",
    "ink2": "#34404A",
    "ink3": "#46525D",
    "hero": "#0E2A4A",
    "hero_ink": "#FFFFFF",
    "hero_ink2": "#C9DCF2",
    "hero_line": "#6485B0",
    "hero_rule": "#2D5180",
    "accent": "#0A4DA8",
    "on_accent": "#FFFFFF",
    "accent_soft": "#DCE9F9",
    "ok": "#005A36",
    "on_ok": "#FFFFFF",
    "ok_soft": "#D6EFE2",
    "ok_fill": "#C4F0DA",
    "on_ok_fill": "#06281A",
    "warn": "#6E3C00",
    "on_warn": "#FFFFFF",
    "warn_soft": "#FFEFCF",
    "warn_fill": "#FFB52E",
    "on_warn_fill": "#1F1300",
    "err": "#8C0A17",
    "on_err": "#FFFFFF",
    "err_soft": "#FBDDDD",
    "err_fill": "#A10E1E",
    "on_err_fill": "#FFFFFF",
    "map": "#EEF1F4",
    "rack": "#CDD5DC",
    "route": "#0A4DA8",
    "walked": "#74818D",
    "button": "#FFFFFF",
    "pressed": "#D3DCE4",
    "paper": "#FFFFFF",
    "bars": "#000000",
}
_DARK = {
    "bg": "#0B1015",
    "surface": "#151C23",
    "sunken": "#10161C",
    "line": "#2C3742",
    "control": "#7C8B99",
    "ink": "#F5F8FA",
    "ink2": "#CBD5DE",
    "ink3": "#A9B7C4",
    "hero": "#123A6B",
    "hero_ink": "#FFFFFF",
    "hero_ink2": "#CFE2F8",
    "hero_line": "#7FA3D1",
    "hero_rule": "#3A669E",
    "accent": "#7DB8FF",
    "on_accent": "#06162A",
    "accent_soft": "#142C49",
    "ok": "#55DDA2",
    "on_ok": "#04180F",
    "ok_soft": "#0E3425",
    "ok_fill": "#55DDA2",
    "on_ok_fill": "#04180F",
    "warn": "#FFC95C",
    "on_warn": "#1F1300",
    "warn_soft": "#3A2B0A",
    "warn_fill": "#FFC95C",
    "on_warn_fill": "#1F1300",
    "err": "#FF9C94",
    "on_err": "#2A0508",
    "err_soft": "#4A1518",
    "err_fill": "#AB101D",
    "on_err_fill": "#FFFFFF",
    "map": "#10161C",
    "rack": "#27323D",
    "route": "#7DB8FF",
    "walked": "#6B7A88",
    "button": "#1D262F",
    "pressed": "#34424F",
    "paper": "#FFFFFF",
    "bars": "#000000",
}
_HIGH_CONTRAST = {
    "bg": "#000000",
    "surface": "#000000",
    "sunken": "#000000",
    "line": "#FFFFFF",
    "control": "#FFFFFF",
    "ink": "#FFFFFF",
    "ink2": "#FFFFFF",
    "ink3": "#FFFFFF",
    "hero": "#FFE500",
    "hero_ink": "#000000",
    "hero_ink2": "#000000",
    "hero_line": "#000000",
    "hero_rule": "#000000",
    "accent": "#FFE500",
    "on_accent": "#000000",
    "accent_soft": "#000000",
    "ok": "#6CFFB8",
    "on_ok": "#000000",
    "ok_soft": "#000000",
    "ok_fill": "#6CFFB8",
    "on_ok_fill": "#000000",
    "warn": "#FFE500",
    "on_warn": "#000000",
    "warn_soft": "#000000",
    "warn_fill": "#FFE500",
    "on_warn_fill": "#000000",
    "err": "#FF9D9D",
    "on_err": "#000000",
    "err_soft": "#000000",
    "err_fill": "#FFFFFF",
    "on_err_fill": "#000000",
    "map": "#000000",
    "rack": "#3A3A3A",
    "route": "#FFE500",
    "walked": "#BDBDBD",
    "button": "#000000",
    "pressed": "#4A4A00",
    "paper": "#FFFFFF",
    "bars": "#000000",
}
PALETTES = MappingProxyType(
    {
        ThemeName.DAY: MappingProxyType(_DAY),
        ThemeName.DARK: MappingProxyType(_DARK),
        ThemeName.HIGH_CONTRAST: MappingProxyType(_HIGH_CONTRAST),
    }
)

# Cart positions: hue (Okabe and Ito, "Color Universal Design", 2008), shape, ink of the letter on it. A, C and E are
# darkened and D is lightened until their letters reach 7:1; neighbours so differ in lightness too.
POSITIONS = MappingProxyType(
    {
        "A": ("#005B8E", "circle", "#FFFFFF"),
        "B": ("#E69F00", "square", "#0F171E"),
        "C": ("#006348", "triangle", "#FFFFFF"),
        "D": ("#D590B6", "diamond", "#0F171E"),
        "E": ("#8F3F00", "hexagon", "#FFFFFF"),
        "F": ("#56B4E9", "plus", "#0F171E"),
    }
)


@dataclass(frozen=True, slots=True)
class Surface:
    """The colours of one filled area: what it is filled with, its ink, its quiet ink, its lines."""

    fill: str
    ink: str
    ink2: str
    line: str


HERO_SURFACES = MappingProxyType(
    {
        Tone.NORMAL: Surface("hero", "hero_ink", "hero_ink2", "hero_line"),
        Tone.OK: Surface("ok_fill", "on_ok_fill", "on_ok_fill", "on_ok_fill"),
        Tone.WARN: Surface("warn_fill", "on_warn_fill", "on_warn_fill", "on_warn_fill"),
        Tone.ERROR: Surface("err_fill", "on_err_fill", "on_err_fill", "on_err_fill"),
    }
)
# In high contrast the hero itself is yellow: attention turns it inside out and frames it.
_HIGH_CONTRAST_ATTENTION = Surface("warn_soft", "warn", "warn", "warn")


def hero_surface(theme: Theme, tone: Tone) -> Surface:
    """The colours of a hero that says `tone`."""
    if theme.high_contrast and tone is Tone.WARN:
        return _HIGH_CONTRAST_ATTENTION
    return HERO_SURFACES[tone]


CARD_SURFACES = MappingProxyType(
    {
        Tone.NORMAL: Surface("surface", "ink", "ink2", "line"),
        Tone.OK: Surface("surface", "ink", "ink2", "line"),
        Tone.WARN: Surface("warn_soft", "ink", "ink2", "warn"),
        Tone.ERROR: Surface("err_soft", "ink", "ink2", "err"),
    }
)
TONE_INK = MappingProxyType({Tone.NORMAL: "ink2", Tone.OK: "ok", Tone.WARN: "warn", Tone.ERROR: "err"})


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set: size in u (or a name of the scale), weight 400–800, fixed pitch, figures of equal width."""

    size: float | str = "body"
    weight: int = 500
    mono: bool = False
    tabular: bool = True

    @property
    def u(self) -> float:
        return float(SIZES[self.size]) if isinstance(self.size, str) else self.size

    def at(self, size: float) -> Style:
        return Style(size, self.weight, self.mono, self.tabular)


@cache
def load_fonts() -> None:
    """Registers the packaged faces with Qt, once a process. Needs a QGuiApplication."""
    for path in sorted(FONT_FOLDER.glob("*.ttf")):
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise RuntimeError(f"The font {path.name} cannot be read; reinstall Packbay.")


def legible_scale(px_per_mm: float, distance_mm: float) -> float:
    """The scale at which the capitals of a caption subtend 16 arc minutes at `distance_mm`."""
    cap_mm = 2 * distance_mm * math.tan(math.radians(CAPTION_MINUTES / 60) / 2)
    return cap_mm * px_per_mm / (SMALLEST * CAP_HEIGHT)


def fitting_scale(width: float, height: float) -> float:
    """The scale that a window of this size is laid out for: 1.00 at 1280×800, 1.22 at 1920×1080.

    A bigger screen gets bigger type and more air in equal measure.
    """
    ratio = largest_scale(width, height)
    return ratio if ratio <= 1 else 1 + (ratio - 1) * 0.63


def largest_scale(width: float, height: float) -> float:
    """The scale above which the layout of 1280×800 no longer fits into the window."""
    return min(width / 1280, height / 800)


MOST_WIDTHS = 4_000


class Theme:
    """One theme at one scale. Immutable in use; a change of theme or size makes a new one.

    `px_per_mm` is in device-independent pixels; buttons and tiles are computed from it.
    """

    def __init__(self, name: ThemeName | str, scale: float = 1.0, px_per_mm: float = USUAL_DENSITY) -> None:
        load_fonts()
        self.name = ThemeName(name)
        self.scale = scale
        self.px_per_mm = px_per_mm
        self._hex = PALETTES[self.name]
        self._colours = {token: QColor(value) for token, value in self._hex.items()}
        self._fonts: dict[tuple[float, int, bool, bool], tuple[QFont, QFontMetricsF]] = {}
        self._widths: dict[tuple[str, float, int, bool, bool], float] = {}

    @classmethod
    def for_screen(
        cls,
        screen: QScreen,
        name: ThemeName | str,
        *,
        distance_mm: float = 600,
        scale: float | None = None,
        px_per_mm: float | None = None,
    ) -> Theme:
        """The theme for a real screen. `scale` and `px_per_mm` are the settings of the station that win over it."""
        size = screen.size()
        density = px_per_mm or pixels_per_mm(screen.physicalSize(), size.width())
        if scale is None:
            low = fitting_scale(size.width(), size.height())
            high = largest_scale(size.width(), size.height())
            scale = min(max(legible_scale(density, distance_mm), low), max(high, low))
        return cls(name, round(scale, 3), density)

    # ---- lengths

    def px(self, u: float) -> float:
        """Units to pixels, rounded to whole pixels so that edges stay sharp."""
        return float(round(u * self.scale))

    def mm(self, mm: float) -> float:
        return mm * self.px_per_mm

    @property
    def button_height(self) -> float:
        """At least 98 u and at least 20 mm, but never more than 118 u."""
        wanted = max(self.px(BUTTON_HEIGHT), math.ceil(self.mm(BUTTON_MM[1])))
        return min(wanted, self.px(TALL_BUTTON_HEIGHT))

    @property
    def button_width(self) -> float:
        """The least width of a button."""
        return max(self.px(TALL_BUTTON_HEIGHT), math.ceil(self.mm(BUTTON_MM[0])))

    # ---- colours and type

    def colour(self, token: str) -> QColor:
        """The colour of a token; "#rrggbb" stands for itself."""
        return QColor(token) if token.startswith("#") else self._colours[token]

    def hex(self, token: str) -> str:
        return token if token.startswith("#") else self._hex[token]

    @property
    def high_contrast(self) -> bool:
        return self.name is ThemeName.HIGH_CONTRAST

    def font(self, style: Style) -> QFont:
        return self._face(style)[0]

    def metrics(self, style: Style) -> QFontMetricsF:
        return self._face(style)[1]

    def width(self, text: str, style: Style) -> float:
        """How wide this is set, measured once: the same words are fitted, placed and drawn."""
        key = (text, style.u, style.weight, style.mono, style.tabular)
        width = self._widths.get(key)
        if width is None:
            if len(self._widths) >= MOST_WIDTHS:
                self._widths.clear()
            width = self._widths[key] = self.metrics(style).horizontalAdvance(text)
        return width

    def pixel_size(self, style: Style) -> int:
        return round(style.u * self.scale)

    def _face(self, style: Style) -> tuple[QFont, QFontMetricsF]:
        key = (style.u, style.weight, style.mono, style.tabular)
        face = self._fonts.get(key)
        if face is None:
            font = QFont(MONO if style.mono else FAMILY)
            font.setPixelSize(self.pixel_size(style))
            font.setWeight(QFont.Weight(_real_weight(style)))
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
            if style.tabular and not style.mono:
                font.setFeature(QFont.Tag("tnum"), 1)
            face = self._fonts[key] = (font, QFontMetricsF(font))
        return face


def pixels_per_mm(physical: QSizeF, width: int) -> float:
    """Pixels a millimetre; the usual density when the screen says nothing or something impossible."""
    density = width / physical.width() if physical.width() > 0 else 0.0
    return density if 1.5 <= density <= 25 else USUAL_DENSITY


def _real_weight(style: Style) -> int:
    """The heaviest shipped face that is not heavier than asked for: no weight is ever synthesised."""
    shipped = (500, 700) if style.mono else (400, 500, 600, 700, 800)
    return min(shipped, key=lambda weight: abs(weight - style.weight - 1))
