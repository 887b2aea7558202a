"""The three lines of a ZPL printer's host status."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict, Unpack

import pytest

from devices.printers.base import PrinterStatus
from devices.printers.zpl import HostStatus

FIRST = "030,0,0,1218,000,0,0,0,000,0,0,0"
SECOND = "001,0,0,0,1,2,6,0,00000000,1,000"
THIRD = "1234,0"


class Said(TypedDict, total=False):
    """The fields that a complaint changes."""

    paper_out: bool
    paused: bool
    formats_waiting: int
    buffer_full: bool
    partial_format: bool
    label_length_dots: int
    ram_lost: bool
    too_cold: bool
    too_hot: bool
    head_open: bool
    ribbon_out: bool
    label_waiting: bool
    labels_left: int


def well(**otherwise: Unpack[Said]) -> PrinterStatus:
    """What `FIRST` and `SECOND` say, but for these fields."""
    return replace(PrinterStatus(label_length_dots=1218), **otherwise)


def answer(first: str = FIRST, second: str = SECOND, third: str = THIRD) -> bytes:
    return b"".join(f"\x02{line}\x03\r\n".encode() for line in (first, second, third))


def test_a_printer_that_is_well() -> None:
    (status,) = HostStatus().feed(answer())
    assert status == well()
    assert (status.problem, status.is_idle) == ("", True)


@pytest.mark.parametrize(
    ("first", "second", "expected", "problem"),
    [
        ("030,1,0,1218,000,0,0,0,000,0,0,0", SECOND, well(paper_out=True), "no paper"),
        ("030,0,1,1218,002,0,0,0,000,0,0,0", SECOND, well(paused=True, formats_waiting=2), "paused"),
        (
            "030,0,0,0800,000,1,0,1,000,0,0,0",
            SECOND,
            well(buffer_full=True, partial_format=True, label_length_dots=800),
            "buffer full",
        ),
        ("030,0,0,1218,000,0,0,0,000,1,0,0", SECOND, well(ram_lost=True), "memory lost"),
        ("030,0,0,1218,000,0,0,0,000,0,1,0", SECOND, well(too_cold=True), "head too cold"),
        ("030,0,0,1218,000,0,0,0,000,0,0,1", SECOND, well(too_hot=True), "head too hot"),
        (FIRST, "001,0,1,0,1,2,6,0,00000000,1,000", well(head_open=True), "head open"),
        (FIRST, "001,0,0,1,1,2,6,0,00000000,1,000", well(ribbon_out=True), "no ribbon"),
        (FIRST, "001,0,0,0,1,1,6,1,00000003,1,000", well(label_waiting=True, labels_left=3), "take the label"),
    ],
)
def test_each_complaint_is_read_from_its_place(first: str, second: str, expected: PrinterStatus, problem: str) -> None:
    assert HostStatus().feed(answer(first, second)) == [expected]
    assert expected.problem == problem


def test_a_printer_that_still_has_something_is_not_idle() -> None:
    (waiting,) = HostStatus().feed(answer("030,0,0,1218,007,0,0,0,000,0,0,0"))
    (batch,) = HostStatus().feed(answer(FIRST, "001,0,0,0,1,2,6,0,00000012,1,000"))
    assert (waiting.is_idle, waiting.formats_waiting) == (False, 7)
    assert (batch.is_idle, batch.labels_left) == (False, 12)


def test_lines_out_of_order_or_of_something_else_make_no_status() -> None:
    decoder = HostStatus()
    assert decoder.feed(b"\x02" + SECOND.encode() + b"\x03\r\n" + b"\x02" + THIRD.encode() + b"\x03\r\n") == []
    assert decoder.feed(b"\x02" + FIRST.encode() + b"\x03\r\n\x02hello\x03\r\n\x02" + SECOND.encode() + b"\x03") == []
    assert decoder.feed(b"noise\x03\x02" + answer()) == [well()]
