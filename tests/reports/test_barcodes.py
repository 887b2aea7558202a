"""Bars that say exactly what the text says."""

from __future__ import annotations

import re

import pytest
from barcode.codex import Code128
from hypothesis import given, settings
from hypothesis import strategies as st

from app.barcodes import sscc
from reports.barcodes import (
    LONGEST,
    Bars,
    code128,
    code128_modules,
    first_bar_mm,
    module_mm,
    spelled,
    sscc128,
)
from reports.code128 import pattern, whole
from reports.zpl_fields import read_code128
from tests.reports.reading import Counted, codes, pattern_picture

PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=LONGEST)
DIGITS = st.text("0123456789", min_size=1, max_size=LONGEST)
LEADING_99 = st.one_of(PRINTABLE, DIGITS).map(lambda text: ("99" + text)[:LONGEST])
MIXED = st.lists(st.one_of(DIGITS, st.text("ABCxyz-/> ", min_size=1)), min_size=1).map(lambda p: "".join(p)[:LONGEST])
VALUES = st.one_of(PRINTABLE, DIGITS, LEADING_99, MIXED)


@pytest.mark.parametrize(
    "value",
    [
        "99",
        "999999",
        "9912345678",
        "99123",
        "99AB",
        "99-1234",
        "1",
        "12",
        "123",
        "A",
        "A1",
        "O10482K",
        "~",
        " x ",
        "z" * 80,
        "9" * 79,
    ],
)
def test_a_value_reads_back_from_its_pattern(value: str) -> None:
    assert codes(pattern_picture(code128_modules(value))) == [("Code 128", value)]


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_any_printable_value_reads_back_from_both_encodings(value: str) -> None:
    bars = code128(value)
    assert codes(pattern_picture(bars.modules)) == [("Code 128", value)]
    told = pattern(symbols_of(spelled(bars).data))
    assert codes(pattern_picture(told)) == [("Code 128", value)]


def symbols_of(data: str) -> tuple[int, ...]:
    """What a printer makes of `^BC` data in mode N (ZPL II Programming Guide, ^BC, table of invocation codes)."""
    starts, named = {":": 104, ";": 105}, {"0": 30, "5": 99, "6": 100, "8": 102}
    found, in_c, rest = [starts[data[1]]], data[1] == ";", data[2:]
    while rest:
        if rest[0] == ">":
            in_c = in_c if rest[1] in "08" else rest[1] == "5"
            found.append(named[rest[1]])
            rest = rest[2:]
        elif in_c:
            found.append(int(rest[:2]))
            rest = rest[2:]
        else:
            found.append(ord(rest[0]) - 32)
            rest = rest[1:]
    return tuple(found)


@settings(max_examples=300, deadline=None)
@given(VALUES.filter(lambda value: not value.startswith("99")))
def test_the_symbols_are_those_of_another_encoder(value: str) -> None:
    theirs = Code128(value)
    assert whole(value) == tuple(theirs.encoded)
    assert code128_modules(value) == Code128(value).build()[0]


def test_the_patterns_of_the_property_are_counted(counted: Counted) -> None:
    values = [f"99{n}" for n in range(40)]
    assert [codes(pattern_picture(code128_modules(value))) for value in values] == [[("Code 128", v)] for v in values]
    counted("patterns", len(values))


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_what_a_printer_is_told_is_the_pattern_and_the_value(value: str) -> None:
    told = spelled(code128(value))
    assert read_code128(told.data) == ("code128", value)
    assert told.length == len(pattern(symbols_of(told.data)))
    assert ">5" not in told.data
    if ">" not in value:
        assert not re.search(">6.$", told.data)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 9), st.integers(0, 10**9 - 1))
def test_an_sscc_reads_back_as_gs1_128(extension: int, serial: int) -> None:
    number = sscc(extension, "4012345", serial)
    bars = sscc128(number)
    assert codes(pattern_picture(bars.modules)) == [("GS1-128", "00" + number)]
    told = spelled(bars)
    assert read_code128(told.data) == ("gs1-128", "00" + number)
    assert symbols_of(told.data) == bars.symbols
    assert bars.width == told.width == len(bars.modules) + 20 == 13 * 11 + 13 + 20


def test_an_sscc_is_written_in_groups() -> None:
    assert sscc128("340123450000012041").human == "(00) 3 4012345 000001204 1"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "A barcode needs at least one character."),
        ("x" * 81, "A barcode holds at most 80 characters; this value has 81."),
        ("A\x1dB", "A barcode holds printable ASCII only; character 2 is U+001D."),
        ("\x7f", "A barcode holds printable ASCII only; character 1 is U+007F."),
        ("10é", "A barcode holds printable ASCII only; character 3 is U+00E9."),
        ("\uff11", "A barcode holds printable ASCII only; character 1 is U+FF11."),
        ("\xf1", "A barcode holds printable ASCII only; character 1 is U+00F1."),
    ],
)
def test_what_cannot_be_encoded_is_refused_in_words(value: str, words: str) -> None:
    with pytest.raises(ValueError, match="barcode") as refused:
        code128(value)
    assert str(refused.value) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("340123450000012042", "The check digit of SSCC 340123450000012042 is wrong: expected 1."),
        ("3401234500000", "An SSCC has 18 digits; this one is '3401234500000'."),
        ("(00)34012345000001", "An SSCC has 18 digits; this one is '(00)34012345000001'."),
    ],
)
def test_a_wrong_sscc_is_refused_in_words(number: str, words: str) -> None:
    with pytest.raises(ValueError, match="SSCC") as refused:
        sscc128(number)
    assert str(refused.value) == words


def test_modules_are_whole_dots_and_never_below_the_smallest() -> None:
    bars = code128("O10482K")
    assert module_mm(bars, 100, 0.5, 0.165, 203) == pytest.approx(3 * 25.4 / 203)
    assert module_mm(bars, 100, 0.51, 0.165, 203) == pytest.approx(4 * 25.4 / 203)
    assert module_mm(bars, 100, 0.33, 0.19) == 0.33
    with pytest.raises(ValueError, match="too long for a field of 20 mm") as refused:
        module_mm(bars, 20, 0.5, 0.165, 203)
    assert str(refused.value) == (
        "The barcode 'O10482K' is too long for a field of 20 mm: 132 modules of at least 0.17 mm need 22 mm."
    )


@given(st.floats(0, 60), st.floats(0.1, 0.5))
def test_the_quiet_zone_is_kept_on_both_sides(inset: float, module: float) -> None:
    bars: Bars = code128("O10482K")
    width = bars.width * module + 5
    left = first_bar_mm(bars, width, module, inset)
    assert left >= 10 * module - 1e-9
    assert width - left - len(bars.modules) * module >= 10 * module - 1e-9
