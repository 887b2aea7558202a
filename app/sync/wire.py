"""What travels between a station and central: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

UNREADABLE = "?"
"""The kind under which central keeps a fact whose envelope is no envelope."""


@dataclass(frozen=True, slots=True)
class WireFact:
    """A fact as it travels: its canonical bytes and where it stands in its station's stream."""

    fact_id: bytes
    seq: int
    chain: bytes
    data: str


@dataclass(frozen=True, slots=True)
class WireAsk:
    request_id: bytes
    kind: str
    body: str
    task_id: bytes | None
    asked_at: str


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a stream is: the number and the chain there."""

    seq: int
    chain: bytes


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last feed row that a station has: its number and the event that wrote it. (0, b"") before the first."""

    seq: int
    event_id: bytes


@dataclass(frozen=True, slots=True)
class FeedRow:
    seq: int
    event_id: bytes
    topic: str
    key: str
    body: str


@dataclass(frozen=True, slots=True)
class WireAnswer:
    request_id: bytes
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Pulled:
    """Feed rows in order, whole groups only; answers once the feed is caught up (`complete`).

    Rows that begin with number 1 although the station had some already: the feed is not the one that it read so far
    (central lost its end, or was restored), and these rows are all of it.
    """

    rows: tuple[FeedRow, ...]
    answers: tuple[WireAnswer, ...]
    complete: bool


class CentralPort(Protocol):
    """Central as a station sees it. Every call may raise `Unavailable` or a database error; nothing is lost by that."""

    def hello(self, station_id: bytes, incarnation: bytes) -> Mark:
        """How far central has this stream."""

    def push(
        self, station_id: bytes, incarnation: bytes, facts: tuple[WireFact, ...], asks: tuple[WireAsk, ...]
    ) -> Mark:
        """Stores facts and asks; the mark afterwards. Pushing the same again changes nothing."""

    def pull(self, station_id: bytes, cursor: Cursor, waiting: tuple[bytes, ...]) -> Pulled:
        """Feed rows after the cursor, and the answers to the asks it still waits for."""
