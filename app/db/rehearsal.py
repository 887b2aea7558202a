"""A copy of a database to try something out: nobody waits for it, and nothing of it stays."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app.db.engine import Database, open_database
from app.db.schema import migrate
from app.db.transfer import copy_rows

HISTORY = frozenset({"fact", "fact_again", "movement", "feed", "ask", "answer"})
"""What grows for ever and no import looks at: it is left out of the copy of a server."""


@contextmanager
def rehearsal(database: Database) -> Iterator[Database]:
    """A copy as it stands now, in a file, gone afterwards. The floor writes on meanwhile.

    Of a file it lies beside it and is complete; of a server it lies among temporary files, without the history.
    """
    beside = None if database.is_server else database.path.parent
    with tempfile.TemporaryDirectory(prefix="try-", dir=beside) as folder:
        copy = open_database(Path(folder) / "copy.sqlite", database.side)
        try:
            if database.is_server:
                migrate(copy)
                copy_rows(database, copy, without=HISTORY)
            else:
                _copy_file(database, copy)
            yield copy
        finally:
            copy.close()


def _copy_file(database: Database, copy: Database) -> None:
    with closing(database.read.raw_connection()) as source, closing(copy.write.raw_connection()) as made:
        if source.driver_connection is None or made.driver_connection is None:
            raise RuntimeError("a connection of the pool has no connection of the driver")
        source.driver_connection.backup(made.driver_connection)
