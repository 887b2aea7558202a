"""The three lines of a ZPL printer's host status."""

from __future__ import annotations

import pytest

from devices.printers.base import PrinterStatus
from devices.printers.zpl import HostStatus

FIRST = "030,0,0,1218,000,0,0,0,000,0,0,0"
SECOND = "001,0,0,0,1,2,6,0,00000000,1,000"
THIRD = "1234,0"
LONG = 1218


def answer(first: str = FIRST, second: str = SECOND, third: str = THIRD) -> bytes:
    return b"".join(f"\x02{line}\x03\r\n".encode() for line in (first, second, third))


def test_a_printer_that_is_well() -> None:
    (status,) = HostStatus().feed(answer())
    assert status == PrinterStatus(label_length_dots=LONG)
    assert (status.problem, status.is_idle) == ("", True)


@pytest.mark.parametrize(
    ("first", "second", "expected", "problem"),
    [
        ("030,1,0,1218,000,0,0,0,000,0,0,0", SECOND, PrinterStatus(paper_out=True, label_length_dots=LONG), "no paper"),
        ("030,0,1,1218,002,0,0,0,000,0,0,0", SECOND,
         PrinterStatus(paused=True, formats_waiting=2, label_length_dots=LONG), "paused"),
        ("030,0,0,0800,000,1,0,1,000,0,0,0", SECOND,
         PrinterStatus(buffer_full=True, partial_format=True, label_length_dots=800), "buffer full"),
        ("030,0,0,1218,000,0,0,0,000,1,0,0", SECOND, PrinterStatus(ram_lost=True, label_length_dots=LONG), "memory lost"),
        ("030,0,0,1218,000,0,0,0,000,0,1,0", SECOND,
         PrinterStatus(too_cold=True, label_length_dots=LONG), "head too cold"),
        ("030,0,0,1218,000,0,0,0,000,0,0,1", SECOND, PrinterStatus(too_hot=True, label_length_dots=LONG), "head too hot"),
        (FIRST, "001,0,1,0,1,2,6,0,00000000,1,000", PrinterStatus(head_open=True, label_length_dots=LONG), "head open"),
        (FIRST, "001,0,0,1,1,2,6,0,00000000,1,000", PrinterStatus(ribbon_out=True, label_length_dots=LONG), "no ribbon"),
        (FIRST, "001,0,0,0,1,1,6,1,00000003,1,000",
         PrinterStatus(label_waiting=True, labels_left=3, label_length_dots=LONG), "take the label"),
    ],
)  # fmt: skip
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
    assert decoder.feed(b"noise\x03\x02" + answer()) == [PrinterStatus(label_length_dots=LONG)]
