"""The one builder of ZPL: the language that label printers execute, and that a customer's name must never speak.

Every value goes through `escape`: `^`, `~`, `_` and whatever is not printable ASCII become hexadecimal under `^FH_`.
Text that the printer's own face can't be trusted with (anything beyond Latin-1) is sent as a picture of our faces.
The commands used are those of Zebra's ZPL II Programming Guide: ^XA ^CI28 ^PW ^LL ^LH ^FO ^FT ^A0 ^FH ^FD ^FS ^BY ^BC
^GB ^GF ^XZ, and no other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from reports.barcodes import Bars, first_bar_mm, module_mm, spelled
from reports.lettering import MM_PER_POINT, Line, Style, clean, fit, fit_plain, leading_mm
from reports.raster import Bitmap, filled, line_bitmap
from reports.surface import Box, Caption, Ladder

MEDIA_TYPE = "application/zpl"
LONGEST_FIELD = 3072  # bytes of one ^FD (ZPL II Programming Guide, ^FD)
_BAR_RATIO = 3
_SPECIAL = re.compile(rb"[^ -\]`-}]")  # whatever is no printable ASCII, and `^`, `_`, `~`
_RUN = re.compile(r"(.)\1{2,}")
_OWN = re.compile("[ -~\u00a1-\u00ff]*")


def escape(value: str) -> str:
    """A value as it may stand between `^FH_^FD` and `^FS`. ValueError above 3,072 bytes, which printers would cut."""
    plain = value.encode("utf-8", "replace")
    if len(plain) > LONGEST_FIELD:
        raise ValueError(f"A field of a label holds at most {LONGEST_FIELD} bytes; this one has {len(plain)}.")
    return _SPECIAL.sub(_hexadecimal, plain).decode("ascii")


def _hexadecimal(byte: re.Match[bytes]) -> bytes:
    return b"_%02X" % ord(byte[0])


def printers_own(text: str) -> bool:
    """Whether the printer's built-in face may set a text: printable ASCII and Latin-1 letters and signs."""
    return _OWN.fullmatch(text) is not None


