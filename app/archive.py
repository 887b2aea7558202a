"""A backup as one file: a ZIP with a manifest that knows the size and SHA-256 of everything in it.

It is written beside its place and moved there when it is whole. Reading trusts nothing: only names that the manifest
lists and that stay inside the folder, no more bytes than it says, and only if their digest is right.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from app.paths import BadName, inside

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20
MOST_ENTRIES = 200_000
MOST_MANIFEST = 64 << 20
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, KeyError, IndexError, EOFError, RuntimeError,
    NotImplementedError,
)  # fmt: skip
"""What Python says of a ZIP that is none, or damaged, or packed in a way that ours are not."""
Tick = Callable[[int, int], None]
"""Called with (bytes done, bytes in all)."""


class BadArchive(ValueError):
    """A file that is no backup of ours, or one that was changed; says what is wrong."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a backup: its name (parts by `/`), its size and digest."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: made when (ISO 8601, UTC), by which version, of which schema, and whether with secrets."""

    made_at: str
    version: str
    revision: str
    secrets: bool
    entries: tuple[Entry, ...]
    format: int = FORMAT

    @property
    def size(self) -> int:
        return sum(entry.size for entry in self.entries)


def pack(
    target: Path,
    files: Sequence[tuple[str, Path]],
    *,
    made_at: str,
    version: str,
    revision: str,
    secrets: bool,
    tick: Tick = lambda done, total: None,
) -> Manifest:
    """Writes the archive for this user alone: first as `target.part`, then, flushed to the disk, under its name."""
    part = target.with_name(target.name + ".part")
    total, done = sum(path.stat().st_size for _, path in files), 0
    entries = []
    try:
        file = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(file, "w+b") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                for name, path in files:
                    entries.append(_add(archive, name, path, partial(_tick_on, tick, done, total)))
                    done += entries[-1].size
                manifest = Manifest(made_at, version, revision, secrets, tuple(entries))
                archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1, sort_keys=True))
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
        flush_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _tick_on(tick: Tick, done: int, total: int, more: int) -> None:
    tick(done + more, total)


def _add(archive: zipfile.ZipFile, name: str, path: Path, tick: Callable[[int], None]) -> Entry:
    digest, size = hashlib.sha256(), 0
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as entry:
        while chunk := source.read(CHUNK):
            entry.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            tick(size)
    return Entry(name, size, digest.hexdigest())


def read_manifest(path: Path) -> Manifest:
    """The manifest of a backup. BadArchive when it is none, or of a format that is newer than this program."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST:
                raise BadArchive("its manifest is larger than any")
            said = json.loads(archive.read(MANIFEST))
        if said["format"] != FORMAT:
            raise BadArchive(f"its format is {said['format']!r}; this program reads format {FORMAT}")
        return _manifest(said)
    except BadArchive:
        raise
    except (*_BROKEN, TypeError, ValueError) as error:
        raise BadArchive(f"it is no backup: {error}") from error


def _manifest(said: dict[str, Any]) -> Manifest:
    entries = tuple(Entry(str(e["name"]), int(e["size"]), str(e["sha256"])) for e in said["entries"])
    if len(entries) > MOST_ENTRIES or len({e.name for e in entries}) != len(entries):
        raise BadArchive("its manifest lists a file twice, or far too many")
    if any(e.size < 0 for e in entries):
        raise BadArchive("its manifest has a size below nothing")
    return Manifest(
        str(said["made_at"]), str(said["version"]), str(said["revision"]), bool(said["secrets"]), entries
    )  # fmt: skip


def unpack(path: Path, folder: Path, tick: Tick = lambda done, total: None) -> Manifest:
    """Puts everything that the manifest lists into `folder`, which is empty. BadArchive at the first thing wrong."""
    manifest = read_manifest(path)
    free = shutil.disk_usage(folder).free
    if manifest.size > free:
        raise BadArchive(f"it needs {manifest.size} bytes, and {free} are free in {folder}")
    done = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in manifest.entries:
                _extract(archive, entry, place_of(folder, entry.name))
                done += entry.size
                tick(done, manifest.size)
    except _BROKEN as error:
        raise BadArchive(f"it is damaged: {error}") from error
    except OSError as error:
        raise BadArchive(f"it can't be unpacked: {error}") from error
    return manifest


def place_of(folder: Path, name: str) -> Path:
    """Where an entry goes: at most one folder deep, each part a plain name. BadArchive for anything else."""
    parts = name.split("/")
    if len(parts) > 2:
        raise BadArchive(f"{name[:80]!r} lies deeper than any file of a backup")
    try:
        for part in parts[:-1]:
            folder = inside(folder, part)
            folder.mkdir(mode=0o700, exist_ok=True)
        return inside(folder, parts[-1])
    except BadName as error:
        raise BadArchive(str(error)) from error


def _extract(archive: zipfile.ZipFile, entry: Entry, target: Path) -> None:
    info = archive.getinfo(entry.name)
    if info.is_dir() or info.file_size != entry.size:
        raise BadArchive(f"{entry.name} has another size than its manifest says")
    file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "wb") as out, archive.open(info) as source:
        if _copy(source, out, entry.size) != entry.sha256:
            raise BadArchive(f"{entry.name} is not what was packed: its digest is another")
        out.flush()
        os.fsync(out.fileno())


def _copy(source: IO[bytes], out: IO[bytes], most: int) -> str:
    digest, left = hashlib.sha256(), most
    while chunk := source.read(CHUNK):
        left -= len(chunk)
        if left < 0:
            raise BadArchive("a file is longer than its manifest says")
        out.write(chunk)
        digest.update(chunk)
    return digest.hexdigest()


def flush_folder(folder: Path) -> None:
    """Makes a rename in this folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # some network file systems flush no folder
            os.fsync(handle)
    finally:
        os.close(handle)


def files_of(folder: Path, names: Iterable[str]) -> list[tuple[str, Path]]:
    """The plain files among these (name, path); a name that ends with `/` stands for all plain files of that folder."""
    found: list[tuple[str, Path]] = []
    for name in names:
        if not name.endswith("/"):
            path = folder / name
            found += [(name, path)] if path.is_file() and not path.is_symlink() else []
            continue
        inner = folder / name.rstrip("/")
        if inner.is_dir():
            here = sorted(p for p in inner.iterdir() if p.is_file() and not p.is_symlink())
            found += [(f"{name}{p.name}", p) for p in here]
    return found
