"""A slice of each campaign against the station's file; `make chaos` does them by the thousand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.storage.campaign import begin

SEED = 20260302
SLICES = {"kills": 25, "cuts": 40, "control": 10, "flips": 16, "mends": 6, "upgrades": 12}
"""Ten cuts of each recording: one of four begins with the birth of the file."""
Runs = list[dict[str, Any]]


@pytest.fixture(scope="module")
def runs() -> Callable[[str], Runs]:
    """The runs of each campaign, by its name; all of them in one process that has imported everything once."""
    counts = ",".join(map(str, SLICES.values()))
    every = list(begin(",".join(SLICES), counts, SEED, "--each", "10"))
    return lambda kind: [run for run in every if run["kind"] == kind]


def amiss(runs: Runs) -> Runs:
    """The runs after which something was not as it must be."""
    return [run for run in runs if run["amiss"]]


def test_no_kill_loses_a_confirmed_scan_or_breaks_the_file(runs: Callable[[str], Runs]) -> None:
    kills = runs("kills")

    assert amiss(kills) == []
    assert (len(kills), sum(run["confirmed"] for run in kills) > 100) == (25, True)


def test_no_cut_on_a_disk_that_drops_what_was_not_flushed_loses_a_confirmed_scan(runs: Callable[[str], Runs]) -> None:
    cuts = runs("cuts")

    assert amiss(cuts) == []
    assert (len(cuts), sum(run["confirmed"] for run in cuts) > 100) == (40, True)


def test_the_same_cuts_without_a_flush_lose_scans(runs: Callable[[str], Runs]) -> None:
    """The control: the disk does drop what was not flushed."""
    assert any("lost" in what for run in amiss(runs("control")) for what in run["amiss"])


def test_no_flipped_byte_is_used_in_silence(runs: Callable[[str], Runs]) -> None:
    """In the file and in its log: noticed, everything saved and said so, or not a row is read otherwise."""
    flips = runs("flips")

    assert amiss(flips) == []
    assert sum(run["outcome"] == "mended" for run in flips) >= 6


def test_a_mending_may_be_cut_short_at_any_moment(runs: Callable[[str], Runs]) -> None:
    mends = runs("mends")

    assert (len(mends), amiss(mends)) == (6, [])


def test_an_interrupted_migration_leaves_the_old_file_or_the_new_one(runs: Callable[[str], Runs]) -> None:
    upgrades = runs("upgrades")

    assert amiss(upgrades) == []
    assert {run["outcome"] for run in upgrades} == {"old", "new"}
