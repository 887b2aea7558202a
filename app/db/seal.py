"""A seal on a station's file: a checksum of every page, so that no byte that went bad on the disk is believed.

SQLite checks its write-ahead log, and of the file itself only what its trees need; a flipped bit in a name or in a
quantity it reads as it is. In WAL mode the file is written by checkpoints alone. So the station makes its checkpoints
itself (`Seal.fold`), and after each, before the log may begin anew, it writes down the checksums of the pages that the
checkpoint wrote, beside the file (`station.sqlite-seal`). At the next start every page must be as it is sealed, or be
in the log (`examine`). About 2 GB a second; a file that nobody sealed is looked through by SQLite's own quick_check.

A foreign hand on the file (a checkpoint by a command line, a lost log) is told by the marks of the log and makes the
seal mute, not false.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import struct
import sys
import zlib
from array import array
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import event

from app.db.engine import Database

log = logging.getLogger(__name__)
PAGES = 2_000
"""A scan that finds more pages in the log (8 MB) has it carried over, when nobody rested so long."""
IDLE_PAGES = 100
"""So many are enough when nobody waits."""
_HEAD = struct.Struct("<8s?3xIII8sI")
_MAGIC = b"PACKSEAL"
_LOG_HEAD = struct.Struct(">IIII8sII")
_FRAME = struct.Struct(">II8sII")
_AT_ONCE = 1_024
_SHM_FRAMES = 16
"""Where the shared memory of the log says how many frames are good (sqlite.org/walformat.html, mxFrame)."""


@dataclass(frozen=True, slots=True)
class Log:
    """The write-ahead log: its marks (`salt`, `turn`: how often it began anew), and the good pages in it.

    `sums`: checksum of the newest state of each page, by its number from 1. `size`: pages of the file after it, 0 when
    it is empty. `torn`: frames that belong to it follow after the last good one.
    """

    salt: bytes = b""
    turn: int = 0
    sums: dict[int, int] | None = None
    size: int = 0
    torn: bool = False


@dataclass(frozen=True, slots=True)
class Sealed:
    """What stands in a seal. `whole`: the file was closed with nothing left in a log; else the marks of the log."""

    whole: bool
    page: int
    turn: int
    salt: bytes
    sums: array[int]

    def speaks_of(self, there: Log) -> bool:
        """Whether the pages outside of this log must be as they are sealed: nobody else folded a log since."""
        if self.whole:
            return True
        same = (there.salt, there.turn) == (self.salt, self.turn)
        return same or (there.turn == self.turn + 1 and there.salt[:4] == _next(self.salt[:4]))


def _next(salt: bytes) -> bytes:
    return ((int.from_bytes(salt) + 1) & 0xFFFFFFFF).to_bytes(4)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `examine` found. `faults` in a few words, none for a sound file; `torn`: see `Log`."""

    faults: tuple[str, ...] = ()
    sealed: bool = False
    torn: bool = False


def _beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


def read_seal(file: Path) -> Sealed | None:
    """The seal of a file, None where there is none or it is not whole itself."""
    try:
        raw = _beside(file, "-seal").read_bytes()
    except FileNotFoundError:
        return None
    if len(raw) < _HEAD.size + 4 or zlib.crc32(raw[:-4]) != int.from_bytes(raw[-4:], "little"):
        return None
    magic, whole, page, turn, pages, salt, _ = _HEAD.unpack_from(raw)
    sums = array("I")
    sums.frombytes(raw[_HEAD.size : -4])
    if sys.byteorder == "big":
        sums.byteswap()
    return Sealed(whole, page, turn, salt, sums) if magic == _MAGIC and len(sums) == pages else None


