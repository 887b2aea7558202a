"""Short worlds of the simulator. The long ones are `make chaos`; a failure says which line plays it again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.simulation.faults import all_faults

ROOT = Path(__file__).parents[2]


def worlds(*lines: str) -> list[dict[str, Any]]:
    """Plays worlds in a process of their own, where sets of ids are walked in the same order on each run."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--many"],
        input="\n".join(lines), cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "0"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert len(done.stdout.splitlines()) == len(lines), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


MIXED = "--seed 21 --stations 4 --days 2 --faults 25"
DENSE = "--seed 22 --stations 3 --days 1 --faults 60"
BACK = "--seed 23 --stations 2 --days 2 --faults 6 --only central_restored,restored_and_advanced,failed_over,old_image"
AWAY = "--seed 24 --stations 4 --days 2 --faults 5 --only long_offline,lease_ended,clone"
SMALL = "--seed 5 --stations 2 --days 1 --faults 16"


def test_a_floor_comes_to_rest_whatever_breaks_and_the_same_seed_plays_the_same_world() -> None:
    # when worlds are played one after the other, and the last of them by itself as well
    *others, small = worlds(MIXED, DENSE, BACK, AWAY, SMALL)
    [again] = worlds(SMALL)

    # then nothing that must hold is broken, and much of what struck changed something
    for played in (*others, small):
        assert played["broken"] == [], f"{played['broken']}\nagain: {played['again']}\n" + "\n".join(played["story"])
    assert sum(sum(played["counted"].values()) for played in others) > 60, "hardly anything changed an outcome"

    # and what a world is does not depend on what was played before it
    same = ("facts", "digest", "orders", "tried", "counted", "story")
    assert {name: small[name] for name in same} == {name: again[name] for name in same}
    assert small["facts"] > 30


def test_every_kind_of_fault_says_when_it_counts() -> None:
    kinds = all_faults()

    assert len(kinds) >= 30
    assert [name for name, kind in kinds.items() if not kind.counts_when or not kind.mode] == []
