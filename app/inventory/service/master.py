"""How every table of master data goes in: row by row, each judged before it is written, all idempotent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.channels.base import Columns, Fields, ImportResult, RowError, Tally, read_table
from app.db import Parts, changed
from app.db.feed import table_of
from app.models import Model
from app.text import say

Write = Callable[[], tuple[bool, bool]]
"""Writes one record and says (whether it is new, whether anything changed)."""
Read = Callable[[Fields], tuple[str, Write]]
"""Reads one row: the record's own name within the file, and how to write it."""


@contextmanager
def trial(session: Session, dry_run: bool) -> Iterator[None]:
    """With `dry_run` everything inside is taken back at the end, also what was marked for the feed."""
    marks = dict(session.info["changed"])
    with session.begin_nested() as savepoint:
        yield
        if dry_run:
            savepoint.rollback()
            session.info["changed"] = marks


def import_rows(
    session: Session,
    data: bytes,
    *,
    file: str,
    columns: Columns,
    read: Callable[[Tally], Read],
    dry_run: bool,
    after: Callable[[], object] | None = None,
) -> ImportResult:
    """Imports a table. Good rows go in, bad ones are named; a record that stands twice in the file is refused.

    `read` gets the tally (for warnings) and gives the reader of one row; `after` writes what the rows so far said, at
    the latest when all are read. In a session of `central_in_parts` rows are committed part by part. Raises `BadFile`
    when it is no such table.
    """
    tally = Tally()
    errors: list[RowError] = []
    table = read_table(data, file, columns)
    tally.warnings += table.warnings
    seen: dict[str, int] = {}
    parts: Parts | None = session.info.get("parts")
    with trial(session, dry_run) if parts is None else nullcontext():
        reader = read(tally)
        if parts is not None:
            parts.begin()
        for f in table.fields(errors):
            before = len(errors)
            name, write = reader(f)
            if len(errors) == before and name in seen:
                f.wrong(columns.required[0], name, say("a record of its own: row {row} has it already", row=seen[name]))
            if len(errors) == before:
                seen[name] = f.row
                new, different = write()
                tally.count(new=new, changed=different)
            if parts is not None:
                parts.row(f.row, after)
        session.flush()
        if after is not None:
            after()
    tally.errors += dict.fromkeys(errors)
    return tally.result()


def given(f: Fields, values: dict[str, object], always: tuple[str, ...]) -> dict[str, object]:
    """Of these values those whose column the file has: a file with fewer columns leaves the rest as it is."""
    return {name: value for name, value in values.items() if name in always or name in f.values}


class Register:
    """All rows of one table by primary key, read once; `put` inserts, updates or leaves as it is."""

    def __init__(self, session: Session, model: type[Model]) -> None:
        self.session = session
        self.model = model
        self._mirrored = table_of(model.__tablename__) is not None
        self._names = [c.name for c in inspect(model).primary_key]
        self._rows: dict[tuple[object, ...], Any] = {self._key(row): row for row in session.scalars(select(model))}

    def _key(self, row: Any) -> tuple[object, ...]:
        return tuple(getattr(row, name) for name in self._names)

    def __contains__(self, key: tuple[object, ...]) -> bool:
        return key in self._rows

    def put(self, **values: object) -> tuple[bool, bool]:
        """Makes the row of this primary key have these values; (new, changed). Others it has are left alone."""
        key = tuple(values[name] for name in self._names)
        row = self._rows.get(key)
        new = row is None
        if row is None:
            row = self._rows[key] = self.model(**values)
            self.session.add(row)
        else:
            values = {name: v for name, v in values.items() if getattr(row, name) != v}
            for name, value in values.items():
                setattr(row, name, value)
        if (new or values) and self._mirrored:
            changed(self.session, self.model, *key)
        return new, not new and bool(values)
