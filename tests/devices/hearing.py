"""The runner's side of the ports, for tests: a queue, and a way to wait for what comes out of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

from app.events import DeviceChanged
from devices.lines import Event

Kind = TypeVar("Kind")

PATIENCE_S = 20.0


class Heard:
    """The runner's side of the ports: a queue, and everything that came out of it so far."""

    def __init__(self) -> None:
        self.queue: SimpleQueue[Event] = SimpleQueue()
        self.events: list[Event] = []

    def until(self, is_enough: Callable[[list[Event]], bool]) -> list[Event]:
        """Every event once they are enough; fails the test when they never are."""
        deadline = time.monotonic() + PATIENCE_S
        while not is_enough(self.events):
            try:
                self.events.append(self.queue.get(timeout=max(0.0, deadline - time.monotonic())))
            except Empty:
                raise AssertionError(f"still not enough: {self.events}") from None
        return self.events

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.events if isinstance(event, kind)]

    def changes(self) -> list[tuple[str, str, str]]:
        """The health changes so far: device, health, detail."""
        return [(e.device, e.health, e.detail) for e in self.of(DeviceChanged)]

    def until_change(self, device: str, health: str, detail: str = "", times: int = 1) -> None:
        self.until(lambda _: self.changes().count((device, health, detail)) >= times)

    def until_count(self, kind: type[Kind], count: int) -> list[Kind]:
        self.until(lambda _: len(self.of(kind)) >= count)
        return self.of(kind)
