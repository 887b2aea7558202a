"""One metadata for both sides. Each table says in `info["sides"]` whether central, the station, or both have it.

A table that both have is a *mirrored* table: central publishes its changed rows in the feed, the station keeps the last
state it heard of. `info["private"]` names columns that never travel (names, addresses, money of a customer).
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BLOB, Dialect, LargeBinary, MetaData, Numeric, String, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
CENTRAL = {"sides": ("central",)}
STATION = {"sides": ("station",)}
BOTH = {"sides": ("central", "station")}
"""Mirrored: published in the feed."""
OWN = {"sides": ("central", "station"), "feed": False}
"""On both sides, but each side's own rows: never published."""


class Model(DeclarativeBase):
    """Base of all tables: records without behaviour."""

    metadata = MetaData(naming_convention=NAMING)


class Id(TypeDecorator[bytes]):
    """16 bytes; `b""` is never stored where an id is meant to be absent: use NULL."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BLOB(16) if dialect.name == "sqlite" else LargeBinary(16))


class Utc(TypeDecorator[datetime]):
    """An aware UTC moment; in SQLite as sortable ISO 8601 text, so that a stranger can read it."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are aware UTC")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)  # the same object of a zone, whatever the driver took
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


class Money(TypeDecorator[Decimal]):
    """An exact amount, with the decimal places that it was given; in SQLite as text. Its currency stands beside it."""

    impl = String(24)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Numeric() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)
