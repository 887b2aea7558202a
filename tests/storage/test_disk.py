"""The disk that drops what was not flushed: neither kinder nor crueller than a real one."""

from __future__ import annotations

import random

import pytest

from tests.storage.disk import Act, Content, Disk


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
