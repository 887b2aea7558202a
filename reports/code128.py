"""python-barcode, mended: the symbols of Code 128 and GS1-128.

Its own optimisation takes a leading pair "99" for the code that switches to set C and drops it, so that `991234` would
be printed as `1234` under a text that still says `991234` (reported upstream, WhyNotHugo/python-barcode issue 251).
"""

from __future__ import annotations

from barcode.codex import Code128, Gs1_128

_START_C, _CODE_B = 105, 100


class WholeCode128(Code128):
    """Code 128 that keeps a leading "99"."""

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        return _optimised(encoded)


class WholeGs1(Gs1_128):
    """GS1-128 in set C from the first digit on."""

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        return _optimised(encoded)


class OneTurnCode128(WholeCode128):
    """Code 128 that never goes from set B back to C, nor to B for one last character alone: see `one_turn`."""

    def _maybe_switch_charset(self, pos: int) -> list[int]:
        if self._charset == "B":
            return []
        if len(self.code) - pos == 3 and not self._buffer:
            return list(self._new_charset("B"))
        return list(super()._maybe_switch_charset(pos))


def _optimised(encoded: list[int]) -> list[int]:
    """Start directly in set B where the first thing said is "switch to B". After START C, 99 is always two digits."""
    if encoded[:2] == [_START_C, _CODE_B]:
        return [104, *encoded[2:]]
    return encoded


def encoded(kind: type[Code128], value: str) -> tuple[tuple[int, ...], str]:
    """The symbols from the start code to the last one before the check symbol, and the pattern of all modules."""
    return tuple(kind(value).encoded), str(kind(value).build()[0])
