"""Many rows of one table at once: what an import writes.

Types and defaults are those of the tables; what is left out is SQLAlchemy's work for each single row. The statement
goes to the driver once for all rows, with the values turned column by column; PostgreSQL gets a list for each column,
in its binary form: the driver writes a list as text by looking for quotes in each of its values, and that takes longer
than everything else together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Dialect, LargeBinary, Table, insert
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from app.models.base import Id

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Insert:
    """A table's INSERT for one driver: its columns in their order, how each value is turned for the driver.

    `in_lists`: the statement takes the values of each column as one list.
    """

    sql: str
    columns: tuple[str, ...]
    processors: tuple[Callable[[Any], Any] | None, ...]
    in_lists: bool


def write_rows(session: Session, table: Table, rows: Sequence[Row]) -> list[dict[str, object]]:
    """Inserts rows, all or none, and returns them whole; a column that a row does not name gets its default.

    Raises what the database says of a row that it does not take (`IntegrityError`, `DataError`).
    """
    if not rows:
        return []
    connection = session.connection()
    statement = _insert_of(table, connection.dialect)
    default = _defaults(table)
    whole = [{**default, **row} for row in rows]
    turned = _in_columns(statement, whole)
    if statement.in_lists:
        connection.exec_driver_sql(statement.sql, tuple(turned))
    else:
        connection.exec_driver_sql(statement.sql, list(zip(*turned, strict=True)))
    return whole


def write_new_rows(session: Session, table: Table, rows: Sequence[Row], key: str) -> set[Any]:
    """Inserts those rows whose `key` (a column with a key of its own) is not there yet; the keys of these. On a server.

    The conflict is named: without a target another row in the way of a second key would vanish as well.
    """
    connection = session.connection()
    statement = _insert_of(table, connection.dialect)
    turned = _in_columns(statement, [{**_defaults(table), **row} for row in rows])
    only_new = f"{statement.sql} ON CONFLICT ({key}) DO NOTHING RETURNING {key}"
    return {row[0] for row in connection.exec_driver_sql(only_new, tuple(turned))}


def take_where_left(
    session: Session, table: Table, rows: Sequence[Row], *, taken: str, of: str, units: str = "units"
) -> int:  # fmt: skip
    """Adds `units` of each row to the column `taken` of that row of the table which has its other values, if the column
    `of` has so many left; how many rows were changed. One statement on a server; a row is to be named once.
    """
    if not rows:
        return 0
    connection = session.connection()
    dialect = connection.dialect
    quote = dialect.identifier_preparer.quote
    keys = [name for name in rows[0] if name != units]
    kinds = {name: table.c[taken if name == units else name].type for name in (units, *keys)}
    turns = [_turn(kind, dialect) for kind in kinds.values()]
    values = [[row[n] if turn is None else turn(row[n]) for row in rows] for n, turn in zip(kinds, turns, strict=True)]
    here, column, most = quote(table.name), quote(taken), quote(of)
    if dialect.name != "postgresql":
        same = " AND ".join(f"{quote(name)} = ?" for name in keys)
        sql = f"UPDATE {here} SET {column} = {column} + ? WHERE {same} AND {most} - {column} >= ?"
        each = zip(*values, values[0], strict=True)
        return connection.exec_driver_sql(sql, list(each)).rowcount
    lists = ", ".join(f"%b::{kind.compile(dialect=dialect)}[]" for kind in kinds.values())
    names = ", ".join(quote(name) for name in kinds)
    same = " AND ".join(f"t.{quote(name)} = w.{quote(name)}" for name in keys)
    sql = (
        f"UPDATE {here} AS t SET {column} = t.{column} + w.{quote(units)} FROM unnest({lists}) AS w ({names}) "
        f"WHERE {same} AND t.{most} - t.{column} >= w.{quote(units)}"
    )
    return connection.exec_driver_sql(sql, tuple(values)).rowcount


def change_rows(session: Session, table: Table, rows: Sequence[Row], *, key: str, guard: str, was: str = "was") -> int:
    """Gives each named row (by its column `key`) the other values of a row here, if its column `guard` is still what
    `was` says; how many rows were changed. All rows name the same columns; one statement on a server.
    """
    if not rows:
        return 0
    connection = session.connection()
    dialect = connection.dialect
    quote = dialect.identifier_preparer.quote
    new = [name for name in rows[0] if name not in (key, was)]
    kinds = {name: table.c[guard if name == was else name].type for name in (*new, key, was)}
    turns = [_turn(kind, dialect) for kind in kinds.values()]
    values = [[row[n] if turn is None else turn(row[n]) for row in rows] for n, turn in zip(kinds, turns, strict=True)]
    if dialect.name != "postgresql":
        sets = ", ".join(f"{quote(name)} = ?" for name in new)
        sql = f"UPDATE {quote(table.name)} SET {sets} WHERE {quote(key)} = ? AND {quote(guard)} = ?"
        return connection.exec_driver_sql(sql, list(zip(*values, strict=True))).rowcount
    lists = ", ".join(f"%b::{kind.compile(dialect=dialect)}[]" for kind in kinds.values())
    names = ", ".join(quote(name) for name in kinds)
    sets = ", ".join(f"{quote(name)} = w.{quote(name)}" for name in new)
    sql = (
        f"UPDATE {quote(table.name)} AS t SET {sets} FROM unnest({lists}) AS w ({names}) "
        f"WHERE t.{quote(key)} = w.{quote(key)} AND t.{quote(guard)} = w.{quote(was)}"
    )
    return connection.exec_driver_sql(sql, tuple(values)).rowcount


def _in_columns(statement: _Insert, rows: Sequence[Row]) -> list[list[Any]]:
    """The values of each column, as the driver takes them."""
    return [
        [row[name] for row in rows] if turn is None else [turn(row[name]) for row in rows]
        for name, turn in zip(statement.columns, statement.processors, strict=True)
    ]


@cache
def _insert_of(table: Table, dialect: Dialect) -> _Insert:
    turns = {c.name: _turn(c.type, dialect) for c in table.columns}
    if dialect.name == "postgresql":
        quote = dialect.identifier_preparer.quote
        lists = ", ".join(f"%b::{c.type.compile(dialect=dialect)}[]" for c in table.columns)
        names = ", ".join(quote(name) for name in turns)
        sql = f"INSERT INTO {quote(table.name)} ({names}) SELECT * FROM unnest({lists})"
        return _Insert(sql, tuple(turns), tuple(turns.values()), in_lists=True)
    compiled = insert(table).compile(dialect=dialect, column_keys=[c.key for c in table.columns])
    columns = tuple(compiled.positiontup or ())
    return _Insert(str(compiled), columns, tuple(turns[name] for name in columns), in_lists=False)


def _turn(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """How a value of a type is given to the driver; bytes are given as they are."""
    plain = isinstance(kind, Id | LargeBinary)
    return None if plain else kind.dialect_impl(dialect).bind_processor(dialect)


@cache
def _defaults(table: Table) -> dict[str, object]:
    """What a column holds when nobody says it: its scalar default, else nothing."""
    return {c.name: getattr(c.default, "arg", None) if c.default is not None else None for c in table.columns}
