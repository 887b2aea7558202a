"""Copies of a database while others work in it, and whether a copy is sound. SQLite's own online backup, no sessions.

The copy is one snapshot: the source is held open in a read transaction, so writers go on and no step begins anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from app.db.schema import known_revisions

__all__ = ["copy_database", "faults_of", "is_held", "known_revisions", "revision_of"]

PAGES_A_STEP = 1_000


def copy_database(source: Path, target: Path, tick: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Copies a database file that may be in use; `tick(done, total)` counts pages. OSError when it can't be read."""
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, isolation_level=None)) as old:
            old.execute("PRAGMA busy_timeout=30000")
            old.execute("BEGIN")
            old.execute("SELECT count(*) FROM sqlite_master").fetchone()
            with closing(sqlite3.connect(target)) as new:
                old.backup(new, pages=PAGES_A_STEP, progress=lambda _, left, total: tick(total - left, total))
                new.execute("PRAGMA journal_mode=DELETE")  # one file, no log beside it
    except sqlite3.Error as error:
        raise OSError(f"{source} can't be copied: {error}") from error
    target.chmod(0o600)


def faults_of(path: Path) -> tuple[str, ...]:
    """What SQLite finds wrong with a file (at most ten lines), nothing when it is sound."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(10)")]
    except sqlite3.Error as error:
        return (str(error),)
    return tuple(line for line in found if line != "ok")


def is_held(path: Path) -> bool:
    """Whether another process is writing into this database just now (or has it locked)."""
    try:
        with closing(sqlite3.connect(path, timeout=1.0, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    return False


def revision_of(path: Path) -> str:
    """The revision of a file's schema, "" for none."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return ""
    return str(row[0]) if row else ""
