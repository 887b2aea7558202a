"""The hot folder: files that are dropped into it are taken, once each and only when they are whole.

A file is claimed by an atomic rename into a folder of its own under `working`; when it is done it moves to `done` or
`refused` with a report beside it. Whoever serves the folder holds its lock, so a claim that is found at the start is
one that a crash left behind: it is taken again, which changes nothing that went in before.

Only plain files are touched: no links, no folders, no pipes. A name is never taken for more than one step of a path.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import BinaryIO

from app.ids import new_id
from app.receipt.service.keeping import Keep

SETTLE_NS = 2_000_000_000
"""How long size and time of a file must stand still until it counts as whole."""
PATIENCE_NS = 30_000_000_000
"""The same for a file that ends as if more were to come."""
WORKING, DONE, REFUSED = "working", "done", "refused"
MAPPINGS = ("mapping.toml", "mapping.json")
_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".download", ".swp", "~")
_TAIL = 256
_PLAIN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""How a file is opened that may be a trap: no link is followed, no pipe is waited for."""


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it was seen; `since_ns` is when it was first seen so."""

    identity: tuple[int, int, int, int]
    since_ns: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that is ours: where it lies now, what it was called, the folder it came from (below the inbox)."""

    path: Path
    name: str
    folder: str

    @property
    def shown(self) -> str:
        """The name as it can be written down anywhere."""
        return self.name.encode("utf-8", "replace").decode()


class Inbox:
    """One hot folder with its subfolders of one level."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._looks: dict[Path, Look] = {}

    def make(self) -> Inbox:
        """Creates the folders, private to this user."""
        for folder in (self.root, *(self.root / name for name in (WORKING, DONE, REFUSED))):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether nobody else serves this folder now. The lock goes with its process."""
        file = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield True
        except BlockingIOError:
            yield False
        finally:
            os.close(file)

    # ---- looking ---------------------------------------------------------------------------------------------------

    def whole_files(self, mono_ns: int) -> list[Path]:
        """Files that have stood still long enough, the oldest first. Call it again and again."""
        looks: dict[Path, Look] = {}
        ready: list[tuple[int, Path]] = []
        for path, found in self._files():
            identity = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            before = self._looks.get(path)
            look = before if before is not None and before.identity == identity else Look(identity, mono_ns)
            looks[path] = look
            stood = mono_ns - look.since_ns
            if found.st_size and stood >= SETTLE_NS and (stood >= PATIENCE_NS or ends_whole(path)):
                ready.append((found.st_mtime_ns, path))
        self._looks = looks
        return [path for _, path in sorted(ready)]

    def is_waiting(self) -> bool:
        """Whether something lies here that may become whole, or was claimed and is not done."""
        return bool(_scan(self.root / WORKING)) or any(found.st_size for _, found in self._files())

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        """Plain files that may hold orders, in the inbox and in its subfolders."""
        for folder in self._folders():
            for entry in _scan(folder):
                if _is_ours(entry.name):
                    with suppress(OSError):
                        found = entry.stat(follow_symlinks=False)
                        if stat.S_ISREG(found.st_mode):
                            yield folder / entry.name, found

    def _folders(self) -> Iterator[Path]:
        yield self.root
        for entry in _scan(self.root):
            own = entry.name in (WORKING, DONE, REFUSED) or entry.name.startswith(".")
            if not own and entry.is_dir(follow_symlinks=False):
                yield self.root / entry.name

    def mapping(self, claim: Claim) -> Path | None:
        """The mapping that lies in the folder from which a file came."""
        home = self.root / claim.folder if claim.folder else self.root
        for name in MAPPINGS:
            with suppress(OSError):
                if stat.S_ISREG((home / name).lstat().st_mode):
                    return home / name
        return None

    # ---- taking ----------------------------------------------------------------------------------------------------

    def claim(self, path: Path) -> Claim | None:
        """Takes a file; None when it is gone or somebody else was faster."""
        own = self.root / WORKING / new_id().hex()
        own.mkdir(mode=0o700)
        folder = "" if path.parent == self.root else path.parent.name
        _note(own, folder)
        try:
            path.rename(own / path.name)
        except OSError:
            _remove(own)
            return None
        self._looks.pop(path, None)
        return Claim(own / path.name, path.name, folder)

    def left_behind(self) -> list[Claim]:
        """What was claimed by somebody who did not come to its end; ask only while you are `alone`."""
        found = []
        for entry in sorted(_scan(self.root / WORKING), key=lambda e: e.name):
            own = self.root / WORKING / entry.name
            if not entry.is_dir(follow_symlinks=False):
                continue
            names = [inner.name for inner in _scan(own) if not inner.name.startswith(".")]
            if names:
                found.append(Claim(own / names[0], names[0], _noted(own)))
            else:
                _remove(own)
        return found

    def count_try(self, claim: Claim) -> int:
        """How often this file was begun, this time included: one that ends every process must not do so for ever."""
        note = claim.path.parent / _TRIES
        try:
            tries = int(note.read_text("ascii")) + 1
        except (OSError, ValueError):
            tries = 1
        _write(note, str(tries))
        return tries

    def forgive(self, claim: Claim) -> None:
        """It was not the file's fault that it could not be taken now."""
        with suppress(OSError):
            (claim.path.parent / _TRIES).unlink(missing_ok=True)

    def give_back(self, claim: Claim) -> None:
        """Puts a file back where it came from: it is not whole yet. Under another name where its own is taken."""
        home = self.root / claim.folder if claim.folder else self.root
        if not home.is_dir():
            home = self.root
        claim.path.rename(_free_name(home, claim.name))
        _remove(claim.path.parent)

    def finish(self, claim: Claim, report: dict[str, object], lines: list[str], *, refused: bool) -> Path:
        """Moves a file to where it ends and writes what became of it beside it; where it lies then."""
        target = _free_name(self.root / (REFUSED if refused else DONE), claim.name, 255 - len(".report.json.part"))
        body = json.dumps({**report, "file": claim.shown}, ensure_ascii=False, indent=1)
        _write(target.with_name(f"{target.name}.report.json"), body + "\n")
        if lines:
            _write(target.with_name(f"{target.name}.report.txt"), "\n".join(lines) + "\n")
        claim.path.rename(target)
        _remove(claim.path.parent)
        return target

    # ---- forgetting ------------------------------------------------------------------------------------------------

    def forget(self, now: datetime, keep: Keep) -> int:
        """Deletes what was taken longer ago than it is kept, with its reports; how many files. Only while `alone`.

        When a file was taken says its inode: the move into its folder changed that, whatever times the shop gave it.
        """
        gone = 0
        for name, days in ((DONE, keep.keep_done_days), (REFUSED, keep.keep_refused_days)):
            before = (now - timedelta(days=days)).timestamp()
            for entry in _scan(self.root / name) if days else ():
                with suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(found.st_mode) and found.st_ctime < before:
                        (self.root / name / entry.name).unlink()
                        gone += 1
        return gone


