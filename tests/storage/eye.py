"""A station's file as a stranger finds it: sqlite3, hashlib and json, and nothing of the program that wrote it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any


def amiss(file: Path, confirmed: list[tuple[int, str]]) -> list[str]:
    """What is not as it must be: damage, a confirmed scan that is not there, a chain or a mirror that is not whole."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return list(_amiss(connection, confirmed))
    except sqlite3.Error as error:
        return [f"corrupt: {error}"]


def unproven(file: Path) -> Iterator[str]:
    """What is not as it must be in a file that took over the facts of a damaged one: its mirror is still to come."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        yield from (found for found in _amiss(connection, []) if "mirror" not in found)


def _amiss(connection: sqlite3.Connection, confirmed: list[tuple[int, str]]) -> Iterator[str]:
    faults = [row for (row,) in connection.execute("PRAGMA integrity_check(3)") if row != "ok"]
    yield from (f"corrupt: {fault}" for fault in faults)
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'fact'").fetchone():
        if confirmed:
            yield f"lost: all {len(confirmed)} scans, there is not even a table"
        return
    facts = connection.execute("SELECT seq, chain, data FROM fact ORDER BY seq").fetchall()
    if [seq for seq, _, _ in facts] != list(range(1, len(facts) + 1)):
        yield "broken: the numbers of the facts have a gap"
    chains = {0: ""}
    link = b""
    for seq, chain, data in facts:
        link = hashlib.sha256(link + data.encode()).digest()
        chains[seq] = link.hex()
        if link != chain:
            yield f"broken: the chain at {seq}"
            return
    lost = [seq for seq, chain in confirmed if chains.get(seq) != chain]
    if lost:
        yield f"lost: {len(lost)} confirmed scans, the first at {lost[0]}; the file ends at {len(facts)}"
    yield from _uneven(connection, facts)


def _uneven(connection: sqlite3.Connection, facts: list[tuple[int, bytes, str]]) -> Iterator[str]:
    """One transaction wrote fact, outbox row, mirror and standing: all or none of it is there."""
    outbox = [seq for (seq,) in connection.execute("SELECT seq FROM outbox ORDER BY seq")]
    if outbox != [seq for seq, _, _ in facts]:
        yield "torn: facts without outbox rows"
    itself = connection.execute("SELECT seq, chain FROM itself").fetchone()
    if facts and itself != (facts[-1][0], facts[-1][1]):
        yield f"torn: the station stands at {itself and itself[0]}, its facts at {len(facts)}"
    said: dict[str, int] = {}
    for _, _, data in facts:
        whole: dict[str, Any] = json.loads(data)
        if whole["kind"] == "StockSet":
            said[whole["body"]["place_id"]] = whole["body"]["quantity"]
    book = {place.hex(): units for place, units in connection.execute("SELECT place_id, on_hand FROM stock")}
    if {k: v for k, v in said.items() if v} != {k: v for k, v in book.items() if v}:
        yield "torn: the mirror is not what the facts say"
