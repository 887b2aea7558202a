"""Outlines to dots: draws shaped text and polygons as black and white pictures for printers.

A label printer's own faces know Latin at best, and nobody knows their exact widths. Lines beyond that are sent as
pictures of our own embedded faces. The filling is done here, in whole dots and without grey, because thermal heads
have none and because the picture of a label must be the same bytes on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reports.faces import Face
from reports.lettering import Line

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Bitmap:
    """A picture of `width` × len(rows) dots; each row an integer whose highest of `width` bits is the leftmost dot."""

    width: int
    rows: tuple[int, ...]

    @property
    def stride(self) -> int:
        """Bytes a row."""
        return (self.width + 7) // 8

    def row_bytes(self, row: int) -> bytes:
        """A row padded with white to whole bytes."""
        return (row << (self.stride * 8 - self.width)).to_bytes(self.stride, "big")


class _Contours:
    """A pen that keeps flattened outlines, in font units with y upwards."""

    def __init__(self) -> None:
        self.contours: list[list[Point]] = []

    def moveTo(self, point: Point) -> None:
        self.contours.append([point])

    def lineTo(self, point: Point) -> None:
        self.contours[-1].append(point)

    def qCurveTo(self, *points: Point) -> None:
        control, end = points[0], points[-1]
        start = self.contours[-1][-1]
        for step in range(1, 7):
            t = step / 6
            a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
            self.contours[-1].append(
                (a * start[0] + b * control[0] + c * end[0], a * start[1] + b * control[1] + c * end[1])
            )

    def curveTo(self, *points: Point) -> None:
        one, two, end = points
        start = self.contours[-1][-1]
        for step in range(1, 9):
            t = step / 8
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            x = a * start[0] + b * one[0] + c * two[0] + d * end[0]
            y = a * start[1] + b * one[1] + c * two[1] + d * end[1]
            self.contours[-1].append((x, y))

    def closePath(self) -> None:
        pass


def line_bitmap(line: Line, size: float, height: int, baseline: float, limit: int) -> Bitmap:
    """A set line at `size` dots an em in a picture `height` dots high and at most `limit` wide."""
    contours: list[list[Point]] = []
    x = 0.0
    for run in line.runs:
        scale = size / run.face.upem
        for glyph in run.glyphs:
            left, top = x + glyph.dx * size, baseline - glyph.dy * size
            for contour in _outline(run.face, glyph.gid):
                contours.append([(left + px * scale, top - py * scale) for px, py in contour])
            x += glyph.advance * size
    return filled(contours, max(1, min(limit, math.ceil(x) + 1)), height)


@lru_cache(maxsize=4096)
def _outline(face: Face, gid: int) -> tuple[tuple[Point, ...], ...]:
    pen = _Contours()
    face.outline(gid, pen)
    return tuple(map(tuple, pen.contours))


def filled(contours: Iterable[Sequence[Point]], width: int, height: int) -> Bitmap:
    """Fills closed contours by the non-zero winding rule, sampled at the middle of each dot."""
    crossings: list[list[tuple[float, int]]] = [[] for _ in range(height)]
    ceil = math.ceil
    for contour in contours:
        x0, y0 = contour[-1]
        for x1, y1 in contour:
            first, last = (ceil(y0 - 0.5), ceil(y1 - 0.5)) if y1 > y0 else (ceil(y1 - 0.5), ceil(y0 - 0.5))
            if first < last:
                turn, across, down = (1 if y1 > y0 else -1), x1 - x0, y1 - y0
                for row in range(first if first > 0 else 0, last if last < height else height):
                    crossings[row].append((x0 + (row + 0.5 - y0) * across / down, turn))
            x0, y0 = x1, y1
    return Bitmap(width, tuple([_row(sorted(row), width) if row else 0 for row in crossings]))


def _row(crossings: list[tuple[float, int]], width: int) -> int:
    bits, winding, start = 0, 0, 0.0
    for x, turn in crossings:
        if winding == 0:
            start = x
        winding += turn
        if winding == 0:
            first, last = max(0, math.ceil(start - 0.5)), min(width, math.ceil(x - 0.5))
            if last > first:
                bits |= ((1 << (last - first)) - 1) << (width - last)
    return bits
