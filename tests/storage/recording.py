"""What a child did to its disk, written down by disk.c, and the disk at any moment of it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.storage.children import in_child
from tests.storage.disk import Act, Content, Disk, acts, shim


def recorded(root: Path, log: Path, act: Callable[[], None]) -> list[Act]:
    """Does the act in a child; everything that it did to the files below `root`, in order."""

    def under_the_recorder() -> None:
        ctypes.CDLL(str(shim())).disk_record(str(root).encode(), str(log).encode())
        act()

    in_child(under_the_recorder)
    recording = list(acts(log))
    if not any(a.op == "w" and a.name.endswith("-wal") for a in recording):
        raise RuntimeError("the recorder saw no write to the log: SQLite is not linked dynamically here")
    return recording


def played(files: Mapping[str, Content], recording: list[Act], places: list[int]) -> Iterator[tuple[int, Disk]]:
    """The disk after so many acts, for each of these places in turn."""
    disk, at = Disk(files), 0
    for place in places:
        for act in recording[at:place]:
            disk.do(act)
        at = place
        yield place, disk
