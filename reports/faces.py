"""The typefaces of everything printed: which file draws which character, and how glyphs are shaped and outlined.

The files lie in `reports/fonts` and are read when the first character needs them. Shaping (kerning, Arabic joining,
Devanagari conjuncts, Thai marks) is HarfBuzz's, through uharfbuzz. All measures are in ems: 1.0 is the type size.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Protocol, cast

import uharfbuzz

_FOLDER = Path(__file__).parent / "fonts"


class Weight(StrEnum):
    """The seven voices of the house. Fall-back scripts have two at most: regular, and bold from SEMIBOLD on."""

    REGULAR = "Next-Regular"
    SEMIBOLD = "Next-SemiBold"
    BOLD = "Next-Bold"
    EXTRABOLD = "Next-ExtraBold"
    MONO = "Mono-Medium"
    MONO_BOLD = "Mono-Bold"


_TWO_WEIGHTS = ("", "Hebrew", "Arabic", "Devanagari", "Thai", "Armenian", "Georgian", "KR")
_ONE_WEIGHT = (
    "Bengali Gujarati Gurmukhi Kannada Malayalam Oriya Sinhala Tamil Telugu Khmer Lao Myanmar Ethiopic Cherokee "
    "CanadianAboriginal Syriac Thaana NKo Tifinagh Mongolian"
).split()
_FOR_SHAPING = (b"GSUB", b"GPOS", b"GDEF", b"BASE", b"STAT", b"cmap", b"name", b"post", b"OS/2")
_SYMBOLS = ("NotoEmoji-Regular", "NotoSansSymbols-Regular", "NotoSansSymbols2-Regular", "NotoSansMath-Regular")


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph of a face: how far the pen moves, how far the glyph stands off the pen, and the text it stands for."""

    gid: int
    advance: float
    dx: float
    dy: float
    text: str


class Pen(Protocol):
    """Receives an outline, in font units."""

    def moveTo(self, point: tuple[float, float]) -> None: ...
    def lineTo(self, point: tuple[float, float]) -> None: ...
    def curveTo(self, *points: tuple[float, float]) -> None: ...
    def qCurveTo(self, *points: tuple[float, float]) -> None: ...
    def closePath(self) -> None: ...


class Face:
    """One font file."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data
        self._face = uharfbuzz.Face(uharfbuzz.Blob(data))
        self._font = uharfbuzz.Font(self._face)
        self._points = frozenset(cast("Iterable[int]", self._face.unicodes))
        self.upem = int(self._face.upem)
        extents = self._font.get_font_extents("ltr")
        self.ascent = extents.ascender / self.upem
        self.descent = -extents.descender / self.upem

    def covers(self, point: int) -> bool:
        """Whether there is a glyph for a code point."""
        return point in self._points

    def glyph(self, point: int) -> int:
        """The unshaped glyph of a code point that is covered."""
        return int(self._font.get_nominal_glyph(point))

    def advance(self, gid: int) -> float:
        """The unshaped advance width of a glyph."""
        return float(self._font.get_glyph_h_advance(gid)) / self.upem

    def shape(self, text: str, rightwards: bool = True) -> tuple[Glyph, ...]:
        """The glyphs of one run of one script, in the order in which they stand from left to right."""
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction = "ltr" if rightwards else "rtl"
        uharfbuzz.shape(self._font, buffer)
        infos, places = buffer.glyph_infos, buffer.glyph_positions
        texts = _cluster_texts(text, [info.cluster for info in infos])
        em = self.upem
        return tuple(
            Glyph(info.codepoint, place.x_advance / em, place.x_offset / em, place.y_offset / em, part)
            for info, place, part in zip(infos, places, texts, strict=True)
        )

    def outline(self, gid: int, pen: Pen) -> None:
        """Draws a glyph with a pen, in font units."""
        self._font.draw_glyph_with_pen(gid, pen)

    def subset(self, gids: Iterable[int]) -> bytes:
        """A TrueType file with these glyphs only, under their old numbers; nothing that only shaping needs."""
        wanted = uharfbuzz.SubsetInput()
        wanted.glyph_set.update(set(gids))
        flags = uharfbuzz.SubsetFlags
        wanted.flags = flags.RETAIN_GIDS | flags.NO_HINTING | flags.NO_LAYOUT_CLOSURE | flags.NOTDEF_OUTLINE
        wanted.drop_table_tag_set.update(int.from_bytes(tag, "big") for tag in _FOR_SHAPING)
        return bytes(wanted.subset(self._face).blob.data)


def _cluster_texts(text: str, clusters: Sequence[int]) -> list[str]:
    """The text each glyph stands for; the further glyphs of a cluster stand for nothing."""
    ends = dict(pairwise(sorted({*clusters, len(text)})))
    texts: list[str] = []
    for i, cluster in enumerate(clusters):
        again = i > 0 and clusters[i - 1] == cluster
        texts.append("" if again else text[cluster : ends.get(cluster, len(text))])
    return texts


@cache
def face(name: str) -> Face:
    """The face of one file of `reports/fonts`, by its name without suffix."""
    return Face(name, (_FOLDER / f"{name}.ttf").read_bytes())


@cache
def chain(weight: Weight) -> tuple[str, ...]:
    """The names of the faces of a weight, best first."""
    family, _, cut = weight.value.partition("-")
    fallback = "Regular" if weight in (Weight.REGULAR, Weight.MONO) else "Bold"
    own = (f"AtkinsonHyperlegible{weight.value}", f"AtkinsonHyperlegible{family}Ext-{cut}")
    two = tuple(f"NotoSans{script}-{fallback}" for script in _TWO_WEIGHTS)
    one = tuple(f"NotoSans{script}-Regular" for script in _ONE_WEIGHT)
    return (*own, *two, *one, "DroidSansFallback-Regular", *_SYMBOLS)


@lru_cache(maxsize=65536)
def covering(point: int, weight: Weight) -> str:
    """The name of the first face of a weight that has a glyph for a code point, or ""."""
    return next((name for name in chain(weight) if face(name).covers(point)), "")


def invisible(character: str) -> bool:
    """Joiners: they steer shaping and need no glyph of their own."""
    return character in "\u200c\u200d"


def faces_of(text: str, weight: Weight) -> list[str]:
    """The face that draws each character. A mark stays with its letter, a space with its word, where the face can."""
    found: list[str] = []
    for character in text:
        before = found[-1] if found else ""
        if before and (invisible(character) or (_clings(character) and face(before).covers(ord(character)))):
            found.append(before)
        else:
            found.append(covering(ord(character), weight) or chain(weight)[0])
    _gather_letters(text, found)
    return found


def _clings(character: str) -> bool:
    return character == " " or unicodedata.category(character) in ("Mn", "Mc", "Me")


def _gather_letters(text: str, found: list[str]) -> None:
    """A letter moves to the face of its mark when only that face has both."""
    for i in range(len(text) - 1, 0, -1):
        mark = unicodedata.category(text[i]) in ("Mn", "Mc", "Me")
        if mark and found[i] != found[i - 1] and face(found[i]).covers(ord(text[i - 1])):
            found[i - 1] = found[i]


def runs_by(keys: Sequence[object], emit: Callable[[int, int], None]) -> None:
    """Calls `emit(start, end)` for each stretch of equal keys."""
    start = 0
    for i in range(1, len(keys) + 1):
        if i == len(keys) or keys[i] != keys[start]:
            emit(start, i)
            start = i
