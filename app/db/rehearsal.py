"""A copy of a database to try something out: nobody waits for it, and nothing of it stays."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app.db.engine import Database, open_database


@contextmanager
def rehearsal(database: Database) -> Iterator[Database]:
    """A copy of a SQLite file as it stands now, beside it, gone afterwards. The floor writes on meanwhile."""
    with tempfile.TemporaryDirectory(prefix="try-", dir=database.path.parent) as folder:
        target = Path(folder) / database.path.name
        copy = open_database(target, database.side)
        with closing(database.read.raw_connection()) as source, closing(copy.write.raw_connection()) as made:
            if source.driver_connection is None or made.driver_connection is None:
                raise RuntimeError("a connection of the pool has no connection of the driver")
            source.driver_connection.backup(made.driver_connection)
        try:
            yield copy
        finally:
            copy.close()
