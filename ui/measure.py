"""Looks at a grabbed window the way a person does: what stands where, how large, how well it can be told apart.

The parts write down each text as they draw it; contrast and clipping are then measured on the pixels of the picture,
not on what was intended.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.view import View
from ui.widgets.canvas import IconMark, Ledger, TextMark
from ui.window import KioskWindow

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Measured:
    """One text in the picture. `contrast` is the ratio of WCAG 2.2; `found` the part of its ink that is there."""

    mark: TextMark
    contrast: float
    found: float


@dataclass(frozen=True, slots=True)
class Shot:
    """A grabbed window with everything that was drawn on it."""

    view: View
    image: QImage
    ledger: Ledger
    scale: float
    px_per_mm: float
    _measured: list[Measured] = field(default_factory=list, repr=False, compare=False)

    def measured(self) -> list[Measured]:
        """Every text with what the pixels say of it; measured once, for that is the dear part of a picture."""
        if not self._measured:
            picture = to_pillow(self.image)
            self._measured.extend(
                Measured(m, text_contrast(picture, m), ink_found(picture, m)) for m in self.ledger.texts
            )
        return self._measured

    def as_json(self) -> str:
        """The texts and controls with their rectangles, one JSON object (keys are stable)."""
        texts = [
            {
                "text": m.mark.text,
                "kind": m.mark.kind,
                "role": m.mark.role,
                "rect": list(m.mark.rect),
                "size_u": round(m.mark.u, 1),
                "size_px": m.mark.pixel_size,
                "weight": m.mark.weight,
                "colour": m.mark.colour,
                "contrast": round(m.contrast, 2),
                "ink_found": round(m.found, 3),
                "elided": m.mark.elided,
                "clipped": m.mark.clipped,
            }
            for m in self.measured()
        ]
        controls = [{"command": c.command, "kind": c.kind, "rect": list(c.rect)} for c in self.ledger.controls]
        icons = [{"name": i.name, "rect": list(i.rect), "colour": i.colour} for i in self.ledger.icons]
        whole = {
            "kind": self.view.kind,
            "size": [self.image.width(), self.image.height()],
            "scale": self.scale,
            "px_per_mm": self.px_per_mm,
            "texts": texts,
            "controls": controls,
            "icons": icons,
        }
        return json.dumps(whole, indent=1, ensure_ascii=False)


def grab(window: KioskWindow, view: View | None = None) -> Shot:
    """Shows `view` (or keeps what is shown) and takes the picture, with the ledger open."""
    if view is not None:
        window.show_view(view)
    if window.view is None:
        raise ValueError("The window shows nothing yet; give a view.")
    window.settle()
    ledger = window.look.ledger = Ledger()
    try:
        image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    finally:
        window.look.ledger = None
    return Shot(window.view, image, ledger, window.look.theme.scale, window.look.theme.px_per_mm)


def shot(window: KioskWindow, view: View | None, path: Path) -> Shot:
    """Writes `path` (PNG) and the same name with `.json`; the window must have its size already."""
    taken = grab(window, view)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not taken.image.save(str(path)):
        raise OSError(f"The picture {path} cannot be written.")
    path.with_suffix(".json").write_text(taken.as_json() + "\n", "utf-8")
    return taken


def offscreen_window(window: KioskWindow, width: int, height: int) -> KioskWindow:
    """Gives the window its size without needing a screen of that size."""
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.setFixedSize(width, height)
    window.show()
    QApplication.processEvents()
    return window


# ---- pixels


def to_pillow(image: QImage) -> Image.Image:
    """The same pixels as RGB for Pillow."""
    rgb = image if image.format() == QImage.Format.Format_RGB888 else image.convertToFormat(QImage.Format.Format_RGB888)
    size = (rgb.width(), rgb.height())
    return Image.frombuffer("RGB", size, bytes(rgb.constBits()), "raw", "RGB", rgb.bytesPerLine(), 1)


@lru_cache(maxsize=65_536)
def luminance(rgb: tuple[int, int, int]) -> float:
    """Relative luminance of sRGB (WCAG 2.2)."""
    parts = [(c / 255) / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(first: tuple[int, int, int], second: tuple[int, int, int]) -> float:
    """Contrast ratio of two colours (WCAG 2.2), 1 to 21."""
    a, b = luminance(first), luminance(second)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


def text_contrast(picture: Image.Image, mark: TextMark) -> float:
    """The ink of a text against the ground it stands on: ground is the commonest colour of its rectangle, ink the
    pixel that is farthest from it on the side of the text's own colour. A text whose strokes nowhere reach their
    colour (too thin) is therefore measured lower than its tokens say."""
    area = _crop(picture, mark.rect)
    if area is None:
        return 1.0
    colours = area.getcolors(area.width * area.height) or []
    found = [(n, c) for n, c in colours if isinstance(c, tuple)]
    wanted = rgb_of(mark.colour)
    ground = max((pair for pair in found if contrast(rgb(pair[1]), wanted) > 1.3), default=(1, wanted))
    base = rgb(ground[1])
    lighter = luminance(wanted) > luminance(base)
    inks = [rgb(c) for _, c in found if (luminance(rgb(c)) > luminance(base)) == lighter and near(rgb(c), wanted)]
    return max((contrast(ink, base) for ink in inks), default=1.0)


def ink_found(picture: Image.Image, mark: TextMark) -> float:
    """The part of a text's full-strength ink that the picture has, 0 to 1; clipped or covered ink lowers it."""
    pad = 4
    left, top = int(mark.rect[0]) - pad, int(mark.rect[1]) - pad
    width, height = int(mark.rect[2]) + 2 * pad, int(mark.rect[3]) + 2 * pad
    alone = QImage(width, height, QImage.Format.Format_RGB888)
    alone.fill(QColor("black"))
    painter = QPainter(alone)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(mark.font)
    painter.setPen(QColor("white"))
    painter.drawText(QPointF(mark.baseline[0] - left, mark.baseline[1] - top), mark.text)
    painter.end()
    mask = to_pillow(alone).convert("L").point(lambda v: 255 if v > 235 else 0)
    there = Image.new("RGB", (width, height), (255, 0, 255))
    there.paste(picture.crop((left, top, left + width, top + height)), (0, 0))
    flat = Image.new("RGB", (width, height), rgb_of(mark.colour))
    wrong = _largest_channel(ImageChops.difference(there, flat)).point(lambda v: 255 if v > 60 else 0)
    inside = Image.new("L", (width, height), 0)
    inside.paste(255, _inside(picture, left, top, width, height))
    total = mask.histogram()[255]
    lost = ImageChops.multiply(mask, ImageChops.lighter(wrong, ImageChops.invert(inside))).histogram()[255]
    return 1.0 if total == 0 else 1 - lost / total


