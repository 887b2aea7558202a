"""A disk whose plug can be pulled: what disk.c wrote down is played up to a cut, and what was not flushed is lost.

The model is that of a drive behind a page cache, no kinder than POSIX:

- what a flush of a file covered is there, whatever comes;
- of what was written since, every sector stops at a moment of its own (512 or 4,096 bytes; none and all among them);
- a file's length stops at a moment of its own as well;
- creations, renames and removals stop at one moment since the folder itself was last flushed;
- what was mapped into memory (-shm) is gone.
"""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import gettempdir

SOURCE = Path(__file__).with_name("disk.c")
_HEAD = struct.Struct("<IIIIQ")
CONFIRMED = "confirmed"
"""What is written into a file of this name is a word given to a hand, and not on the disk at all."""


@cache
def shim() -> Path:
    """The library for LD_PRELOAD, compiled once for each version of its source. RuntimeError without a compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise RuntimeError("gcc is not installed: the lying disk is a library in C (apt-get install gcc libc6-dev)")
    made = Path(gettempdir()) / f"packbay-disk-{os.getuid()}-{SOURCE.stat().st_mtime_ns:x}.so"
    if not made.exists():
        raw = made.with_suffix(f".{os.getpid()}")
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", raw, SOURCE, "-ldl", "-lpthread"], check=True)
        raw.rename(made)
    return made


@dataclass(frozen=True, slots=True)
class Act:
    """One thing done to the disk: o(pen new), w(rite), t(runcate), s(ync), u(nlink), r(ename), d(irectory made)."""

    op: str
    name: str
    at: int
    data: bytes


def acts(log: Path) -> Iterator[Act]:
    """What was written down, in order."""
    raw = log.read_bytes()
    at = 0
    while at < len(raw):
        op, name, data, _, offset = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        yield Act(chr(op), raw[at : at + name].decode(), offset, raw[at + name : at + name + data])
        at += name + data


@dataclass(slots=True)
class _File:
    """One file: as it was flushed, as the program sees it, and what was done to it in between."""

    flushed: bytes = b""
    now: bytearray = field(default_factory=bytearray)
    since: list[Act] = field(default_factory=list)

    def do(self, act: Act) -> None:
        self.since.append(act)
        _change(self.now, act)

    def flush(self) -> None:
        if self.since:
            self.flushed, self.since = bytes(self.now), []


def _change(content: bytearray, act: Act) -> None:
    if act.op == "t":
        del content[act.at :]
        content.extend(bytes(act.at - len(content)))
        return
    if len(content) < act.at:
        content.extend(bytes(act.at - len(content)))
    content[act.at : act.at + len(act.data)] = act.data


class Disk:
    """A folder as it is on the disk while acts are done to it. `files`: what lies there, flushed, in the beginning."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._flushed: dict[str, _File] = {name: _File(data, bytearray(data)) for name, data in files.items()}
        self._now = dict(self._flushed)
        self._since: list[dict[str, _File]] = []
        self.said = 0
        """How many scans were confirmed so far."""

    def do(self, act: Act) -> None:
        """One act more."""
        if act.name == CONFIRMED:
            self.said += act.data.count(b"\n")
        elif act.op in "wt":
            if act.name in self._now:  # else it was removed while it was open
                self._now[act.name].do(act)
        elif act.op == "s" and act.name in self._now:
            self._now[act.name].flush()
        elif act.op == "s":  # the folder
            self._flushed, self._since = dict(self._now), []
        elif act.op in "our":
            self._entry(act)

    def _entry(self, act: Act) -> None:
        if act.op == "o":
            self._now[act.name] = _File()
        elif act.op == "u":
            self._now.pop(act.name, None)
        else:
            self._now[act.data.decode()] = self._now.pop(act.name)
        self._since.append(dict(self._now))

    def cut(self, chance: random.Random) -> dict[str, bytes]:
        """The folder as it may be found after the plug was pulled now: one of many ways."""
        entries = chance.choice([self._flushed, *self._since])
        sector, kept = chance.choice((512, 4096)), chance.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        return {name: _left(file, chance, sector, kept) for name, file in entries.items()}


def _left(file: _File, chance: random.Random, sector: int, kept: float) -> bytes:
    """What is left of a file: each sector stops after some of what was done to it since the last flush."""
    if not file.since:
        return file.flushed
    lengths, grown = [len(file.flushed)], bytearray(file.flushed)
    touched: dict[int, list[int]] = {}
    for number, act in enumerate(file.since):
        before = len(grown)
        _change(grown, act)
        first, last = (act.at, act.at + len(act.data)) if act.op == "w" else (min(act.at, before), before)
        for each in range(first // sector, -(-last // sector)):
            touched.setdefault(each, []).append(number)
        if len(grown) != before:
            lengths.append(len(grown))
    stops = {each: chance.choice(numbers) if chance.random() < kept else -1 for each, numbers in touched.items()}
    if kept == 1.0:
        stops = {each: numbers[-1] for each, numbers in touched.items()}
    length = lengths[-1] if kept == 1.0 else lengths[0] if kept == 0.0 else chance.choice(lengths)
    return _stopped(file, stops, sector)[:length].ljust(length, b"\0")


def _stopped(file: _File, stops: dict[int, int], sector: int) -> bytes:
    """The content when each sector holds what was there right after the act at which it stopped."""
    result, content = bytearray(file.flushed), bytearray(file.flushed)
    due: dict[int, list[int]] = {}
    for each, stop in stops.items():
        due.setdefault(stop, []).append(each)
    for number, act in enumerate(file.since):
        _change(content, act)
        for each in due.get(number, ()):
            piece = bytes(content[each * sector : (each + 1) * sector])
            _change(result, Act("w", "", each * sector, piece))
    return bytes(result)


def lay_down(folder: Path, files: dict[str, bytes]) -> None:
    """Puts a folder's files there, and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def taken_up(folder: Path, without: Sequence[str] = (CONFIRMED,)) -> dict[str, bytes]:
    """A folder's files as they are."""
    found = {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file() and not p.name.endswith("-shm")}
    return {name: path.read_bytes() for name, path in found.items() if name not in without}
