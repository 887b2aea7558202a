"""PDF pages: a thin hand on reportlab's canvas. Millimetres from the upper left corner, ink in shades of grey.

The same calls always make the same bytes: the canvas is invariant, nothing here knows a date or a file name, and no
text ever reaches a part of the file that is interpreted: letters are written as glyph numbers.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.pdfgen.canvas import Canvas

from reports.barcodes import Bars, first_bar_mm, module_mm
from reports.embedding import EmbeddedFace
from reports.faces import Face, Glyph
from reports.lettering import MM_PER_POINT, Block, Line, Style, fit
from reports.surface import Box, Caption, Ladder

MEDIA_TYPE = "application/pdf"
_PT = 72 / 25.4


class Page:
    """A document of pages of one size. With `dpi`, barcode modules are whole dots of the label printer."""

    def __init__(self, width_mm: float, height_mm: float, title: str, dpi: int = 0) -> None:
        self.width, self.height, self._dpi = width_mm, height_mm, dpi
        self._buffer = io.BytesIO()
        size = (width_mm * _PT, height_mm * _PT)
        self._canvas = Canvas(self._buffer, pagesize=size, invariant=1, pageCompression=1)
        self._canvas.setTitle(title)
        self._canvas.setCreator("Packbay")
        self._faces: dict[str, EmbeddedFace] = {}

    def next(self) -> None:
        """Ends this page; what follows is drawn on the next."""
        self._canvas.showPage()

    def finished(self) -> bytes:
        """The finished document."""
        self._canvas.showPage()
        self._canvas.save()
        return self._buffer.getvalue()

    # ---- text -------------------------------------------------------------------------------------------------------

    def text(self, box: Box, text: str, style: Style, grey: float = 0.0) -> None:
        self.block(box, fit(text, style, box.width, box.height), grey)

    def caption(self, caption: Caption) -> None:
        self.text(caption.box, caption.text, caption.style)

    def block(self, box: Box, block: Block, grey: float = 0.0) -> None:
        """Set lines from the top of a box. Nothing is drawn outside it: marks above a letter can't reach a barcode."""
        if not block.lines:
            return
        slack = block.size * MM_PER_POINT * 0.25
        self._code("q", self._rectangle(box.x - 0.3, box.y - slack, box.width + 0.6, box.height + 2 * slack), "W n")
        for i, line in enumerate(block.lines):
            self.line(
                box.x, box.y + (i + 0.5) * block.leading_mm + block.size * MM_PER_POINT * 0.33, line, block.size, grey
            )
        self._code("Q")

    def line(self, x: float, baseline: float, line: Line, size: float, grey: float = 0.0) -> None:
        """One set line with its left end at `x`."""
        if not line.plain:
            self._code(f"/Span << /ActualText <FEFF{line.text.encode('utf-16-be').hex()}> >> BDC")
        self._code("BT", f"{grey:.3g} g")
        pen = x * _PT
        for run in line.runs:
            embedded = self._embedded(run.face)
            self._code(f"/{embedded.resource} {size:.4g} Tf")
            pen = self._run(embedded, run.glyphs, pen, (self.height - baseline) * _PT, size)
        self._code("ET")
        if not line.plain:
            self._code("EMC")

    def _run(self, face: EmbeddedFace, glyphs: Sequence[Glyph], pen: float, y: float, size: float) -> float:
        pieces: list[str] = []
        start = pen
        for glyph in glyphs:
            face.use(glyph.gid, glyph.text)
            if glyph.dx or glyph.dy:
                self._show(pieces, start, y)
                self._show([f"<{glyph.gid:04X}>"], pen + glyph.dx * size, y + glyph.dy * size)
                pen += glyph.advance * size
                pieces, start = [], pen
                continue
            pieces.append(f"<{glyph.gid:04X}>")
            drift = glyph.advance - round(face.face.advance(glyph.gid) * 1000) / 1000
            if abs(drift) > 1e-4:
                pieces.append(f"{-drift * 1000:.4g}")
            pen += glyph.advance * size
        self._show(pieces, start, y)
        return pen

    def _show(self, pieces: list[str], x: float, y: float) -> None:
        if pieces:
            self._code(f"1 0 0 1 {x:.3f} {y:.3f} Tm [{''.join(_spaced(pieces))}] TJ")

    def _embedded(self, face: Face) -> EmbeddedFace:
        found = self._faces.get(face.name)
        if found is None:
            found = EmbeddedFace(face, f"T{len(self._faces) + 1}")
            self._faces[face.name] = found
            self._canvas._doc.delayedFonts.append(found)
        return found

    # ---- bars and ink -----------------------------------------------------------------------------------------------

    def bars(self, box: Box, bars: Bars, ladder: Ladder, inset: float = 0.0) -> None:
        module = module_mm(bars, box.width, ladder.wanted, ladder.smallest, self._dpi)
        left = box.x + first_bar_mm(bars, box.width, module, inset)
        if self._dpi:
            left = round(left * self._dpi / 25.4) * 25.4 / self._dpi
        parts = ["0 g"]
        for start, length in dark_stretches(bars.modules):
            parts.append(self._rectangle(left + start * module, box.y, length * module, box.height))
        self._code(*parts, "f")

    def fill(self, box: Box, grey: float = 0.0) -> None:
        self._code(f"{grey:.3g} g", self._rectangle(box.x, box.y, box.width, box.height), "f")

    def frame(self, box: Box, thickness: float) -> None:
        half = thickness / 2
        inner = self._rectangle(box.x + half, box.y + half, box.width - thickness, box.height - thickness)
        self._code(f"0 G {thickness * _PT:.3f} w", inner, "S")

    def strokes(self, box: Box, lines: Sequence[Sequence[tuple[float, float]]], thickness: float) -> None:
        """Open lines with round ends, their points in millimetres from the upper left of the box."""
        for line in lines:
            points = [
                f"{(box.x + x) * _PT:.3f} {(self.height - box.y - y) * _PT:.3f} {'l' if i else 'm'}"
                for i, (x, y) in enumerate(line)
            ]
            self._code(f"0 G 1 J 1 j {thickness * _PT:.3f} w", *points, "S")

    def shape(self, points: Sequence[tuple[float, float]]) -> None:
        corners = [
            f"{x * _PT:.3f} {(self.height - y) * _PT:.3f} {'l' if i else 'm'}" for i, (x, y) in enumerate(points)
        ]
        self._code("0 g", *corners, "h f")

    def _rectangle(self, x: float, y: float, width: float, height: float) -> str:
        return f"{x * _PT:.4f} {(self.height - y - height) * _PT:.4f} {width * _PT:.4f} {height * _PT:.4f} re"

    def _code(self, *operators: str) -> None:
        self._canvas._code.extend(operators)


def _spaced(pieces: list[str]) -> list[str]:
    """Neighbouring glyph strings become one: `<0012><0013>` says the same as `<00120013>` in more bytes."""
    joined: list[str] = []
    for piece in pieces:
        if joined and piece.startswith("<") and joined[-1].endswith(">"):
            joined[-1] = joined[-1][:-1] + piece[1:]
        else:
            joined.append(piece)
    return joined


def dark_stretches(modules: str) -> list[tuple[int, int]]:
    """The bars of a pattern as (first module, modules)."""
    found: list[tuple[int, int]] = []
    start = 0
    while (start := modules.find("1", start)) >= 0:
        end = modules.find("0", start)
        end = len(modules) if end < 0 else end
        found.append((start, end - start))
        start = end
    return found
