"""Kills and cuts by the thousand: one warm process forks a child for each, so that none pays for imports.

    python -m tests.storage.campaign kills --runs 1000 --seed 7              # one JSON line a run
    python -m tests.storage.campaign flips,kills --runs 20,100 --seed 7

All but kills and flips need the recorder (see disk.py) in the process: `begin` starts it so.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

from app.db import seal
from tests.storage import damage, eye, hand, upgrade
from tests.storage.children import end_with, in_child
from tests.storage.disk import CONFIRMED, Act, Content, lay_down, shim, taken_up
from tests.storage.hand import Way
from tests.storage.recording import played, recorded

ROOT = Path(__file__).parents[2]
IN_MEMORY = Path("/dev/shm")
GENERATION = 12
"""So many kills hit one file, each going on where the last one left it; then a new one is made."""
CUTS_OF_ONE = 40
"""So many cuts are tried of one recording; every third recording has the birth of the file in it."""


def begin(kinds: str, runs: int | str, seed: int, *more: str) -> Iterator[dict[str, Any]]:
    """Runs campaigns (their names by commas, as their runs) in a process of its own.

    A dictionary a run: its `kind`, what is `amiss` (empty: all is well), where it was hit.
    """
    command = [sys.executable, "-m", "tests.storage.campaign", kinds, "--runs", str(runs), "--seed", str(seed), *more]
    env = os.environ | {"LD_PRELOAD": str(shim())}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode:
        raise RuntimeError(f"the campaign ended with {process.returncode}")


# ---- looking --------------------------------------------------------------------------------------------------------


def looked_at(root: Path, confirmed: list[tuple[int, str]]) -> list[str]:
    """What is amiss once the station was started again (in a child) and a stranger looks at its file."""

    def start() -> list[str]:
        keeper, mended = hand.start(root)
        keeper.close()
        said = [f"false alarm: {mended.sentence()}, {mended.report.read_text()}"] if mended else []
        return said + eye.amiss(root / "station.sqlite", confirmed)

    found: list[str] = in_child(start)
    return found


def _heard(said: bytes) -> list[tuple[int, str]]:
    whole = said[: said.rfind(b"\n") + 1].decode().split("\n")
    return [(int(line.split()[0]), line.split()[1]) for line in whole if line]


# ---- kills ----------------------------------------------------------------------------------------------------------


def kills(runs: int, seed: int, folder: Path) -> Iterator[dict[str, Any]]:
    """Each time a child opens the file and scans; it is killed at any moment: in its start, in a scan, in between."""
    chance = random.Random(seed)
    root, confirmed = folder / "home", list[tuple[int, str]]()
    for run in range(runs):
        if run % GENERATION == 0:
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir()
            in_child(lambda: hand.station(root).close())
            confirmed = []
        said, after = _killed(root, chance)
        confirmed += said
        yield {"run": run, "after": after, "confirmed": len(said), "amiss": looked_at(root, confirmed)}


def _killed(root: Path, chance: random.Random) -> tuple[list[tuple[int, str]], int]:
    """What the child confirmed until it was killed, and after how many confirmations it was."""
    reading, writing = os.pipe()
    rests, seed = chance.choice((0.0, 0.1, 0.4)), chance.randrange(1 << 30)
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        end_with(lambda: hand.work(hand.start(root)[0], hand.confirm_to(writing), seed, rests=rests))
    os.close(writing)
    wanted = chance.choice((0, 1, 2, 5, 20, 60))
    said = b""
    until = time.monotonic() + (chance.uniform(0, 0.08) if wanted == 0 else 30)
    while said.count(b"\n") < max(wanted, 1) and (left := until - time.monotonic()) > 0:
        if select.select([reading], [], [], left)[0]:
            said += os.read(reading, 65536)
    ends = time.perf_counter() + chance.uniform(0, 0.003)
    while time.perf_counter() < ends:
        pass
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        raise RuntimeError(f"the child was not killed: it ended with {status}")
    with os.fdopen(reading, "rb") as stream:
        said += stream.read()
    return _heard(said), wanted


# ---- cuts -----------------------------------------------------------------------------------------------------------


def cuts(
    runs: int, seed: int, folder: Path, synchronous: str = "", each: int = CUTS_OF_ONE
) -> Iterator[dict[str, Any]]:
    """Records a station at work and tries many cuts of it."""
    chance = random.Random(seed)
    done = 0
    while done < runs:
        number = done // each
        way = Way(synchronous, chance.choice((0.0, 0.1, 0.4)))
        files, recording = _recorded(folder, way, chance, born=number % 3 == 2)
        heard = _heard(b"".join(act.data for act in recording if act.name == CONFIRMED))
        wanted = min(each, runs - done)
        places = sorted(chance.sample(range(len(recording) + 1), min(wanted, len(recording) + 1)))
        for at, disk in played(files, recording, places):
            lay_down(folder / "cut", disk.cut(chance))
            found = looked_at(folder / "cut", heard[: disk.said])
            yield {"run": done, "at": at, "of": len(recording), "confirmed": disk.said, "amiss": found}
            done += 1


def _recorded(folder: Path, way: Way, chance: random.Random, *, born: bool) -> tuple[dict[str, Content], list[Act]]:
    """The files before, and everything that a station did to the disk while it worked."""
    root, log, seed = folder / "home", folder / "acts", chance.randrange(1 << 30)
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    if not born:
        in_child(lambda: hand.station(root).close())
    files, scans, closes = taken_up(root), chance.randint(5, 60), chance.random() < 0.5

    def act() -> None:
        keeper = hand.station(root, way)
        said = os.open(root / CONFIRMED, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        hand.work(keeper, hand.confirm_to(said), seed, scans, way.rests)
        if closes:
            keeper.close()

    return files, recorded(root, log, act)


CAMPAIGNS: dict[str, Callable[[int, int, Path], Iterator[dict[str, Any]]]] = {
    "kills": kills,
    "cuts": cuts,
    "control": partial(cuts, synchronous="OFF"),
    "flips": damage.flips,
    "mends": damage.mends,
    "upgrades": upgrade.upgrades,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kinds", help=f"some of {', '.join(CAMPAIGNS)}, by commas")
    parser.add_argument("--runs", required=True, help="of each of them")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--each", type=int, default=CUTS_OF_ONE, help="cuts of one recording")
    options = parser.parse_args()
    seal.IDLE_PAGES = 8  # the log is carried over far more often than on a floor, so that much happens in it
    logging.disable(logging.CRITICAL)
    quick = IN_MEMORY if IN_MEMORY.is_dir() else Path(gettempdir())
    for kind, runs in zip(options.kinds.split(","), options.runs.split(","), strict=True):
        with TemporaryDirectory(prefix="packbay-storage-", dir=quick) as name:
            campaign = partial(CAMPAIGNS[kind], each=options.each) if kind in ("cuts", "control") else CAMPAIGNS[kind]
            for run in campaign(int(runs), options.seed, Path(name)):
                print(json.dumps({"kind": kind} | run), flush=True)


if __name__ == "__main__":
    main()
