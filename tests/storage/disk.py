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
from collections.abc import Iterator, Mapping
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
    """One thing done to the disk: o(pen new), w(rite), t(runcate), s(ync), u(nlink), r(ename), l(ink), y (symlink)."""

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


Content = bytes | Path
"""Of a file; a path is what a symbolic link says."""


class Disk:
    """A folder as it is on the disk while acts are done to it. `files`: what lies there, flushed, in the beginning."""

    def __init__(self, files: dict[str, Content]) -> None:
        self._now: dict[str, _File | Path] = {
            name: data if isinstance(data, Path) else _File(data, bytearray(data)) for name, data in files.items()
        }
        self._flushed: dict[str, dict[str, _File | Path]] = {}
        self._since: dict[str, list[dict[str, _File | Path]]] = {}
        for name in self._now:
            self._flushed[_folder(name)] = self._in(_folder(name))
        self.said = 0
        """How many scans were confirmed so far."""

    def _in(self, folder: str) -> dict[str, _File | Path]:
        return {name: file for name, file in self._now.items() if _folder(name) == folder}

    def do(self, act: Act) -> None:
        """One act more."""
        file = self._now.get(act.name)
        if act.name == CONFIRMED:
            self.said += act.data.count(b"\n")
        elif act.op in "wt" and isinstance(file, _File):  # else it was removed while it was open
            file.do(act)
        elif act.op == "s" and isinstance(file, _File):
            file.flush()
        elif act.op == "s":
            self._flushed[act.name], self._since[act.name] = self._in(act.name), []
        elif act.op in "ourly":
            self._entry(act)

    def _entry(self, act: Act) -> None:
        other = act.data.decode()
        if act.op == "o":
            self._now[act.name] = _File()
        elif act.op == "u":
            self._now.pop(act.name, None)
        elif act.op == "r":
            self._now[other] = self._now.pop(act.name)
        elif act.op == "l":
            self._now[other] = self._now[act.name]
        else:
            self._now[act.name] = Path(other)
        for folder in {_folder(act.name), _folder(other) if act.op in "rl" else _folder(act.name)}:
            self._since.setdefault(folder, []).append(self._in(folder))

    def cut(self, chance: random.Random) -> dict[str, Content]:
        """The folder as it may be found after the plug was pulled now: one of many ways."""
        sector, kept = chance.choice((512, 4096)), chance.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        left: dict[int, bytes] = {}  # a file of two names is one file
        found: dict[str, Content] = {}
        for folder in sorted(self._flushed | self._since):
            for name, file in chance.choice([self._flushed.get(folder, {}), *self._since.get(folder, ())]).items():
                if isinstance(file, _File) and id(file) not in left:
                    left[id(file)] = _left(file, chance, sector, kept)
                found[name] = left[id(file)] if isinstance(file, _File) else file
        return found


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


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


def lay_down(folder: Path, files: Mapping[str, Content]) -> None:
    """Puts a folder's files there, and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(data, Path):
            target.symlink_to(data)
        else:
            target.write_bytes(data)


def taken_up(folder: Path) -> dict[str, Content]:
    """A folder's files as they are, but for what is in memory alone and what was only said."""
    found = {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_symlink() or p.is_file()}
    return {
        name: path.readlink() if path.is_symlink() else path.read_bytes()
        for name, path in found.items()
        if name != CONFIRMED and not name.endswith("-shm")
    }
