"""What must hold on a floor that came to rest: raw SQL on the files and the server, without the program.

    python -m tests.simulation.invariants central.sqlite station.sqlite …

Nothing of the house is imported here, so that no mistake of the house can hide itself. A side is a SQLite file or any
DB-API connection (PostgreSQL through psycopg): the statements are those that both understand. Each check has a name,
which is what a planted bug is caught by.

`Witness` is what somebody knows who stood beside it: which facts were confirmed to a hand, which of them lay on a disk
that is gone while nobody else had them, which are poison, which mails arrived.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

Rows = list[tuple[Any, ...]]
OFFICE_CODE = "OFFICE"
PRIVATE = {("print_job", "document")}
"""Columns that never travel."""
OWN = {
    "fact", "voiding", "outbox", "itself", "own_touch", "own_lease", "central_seen", "scan_log", "ask", "answer",
    "dossier", "number_range", "alembic_version",
}  # fmt: skip
"""Tables that are a station's own."""


@dataclass(frozen=True)
class Side:
    """A database: its name, a way to ask it, and a way to learn the columns of what was asked."""

    name: str
    ask: Callable[[str], tuple[list[str], Rows]]

    def rows(self, sql: str) -> Rows:
        return self.ask(sql)[1]

    def one(self, sql: str) -> Any:
        rows = self.rows(sql)
        return rows[0][0] if rows else None


def sqlite_side(path: Path) -> Side:
    """A SQLite file, opened for each question to read what is committed."""

    def ask(sql: str) -> tuple[list[str], Rows]:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            cursor = connection.execute(sql)
            return [d[0] for d in cursor.description], cursor.fetchall()

    return Side(path.stem, ask)


def server_side(connection: Any, name: str = "central") -> Side:
    """A DB-API connection; values are turned into what SQLite would say."""

    def ask(sql: str) -> tuple[list[str], Rows]:
        with closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            return [d[0] for d in cursor.description], [tuple(map(_plain, row)) for row in cursor.fetchall()]

    return Side(name, ask)


