"""The reckoning of a floor, by a stranger: raw SQL on the stations' files and on the server, nothing of the program.

Imports nothing of the station's program on purpose; it can be run by itself on any floor that came to rest:

    python -m ui.shift.reckoning WORKER-HOME STATION.sqlite …        # as the worker of that home logs in
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tomllib
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

OWN = frozenset({
    "fact", "voiding", "outbox", "itself", "own_touch", "own_lease", "central_seen", "scan_log", "ask", "answer",
    "dossier", "number_range", "alembic_version",
})  # fmt: skip
"""Tables of a station that are no mirror of central's."""
PRIVATE = frozenset({("print_job", "document")})
"""Columns that never travel."""
Server = psycopg.Connection[tuple[Any, ...]]


class Named(tuple[Any, ...]):
    """A row by number and, as sqlite3's, by name."""

    names: list[str]

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self.names.index(key) if isinstance(key, str) else key)


def _named(cursor: Any) -> Any:
    names = [column.name for column in cursor.description or ()]
    kind = type("Named", (Named,), {"names": names})
    return kind


def connect(home: Path) -> Server:
    """The server as the worker of this home sees it; rows by number and by name."""
    said = tomllib.loads((home / "server.toml").read_text(encoding="utf-8"))
    names = {"host": "host", "port": "port", "database": "dbname", "user": "user", "password": "password",
             "sslmode": "sslmode", "sslrootcert": "sslrootcert"}  # fmt: skip
    parts = {names[name]: value for name, value in said.items() if name in names}
    return psycopg.connect(
        **parts, options="-c timezone=UTC -c search_path=public", autocommit=True, row_factory=_named
    )


def lost_facts(server: Server, stations: Sequence[Path]) -> int:
    """Facts of a station's file that the server has not, or has with other bytes, or has never applied."""
    there = {bytes(fact): data for fact, data in server.execute("SELECT fact_id, data FROM fact")}
    lost = 0
    for file in stations:
        lost += sum(there.get(fact) != data for fact, data in _file(file, "SELECT fact_id, data FROM fact"))
    ((behind,),) = server.execute("SELECT coalesce(sum(pushed_seq - applied_seq), 0) FROM station_mark").fetchall()
    return lost + int(behind)


def oversold(server: Server) -> int:
    """Units that were promised or shipped beyond what there is: twice to two orders, or more than an order asks for.

    A place where a hand found less than the books said has an incident, and is not counted: nobody promised anew there.
    """
    queries = (
        "SELECT sum(s.reserved - greatest(s.on_hand, 0)) FROM stock s WHERE s.reserved > greatest(s.on_hand, 0) "
        "AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.subject = s.place_id)",
        "SELECT sum(n) FROM (SELECT sum(r.quantity) - max(l.quantity - l.cancelled) AS n FROM reservation r "
        "JOIN order_line l ON l.id = r.line_id GROUP BY l.id) AS x WHERE n > 0",
        "SELECT sum(n) FROM (SELECT sum(p.quantity) - max(l.quantity) AS n FROM parcel_line p "
        "JOIN parcel q ON q.id = p.parcel_id JOIN order_line l ON l.id = p.order_line_id "
        "WHERE q.state = 'closed' GROUP BY l.id) AS x WHERE n > 0",
    )
    return sum(int(server.execute(query).fetchall()[0][0] or 0) for query in queries)


def faults(server: Server, stations: Sequence[Path]) -> list[str]:
    """What does not add up: ledger, promises, feed, streams, mirrors. Empty when all is reconciled."""
    found = [words for words, query in _SUMS.items() if server.execute(query).fetchall()]
    ends: dict[int, int] = dict(server.execute("SELECT site, head FROM feed_head").fetchall())
    for file in stations:
        ((seq,),) = _file(file, "SELECT feed_seq FROM itself")
        if seq not in ends.values():
            found.append(f"{file.parent.name} stands at {seq} of the feed, not at its end")
        ((left,),) = _file(file, "SELECT count(*) FROM outbox WHERE acked_at IS NULL")
        if left:
            found.append(f"{file.parent.name} keeps {left} facts that nobody acknowledged")
        found += _mirror_faults(server, file)
    return found


