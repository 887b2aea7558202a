"""Statements that are compiled once: for what every scan reads and writes.

A statement of SQLAlchemy Core costs a hundred microseconds each time it is put together, keyed and executed; SQLite
itself needs three. A `Prepared` one is put together and compiled when it is first used, and from then on its text goes
to the driver with its values. It sees and writes the transaction of the session in hand, as any statement does. On
another engine than SQLite it is executed the usual way, so it is Core all the same.

    _FENCE = Prepared(select(Work.fence).where(Work.id == bindparam("work_id")))
    _FENCE.scalar(session, work_id=work_id)

Every value comes in by the name of a `bindparam`; literals in the statement stay what they are. A list of values
(`IN`) has no fixed text and can't be prepared; `one_of` is a list of constants that has one.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Delete, Insert, Select, Update, bindparam, literal, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.types import LargeBinary, TypeEngine

from app.models import Model
from app.models.base import Id

Statement = Select[*tuple[Any, ...]] | Insert | Update | Delete
Convert = Callable[[Any], Any]
_SQLITE = sqlite.dialect(paramstyle="qmark")
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Line:
    """The driver under a transaction, looked up once; `told` are those who count or watch its statements."""

    transaction: object
    connection: Connection
    driver: sqlite3.Connection
    told: tuple[Callable[..., None], ...]

    @classmethod
    def of(cls, transaction: object, connection: Connection) -> _Line:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return cls(transaction, connection, driver, tuple(connection.dispatch.before_cursor_execute))


class Prepared:
    """One statement with named values; see the module."""

    __slots__ = ("_binds", "_columns", "_fixed", "_names", "_plain", "statement", "text")

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.text = ""

    # ---- execution

    def all(self, session: Session, **values: Any) -> list[tuple[Any, ...]]:
        """All rows."""
        line = self._line(session)
        if line is None:
            return [tuple(row) for row in session.execute(self.statement, values)]
        rows: list[tuple[Any, ...]] = self._execute(line, self._values(values)).fetchall()
        return rows if self._plain else [self._converted(row) for row in rows]

    def first(self, session: Session, **values: Any) -> tuple[Any, ...] | None:
        """The first row, None when there is none."""
        rows = self.all(session, **values)
        return rows[0] if rows else None

    def scalar(self, session: Session, **values: Any) -> Any:
        """The first column of the first row, None when there is no row."""
        rows = self.all(session, **values)
        return rows[0][0] if rows else None

    def run(self, session: Session, **values: Any) -> int:
        """Writes; how many rows it wrote."""
        line = self._line(session)
        if line is None:
            return int(getattr(session.execute(self.statement, values), "rowcount", 0))
        return self._execute(line, self._values(values)).rowcount

    def run_many(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Writes once for each of `rows`."""
        line = self._line(session)
        if line is None:
            session.execute(self.statement, [dict(row) for row in rows])
        else:
            self._execute(line, [self._values(row) for row in rows], many=True)

    # ---- within

    def _line(self, session: Session) -> _Line | None:
        """The line of this transaction to the driver; None where the engine is another one than SQLite."""
        session.flush()  # what waits in the session comes first, as before any statement
        line: _Line | None = session.info.get("prepared")
        if line is None or line.transaction is not session.get_transaction():
            connection = session.connection()
            if connection.dialect.name != "sqlite":
                return None
            line = session.info["prepared"] = _Line.of(session.get_transaction(), connection)
        if not self.text:
            self._compile()
        return line

    def _execute(self, line: _Line, values: list[Any], *, many: bool = False) -> sqlite3.Cursor:
        for tell in line.told:
            tell(line.connection, None, self.text, values, None, many)
        try:
            return line.driver.executemany(self.text, values) if many else line.driver.execute(self.text, values)
        except sqlite3.Error as error:  # as if the statement had gone the long way
            dialect = line.connection.dialect
            raise DBAPIError.instance(self.text, values, error, sqlite3.Error, dialect=dialect) from error

    def _compile(self) -> None:
        compiled = self.statement.compile(dialect=_SQLITE)
        if compiled.literal_execute_params or compiled.post_compile_params:
            raise ValueError(f"a list has no fixed text: {compiled}")
        names = compiled.positiontup or []
        self._names = tuple(names)
        self._binds = {name: made for name in names if (made := _to_driver(compiled.binds[name].type))}
        self._fixed = {name: compiled.binds[name].value for name in names if not compiled.binds[name].required}
        for column in getattr(compiled, "insert_prefetch", ()):
            self._fixed[column.key] = column.default.arg
        self._columns = tuple(_from_driver(c.type) for c in self.statement.exported_columns)
        self._plain = not any(self._columns)
        self.text = str(compiled)

    def _values(self, values: Mapping[str, Any]) -> list[Any]:
        binds, fixed = self._binds, self._fixed
        found = []
        for name in self._names:
            value = values[name] if name in values else fixed[name]
            if (convert := binds.get(name)) is not None:
                try:
                    value = convert(value)
                except ValueError as error:  # as the long way says it
                    raise StatementError(str(error), self.text, dict(values), error) from error
            found.append(value)
        return found

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            value if convert is None else convert(value) for convert, value in zip(self._columns, row, strict=True)
        )


def one_of(*constants: str) -> list[BindParameter[str]]:
    """Constants for an `IN`, each in a place of its own."""
    return [literal(constant) for constant in constants]


def _to_driver(kind: TypeEngine[Any]) -> Convert | None:
    if isinstance(kind, Id | LargeBinary):
        return None  # bytes go as they are
    return kind.dialect_impl(_SQLITE).bind_processor(_SQLITE)


def _from_driver(kind: TypeEngine[Any]) -> Convert | None:
    if isinstance(kind, Id | LargeBinary):
        return None
    return kind.dialect_impl(_SQLITE).result_processor(_SQLITE, None)


# ---- one row by its key ---------------------------------------------------------------------------------------------


def set_row(session: Session, model: type[Model], key: object, **values: object) -> bool:
    """Writes these columns of the row with this (single) primary key; whether there is one. Columns by their names.

    An object that the session holds of that row is read anew when somebody looks at it.
    """
    found = _set_row(model, tuple(values)).run(session, **values, key_of_row=key) > 0
    if len(session.identity_map) and (held := session.identity_map.get(session.identity_key(model, key))) is not None:
        session.expire(held)
    return found


@cache
def _set_row(model: type[Model], names: tuple[str, ...]) -> Prepared:
    table = Model.metadata.tables[model.__tablename__]
    (key,) = table.primary_key.columns
    return Prepared(
        update(table).where(key == bindparam("key_of_row")).values({name: bindparam(name) for name in names})
    )


# ---- which tables a statement names ---------------------------------------------------------------------------------


@cache
def tables_in(text: str) -> frozenset[str]:
    """The tables that a statement names; a column of a table's name counts too: rather one too many."""
    return frozenset(_WORDS.findall(text)) & _all_tables()


@cache
def _all_tables() -> frozenset[str]:
    return frozenset(Model.metadata.tables)