def _plain(value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value


@dataclass
class Witness:
    """What somebody knows who stood beside it; see the module."""

    confirmed: set[bytes] = field(default_factory=set)
    gone: set[bytes] = field(default_factory=set)
    poison: set[bytes] = field(default_factory=set)
    mails: Counter[str] = field(default_factory=Counter)
    forgotten: set[bytes] = field(default_factory=set)
    """Work that was leased after the state to which central went back: who held it knows that, and central does not."""
    seen: set[bytes] = field(default_factory=set)
    """What lay in files that are no more."""
    central_lost: bool = False
    """Whether central ever lost what it had acknowledged."""
    central_moved: bool = False
    """Whether another server took central's place: stations say so, and that is no alarm about a loss."""
    copies_of_streams: bool = False
    """Whether machines were cloned or put back: then two hands may have held the same lease."""


@dataclass(frozen=True)
class Floor:
    """All that is looked at."""

    central: Side
    stations: Sequence[Side]
    witness: Witness = field(default_factory=Witness)


@dataclass(frozen=True)
class Broken:
    """One invariant that does not hold."""

    name: str
    detail: str

    def __str__(self) -> str:
        return f"{self.name}: {self.detail}"


Check = Callable[[Floor], Iterator[str]]
CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Gives a check its name."""

    def put(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return put


def broken(floor: Floor, only: Sequence[str] = ()) -> list[Broken]:
    """Every invariant that does not hold, at most three words of each."""
    found = []
    for name, function in CHECKS.items():
        if not only or name in only:
            for detail, _ in zip(function(floor), range(3), strict=False):
                found.append(Broken(name, detail))
    return found


def _some(rows: Sequence[Any]) -> str:
    shown = ", ".join(r.hex() if isinstance(r, bytes) else str(r) for r in list(rows)[:3])
    return shown if len(rows) <= 3 else f"{shown} and {len(rows) - 3} more"


# ---- facts ----------------------------------------------------------------------------------------------------------


@check("facts-even")
def _facts_even(floor: Floor) -> Iterator[str]:
    """What is at a station is at central, byte for byte; what is at central was confirmed somewhere."""
    central = dict(floor.central.rows("SELECT fact_id, data FROM fact"))
    known = floor.witness.confirmed | floor.witness.seen
    for side in floor.stations:
        here = side.rows("SELECT fact_id, data FROM fact")
        known |= {fact for fact, _ in here}
        if missing := sorted(fact for fact, _ in here if fact not in central):
            yield f"central has not {_some(missing)} of {side.name}"
        if other := sorted(fact for fact, data in here if central.get(fact, data) != data):
            yield f"central has other bytes of {_some(other)} of {side.name}"
    office = set(_office(floor))
    if made := sorted(central.keys() - known - office):
        yield f"nobody recorded {_some(made)}"


def _office(floor: Floor) -> list[bytes]:
    sql = "SELECT f.fact_id FROM fact f JOIN station s ON s.id = f.station_id WHERE s.code = '" + OFFICE_CODE + "'"
    return [row[0] for row in floor.central.rows(sql)]


@check("confirmed-lost")
def _confirmed(floor: Floor) -> Iterator[str]:
    """What was confirmed to a hand is at central, unless the last disk that held it is gone."""
    there = {row[0] for row in floor.central.rows("SELECT fact_id FROM fact")}
    if missing := sorted(floor.witness.confirmed - floor.witness.gone - there):
        yield f"central has not {_some(missing)}"


@check("acknowledged-missing")
def _acknowledged(floor: Floor) -> Iterator[str]:
    """What a station believes to be at central is there."""
    there = {row[0] for row in floor.central.rows("SELECT fact_id FROM fact")}
    for side in floor.stations:
        acked = [row[0] for row in side.rows("SELECT fact_id FROM outbox WHERE acked_at IS NOT NULL")]
        if missing := [fact for fact in acked if fact not in there]:
            yield f"{side.name} believes that central has {_some(missing)}"


@check("outbox-left")
def _outbox(floor: Floor) -> Iterator[str]:
    """Every fact that lies in a station's file has an acknowledged row in its outbox."""
    for side in floor.stations:
        left = side.rows(
            "SELECT f.fact_id FROM fact f LEFT JOIN outbox o ON o.fact_id = f.fact_id WHERE o.acked_at IS NULL"
        )
        if left:
            yield f"{side.name} keeps {_some([row[0] for row in left])} that nobody acknowledged"


@check("stream-whole")
def _streams(floor: Floor) -> Iterator[str]:
    """Each stream is dense up to central's mark, and each link of its chain is right."""
    data = dict(floor.central.rows("SELECT fact_id, data FROM fact"))
    links: dict[tuple[bytes, bytes], dict[int, str]] = defaultdict(dict)
    for station, incarnation, seq, fact in floor.central.rows("SELECT station_id, incarnation, seq, fact_id FROM fact"):
        links[station, incarnation][seq] = data[fact]
    if _has(floor.central, "fact_again"):
        sql = "SELECT station_id, incarnation, seq, fact_id, data FROM fact_again"
        for station, incarnation, seq, fact, other in floor.central.rows(sql):
            links[station, incarnation][seq] = other or data[fact]
    sql = "SELECT station_id, incarnation, pushed_seq, pushed_chain FROM station_mark"
    for station, incarnation, pushed, last in floor.central.rows(sql):
        stream = links[station, incarnation]
        if sorted(stream) != list(range(1, pushed + 1)):
            yield f"stream {station.hex()[:8]} of {incarnation.hex()[:8]} has holes before {pushed}"
            continue
        chain = b""
        for seq in range(1, pushed + 1):
            chain = hashlib.sha256(chain + stream[seq].encode()).digest()
        if chain != last:
            yield f"stream {station.hex()[:8]} of {incarnation.hex()[:8]} is linked wrongly before {pushed}"


def _has(side: Side, table: str) -> bool:
    try:
        side.ask(f"SELECT * FROM {table} LIMIT 0")
    except sqlite3.OperationalError:
        return False
    return True


@check("no-false-alarm")
def _alarms(floor: Floor) -> Iterator[str]:
    """Stations tell of a loss at central, or of a fork, only where there was one."""
    if floor.witness.central_lost or floor.witness.copies_of_streams:
        return
    for (data,) in floor.central.rows("SELECT data FROM fact WHERE kind = 'StreamNoted'"):
        body = json.loads(data)["body"]
        if not (floor.witness.central_moved and body["what"] == "central_moved"):
            yield f"nothing was lost or copied, and a station says {body}"


@check("all-applied")
def _all_applied(floor: Floor) -> Iterator[str]:
    """Central has applied all that was pushed."""
    for station, pushed, applied in floor.central.rows(
        "SELECT station_id, pushed_seq, applied_seq FROM station_mark WHERE applied_seq <> pushed_seq"
    ):
        yield f"of {station.hex()[:8]} {applied} of {pushed} are applied"


@check("poison-aside")
def _poison(floor: Floor) -> Iterator[str]:
    """Poison is set aside, each with its reason, and nothing else is."""
    sql = "SELECT fact_id FROM fact_status WHERE status IN ('quarantine', 'unknown') AND reason <> ''"
    aside = {row[0] for row in floor.central.rows(sql)}
    there = {row[0] for row in floor.central.rows("SELECT fact_id FROM fact")}
    if free := sorted((floor.witness.poison & there) - aside):
        yield f"poison was applied: {_some(free)}"
    if good := sorted(aside - floor.witness.poison):
        rows = floor.central.rows("SELECT fact_id, reason FROM fact_status")
        yield f"a good fact is set aside: {_some(good)}: {dict(rows)[good[0]]}"


# ---- goods ----------------------------------------------------------------------------------------------------------


@check("ledger-is-stock")
def _ledger(floor: Floor) -> Iterator[str]:
    """On hand is the sum of movements."""
    for sku, place, lot, status, units in floor.central.rows(
        "SELECT sku_id, place_id, lot, status, SUM(n) FROM ("
        "SELECT sku_id, place_id, lot, status, on_hand AS n FROM stock UNION ALL "
        "SELECT sku_id, place_id, lot, status, -quantity FROM movement) AS x "
        "GROUP BY sku_id, place_id, lot, status HAVING SUM(n) <> 0"
    ):
        yield f"{sku.hex()[:8]} at {place.hex()[:8]} {lot} {status} is off by {units}"


@check("moved-once")
def _moved_once(floor: Floor) -> Iterator[str]:
    """A fact about one thing that goes from here to there has two lines in the ledger, whatever was repeated."""
    for fact, kind, lines in floor.central.rows(
        "SELECT m.fact_id, f.kind, COUNT(*) FROM movement m JOIN fact f ON f.fact_id = m.fact_id "
        "WHERE f.kind IN ('Picked', 'Packed', 'Moved', 'PutBack', 'Received') GROUP BY m.fact_id, f.kind "
        "HAVING COUNT(*) > CASE f.kind WHEN 'Received' THEN 1 ELSE 2 END"
    ):
        yield f"{kind} {fact.hex()} has {lines} lines"


@check("promises-add-up")
def _promises(floor: Floor) -> Iterator[str]:
    """Reserved is the sum of reservations."""
    for sku, place, lot, units in floor.central.rows(
        "SELECT sku_id, place_id, lot, SUM(n) FROM ("
        "SELECT sku_id, place_id, lot, reserved AS n FROM stock WHERE status = 'good' UNION ALL "
        "SELECT sku_id, place_id, lot, -quantity FROM reservation) AS x "
        "GROUP BY sku_id, place_id, lot HAVING SUM(n) <> 0"
    ):
        yield f"{sku.hex()[:8]} at {place.hex()[:8]} {lot} is off by {units}"


@check("promised-beyond")
def _beyond(floor: Floor) -> Iterator[str]:
    """Nothing is promised twice: not more than lies there.

    Unless a hand took it and somebody is told to look; what two hands under one lease miss twice is planned twice.
    """
    for sku, place, on_hand, reserved in floor.central.rows(
        "SELECT s.sku_id, s.place_id, s.on_hand, s.reserved FROM stock s WHERE s.reserved > 0 "
        "AND s.reserved > s.on_hand AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.subject = s.place_id)"
    ):
        yield f"{sku.hex()[:8]} at {place.hex()[:8]}: {reserved} are promised, {on_hand} are there"
    for line, units, wanted in floor.central.rows(
        "SELECT l.id, SUM(r.quantity), MAX(l.quantity - l.cancelled) FROM reservation r "
        "JOIN order_line l ON l.id = r.line_id GROUP BY l.id HAVING SUM(r.quantity) > MAX(l.quantity - l.cancelled)"
    ):
        works = {work for of, work in floor.central.rows("SELECT order_line_id, work_id FROM pick_line") if of == line}
        if not works & floor.witness.forgotten:
            yield f"line {line.hex()[:8]} wants {wanted}, {units} are promised"


@check("promised-to-the-gone")
def _promised_gone(floor: Floor) -> Iterator[str]:
    """Nothing is promised to an order that is over."""
    for number, state in floor.central.rows(
        "SELECT DISTINCT o.number, o.state FROM reservation r JOIN order_line l ON l.id = r.line_id "
        "JOIN sales_order o ON o.id = l.order_id WHERE o.state IN ('shipped', 'cancelled')"
    ):
        yield f"order {number} is {state}"


# ---- work -----------------------------------------------------------------------------------------------------------


@check("shipped-and-claimable")
def _claimable(floor: Floor) -> Iterator[str]:
    """No order that is over can be claimed, now or when a lease ends."""
    for number, state in floor.central.rows(
        "SELECT o.number, o.state FROM sales_order o JOIN work w ON w.order_id = o.id "
        "WHERE o.state IN ('shipped', 'cancelled') AND (w.state = 'ready' OR (w.state = 'leased' AND NOT w.started))"
    ):
        yield f"order {number} is {state} and waits for a picker"


@check("lease-once")
def _leases(floor: Floor) -> Iterator[str]:
    """No two answers lease the same work under the same fence."""
    given: Counter[tuple[str, int]] = Counter()
    for (body,) in floor.central.rows("SELECT body FROM answer WHERE kind IN ('claim', 'takeover') AND body <> ''"):
        said = json.loads(body)
        for one in said.get("work", []):
            given[one["id"], one["fence"]] += 1
        for one in said.get("works", []):
            given[one["work"], one["fence"]] += 1
    for (work, fence), times in given.items():
        if times > 1 and bytes.fromhex(work) not in floor.witness.forgotten:
            yield f"work {work[:8]} was leased {times} times with fence {fence}"


@check("work-once")
def _work_once(floor: Floor) -> Iterator[str]:
    """A piece of work is closed by one drop at most: one that was not taken back, and under its newest fence."""
    fences = dict(floor.central.rows("SELECT id, fence FROM work"))
    drops: Counter[bytes] = Counter()
    by: dict[bytes, set[bytes]] = defaultdict(set)
    for station, data in floor.central.rows(
        "SELECT f.station_id, f.data FROM fact f WHERE f.kind = 'Dropped' "
        "AND NOT EXISTS (SELECT 1 FROM voiding v WHERE v.fact_id = f.fact_id) "
        "AND NOT EXISTS (SELECT 1 FROM fact_status s WHERE s.fact_id = f.fact_id AND s.status <> 'stale_lease')"
    ):
        body = json.loads(data)["body"]
        for work, fence in zip(body["works"], body["fences"], strict=True):
            if fences.get(bytes.fromhex(work)) == fence:
                drops[bytes.fromhex(work)] += 1
                by[bytes.fromhex(work)].add(station)
    for work, times in drops.items():
        if times > 1 and work not in floor.witness.forgotten:
            yield f"work {work.hex()[:8]} was put down {times} times by {len(by[work])} stations under one fence"


@check("picked-within")
def _picked_within(floor: Floor) -> Iterator[str]:
    """No pick line has more units picked and missing than it asks for: its work was applied once.

    (One hand that hears of nothing may follow a plan of which central has led some units elsewhere since.)
    """
    for line, work, quantity, picked, short in floor.central.rows(
        "SELECT id, work_id, quantity, picked, short FROM pick_line "
        "WHERE picked + short > quantity OR picked < 0 OR short < 0"
    ):
        if work not in floor.witness.forgotten and not _one_hand_said(floor, line, picked, short):
            yield f"line {line.hex()[:8]} of {quantity} has {picked} picked and {short} short"


def _one_hand_said(floor: Floor, line: bytes, picked: int, short: int) -> bool:
    """Whether so many picked and missing units of a line are what the facts of one lease come to, each counted once."""
    hands, told = set(), Counter({"Picked": 0, "Shorted": 0})
    for station, kind, data in floor.central.rows(
        "SELECT f.station_id, f.kind, f.data FROM fact f WHERE f.kind IN ('Picked', 'Shorted') "
        f"AND f.data LIKE '%{line.hex()}%' "
        "AND NOT EXISTS (SELECT 1 FROM voiding v WHERE v.fact_id = f.fact_id) "
        "AND NOT EXISTS (SELECT 1 FROM fact_status s WHERE s.fact_id = f.fact_id)"
    ):
        body = json.loads(data)["body"]
        hands.add((station, body["fence"]))
        told[kind] += body["quantity" if kind == "Picked" else "short"]
    return len(hands) == 1 and (told["Picked"], told["Shorted"]) == (picked, short)


@check("tracking-unique")
def _tracking(floor: Floor) -> Iterator[str]:
    """A tracking number stands on one parcel, unless somebody was told that it stands on two."""
    for tracking, times in floor.central.rows(
        "SELECT tracking, COUNT(*) FROM parcel WHERE tracking <> '' AND state <> 'void' GROUP BY tracking "
        "HAVING COUNT(*) > 1"
    ):
        told = floor.central.one(f"SELECT COUNT(*) FROM incident WHERE kind = 'number_twice' AND detail = '{tracking}'")
        if not (told and floor.witness.copies_of_streams):
            yield f"{tracking} stands on {times} parcels"


@check("serial-told")
def _serials(floor: Floor) -> Iterator[str]:
    """A serial number that two hands picked is told."""
    picks: Counter[tuple[str, str]] = Counter()
    for (data,) in floor.central.rows(
        "SELECT f.data FROM fact f WHERE f.kind = 'Picked' "
        "AND NOT EXISTS (SELECT 1 FROM voiding v WHERE v.fact_id = f.fact_id) "
        "AND NOT EXISTS (SELECT 1 FROM fact_status s WHERE s.fact_id = f.fact_id)"
    ):
        body = json.loads(data)["body"]
        if body["serial"]:
            picks[body["sku_id"], body["serial"]] += 1 if body["quantity"] > 0 else -1
    told = [row[0] for row in floor.central.rows("SELECT detail FROM incident WHERE kind = 'serial_twice'")]
    for (_, serial), times in picks.items():
        if times > 1 and not any(serial in words for words in told):
            yield f"serial {serial} was picked {times} times and nobody was told"


@check("put-back-told")
def _put_back(floor: Floor) -> Iterator[str]:
    """Units of a cancelled order that lie in its totes are told."""
    for number, units in floor.central.rows(
        "SELECT o.number, SUM(s.on_hand) FROM sales_order o JOIN tote t ON t.order_id = o.id "
        "JOIN stock s ON s.place_id = t.id WHERE o.state = 'cancelled' AND s.on_hand > 0 AND NOT EXISTS ("
        "SELECT 1 FROM incident i WHERE i.order_id = o.id AND i.resolved_at IS NULL "
        "AND i.kind IN ('put_back', 'cancelled_after_pick', 'stale_lease')) GROUP BY o.number"
    ):
        yield f"order {number} is cancelled, {units} units lie in its totes, and nobody was told"


# ---- what travels ---------------------------------------------------------------------------------------------------


@check("feed-gapless")
def _feed(floor: Floor) -> Iterator[str]:
    """The feed has no gap, and its head is its last row."""
    for site, head in floor.central.rows("SELECT site, head FROM feed_head"):
        (rows, first, last), *_ = floor.central.rows(
            f"SELECT COUNT(*), MIN(seq), MAX(seq) FROM feed WHERE site = {site}"
        )
        if rows and (last != head or rows != last - first + 1):
            yield f"site {site}: {rows} rows from {first} to {last}, head {head}"


@check("feed-seen")
def _feed_seen(floor: Floor) -> Iterator[str]:
    """Every station has read the feed to its end, and it is this feed."""
    head = floor.central.one("SELECT MAX(head) FROM feed_head") or 0
    last = floor.central.one(f"SELECT event_id FROM feed WHERE seq = {head}")
    for side in floor.stations:
        (seq, event), *_ = side.rows("SELECT feed_seq, feed_event FROM itself")
        if seq != head or (last is not None and event != last):
            yield f"{side.name} stands at {seq} of {head}"


@check("nothing-pending")
def _nothing_pending(floor: Floor) -> Iterator[str]:
    """No question is open, no row is guarded any more, all is applied as far as stations know."""
    for side in floor.stations:
        asks, own = side.one("SELECT COUNT(*) FROM ask"), side.one("SELECT COUNT(*) FROM own_touch")
        if asks or own:
            yield f"{side.name} has {asks} open questions and guards {own} rows"
    if left := floor.central.one(
        "SELECT COUNT(*) FROM ask a WHERE NOT EXISTS (SELECT 1 FROM answer b WHERE b.request_id = a.request_id)"
    ):
        yield f"central has not answered {left} questions"


@check("mirror-even")
def _mirrors(floor: Floor) -> Iterator[str]:
    """Where nothing is pending every station shows what central has."""
    whole: dict[str, tuple[list[str], Rows]] = {}
    for side in floor.stations:
        for table in _mirrored(side):
            if table not in whole:
                whole[table] = floor.central.ask(f"SELECT * FROM {table}")
            names, there = whole[table]
            here_names, rows = side.ask(f"SELECT * FROM {table}")
            known = [name for name in names if name in here_names]  # a station may be older than its central
            central = dict.fromkeys(_shown(table, known, names, there))
            here = dict.fromkeys(_shown(table, known, here_names, rows))
            if here.keys() != central.keys():
                extra, missing = here.keys() - central.keys(), central.keys() - here.keys()
                yield f"{side.name}.{table}: {len(extra)} rows of its own, {len(missing)} missing: " + _pair(
                    extra, missing
                )


def _pair(extra: Any, missing: Any) -> str:
    return " ≠ ".join(str(sorted(some, key=repr)[0]) if some else "nothing" for some in (extra, missing))


def _mirrored(side: Side) -> list[str]:
    rows = side.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name")
    return [name for (name,) in rows if name not in OWN]


def _shown(table: str, order: Sequence[str], names: Sequence[str], rows: Rows) -> Iterator[tuple[Any, ...]]:
    """Rows as one side tells them to the other: columns in one order, no private ones, amounts without their zeros."""
    where = [names.index(n) for n in order if n in names and (table, n) not in PRIVATE]
    money = {names.index(n) for n in ("price",) if n in names}
    for row in rows:
        yield tuple(_amount(row[i]) if i in money else row[i] for i in where)


def _amount(value: Any) -> Any:
    return None if value is None else Decimal(value).normalize()


@check("mail-once")
def _mails(floor: Floor) -> Iterator[str]:
    """No mail arrives twice."""
    for mail, times in floor.witness.mails.items():
        if times > 1:
            yield f"{mail} arrived {times} times"


def main(paths: Sequence[str]) -> int:
    """Checks files by name: central's first."""
    central, *stations = (sqlite_side(Path(path)) for path in paths)
    found = broken(Floor(central, stations))
    print("\n".join(map(str, found)) or "all invariants hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
