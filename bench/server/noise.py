"""One station comes back with a night's backlog while others work: what their pushes feel of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from app.sync.wire import PUSH_FACTS
from bench.figures import Figure, Note, Said
from bench.server.apply import leave_backlog
from bench.server.homes import office_of
from bench.server.processes import CrowdProcess, worker
from bench.server.site import Site
from bench.server.streams import Crowd

OTHERS, LIMIT_MS, QUIET_S = 10, 1_000.0, 8.0


def noise(there: Site, folder: Path, *, facts: int = 200_000) -> Iterator[Said]:
    """The pushes of ten stations at two scans a second: alone, and while the noisy one pushes at its own pace."""
    leave_backlog(there)
    ways = [(f"CALM{n:02d}", there.join(f"CALM{n:02d}")) for n in range(OTHERS)]
    loud = Crowd.of([("LOUD01", there.join("LOUD01"))], at_once=PUSH_FACTS, pushes=facts // PUSH_FACTS, paced=True)
    with worker(office_of(there, folder)):
        alone = CrowdProcess(Crowd.of(ways[: OTHERS // 2]))
        time.sleep(QUIET_S)
        quiet = alone.end()
        crowd = CrowdProcess(Crowd.of(ways[OTHERS // 2 :]))
        noisy = CrowdProcess(loud)
        try:
            said = noisy.wait()
            heard = crowd.end()
        finally:
            noisy.kill()
            crowd.kill()
    leave_backlog(there)
    yield Figure("a scan's push, nobody loud", tuple(quiet["push_ms"]), "ms", of="p95")
    yield Note(f"{said['facts']:,} facts of one station in {said['seconds']:.0f} s")
    yield Figure("  while one station empties its outbox", tuple(heard["push_ms"]), "ms", target=LIMIT_MS, of="p95")
