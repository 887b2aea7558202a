"""A site that leaves its file: everything of central's SQLite file into an empty PostgreSQL, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.db.engine import open_database
from app.db.founding import as_owner, found, said
from app.db.postgres_schema import NotOurs
from app.db.schema import migrate
from app.db.transfer import copy_rows
from app.settings import Server


def lift(copy: Path, admin: Server, tick: Callable[[str, int], None]) -> tuple[Server, dict[str, int]]:
    """Founds central on the server and copies all rows of the file into it; the worker's way in and rows by table.

    `copy` is a copy of central's file that nobody else has open: it is brought up to the newest schema first. `NotOurs`
    when the server's database is not empty or something in it is refused; then no row was copied.
    """
    founded = found(admin)
    assert founded.worker is not None
    source = open_database(copy, "central")
    try:
        migrate(source)
        with said(), as_owner(admin) as target:
            counts = copy_rows(source, target, tick=tick, only_into_empty="fact")
    except ValueError as error:
        raise NotOurs(str(error)) from None
    finally:
        source.close()
    return founded.worker, counts
