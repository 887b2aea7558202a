"""How a database file is, for people who look after one: damage, age of its schema, the newest thing in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from app.db.engine import Database
from app.db.schema import alembic_config
from app.models import FactRow


@dataclass(frozen=True, slots=True)
class Shape:
    """`faults` in SQLite's own words, none when the file is sound; the schema's revision here and in this program."""

    faults: tuple[str, ...]
    revision: str
    wanted: str
    newest_at: datetime | None = None


def shape(database: Database) -> Shape:
    """Reads the whole file once (seconds per GB); changes nothing."""
    try:
        return _shape(database)
    except DBAPIError as error:  # a file that is no database at all is a fault like any other
        return Shape((str(error.orig),), "", "")


def _shape(database: Database) -> Shape:
    with database.read.connect() as connection:
        rows = connection.exec_driver_sql("PRAGMA quick_check").scalars().all()
        faults = tuple(str(row) for row in rows if row != "ok")
        there, wanted = _revisions(connection, database.side)
        newest = connection.scalar(select(func.max(FactRow.at))) if there == wanted and not faults else None
    return Shape(faults, there, wanted, newest)


def _revisions(connection: Connection, side: str) -> tuple[str, str]:
    script = ScriptDirectory.from_config(alembic_config(connection, side))
    there = MigrationContext.configure(connection).get_current_heads()
    return "/".join(there), "/".join(script.get_heads())
