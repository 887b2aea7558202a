"""What is wrong with the machine under the program, in words for the person before it: a full disk, a damaged file."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from app.errors import Problem
from app.text import NOTHING, Text, say
from app.view import Chip, Tone

LOW, LEAST = 1_000_000_000, 200_000_000
"""Bytes left on the disk from which on it is said, and from which on it is said loudly."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_REFUSED = (errno.EROFS, errno.EIO)
KEPT = say("This scan was not counted. Everything before it is kept.")


def free_bytes(folder: Path) -> int | None:
    """Room on the disk for this user, None where nobody can tell."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize


def disk_chip(free: int | None) -> Chip | None:
    """The chip of a disk that fills up, None as long as there is room."""
    if free is None or free >= LOW:
        return None
    megabytes = free // 1_000_000
    if free < LEAST:
        return Chip("database", say("Disk almost full: {n} MB", n=megabytes), Tone.ERROR)
    return Chip("database", say("Disk: {n} MB left", n=megabytes), Tone.WARN)


def problem_of(error: Exception, reference: str) -> Problem:
    """What the screen says of an error that nobody foresaw, with the reference under which it is logged."""
    what, do = _words(error)
    return Problem(
        name="Crash" if what is NOTHING else "Disk",
        what=what or say("Something went wrong here"),
        detail=say("Reference {reference}", reference=reference),
        do=do or (say("Scan it once more"), say("If it comes again, call the shift lead")),
        unchanged=KEPT,
    )


def _words(error: Exception) -> tuple[Text, tuple[Text, ...]]:
    cause = getattr(error, "orig", None) or error  # SQLAlchemy wraps what SQLite said
    name = getattr(cause, "sqlite_errorname", "")
    number = getattr(cause, "errno", None)
    if name.startswith("SQLITE_FULL") or number in _FULL:
        words = say("The disk of this station is full: it can't keep what you scan")
        return words, (say("Call the shift lead: files must be moved away"), say("Then scan it once more"))
    if name.startswith(("SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN")) or number in _REFUSED:
        words = say("The disk of this station takes nothing: it can't keep what you scan")
        return words, (say("Call the shift lead"), say("Then scan it once more"))
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or isinstance(cause, UnicodeDecodeError):
        words = say("This station's memory is damaged")
        return words, (say("Switch the station off and on: it mends itself"),)
    return NOTHING, ()
