"""Six o'clock: fifty new stations come to a central with years behind it, all at the same moment.

Each is the real thing below the window: a home with its own secret, its own file, its own line over TCP, hello, the
feed's start that is not kept any more, the snapshot, the second file, the swap, and then what came since. The seconds
by which a station waits at its start so that not all come at once (0 to 10, app/sync/pace.py) are left out. As fifty
interpreters would measure how fast two cores start Python, the stations are threads of as many processes as there are
cores: `python -m bench.server.starts HOME…`, which says `ready`, waits for a line, and tells of each when it is even.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from app.clock import SystemClock
from app.db import open_database, reading
from app.ids import stable_id
from app.models import FeedHead
from app.settings import Home
from app.sync.applier import rooms
from app.sync.central import SqlCentral
from app.sync.keeper import Keeper
from app.sync.pace import next_wait
from app.sync.server import ServerCentral
from app.sync.talk import Talk
from bench.figures import Figure, Note, Said
from bench.server.homes import home_of
from bench.server.site import FACTS, Site, site

STATIONS, LIMIT_S = 50, 120.0


def starts(folder: Path) -> Iterator[Said]:
    """How long it takes until each of fifty stations has its mirror, and how large that is."""
    with site(FACTS) as there:
        yield from starts_at(there, folder)


def starts_at(there: Site, folder: Path, stations: int = STATIONS) -> Iterator[Said]:
    """The same on a site that runs already."""
    homes = [home_of(there, folder, f"NEW{n:02}") for n in range(stations)]
    yield _size(there)
    crews = [_Crew(homes[n :: os.cpu_count() or 1]) for n in range(os.cpu_count() or 1)]
    for crew in crews:
        crew.wait_until_ready()
    began = time.monotonic()
    for crew in crews:
        crew.go()
    told = [line for crew in crews for line in crew.told()]
    whole = time.monotonic() - began
    yield Figure(
        f"{stations} stations start at once: one has its mirror after", tuple(line["s"] for line in told), "s",
        target=LIMIT_S, of="max",
    )  # fmt: skip
    alone = tuple(line["s"] for line in [_alone(home_of(there, folder, "ALONE"))])
    yield Figure("  a station that starts alone", alone, "s")
    failed, most = sum(line["failures"] for line in told), max(line["bytes"] for line in told)
    head = there.ask("SELECT head FROM feed_head")[0][0]
    even = sum(line["cursor"] == head for line in told)
    yield Note(
        f"{stations} at the same time, as threads of {len(crews)} processes on {os.cpu_count()} cores: {even} stand at "
        f"central's head, the last after {whole:.1f} s; {failed} exchanges failed and were tried again"
    )
    yield Note(f"the largest file of a station has {most / 2**20:.1f} MiB")


def _size(there: Site) -> Note:
    """Rows and bytes of a snapshot, and how long central alone takes to read it."""
    began = time.monotonic()
    with there.central() as database:
        parts = SqlCentral(database, SystemClock()).snapshot(stable_id("station", "NOBODY"), b"\0" * 16)
        sizes = [(len(part.rows), sum(len(row) for row in part.rows)) for part in parts]
        with reading(database) as session:
            head = session.query(FeedHead.head).scalar()
    rows, size = sum(rows for rows, _ in sizes), sum(size for _, size in sizes)
    spent = time.monotonic() - began
    whole = f"a snapshot: {rows:,} rows, {size / 2**20:.1f} MiB, read in {spent:.1f} s"
    return Note(f"{whole}; the feed's head is {head:,}")


class _Crew:
    """One process with many stations."""

    def __init__(self, homes: Sequence[Home]) -> None:
        words = [str(home.root) for home in homes]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.server.starts", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, bufsize=1,
        )  # fmt: skip

    def wait_until_ready(self) -> None:
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "ready":
            raise RuntimeError("a process with stations did not start")

    def go(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def told(self) -> list[dict[str, float]]:
        """A line of each station. RuntimeError when the process ended otherwise."""
        words, _ = self._process.communicate(timeout=600)
        if self._process.returncode:
            raise RuntimeError(f"a process with stations ended with {self._process.returncode}")
        return [json.loads(line) for line in words.splitlines()]


def _alone(home: Home) -> dict[str, float]:
    crew = _Crew([home])
    crew.wait_until_ready()
    crew.go()
    return crew.told()[0]


# ---- a process with stations ----------------------------------------------------------------------------------------


def _founded(home: Home) -> Keeper:
    """The station with an empty file of its own. Migrations run one after the other: that is no part of what counts."""
    code = home.root.name.upper()
    return Keeper(open_database(home.station_file, "station"), SystemClock(), code, code.title())


def _start(home: Home, keeper: Keeper, began: float, say: threading.Lock) -> None:
    """From an empty file to a mirror that is even; what the line refuses is tried again as a kiosk tries it."""
    code, dice, server = keeper.station.code, Random(home.root.name), home.server()
    assert server is not None
    line = ServerCentral(server, SystemClock())
    talk = Talk(keeper, line, SystemClock())
    failures = wrong = 0
    while True:
        try:
            parcel = talk.next()
        except Exception as error:  # as the courier does: whatever it is, it is tried again
            failures, wrong = failures + 1, wrong + 1
            print(f"{code}: {type(error).__name__}: {error}", file=sys.stderr)
            time.sleep(next_wait(failures, dice))
            continue
        failures = 0
        if parcel is None:
            break
        keeper.take_in(parcel)
    spent = time.monotonic() - began
    cursor = keeper.outgoing().cursor.seq
    line.close()
    keeper.close()
    size = home.station_file.stat().st_size
    with say:
        print(json.dumps({"code": code, "s": spent, "failures": wrong, "bytes": size, "cursor": cursor}), flush=True)


def main(homes: Sequence[str]) -> None:
    rooms()
    say, founded = threading.Lock(), [(Home(Path(home)), _founded(Home(Path(home)))) for home in homes]
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.monotonic()
    threads = [threading.Thread(target=_start, args=(home, keeper, began, say)) for home, keeper in founded]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1:])
