"""Stations as central sees them: facts with real bytes in their order, over the real line; and a crowd of such stations
as a process of its own: `python -m bench.server.streams`.

The process reads one JSON line (`Crowd`), says `{"ready": n}` when all have been greeted, works until it has pushed
all or another line comes, and says `{"push_ms": […], "facts": n, "seconds": s}` in the end.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from app.clock import SystemClock
from app.facts import Fact, Stamp, canonical, link
from app.ids import new_id, stable_id
from app.inventory.facts.handling import Moved, SourceProved
from app.settings import Server
from app.sync.pace import Bucket
from app.sync.server import ServerCentral
from app.sync.wire import Cursor, Greeting, Mark, WireFact
from app.work.facts import StationFounded
from bench.server.site import BINS, SKUS, place_of, sku_id


def scanned(dice: Random) -> Fact:
    """What a scan records: every second one proves a place, every second one moves a unit to another bin."""
    if dice.random() < 0.5:
        return SourceProved(place_of(dice.randrange(BINS)))
    n = dice.randrange(SKUS)
    return Moved(sku_id(n), place_of(n), place_of(n + 1), 1)


class Stream:
    """One station's stream and its line."""

    def __init__(self, server: Server, code: str) -> None:
        self.code, self.station_id, self.incarnation = code, stable_id("station", code), new_id()
        self.line = ServerCentral(server, SystemClock())
        self._dice = Random(code)
        self._seq, self._chain = 0, b""

    def hello(self) -> None:
        """Greets central and makes itself known there; what the feed held before is not asked for."""
        welcome = self.line.hello(Greeting(self.station_id, self.incarnation, Mark(0, b""), Cursor(0, b"")))
        with_name = StationFounded(self.station_id, self.code, self.code.title())
        self.line.push(self.station_id, self.incarnation, (self._wire(with_name),), ())
        assert welcome.head

    def push(self, count: int) -> float:
        """Makes and pushes so many facts; how many seconds the push took."""
        facts = tuple(self._wire(scanned(self._dice)) for _ in range(count))
        began = time.perf_counter()
        mark = self.line.push(self.station_id, self.incarnation, facts, ())
        took = time.perf_counter() - began
        assert mark.seq == self._seq
        return took

    def _wire(self, fact: Fact) -> WireFact:
        self._seq += 1
        stamp = Stamp(
            new_id(), self.station_id, self.incarnation, self._seq, self._seq, datetime.now(UTC), 60, bytes(15) + b"\1",
            stable_id("task", str(self._seq // 12)), device="scanner 1", scan_number=self._seq,
            scan_text="0400000000001",
        )  # fmt: skip
        data = canonical(fact.kind(), fact.version, fact.body(), stamp)
        self._chain = link(self._chain, data)
        return WireFact(stamp.fact_id, self._seq, self._chain, data.decode())


@dataclass(frozen=True, slots=True)
class Crowd:
    """Stations (code and way in), scans a second of each, facts in one push, and how many pushes of each (0: on and
    on). `paced` puts a station's own bucket before its pushes instead of a rhythm."""

    stations: tuple[tuple[str, dict[str, Any]], ...]
    rate: float = 2.0
    at_once: int = 1
    pushes: int = 0
    paced: bool = False

    @classmethod
    def of(cls, ways: Sequence[tuple[str, Server]], **more: Any) -> Crowd:
        return cls(tuple((code, asdict(server)) for code, server in ways), **more)

    def line(self) -> str:
        """As the process reads it."""
        return json.dumps(asdict(self)) + "\n"


def _work(stream: Stream, crowd: Crowd, delay: float, ending: threading.Event, took: list[float]) -> None:
    bucket = Bucket(SystemClock())
    due, done = time.monotonic() + delay, 0
    while not ending.is_set() and (not crowd.pushes or done < crowd.pushes):
        if crowd.paced:
            ending.wait(bucket.wait_s())
            bucket.take(crowd.at_once)
        else:
            ending.wait(max(0.0, due - time.monotonic()))
            due += 1 / crowd.rate
        took.append(stream.push(crowd.at_once) * 1000)
        done += 1


def main() -> None:
    said = json.loads(sys.stdin.readline())
    crowd = Crowd(**{**said, "stations": tuple(map(tuple, said["stations"]))})
    streams = [Stream(Server(**server), code) for code, server in crowd.stations]
    for stream in streams:
        stream.hello()
    took: list[float] = []
    ending = threading.Event()
    threads = [
        threading.Thread(target=_work, args=(stream, crowd, n / crowd.rate / len(streams), ending, took))
        for n, stream in enumerate(streams)
    ]
    print(json.dumps({"ready": len(streams)}), flush=True)
    began = time.monotonic()
    for thread in threads:
        thread.start()
    if not crowd.pushes:
        sys.stdin.readline()
        ending.set()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - began
    print(json.dumps({"push_ms": took, "facts": len(took) * crowd.at_once, "seconds": seconds}), flush=True)
    for stream in streams:
        stream.line.close()


if __name__ == "__main__":
    main()
