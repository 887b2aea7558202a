"""Floors of a month in one thread, with everything that breaks: the table of faults that changed something.

    python -m bench.chaos --only sim [--seed N] [--stations 10] [--days 30] [--worlds W]

Worlds are played from seed N on, two at a time, until each kind of fault has changed an outcome 100 times and all
together 10,000 times (or W worlds are played). A world in which an invariant breaks ends the campaign with the line
that plays it again. What counts for each kind stands in the docstring of its function (`tests/simulation/faults`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import count
from pathlib import Path
from typing import Any

EACH, IN_ALL = 100, 10_000
ROOT = Path(__file__).parents[2]
MOST_WORLDS = 60


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stations", type=int, default=10, help="of each simulated floor")
    parser.add_argument("--days", type=int, default=30, help="that people work on it")
    parser.add_argument("--worlds", type=int, default=0, help="so many floors (default: until the goals are met)")
    parser.add_argument("--faults", type=float, default=30, help="a day, on each floor")


def run(options: argparse.Namespace, seed: int) -> bool:
    from tests.simulation.faults import all_faults

    kinds = all_faults()
    print(
        f"simulated floors: seed {seed}, {options.stations} stations, {options.days} days, "
        f"{options.faults:g} faults a day"
    )
    tried: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    played: list[dict[str, Any]] = []
    for world in _worlds(options, seed, counted, set(kinds)):
        played.append(world)
        tried.update(world["tried"])
        counted.update(world["counted"])
        print(_line(world, sum(counted.values())), flush=True)
        if world["broken"]:
            _explain(world, options)
    print(_table(tried, counted))
    good = not any(world["broken"] for world in played)
    if not options.worlds:
        good &= _met(counted, set(kinds))
    return good


def _met(counted: Counter[str], kinds: set[str]) -> bool:
    return sum(counted.values()) >= IN_ALL and all(counted[name] >= EACH for name in kinds)


def _worlds(options: argparse.Namespace, seed: int, counted: Counter[str], kinds: set[str]) -> Iterator[dict[str, Any]]:
    """Plays floor after floor; what is under way when enough is counted is played to its end and counts too."""
    numbers = count(seed)
    most = options.worlds or MOST_WORLDS
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        under_way: set[Future[dict[str, Any]]] = set()
        begun, broken = 0, False
        while True:
            enough = broken or begun >= most or (not options.worlds and _met(counted, kinds))
            while not enough and len(under_way) < (os.cpu_count() or 1) and begun < most:
                under_way.add(pool.submit(_play, next(numbers), options))
                begun += 1
            if not under_way:
                return
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            for one in done:
                world = one.result()
                broken |= bool(world["broken"])
                yield world


def _play(seed: int, options: argparse.Namespace) -> dict[str, Any]:
    command = [
        sys.executable, "-m", "tests.simulation", "--json", "--seed", str(seed), "--stations", str(options.stations),
        "--days", str(options.days), "--faults", f"{options.faults:g}",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        world: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        last = "".join(done.stderr.strip().splitlines()[-1:])
        words = f"no-answer: it ended with status {done.returncode} {last}"
        world = {"seed": seed, "tried": {}, "counted": {}, "broken": [words], "story": []}
        world |= {"facts": 0, "seconds": 0, "cpu_seconds": 0}
    return world


def _line(world: dict[str, Any], so_far: int) -> str:
    words = "holds" if not world["broken"] else "BROKEN"
    return (
        f"  seed {world['seed']}: {world['facts']} facts, {sum(world['counted'].values())} faults counted "
        f"({so_far} so far), {world['seconds']} s, {world['cpu_seconds']} s of a core: {words}"
    )


def _explain(world: dict[str, Any], options: argparse.Namespace) -> None:
    for words in (*world["broken"], "the last faults:", *world["story"]):
        print(f"    {words}")
    print(
        f"    again: python -m bench.chaos --only sim --seed {world['seed']} --stations {options.stations} "
        f"--days {options.days} --faults {options.faults:g} --worlds 1"
    )


def _table(tried: Counter[str], counted: Counter[str]) -> str:
    from tests.simulation.faults import all_faults

    lines = [f"  {'what broke':38} {'struck':>7} {'counted':>8}  counted when"]
    for name, kind in all_faults().items():
        lines.append(f"  {kind.mode:38} {tried[name]:7} {counted[name]:8}  {kind.counts_when}")
    lines.append(f"  {len(all_faults())} kinds{'':31} {sum(tried.values()):7} {sum(counted.values()):8}")
    return "\n".join(lines)
