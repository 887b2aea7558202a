"""Bytes that go bad on the disk: whether a start notices, saves every scan, and says the truth about it."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from tests.storage import eye, hand
from tests.storage.children import in_child
from tests.storage.disk import CONFIRMED, Content, lay_down, taken_up
from tests.storage.recording import played, recorded

SCANS = 60
FLIPS_OF_ONE = 25
"""So many bytes are flipped, each in a copy of its own, of one station's files."""
FILE, LOG = "station.sqlite", "station.sqlite-wal"


def dump(file: Path) -> str:
    """Every row of every table, as SQLite reads it now; "unreadable" where it can't."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            return "\n".join(connection.iterdump())
    except (sqlite3.Error, UnicodeDecodeError):
        return "unreadable"


def facts(file: Path) -> list[str]:
    """The canonical bytes of all facts in their order."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        return [data for (data,) in connection.execute("SELECT data FROM fact ORDER BY seq")]


def flips(runs: int, seed: int, folder: Path) -> Iterator[dict[str, Any]]:
    """Flips a byte of file or log, in turns; `outcome`: mended, or harmless when not a row was read otherwise."""
    chance = random.Random(seed)
    sound: dict[str, Content] = {}
    for run in range(runs):
        if run % FLIPS_OF_ONE == 0:
            sound = at_work(folder / "home", chance.randrange(1 << 30))
        name = (FILE, LOG)[run % 2]
        at, mask = chance.randrange(len(bytes(sound[name]))), chance.randrange(1, 256)  # type: ignore[arg-type]
        yield {"run": run, "in": name, "at": at} | flipped(folder, sound, {name: (at, mask)})


def at_work(root: Path, seed: int) -> dict[str, Content]:
    """The files of a station that was killed after some scans: part of them in the file, part in the log."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()

    def work() -> None:
        keeper, _ = hand.start(root)
        hand.work(keeper, lambda _line: None, seed, SCANS, rests=0.0)
        keeper.rest()
        hand.work(keeper, lambda _line: None, seed + 1, SCANS // 2, rests=0.0)

    in_child(work)
    return taken_up(root)


def flipped(folder: Path, sound: dict[str, Content], where: dict[str, tuple[int, int]]) -> dict[str, Any]:
    """What a start makes of these files with these bytes flipped."""
    before, after = folder / "sound", folder / "flipped"
    lay_down(before, sound)
    lay_down(after, sound | {name: _with(sound[name], *flip) for name, flip in where.items()})
    return {"outcome": "harmless"} | in_child(lambda: _started(before, after))


def _with(data: Content, at: int, mask: int) -> bytes:
    assert isinstance(data, bytes)
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


def _started(before: Path, after: Path) -> dict[str, Any]:
    shutil.copytree(after, looked := after.with_name("looked"), dirs_exist_ok=True)
    is_same = dump(looked / FILE) == dump(before / FILE)
    shutil.rmtree(looked)
    recorded = facts(before / FILE)
    keeper, mended = hand.start(after)
    keeper.close()
    kept = facts((after / FILE).resolve())
    said = eye.amiss(after / FILE, []) if mended is None else list(eye.unproven(after / FILE))
    if mended is None:
        said += [] if is_same else ["silent: rows are read otherwise, and nobody noticed"]
        return {"amiss": said + ([] if kept == recorded else ["lost without a word"])}
    if kept[: len(recorded)] != recorded:
        said.append(f"lost: {len(recorded)} facts were recorded, {len(kept) - 1} are kept")
    if not str(mended.sentence()).lower().endswith("nothing is lost. go on"):
        said.append(f"said: {mended.sentence()}")
    return {"amiss": said, "outcome": "mended", "saved": mended.found.saved}


# ---- cut while it is mended -----------------------------------------------------------------------------------------


def mends(runs: int, seed: int, folder: Path) -> Iterator[dict[str, Any]]:
    """The current is cut at any moment of a mending and of the first scans after it."""
    chance = random.Random(seed)
    root = folder / "home"
    sound = at_work(folder / "before", chance.randrange(1 << 30))
    damaged = sound | {FILE: _with(sound[FILE], 8 * 4096 + 4000, 1)}
    lay_down(root, damaged)

    def act() -> None:
        keeper, mended = hand.start(root)
        assert mended is not None
        said = os.open(root / CONFIRMED, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        hand.work(keeper, hand.confirm_to(said), seed, 10, rests=0.3)
        keeper.close()

    recording = recorded(root, folder / "acts", act)
    lay_down(folder / "sound", sound)
    before = facts(folder / "sound" / FILE)
    lines = b"".join(a.data for a in recording if a.name == CONFIRMED).decode().splitlines()
    for run, (at, disk) in enumerate(played(damaged, recording, sorted(chance.sample(range(len(recording)), runs)))):
        lay_down(folder / "cut", disk.cut(chance))
        last = int(lines[disk.said - 1].split()[0]) if disk.said else 0
        yield {"run": run, "at": at, "of": len(recording)} | in_child(partial(_gone_on, folder / "cut", before, last))


def _gone_on(root: Path, before: list[str], last: int) -> dict[str, Any]:
    """What is amiss after the next start; `last`: the number of the last scan that was confirmed after the mending."""
    keeper, mended = hand.start(root)
    keeper.close()
    kept = facts((root / FILE).resolve())
    said = list(eye.unproven(root / FILE))
    if kept[: len(before)] != before or len(kept) < last:
        said.append(f"lost: {len(before)} facts and up to number {last} were recorded, {len(kept)} are kept")
    return {"amiss": said, "outcome": "whole" if mended is None else "mended"}


# ---- without the journal --------------------------------------------------------------------------------------------


def salvaged(folder: Path, sound: dict[str, Content]) -> dict[str, Any]:
    """What is saved of these files, which are damaged: how many facts, and what is said to be missing."""
    lay_down(folder / "flipped", sound)

    def start() -> dict[str, Any]:
        keeper, mended = hand.start(folder / "flipped")
        keeper.close()
        assert mended is not None
        kept = facts((folder / "flipped" / FILE).resolve())
        return {
            "kept": [data for data in kept if json.loads(data)["kind"] != "StreamNoted"],
            "missing": list(mended.found.missing),
            "sentence": str(mended.sentence()),
            "report": mended.report.read_text(),
            "unproven": list(eye.unproven(folder / "flipped" / FILE)),
        }

    found: dict[str, Any] = in_child(start)
    return found
