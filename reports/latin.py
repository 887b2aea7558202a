"""The short way for plain Latin text: whether rows certainly fit their field, without shaping a letter.

Nearly every field of a label holds a few Latin letters that fit at their full size. To know that, no kerning is needed,
only a bound: a letter takes at most its advance width and the most that kerning ever adds after it. A text that fits by
this bound fits when it is shaped, so `rows` decides as `lettering.fit` would, and says None where it can't be sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from reports.faces import Weight, chain, face

ALPHABET = "".join(chr(c) for c in (*range(0x20, 0x7F), *range(0xA1, 0x100)) if c != 0xAD)
"""Printable ASCII and Latin-1: what a label printer's own face may set, too."""
_ADDED, _ADDED_WIDELY, _ADDED_AFTER_Q = 0.036, 0.1, 0.16
_WIDELY = frozenset("QTYÝSVWfgjïîr7")


def certainly_fit(rows: Iterable[str], weight: Weight, ems: float) -> bool:
    """Whether each row of clean text is Latin-1 and surely no longer than `ems`."""
    bounds, widest = _bounds(weight)
    for row in rows:
        if row.isascii() and len(row) * widest <= ems:
            continue
        try:
            if sum([bounds[letter] for letter in row]) > ems:
                return False
        except KeyError:
            return False
    return True


@cache
def _bounds(weight: Weight) -> tuple[Mapping[str, float], float]:
    """The most that each letter takes of a line, in ems, and the most of all; letters the face lacks are left out."""
    own = face(chain(weight)[0])
    found = {c: own.advance(own.glyph(ord(c))) + most_added(c) for c in ALPHABET if own.covers(ord(c))}
    return found, max(found.values())


def most_added(letter: str) -> float:
    """The most that kerning adds after a letter, in ems; no face of the house exceeds it, as the tests measure."""
    if letter == " ":
        return 0.0
    if letter == "q":
        return _ADDED_AFTER_Q
    return _ADDED_WIDELY if letter in _WIDELY or not letter.isalnum() else _ADDED
