"""`packbay backup` and `packbay restore`: a whole home as one file, and back (docs/backup.md)."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from app.archive import BadArchive, Manifest, files_of, flush_folder, pack, place_of, read_manifest, unpack
from app.cli.base import Commands, command_of
from app.clock import SystemClock
from app.db import central_write, migrate, open_database, reading, station_write
from app.db.copies import copy_database, faults_of, is_held, known_revisions, revision_of
from app.errors import Problem, Refused
from app.inventory.queries import differences
from app.settings import Home, home
from app.sync.restoring import Stream, continues, forget_numbers, stream_of
from app.text import NOTHING, Text, say, verbatim
from app.work.service.numbers import skip_numbers

CENTRAL, STATION, PEPPER = "central.sqlite", "station.sqlite", "pepper"
CONFIGS = ("station.toml", "central.toml", "screen.json", "pictures/", "mails/")
"""What a home holds beside its databases; a name with `/` is a folder with plain files."""
INBOX = "inbox"
"""The hot folder, where the site has it in the home."""


def add(commands: Commands) -> None:
    """Adds `backup` and `restore`."""
    made = command_of(commands, "backup", "the whole home as one file, while the kiosk goes on working", _backup)
    made.add_argument("file", type=Path, metavar="FILE", help="a new file, or a folder for one named by date and time")
    made.add_argument("--with-secrets", action="store_true", help="the key of the PINs too: keep such a file locked up")
    back = command_of(commands, "restore", "a home out of a backup; the home that was is kept beside it", _restore)
    back.add_argument("file", type=Path, metavar="FILE")
    back.add_argument(
        "--station-too", action="store_true",
        help="put the station back as well, although its own file is sound and knows more",
    )  # fmt: skip


# ---- backup ---------------------------------------------------------------------------------------------------------


def _backup(options: Any) -> int:
    place, now = home(options.home), SystemClock().now()
    target: Path = options.file
    if target.is_dir():
        target = target / f"packbay-{now:%Y%m%d-%H%M%S}.zip"
    if not place.central_file.exists():
        raise _refused(say("There is nothing to back up in {home}", home=str(place.root)))
    if target.exists():
        raise _refused(say("{file} is there already: a backup never replaces another", file=str(target)))
    with beside(target, ".copies") as folder:
        _copy_databases(place, folder, Bar(options))
        ledger_ok = _check_copies(folder)
        files, left_out = _files(place, folder, secrets=options.with_secrets)
        manifest = pack(
            target, files, made_at=now.isoformat(timespec="seconds"), version=version("packbay"),
            revision=revision_of(folder / CENTRAL),
            secrets=any(name == PEPPER for name, _ in files), tick=Bar(options, "packed"),
        )  # fmt: skip
    _tell(options, target, manifest, ledger_ok=ledger_ok, left_out=left_out)
    return 0 if ledger_ok and not left_out else 1


def _copy_databases(place: Home, folder: Path, bar: Bar) -> None:
    """Central first: a station that is ahead of central tells it again, one that is behind would not fit."""
    copy_database(place.central_file, folder / CENTRAL, bar.said("central"))
    if place.station_file.exists():
        copy_database(place.station_file, folder / STATION, bar.said("station"))


def _check_copies(folder: Path) -> bool:
    """Whether on hand is the sum of the ledger in the copy. Refused when SQLite itself finds a fault."""
    for name in (CENTRAL, STATION):
        path = folder / name
        if path.exists() and (faults := faults_of(path)):
            raise _refused(say("The copy of {name} is damaged: {why}", name=name, why=faults[0]))
    return not ledger_faults(folder / CENTRAL)


def ledger_faults(path: Path) -> int:
    """In how many places on hand is not the sum of the ledger, in a file that nobody else has open."""
    database = open_database(path, "central")
    try:
        migrate(database)
        with reading(database) as session:
            return len(differences(session))
    finally:
        database.close()


def _files(place: Home, folder: Path, *, secrets: bool) -> tuple[list[tuple[str, Path]], list[str]]:
    """What goes into the archive, and what has a name that no archive carries."""
    files = files_of(folder, (CENTRAL, STATION))
    others = files_of(place.root, (*CONFIGS, PEPPER) if secrets else CONFIGS)
    left_out = []
    for name, path in others:
        try:
            place_of(folder, name)
            files.append((name, path))
        except BadArchive:
            left_out.append(name)
    return files, left_out


def _tell(options: Any, target: Path, manifest: Manifest, *, ledger_ok: bool, left_out: list[str]) -> None:
    size = target.stat().st_size
    if options.json:
        said = {
            "file": str(target), "bytes": size, "files": len(manifest.entries), "revision": manifest.revision,
            "version": manifest.version, "secrets": manifest.secrets, "ledger_ok": ledger_ok, "left_out": left_out,
        }  # fmt: skip
        print(json.dumps(said, ensure_ascii=False))
    else:
        print(f"{target}: {len(manifest.entries)} files, {size / 1e6:.1f} MB, schema {manifest.revision}, checked")
    if not ledger_ok:
        print("packbay: on hand is not the sum of the ledger: see `packbay stock verify`", file=sys.stderr)
    for name in left_out:
        print(f"packbay: left out, its name is none for a file: {name!r}", file=sys.stderr)


# ---- restore --------------------------------------------------------------------------------------------------------


def _restore(options: Any) -> int:
    place = home(options.home)
    try:
        manifest = read_manifest(options.file)
        _must_be_readable(manifest)
        with nobody_works(place), beside(place.root, ".restoring") as folder:
            unpack(options.file, folder, Bar(options, "unpacked"))
            known_more = _keep_station(Home(folder), place) if not options.station_too else False
            faults, gaps = _prepare(Home(folder), place, station_forgot=not known_more)
            kept = _swap(folder, place.root)
    except BadArchive as error:
        raise _refused(say("{file} can't be restored: {why}", file=str(options.file), why=str(error))) from error
    if options.json:
        said = {
            "home": str(place.root),
            "before": str(kept or ""),
            "made_at": manifest.made_at,
            "ledger_ok": not faults,
        }
        print(json.dumps({**said, "station_kept": known_more, "skipped_numbers": gaps}, ensure_ascii=False))
    else:
        print(f"{place.root} is what it was at {manifest.made_at}; files: {len(manifest.entries)}")
        if known_more:
            print("The station's own file was sound and knows more: it is kept, and tells central again what it did")
        print(f"The home before lies in {kept}" if kept else "There was no home before")
    if faults:
        print(f"packbay: on hand is not the sum of the ledger in {faults} places", file=sys.stderr)
    return 1 if faults else 0


def _must_be_readable(manifest: Manifest) -> None:
    if manifest.revision not in known_revisions():
        raise _refused(
            say("It was made by a newer program (version {version})", version=manifest.version),
            say("Install that version, then restore"),
        )
    if CENTRAL not in {entry.name for entry in manifest.entries}:
        raise BadArchive("it holds no database of central")


@contextmanager
def nobody_works(place: Home) -> Iterator[None]:
    """Holds the lock of the kiosk meanwhile; Refused when a kiosk runs or something writes to central."""
    if not place.root.exists():
        yield
        return
    lock = os.open(place.root / "station.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise _refused(say("A kiosk runs on {home}", home=str(place.root)), say("Close it, then restore")) from None
        if place.central_file.exists() and is_held(place.central_file):
            raise _refused(say("Something is writing to {home}", home=str(place.root)), say("Let it end, then restore"))
        yield
    finally:
        os.close(lock)


def _keep_station(fresh: Home, old: Home) -> bool:
    """Takes over the station's file that lies there when it is sound and goes on where the backup stops.

    What hands did since the backup is in it, and only in it: it tells central again (SYNC: central lost its end).
    """
    if not old.station_file.exists() or faults_of(old.station_file):
        return False
    earlier: Stream | None = None
    if fresh.station_file.exists():
        with _station(fresh.station_file) as session:
            earlier = stream_of(session)
    with _station(old.station_file) as session:
        if not continues(session, earlier):
            return False
    fresh.station_file.unlink(missing_ok=True)
    copy_database(old.station_file, fresh.station_file)
    return True


@contextmanager
def _station(path: Path) -> Iterator[Any]:
    database = open_database(path, "station")
    try:
        with reading(database) as session:
            yield session
    finally:
        database.close()


def _prepare(fresh: Home, old: Home, *, station_forgot: bool) -> tuple[int, dict[str, tuple[int, int]]]:
    """Makes the unpacked home one to work in: schema, numbers, the key of the PINs; (ledger faults, skipped numbers).

    What was done after the backup is forgotten here but not in the world: numbers that were leased since then stand on
    parcels and in other stations' files. So central begins beyond a gap, and a station that went back as well asks for
    a new range.
    """
    fresh.make()
    for name in (CENTRAL, STATION):
        if (fresh.root / name).exists() and (faults := faults_of(fresh.root / name)):
            raise BadArchive(f"{name} is damaged: {faults[0]}")
    database = open_database(fresh.central_file, "central")
    try:
        migrate(database)
        with central_write(database) as session:
            gaps = skip_numbers(session)
        with reading(database) as session:
            faults_found = len(differences(session))
    finally:
        database.close()
    if fresh.station_file.exists():
        database = open_database(fresh.station_file, "station")
        try:
            migrate(database)
            if station_forgot:
                with station_write(database) as session:
                    forget_numbers(session)
        finally:
            database.close()
    _carry_over(fresh, old)
    return faults_found, gaps


def _carry_over(fresh: Home, old: Home) -> None:
    """What lies in the old home and in no backup: the key that the PINs were set with, and orders not taken in yet."""
    if not fresh.pepper_file.exists() and old.pepper_file.is_file():
        shutil.copy2(old.pepper_file, fresh.pepper_file)
    if (old.root / INBOX).is_dir():
        past = shutil.ignore_patterns("done", "refused", ".lock")
        shutil.copytree(old.root / INBOX, fresh.root / INBOX, symlinks=True, ignore=past)


def _swap(folder: Path, root: Path) -> Path | None:
    """Puts the folder in the place of the home; where the home before is kept, None when there was none."""
    kept: Path | None = None
    if root.exists():
        number, kept = 1, root.with_name(f"{root.name}.before-restore")
        while kept.exists():
            number += 1
            kept = root.with_name(f"{root.name}.before-restore-{number}")
        root.rename(kept)
    try:
        folder.rename(root)
    except OSError:
        if kept is not None:
            kept.rename(root)
        raise
    flush_folder(root.parent)
    return kept


# ---- both -----------------------------------------------------------------------------------------------------------


@contextmanager
def beside(path: Path, tail: str) -> Iterator[Path]:
    """A folder for this user alone on the same file system as `path`; gone afterwards unless it was moved away."""
    path.absolute().parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{path.name}{tail}-", dir=path.absolute().parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Bar:
    """A bar on stderr when a person looks on; nothing for scripts."""

    def __init__(self, options: Any, words: str = "") -> None:
        self._words = words
        self._shown = sys.stderr.isatty() and not options.json
        self._last = -1

    def said(self, words: str) -> Callable[[int, int], None]:
        """The same bar for something else."""
        self._words, self._last = words, -1
        return self

    def __call__(self, done: int, total: int) -> None:
        percent = 100 * done // total if total else 100
        if self._shown and percent != self._last:
            self._last = percent
            end = "\n" if percent == 100 else ""
            print(
                f"\r{self._words:<10} {'█' * (percent // 4):<25} {percent:>3} %", end=end, file=sys.stderr, flush=True
            )


def _refused(what: Text, do: Text = NOTHING) -> Refused:
    unchanged = verbatim("Nothing was changed")
    return Refused(Problem(name="Backup", what=what, do=(do,) if do else (), unchanged=unchanged))
