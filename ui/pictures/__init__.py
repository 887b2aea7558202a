"""Product pictures by key: those of the site in `home/pictures`, then the packaged ones drawn by ourselves."""

from __future__ import annotations

import re
from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter, QPainterPath, QPixmap

from app.paths import BadName, inside

PACKAGED = Path(__file__).parent / "png"
KEYS_FILE = Path(__file__).parent / "KEYS.txt"
MAX_PIXELS = 24_000_000  # a larger one is refused before it is decoded
MAX_BYTES = 16_000_000
CACHED_PICTURES, CACHED_SIZES = 64, 256
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def packaged_keys() -> tuple[str, ...]:
    """The keys that always have a picture."""
    return tuple(KEYS_FILE.read_text("utf-8").split())


class PictureStore:
    """Loads, scales and remembers pictures. A broken, huge or missing one is no picture, never an error.

    `folder` is the site's own (`home/pictures`); a picture that is put there later is found at the next `forget`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folders = tuple(f for f in (folder, PACKAGED) if f is not None)
        self._images: OrderedDict[str, QImage | None] = OrderedDict()
        self._pixmaps: OrderedDict[tuple[str, int, int], QPixmap] = OrderedDict()

    def pixmap(self, key: str, side: int, radius: int) -> QPixmap | None:
        """The picture as a square of `side` pixels with round corners, or None when there is none."""
        name = (key, side, radius)
        found = self._pixmaps.get(name)
        if found is not None:
            self._pixmaps.move_to_end(name)
            return found
        image = self._image(key)
        if image is None:
            return None
        pixmap = _rounded(image, side, radius)
        self._pixmaps[name] = pixmap
        if len(self._pixmaps) > CACHED_SIZES:
            self._pixmaps.popitem(last=False)
        return pixmap

    def has(self, key: str) -> bool:
        return self._image(key) is not None

    def forget(self) -> None:
        """Looks at the folders again (after new pictures were imported)."""
        self._images.clear()
        self._pixmaps.clear()

    def _image(self, key: str) -> QImage | None:
        if key in self._images:
            self._images.move_to_end(key)
            return self._images[key]
        image = None
        if _KEY.fullmatch(key):
            tries = (_load_from(folder, key) for folder in self._folders)
            image = next((found for found in tries if found is not None), None)
        self._images[key] = image
        if len(self._images) > CACHED_PICTURES:
            self._images.popitem(last=False)
        return image


def _load_from(folder: Path, key: str) -> QImage | None:
    try:
        return load(inside(folder, f"{key}.png"))
    except BadName:  # a link that leads out of the folder
        return None


def load(path: Path) -> QImage | None:
    """The image of a file, reduced to at most 1024 pixels a side; None when it is missing, broken or too large."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
    except OSError:
        return None
    reader = QImageReader(str(path), b"png")
    size = reader.size()
    if not size.isValid() or size.isEmpty() or size.width() * size.height() > MAX_PIXELS:
        return None
    if max(size.width(), size.height()) > 1024:
        reader.setScaledSize(size.scaled(QSize(1024, 1024), Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image


def _rounded(image: QImage, side: int, radius: int) -> QPixmap:
    """Fills the square: the longer side is cropped in the middle."""
    scaled = image.scaled(
        QSize(side, side),
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.addRoundedRect(QRectF(0, 0, side, side), radius, radius)
    painter.setClipPath(path)
    painter.drawImage((side - scaled.width()) // 2, (side - scaled.height()) // 2, scaled)
    painter.end()
    return pixmap
