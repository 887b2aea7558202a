"""The one place where text becomes something that can be printed: cleaned, set, wrapped, made to fit.

Text on paper comes from strangers. Four rules hold for all of it, and hold here:

* `clean` alone decides what of a text survives: no control character, no direction control, NFC.
* Every character is drawn by an embedded face; one that no face covers is shown by its code point, `⟨U+1F6D8⟩`.
* Nothing is cut in silence: text shrinks to a stated smallest size, wraps, and ends with `… (+12 characters)`.
* There is no mark-up. A text is glyphs from the first to the last character, whatever it looks like.

Widths and sizes: millimetres on paper, points for type sizes, ems in between.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reports import bidi, latin
from reports.faces import Face, Glyph, Weight, covering, face, faces_of, invisible, runs_by

MM_PER_POINT = 25.4 / 72
MARKS_PER_LETTER = 6
_LONGEST_FIELD = 2000  # characters of one field that are measured; what is beyond is counted, not measured
_LINE_ENDS = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_CLEAN = re.compile("[\n -~\xa0-\xac\xae-\u02ff]*")  # letters of which no rule of `clean` takes anything
_GAPS = re.compile(" {2,}|[\n ]*\n[\n ]*")
_VISIBLE_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2\u200c\u200d")
_IDEOGRAPHIC = re.compile("[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]")
_TOKENS = re.compile(r"[^\S\n\u00a0]+|[^\s\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]+|.", re.DOTALL)
_AFTER = re.compile(r"(?<=[^\W_][-/,;&@])(?=[^\W_])")


@dataclass(frozen=True, slots=True)
class Style:
    """How a field is set: sizes in points, leading as a multiple of the size."""

    weight: Weight
    size: float
    smallest: float
    leading: float = 1.22


@dataclass(frozen=True, slots=True)
class Run:
    """Glyphs of one face, from left to right."""

    face: Face
    glyphs: tuple[Glyph, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One set line: `text` in reading order, `runs` in the order of the paper, `width` in ems.

    `plain` says that the glyphs spell the text by themselves; else whoever copies it must be told the text.
    """

    text: str
    runs: tuple[Run, ...]
    width: float
    rightwards: bool
    plain: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one size that fit their field; `hidden` counts the characters that the last line says are missing."""

    lines: tuple[Line, ...]
    size: float
    leading_mm: float
    hidden: int = 0

    @property
    def height_mm(self) -> float:
        return len(self.lines) * self.leading_mm


def clean(text: str) -> str:
    """What of a stranger's text may reach paper: NFC, `\\n` as the only line end, no controls of any kind.

    Direction controls (Unicode Standard Annex #9), soft hyphens, tags and variation selectors are invisible and go
    without a trace. More than six marks on one letter would climb over the neighbouring fields: the rest is counted.
    """
    if _CLEAN.fullmatch(text):
        return text
    text = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    kept = "".join(filter(None, map(_kept, text)))
    return _few_marks(unicodedata.normalize("NFC", kept))


def _kept(character: str) -> str:
    if character.isascii():
        return character if " " <= character <= "~" or character == "\n" else ""
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    if category == "Cc" or (category == "Cf" and character not in _VISIBLE_FORMATS):
        return ""
    if 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF:
        return ""
    return " " if category == "Zs" and character != "\u00a0" else character


def _few_marks(text: str) -> str:
    if text.isascii():
        return text
    parts: list[str] = []
    marks = 0
    for character in text + "\n":
        if unicodedata.category(character) in ("Mn", "Me"):
            marks += 1
            if marks <= MARKS_PER_LETTER:
                parts.append(character)
            continue
        if marks > MARKS_PER_LETTER:
            parts.append(f"⟨+{marks - MARKS_PER_LETTER} marks⟩")
        marks = 0
        parts.append(character)
    return "".join(parts)[:-1]


def one_line(text: str) -> str:
    """Clean text for a field of one paragraph: line ends and runs of spaces become one space."""
    text = clean(text)
    return (_GAPS.sub(" ", text) if "  " in text or "\n" in text else text).strip()


def readable(text: str, weight: Weight) -> str:
    """Clean text in which each character that no face covers is spelled by its code point: `⟨U+E000⟩`."""
    if text.isascii():
        return text
    return "".join(c if c == "\n" or invisible(c) or covering(ord(c), weight) else f"⟨U+{ord(c):04X}⟩" for c in text)


@lru_cache(maxsize=768)  # a line set is some 5 KB: the words that stand on every paper, and the last labels'
def set_line(text: str, weight: Weight, base: int = 0) -> Line:
    """One line of clean, readable text, shaped and in the order of the paper. `base` is the paragraph's level."""
    levels = bidi.levels(text, base)
    names = faces_of(text, weight)
    spans: list[tuple[int, int]] = []
    runs_by(list(zip(levels, names, strict=True)), lambda start, end: spans.append((start, end)))
    runs: list[Run] = []
    for i in bidi.visual_order([levels[start] for start, _ in spans]):
        start, end = spans[i]
        font = face(names[start])
        runs.append(Run(font, font.shape(text[start:end], rightwards=levels[start] % 2 == 0)))
    width = sum(glyph.advance for run in runs for glyph in run.glyphs)
    plain = not any(levels) and all(glyph.text for run in runs for glyph in run.glyphs)
    return Line(text, tuple(runs), width, base == 0, plain)


def width_mm(text: str, weight: Weight, size: float) -> float:
    """The width of a clean line on paper."""
    return set_line(readable(text, weight), weight, bidi.base_level(text)).width * size * MM_PER_POINT


def wrap(text: str, weight: Weight, size: float, width: float) -> tuple[Line, ...]:
    """All lines of a clean text within `width` millimetres. Nothing is left out; an empty text has no line."""
    ems = width / (size * MM_PER_POINT)
    lines: list[Line] = []
    for paragraph in readable(text, weight).split("\n") if text else ():
        base = bidi.base_level(paragraph)
        lines += [set_line(part, weight, base) for part in _broken(paragraph, weight, ems)]
    return tuple(lines)


def _broken(paragraph: str, weight: Weight, ems: float) -> Iterator[str]:
    """The lines of one paragraph, greedily: at spaces, between ideographs, after hyphens, and where all else fails."""
    line, width = "", 0.0
    for token, advance in _tokens(paragraph, weight, ems):
        if line and width + advance > ems + 1e-6 and not token.isspace():
            yield line.rstrip(" ")
            line, width = "", 0.0
        if line or not token.isspace():
            line += token
            width += advance
    yield line.rstrip(" ")


def _tokens(paragraph: str, weight: Weight, ems: float) -> Iterator[tuple[str, float]]:
    for token in _TOKENS.findall(paragraph):
        for piece in _AFTER.split(token):
            advance = _advance(piece, weight)
            if advance <= ems:
                yield piece, advance
            else:
                yield from ((part, _advance(part, weight)) for part in clusters(piece))


@lru_cache(maxsize=4096)
def _advance(piece: str, weight: Weight) -> float:
    return set_line(piece, weight, bidi.base_level(piece)).width


@lru_cache(maxsize=2048)
def clusters(text: str) -> tuple[str, ...]:
    """The text in parts that must not be torn: a letter with its marks, emoji held by joiners, conjuncts."""
    return tuple(_clusters(text))


def _clusters(text: str) -> Iterator[str]:
    part = ""
    for character in text:
        glued = unicodedata.category(character) in ("Mn", "Mc", "Me") or invisible(character)
        if part and not glued and not part.endswith("\u200d") and unicodedata.combining(part[-1]) != 9:
            yield part
            part = ""
        part += character
    if part:
        yield part


def fit(text: str, style: Style, width: float, height: float) -> Block:
    """A text as large as the field allows: the style's size, then smaller down to its smallest, then marked as cut.

    The mark `… (+12 characters)` counts what is not shown. A field lower than one line of the smallest size still
    gets one line.
    """
    text = clean(text).strip()
    plain = fit_plain(text, style, width, height)
    if plain is None:
        return _fitted(text, style, width, height)
    rows, size = plain
    return Block(tuple(set_line(row, style.weight) for row in rows), size, leading_mm(style, size))


def fits(text: str, style: Style, width: float, height: float) -> bool:
    """Whether `fit` shows all of a text."""
    text = clean(text).strip()
    return fit_plain(text, style, width, height) is not None or not _fitted(text, style, width, height).hidden


def fit_plain(text: str, style: Style, width: float, height: float) -> tuple[Sequence[str], float] | None:
    """The rows and the size that `fit` gives a clean text, where that can be told without shaping it, else None.

    A size at which there are more paragraphs than rows is never the one; at the next, each must fit its row for sure.
    """
    rows = [row.strip(" ") for row in text.split("\n")] if text else []
    size = style.size
    while len(rows) > 1 and len(rows) > _rows(style, size, height):
        if size <= style.smallest:
            return None
        size = _smaller(style, size)
    certain = latin.certainly_fit(rows, style.weight, width / (size * MM_PER_POINT))
    return (rows, size) if certain and len(text) <= _LONGEST_FIELD else None


@lru_cache(maxsize=512)
def _fitted(text: str, style: Style, width: float, height: float) -> Block:
    measured = text[:_LONGEST_FIELD]
    length = _length(readable(measured, style.weight), style.weight) * MM_PER_POINT
    size = style.size
    while True:
        rows = _rows(style, size, height)
        if length * size <= rows * width * 1.1:
            lines = wrap(measured, style.weight, size, width)
            if len(lines) <= rows and len(measured) == len(text):
                return Block(lines, size, leading_mm(style, size))
        if size <= style.smallest:
            return _cut(text, measured, style, width, rows)
        size = _smaller(style, size)


def _smaller(style: Style, size: float) -> float:
    return max(style.smallest, round(size * 0.92, 2))


def _length(text: str, weight: Weight) -> float:
    """How long a readable text would be in one line, in ems; spaces at line ends may vanish, so it is left out."""
    return sum(_advance(word, weight) for word in text.split())


def leading_mm(style: Style, size: float) -> float:
    """From one baseline to the next."""
    return size * style.leading * MM_PER_POINT


def _rows(style: Style, size: float, height: float) -> int:
    return max(1, int((height + 0.05) / leading_mm(style, size)))


def _cut(text: str, measured: str, style: Style, width: float, rows: int) -> Block:
    """As much as fits at the smallest size, whole clusters, with the mark at the end; halving finds how much."""
    ends = [0]
    for part in clusters(measured):
        ends.append(ends[-1] + len(part))
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if len(_marked(text, ends[middle], style, width)) <= rows:
            low = middle
        else:
            high = middle - 1
    lines = _marked(text, ends[low], style, width)[:rows]
    return Block(lines, style.smallest, leading_mm(style, style.smallest), len(text) - ends[low])


def _marked(text: str, end: int, style: Style, width: float) -> tuple[Line, ...]:
    shown = f"{text[:end].rstrip()}… (+{len(text) - end} characters)"
    return wrap(shown, style.weight, style.smallest, width)
