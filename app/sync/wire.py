"""What travels between a station and central: plain frozen values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

UNREADABLE = "?"
"""The kind under which central keeps a fact whose envelope is no envelope."""
SCHEMA, SCHEMA_OLDEST = 2, 1
"""The version of facts, rows and messages that this program speaks, and the oldest that it still understands."""
PUSH_FACTS, PUSH_BYTES, FACT_BYTES = 200, 256_000, 64_000
"""The most that one push carries, and the most that one fact holds."""


class StreamBroken(Exception):
    """A pushed fact does not continue its stream: a cloned or restored station. Its next hello finds the fork."""


class NotWelcome(Exception):
    """Central takes nothing from this station, or the station nothing from this central. Trying again changes nothing.

    `why`: "revoked" (the station was sent away), "credentials", "too_large" (more than a push may carry),
    "old_primary" (this is a central that another one has taken the place of).
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


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
class Identity:
    """Which central this is. `epoch` is made with its tables and goes with a backup of them.

    `system` and `timeline` are PostgreSQL's own: the cluster, and how often another server was promoted in it;
    ("", 0) where central is a SQLite file.
    """

    epoch: bytes
    system: str = ""
    timeline: int = 0


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a station says first on each connection: who it is, and how far it believes to be.

    `acked` is the last fact of which central said that it has it; `clock_offset_ms` how far central's clock was ahead
    of the station's when they last met.
    """

    station_id: bytes
    incarnation: bytes
    acked: Mark
    cursor: Cursor
    app: str = ""
    schema: int = SCHEMA
    clock_offset_ms: int = 0


@dataclass(frozen=True, slots=True)
class Welcome:
    """What central answers: which one it is, how far it has this stream, its feed and its clock, what it understands.

    `feed_goes_on`: the station's cursor stands in this feed, and what follows it is still kept.
    """

    identity: Identity
    mark: Mark
    head: int
    feed_goes_on: bool
    at: datetime
    schema_min: int = SCHEMA_OLDEST
    schema_max: int = SCHEMA


@dataclass(frozen=True, slots=True)
class Pulled:
    """Feed rows in order, whole groups only; answers once the feed is caught up (`complete`).

    `snapshot`: there are no rows that would follow this cursor. Either its feed is not this one (central lost its end,
    or was restored), or what followed is no longer kept. The station asks for all rows as they are now.
    """

    rows: tuple[FeedRow, ...]
    answers: tuple[WireAnswer, ...]
    complete: bool
    snapshot: bool = False


@dataclass(frozen=True, slots=True)
class SnapshotPart:
    """Some rows of a mirrored table (`topic`) as the feed would carry them, all parts read in one transaction.

    `cursor` is the end of the feed then, `applied_seq` how far the asking stream was applied then; the same in each.
    """

    cursor: Cursor
    applied_seq: int
    topic: str = ""
    rows: tuple[str, ...] = ()


class CentralPort(Protocol):
    """Central as a station sees it. Every call may raise `Unavailable` or a database error; nothing is lost by that.

    All calls go over the connection on which hello was said: one that had to be opened anew first raises, so that the
    station greets again. Each ends within ten seconds, whatever the other side does.
    """

    def hello(self, greeting: Greeting) -> Welcome:
        """Which central this is and how far it has this stream. `NotWelcome` when it takes nothing from here."""

    def push(
        self, station_id: bytes, incarnation: bytes, facts: tuple[WireFact, ...], asks: tuple[WireAsk, ...]
    ) -> Mark:
        """Stores facts and asks; the mark afterwards. Pushing the same again changes nothing.

        `StreamBroken` when the facts do not continue the stream that central has; then nothing is stored.
        """

    def pull(self, station_id: bytes, cursor: Cursor, waiting: tuple[bytes, ...]) -> Pulled:
        """Feed rows after the cursor, and the answers to the asks it still waits for."""

    def snapshot(self, station_id: bytes, incarnation: bytes) -> Iterator[SnapshotPart]:
        """All mirrored rows as they are at one moment, at least one part; closing it early ends the transaction."""

    def on_hint(self, hint: Callable[[], None]) -> None:
        """From now on calls `hint`, on any thread, when there may be something to pull. Hints may be lost."""
