"""The home: its folder and its databases."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from app.clock import SystemClock
from app.db import Database, open_database, reading
from app.db.condition import shape
from app.inventory.queries import differences
from app.settings import Home
from app.text import say
from ui.doctor.finding import Finding

LEAST_FREE = 1_000_000_000
NETWORKED = ("nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p")


def look(home: Home) -> Iterator[Finding]:
    """Folder, room on the disk, both databases."""
    if not home.root.is_dir():
        act = say("It is made by the first command that needs it; PACKBAY_HOME names another")
        yield Finding("Home", "attention", say("{folder} is not there yet", folder=str(home.root)), act)
        return
    yield _folder(home.root)
    yield _disk(home.root)
    for side, file in (("central", home.central_file), ("station", home.station_file)):
        if file.exists():
            yield from _database(side, file)


def _folder(root: Path) -> Finding:
    folder = str(root)
    if not os.access(root, os.W_OK):
        return Finding("Home", "away", say("{folder} can't be written", folder=folder), say("Give it to this user"))
    if stat.S_IMODE(root.stat().st_mode) & 0o077:
        act = say("chmod 700 {folder}", folder=folder)
        return Finding("Home", "attention", say("{folder} can be read by other users", folder=folder), act)
    return Finding("Home", "ok", say("{folder}", folder=folder))


def _disk(root: Path) -> Finding:
    kind = _file_system(root)
    if kind in NETWORKED:
        act = say("Move the home to a disk of this machine: a database on a network folder can be damaged")
        return Finding("Disk", "away", say("the home lies on a network ({kind})", kind=kind), act)
    free = shutil.disk_usage(root).free
    words = say("{mb} MB are free ({kind})", mb=free // 1_000_000, kind=kind or "?")
    if free < LEAST_FREE:
        return Finding("Disk", "attention", words, say("Make room: a full disk stops all work"))
    return Finding("Disk", "ok", words)


def _file_system(root: Path) -> str:
    """The kind of the file system that the folder lies on, by the longest mount point; "" where nobody says."""
    try:
        mounts = [line.split() for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return ""
    at = str(root.resolve())
    over = [(m[1], m[2]) for m in mounts if at == m[1] or at.startswith(m[1].rstrip("/") + "/")]
    return max(over, key=lambda m: len(m[0]), default=("", ""))[1]


def _database(side: str, file: Path) -> Iterator[Finding]:
    what = f"Database {side}"
    database = open_database(file, side)
    try:
        found = shape(database)
        if found.faults:
            act = say("Stop the kiosk and restore the last backup: packbay restore")
            if side == "station":
                act = say("Start the kiosk anew: it mends this file by itself")
            yield Finding(what, "away", say("{file} is damaged: {fault}", file=file.name, fault=found.faults[0]), act)
            return
        if found.revision != found.wanted:
            words = say("its schema is {there}, this program's is {wanted}", there=found.revision, wanted=found.wanted)
            yield Finding(what, "attention", words, say("The next start brings it up to date; back up before"))
            return
        yield Finding(what, "ok", say("is sound, {mb} MB", mb=file.stat().st_size // 1_000_000))
        if side == "central":
            yield _ledger(database)
        elif found.newest_at is not None and found.newest_at > SystemClock().now():
            act = say("Set the clock (timedatectl); the order of what was done does not suffer")
            yield Finding("Clock", "attention", say("it is before the newest fact of this station"), act)
    finally:
        database.close()


def _ledger(database: Database) -> Finding:
    with reading(database) as session:
        found = differences(session)
    if found:
        act = say("packbay stock verify names them")
        return Finding("Ledger", "away", say("{n} balances are not the sum of their movements", n=len(found)), act)
    return Finding("Ledger", "ok", say("on hand is the sum of all movements"))
