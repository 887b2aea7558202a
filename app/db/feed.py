"""From changed rows to feed rows and back.

Central marks every row of a mirrored table that it changes (`changed`). At the end of the transaction the rows are read
once more and written to the feed as they then are, all under one event id and *last*, for that takes the counter's lock
(docs/decisions/0007). A feed row is the whole row, so applying it twice is the same as once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Table, insert, select, tuple_, update
from sqlalchemy.orm import Session

from app.db.bulk import Row, write_rows
from app.ids import new_id
from app.models import Feed, FeedHead, Model
from app.models.base import Id, Money, Utc

Key = tuple[Any, ...]


def changed(session: Session, model: type[Model] | str, *key: Any) -> None:
    """Marks one row (by its primary key) to be published at the end of this transaction; does nothing at a station."""
    if session.info["side"] == "central":
        topic = model if isinstance(model, str) else model.__tablename__
        session.info["changed"][(topic, key)] = None


def insert_rows(session: Session, model: type[Model], rows: Sequence[Row]) -> None:
    """Inserts many rows, all or none (see `bulk`). Those of a mirrored table are published as they are here: they need
    not be read again, unless somebody marks them as changed after this.
    """
    table = model.metadata.tables[model.__tablename__]
    whole = write_rows(session, table, rows)
    if session.info["side"] == "central" and is_mirrored(table):
        names = [c.name for c in table.primary_key.columns]
        for row in whole:
            session.info["changed"][(table.name, tuple(row[name] for name in names))] = row


def table_of(topic: str) -> Table | None:
    """The mirrored table of a topic, None when this program has none (a newer central)."""
    table = Model.metadata.tables.get(topic)
    return table if table is not None and is_mirrored(table) else None


def is_mirrored(table: Table) -> bool:
    """Whether the feed carries rows of this table."""
    return len(table.info["sides"]) == 2 and table.info.get("feed", True)


def key_text(table: Table, key: Iterable[Any]) -> str:
    """A primary key as text: ids in hex, parts joined by '/' (one that stands in a lot or a code is escaped: %2F)."""
    return "/".join(v.hex() if isinstance(v, bytes) else str(v).replace("%", "%25").replace("/", "%2F") for v in key)


def key_values(table: Table, text: str) -> tuple[Any, ...]:
    """The inverse of `key_text`."""
    columns = table.primary_key.columns
    return tuple(_key_value(c.type, part) for c, part in zip(columns, text.split("/"), strict=True))


def _key_value(kind: Any, part: str) -> Any:
    if isinstance(kind, Id):
        return bytes.fromhex(part)
    return kind.python_type(unquote(part))


def pack_row(table: Table, row: dict[str, Any]) -> str:
    """A row as canonical JSON without its private columns."""
    return _ENCODE({name: _plain(row[name]) for name in told_columns(table)})


_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


@cache
def told_columns(table: Table) -> tuple[str, ...]:
    """The columns that travel: all but the private ones."""
    hidden = table.info.get("private", ())
    return tuple(c.name for c in table.columns if c.name not in hidden)


def unpack_row(table: Table, body: str) -> dict[str, Any]:
    """The inverse of `pack_row`; unknown columns (a newer central) are left out."""
    values = json.loads(body)
    return {c.name: _typed(c.type, values[c.name]) for c in table.columns if c.name in values}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Id):
        return bytes.fromhex(value)
    if isinstance(kind, Utc):
        return datetime.fromisoformat(value)
    return Decimal(value) if isinstance(kind, Money) else value


READ_AT_ONCE = 200


def read_rows(session: Session, table: Table, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
    """The rows with these primary keys; those that are gone are missing."""
    columns = list(table.primary_key.columns)
    found: dict[Key, dict[str, Any]] = {}
    for start in range(0, len(keys), READ_AT_ONCE):
        some = keys[start : start + READ_AT_ONCE]
        where = tuple_(*columns).in_(some) if len(columns) > 1 else columns[0].in_([k[0] for k in some])
        for row in session.execute(select(table).where(where)).mappings():
            found[tuple(row[c] for c in columns)] = {c.name: row[c] for c in table.columns}
    return found


def publish_mark(session: Session, station: bytes, incarnation: bytes, seq: int) -> None:
    """Publishes how far a station's stream is applied, in the same group as the rows that this changed."""
    session.info.setdefault("marks", []).append((station.hex(), incarnation.hex(), seq))


GROUP = 100


def write_feed(session: Session, site: int = 1) -> int:
    """Writes the feed rows of this transaction and returns how many; the last thing before COMMIT.

    Rows that came of a station's facts are one group with its mark. Others (an import) need not be taken in together
    and are cut into groups of `GROUP` rows, so that a station never stands still over one of them.
    """
    rows: list[tuple[str, str, str]] = []
    by_topic: dict[str, dict[Key, dict[str, Any] | None]] = {}
    for (topic, key), row in session.info["changed"].items():
        by_topic.setdefault(topic, {})[key] = row
    for topic, keys in by_topic.items():
        table = table_of(topic)
        if table is None:
            raise ValueError(f"{topic} is no mirrored table: its rows can't be published")
        found = {key: row for key, row in keys.items() if row is not None}
        found |= read_rows(session, table, [key for key in keys if key not in found])
        rows += [(topic, key_text(table, key), pack_row(table, found[key]) if key in found else "") for key in keys]
    for station, incarnation, seq in session.info.get("marks", ()):
        rows.append(("applied", station, json.dumps({"incarnation": incarnation, "seq": seq})))
    whole = bool(session.info.get("marks"))
    session.info["changed"], session.info["marks"] = {}, []
    if not rows:
        return 0
    head = session.execute(
        update(FeedHead).where(FeedHead.site == site).values(head=FeedHead.head + len(rows)).returning(FeedHead.head)
    ).scalar_one_or_none()
    if head is None:
        session.execute(insert(FeedHead).values(site=site, head=len(rows)))
        head = len(rows)
    first, size = head - len(rows) + 1, len(rows) if whole else GROUP
    events = [new_id() for _ in range(0, len(rows), size)]
    write_rows(
        session,
        Feed.metadata.tables[Feed.__tablename__],
        [
            {"site": site, "seq": first + i, "event_id": events[i // size], "topic": t, "key": k, "body": b}
            for i, (t, k, b) in enumerate(rows)
        ],
    )
    return len(rows)
