"""The text of a file, decoded piece by piece as it is read, whatever its size."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from app.channels.base.results import bad_file
from app.text import say

CHUNK = 64 * 1024
"""Bytes that are read at once: far above an order, far below anything that matters for memory."""
ENCODINGS = ("utf-8", "utf-16", "latin-1", "cp1252")
LONGEST_LINE = 1024 * 1024
SPOILT = re.compile("[\udc80-\udcff]")
"""What stands in a decoded text for a byte that is no text (PEP 383)."""

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(head: bytes) -> str:
    """The encoding that the mark at the beginning of a file names; without a mark UTF-8."""
    return next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8")


def head_text(head: bytes) -> str:
    """The beginning of a file as text, for telling files apart; it may be cut anywhere."""
    return head.decode(encoding_of(head), "replace")


class TextStream:
    """Decodes a stream of bytes. A byte that is no text becomes a lone surrogate (`SPOILT`), so that only its own
    record is lost; `spoilt_at` tells where the first one stands.

    Raises `BadFile` where a UTF-16 file breaks: its characters can't be told apart after that.
    """

    def __init__(self, stream: BinaryIO, encoding: str = "") -> None:
        self._stream = stream
        self._head: bytes | None = stream.read(CHUNK)
        name = encoding or encoding_of(self._head)
        self.encoding = "utf-8-sig" if name == "utf-8" else name
        self._decoder = codecs.getincrementaldecoder(self.encoding)()
        self._decoded = 0
        self.spoilt_at: int | None = None

    @property
    def shown_encoding(self) -> str:
        """The encoding as a person writes it."""
        return self.encoding.removesuffix("-sig").upper()

    def read(self, size: int = CHUNK) -> str:
        """The next piece, of about `size` bytes; "" at the end."""
        while True:
            data = self._head if self._head is not None else self._stream.read(size)
            self._head = None
            text = self._decode(data)
            if text or not data:
                return text

    def _decode(self, data: bytes) -> str:
        try:
            text = self._decoder.decode(data, not data)
        except UnicodeDecodeError as error:
            if self.spoilt_at is None:
                self.spoilt_at = self._decoded + error.start
            if self.encoding == "utf-16":
                raise bad_file(say("Not UTF-16 text at byte {n}", n=self.spoilt_at)) from None
            self._decoder.errors = "surrogateescape"
            text = self._decoder.decode(data, not data)
        self._decoded += len(data)
        return text

    def own_bytes(self, text: str) -> bytes:
        """A piece of the text as the bytes that it came from; in UTF-8 where the file is UTF-16."""
        name = "utf-8" if self.encoding.startswith("utf") else self.encoding
        return text.encode(name, "surrogateescape")

    def lines(self) -> Iterator[str]:
        """Line by line with their ends (LF, CR LF, CR). Raises `BadFile` at a line that is none."""
        rest = ""
        while piece := self.read():
            # a CR may be the first half of an end that the next piece completes
            found = list(io.StringIO(rest + piece, newline=""))
            rest = found.pop()
            yield from found
            if len(rest) > LONGEST_LINE:
                raise bad_file(say("A line of more than {most} characters: this is no table", most=LONGEST_LINE))
        if rest:
            yield from io.StringIO(rest, newline="")
