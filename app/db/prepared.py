"""Statements that are compiled once: for what every scan reads and writes.

A statement of SQLAlchemy Core costs a hundred microseconds each time it is put together, keyed and executed; SQLite
itself needs three. A `Prepared` one is put together and compiled when it is first used on an engine, and from then on
its text goes to the driver with its values. It sees and writes the transaction of the session in hand, as any statement
does.

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
from typing import Any, cast

from sqlalchemy import BindParameter, Connection, Delete, Dialect, Insert, Select, Update, bindparam, literal, update
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
    driver: Any
    is_file: bool
    told: tuple[Callable[..., None], ...]

    @classmethod
    def of(cls, transaction: object, connection: Connection) -> _Line:
        driver = connection.connection.driver_connection
        told = tuple(connection.dispatch.before_cursor_execute)
        return cls(transaction, connection, driver, isinstance(driver, sqlite3.Connection), told)


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as one engine's driver takes it: SQLite's with values by their places, PostgreSQL's by their names.

    `binds` turn values for the driver, `columns` turn what comes back; `fixed` are the literals of the statement.
    """

    sql: str
    names: tuple[str, ...]
    binds: Mapping[str, Convert]
    fixed: Mapping[str, Any]
    columns: tuple[Convert | None, ...]
    plain: bool

    @classmethod
    def of(cls, statement: Statement, dialect: Dialect) -> _Text:
        compiled = statement.compile(dialect=dialect)
        if compiled.literal_execute_params or compiled.post_compile_params:
            raise ValueError(f"a list has no fixed text: {compiled}")
        names = tuple(compiled.positiontup or compiled.binds)
        fixed = {name: compiled.binds[name].value for name in names if not compiled.binds[name].required}
        for column in getattr(compiled, "insert_prefetch", ()):
            fixed[column.key] = column.default.arg
        columns = tuple(_from_driver(c.type, dialect) for c in statement.exported_columns)
        return cls(
            str(compiled),
            names,
            {name: made for name in names if (made := _to_driver(compiled.binds[name].type, dialect))},
            fixed,
            columns,
            not any(columns),
        )

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """What goes to the driver, in the order of the names."""
        binds, fixed = self.binds, self.fixed
        found = []
        for name in self.names:
            value = given[name] if name in given else fixed[name]
            if (convert := binds.get(name)) is not None:
                try:
                    value = convert(value)
                except ValueError as error:  # as the long way says it
                    raise StatementError(str(error), self.sql, dict(given), error) from error
            found.append(value)
        return found

    def converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row of the driver's as the statement's types have it."""
        return tuple(
            value if convert is None else convert(value) for convert, value in zip(self.columns, row, strict=True)
        )


class Prepared:
    """One statement with named values; see the module."""

    __slots__ = ("_of_file", "_of_server", "statement")

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self._of_file: _Text | None = None
        self._of_server: _Text | None = None

    # ---- execution

    def all(self, session: Session, **values: Any) -> list[tuple[Any, ...]]:
        """All rows."""
        line, text = self._line(session)
        rows: list[tuple[Any, ...]] = self._execute(line, text, text.values(values)).fetchall()
        return rows if text.plain else [text.converted(row) for row in rows]

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
        line, text = self._line(session)
        return int(self._execute(line, text, text.values(values)).rowcount)

    def run_many(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Writes once for each of `rows`."""
        line, text = self._line(session)
        self._execute(line, text, [text.values(row) for row in rows], many=True)

    # ---- within

    def _line(self, session: Session) -> tuple[_Line, _Text]:
        """The line of this transaction to the driver, and the text that this driver takes."""
        session.flush()  # what waits in the session comes first, as before any statement
        line: _Line | None = session.info.get("prepared")
        transaction = session.get_nested_transaction() or session.get_transaction()
        if line is None or line.transaction is not transaction:  # a savepoint is set when its connection is asked for
            connection = session.connection()
            transaction = session.get_nested_transaction() or session.get_transaction()
            line = session.info["prepared"] = _Line.of(transaction, connection)
        if line.is_file:
            if self._of_file is None:
                self._of_file = _Text.of(self.statement, _SQLITE)
            return line, self._of_file
        if self._of_server is None:
            self._of_server = _Text.of(self.statement, line.connection.dialect)
        return line, self._of_server

    def _execute(self, line: _Line, text: _Text, values: list[Any], *, many: bool = False) -> Any:
        for tell in line.told:
            tell(line.connection, None, text.sql, values, None, many)
        if not line.is_file:
            return _on_server(line, text, values, many=many)
        try:
            return line.driver.executemany(text.sql, values) if many else line.driver.execute(text.sql, values)
        except sqlite3.Error as error:  # as if the statement had gone the long way
            dialect = line.connection.dialect
            raise DBAPIError.instance(text.sql, values, error, sqlite3.Error, dialect=dialect) from error


def _on_server(line: _Line, text: _Text, values: list[Any], *, many: bool) -> Any:
    """The same over psycopg, which takes values by their names."""
    dialect = line.connection.dialect
    refused: Any = dialect.loaded_dbapi.Error  # a module of no known type: psycopg's or another
    try:
        if not many:
            return line.driver.execute(text.sql, dict(zip(text.names, values, strict=True)))
        cursor = line.driver.cursor()
        cursor.executemany(text.sql, [dict(zip(text.names, row, strict=True)) for row in values])
        return cursor
    except refused as error:
        driver = cast(Any, line.driver)  # SQLAlchemy's words name the pool's wrapper; it asks the driver's own here
        cut = dialect.is_disconnect(error, driver, None)
        raise DBAPIError.instance(
            text.sql, values, error, refused, hide_parameters=True, connection_invalidated=cut, dialect=dialect
        ) from error


def one_of(*constants: str) -> list[BindParameter[str]]:
    """Constants for an `IN`, each in a place of its own."""
    return [literal(constant) for constant in constants]


def _to_driver(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if isinstance(kind, Id | LargeBinary):
        return None  # bytes go as they are
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _from_driver(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if isinstance(kind, Id | LargeBinary):
        return None
    return kind.dialect_impl(dialect).result_processor(dialect, None)


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
