"""A whole station on a disk that fills up, or that takes nothing any more; run in a process of its own.

    python -m tests.storage.full FOLDER tmpfs          # FOLDER is a small file system: filled, and freed again
    python -m tests.storage.full FOLDER ENOSPC|EIO     # under the library of disk.py, which refuses writes

Prints one JSON object: what the hand heard and saw, and what was kept of it.
"""

from __future__ import annotations

import ctypes
import errno
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.settings import Home
from app.view import ProblemHero
from tests.journeys import looking
from tests.storage.disk import shim
from ui.demo import BADGES, build
from ui.simulated import SimulatedStation

ROOT = Path(__file__).parents[2]
PEOPLE = ("packer", "picker")
PATIENT_SCANS = 400
"""By then the log has to grow: what room it had already is used up."""


def mounted(folder: Path, megabytes: int = 64) -> list[str] | None:
    """The words before a command that give it a small file system of its own at that folder; None where not allowed."""
    unshare = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"])]
    script = f'mount -t tmpfs -o size={megabytes}m none "$0" && exec "$@"'
    command = [*unshare, "sh", "-c", script, str(folder)]
    tried = subprocess.run([*command, "true"], capture_output=True, check=False) if shutil.which("unshare") else None
    return command if tried is not None and tried.returncode == 0 else None


def run(folder: Path, kind: str) -> dict[str, Any]:
    """What came of it. RuntimeError where a file system was wanted and may not be mounted."""
    command = [sys.executable, "-m", "tests.storage.full", str(folder), kind]
    preload = {} if kind == "tmpfs" else {"LD_PRELOAD": str(shim())}
    if kind == "tmpfs":
        before = mounted(folder)
        if before is None:
            raise RuntimeError("a file system may not be mounted here")
        command = before + command
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | preload, capture_output=True, text=True, timeout=200, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"threads that died": done.stderr.count("Exception in thread")}


def _disk(folder: Path, kind: str) -> tuple[Callable[[], None], Callable[[], None]]:
    """What fills the disk, and what frees it."""
    if kind == "tmpfs":
        return lambda: _fill(folder / "ballast"), (folder / "ballast").unlink
    library = ctypes.CDLL(str(shim()))
    library.disk_record(str(folder / "home").encode(), b"")
    number = getattr(errno, kind)
    return lambda: library.disk_refuse(number, 0, 0), lambda: library.disk_refuse(0, 0, 0)


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as stream:
        for size in (1 << 20, 4096, 1):
            try:
                while stream.write(b"x" * size):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


def _kept(home: Home) -> int:
    """Reads that the flight recorder has as accepted."""
    return int(looking.one(home.station_file, "SELECT count(*) FROM v_scan WHERE outcome = 'accepted'"))


def main(folder: Path, kind: str) -> None:
    logging.basicConfig(level=logging.ERROR)
    fill, free = _disk(folder, kind)
    home = Home(folder / "home")
    build(home.make(), orders=2)
    with SimulatedStation(home) as station:
        for badge in PEOPLE:
            station.scan(BADGES[badge])
        station.settle()
        station.restart()  # the log is short
        threads = {thread.name for thread in threading.enumerate()}
        before, answers = _kept(home), list[str]()
        fill()
        while len(answers) < PATIENT_SCANS and answers[-2:] != ["wrong", "wrong"]:
            answers.append(station.scan(BADGES[PEOPLE[len(answers) % 2]]))
        hero, chips = station.view.hero, station.view.header.chips
        confirmed = len(answers) - answers.count("wrong")
        full = {
            "refused": answers[-2:],
            "confirmed and not kept": confirmed - (_kept(home) - before),
            "said": str(hero.what) if isinstance(hero, ProblemHero) else station.view.kind,
            "unchanged": str(hero.unchanged) if isinstance(hero, ProblemHero) else "",
            "chips": [str(chip.words) for chip in chips if chip.icon == "database"],
        }
        free()
        again = [station.scan(BADGES[PEOPLE[n % 2]]) for n in range(4)]
        station.settle()
        facts = "SELECT count(*) FROM v_fact WHERE station = 'PACK02'"
        after = {
            "again": again,
            "kept again": _kept(home) - before - confirmed,
            "threads gone": sorted(threads - {thread.name for thread in threading.enumerate()}),
            "central has all": looking.one(home.central_file, facts) == looking.one(home.station_file, facts),
        }
    print(json.dumps(full | after))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
