"""The one place that knows how a barcode looks: Code 128 and GS1-128 as symbols, modules and ZPL data.

The symbols come from python-barcode (see `code128`). The bars are not drawn by that library: everyone who draws
(PDF, screen, printer) gets the pattern from here and draws vectors of a whole number of dots or units a module. A ZPL
printer is told the very symbols, not asked to choose, so that the width on its paper is known beforehand.

Sources: ISO/IEC 15417 (Code 128); GS1 General Specifications 5.4 (GS1-128, quiet zone of 10 modules) and 2.2.1 (SSCC).
"""

from __future__ import annotations

from dataclasses import dataclass

from app.barcodes import gs1_check_digit

QUIET = 10
LONGEST = 80
_START_C, _CODE_C, _FNC1 = 105, 99, 102
_ZPL_SPECIAL = {30: ">0"}  # `^` and `~` have such names too, but are escaped like everywhere
_ZPL_CODES = {99: ">5", 100: ">6", 101: ">7", 102: ">8"}
_ZPL_STARTS = {103: ">9", 104: ">:", 105: ">;"}


@dataclass(frozen=True, slots=True)
class Bars:
    """A barcode: `value` is what a scanner reports, `human` what people read beside it.

    `symbols` are the values of ISO/IEC 15417 from the start code to the last one before the check symbol; `modules`
    is the whole pattern, "1" for a dark module, without quiet zones.
    """

    value: str
    human: str
    symbols: tuple[int, ...]
    modules: str

    @property
    def width(self) -> int:
        """Modules with both quiet zones."""
        return len(self.modules) + 2 * QUIET


def code128(value: str, human: str = "") -> Bars:
    """Code 128 of 1 to 80 printable ASCII characters; ValueError says what else was given."""
    from reports import code128 as encoders  # the library behind it is read when the first bar is drawn

    _check(value)
    return Bars(value, human or value, *encoders.encoded(encoders.WholeCode128, value))


def code128_modules(value: str) -> str:
    """The pattern of a Code 128 as "1" (dark) and "0", without quiet zones: for whoever draws it on a screen."""
    return code128(value).modules


def sscc128(sscc: str) -> Bars:
    """GS1-128 of an SSCC under application identifier 00; `value` is `00` and the 18 digits, as scanners report it.

    ValueError when it is not 18 digits or its check digit is wrong: an encoder would print either without a word.
    """
    from reports import code128 as encoders

    if len(sscc) != 18 or not (sscc.isascii() and sscc.isdigit()):
        raise ValueError(f"An SSCC has 18 digits; this one is {sscc[:40]!r}.")
    if gs1_check_digit(sscc[:-1]) != sscc[-1]:
        raise ValueError(f"The check digit of SSCC {sscc} is wrong: expected {gs1_check_digit(sscc[:-1])}.")
    value = "00" + sscc
    human = f"(00) {sscc[0]} {sscc[1:8]} {sscc[8:17]} {sscc[17]}"
    return Bars(value, human, *encoders.encoded(encoders.WholeGs1, value))


def _check(value: str) -> None:
    if not value:
        raise ValueError("A barcode needs at least one character.")
    if len(value) > LONGEST:
        raise ValueError(f"A barcode holds at most {LONGEST} characters; this value has {len(value)}.")
    for place, character in enumerate(value, start=1):
        if not " " <= character <= "~":
            raise ValueError(f"A barcode holds printable ASCII only; character {place} is U+{ord(character):04X}.")


def one_turn(bars: Bars) -> Bars:
    """The same value for a ZPL printer, in set C as far as pairs of digits lead and then in set B to the end.

    `>5`, the way from B back to C, and `>6` before one last character are right by Zebra's guide, but emulations (among
    them the renderer that looks at our labels) print a wrong code for them without a word. It costs a symbol or two.
    GS1-128 of an SSCC is all in set C and stays as it is.
    """
    from reports import code128 as encoders

    if bars.symbols[:2] == (_START_C, _FNC1):
        return bars
    return Bars(bars.value, bars.human, *encoders.encoded(encoders.OneTurnCode128, bars.value))


def module_mm(bars: Bars, width: float, wanted: float, smallest: float, dpi: int = 0) -> float:
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


def first_bar_mm(bars: Bars, width: float, module: float, inset: float) -> float:
    """Where in a field of `width` the first bar stands: at `inset`, unless a quiet zone would be too small."""
    quiet = QUIET * module
    return max(quiet, min(inset, width - quiet - len(bars.modules) * module))


def zpl_data(bars: Bars) -> str:
    """The data of a `^BC` field in mode N: each symbol by name, so that printer and paper show the same bars."""
    first, *rest = bars.symbols
    parts = [_ZPL_STARTS[first]]
    in_c = first == _START_C
    for symbol in rest:
        if symbol >= _CODE_C and (symbol > _CODE_C or not in_c):
            parts.append(_ZPL_CODES[symbol])
            in_c = symbol == _CODE_C or (in_c and symbol == _FNC1)
        elif in_c:
            parts.append(f"{symbol:02d}")
        else:
            parts.append(_ZPL_SPECIAL.get(symbol) or chr(symbol + 32))
    return "".join(parts)


def pattern_of(symbols: tuple[int, ...]) -> str:
    """The modules of symbol values, check symbol and stop added (ISO/IEC 15417, 4.2): for checking a printer's data."""
    from barcode.charsets import code128 as charset

    check = (symbols[0] + sum(place * symbol for place, symbol in enumerate(symbols[1:], start=1))) % 103
    return "".join(str(charset.CODES[symbol]) for symbol in (*symbols, check)) + f"{charset.STOP}11"
