"""What a ZPL printer answers to `~HS` (host status): three lines, each STX, fields with commas, ETX, CR, LF.

Line 1: `aaa,b,c,dddd,eee,f,g,h,iii,j,k,l` with b paper out, c paused, dddd label length in dots, eee formats waiting,
f buffer full, h format in progress, j memory lost, k too cold, l too hot. Line 2: `mmm,n,o,p,q,r,s,t,uuuuuuuu,v,www`
with o head up, p ribbon out, t label waiting to be peeled, u labels left of the batch. Line 3 has nothing for us.
(ZPL II Programming Guide, "~HS".) A printer without paper, with an open head or a full rewinder does not answer.
"""

from __future__ import annotations

import re

from devices.printers.base import Language, PrinterStatus

MAX_LINE = 128

LINE = re.compile(rb"\x02([^\x02\x03]{0,%d})\x03" % MAX_LINE)
FIRST = re.compile(r"\d{3},[01],[01],\d{4},\d{3},[01],[01],[01],\d{3},[01],[01],[01]")
SECOND = re.compile(r"\d{3},[01],[01],[01],[01],[0-9A-Z],\d,[01],\d{8},\d,\d{3}")
THIRD = re.compile(r"\d{4},\d")


class HostStatus:
    """Decoder of the answers. A line that fits nowhere starts the answer afresh; lines are matched in order."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._lines: list[list[str]] = []

    def feed(self, data: bytes) -> list[PrinterStatus]:
        """The statuses that these bytes complete; never raises on any bytes."""
        self._buffer += data
        statuses: list[PrinterStatus] = []
        end = 0
        for found in LINE.finditer(self._buffer):
            end = found.end()
            statuses += self._line(found.group(1).decode("ascii", errors="replace"))
        del self._buffer[:end]
        self._drop_noise()
        return statuses

    def _drop_noise(self) -> None:
        """Keeps what may become a line: from the last STX on, if that is still short enough."""
        start = self._buffer.rfind(b"\x02")
        if start < 0 or b"\x03" in self._buffer[start:] or len(self._buffer) - start > MAX_LINE + 1:
            self._buffer.clear()
        else:
            del self._buffer[:start]

    def _line(self, line: str) -> list[PrinterStatus]:
        if FIRST.fullmatch(line):
            self._lines = [line.split(",")]
        elif len(self._lines) == 1 and SECOND.fullmatch(line):
            self._lines.append(line.split(","))
        elif len(self._lines) == 2 and THIRD.fullmatch(line):
            status = _status(*self._lines)
            self._lines = []
            return [status]
        else:
            self._lines = []
        return []


def _status(first: list[str], second: list[str]) -> PrinterStatus:
    return PrinterStatus(
        paper_out=first[1] == "1",
        paused=first[2] == "1",
        label_length_dots=int(first[3]),
        formats_waiting=int(first[4]),
        buffer_full=first[5] == "1",
        partial_format=first[7] == "1",
        ram_lost=first[9] == "1",
        too_cold=first[10] == "1",
        too_hot=first[11] == "1",
        head_open=second[2] == "1",
        ribbon_out=second[3] == "1",
        label_waiting=second[7] == "1",
        labels_left=int(second[8]),
    )


LANGUAGE = Language(ask_status=b"~HS\r\n", decoder=HostStatus)
