"""MT-SICS level 0 (Mettler-Toledo Standard Interface Command Set): ask for the weight, get one line.

`SI` asks for the weight at once, stable or not. Answers: `S S      100.00 g` stable, `S D …` moving, `S I` not now,
`S +` and `S -` outside the range; `ES`, `ET`, `EL` and what begins with `EV` or a status letter are errors.
"""

from __future__ import annotations

import re
from decimal import Decimal

from devices.scales.base import GRAMS_PER_UNIT, Reading, ScaleProtocol, whole_grams

MAX_LINE = 64

WEIGHT = re.compile(
    rb"S ([SD]) +([+-]? *(?:\d{1,9}(?:\.\d{0,6})?|\.\d{1,6})) +(" + "|".join(GRAMS_PER_UNIT).encode() + rb") *"
)
NO_WEIGHT = {
    b"S I": Reading(None, False, "busy"),
    b"S +": Reading(None, False, "over load"),
    b"S -": Reading(None, False, "under load"),
    b"ES": Reading(None, False, "scale error"),
    b"ET": Reading(None, False, "scale error"),
    b"EL": Reading(None, False, "scale error"),
}


class MtSics:
    """Decoder of the answers; a line that is none of them is counted and left out."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._too_long = False
        self.noise = 0

    def feed(self, data: bytes) -> list[Reading]:
        self._buffer += data.replace(b"\r", b"\n")
        *lines, rest = bytes(self._buffer).split(b"\n")
        readings: list[Reading] = []
        for line in lines:
            readings += self._reading(line)
        self._buffer[:] = rest
        if len(rest) > MAX_LINE:
            self._buffer.clear()
            self._too_long = True
        return readings

    def _reading(self, line: bytes) -> list[Reading]:
        too_long, self._too_long = self._too_long or len(line) > MAX_LINE, False
        if not line and not too_long:
            return []
        if not too_long and (reading := read_line(line)) is not None:
            return [reading]
        self.noise += 1
        return []


def read_line(line: bytes) -> Reading | None:
    """One answer without its line end; None if it is no answer of this protocol."""
    if (plain := NO_WEIGHT.get(line.rstrip())) is not None:
        return plain
    found = WEIGHT.fullmatch(line)
    if found is None:
        return None
    state, number, unit = (part.decode("ascii") for part in found.groups())
    return Reading(whole_grams(Decimal(number.replace(" ", "")), unit), state == "S")


PROTOCOL = ScaleProtocol(MtSics, request=b"SI\r\n", interval_ms=200)
