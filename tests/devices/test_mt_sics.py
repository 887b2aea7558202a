"""The answers of an MT-SICS scale."""

from __future__ import annotations

from decimal import Decimal

import pytest

from devices.scales.base import Reading, whole_grams
from devices.scales.mt_sics import MtSics


@pytest.mark.parametrize(
    ("line", "grams", "stable"),
    [
        (b"S S      100.00 g", 100, True),
        (b"S D      100.49 g", 100, False),
        (b"S S      100.50 g", 101, True),
        (b"S S       -0.50 g", -1, True),
        (b"S S     -100.00 g", -100, True),
        (b"S S     - 100.00 g", -100, True),
        (b"S S       1.2845 kg", 1285, True),
        (b"S S          1. kg", 1000, True),
        (b"S S          .5 kg", 500, True),
        (b"S S       1.0000 lb", 454, True),
        (b"S D        1.000 oz", 28, False),
        (b"S S 12 g", 12, True),
        (b"S S          0 g  ", 0, True),
    ],
)
def test_a_weight_in_any_unit_is_whole_grams_half_up(line: bytes, grams: int, stable: bool) -> None:
    assert MtSics().feed(line + b"\r\n") == [Reading(grams, stable)]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"S I", "busy"),
        (b"S +", "over load"),
        (b"S -", "under load"),
        (b"ES", "scale error"),
        (b"ET", "scale error"),
        (b"EL ", "scale error"),
    ],
)
def test_an_answer_without_a_weight_says_why(line: bytes, problem: str) -> None:
    assert MtSics().feed(line + b"\r\n") == [Reading(None, False, problem)]


@pytest.mark.parametrize(
    "line",
    [
        b"S S      100.00 t",
        b"S S      100,00 g",
        b"S S      1e3 g",
        b"S S      NaN g",
        b"S S g",
        b"S X      100.00 g",
        b"SS       100.00 g",
        b" S S      100.00 g",
        b"S S      100.00 g 5",
        b"S S      1234567890 g",
        b"S S      100.0\xb2 g",
        b"hello",
        b"S S" + b" " * 80 + b"1 g",
    ],
)
def test_a_line_that_is_no_answer_is_noise_and_never_a_weight(line: bytes) -> None:
    decoder = MtSics()
    assert decoder.feed(line + b"\r\nS S 7 g\r\n") == [Reading(7, True)]
    assert decoder.noise == 1


@pytest.mark.parametrize(
    ("value", "unit", "grams"),
    [
        ("0.0005", "kg", 1),
        ("0.00049", "kg", 0),
        ("-0.0005", "kg", -1),
        ("2.5", "g", 3),
        ("3.5", "g", 4),
        ("1", "lb", 454),
    ],
)
def test_half_a_gram_goes_away_from_zero(value: str, unit: str, grams: int) -> None:
    assert whole_grams(Decimal(value), unit) == grams