class Format:
    """One label between `^XA` and `^XZ`, drawn in millimetres from the upper left corner."""

    def __init__(self, width_mm: float, height_mm: float, dpi: int = 203) -> None:
        self._dpi = dpi
        size = f"^PW{self._dots(width_mm)}^LL{self._dots(height_mm)}"
        self._parts = [f"^XA^CI28{size}^LH0,0"]

    def finished(self) -> bytes:
        """The finished format; ASCII."""
        return "\n".join([*self._parts, "^XZ", ""]).encode("ascii")

    def text(self, box: Box, text: str, style: Style) -> None:
        text = clean(text).strip()
        plain = fit_plain(text, style, box.width, box.height)
        if plain is not None:
            rows, size = plain
            leading = leading_mm(style, size)
            for i, row in enumerate(rows):
                self._native(box, box.y + i * leading, leading, size, row)
            return
        block = fit(text, style, box.width, box.height)
        em = block.size / 72 * self._dpi
        for i, line in enumerate(block.lines):
            top = box.y + i * block.leading_mm
            if printers_own(line.text):
                self._native(box, top, block.leading_mm, block.size, line.text)
            else:
                self._picture(box, top, line, em, block.leading_mm)

    def caption(self, caption: Caption) -> None:
        self._parts.append(_caption(self._dpi, caption))

    def _native(self, box: Box, top: float, leading: float, size: float, row: str) -> None:
        """The printer's scalable face 0; `^FT` puts its baseline where ours would be. It runs narrower than ours."""
        self._parts.append(f"{_lead(self._dpi, box.x, top, leading, size)}{escape(row)}^FS")

    def _picture(self, box: Box, top: float, line: Line, em: float, leading_mm: float) -> None:
        slack = round(em * 0.22)
        height = self._dots(leading_mm) + 2 * slack
        bitmap = line_bitmap(line, em, height, height / 2 + em * 0.33, self._dots(box.width) + slack)
        self._graphic(self._dots(box.x), max(0, self._dots(top) - slack), bitmap)

    def bars(self, box: Box, bars: Bars, ladder: Ladder, inset: float = 0.0) -> None:
        told = spelled(bars)
        module = module_mm(told, box.width, ladder.wanted, ladder.smallest, self._dpi)
        dots = round(module * self._dpi / 25.4)
        left = self._dots(box.x + first_bar_mm(told, box.width, module, inset))
        height = self._dots(box.height)
        self._parts.append(
            f"^FO{left},{self._dots(box.y)}^BY{dots},{_BAR_RATIO},{height}^BCN,{height},N,N,N,N"
            f"^FH_^FD{escape(told.data)}^FS"
        )

    def fill(self, box: Box) -> None:
        self._parts.append(_filled_box(self._dpi, box.x, box.y, box.width, box.height))

    def frame(self, box: Box, thickness: float) -> None:
        extent = f"{self._dots(box.width)},{self._dots(box.height)},{max(1, self._dots(thickness))}"
        self._parts.append(f"^FO{self._dots(box.x)},{self._dots(box.y)}^GB{extent}^FS")

    def shape(self, points: Sequence[tuple[float, float]]) -> None:
        left, top = min(x for x, _ in points), min(y for _, y in points)
        scale = self._dpi / 25.4
        contour = [((x - left) * scale, (y - top) * scale) for x, y in points]
        width, height = (int(max(axis)) + 1 for axis in zip(*contour, strict=True))
        self._graphic(self._dots(left), self._dots(top), filled([contour], width, height))

    def _graphic(self, x: int, y: int, bitmap: Bitmap) -> None:
        total = bitmap.stride * len(bitmap.rows)
        rows = "".join(_packed(bitmap.row_bytes(row).hex().upper()) for row in bitmap.rows)
        self._parts.append(f"^FO{x},{y}^GFA,{total},{total},{bitmap.stride},{rows}^FS")

    def _dots(self, mm: float) -> int:
        return _dots(self._dpi, mm)


def _dots(dpi: int, mm: float) -> int:
    return round(mm * dpi / 25.4)


@lru_cache(maxsize=256)
def _caption(dpi: int, caption: Caption) -> str:
    sheet = Format(0, 0, dpi)
    sheet.text(caption.box, caption.text, caption.style)
    return "\n".join(sheet._parts[1:])


@lru_cache(maxsize=1024)  # a label's fields stand where they stand: only what they say changes
def _lead(dpi: int, x: float, top: float, leading: float, size: float) -> str:
    """The commands before a row of text whose line begins at `top`."""
    baseline = top + leading / 2 + size * MM_PER_POINT * 0.33
    height = round(size / 72 * dpi)
    return f"^FT{_dots(dpi, x)},{_dots(dpi, baseline)}^A0N,{height},{height}^FH_^FD"


@lru_cache(maxsize=256)
def _filled_box(dpi: int, x: float, y: float, width: float, height: float) -> str:
    wide, high = max(1, _dots(dpi, width)), max(1, _dots(dpi, height))
    return f"^FO{_dots(dpi, x)},{_dots(dpi, y)}^GB{wide},{high},{min(wide, high)}^FS"


def _packed(row: str) -> str:
    """A row in ZPL's compression: `G`…`Y` repeat the next digit 1…19 times, `g`…`z` 20…400, `,` is white to the end."""
    kept = row.rstrip("0")
    kept += "0" * (len(kept) % 2)
    return _RUN.sub(_repeated, kept) + ("," if len(kept) < len(row) else "")


def _repeated(run: re.Match[str]) -> str:
    times = len(run[0])
    twenties, ones = divmod(times % 400, 20)
    count = "z" * (times // 400) + ("fghijklmnopqrstuvwxyz"[twenties] if twenties else "")
    return count + (chr(ord("F") + ones) if ones else "") + run[1]
