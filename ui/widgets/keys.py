"""A key for a finger: one box with a character, a word or an icon. Keypad and keyboard are made of them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

from ui.theme import BUTTON_RADIUS, Style, Theme
from ui.widgets.canvas import CENTRE, Canvas

KEY_MM = 20.0
KEY_GAP = 12.0


@dataclass(frozen=True, slots=True)
class KeyFace:
    """What a key says (`icon` before `words`) and what it sends; `strong`: the key that ends an entry."""

    key: str
    words: str = ""
    icon: str = ""
    strong: bool = False
    lit: bool = False  # a shift that is on


def key_side(theme: Theme) -> float:
    """The least height and width of a key in pixels: 20 mm, as large as the buttons where those are smaller."""
    return min(theme.button_height, float(round(theme.mm(KEY_MM) + 0.5)))


def draw_key(canvas: Canvas, face: KeyFace, rect: QRectF, size: float, *, down: bool) -> None:
    """Paints one key; `size` is that of a single character in u."""
    fill = "accent" if face.strong else "accent_soft" if face.lit else "button"
    ink = "on_accent" if face.strong else "ink"
    line = "accent" if face.strong or face.lit else "control"
    canvas.box(rect, BUTTON_RADIUS, "pressed" if down else fill, line, 3.0 if face.lit else 1.8)
    if down:
        ink = "ink"
    if not face.words:
        side = canvas.u(36)
        place = QRectF(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side)
        canvas.icon(face.icon, place, ink, 2.4)
        return
    single = len(face.words) == 1
    style = Style(size, 600) if single else Style("body", 700)
    inner = rect.adjusted(canvas.u(6), canvas.u(2), -canvas.u(6), -canvas.u(2))
    canvas.words(inner, face.words, style, ink, CENTRE, lines=1 if single else 2, kind="code" if single else "sentence")
