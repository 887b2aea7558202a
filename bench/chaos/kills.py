"""200 kills -9 of the station while scans flow: what it said to have is there, and it goes on where it stood."""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench.progress import bar
from tests.journeys.floor import Floor, picked, unit_codes
from tests.journeys.kills import Stage, kill_again_and_again, packed_on


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kills", type=int, default=200)


def run(options: argparse.Namespace, seed: int) -> bool:
    print(f"kills in mid-flow: {options.kills} kills, seed {seed}")
    with tempfile.TemporaryDirectory(prefix="packbay-chaos-") as name:
        folder = Path(name)
        with Floor(picked(folder / "home"), folder / "devices") as floor:
            floor.start_packing()
            ended = kill_again_and_again(
                floor,
                iter(unit_codes()),
                Stage("Packed", packed_on),
                kills=options.kills,
                seed=seed,
                tick=bar("kills", options.kills),
            )
    print(f"  {json.dumps(asdict(ended))}")
    return ended.is_whole
