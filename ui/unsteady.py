"""A line to central that can be made to fail, for scan files, pictures and training: what it does then is real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from app.errors import Outage, Unavailable
from app.sync.wire import (
    CentralPort,
    Cursor,
    Greeting,
    Mark,
    NotWelcome,
    Pulled,
    SnapshotPart,
    StreamBroken,
    Welcome,
    WireAsk,
    WireFact,
)
from app.text import say

MOODS = ("even", "away", "slow", "twin", "refused", "old")


class UnsteadyLine:
    """Passes everything on while its mood is "even".

    "away": no call comes through. "slow": facts and answers go, what central wrote stays under way. "twin": central has
    other facts under this station's numbers, until it has begun a new stream. "refused": the station was signed off.
    "old": central's program is one version behind.
    """

    def __init__(self, central: CentralPort) -> None:
        self._central = central
        self.mood = "even"
        self._broken: set[bytes] = set()

    def set(self, mood: str) -> None:
        """From now on it is like that; ValueError for a mood that it does not know."""
        if mood not in MOODS:
            raise ValueError(f"no mood {mood!r}: expected one of {', '.join(MOODS)}")
        self.mood = mood

    def hello(self, greeting: Greeting) -> Welcome:
        self._may_come_through()
        welcome = self._central.hello(greeting)
        if self.mood == "old":
            return replace(welcome, schema_min=0, schema_max=greeting.schema - 1)
        if self.mood == "twin" and not self._broken:
            self._broken.add(greeting.incarnation)
        return welcome

    def push(
        self, station_id: bytes, incarnation: bytes, facts: tuple[WireFact, ...], asks: tuple[WireAsk, ...]
    ) -> Mark:
        self._may_come_through()
        if self.mood == "twin" and incarnation in self._broken:
            raise StreamBroken("these are not the facts that central has")
        return self._central.push(station_id, incarnation, facts, asks)

    def pull(self, station_id: bytes, cursor: Cursor, waiting: tuple[bytes, ...]) -> Pulled:
        self._may_come_through()
        pulled = self._central.pull(station_id, cursor, waiting)
        return replace(pulled, rows=(), complete=False) if self.mood == "slow" else pulled

    def snapshot(self, station_id: bytes, incarnation: bytes) -> Iterator[SnapshotPart]:
        self._may_come_through()
        return self._central.snapshot(station_id, incarnation)

    def on_hint(self, hint: Callable[[], None]) -> None:
        self._central.on_hint(hint)

    def _may_come_through(self) -> None:
        if self.mood == "away":
            raise Unavailable(Outage("central", say("the line is cut")))
        if self.mood == "refused":
            raise NotWelcome("revoked")
