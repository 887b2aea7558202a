"""2,000 scans at the pace of hands, in bursts of 2 to 8 a second, against the station's database stalled for 0 to
1,500 ms by another process. Nothing is amiss: no scan lost, none twice, all in order, no word broken that was given.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.progress import bar
from tests.journeys import looking
from tests.journeys.floor import HERE, Floor, bursts, picked, stalled, unit_codes


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scans", type=int, default=2000, help="at most 2000")
    parser.add_argument(
        "--faster", type=float, default=1, help="so many times the pace of hands, stalls shorter likewise"
    )


def run(options: argparse.Namespace, seed: int) -> bool:
    scans, faster = min(options.scans, 2000), options.faster
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
