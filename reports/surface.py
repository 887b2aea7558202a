"""What a label is drawn on, in millimetres from its upper left corner, be it a PDF page or a ZPL format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from reports.barcodes import Bars
from reports.lettering import Style


@dataclass(frozen=True, slots=True)
class Box:
    """A field on paper: its upper left corner and its extent, millimetres."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Ladder:
    """The module widths allowed for a barcode, millimetres: the one wanted, and the least that is printed."""

    wanted: float
    smallest: float


@dataclass(frozen=True, slots=True, eq=False)
class Caption:
    """Words of the form itself, the same on each sheet of a kind; a surface may keep what it made of them."""

    box: Box
    text: str
    style: Style


class Surface(Protocol):
    """A sheet that a label's drawing is carried out on."""

    def text(self, box: Box, text: str, style: Style) -> None:
        """A stranger's text, from the upper left of its box; shrunk, wrapped, and marked when it is cut."""

    def caption(self, caption: Caption) -> None:
        """Words of the form itself."""

    def bars(self, box: Box, bars: Bars, ladder: Ladder, inset: float = 0.0) -> None:
        """A barcode of the box's height. Its quiet zones lie inside the box. ValueError when it does not fit.

        The first bar stands `inset` millimetres from the left, or after the quiet zone if that is wider.
        """

    def fill(self, box: Box) -> None:
        """A black rectangle."""

    def frame(self, box: Box, thickness: float) -> None:
        """The outline of a rectangle, drawn inside it."""

    def shape(self, points: Sequence[tuple[float, float]]) -> None:
        """A black polygon."""
