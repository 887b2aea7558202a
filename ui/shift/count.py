"""The figures of a shift, counted by a stranger: the scanner's own log and the documented views, nothing else.

Imports nothing of the station's program on purpose; it can be run by itself on any home:

    python -m ui.shift.count HOME SCANS.jsonl [VIEWS.jsonl]
"""

from __future__ import annotations

import json
import math
import sqlite3
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Database = Any
"""A connection on which `execute` gives rows by name and by number: sqlite3's, or a server's."""
GOOD = ("accepted", "step", "order")


def read_only(file: Path) -> sqlite3.Connection:
    """A connection that can't change anything."""
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    return connection


def sent_scans(log: Path) -> list[dict[str, Any]]:
    """What the scanner sent, in order, each with the tone that answered it (None: no beep)."""
    sent: list[dict[str, Any]] = []
    by_number: dict[int, dict[str, Any]] = {}
    for line in log.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if "text" in entry:
            scan = {**entry, "answer": None}
            sent.append(scan)
            by_number[entry["n"]] = scan
        elif entry.get("n") in by_number:
            by_number[entry["n"]]["answer"] = entry["answer"]
    return sent


def lost_and_twice(sent: list[dict[str, Any]], station: sqlite3.Connection) -> tuple[int, int]:
    """(lost, twice): every answered scan must stand in `v_scan`, in the order of sending, none more often than sent.

    One that was answered by a good beep must have been kept as accepted, else it counts as lost too.
    """
    kept = [dict(r) for r in station.execute("SELECT text, outcome FROM v_scan WHERE device <> '' ORDER BY id")]
    position, lost = 0, 0
    for scan in sent:
        place = next((i for i in range(position, len(kept)) if kept[i]["text"] == scan["text"]), None)
        if place is None:
            lost += scan["answer"] is not None
            continue
        lost += scan["answer"] in GOOD and kept[place]["outcome"] != "accepted"
        position = place + 1
    more = Counter(k["text"] for k in kept) - Counter(s["text"] for s in sent)
    return lost, sum(more.values())


def double_applied(stations: Sequence[sqlite3.Connection], central: Database) -> int:
    """Facts that central has twice or does not have, and units shipped beyond what was ordered."""
    theirs = Counter(r["fact_id"] for r in central.execute("SELECT fact_id FROM v_fact"))
    twice = sum(n - 1 for n in theirs.values())
    missing = sum(
        len({r["fact_id"] for r in s.execute("SELECT fact_id FROM v_fact")} - theirs.keys()) for s in stations
    )
    over = 0
    for row in central.execute(
        "SELECT o.number, o.units, (SELECT coalesce(sum(p.units), 0) FROM v_parcel p "
        "WHERE p.order_number = o.number AND p.state = 'closed') AS shipped FROM v_order o"
    ):
        over += max(0, row["shipped"] - row["units"])
    return twice + missing + int(over)


def ledger_faults(central: Database) -> int:
    """Balances that are not the sum of their movements, and movements that no balance knows."""
    summed = {
        tuple(row)[:4]: row["units"]
        for row in central.execute(
            "SELECT sku_id, place_id, lot, status, sum(quantity) AS units FROM v_movement GROUP BY 1, 2, 3, 4"
        )
    }
    booked = {
        tuple(row)[:4]: row["on_hand"]
        for row in central.execute("SELECT sku_id, place_id, lot, status, on_hand FROM v_stock")
    }
    return sum(summed.get(key, 0) != booked.get(key, 0) for key in summed.keys() | booked.keys())


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def waits_ms(sent: list[dict[str, Any]], views: list[dict[str, Any]]) -> list[float]:
    """From a scan's last byte to the first View that shows its code, milliseconds."""
    codes = [(view["mono_ns"], (view["echo"] or {}).get("code")) for view in views]
    waits, at = [], 0
    for scan in sent:
        shown = next(
            (i for i in range(at, len(codes)) if codes[i] >= (scan["mono_ns"],) and codes[i][1] == scan["text"]), None
        )
        if shown is not None:  # a badge is shown by no View
            at = shown
            waits.append((codes[shown][0] - scan["mono_ns"]) / 1e6)
    return waits


