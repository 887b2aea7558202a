"""The one place that knows how a barcode looks: Code 128 and GS1-128 as symbols, modules and ZPL data.

Which symbols say a value is decided in `code128`. Everyone who draws (PDF, screen, printer) gets the pattern from here
and draws vectors of a whole number of dots or units a module. A ZPL printer is told the very symbols, not asked to
choose, so that the width on its paper is known beforehand.

Sources: ISO/IEC 15417 (Code 128); GS1 General Specifications 5.4 (GS1-128, quiet zone of 10 modules) and 2.2.1 (SSCC).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.barcodes import gs1_check_digit
from reports import code128 as symbols_of

QUIET = 10
LONGEST = 80
_PRINTABLE = re.compile("[ -~]+")


@dataclass(frozen=True, slots=True)
class Bars:
    """A barcode: `value` is what a scanner reports, `human` what people read beside it. With `gs1` it is GS1-128."""

    value: str
    human: str
    gs1: bool = False

    @property
    def symbols(self) -> tuple[int, ...]:
        """The values of ISO/IEC 15417 from the start code to the last one before the check symbol."""
        return symbols_of.gs1(self.value) if self.gs1 else symbols_of.whole(self.value)

    @property
    def modules(self) -> str:
        """The whole pattern, "1" for a dark module, without quiet zones."""
        return symbols_of.pattern(self.symbols)

    @property
    def length(self) -> int:
        """Modules without quiet zones."""
        return symbols_of.length(len(self.symbols))

    @property
    def width(self) -> int:
        """Modules with both quiet zones."""
        return self.length + 2 * QUIET


@dataclass(frozen=True, slots=True)
class Spelled:
    """A barcode as a ZPL printer is told it: the `data` of a `^BC` field in mode N, and how many modules that makes.

    Each symbol is named, so that printer and paper show the same bars. `length` is without quiet zones.
    """

    value: str
    data: str
    length: int

    @property
    def width(self) -> int:
        """Modules with both quiet zones."""
        return self.length + 2 * QUIET


def code128(value: str, human: str = "") -> Bars:
    """Code 128 of 1 to 80 printable ASCII characters; ValueError says what else was given."""
    _check(value)
    return Bars(value, human or value)


def code128_modules(value: str) -> str:
    """The pattern of a Code 128 as "1" (dark) and "0", without quiet zones: for whoever draws it on a screen."""
    return code128(value).modules


def sscc128(sscc: str) -> Bars:
    """GS1-128 of an SSCC under application identifier 00; `value` is `00` and the 18 digits, as scanners report it.

    ValueError when it is not 18 digits or its check digit is wrong: an encoder would print either without a word.
    """
    if len(sscc) != 18 or not (sscc.isascii() and sscc.isdigit()):
        raise ValueError(f"An SSCC has 18 digits; this one is {sscc[:40]!r}.")
    if gs1_check_digit(sscc[:-1]) != sscc[-1]:
        raise ValueError(f"The check digit of SSCC {sscc} is wrong: expected {gs1_check_digit(sscc[:-1])}.")
    value = "00" + sscc
    human = f"(00) {sscc[0]} {sscc[1:8]} {sscc[8:17]} {sscc[17]}"
    return Bars(value, human, gs1=True)


def _check(value: str) -> None:
    if not value:
        raise ValueError("A barcode needs at least one character.")
    if len(value) > LONGEST:
        raise ValueError(f"A barcode holds at most {LONGEST} characters; this value has {len(value)}.")
    if _PRINTABLE.fullmatch(value):
        return
    for place, character in enumerate(value, start=1):
        if not " " <= character <= "~":
            raise ValueError(f"A barcode holds printable ASCII only; character {place} is U+{ord(character):04X}.")


def spelled(bars: Bars) -> Spelled:
    """The same value for a ZPL printer, in set C as far as pairs of digits lead and then in set B to the end.

    `>5`, the way from B back to C, and `>6` before one last character are right by Zebra's guide, but emulations (among
    them the renderer that looks at our labels) print a wrong code for them without a word. It costs a symbol or two.
    GS1-128 of an SSCC is all in set C and stays as it is.
    """
    value = bars.value
    if bars.gs1:
        return Spelled(value, f">;>8{value}", symbols_of.length(2 + len(value) // 2))
    turn = symbols_of.turn(value)
    rest = value[turn:].replace(">", ">0")  # `^` and `~` have such names too, but are escaped like everywhere
    if not turn:
        return Spelled(value, f">:{rest}", symbols_of.length(1 + len(value)))
    if not rest:
        return Spelled(value, f">;{value}", symbols_of.length(1 + turn // 2))
    return Spelled(value, f">;{value[:turn]}>6{rest}", symbols_of.length(2 + turn // 2 + len(value) - turn))


def module_mm(bars: Bars | Spelled, width: float, wanted: float, smallest: float, dpi: int = 0) -> float:
    """The module width in millimetres with which bars and quiet zones fit into `width` millimetres.

    `wanted` is the largest that is used, `smallest` the least that may be printed. With `dpi` it is a whole number of
    the printer's dots. ValueError when even the smallest does not fit: a barcode is never cut or squeezed.
    """
    found = min(wanted, width / bars.width)
    if dpi:
        dot = 25.4 / dpi
        found = int(found / dot + 1e-6) * dot
    if found < smallest - 1e-9:
        raise ValueError(
            f"The barcode {bars.value!r} is too long for a field of {width:.0f} mm: "
            f"{bars.width} modules of at least {smallest:.2f} mm need {bars.width * smallest:.0f} mm."
        )
    return found


def first_bar_mm(bars: Bars | Spelled, width: float, module: float, inset: float) -> float:
    """Where in a field of `width` the first bar stands: at `inset`, unless a quiet zone would be too small."""
    quiet = QUIET * module
    return max(quiet, min(inset, width - quiet - bars.length * module))
