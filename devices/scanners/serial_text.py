"""The plain text that nearly every serial scanner can send: one code, wrapped in a suffix, or in STX and ETX.

Everything printed can be scanned, so what arrives is a stranger's text: only 0x20 to 0x7E, GS, and printable
characters of the configured code page come out, in frames of bounded length.
"""

from __future__ import annotations

import re

from devices.scanners.base import MAX_LENGTH, Frame, Framing, ScannerProtocol

GS = 0x1D
STX, ETX = b"\x02", b"\x03"
RAW_LIMIT = 4 * MAX_LENGTH + 64
"""Longest frame in bytes: every character may take four in the code page, and prefix and identifier come on top."""

CONTROLS = bytes(each for each in range(0x20) if each != GS) + b"\x7f"
HIGH = bytes(range(0x80, 0x100))
SUFFIXES = {"any": rb"[\r\n]", "cr": rb"\r", "lf": rb"\n", "crlf": rb"\r\n"}
NEVER = rb"(?!)"
AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")


class SerialText:
    """Decoder of framed text (see `Framing`)."""

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        ends = SUFFIXES.get(framing.suffix, NEVER)
        self._delimiter = re.compile(rb"[\x02\x03]" if framing.stx_etx else ends)
        self._banned = CONTROLS + HIGH if framing.code_page == "ascii" else CONTROLS
        self._buffer = bytearray()
        self._inside = not framing.stx_etx
        self._too_long = False
        self.dropped_characters = 0
        self.dropped_frames = 0

    @property
    def pending(self) -> int:
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Frame]:
        self._buffer += data
        frames: list[Frame] = []
        start = 0
        for found in self._delimiter.finditer(self._buffer):
            piece = bytes(self._buffer[start : found.start()])
            start = found.end()
            frames += self._close(piece, found.group())
        del self._buffer[:start]
        # One byte more than the limit may be half of CR LF; two more can only be a frame that is too long.
        if len(self._buffer) > RAW_LIMIT + 1:
            del self._buffer[:-1]
            self._too_long = True
        return frames

    def flush(self) -> list[Frame]:
        piece = bytes(self._buffer)
        self._buffer.clear()
        # Inside STX and ETX silence is a frame that broke off: dropped, whatever comes after it.
        return self._close(piece, b"")

    def _close(self, piece: bytes, delimiter: bytes) -> list[Frame]:
        """What a piece is worth once its end is known."""
        was_inside, too_long = self._inside, self._too_long or len(piece) > RAW_LIMIT
        self._too_long = False
        if self._framing.stx_etx:
            self._inside = delimiter == STX
            if not was_inside or delimiter != ETX:
                self.dropped_frames += bool(piece.strip(b"\r\n")) or too_long
                return []
        if too_long:
            self.dropped_frames += 1
            return []
        return self._frame(piece) if piece or self._framing.stx_etx else []

    def _frame(self, piece: bytes) -> list[Frame]:
        piece = piece.removeprefix(self._framing.prefix)
        for stand_in in self._framing.gs:
            piece = piece.replace(stand_in, b"\x1d")
        text = self._clean(piece)
        symbology = ""
        if self._framing.aim != "off" and (found := AIM.match(text)):
            symbology, text = found.group(), text[found.end() :]
        if not text or len(text) > MAX_LENGTH or (self._framing.aim == "required" and not symbology):
            self.dropped_frames += 1
            return []
        return [Frame(text, symbology)]

    def _clean(self, piece: bytes) -> str:
        allowed = piece.translate(None, delete=self._banned)
        decoded = allowed.decode(self._framing.code_page, errors="replace")
        text = "".join(each for each in decoded if (each.isprintable() and each != "\ufffd") or each == "\x1d")
        self.dropped_characters += len(piece) - len(allowed) + len(decoded) - len(text)
        return text


PROTOCOL = ScannerProtocol(SerialText)
