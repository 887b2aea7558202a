"""A disk that is full, or takes nothing: no scan is confirmed that is not kept, and the work goes on when it can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.view import Chip, Tone
from tests.storage.full import mounted, run
from ui.trouble import disk_chip, free_bytes

WORDS = {
    "ENOSPC": "The disk of this station is full: it can't keep what you scan",
    "EIO": "The disk of this station takes nothing: it can't keep what you scan",
}


def expected(kind: str, *, chips: list[str]) -> dict[str, Any]:
    """What must come of it."""
    return {
        "refused": ["wrong", "wrong"],
        "confirmed and not kept": 0,
        "said": WORDS[kind],
        "unchanged": "This scan was not counted. Everything before it is kept.",
        "chips": chips,
        "again": ["accepted"] * 4,
        "kept again": 4,
        "threads gone": [],
        "central has all": True,
        "threads that died": 0,
    }


def test_a_station_on_a_full_disk_says_so_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """A file system of 64 MB, filled to the last byte; where none may be mounted, writes that find no room."""
    if mounted(tmp_path):
        assert run(tmp_path, "tmpfs") == expected("ENOSPC", chips=["Disk almost full: 0 MB"])
    else:
        assert run(tmp_path, "ENOSPC") == expected("ENOSPC", chips=[])


def test_a_station_on_a_disk_that_fails_says_so_and_goes_on_when_it_works_again(tmp_path: Path) -> None:
    assert run(tmp_path, "EIO") == expected("EIO", chips=[])


@pytest.mark.parametrize(
    ("free", "chip"),
    [
        (None, None),
        (1_000_000_000, None),
        (999_999_999, ("Disk: 999 MB left", Tone.WARN)),
        (200_000_000, ("Disk: 200 MB left", Tone.WARN)),
        (199_999_999, ("Disk almost full: 199 MB", Tone.ERROR)),
    ],
)
def test_a_disk_that_fills_up_is_told_from_one_gigabyte_on(free: int | None, chip: tuple[str, Tone] | None) -> None:
    found = disk_chip(free)

    assert (found and (str(found.words), found.tone)) == chip
    assert found is None or isinstance(found, Chip)


def test_the_room_on_a_disk_that_is_not_there_is_not_known(tmp_path: Path) -> None:
    assert (free_bytes(tmp_path / "nowhere"), (free_bytes(tmp_path) or 0) > 0) == (None, True)
