"""Noise for every decoder that lies in a plugin package, today's and tomorrow's, and what may come out of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol, runtime_checkable

import devices.printers
from devices.discovery import discover
from devices.ports import SCALE_PROTOCOLS, SCANNER_PROTOCOLS
from devices.printers.base import Language, PrinterStatus
from devices.scales.base import Reading
from devices.scanners.base import MAX_LENGTH, Frame, Framing
from devices.wedge import Burst, Typed, Wedge, WedgePort

MOST_PENDING = 2_000
MS = 1_000_000


class Decoder(Protocol):
    def feed(self, data: bytes) -> Iterable[object]: ...


@runtime_checkable
class Flushing(Protocol):
    def flush(self) -> Iterable[object]: ...


FRAMINGS = {
    "any": Framing(),
    "cr": Framing(suffix="cr"),
    "lf": Framing(suffix="lf"),
    "crlf": Framing(suffix="crlf", prefix=b"\x01>", gs=(b"|", b"<GS>")),
    "stx-etx": Framing(stx_etx=True, aim="required"),
    "utf-8": Framing(code_page="utf-8", aim="off"),
    "latin-1": Framing(code_page="latin-1"),
    "shift-jis": Framing(code_page="shift_jis"),
    "gb18030": Framing(code_page="gb18030"),
    "idle": Framing(suffix="none", idle_ms=50),
}
LANGUAGES = discover(devices.printers, "LANGUAGE", Language, frozenset({"base", "file", "lp", "tcp9100"}))

SCANNERS: dict[str, dict[str, Callable[[], Decoder]]] = {
    name: {shape: partial(protocol.decoder, framing) for shape, framing in FRAMINGS.items()}
    for name, protocol in SCANNER_PROTOCOLS.items()
}
"""Each scanner protocol in each framing."""
OTHERS: dict[str, Callable[[], Decoder]] = {
    **{name: protocol.decoder for name, protocol in SCALE_PROTOCOLS.items()},
    **{name: language.decoder for name, language in LANGUAGES.items()},
}
DECODERS: dict[str, Callable[[], Decoder]] = {
    **{f"{name}-{shape}": fresh for name, shapes in SCANNERS.items() for shape, fresh in shapes.items()},
    **OTHERS,
}

WORDS = (
    b"\r", b"\n", b"\r\n", b"\x02", b"\x03", b"\x1d", b"|", b"<GS>", b"]E0", b"]C1", b"\x01>", b"4006381333931",
    b"S S      100.00 g", b"\r\nS D       12.50 kg\r\n", b"\x02]E04006381333931\x03",
    b"S D", b"S I", b"S +", b" kg\r\n", b"\x00", b"\x7f", b"\xff", b"\xc3\xa9", b"\xe2\x80\xae",
    b"\x02030,0,0,1218,002,0,0,0,000,0,0,0\x03\r\n", b"\x02001,0,0,0,1,2,6,0,00000000,1,000\x03\r\n",
    b"\n   1.234kg\r\n00\r\x03", b"\n^^^^^^^lb\r\nS12\r\x03", b"\n  1lb  3.4oz\r\n10\r\x03", b"\n?\r\x03",
    b"\x021234,0\x03\r\n", b"x" * 300, b"y" * 2_000,
)  # fmt: skip
"""Pieces of what real devices say, so that noise comes close to the truth."""
KEYS = (*"A7]~|", *"4006381333931", "ENTER", "ENTER", "TAB", "BACK", "\x0f", "\x1d", "\x03", "\x7f", "F4", "é", "")
"""What a scanner that types, a label that was made to do harm, and a person press."""
PACES_MS = (1, 1, 8, 8, 8, 8, 49, 51, 120)


def noise(chance: random.Random) -> bytes:
    """A frame of nonsense: nothing or some bytes of chance, and three pieces of what devices say."""
    return chance.randbytes(chance.choice((0, 0, chance.randrange(24)))) + b"".join(chance.choices(WORDS, k=3))


def heard(decoder: Decoder, data: bytes) -> list[object]:
    """What comes out for these bytes and the pause after them, where a decoder listens for pauses."""
    return [*decoder.feed(data), *(decoder.flush() if isinstance(decoder, Flushing) else ())]


def pending(decoder: Decoder) -> int:
    """How many bytes it keeps of what has not ended yet."""
    return len(getattr(decoder, "_buffer", b""))


class TypingScanner:
    """A wedge that bytes of chance are typed at: each says a key, its pace, and whether it is a chord."""

    def __init__(self) -> None:
        self._wedge = Wedge(WedgePort("gun"))
        self._now = 0

    def feed(self, data: bytes) -> list[object]:
        """Types, and waits for the silence after the last key."""
        events: list[object] = []
        for byte in data:
            self._now += PACES_MS[byte % len(PACES_MS)] * MS
            events += self._wedge.key(KEYS[byte % len(KEYS)], self._now, chord=byte > 250)
        self._now += 200 * MS
        return events + list(self._wedge.idle(self._now))


def is_clean(text: str) -> bool:
    """Whether nothing is in it but what can be printed, and GS."""
    return all(each.isprintable() or each == "\x1d" for each in text)


def is_sane(event: object) -> bool:
    """What may come out of a decoder at all, whatever went in."""
    match event:
        case Burst(frame=frame):
            return is_sane(frame) and "\x1d" not in frame.text
        case Typed(key=key):
            return key in ("ENTER", "BACK") or (len(key) == 1 and " " <= key <= "~")
        case Frame(text=text, symbology=symbology):
            return 0 < len(text) <= MAX_LENGTH and is_clean(text + symbology) and "\x1d" not in symbology
        case Reading(grams=grams, stable=stable, problem=problem):
            return (grams is None) == bool(problem) and not (problem and stable)
        case _:
            return isinstance(event, PrinterStatus)
