"""What holds for every decoder that lies in a plugin package, today's and tomorrow's: any split, any noise."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.devices.noise import DECODERS, MOST_PENDING, WORDS, Decoder, TypingScanner, heard, is_sane, noise, pending

RANDOM_FRAMES = 10_000

streams = st.lists(st.sampled_from(WORDS) | st.binary(max_size=12), max_size=24).map(b"".join)
every_decoder = pytest.mark.parametrize("fresh", DECODERS.values(), ids=DECODERS)


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
        data = noise(chance)
        events = heard(decoder, data)
        seen += len(events)
        assert all(map(is_sane, events)), (data, events)
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


def test_ten_thousand_random_bursts_of_a_scanner_that_types_do_nothing_but_say_codes_and_keys() -> None:
    chance = random.Random(7)
    typing = TypingScanner()
    said: set[type] = set()
    for _ in range(RANDOM_FRAMES):
        data = chance.randbytes(chance.randrange(24))
        events = typing.feed(data)
        said |= set(map(type, events))
        assert all(map(is_sane, events)), (data, events)
    assert {each.__name__ for each in said} == {"Burst", "Typed"}