_SUMS = {
    "on hand is not the sum of movements": "SELECT 1 FROM (SELECT sku_id, place_id, lot, status, on_hand AS n "
    "FROM stock UNION ALL SELECT sku_id, place_id, lot, status, -quantity FROM movement) AS x "
    "GROUP BY sku_id, place_id, lot, status HAVING sum(n) <> 0 LIMIT 1",
    "reserved is not the sum of reservations": "SELECT 1 FROM (SELECT sku_id, place_id, lot, reserved AS n FROM stock "
    "WHERE status = 'good' UNION ALL SELECT sku_id, place_id, lot, -quantity FROM reservation) AS x "
    "GROUP BY sku_id, place_id, lot HAVING sum(n) <> 0 LIMIT 1",
    "the feed has a gap": "SELECT 1 FROM feed_head h WHERE h.head > 0 AND h.head - (SELECT min(seq) FROM feed f "
    "WHERE f.site = h.site) + 1 <> (SELECT count(*) FROM feed f WHERE f.site = h.site)",
    "a stream has a hole": "SELECT 1 FROM station_mark m WHERE m.pushed_seq <> (SELECT count(*) FROM ("
    "SELECT seq FROM fact f WHERE f.station_id = m.station_id AND f.incarnation = m.incarnation UNION "
    "SELECT seq FROM fact_again a WHERE a.station_id = m.station_id AND a.incarnation = m.incarnation) AS x)",
    "a unit was picked twice": "SELECT 1 FROM pick_line WHERE picked + short > quantity OR picked < 0 OR short < 0",
    "a fact was applied twice": "SELECT 1 FROM movement m JOIN fact f ON f.fact_id = m.fact_id "
    "WHERE f.kind IN ('Picked', 'Packed', 'Moved') GROUP BY m.fact_id HAVING count(*) > 2",
    "an order that is over can be claimed": "SELECT 1 FROM sales_order o JOIN work w ON w.order_id = o.id "
    "WHERE o.state IN ('shipped', 'cancelled') AND w.state = 'ready'",
    "a tracking number stands on two parcels": "SELECT 1 FROM parcel WHERE tracking <> '' AND state <> 'void' "
    "GROUP BY tracking HAVING count(*) > 1",
    "a question has no answer": "SELECT 1 FROM ask a WHERE NOT EXISTS "
    "(SELECT 1 FROM answer b WHERE b.request_id = a.request_id)",
    "a fact was set aside": "SELECT 1 FROM fact_status WHERE status IN ('quarantine', 'unknown')",
}


def _mirror_faults(server: Server, file: Path) -> list[str]:
    """Tables of a station that are not as central has them."""
    found = []
    tables = _file(file, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    for (table,) in tables:
        if table in OWN:
            continue
        columns = [row[1] for row in _file(file, f"PRAGMA table_info({table})") if (table, row[1]) not in PRIVATE]
        names = ", ".join(f'"{name}"' for name in columns)
        here = {tuple(map(_plain, row)) for row in _file(file, f"SELECT {names} FROM {table}")}
        there = {tuple(map(_plain, row)) for row in server.execute(f"SELECT {names} FROM {table}".encode())}
        if here != there:
            found.append(
                f"{file.parent.name}.{table}: {len(here - there)} rows differ, {len(there - here)} are missing"
            )
    return found


def _plain(value: Any) -> Any:
    """A value as both engines would say it."""
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, str) and value.replace(".", "", 1).isdigit():
        return str(Decimal(value).normalize())
    return value


def _file(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def reckoning(server: Server, stations: Sequence[Path]) -> dict[str, Any]:
    """What a floor's summary adds; `amiss` are the words for what is not reconciled."""
    amiss = faults(server, stations)
    return {
        "lost_facts": lost_facts(server, stations), "oversold": oversold(server), "reconciled": not amiss,
        "amiss": amiss,
    }  # fmt: skip


if __name__ == "__main__":
    with connect(Path(sys.argv[1])) as central:
        print(json.dumps(reckoning(central, [Path(word) for word in sys.argv[2:]])))
