"""Floors in one thread, with everything that breaks: the table of faults that changed something.

    python -m bench.chaos --only sim [--seed N] [--minutes M] [--kept FILE] [--worlds W]

Each floor is one of `SHAPES`: a mixed one, or one on which some kinds of fault strike that need a floor of their own
(many pickers for leases, few faults for those that last for hours). Floors are played from seed N on, two at a time;
the next one is of the shape whose kinds are farthest behind. It is enough when each kind has changed an outcome 100
times and all together 10,000 times, or after M minutes or W floors; then it says what is lacking. `--kept` adds to what
a file holds from earlier parts, so that a campaign can be played in slices. A floor on which an invariant breaks ends
the campaign with the line that plays it again. What counts for each kind stands in the docstring of its function
(`tests/simulation/faults`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from tests.simulation.faults import all_faults

EACH, IN_ALL, MINUTES = 100, 10_000, 90
WIDE = 4
"""So many of the shapes, the first ones, are of many kinds; the others are for kinds that are rare on those."""
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Shape:
    """A kind of floor: which faults strike on it (all without a word), how often a day, and how much is done there."""

    name: str
    only: str = ""
    stations: int = 4
    days: int = 3
    orders: int = 12
    faults: int = 100
    crew: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(name.replace("_", " ") for name in self.only.split(",") if name)

    def words(self, seed: int) -> list[str]:
        """What plays a floor of this shape."""
        return [
            "--seed", str(seed), "--stations", str(self.stations), "--days", str(self.days),
            "--orders", str(self.orders), "--faults", str(self.faults), *(["--only", self.only] if self.only else []),
            *(["--crew", self.crew] if self.crew else []),
        ]  # fmt: skip


SHAPES = (
    Shape("mixed", days=5, faults=60),
    Shape("lines", "push_lost,black_hole,answer_lost,push_twice,push_late,pull_lost,hint_lost,slice_late,"
          "claim_answer_lost,noisy_station"),
    Shape("machines", "station_killed,station_cut,disk_full,clock_back,central_cut,server_killed,worker_killed,"
          "worker_killed_between,two_workers,revoked,killed_at_commit"),
    Shape("books", "poison,disk_error,newer_station,late_count,negative_stock,book_set,duplicate_import,"
          "cancelled_under_a_hand,server_clock", orders=24),
    Shape("slices", "slice_late,pull_lost,answer_lost"),
    Shape("servers", "server_killed,disk_full,station_killed"),
    Shape("errors", "disk_error,poison"),
    Shape("cancelled", "cancelled_under_a_hand,book_set", orders=32),
    Shape("mails", "killed_at_a_mail,duplicate_import", orders=32, days=4, faults=32),
    Shape("away", "offline,clock_years,dropped_in_catch_up", stations=6, days=4, faults=12),
    Shape("leases", "lease_ended", stations=6, days=6, faults=8, crew="PICK"),
    Shape("serials", "serial_twice", stations=7, days=2, faults=60),
    Shape("restored", "central_restored", stations=2, days=4, faults=12),
    Shape("advanced", "restored_and_advanced", stations=2, days=2, faults=16),
    Shape("tails", "failed_over", stations=2, days=2, faults=24),
    Shape("images", "old_image", stations=3, days=2, faults=24),
    Shape("clones", "clone", stations=4, days=3, faults=10),
    Shape("long", "long_offline", stations=6, days=4, faults=5),
)  # fmt: skip


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--worlds", type=int, default=0, help="at most so many floors")
    parser.add_argument("--minutes", type=float, default=0, help=f"begin no floor after so many (else {MINUTES})")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1, help="so many floors at once")
    parser.add_argument("--kept", default="", help="a file that holds what earlier parts counted, and this one adds to")


def run(options: argparse.Namespace, seed: int) -> bool:
    kinds = set(all_faults())
    sums = Sums.read(options.kept)
    seed = sums.next_seed or seed
    print(f"simulated floors: from seed {seed} on, {sum(sums.counted.values())} faults counted before")
    good, is_part = True, bool(options.worlds or options.minutes)
    for shape, world in _worlds(options, seed, sums, kinds):
        sums.add(world)
        print(_line(shape, world, sums), flush=True)
        if world["broken"]:
            good = False
            _explain(shape, world)
    sums.write(options.kept)
    print(_table(sums))
    print(f"  {sums.worlds} floors, {sums.facts} facts: {_lacking(sums.counted, kinds) or 'enough of each kind'}")
    return good and (is_part or _met(sums.counted, kinds))  # a part was asked for, or all of it


@dataclass
class Sums:
    """What all floors so far came to."""

    tried: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)
    worlds: int = 0
    facts: int = 0
    next_seed: int = 0

    @classmethod
    def read(cls, path: str) -> Sums:
        if not path or not Path(path).exists():
            return cls()
        said = json.loads(Path(path).read_text(encoding="utf-8"))
        return cls(Counter(said.pop("tried")), Counter(said.pop("counted")), **said)

    def write(self, path: str) -> None:
        if path:
            Path(path).write_text(json.dumps(vars(self)), encoding="utf-8")

    def add(self, world: dict[str, Any]) -> None:
        self.tried.update(world["tried"])
        self.counted.update(world["counted"])
        self.worlds += 1
        self.facts += world["facts"]
        self.next_seed = max(self.next_seed, world["seed"] + 1)


def _lacking(counted: Counter[str], kinds: set[str]) -> str:
    """What there is too little of, "" when there is enough of all."""
    few = [f"{name} {EACH - counted[name]}" for name in sorted(kinds) if counted[name] < EACH]
    total = sum(counted.values())
    said = ([f"{IN_ALL - total} of all"] if total < IN_ALL else []) + few
    return f"still lacking {', '.join(said)}" if said else ""


def _met(counted: Counter[str], kinds: set[str]) -> bool:
    return sum(counted.values()) >= IN_ALL and all(counted[name] >= EACH for name in kinds)


def _next_shape(seed: int, counted: Counter[str], kinds: set[str], under_way: Sequence[Shape]) -> Shape:
    """The wide ones in turn; between them the narrowest one that makes a kind that is behind, few of them at once."""
    wide = SHAPES[seed // 2 % WIDE]
    behind = sorted((counted[name], name) for name in kinds if counted[name] < EACH)
    for _, name in behind if seed % 2 else ():
        fitting = [shape for shape in SHAPES if name in shape.kinds]
        shape = min(fitting, key=lambda s: len(s.kinds), default=wide)
        if under_way.count(shape) == 0:
            return shape
    return wide


def _worlds(
    options: argparse.Namespace, seed: int, sums: Sums, kinds: set[str]
) -> Iterator[tuple[Shape, dict[str, Any]]]:
    """Plays floor after floor; what is under way when enough is counted is played to its end and counts too."""
    numbers, began = count(seed), time.monotonic()
    players = [Player() for _ in range(options.cores)]
    free: SimpleQueue[Player] = SimpleQueue()
    for player in players:
        free.put(player)
    try:
        with ThreadPoolExecutor(options.cores) as pool:
            under_way: dict[Future[dict[str, Any]], Shape] = {}
            begun, broken = 0, False
            while True:
                late = time.monotonic() - began > 60 * (options.minutes or MINUTES)
                most = options.worlds and begun >= options.worlds
                while not (broken or late or most or _met(sums.counted, kinds)) and len(under_way) < options.cores:
                    number = next(numbers)
                    shape = _next_shape(number, sums.counted, kinds, list(under_way.values()))
                    under_way[pool.submit(_play, free, shape, number)] = shape
                    begun += 1
                if not under_way:
                    return
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for one in done:
                    world = one.result()
                    broken |= bool(world["broken"])
                    yield under_way.pop(one), world
    finally:
        for player in players:
            player.stop()


def _play(free: SimpleQueue[Player], shape: Shape, seed: int) -> dict[str, Any]:
    player = free.get()
    try:
        return player.play(shape, seed)
    finally:
        free.put(player)


class Player:
    """A process that plays one floor after the other: it takes longer to start than a short floor to be played."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def play(self, shape: Shape, seed: int) -> dict[str, Any]:
        """What became of a floor; one of which nothing is heard is broken."""
        process = self._process = self._process or subprocess.Popen(
            [sys.executable, "-m", "tests.simulation", "--many"],
            cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "0"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(" ".join(shape.words(seed)) + "\n")
            process.stdin.flush()
            world: dict[str, Any] = json.loads(process.stdout.readline())
        except (OSError, ValueError):
            self.stop()
            words = f"no-answer: it ended with status {process.returncode}"
            world = {"seed": seed, "tried": {}, "counted": {}, "broken": [words], "story": []}
            world |= {"facts": 0, "seconds": 0, "cpu_seconds": 0}
        return world

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _line(shape: Shape, world: dict[str, Any], sums: Sums) -> str:
    words = "holds" if not world["broken"] else "BROKEN"
    return (
        f"  seed {world['seed']}, {shape.name}: {world['facts']} facts, {sum(world['counted'].values())} faults "
        f"counted ({sum(sums.counted.values())} so far), {world['cpu_seconds']} s of a core: {words}"
    )


def _explain(shape: Shape, world: dict[str, Any]) -> None:
    for words in (*world["broken"], "the last faults:", *world["story"]):
        print(f"    {words}")
    print(f"    again: python -m tests.simulation {' '.join(shape.words(world['seed']))}")


def _table(sums: Sums) -> str:
    lines = [f"  {'what broke':38} {'struck':>7} {'counted':>8}  counted when"]
    for name, kind in all_faults().items():
        lines.append(f"  {kind.mode:38} {sums.tried[name]:7} {sums.counted[name]:8}  {kind.counts_when}")
    lines.append(f"  {len(all_faults())} kinds{'':31} {sum(sums.tried.values()):7} {sum(sums.counted.values()):8}")
    return "\n".join(lines)
