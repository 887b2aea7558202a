"""The one builder of ZPL: the language that label printers execute, and that a customer's name must never speak.

Every value goes through `escape`: `^`, `~`, `_` and whatever is not printable ASCII become hexadecimal under `^FH_`.
Text that the printer's own face can't be trusted with (anything beyond Latin-1) is sent as a picture of our faces.
The commands used are those of Zebra's ZPL II Programming Guide: ^XA ^CI28 ^PW ^LL ^LH ^FO ^FT ^A0 ^FH ^FD ^FS ^BY ^BC
^GB ^GF ^XZ, and no other.
"""

from __future__ import annotations

from collections.abc import Sequence

from reports.barcodes import Bars, first_bar_mm, module_mm, one_turn, zpl_data
from reports.lettering import MM_PER_POINT, Line, Style, fit
from reports.raster import Bitmap, filled, line_bitmap
from reports.surface import Box, Ladder

MEDIA_TYPE = "application/zpl"
LONGEST_FIELD = 3072  # bytes of one ^FD (ZPL II Programming Guide, ^FD)
_BAR_RATIO = 3


def escape(value: str) -> str:
    """A value as it may stand between `^FH_^FD` and `^FS`. ValueError above 3,072 bytes, which printers would cut."""
    plain = value.encode("utf-8", "replace")
    if len(plain) > LONGEST_FIELD:
        raise ValueError(f"A field of a label holds at most {LONGEST_FIELD} bytes; this one has {len(plain)}.")
    return "".join(chr(byte) if 0x20 <= byte <= 0x7E and byte not in b"^~_" else f"_{byte:02X}" for byte in plain)


def printers_own(text: str) -> bool:
    """Whether the printer's built-in face may set a text: printable ASCII and Latin-1 letters and signs."""
    return all(" " <= c <= "~" or "\u00a1" <= c <= "\u00ff" for c in text)


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
        block = fit(text, style, box.width, box.height)
        em = block.size / 72 * self._dpi
        for i, line in enumerate(block.lines):
            top = box.y + i * block.leading_mm
            if printers_own(line.text):
                baseline = top + block.leading_mm / 2 + block.size * MM_PER_POINT * 0.33
                self._native(box.x, baseline, line.text, round(em))
            else:
                self._picture(box, top, line, em, block.leading_mm)

    def _native(self, x: float, baseline: float, text: str, height: int) -> None:
        """The printer's scalable face 0; `^FT` puts its baseline where ours would be. It runs narrower than ours."""
        self._parts.append(f"^FT{self._dots(x)},{self._dots(baseline)}^A0N,{height},{height}^FH_^FD{escape(text)}^FS")

    def _picture(self, box: Box, top: float, line: Line, em: float, leading_mm: float) -> None:
        slack = round(em * 0.22)
        height = self._dots(leading_mm) + 2 * slack
        bitmap = line_bitmap(line, em, height, height / 2 + em * 0.33, self._dots(box.width) + slack)
        self._graphic(self._dots(box.x), max(0, self._dots(top) - slack), bitmap)

    def bars(self, box: Box, bars: Bars, ladder: Ladder, inset: float = 0.0) -> None:
        bars = one_turn(bars)
        module = module_mm(bars, box.width, ladder.wanted, ladder.smallest, self._dpi)
        dots = round(module * self._dpi / 25.4)
        left = self._dots(box.x + first_bar_mm(bars, box.width, module, inset))
        height = self._dots(box.height)
        self._parts.append(
            f"^FO{left},{self._dots(box.y)}^BY{dots},{_BAR_RATIO},{height}^BCN,{height},N,N,N,N"
            f"^FH_^FD{escape(zpl_data(bars))}^FS"
        )

    def fill(self, box: Box) -> None:
        width, height = max(1, self._dots(box.width)), max(1, self._dots(box.height))
        self._box(box, width, height, min(width, height))

    def frame(self, box: Box, thickness: float) -> None:
        self._box(box, self._dots(box.width), self._dots(box.height), max(1, self._dots(thickness)))

    def _box(self, box: Box, width: int, height: int, thickness: int) -> None:
        self._parts.append(f"^FO{self._dots(box.x)},{self._dots(box.y)}^GB{width},{height},{thickness}^FS")

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
        return round(mm * self._dpi / 25.4)


def _packed(row: str) -> str:
    """A row in ZPL's compression: `G`…`Y` repeat the next digit 1…19 times, `g`…`z` 20…400, `,` is white to the end."""
    kept = row.rstrip("0")
    kept += "0" * (len(kept) % 2)
    parts: list[str] = []
    i = 0
    while i < len(kept):
        end = i
        while end < len(kept) and kept[end] == kept[i]:
            end += 1
        parts.append(_repeated(kept[i], end - i))
        i = end
    return "".join(parts) + ("," if len(kept) < len(row) else "")


def _repeated(digit: str, times: int) -> str:
    if times <= 2:
        return digit * times
    twenties, ones = divmod(times % 400, 20)
    count = "z" * (times // 400) + ("fghijklmnopqrstuvwxyz"[twenties] if twenties else "")
    return count + (chr(ord("F") + ones) if ones else "") + digit
