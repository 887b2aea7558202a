"""NCI (Weigh-Tronix, Salter Brecknell, many bench and post scales): ask with `W`, get weight and status, end with ETX.

An answer is LF, the weight with its unit, CR, LF, two to four status bytes (some models put an `S` before them), CR,
ETX. Over capacity, under zero and a zero error fill the cells of the weight with `^`, `_` or `-`. Status bits as in the
manuals of Brecknell and Ohaus: first byte 0 moving, 1 at zero, 2 RAM error, 3 EEPROM error; second byte 0 under, 1 over
capacity, 2 ROM error, 3 bad calibration; bits 4 and 5 of each are always set. `?` answers an unknown command.
"""

from __future__ import annotations

import re
from decimal import Decimal

from devices.scales.base import Reading, ScaleProtocol, whole_grams

MAX_FRAME = 96
ETX = b"\x03"

NUMBER = rb"([+-]? *(?:\d{1,9}(?:\.\d{0,6})?|\.\d{1,6}))"
WEIGHT = re.compile(NUMBER + rb" *(kg|g|lb|oz)\.?", re.IGNORECASE)
POUNDS_AND_OUNCES = re.compile(
    rb"([+-]?) *(\d{1,6}) *lb\.? *" + NUMBER.replace(b"[+-]? *", b"") + rb" *oz\.?", re.IGNORECASE
)
CELLS = re.compile(rb"[\^_\-]+ *[A-Za-z. ]*")
STATUS = re.compile(rb"S?([\x30-\x3f\x70-\x7f])([\x30-\x3f\x70-\x7f])[\x30-\x3f\x70-\x7f]{0,2}")

MOVING, MEMORY_ERROR = 0x01, 0x0C
UNDER, OVER, STORE_ERROR = 0x01, 0x02, 0x0C


class Nci:
    """Decoder of the answers; a frame that is none of them is counted and left out."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._too_long = False
        self.noise = 0

    def feed(self, data: bytes) -> list[Reading]:
        self._buffer += data
        *frames, rest = bytes(self._buffer).split(ETX)
        readings: list[Reading] = []
        for frame in frames:
            readings += self._reading(frame)
        self._buffer[:] = rest
        if len(rest) > MAX_FRAME:
            self._buffer.clear()
            self._too_long = True
        return readings

    def _reading(self, frame: bytes) -> list[Reading]:
        too_long, self._too_long = self._too_long or len(frame) > MAX_FRAME, False
        reading = None if too_long else read_frame(frame)
        if reading is None:
            self.noise += 1
            return []
        return [reading]


def read_frame(frame: bytes) -> Reading | None:
    """One answer without its ETX; None if it is no answer of this protocol."""
    parts = [part.strip() for part in re.split(rb"[\r\n]+", frame) if part.strip()]
    if len(parts) == 1:  # a bare status: what `S` is answered with, and what some models send while they can't weigh
        return _without_weight(parts[0])
    if len(parts) != 2 or (status := STATUS.fullmatch(parts[1])) is None:
        return None
    first, second = status[1][0], status[2][0]
    if problem := _problem(first, second):
        return Reading(None, False, problem)
    if CELLS.fullmatch(parts[0]):
        return Reading(None, False, {94: "over load", 95: "under load"}.get(parts[0][0], "scale error"))
    grams = _grams(parts[0])
    return None if grams is None else Reading(grams, not first & MOVING)


def _without_weight(status: bytes) -> Reading | None:
    found = STATUS.fullmatch(status)
    if found is None:
        return None
    return Reading(None, False, _problem(found[1][0], found[2][0]) or "busy")


def _problem(first: int, second: int) -> str:
    if first & MEMORY_ERROR or second & STORE_ERROR:
        return "scale error"
    if second & OVER:
        return "over load"
    return "under load" if second & UNDER else ""


def _grams(weight: bytes) -> int | None:
    if (found := POUNDS_AND_OUNCES.fullmatch(weight)) is not None:
        sign, pounds, ounces = (part.decode("ascii") for part in found.groups())
        total = Decimal(pounds) * 16 + Decimal(ounces.replace(" ", ""))
        return whole_grams(-total if sign == "-" else total, "oz")
    if (found := WEIGHT.fullmatch(weight)) is None:
        return None
    number, unit = (part.decode("ascii") for part in found.groups())
    return whole_grams(Decimal(number.replace(" ", "")), unit.lower())


PROTOCOL = ScaleProtocol(Nci, request=b"W\r", interval_ms=200)
