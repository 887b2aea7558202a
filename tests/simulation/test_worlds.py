"""Short worlds of the simulator. The long ones are `make chaos`; a failure says which line plays it again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.faults import all_faults

ROOT = Path(__file__).parents[2]


def world(*words: str) -> dict[str, Any]:
    """Plays a world in a process of its own, where sets of ids are walked in the same order on each run."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--json", *words],
        cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("seed", [21, 22])
def test_a_floor_comes_to_rest_whatever_breaks(seed: int) -> None:
    played = world("--seed", str(seed), "--stations", "4", "--days", "2", "--faults", "25")

    assert played["broken"] == [], f"{played['broken']}\nagain: {played['again']}\n" + "\n".join(played["story"])
    assert sum(played["counted"].values()) > 20, "hardly anything changed an outcome"


def test_the_same_seed_plays_the_same_world() -> None:
    def told() -> dict[str, Any]:
        played = world("--seed", "5", "--stations", "2", "--days", "1", "--faults", "20")
        return {name: played[name] for name in ("facts", "digest", "orders", "tried", "counted", "story")}

    first = told()
    assert first == told()
    assert first["facts"] > 30


def test_every_kind_of_fault_says_when_it_counts() -> None:
    kinds = all_faults()

    assert len(kinds) >= 30
    assert [name for name, kind in kinds.items() if not kind.counts_when or not kind.mode] == []
