"""How often the station has the disk flushed, counted from outside: strace at its process while a person scans.

On one machine central lives in the same process; its flushes are told apart by the file that they are for.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, Note, Said
from bench.progress import bar
from bench.scan import OurKiosk
from bench.warehouse import SKUS, large_home

SCANS = 1_000
WARM_UP = 30
PACE_S = 0.05
MOST = 1_250.0
"""One flush a scan, one for each paper that was printed, and now and then the log is carried over into the file."""
CALL = re.compile(r"(?:fsync|fdatasync)\(\d+<([^>]*)>")
FILES = {"station.sqlite": "the station's file", "central.sqlite": "central's file"}


def flushes(folder: Path, scans: int = SCANS) -> Iterator[Said]:
    """Flushes in 1,000 scans: of the station's file, of central's, of all others."""
    if shutil.which("strace") is None:
        yield Note("flushes are not counted: there is no strace on this machine")
        return
    large = large_home(folder / "home", SKUS)
    log = folder / "strace.txt"
    with OurKiosk(large.root) as kiosk:
        _scan(kiosk, WARM_UP)
        watcher = _watch(kiosk.pid, log)
        if watcher is None:
            yield Note("flushes are not counted: strace may not look at another process here")
            return
        _scan(kiosk, scans)
        kiosk.quiet(2.0)
        watcher.send_signal(signal.SIGINT)
        watcher.wait()
    whole = log.read_text(encoding="utf-8")
    counted = Counter(_whose(found) for found in CALL.findall(whole))
    per = 1000 / scans
    yield Note(f"strace -f -c over {scans:,} scans: " + "; ".join(_summary(whole)))
    name = f"flushes in 1,000 scans: {FILES['station.sqlite']}"
    yield Figure(name, (counted.pop(FILES["station.sqlite"], 0) * per,), unit="", target=MOST)
    for whose, count in sorted(counted.items()):
        yield Figure(f"  {whose}", (count * per,), unit="")


def _scan(kiosk: OurKiosk, scans: int) -> None:
    tick = bar("scans", scans)
    for done in range(scans):
        kiosk.quiet(PACE_S)
        kiosk.go_on()
        tick(done + 1)


def _watch(pid: int, log: Path) -> subprocess.Popen[str] | None:
    """Puts strace at all threads of a process; None when that is not allowed. It is there when this returns."""
    watcher = subprocess.Popen(
        ["strace", "-f", "-C", "-y", "-e", "trace=fsync,fdatasync", "-o", str(log), "-p", str(pid)],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert watcher.stderr is not None
    if "attached" in watcher.stderr.readline():
        return watcher
    watcher.wait()
    return None


def _whose(path: str) -> str:
    file = Path(path).name.removesuffix("-wal").removesuffix("-journal")
    return FILES.get(file, "spool, paper and others")


def _summary(whole: str) -> list[str]:
    """The lines of strace's own table: which call, how often."""
    rows = (line.split() for line in whole.splitlines() if re.fullmatch(r" *[\d.]+ +[\d.]+ .*(fsync|fdatasync)", line))
    return [f"{row[-1]} {int(row[3]):,} times" for row in rows]