def _write_seal(file: Path, sealed: Sealed, *, flush: bool) -> None:
    """In one write over the old one. Torn by a cut it is not whole and says nothing."""
    sums = array("I", sealed.sums)
    if sys.byteorder == "big":
        sums.byteswap()
    raw = _HEAD.pack(_MAGIC, sealed.whole, sealed.page, sealed.turn, len(sums), sealed.salt, 0) + sums.tobytes()
    handle = os.open(_beside(file, "-seal"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.pwrite(handle, raw + zlib.crc32(raw).to_bytes(4, "little"), 0)
        os.ftruncate(handle, len(raw) + 4)
        if flush:
            os.fdatasync(handle)
    finally:
        os.close(handle)


def read_log(file: Path, frames: int, *, behind: bool = False) -> Log:
    """The first `frames` frames of the log, which SQLite has found good; `behind`: what follows them as well."""
    try:
        with _beside(file, "-wal").open("rb") as stream:  # nobody ever locks this file
            head = stream.read(_LOG_HEAD.size)
            if len(head) < _LOG_HEAD.size:
                return Log()
            _, _, page, turn, salt, _, _ = _LOG_HEAD.unpack(head)
            step, size = _FRAME.size + page, 0
            raw = stream.read(-1 if behind else frames * step)
    except FileNotFoundError:
        return Log()
    newest: dict[int, int] = {}
    for number in range(frames):
        of, size, *_ = _FRAME.unpack_from(raw, number * step)
        newest[of] = number * step + _FRAME.size
    view = memoryview(raw)
    sums = {of: zlib.crc32(view[at : at + page]) for of, at in newest.items()}
    torn = any(_FRAME.unpack_from(raw, n * step)[2] == salt for n in range(frames, len(raw) // step))
    return Log(salt, turn, sums, size, torn)


# ---- before a file is used ------------------------------------------------------------------------------------------


def examine(path: Path) -> Verdict:
    """Whether a station's file may be believed; changes nothing. Nothing else of this process has it open.

    Raises sqlite3.OperationalError when it can't be opened or is locked: that says nothing about what is in it.
    """
    file = path.resolve()
    _roll_back(file)
    with ExitStack() as last:  # files are closed after the connection: the first close drops all locks of a process
        try:
            with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, isolation_level=None)) as connection:
                connection.execute("PRAGMA busy_timeout=10000")
                connection.execute("BEGIN")
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # reads the log, and checks it
                there = read_log(file, _good_frames(_opened(_beside(file, "-shm"), last)), behind=True)
                sealed = read_seal(file)
                if sealed is None or not sealed.speaks_of(there):
                    return Verdict(_quick_check(connection), False, there.torn)
                return Verdict(_unlike(_opened(file, last), sealed, there), True, there.torn)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if not is_damage(error):
                raise
            return Verdict((str(error),))


def _roll_back(file: Path) -> None:
    """Ends what was cut short before the file had a log at all, in the midst of its birth; only a writer may do that.

    What else SQLite has to say comes up again when the file is read.
    """
    if _beside(file, "-journal").exists():
        with suppress(sqlite3.DatabaseError, UnicodeDecodeError), closing(sqlite3.connect(file)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _opened(file: Path, last: ExitStack) -> int:
    """A file to be read, closed with the rest; -1 when there is none."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return -1
    last.callback(os.close, handle)
    return handle


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite says that a file is damaged, and not that it can't be had just now.

    What it says quotes the schema: where that is damaged Python can't even read the message.
    """
    return isinstance(error, UnicodeDecodeError) or getattr(error, "sqlite_errorname", "").startswith(
        ("SQLITE_CORRUPT", "SQLITE_NOTADB")
    )


def _good_frames(shared: int) -> int:
    raw = os.pread(shared, 48, 0) if shared >= 0 else b""
    return int.from_bytes(raw[_SHM_FRAMES : _SHM_FRAMES + 4], sys.byteorder) if len(raw) == 48 else 0


def _quick_check(connection: sqlite3.Connection) -> tuple[str, ...]:
    found = (str(row[0]) for row in connection.execute("PRAGMA quick_check(10)"))
    return tuple(words for words in found if words != "ok")


def _unlike(handle: int, sealed: Sealed, there: Log) -> tuple[str, ...]:
    """The pages of the file that are not as they were sealed and are not in the log either."""
    excused = there.sums or {}
    sums = _sums(handle, sealed.page)
    if sums == sealed.sums:
        return ()
    most = max(len(sums), len(sealed.sums))
    bad = [n for n in range(1, most + 1) if sums[n - 1 : n] != sealed.sums[n - 1 : n] and n not in excused]
    return (f"{len(bad)} of {most} pages are not as they were written: {bad[:10]}",) if bad else ()


def _sums(handle: int, page: int) -> array[int]:
    """The checksum of each page of a file."""
    sums, at = array("I"), 0
    while raw := os.pread(handle, page * _AT_ONCE, at):
        view = memoryview(raw)
        sums.extend(zlib.crc32(view[n : n + page]) for n in range(0, len(raw), page))
        at += len(raw)
    return sums


# ---- while a file is used -------------------------------------------------------------------------------------------


class Seal:
    """Keeps the seal of a file that this process has open. Made before the first connection; one thread calls it.

    No file that SQLite has open is opened and closed here: on POSIX that would drop SQLite's locks on it.
    """

    def __init__(self, database: Database, pages: int = PAGES) -> None:
        self._database = database
        self._pages = pages
        self._file = database.path
        self._handles = ExitStack()
        self._content = self._shared = -1
        self._sealed: Sealed | None = None
        self._folded: tuple[bytes, int, int] | None = None
        for engine in (database.write, database.relaxed, database.read):
            engine.dispose()
            event.listen(engine, "connect", _makes_no_checkpoint)

    def begin(self) -> None:
        """Takes up the seal that is there, or seals the file as it is now. Called once the file has its tables."""
        self._handles.close()
        self._file = self._database.path.resolve()
        self._content = _opened(self._file, self._handles)
        self._shared = _opened(_beside(self._file, "-shm"), self._handles)
        self._sealed, self._folded = read_seal(self._file), None
        if self.fold():
            self._mark()

    def is_due(self, pages: int = 0) -> bool:
        """Whether the log has grown so long that it should be carried over."""
        return _good_frames(self._shared) > (pages or self._pages)

    def rest(self) -> None:
        """Nobody waits just now: carries over what is there, and seals anew what somebody else carried over."""
        is_mute = self._sealed is None or not self._sealed.speaks_of(read_log(self._file, 0))
        if (is_mute or self.is_due(IDLE_PAGES)) and self.fold():
            self._mark()

    def fold(self) -> bool:
        """Carries the log over into the file and seals what it wrote; False when somebody reads or writes just now."""
        if self._database.path.resolve() != self._file:  # another file has taken its place
            self.begin()
            return True
        try:
            with closing(_bare(self._file)) as holder, closing(_bare(self._file)) as pump:
                holder.execute("BEGIN IMMEDIATE")  # nobody begins the log anew before its pages are sealed
                busy, frames, done = pump.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                if busy or frames != done:
                    return False
                folded = read_log(self._file, max(0, frames))
                if self._folded != (folded.salt, folded.turn, frames):
                    self._reseal(folded, int(pump.execute("PRAGMA page_size").fetchone()[0]))
                    self._folded = (folded.salt, folded.turn, frames)
            return True
        except (sqlite3.OperationalError, OSError) as error:
            log.info("the log is carried over later: %s", error)
            return False

    def _reseal(self, folded: Log, page: int) -> None:
        before = self._sealed
        if before is None or not before.speaks_of(folded):
            sums = _sums(self._content, page)
        elif not folded.sums:
            return
        else:
            sums = before.sums
            sums.extend([0] * (folded.size - len(sums)))
            del sums[folded.size :]
            for number, value in folded.sums.items():
                if number <= folded.size:
                    sums[number - 1] = value
        self._put(Sealed(not folded.salt, page, folded.turn, folded.salt or bytes(8), sums), flush=True)

    def _mark(self) -> None:
        """Begins the log anew: its head is flushed now and not by the next scan, and its marks stand in the seal."""
        with self._database.relaxed.begin() as connection:
            connection.exec_driver_sql("UPDATE itself SET one = 1")
        now = read_log(self._file, 0)
        if self._sealed is not None:
            self._put(replace(self._sealed, whole=False, turn=now.turn, salt=now.salt), flush=False)

    def _put(self, sealed: Sealed, *, flush: bool) -> None:
        self._sealed = sealed
        _write_seal(self._file, sealed, flush=flush)

    def close(self) -> None:
        """Carries over what is in the log, seals the file as whole and closes it. Nothing can be done with it then."""
        if self.fold() and self._sealed is not None:
            with suppress(OSError):
                self._put(replace(self._sealed, whole=True), flush=True)
        self._database.close()
        self._handles.close()


def _makes_no_checkpoint(connection: sqlite3.Connection, _entry: object) -> None:
    connection.execute("PRAGMA wal_autocheckpoint=0")


def _bare(file: Path) -> sqlite3.Connection:
    """A connection that waits for nobody."""
    connection = sqlite3.connect(file, timeout=0, isolation_level=None)
    connection.execute("PRAGMA wal_autocheckpoint=0")
    return connection
