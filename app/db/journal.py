"""A second copy of what a station records, in a plain file: one fact a line, each proving itself.

A line is written when the scan's transaction is on the disk, so the journal never knows more than the file, unless the
file has lost something: that is how a log that was cut short by a bad sector is told from one that simply ends. It is
not flushed (a scan has one flush): after a cut of the current its last lines may be missing, and are written again at
the next start. Facts hold no names of customers (docs/decisions/0002), so neither does this file.

    incarnation, number, link before, link, canonical bytes      # link = SHA-256(link before || canonical bytes)
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.facts import link

log = logging.getLogger(__name__)
LONGEST = 32_000_000
"""Bytes from which a start writes the journal anew with what central has not acknowledged."""
_TAIL = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A recorded fact: its canonical bytes and its place in the chain of its stream."""

    incarnation: bytes
    seq: int
    before: bytes
    chain: bytes
    data: str

    @property
    def fact_id(self) -> bytes:
        """The id that stands in the bytes; ValueError or KeyError where they are no fact."""
        return bytes.fromhex(json.loads(self.data)["fact_id"])

    def is_whole(self) -> bool:
        """Whether the bytes are those that were recorded."""
        return link(self.before, self.data.encode()) == self.chain

    def line(self) -> bytes:
        """As it stands in the journal."""
        words = (self.incarnation.hex(), str(self.seq), self.before.hex() or "-", self.chain.hex(), self.data)
        return " ".join(words).encode() + b"\n"


def read_line(line: bytes) -> Entry | None:
    """The entry of a line, None for one that is no whole entry."""
    try:
        incarnation, seq, before, chain, data = line.decode().split(" ", 4)
        entry = Entry(
            bytes.fromhex(incarnation),
            int(seq),
            bytes.fromhex("" if before == "-" else before),
            bytes.fromhex(chain),
            data.removesuffix("\n"),
        )
    except ValueError:
        return None
    return entry if entry.is_whole() else None


def read_all(path: Path) -> Iterator[Entry]:
    """Every whole entry, in order; lines that are not whole are left out."""
    with suppress(FileNotFoundError), path.open("rb") as stream:
        for line in stream:
            entry = read_line(line)
            if entry is not None:
                yield entry


def last_entry(path: Path) -> Entry | None:
    """The newest whole entry, by the end of the file alone."""
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - _TAIL))
            lines = stream.read().split(b"\n")
    except FileNotFoundError:
        return None
    return next((entry for line in reversed(lines) if (entry := read_line(line)) is not None), None)


class Journal:
    """Appends to the journal. A disk that refuses it stops no scan: what is owed is written with the next one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._owed = b""
        self._handle = -1

    def begin(self, missing: Iterable[Entry], *, anew: bool) -> None:
        """Opens it and adds what it does not have yet; `anew`: that is all that is to be in it."""
        if anew:
            self._path.unlink(missing_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._handle = os.open(self._path, flags, 0o600)
        size = os.fstat(self._handle).st_size
        if size and os.pread(self._handle, 1, size - 1) != b"\n":  # a cut: the line that was under way ends here
            self._owed = b"\n"
        self.add(missing)

    @property
    def is_long(self) -> bool:
        """Whether it should be written anew."""
        return self._path.exists() and self._path.stat().st_size > LONGEST

    def add(self, entries: Iterable[Entry]) -> None:
        """Adds what was recorded and committed; one write, no flush."""
        due = self._owed + b"".join(entry.line() for entry in entries)
        if not due or self._handle < 0:
            return
        done = 0
        try:
            done = os.write(self._handle, due)
        except OSError as error:
            if not self._owed:
                log.warning("the journal of facts can't be written: %s", error.strerror)
        if 0 < done < len(due):
            with suppress(OSError):
                os.ftruncate(self._handle, os.fstat(self._handle).st_size - done)
        self._owed = b"" if done == len(due) else due

    def close(self) -> None:
        """Closes it; nothing is flushed."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
