"""What a code could mean by its form. What it *does* mean here says the table `code`, and only it.

Codes of our own use A–Z and 0–9 and end with a check character (ISO 7064 MOD 37,36), so that they survive any
keyboard layout. Everything of GS1 (GTIN, SSCC, element strings, Digital Link) is parsed by biip.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biip.gs1_element_strings import GS1ElementString

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
COMMANDS = (
    "UNDO CLEAR HELP HOME OUT HOLD REPRINT DONE SKIP SHORT DAMAGED NEWTOTE EMPTY PARK BOX NEWBOX VOID CHANGE MANUAL "
    "MUTE THEME PICK PACK RECEIVE PUTAWAY MOVE COUNT RETURN LOOKUP STUCK DEVICES NEWORDER FOUND CANCEL RESEND PUTBACK "
    "RELEASE OPEN ASIDE"
).split()
MAX_LENGTH = 256
GS = "\x1d"


def check_character(body: str) -> str:
    """The check character of ISO 7064 MOD 37,36 over A–Z, 0–9.

    >>> check_character("A12425GABC1234002")
    'M'
    """
    product = 36
    for character in body:
        total = (product + ALPHABET.index(character)) % 36
        product = (total or 36) * 2 % 37
    return ALPHABET[(37 - product) % 36]


def own_code(body: str) -> str:
    """A code of ours with its check character: `own_code("CMDUNDO")`. ValueError outside A–Z, 0–9."""
    return body + check_character(body)


def command_code(word: str) -> str:
    """The printed form of a command: `command_code("UNDO")`."""
    return own_code("CMD" + word)


def is_sound(code: str) -> bool:
    """Whether a code of our form ends with its right check character."""
    if len(code) < 3 or any(c not in ALPHABET for c in code):
        return False
    return check_character(code[:-1]) == code[-1]


def mended(code: str) -> str:
    """The code with its right check character; "" when it is none of ours by its alphabet, or was right already."""
    if len(code) < 3 or len(code) > MAX_LENGTH or any(c not in ALPHABET for c in code) or is_sound(code):
        return ""
    return own_code(code[:-1])


@dataclass(frozen=True, slots=True)
class Form:
    """A code of a fixed form: `kind` is command, quantity, choice, reason or grade; `value` its word or number.

    `sound` is false when only the check character is wrong (a smudged card): said so, never acted on.
    """

    kind: str
    value: str
    sound: bool


_PREFIXES = (("CMD", "command"), ("QTY", "quantity"), ("OPT", "choice"), ("RSN", "reason"), ("GRD", "grade"))


def form(text: str) -> Form | None:
    """The fixed form that `text` has, or None. Fixed forms need no table: a command means the same everywhere."""
    for prefix, kind in _PREFIXES:
        if text.startswith(prefix) and len(text) > len(prefix) + 1:
            value = text[len(prefix) : -1]
            if kind == "command" and value not in COMMANDS:
                return None
            if kind != "command" and not (value.isascii() and value.isdigit() and len(value) <= 5):
                return None
            return Form(kind, value, is_sound(text))
    return None


@dataclass(frozen=True, slots=True)
class Gs1:
    """What GS1 syntax says of a code; every field may be empty. `gtin` is always 14 digits."""

    gtin: str = ""
    lot: str = ""
    expiry: date | None = None
    serial: str = ""
    count: int = 0
    sscc: str = ""


_MOST_PREFIXES = 50_000
"""Bytes: the parser's packed list of countries is smaller than this, that of companies larger."""


@cache
def gs1_parser() -> ModuleType:
    """The parser, when it is first needed, without its list of the companies of the world: who a prefix belongs to is
    asked nowhere here, and the list would hold up the first scan for a quarter of a second and take 20 MB."""
    import lzma

    unpack = lzma.decompress

    def unpacked(data: bytes) -> bytes:
        return unpack(data) if len(data) < _MOST_PREFIXES else b"{}"

    lzma.decompress = unpacked  # type: ignore[assignment]
    try:
        import biip.gs1_prefixes
    finally:
        lzma.decompress = unpack
    return biip