def metres(home: Path) -> float:
    """The walk of all tours, by the straight aisle metric between the places of picks in the order of the facts."""
    station = read_only(home / "station.sqlite")
    places = {r["name"]: (r["x_mm"], r["y_mm"]) for r in station.execute("SELECT name, x_mm, y_mm FROM bin")}
    across = [r["y_mm"] for r in station.execute("SELECT y_mm FROM cross_aisle")]
    names = {r["id"].hex(): r["name"] for r in station.execute("SELECT id, name FROM bin")}
    total, here, task = 0.0, None, None
    for row in station.execute(
        "SELECT task_id, kind, body FROM v_fact WHERE NOT voided AND kind IN ('Picked', 'Dropped')"
    ):
        body = json.loads(row["body"])
        place = next((places[names[v]] for k, v in body.items() if k in ("place_id", "bin_id") and v in names), None)
        if place is None:
            continue
        if here is not None and task == row["task_id"]:
            total += _walk(here, place, across)
        here, task = place, row["task_id"]
    station.close()
    return total / 1000


def _walk(a: tuple[int, int], b: tuple[int, int], across: list[int]) -> float:
    if a[0] == b[0] or not across:
        return abs(a[1] - b[1]) + abs(a[0] - b[0])
    return abs(a[0] - b[0]) + min(abs(a[1] - y) + abs(b[1] - y) for y in across)


def one(connection: Database, query: str) -> int:
    """The only value of a query."""
    return int(connection.execute(query).fetchone()[0])


@dataclass(frozen=True)
class Played:
    """What is left of one station's shift: its home, its scanner's own log, the Views it showed."""

    home: Path
    log: Path
    views: list[dict[str, Any]]


def figures(home: Path, log: Path, views: list[dict[str, Any]], touches: int = 0) -> dict[str, Any]:
    """The summary of a shift on one machine."""
    central = read_only(home / "central.sqlite")
    try:
        return summary(central, [Played(home, log, views)], touches)
    finally:
        central.close()


def summary(central: Database, played: Sequence[Played], touches: int = 0) -> dict[str, Any]:
    """The summary of a shift at one or more stations. `central` gives rows by name and by number."""
    stations = [read_only(each.home / "station.sqlite") for each in played]
    sent = [sent_scans(each.log) for each in played]
    losses = [lost_and_twice(scans, station) for scans, station in zip(sent, stations, strict=True)]
    waits = [wait for scans, each in zip(sent, played, strict=True) for wait in waits_ms(scans, each.views)]
    found = {
        "orders": one(central, "SELECT count(*) FROM v_order"),
        "shipped": one(central, "SELECT count(*) FROM v_order WHERE state = 'shipped'"),
        "units": one(central, "SELECT coalesce(sum(units), 0) FROM v_parcel WHERE state = 'closed'"),
        "shorts": sum(one(s, "SELECT count(*) FROM v_fact WHERE kind = 'Shorted' AND NOT voided") for s in stations),
        "scans": sum(map(len, sent)),
        "touches": sum(one(s, "SELECT count(*) FROM v_scan WHERE touched") for s in stations) + touches,
        "lost_scans": sum(lost for lost, _ in losses),
        "double_applied": double_applied(stations, central) + sum(twice for _, twice in losses),
        "labels": one(central, "SELECT count(*) FROM v_print WHERE kind = 'label' AND state IN ('sent', 'confirmed')"),
        "received": one(central, "SELECT coalesce(sum(quantity), 0) FROM v_movement WHERE reason = 'receive'"),
        "returned": one(central, "SELECT coalesce(sum(quantity), 0) FROM v_return WHERE state = 'closed'"),
        "mails": one(central, "SELECT count(*) FROM v_mail WHERE state = 'confirmed'"),
        "ledger_ok": ledger_faults(central) == 0,
        "metres": round(sum(metres(each.home) for each in played)),
        "scan_to_view_ms": {"p50": round(percentile(waits, 0.5), 1), "p99": round(percentile(waits, 0.99), 1)},
    }  # fmt: skip
    for station in stations:
        station.close()
    return found


if __name__ == "__main__":
    seen = [json.loads(line) for line in Path(sys.argv[3]).read_text().splitlines()] if len(sys.argv) > 3 else []
    print(json.dumps(figures(Path(sys.argv[1]), Path(sys.argv[2]), seen)))
