"""The answers of an NCI scale."""

from __future__ import annotations

import pytest

from devices.scales.base import Reading
from devices.scales.nci import Nci


@pytest.mark.parametrize(
    ("weight", "status", "grams", "stable"),
    [
        (b"   1.234kg", b"00", 1234, True),
        (b"   1.234kg", b"10", 1234, False),
        (b"   0.000kg", b"20", 0, True),
        (b"  -0.012kg", b"00", -12, True),
        (b"  - 0.012kg", b"00", -12, True),
        (b"  100.5g", b"00", 101, True),
        (b"    2.00LB", b"S00", 907, True),
        (b"    3.5oz", b"10", 99, False),
        (b"  1lb  3.4oz", b"00", 550, True),
        (b" -1lb  3.4oz", b"00", -550, True),
        (b"    2.00 lb.", b"00", 907, True),
        (b"    2.00lb", b"0000", 907, True),
        (b"    2.00lb", b"pp", 907, True),
    ],
)
def test_a_weight_in_any_unit_is_whole_grams(weight: bytes, status: bytes, grams: int, stable: bool) -> None:
    assert Nci().feed(b"\n" + weight + b"\r\n" + status + b"\r\x03") == [Reading(grams, stable)]


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (b"\n^^^^^^^kg\r\n02\r\x03", "over load"),
        (b"\n^^^^^^^kg\r\n00\r\x03", "over load"),
        (b"\n_______kg\r\n01\r\x03", "under load"),
        (b"\n-------kg\r\n00\r\x03", "scale error"),
        (b"\n   1.234kg\r\n40\r\x03", "scale error"),
        (b"\n   1.234kg\r\n08\r\x03", "scale error"),
        (b"\n12\r\x03", "over load"),
        (b"\n10\r\x03", "busy"),
    ],
)
def test_an_answer_without_a_weight_says_why(frame: bytes, problem: str) -> None:
    assert Nci().feed(frame) == [Reading(None, False, problem)]


@pytest.mark.parametrize(
    "frame",
    [
        b"\n?\r\x03",
        b"\n   1.234t\r\n00\r\x03",
        b"\n   1,234kg\r\n00\r\x03",
        b"\n   1.234kg\r\nAB\r\x03",
        b"\n   1.234kg\r\n\x00\x00\r\x03",
        b"\n   1.234kg\r\n00\r\n00\r\x03",
        b"1.234\x03",
        b"S S      100.00 g\r\n\x03",
        b"\n" + b"9" * 200 + b"kg\r\n00\r\x03",
    ],
)
def test_what_is_no_answer_is_counted_and_left_out(frame: bytes) -> None:
    decoder = Nci()

    assert decoder.feed(frame) == []
    assert decoder.noise == 1
    assert decoder.feed(b"\n   1.234kg\r\n00\r\x03") == [Reading(1234, True)]
