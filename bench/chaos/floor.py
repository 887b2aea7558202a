"""The same faults on a real PostgreSQL over TCP: stations, workers and servers as processes, killed, frozen, cut, full,
restored, promoted, cloned. Invariants afterwards are raw SQL over the server and the stations' files.

    python -m bench.chaos --only floor [--seed N] [--floor-times 4] [--floor-cases kill] [--floor-versions 15,18]

Network namespaces may be skipped where a machine has none, with the reason; anything else that can't be played is
amiss. `STRICT=1` lets nothing be skipped.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.progress import bar
from tests.floor_of_stations import clocks, copies, hints, machine, migrations  # noqa: F401  # they name cases
from tests.floor_of_stations.cases import CASES, Account, Play, Skip
from tests.postgres import versions

MAY_SKIP = frozenset(("packets dropped",))


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--floor-times", type=int, default=4, help="blows of each kind on each version")
    parser.add_argument("--floor-cases", default="", help="only cases with one of these words in their names")
    parser.add_argument("--floor-versions", default=",".join(map(str, versions())), help="of PostgreSQL")


def run(options: argparse.Namespace, seed: int) -> bool:
    """Every case on every version; a table at the end. Whether nothing was amiss."""
    words = [word for word in options.floor_cases.split(",") if word]
    names = [name for name in CASES if not words or any(word in name for word in words)]
    chosen = [int(version) for version in options.floor_versions.split(",")]
    on = " and ".join(map(str, chosen))
    print(f"a floor on PostgreSQL {on}: {len(names)} cases, seed {seed}, process {os.getpid()}")
    tick, table = bar("cases", len(names) * len(chosen)), []
    for version in chosen:
        for name in names:
            table.append(_play(name, version, seed, options.floor_times))
            tick(len(table))
    for played in table:
        print(f"  {played}")
    strict = os.environ.get("STRICT") == "1"
    bad = [played for played in table if played.verdict == "AMISS"]
    skipped = [played.name for played in table if played.verdict == "skipped"]
    wrong = [name for name in skipped if strict or name not in MAY_SKIP]
    print(f"  {len(table) - len(bad) - len(skipped)} held, {len(bad)} amiss, {len(skipped)} skipped")
    return not bad and not wrong


def _say(words: str) -> None:
    print(f"     {words}", flush=True)


@dataclass(frozen=True, slots=True)
class Played:
    """One case on one version: how it ended, how long it took, what was counted, whose processes took part."""

    version: int
    name: str
    verdict: str
    seconds: float
    told: str
    who: str = ""

    def __str__(self) -> str:
        return f"{self.version:>2}  {self.name:<31} {self.verdict:<7} {self.seconds:>4.0f} s  {self.told}" + (
            f"  [{self.who}]" if self.who else ""
        )


def _play(name: str, version: int, seed: int, times: int) -> Played:
    """One case in a folder of its own; the folder of one that is amiss stays for a look."""
    print(f"  -- {name}, PostgreSQL {version}", flush=True)
    folder, began = Path(tempfile.mkdtemp(prefix="packbay-floor-")), time.monotonic()
    play = Play(version, folder, seed, times, say=_say)

    def ended(verdict: str, told: str) -> Played:
        return Played(version, name, verdict, time.monotonic() - began, told, play.who())

    try:
        account: Account = CASES[name](play)
    except Skip as reason:
        return ended("skipped", str(reason))
    except Exception as error:  # whatever it is: it is told in the table, and the next case is played
        print(f"     AMISS: {type(error).__name__}: {error} (left in {folder})", file=sys.stderr)
        return ended("AMISS", f"{type(error).__name__}: {' '.join(str(error).split())[:160]}")
    shutil.rmtree(folder, ignore_errors=True)
    return ended("held", ", ".join(f"{what} {number}" for what, number in account.items()))
