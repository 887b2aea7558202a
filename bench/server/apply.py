"""Central's worker: how fast it applies a backlog, and what a floor of twenty stations costs it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from app.clock import SystemClock
from app.sync.applier import work_off
from app.sync.worker import CONNECTIONS
from bench.figures import Figure, Note, Said
from bench.server.homes import office_of
from bench.server.processes import CrowdProcess, cpu_seconds, worker
from bench.server.site import Site
from bench.server.streams import Crowd, Stream

STATIONS, SCANS_A_SECOND, SHARE = 20, 2.0, 50.0
BACKLOG, BACKLOG_S, SETTLE_S = 4_000, 10.0, 4.0


def backlog(there: Site) -> int:
    """Facts that central has and did not apply yet."""
    return int(there.ask("SELECT coalesce(sum(pushed_seq - applied_seq), 0) FROM station_mark")[0][0])


def leave_backlog(there: Site) -> None:
    """What other benches pushed is not applied here: it counts as done."""
    there.ask("UPDATE station_mark SET applied_seq = pushed_seq RETURNING 1")


def apply(there: Site, folder: Path, *, seconds: float = 25.0) -> Iterator[Said]:
    """A backlog worked off by one worker's loop; then the real worker beside a floor at work."""
    yield _rate(there)
    yield from _floor(there, folder, seconds)


def _rate(there: Site) -> Figure:
    leave_backlog(there)
    stream = Stream(there.join("BACK01"), "BACK01")
    stream.hello()
    for _ in range(BACKLOG // 200):
        stream.push(200)
    stream.line.close()
    with there.central(CONNECTIONS) as database:
        before, cpu, began = backlog(there), time.process_time(), time.perf_counter()
        work_off(database, SystemClock(), lambda: time.perf_counter() - began > BACKLOG_S)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
    done = before - backlog(there)
    leave_backlog(there)
    wanted = STATIONS * SCANS_A_SECOND
    name = f"facts a second, one worker ({cpu / done * 1000:.2f} ms of its core each)"
    return Figure(name, (done / took,), "/s", target=wanted, at_least=True)


def _floor(there: Site, folder: Path, seconds: float) -> Iterator[Said]:
    ways = [(f"SCAN{n:02d}", there.join(f"SCAN{n:02d}")) for n in range(STATIONS)]
    with worker(office_of(there, folder)) as pid:
        crowd = CrowdProcess(Crowd.of(ways, rate=SCANS_A_SECOND))
        try:
            time.sleep(SETTLE_S)
            shares, behind = [], []
            for _ in range(5):
                before, began = cpu_seconds(pid), time.monotonic()
                time.sleep(seconds / 5)
                shares.append((cpu_seconds(pid) - before) / (time.monotonic() - began) * 100)
                behind.append(float(backlog(there)))
            said = crowd.end()
        finally:
            crowd.kill()
    name = f"worker's core, {STATIONS} stations × {SCANS_A_SECOND:g} scans a second"
    yield Figure(name, tuple(shares), "%", target=SHARE)
    yield Figure("  facts pushed and not applied meanwhile", tuple(behind), "", target=STATIONS * SCANS_A_SECOND * 2)
    yield Figure("  a scan's push", tuple(said["push_ms"]), "ms", of="p95")
    yield Note(f"{said['facts'] / said['seconds']:.1f} scans a second came")
