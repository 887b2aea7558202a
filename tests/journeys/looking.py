"""How a home stands, read as a stranger would: the documented views, by sqlite3 alone."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any


def rows(file: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a query on one of the two files, opened read-only."""
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()


def one(file: Path, query: str, *values: object) -> Any:
    """The only value of the only row."""
    ((value,),) = rows(file, query, *values)
    return value


def central(root: Path) -> Path:
    return root / "central.sqlite"


def station(root: Path) -> Path:
    return root / "station.sqlite"


def order_state(root: Path, number: str) -> str:
    """The state of an order at central."""
    return str(one(central(root), "SELECT state FROM v_order WHERE number = ?", number))


def parcels(root: Path, number: str) -> list[tuple[str, int]]:
    """(state, units) of each parcel of an order that is not void."""
    return rows(
        central(root), "SELECT state, units FROM v_parcel WHERE order_number = ? AND state <> 'void' ORDER BY number",
        number,
    )  # fmt: skip


def prints(root: Path) -> list[tuple[str, str, int]]:
    """(kind, state, copies) of every print job, in the order in which they were queued."""
    return rows(central(root), "SELECT kind, state, copies FROM v_print WHERE state <> 'void' ORDER BY queued_at, kind")


def facts(root: Path, kind: str, *fields: str) -> list[tuple[Any, ...]]:
    """These fields of the bodies of the facts of a kind that were not taken back, in order."""
    found = rows(station(root), "SELECT body FROM v_fact WHERE kind = ? AND NOT voided ORDER BY seq", kind)
    return [tuple(json.loads(body)[name] for name in fields) for (body,) in found]


def units(root: Path, kind: str) -> int:
    """How many units the facts of a kind moved that were not taken back."""
    return sum(n for (n,) in facts(root, kind, "quantity"))


def scans(root: Path) -> list[tuple[str, str]]:
    """(text, outcome) of every read after the sign-in, as the flight recorder has them."""
    found = rows(station(root), "SELECT text, outcome FROM v_scan ORDER BY id")
    return [(text, outcome) for text, outcome in found][1:]


def on_hand(root: Path, sku: str) -> dict[str, int]:
    """Where a product lies at central: place → units, empty places left out."""
    found = rows(central(root), "SELECT place, on_hand FROM v_stock WHERE sku = ? AND on_hand <> 0", sku)
    return dict(found)
