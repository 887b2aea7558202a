"""Code 128 as symbol values: in which of its sets a value is written, and what each symbol looks like.

The patterns are those of python-barcode. Which set says what is decided here: that library takes a leading pair "99"
for the code that switches to set C and drops it, so that `991234` would be printed as `1234` under a text that still
says `991234` (reported upstream, WhyNotHugo/python-barcode issue 251). Elsewhere both choose the same symbols, as the
tests show.

Source: ISO/IEC 15417. Values are given as 1 to 80 printable ASCII characters; nobody checks them here.
"""

from __future__ import annotations

import re
from functools import lru_cache

START_B, START_C = 104, 105
CODE_C, CODE_B, FNC1 = 99, 100, 102
_RUNS = re.compile("[0-9]+|[^0-9]+")
_LEAST_FOR_C = 4  # shorter runs of digits within a text are no shorter in set C


@lru_cache(maxsize=64)
def whole(value: str) -> tuple[int, ...]:
    """From the start code to the last symbol before the check symbol: set C for the first digits and for long runs."""
    found = [START_C]
    in_c = True
    for run in _RUNS.findall(value):
        digits = run[0].isdigit() and (len(found) == 1 or len(run) >= _LEAST_FOR_C)
        paired = len(run) // 2 * 2 if digits else 0
        if paired:
            if not in_c:
                found.append(CODE_C)
            found += _pairs(run[:paired])
            in_c = True
        if paired < len(run):
            if in_c:
                found.append(CODE_B)
            found += _letters(run[paired:])
            in_c = False
    return _started(found)


def turn(value: str) -> int:
    """How many leading digits set C says, where it is left once, for good, and never before one last character."""
    digits = len(value) - len(value.lstrip("0123456789"))
    if digits < 2:
        return 0
    return min(digits, len(value) - 3 if len(value) % 2 else digits) // 2 * 2


@lru_cache(maxsize=64)
def gs1(digits: str) -> tuple[int, ...]:
    """GS1-128 of an even number of digits, all in set C (GS1 General Specifications, 5.4)."""
    return (START_C, FNC1, *_pairs(digits))


def _pairs(digits: str) -> list[int]:
    return [int(digits[i : i + 2]) for i in range(0, len(digits), 2)]


def _letters(text: str) -> list[int]:
    return [byte - 32 for byte in text.encode("ascii")]


def _started(found: list[int]) -> tuple[int, ...]:
    """Starts directly in set B where the first thing said is "switch to B"; after START C, 99 is always two digits."""
    return (START_B, *found[2:]) if found[1] == CODE_B else tuple(found)


def length(symbols: int) -> int:
    """How many modules the pattern of so many symbols has: eleven each and for the check symbol, thirteen to stop."""
    return 11 * (symbols + 1) + 13


@lru_cache(maxsize=64)
def pattern(symbols: tuple[int, ...]) -> str:
    """All modules, "1" for a dark one, check symbol and stop added (ISO/IEC 15417, 4.2); no quiet zones."""
    from barcode.charsets import code128 as charset  # read when the first bars are drawn: a ZPL printer draws its own

    check = (symbols[0] + sum(place * symbol for place, symbol in enumerate(symbols[1:], start=1))) % 103
    return "".join([*(charset.CODES[symbol] for symbol in (*symbols, check)), charset.STOP, "11"])
