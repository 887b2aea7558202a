"""A confirmed scan is there after `kill -9` and after a cut of the current; `make chaos` does it by the thousand."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.storage.campaign import begin
from tests.storage.disk import Act, Content, Disk

SEED = 20260302


def amiss(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The runs after which something was not as it must be."""
    return [run for run in runs if run["amiss"]]


def test_no_kill_loses_a_confirmed_scan_or_breaks_the_file() -> None:
    runs = list(begin("kills", 25, SEED))

    assert amiss(runs) == []
    assert (len(runs), sum(run["confirmed"] for run in runs) > 100) == (25, True)


def test_no_cut_on_a_disk_that_drops_what_was_not_flushed_loses_a_confirmed_scan() -> None:
    """Four recordings, one of them from the birth of the file on, each cut at ten places."""
    runs = list(begin("cuts", 40, SEED, "--each", "10"))

    assert amiss(runs) == []
    assert (len(runs), sum(run["confirmed"] for run in runs) > 100) == (40, True)


def test_the_same_cuts_without_a_flush_lose_scans() -> None:
    """The control: the disk does drop what was not flushed."""
    runs = list(begin("cuts", 12, SEED, "--each", "12", "--synchronous", "OFF"))

    assert any("lost" in what for run in amiss(runs) for what in run["amiss"])


# ---- the disk itself ------------------------------------------------------------------------------------------------


def left(acts: list[Act], files: dict[str, Content], tries: int = 400) -> set[tuple[tuple[str, Content], ...]]:
    """All that was found after many cuts at the end of these acts."""
    disk, chance = Disk(files), random.Random(1)
    for act in acts:
        disk.do(act)
    return {tuple(sorted(disk.cut(chance).items())) for _ in range(tries)}


def write(name: str, at: int, data: bytes) -> Act:
    return Act("w", name, at, data)


def test_what_was_flushed_is_there_whatever_comes() -> None:
    acts = [write("a", 0, b"new"), Act("s", "a", 0, b"")]

    assert left(acts, {"a": b"old"}) == {(("a", b"new"),)}


def test_of_what_was_not_flushed_each_sector_stops_at_a_moment_of_its_own() -> None:
    """Both sectors are written twice: each is found old, after the first write, or after the second."""
    acts = [write("a", 0, b"1" * 1024), write("a", 0, b"2" * 1024)]

    found = {content[:1] + content[-1:] for ((_, content),) in left(acts, {"a": b"0" * 1024})}

    assert found == {bytes((a, b)) for a in b"012" for b in b"012"}


def test_a_file_whose_folder_was_not_flushed_may_be_gone() -> None:
    acts = [Act("o", "b", 0, b""), write("b", 0, b"x"), Act("s", "b", 0, b"")]

    assert left(acts, {}) == {(), (("b", b"x"),)}
    assert left([*acts, Act("s", "", 0, b"")], {}) == {(("b", b"x"),)}


@pytest.mark.parametrize(("flushed", "found"), [(False, {b"ab", b"abcd"}), (True, {b"ab"})])
def test_a_file_cut_short_may_be_long_again_until_it_is_flushed(flushed: bool, found: set[bytes]) -> None:
    acts = [Act("t", "a", 2, b""), *([Act("s", "a", 0, b"")] if flushed else [])]

    ends = {content for ((_, content),) in left(acts, {"a": b"abcd"})}

    assert {end.rstrip(b"\0") for end in ends} == found


def test_a_renamed_file_is_found_under_one_of_its_names() -> None:
    acts = [Act("r", "a", 0, b"b")]

    assert left(acts, {"a": b"1", "b": b"2"}) == {(("a", b"1"), ("b", b"2")), (("b", b"1"),)}
