"""Product pictures by key: those of the site in `home/pictures`, then the packaged ones drawn by ourselves."""

from __future__ import annotations

import re
from collections import OrderedDict
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter, QPainterPath, QPixmap

from app.paths import BadName, inside

PACKAGED = Path(__file__).parent / "png"
KEYS_FILE = Path(__file__).parent / "KEYS.txt"
MAX_PIXELS = 24_000_000  # a larger one is refused before it is decoded
MAX_BYTES = 16_000_000
CACHED_KEYS = 256
IMAGE_BYTES, PIXMAP_BYTES = 4_000_000, 8_000_000
"""What is kept in memory: pictures as they were read (for a second size of the same one), and as they are painted."""
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def packaged_keys() -> tuple[str, ...]:
    """The keys that always have a picture."""
    return tuple(KEYS_FILE.read_text("utf-8").split())


K = TypeVar("K")
P = TypeVar("P", QImage, QPixmap)


class Kept(Generic[K, P]):
    """The pictures that were asked for last, together no larger than so many bytes; None is known to be no picture."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._by_key: OrderedDict[K, P | None] = OrderedDict()

    def __contains__(self, key: K) -> bool:
        return key in self._by_key

    def __getitem__(self, key: K) -> P | None:
        self._by_key.move_to_end(key)
        return self._by_key[key]

    def keep(self, key: K, picture: P | None) -> P | None:
        """Keeps it under a new key and lets go of what was not asked for longest; the newest stays in any case."""
        self._by_key[key] = picture
        self._held += _bytes_of(picture)
        while len(self._by_key) > 1 and (self._held > self._most or len(self._by_key) > CACHED_KEYS):
            self._held -= _bytes_of(self._by_key.popitem(last=False)[1])
        return picture

    def clear(self) -> None:
        self._by_key.clear()
        self._held = 0


def _bytes_of(picture: QImage | QPixmap | None) -> int:
    return 0 if picture is None else picture.width() * picture.height() * picture.depth() // 8


class PictureStore:
    """Loads, scales and remembers pictures. A broken, huge or missing one is no picture, never an error.

    `folder` is the site's own (`home/pictures`); a picture that is put there later is found at the next `forget`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folders = tuple(f for f in (folder, PACKAGED) if f is not None)
        self._images: Kept[str, QImage] = Kept(IMAGE_BYTES)
        self._pixmaps: Kept[tuple[str, int, int], QPixmap] = Kept(PIXMAP_BYTES)

    def pixmap(self, key: str, side: int, radius: int) -> QPixmap | None:
        """The picture as a square of `side` pixels with round corners, or None when there is none."""
        name = (key, side, radius)
        if name in self._pixmaps:
            return self._pixmaps[name]
        image = self._image(key)
        if image is None:
            return None
        return self._pixmaps.keep(name, _rounded(image, side, radius))

    def has(self, key: str) -> bool:
        return self._image(key) is not None

    def forget(self) -> None:
        """Looks at the folders again (after new pictures were imported)."""
        self._images.clear()
        self._pixmaps.clear()

    def _image(self, key: str) -> QImage | None:
        if key in self._images:
            return self._images[key]
        image = None
        if _KEY.fullmatch(key):
            tries = (_load_from(folder, key) for folder in self._folders)
            image = next((found for found in tries if found is not None), None)
        return self._images.keep(key, image)


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
