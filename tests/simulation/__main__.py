"""Plays worlds by their seeds and says what did not hold.

    python -m tests.simulation --seed 7 --stations 10 --days 30 --faults 25 [--only NAME,NAME] [--json] [--keep FOLDER]
    python -m tests.simulation --many < file     # a line of such words for each world, a line of JSON about each

Exit status 1 when an invariant is broken; then the same line plays it again. `--keep` leaves the files for an autopsy.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.play import Played

HASHES = "0"
"""Sets of ids are walked in the same order on each run: that order decides which row is written first."""


def same_hashes() -> None:
    """Begins this process anew where the order of sets would be another one on each run."""
    if os.environ.get("PYTHONHASHSEED") != HASHES:
        os.environ["PYTHONHASHSEED"] = HASHES
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description="Plays a floor by its seed.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stations", type=int, default=10)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--orders", type=int, default=12, help="a day")
    parser.add_argument("--faults", type=float, default=25, help="a day; 0 for none")
    parser.add_argument("--only", default="", help="these kinds of fault, by commas")
    parser.add_argument("--crew", default="", help="what stations are for, in turn: PICK,PACK,STOCK")
    parser.add_argument("--json", action="store_true", help="one line for programs")
    parser.add_argument("--keep", default="", help="a folder in which the files of the end stay")
    parser.add_argument("--many", action="store_true", help="read such words line by line, and answer in lines of JSON")
    return parser


def _play(words: Sequence[str] | None) -> tuple[Played, argparse.Namespace]:
    from tests.simulation.play import CREW, play

    options = _parser().parse_args(words)
    only = tuple(name.replace("_", " ") for name in options.only.split(",") if name)
    played = play(
        options.seed,
        stations=options.stations,
        days=options.days,
        orders=options.orders,
        faults=options.faults,
        only=only,
        crew=tuple(filter(None, options.crew.split(","))) or CREW,
        keep=options.keep,
    )
    return played, options


def main(argv: Sequence[str] | None = None) -> int:
    if not _parser().parse_args(argv).many:
        from tests.simulation.play import shown

        played, options = _play(argv)
        print(json.dumps(played.as_json()) if options.json else shown(played))
        return 1 if played.broken else 0
    good = True
    for line in sys.stdin:
        played, _ = _play(line.split())
        print(json.dumps(played.as_json()), flush=True)
        good &= not played.broken
    return 0 if good else 1


if __name__ == "__main__":
    same_hashes()
    sys.exit(main())
