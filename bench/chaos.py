"""`make chaos`: the campaigns at full size, for an evening and not for every commit.

    python -m bench.chaos [--scans 2000] [--kills 200] [--seed N] [--faster 1] [--only scans,kills]

1. 2,000 scans at the pace of hands, in bursts of 2 to 8 a second, against the station's database stalled for 0 to
   1,500 ms by another process.
2. 200 kills -9 of the station while scans flow.

Seeds are printed, so that a bad run can be run again. Exit status 0: no scan lost, none twice, all in order, no word
broken that was given to the hand; 1 otherwise, with what was found.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from tests.journeys import looking
from tests.journeys.floor import HERE, Floor, bursts, picked, stalled, unit_codes
from tests.journeys.kills import Stage, kill_again_and_again, packed_on

WIDTH = 40


def bar(words: str, total: int) -> Callable[[int], None]:
    """A progress bar on a terminal, a line every tenth elsewhere."""
    began = time.monotonic()

    def tick(done: int) -> None:
        if sys.stderr.isatty():
            full = done * WIDTH // total
            line = (
                f"\r  {words} [{'#' * full}{'.' * (WIDTH - full)}] {done} of {total}, {time.monotonic() - began:.0f} s"
            )
            print(line, end="\n" if done == total else "", file=sys.stderr, flush=True)
        elif done % max(1, total // 10) == 0:
            print(f"  {words}: {done} of {total}, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)

    return tick


def scans_against_stalls(scans: int, seed: int, faster: float) -> bool:
    """The first campaign; whether nothing was amiss."""
    print(f"scans against stalls: {scans} scans, seed {seed}, {faster:g} times the pace of hands")
    with tempfile.TemporaryDirectory(prefix="packbay-chaos-") as name:
        folder = Path(name)
        with Floor(picked(folder / "home"), folder / "devices") as floor:
            floor.start_packing()
            file = looking.station(floor.home.root)
            most = ("--most-ms", f"{1500 / faster}", "--apart-ms", f"{1500 / faster}")
            with stalled(file, "--seed", str(seed), *most) as account:
                first = bursts(floor, unit_codes()[:scans], seed=seed, faster=faster, tick=bar("scans", scans))
                floor.answer(first + scans - 1)
                stalls = account()
        command = [sys.executable, "-I", str(HERE / "join.py"), str(floor.bench.scans_log), str(file)]
        ended = subprocess.run([*command, "--first", str(first)], capture_output=True, text=True, check=False)
    print(f"  stalled {stalls['times']} times, {stalls['held_s']} s in all")
    print(f"  {ended.stdout.strip()}")
    return ended.returncode == 0


def kills_in_mid_flow(kills: int, seed: int) -> bool:
    """The second campaign; whether nothing was amiss."""
    print(f"kills in mid-flow: {kills} kills, seed {seed}")
    with tempfile.TemporaryDirectory(prefix="packbay-chaos-") as name:
        folder = Path(name)
        with Floor(picked(folder / "home"), folder / "devices") as floor:
            floor.start_packing()
            ended = kill_again_and_again(
                floor, iter(unit_codes()), Stage("Packed", packed_on), kills=kills, seed=seed, tick=bar("kills", kills)
            )
    print(f"  {json.dumps(asdict(ended))}")
    return ended.is_whole


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description="The campaigns at full size.")
    parser.add_argument("--scans", type=int, default=2000, help="at most 2000")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, help="the same campaign again (default: a new one, printed)")
    parser.add_argument(
        "--faster", type=float, default=1, help="so many times the pace of hands, stalls shorter likewise"
    )
    parser.add_argument("--only", default="scans,kills", help="one of the two")
    options = parser.parse_args(argv)
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    good = []
    if "scans" in options.only.split(","):
        good.append(scans_against_stalls(min(options.scans, 2000), seed, options.faster))
    if "kills" in options.only.split(","):
        good.append(kills_in_mid_flow(options.kills, seed))
    print("nothing lost, nothing twice, no word broken" if all(good) else "SOMETHING IS AMISS: see above")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
