"""Lucide icons, recoloured and rendered once per size and colour."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

FOLDER = Path(__file__).parent / "lucide"
FALLBACK = "circle-dot"


@cache
def names() -> frozenset[str]:
    """The names that may stand in a View."""
    return frozenset(path.stem for path in FOLDER.glob("*.svg"))


@lru_cache(maxsize=512)
def icon_pixmap(name: str, pixels: int, colour: str, stroke: float) -> QPixmap:
    """The icon `name` as a square of `pixels` device pixels in `colour` ("#rrggbb"), lines `stroke` of 24 wide.

    An unknown name gives a neutral dot: a screen is never lost for an icon.
    """
    known = name if name in names() else FALLBACK
    source = (FOLDER / f"{known}.svg").read_text("utf-8")
    source = source.replace("currentColor", QColor(colour).name()).replace(
        'stroke-width="2"', f'stroke-width="{stroke}"'
    )
    pixmap = QPixmap(QSize(pixels, pixels))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return pixmap