@lru_cache(maxsize=2_000)
def gs1(text: str, symbology: str = "") -> Gs1 | None:
    """The GS1 reading of a code, or None when it has none: element strings, a Digital Link, a bare GTIN or SSCC.

    Without an AIM identifier a plain run of 8, 12, 13 or 14 digits with a right check digit is a GTIN, although it
    could be read as an element string too (a GTIN of 8 digits may be no item at all: the caller asks its table first).
    Eight digits that are no GTIN-8 may be a UPC-E, a shortened GTIN-12.
    """
    if not text or len(text) > MAX_LENGTH:
        return None
    digits = text.isascii() and text.isdigit()
    if digits and len(text) in (8, 12, 13, 14) and symbology not in ("]C1", "]d2", "]Q3"):
        found = _gtin(text) or (_upc_e(text) if symbology != "]E4" else "")
        return Gs1(gtin=found) if found else None
    if is_sscc(text):
        return Gs1(sscc=text)  # many labels carry the bare SSCC beside the GS1-128
    is_link = text.lower().startswith(("http://", "https://"))  # printed as a plain QR code, which is no GS1 symbology
    if text[0].isalpha() and not is_link and not symbology:
        return None  # an element string begins with the digits of its application identifier
    parser = gs1_parser()
    try:
        result = parser.parse(text if is_link else symbology + text)
    except (parser.ParseError, ValueError):  # the latter is what the standard library thinks of "http://["
        return None
    whole = result.gs1_message or result.gs1_digital_link_uri
    return _reading(whole.element_strings) if whole is not None else None


def _reading(elements: Iterable[GS1ElementString]) -> Gs1 | None:
    fields: dict[str, str] = {}
    expiry: date | None = None
    for element in elements:
        fields.setdefault(element.ai.ai, element.value)
        if element.ai.ai == "17":
            expiry = element.date
    count = fields.get("37", "") or fields.get("30", "")
    reading = Gs1(
        gtin=_gtin(fields.get("01", fields.get("02", ""))),
        lot=fields.get("10", ""),
        expiry=expiry,
        serial=fields.get("21", ""),
        count=int(count) if count.isdigit() else 0,
        sscc=fields["00"] if is_sscc(fields.get("00", "")) else "",
    )
    return reading if reading != Gs1() else None


def _upc_e(digits: str) -> str:
    if len(digits) != 8:
        return ""
    parser = gs1_parser()
    from biip.upc import Upc

    try:
        return _gtin(Upc.parse(digits).as_upc_a())
    except parser.ParseError:
        return ""


def _gtin(digits: str) -> str:
    """The 14-digit form where the check digit is right, else "": one line here, a whole parser in biip."""
    is_gtin = len(digits) in (8, 12, 13, 14) and gs1_check_digit(digits[:-1]) == digits[-1]
    return digits.zfill(14) if is_gtin else ""


def gtin14(digits: str) -> str:
    """The 14-digit form of a GTIN-8/12/13/14 with a right check digit, else "". UPC-A and EAN-13 become one."""
    if digits.isascii() and digits.isdigit() and len(digits) in (8, 12, 13, 14):
        return _gtin(digits)
    return ""


def gs1_check_digit(digits: str) -> str:
    """The GS1 mod-10 check digit (GS1 General Specifications, 7.9.1) of digits without it."""
    total = 3 * sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2]))
    return str((10 - total % 10) % 10)


def is_sscc(text: str) -> bool:
    """Whether these are 18 digits with a right check digit."""
    return len(text) == 18 and text.isascii() and text.isdigit() and gs1_check_digit(text[:-1]) == text[-1]


def sscc(extension: int, company_prefix: str, serial: int) -> str:
    """An 18-digit SSCC (GS1 General Specifications, 2.2.1): extension digit, company prefix, serial, check digit.

    ValueError when a part is no number or the serial does not fit beside the prefix.
    """
    width = 16 - len(company_prefix)
    if not (0 <= extension <= 9 and company_prefix.isascii() and company_prefix.isdigit() and width > 0):
        raise ValueError(f"extension {extension} and prefix {company_prefix!r} leave no place for a serial")
    if not 0 <= serial < 10**width:
        raise ValueError(f"serial {serial} does not fit into {width} digits beside the prefix {company_prefix}")
    body = f"{extension}{company_prefix}{serial:0{width}d}"
    return body + gs1_check_digit(body)
