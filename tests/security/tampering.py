"""Edits of history as somebody makes them who can do everything to the file: triggers off, any column, any row."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from app.db import open_database, reading
from app.sync.verifying import Altered, verify

COLUMNS = ("station_id", "incarnation", "seq", "kind", "version", "event_group", "at", "actor_id", "task_id", "work_id",
           "device", "scan_number", "scan_text", "chain", "data", "fact_id")  # fmt: skip


@dataclass(frozen=True)
class Edit:
    """One edit: what was done, and the first number of the stream (station, incarnation) that is not true any more."""

    what: str
    incarnation: str
    seq: int
    put_at: object
    found: tuple[Altered, ...]

    @property
    def is_found(self) -> bool:
        """Whether the verifier names the very row, by the number it had or the one it was given."""
        return any(one.incarnation == self.incarnation and one.seq in (self.seq, self.put_at) for one in self.found)


def edits(file: Path, times: int, seed: int) -> Iterator[Edit]:
    """So many edits, each undone after the verifier has looked. The file is one that nobody else has open."""
    chance = random.Random(seed)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        known = [row[0] for row in connection.execute("SELECT fact_id FROM fact ORDER BY station_id, incarnation, seq")]
        for _ in range(times):
            before = connection.execute("SELECT * FROM fact WHERE fact_id = ?", (chance.choice(known),)).fetchone()
            names = [c[1] for c in connection.execute("PRAGMA table_info(fact)")]
            row = dict(zip(names, before, strict=True))
            connection.execute("BEGIN")
            what, value = _edit(connection, row, chance)
            connection.execute("COMMIT")
            found = _found(file)
            _restore(connection, known, row, before)
            yield Edit(what, row["incarnation"].hex(), row["seq"], value if what == "seq" else row["seq"], found)


def _found(file: Path) -> tuple[Altered, ...]:
    database = open_database(file, "central")
    try:
        with reading(database) as session:
            return verify(session).altered
    finally:
        database.close()


def _edit(connection: sqlite3.Connection, row: dict[str, object], chance: random.Random) -> tuple[str, object]:
    if chance.random() < 0.15:
        connection.execute("DELETE FROM fact WHERE fact_id = ?", (row["fact_id"],))
        return "delete", None
    column = chance.choice(COLUMNS)
    value = _other(row[column], chance)
    connection.execute(f"UPDATE fact SET {column} = ? WHERE fact_id = ?", (value, row["fact_id"]))
    return column, value


def _other(value: object, chance: random.Random) -> object:
    """Another value of the same type."""
    if isinstance(value, bytes) or value is None:
        return chance.randbytes(len(value) if value else 16)
    if isinstance(value, int):
        return value + chance.choice((-1, 1)) * 1_000_000
    text = str(value)
    if text[:2] == "20" and text.endswith("Z"):
        return f"19{text[2:]}"
    at = chance.randrange(len(text)) if text else 0
    return text[:at] + ("x" if text[at : at + 1] != "x" else "y") + text[at + 1 :]


def _restore(
    connection: sqlite3.Connection, known: list[bytes], row: dict[str, object], before: tuple[object, ...]
) -> None:
    """As it was: what the edit made of the row goes (its id may be another now), and the row comes back."""
    connection.execute("DELETE FROM fact WHERE fact_id = ?", (row["fact_id"],))
    for (strange,) in connection.execute("SELECT fact_id FROM fact").fetchall():
        if strange not in known:
            connection.execute("DELETE FROM fact WHERE fact_id = ?", (strange,))
    marks = ", ".join("?" for _ in before)
    connection.execute(f"INSERT INTO fact VALUES ({marks})", before)
