"""Fits words into rectangles: whole words, as large as asked for, never under the caption size, elided last."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ui.theme import SMALLEST, Style, Theme

LEADING = 1.2  # of the font size, from baseline to baseline
ELLIPSIS = "…"
TIE = "\ue000"  # stands for a space at which no line may break
_CJK = r"\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef"
_BREAKS = re.compile(rf"[ \t\r\n]+|[{_CJK}]|(?:[^ \t\r\n\-/{_CJK}]|[-/](?!(?<=[^\W\d_][-/])[^\W\d_]{{2}}))+[-/]?|[-/]")
"""Spaces, single CJK characters, and words; a word ends after a hyphen only between letters, so codes stay whole."""
_UNIT = r"(?:g|kg|mg|t|ml|cl|dl|l|mm|cm|m|km|mAh|W|V|°C|EUR|GBP|USD|CHF|€|%)"
_TIED = (
    re.compile(rf"(?<=\d) (?={_UNIT}(?![^\W_]))"),  # a figure and its unit
    re.compile(r"(?<=\S) (?=×)"),
    re.compile(r"(?<=[×+]) (?=\d)"),
)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Words cut into lines at one size. `elided`: something had to be left out."""

    lines: tuple[str, ...]
    style: Style
    leading: float  # in pixels
    elided: bool = False

    @property
    def height(self) -> float:
        return self.leading * len(self.lines)


def pieces(words: str) -> list[str]:
    """Where a line may break: after spaces, hyphens and slashes between letters, between CJK characters.

    Never between a figure and its unit ("90 g"), nor around a times sign ("× 2"), nor inside a code ("B12-04-C").
    """
    for tied in _TIED:
        words = tied.sub(TIE, words)
    return [piece.replace(TIE, " ") for piece in _BREAKS.findall(words) if piece]


def wrap(theme: Theme, words: str, style: Style, width: float) -> list[str]:
    """Greedy lines. A piece wider than `width` stays whole on a line of its own."""
    return [line.rstrip() for line in _raw_lines(theme, words, style, width)]


def _raw_lines(theme: Theme, words: str, style: Style, width: float) -> list[str]:
    """The lines with the spaces at their ends, so that they can be put together again."""
    lines: list[str] = []
    line = ""
    for piece in pieces(words):
        if line and theme.width((line + piece).rstrip(), style) > width:
            lines.append(line)
            line = piece.lstrip()
        else:
            line += piece
    if line.strip():
        lines.append(line)
    return lines


def balanced(theme: Theme, words: str, style: Style, width: float) -> list[str]:
    """At most two lines of nearly the same width (for the few words beside a giant figure)."""
    parts = pieces(words)
    pairs = [["".join(parts[:i]).rstrip(), "".join(parts[i + 1 :])] for i, part in enumerate(parts) if not part.strip()]
    # "totes | to pack", not "totes to | pack"
    pairs = [pair for pair in pairs if len(pair[0].split()[-1]) > 2] or pairs
    whole = [[words]] if theme.width(words, style) <= width * 0.4 or not pairs else pairs
    return min(whole, key=lambda lines: max(theme.width(line, style) for line in lines))


def elide(theme: Theme, words: str, style: Style, width: float) -> str:
    """The longest beginning of `words` that fits together with an ellipsis."""
    if theme.width(words, style) <= width:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if theme.width(words[:middle].rstrip() + ELLIPSIS, style) <= width:
            low = middle
        else:
            high = middle - 1
    return words[:low].rstrip() + ELLIPSIS


def elide_middle(theme: Theme, code: str, style: Style, width: float) -> str:
    """A code with its middle left out: its beginning names the kind, its last digits are what people compare."""
    if theme.width(code, style) <= width:
        return code
    for kept in range(len(code) - 1, 3, -1):
        shorter = code[: kept // 2] + ELLIPSIS + code[-(kept - kept // 2) :]
        if theme.width(shorter, style) <= width:
            return shorter
    return elide(theme, code, style, width)


def fit(
    theme: Theme,
    words: str,
    style: Style,
    width: float,
    height: float,
    *,
    lines: int = 1,
    floor: float = SMALLEST,
    single_to: float | None = None,
) -> Fitted:
    """The largest setting of `words` in at most `lines` lines, from `style` down to `floor` u.

    One line is tried first down to `single_to` u. When even the floor is too large the last line is elided.
    """
    size = style.u
    if single_to is not None and lines > 1:
        while size >= single_to:
            if theme.width(words, style.at(size)) <= width and _leading(theme, size) <= height + 1:
                return Fitted((words,), style.at(size), _leading(theme, size))
            size -= 1
        size = style.u
    while size >= floor:
        trial = style.at(size)
        leading = _leading(theme, size)
        found = wrap(theme, words, trial, width)
        fits = len(found) <= lines and leading * len(found) <= height + 1
        if fits and all(theme.width(line, trial) <= width + 0.5 for line in found):
            return Fitted(tuple(found), trial, leading)
        size -= 1
    return _cut(theme, words, style.at(floor), width, lines)


def _cut(theme: Theme, words: str, style: Style, width: float, lines: int) -> Fitted:
    found = _raw_lines(theme, words, style, width)
    kept = [line.rstrip() for line in found[: lines - 1]]
    rest = "".join(found[lines - 1 :]).rstrip()
    whole = [elide(theme, line, style, width) for line in kept] + [elide(theme, rest, style, width)]
    elided = whole != [*kept, rest]
    return Fitted(tuple(line for line in whole if line), style, _leading(theme, style.u), elided)


def _leading(theme: Theme, size: float) -> float:
    return size * LEADING * theme.scale
