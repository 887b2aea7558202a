"""Writing direction: Unicode's bidirectional algorithm for text that carries no direction controls.

`reports.lettering.clean` removes every explicit direction control, for a stranger's control could turn the digits of
a house number around. What is left of the Unicode Standard Annex #9 are the rules W1–W7, N0–N2, I1–I2 and L1–L2, and
that is all there is here. Mirroring of brackets (L4) is done by the shaper.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_CLOSING = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "〈": "〉", "「": "」", "『": "』", "【": "】"}
_NEUTRAL = frozenset({"B", "S", "WS", "ON"})
_CONTROLS = frozenset({"BN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def base_level(text: str) -> int:
    """0 when the first strong character reads from left to right (or there is none), 1 when from right to left."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            return 0
        if kind in ("R", "AL"):
            return 1
    return 0


def levels(text: str, base: int) -> list[int]:
    """The embedding level of each character of one line; odd levels read from right to left."""
    if base == 0 and text.isascii():
        return [0] * len(text)
    edge = "R" if base else "L"
    original = [unicodedata.bidirectional(character) or "L" for character in text]
    kinds = _marks(original, edge)
    _numbers(kinds, edge)
    _brackets(text, kinds, edge)
    _neutrals(kinds, edge)
    found = [_level(kind, base) for kind in kinds]
    _trailing_space(original, found, base)
    return found


def visual_order(run_levels: Sequence[int]) -> list[int]:
    """The indices of runs in the order in which they stand on the line, from left to right (rule L2)."""
    order = list(range(len(run_levels)))
    for level in range(max(run_levels, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and run_levels[order[end]] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = end + 1
    return order


def _marks(original: list[str], edge: str) -> list[str]:
    """W1: a mark takes the kind of what it stands on; invisible characters take it too (X9)."""
    kinds: list[str] = []
    for kind in original:
        kinds.append((kinds[-1] if kinds else edge) if kind == "NSM" or kind in _CONTROLS else kind)
    return kinds


def _numbers(kinds: list[str], edge: str) -> None:
    """W2–W7: what numbers and their signs become beside letters."""
    strong = edge
    for i, kind in enumerate(kinds):
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":
            kinds[i] = "AN"
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]
    for i in range(1, len(kinds) - 1):
        before, after = kinds[i - 1], kinds[i + 1]
        if before == after and ((kinds[i] in ("ES", "CS") and before == "EN") or (kinds[i] == "CS" and before == "AN")):
            kinds[i] = before
    _terminators(kinds)
    strong = edge
    for i, kind in enumerate(kinds):
        if kind in ("L", "R"):
            strong = kind
        elif kind in ("ES", "ET", "CS"):
            kinds[i] = "ON"
        elif kind == "EN" and strong == "L":
            kinds[i] = "L"


def _terminators(kinds: list[str]) -> None:
    """W5: currency and percent signs beside a European number belong to it."""
    i = 0
    while i < len(kinds):
        end = i
        while end < len(kinds) and kinds[end] == "ET":
            end += 1
        if end > i and ("EN" in (kinds[i - 1] if i else "", kinds[end] if end < len(kinds) else "")):
            kinds[i:end] = ["EN"] * (end - i)
        i = end + 1


def _brackets(text: str, kinds: list[str], edge: str) -> None:
    """N0: both brackets of a pair read the same way."""
    waiting: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for i, character in enumerate(text):
        if kinds[i] != "ON":
            continue
        if character in _CLOSING:
            waiting.append((_CLOSING[character], i))
            continue
        for depth in range(len(waiting) - 1, -1, -1):
            if waiting[depth][0] == character:
                pairs.append((waiting[depth][1], i))
                del waiting[depth:]
                break
    for opening, closing in sorted(pairs):
        kind = _inside(kinds, opening, closing, edge)
        if kind:
            kinds[opening] = kinds[closing] = kind


def _inside(kinds: list[str], opening: int, closing: int, edge: str) -> str:
    inner = {_strong(kind) for kind in kinds[opening + 1 : closing]}
    if edge in inner:
        return edge
    if not inner & {"L", "R"}:
        return ""
    before = next((_strong(kind) for kind in reversed(kinds[:opening]) if _strong(kind)), edge)
    return before


def _neutrals(kinds: list[str], edge: str) -> None:
    """N1, N2: what stands between two letters of one direction reads with them, else with the line."""
    i = 0
    while i < len(kinds):
        end = i
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        if end > i:
            before = _strong(kinds[i - 1]) if i else edge
            after = _strong(kinds[end]) if end < len(kinds) else edge
            kinds[i:end] = [before if before == after else edge] * (end - i)
        i = end + 1


def _strong(kind: str) -> str:
    if kind in ("R", "EN", "AN"):
        return "R"
    return "L" if kind == "L" else ""


def _level(kind: str, base: int) -> int:
    """I1, I2."""
    if kind in ("EN", "AN"):
        return 2
    if kind == "R":
        return 1
    if kind == "L":
        return base * 2
    return base


def _trailing_space(original: list[str], found: list[int], base: int) -> None:
    """L1: white space at the end of a line keeps the direction of the line."""
    for i in range(len(original) - 1, -1, -1):
        if original[i] not in ("WS", "S", "B") and original[i] not in _CONTROLS:
            return
        found[i] = base
