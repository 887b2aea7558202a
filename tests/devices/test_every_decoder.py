"""What holds for every decoder that lies in a plugin package, today's and tomorrow's: any split, any noise."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise
from typing import Protocol, runtime_checkable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import devices.printers
from devices.discovery import discover
from devices.ports import SCALE_PROTOCOLS, SCANNER_PROTOCOLS
from devices.printers.base import Language, PrinterStatus
from devices.scales.base import Reading
from devices.scanners.base import MAX_LENGTH, Frame, Framing

RANDOM_FRAMES = 10_000
MOST_PENDING = 2_000


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

DECODERS: dict[str, Callable[[], Decoder]] = {
    **{
        f"{name}-{shape}": partial(protocol.decoder, framing)
        for name, protocol in SCANNER_PROTOCOLS.items()
        for shape, framing in FRAMINGS.items()
    },
    **{name: protocol.decoder for name, protocol in SCALE_PROTOCOLS.items()},
    **{name: language.decoder for name, language in LANGUAGES.items()},
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

streams = st.lists(st.sampled_from(WORDS) | st.binary(max_size=12), max_size=24).map(b"".join)
every_decoder = pytest.mark.parametrize("fresh", DECODERS.values(), ids=DECODERS)


def is_clean(text: str) -> bool:
    return all(each.isprintable() or each == "\x1d" for each in text)


def is_sane(event: object) -> bool:
    """What may come out of a decoder at all, whatever went in."""
    if isinstance(event, Frame):
        return (
            0 < len(event.text) <= MAX_LENGTH
            and is_clean(event.text + event.symbology)
            and "\x1d" not in event.symbology
        )
    if isinstance(event, Reading):
        return (event.grams is None) == bool(event.problem) and not (event.problem and event.stable)
    return isinstance(event, PrinterStatus)


def pending(decoder: Decoder) -> int:
    return len(getattr(decoder, "_buffer", b""))


def silence(decoder: Decoder) -> Iterable[object]:
    """What a pause after these bytes ends, where a decoder listens for pauses."""
    return decoder.flush() if isinstance(decoder, Flushing) else ()


@every_decoder
@given(data=st.data())
def test_any_way_of_cutting_the_bytes_gives_the_same_events(fresh: Callable[[], Decoder], data: st.DataObject) -> None:
    stream = data.draw(streams)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))

    whole = list(fresh().feed(stream))
    decoder = fresh()
    in_parts = [event for start, end in pairwise([0, *cuts, len(stream)]) for event in decoder.feed(stream[start:end])]
    decoder = fresh()
    by_bytes = [event for each in stream for event in decoder.feed(bytes([each]))]

    assert in_parts == whole
    assert by_bytes == whole


@every_decoder
def test_ten_thousand_random_frames_raise_nothing_and_say_nothing_dirty(fresh: Callable[[], Decoder]) -> None:
    chance = random.Random(7)
    decoder = fresh()
    seen = 0
    for _ in range(RANDOM_FRAMES):
        noise = chance.randbytes(chance.choice((0, 0, chance.randrange(24)))) + b"".join(chance.choices(WORDS, k=3))
        events = [*decoder.feed(noise), *silence(decoder)]
        seen += len(events)
        assert all(map(is_sane, events)), (noise, events)
        assert pending(decoder) <= MOST_PENDING
    assert seen > 0


@every_decoder
def test_a_line_that_never_ends_keeps_the_buffer_small(fresh: Callable[[], Decoder]) -> None:
    decoder = fresh()
    for _ in range(200):
        assert list(decoder.feed(b"\x02" + b"z" * 1_000)) == []
        assert pending(decoder) <= MOST_PENDING


@every_decoder
def test_no_control_character_does_anything_but_frame(fresh: Callable[[], Decoder]) -> None:
    for control in (*range(0x20), 0x7F):
        decoder = fresh()
        events = [
            event
            for part in (b"\r\n", b"\x02", b"AB" + bytes([control]) + b"CD", b"\x03", b"\r\n")
            for event in decoder.feed(part)
        ]
        assert all(map(is_sane, events))