def icon_contrast(picture: Image.Image, mark: IconMark) -> float:
    """The lines of an icon against the commonest other colour of its square."""
    area = _crop(picture, mark.rect)
    if area is None:
        return 1.0
    found = [(n, rgb(c)) for n, c in area.getcolors(area.width * area.height) or [] if isinstance(c, tuple)]
    wanted = rgb_of(mark.colour)
    ground = max(((n, c) for n, c in found if contrast(c, wanted) > 1.3), default=(1, wanted))
    inks = [c for _, c in found if near(c, wanted)]
    return max((contrast(ink, ground[1]) for ink in inks), default=1.0)


def rgb(value: object) -> tuple[int, int, int]:
    if not isinstance(value, tuple):
        raise TypeError(f"A pixel of three channels was expected, got {value!r}.")
    return int(value[0]), int(value[1]), int(value[2])


def rgb_of(colour: str) -> tuple[int, int, int]:
    q = QColor(colour)
    return q.red(), q.green(), q.blue()


def near(a: tuple[int, int, int], b: tuple[int, int, int], most: int = 90) -> bool:
    return max(abs(x - y) for x, y in zip(a, b, strict=True)) <= most


def overlaps(rects: Iterable[Box]) -> list[tuple[Box, Box]]:
    """Pairs of rectangles that cover each other."""
    listed = list(rects)
    found = []
    for index, first in enumerate(listed):
        for second in listed[index + 1 :]:
            shared = QRectF(*first).intersected(QRectF(*second))
            if shared.width() > 1 and shared.height() > 1:
                found.append((first, second))
    return found


def _largest_channel(image: Image.Image) -> Image.Image:
    red, green, blue = image.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _inside(picture: Image.Image, left: int, top: int, width: int, height: int) -> tuple[int, int, int, int]:
    """The part of a rectangle that lies on the picture, in the rectangle's own pixels."""
    x0, y0 = max(0, -left), max(0, -top)
    x1, y1 = min(width, picture.width - left), min(height, picture.height - top)
    return x0, y0, max(x0, x1), max(y0, y1)


def _crop(picture: Image.Image, rect: Box) -> Image.Image | None:
    left, top = max(0, int(rect[0])), max(0, int(rect[1]))
    right, bottom = min(picture.width, int(rect[0] + rect[2]) + 1), min(picture.height, int(rect[1] + rect[3]) + 1)
    return picture.crop((left, top, right, bottom)) if right > left and bottom > top else None