@contextmanager
def opened(claim: Claim) -> Iterator[BinaryIO]:
    """The bytes of a claimed file. Raises OSError for whatever is no plain file any more."""
    number = os.open(claim.path, _PLAIN)
    with os.fdopen(number, "rb") as stream:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError("it is no plain file")
        yield stream


def state_of(stream: BinaryIO) -> tuple[int, int]:
    """Size and time of an open file: what changes when somebody still writes into it."""
    found = os.fstat(stream.fileno())
    return found.st_size, found.st_mtime_ns


def ends_whole(path: Path) -> bool:
    """Whether a file ends as one that was written to its end: JSON with its bracket, a table with its line."""
    try:
        with os.fdopen(os.open(path, _PLAIN), "rb") as stream:
            begin = stream.read(_TAIL).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - _TAIL))
            end = stream.read()
    except OSError:
        return False
    if begin in (b"{", b"["):
        return end.rstrip()[-1:] in (b"}", b"]")
    return end[-2:].strip(b"\0") in (b"\n", b"\r\n", b"\r") or end.endswith((b"\n", b"\r"))


# ---- names and small files ------------------------------------------------------------------------------------------

_NOTE = ".from"
_TRIES = ".tries"


def _is_ours(name: str) -> bool:
    """Whether a name is one that people give to a finished file."""
    low = name.casefold()
    return not (low.startswith((".", "~")) or low.endswith(_UNFINISHED) or low in MAPPINGS)


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _free_name(folder: Path, name: str, most: int = 255) -> Path:
    """A name of at most so many bytes in a folder that nothing has yet: its own, else with a number."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem, dot, ending = name.rpartition(".")
    stem, tail = (stem, dot + ending) if stem and len(ending) <= 8 else (name, "")
    ends = (f"-{n}{tail}" if n > 1 else tail for n in count(1))
    names = (_cut(stem, most - len(os.fsencode(end))) + end for end in ends)
    return next(folder / free for free in names if not os.path.lexists(folder / free))


def _cut(name: str, most: int) -> str:
    """A name in at most so many bytes, which is what file systems count."""
    return os.fsdecode(os.fsencode(name)[:most])


def _note(own: Path, folder: str) -> None:
    if folder:
        _write(own / _NOTE, folder)


def _noted(own: Path) -> str:
    """The subfolder that a claim came from; one step, whatever stands there."""
    try:
        folder = (own / _NOTE).read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
    return "" if "/" in folder or "\0" in folder or folder in (".", "..") else folder


def _write(path: Path, text: str) -> None:
    """A file that is there whole or not at all."""
    part = path.with_name(path.name + ".part")
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(number, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
        file.flush()
        os.fsync(number)
    part.replace(path)


def _remove(own: Path) -> None:
    with suppress(OSError):
        for name in (_NOTE, _TRIES):
            (own / name).unlink(missing_ok=True)
        own.rmdir()
