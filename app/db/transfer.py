"""Rows from one database into another, whatever engines they are: a site that moves, a copy to try something out."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from app.db.bulk import write_rows
from app.db.engine import Database
from app.db.schema import tables_of

AT_ONCE = 1_000


def copy_rows(
    source: Database,
    target: Database,
    *,
    without: Container[str] = (),
    only_into_empty: str = "",
    tick: Callable[[str, int], None] = lambda table, rows: None,
) -> dict[str, int]:
    """Copies all rows of a side's tables as they stand in one snapshot, in one transaction; how many by table.

    The target has the same side and the newest schema, and nothing in it but what the migrations put there (that goes).
    `only_into_empty` names a table that must have no row there: ValueError if it has. `tick(table, rows so far)`.
    What the target's database refuses is raised as it says it; then nothing was copied.
    """
    counts: dict[str, int] = {}
    with Session(source.read) as reading, Session(target.write) as writing:
        for table in tables_of(source.side):
            if table.name == only_into_empty and writing.execute(select(table).limit(1)).first() is not None:
                raise ValueError(f"{target.where} holds rows of {table.name} already: name an empty database")
        for table in tables_of(source.side):
            if table.name not in without:
                counts[table.name] = _copy(reading, writing, table, tick)
        writing.commit()
    return counts


def _copy(reading: Session, writing: Session, table: Table, tick: Callable[[str, int], None]) -> int:
    found = reading.execute(select(table), execution_options={"yield_per": AT_ONCE})
    names = [column.name for column in table.columns]
    if writing.execute(select(table).limit(1)).first() is not None:
        writing.execute(delete(table))
    done = 0
    for some in found.partitions():
        rows: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in some]
        write_rows(writing, table, rows)
        done += len(rows)
        tick(table.name, done)
    return done
