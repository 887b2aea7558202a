"""Identifiers: one type per entity, UUIDv7 made by ourselves (RFC 9562, section 5.7).

An identifier is an identity, never an order: kiosk clocks are wrong (SQLite and PostgreSQL order by stream number).
Kept as 16 bytes in tables, as 32 hex digits in facts, feed and JSON.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NewType

SkuId = NewType("SkuId", bytes)
BinId = NewType("BinId", bytes)
ToteId = NewType("ToteId", bytes)
CartId = NewType("CartId", bytes)
PersonId = NewType("PersonId", bytes)
StationId = NewType("StationId", bytes)
CustomerId = NewType("CustomerId", bytes)
OrderId = NewType("OrderId", bytes)
LineId = NewType("LineId", bytes)
WorkId = NewType("WorkId", bytes)
ParcelId = NewType("ParcelId", bytes)
BoxTypeId = NewType("BoxTypeId", bytes)
PrintJobId = NewType("PrintJobId", bytes)
FactId = NewType("FactId", bytes)
TaskId = NewType("TaskId", bytes)
RequestId = NewType("RequestId", bytes)
ReceiptId = NewType("ReceiptId", bytes)
ReturnId = NewType("ReturnId", bytes)


class Ids:
    """Makes UUIDv7s: strictly increasing even when the clock stands or goes back; safe for threads.

    A simulation that is to be played again gives chance and time of its own.
    """

    def __init__(self, chance: Callable[[int], bytes] = os.urandom, time_ns: Callable[[], int] = time.time_ns) -> None:
        self._chance = chance
        self._time_ns = time_ns
        self._lock = threading.Lock()
        self._last_ms = 0
        self._counter = 0

    def make(self) -> bytes:
        """The next one, 16 bytes."""
        with self._lock:
            now_ms = self._time_ns() // 1_000_000
            if now_ms > self._last_ms:
                self._last_ms, self._counter = now_ms, int.from_bytes(self._chance(2)) & 0x7FF
            else:
                self._counter += 1
                if self._counter > 0xFFF:
                    self._last_ms, self._counter = self._last_ms + 1, 0
            ms, count = self._last_ms, self._counter
        tail = (int.from_bytes(self._chance(8)) & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
        return ((ms << 16) | 0x7000 | count).to_bytes(8) + tail.to_bytes(8)


_maker = Ids()


def new_id() -> bytes:
    """A fresh UUIDv7, 16 bytes; within one process strictly increasing even when the clock stands or goes back."""
    return _maker.make()


def make_ids_with(maker: Ids) -> Ids:
    """Ids of this process come from another maker from now on; the one before, to be put back."""
    global _maker
    before, _maker = _maker, maker
    return before


def made_at(identifier: bytes) -> datetime:
    """When a UUIDv7 was made, by the clock of whoever made it."""
    return datetime.fromtimestamp(int.from_bytes(identifier[:6]) / 1000, UTC)


def stable_id(*parts: str) -> bytes:
    """An identifier that is the same for the same words (UUIDv8 of a SHA-256): for seeded demo data and row keys."""
    import hashlib

    digest = bytearray(hashlib.sha256("\x1f".join(parts).encode()).digest()[:16])
    digest[6] = (digest[6] & 0x0F) | 0x80
    digest[8] = (digest[8] & 0x3F) | 0x80
    return bytes(digest)
