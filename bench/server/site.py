"""A central on a server that has been at work for years: founded by the real code, with millions of facts behind it.

    with site(5_000_000) as there:
        there.join("PACK01")          # a station's way in, by the real door
        with there.central() as database: ...

The warehouse (bins, products, stock) comes in through the real imports. Its past is made by the server itself: rows of
the size and with the columns of real ones under all indexes, of stations that are gone; their chains are random, and
the ledger of the past cancels out, so that it still sums to the stock. What is made is kept as a cluster's folder
beside the other templates of the benches, by schema and size; each run works on a copy of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from app.clock import SystemClock
from app.db import Database, central_write, open_server
from app.db.door import invite, join
from app.db.founding import found
from app.db.rights import Roles
from app.facts import Fact, Stamp, canonical
from app.ids import stable_id
from app.inventory.service import import_layout, import_products, import_stock
from app.models import Model
from app.picking.facts import BinProved, ItemProved, Picked
from app.settings import Server
from bench.figures import Note
from bench.progress import bar
from tests.postgres import PgServer, own, versions

FACTS = 5_000_000
FEED_KEPT = 300_000
"""Rows of the feed that are not cut yet."""
SKUS, BINS, AISLES, UNITS = 5_000, 2_000, 20, 500
"""One place a product, with so many units in it."""
OLD_STATIONS = 20
AT_ONCE = 250_000
DAY_S = 86_400
HOST, NAME = "127.0.0.1", "floor"
SETTINGS = {
    "shared_buffers": "1GB", "max_connections": "300", "max_wal_size": "4GB", "checkpoint_timeout": "15min",
    "maintenance_work_mem": "512MB", "work_mem": "16MB", "autovacuum_naptime": "1min",
}  # fmt: skip
"""What any recipe gives a server with some gigabytes of memory; what is durable is as the server has it by itself."""


def sku_name(n: int) -> str:
    return f"K{n:05d}"


def bin_name(n: int) -> str:
    return f"B{n % AISLES:02d}-{n // AISLES:04d}"


def sku_id(n: int) -> bytes:
    return stable_id("sku", sku_name(n))


def place_of(n: int) -> bytes:
    """The bin in which the n-th product lies."""
    return stable_id("bin", bin_name(n % BINS))


@dataclass(frozen=True, slots=True)
class Site:
    """A running server with central in it. `worker` is the worker's way in, `admin` the superuser's."""

    pg: PgServer
    admin: Server
    worker: Server

    @contextmanager
    def central(self, connections: int = 2) -> Iterator[Database]:
        """Central as its worker sees it."""
        database = open_server(self.worker, connections=connections)
        try:
            yield database
        finally:
            database.close()

    def join(self, code: str) -> Server:
        """Invites a station and joins it; its way in."""
        with self.central() as database, central_write(database) as session:
            once = invite(session, Roles(NAME), code, code.title())
        return join(Server(HOST, NAME, Roles(NAME).login_of(code), str(self.pg.port), **_PLAIN), once).server

    def connect(self, **more: Any) -> psycopg.Connection[tuple[Any, ...]]:
        """The superuser's connection, in autocommit."""
        return self.pg.connect(NAME, **more)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """A question as the superuser, on a connection of its own."""
        with self.connect() as connection:
            return connection.execute(sql.encode()).fetchall()

    def sizes(self) -> Iterator[Note]:
        """What is in it, by the server's own count."""
        version = self.ask("SHOW server_version")[0][0]
        yield Note(
            f"PostgreSQL {version}, fsync and synchronous_commit on, shared_buffers {SETTINGS['shared_buffers']}"
        )
        for table in ("fact", "movement", "feed"):
            rows, size = self.ask(f"SELECT count(*), pg_total_relation_size('{table}') FROM {table}")[0]
            yield Note(f"{table}: {rows:,} rows, {size / 2**20:,.0f} MiB with indexes, {size / rows:,.0f} B a row")


_PLAIN: dict[str, Any] = {"sslmode": "disable", "dev_insecure": True}


@contextmanager
def site(facts: int = FACTS, version: int | None = None) -> Iterator[Site]:
    """A server with this much history, on a copy that is gone afterwards."""
    version = version or versions()[0]
    template = _template(facts, version)
    pg = PgServer(version, durable=True, settings=SETTINGS)
    try:
        subprocess.run(["cp", "-a", "--reflink=auto", str(template / "data"), str(pg.data)], check=True)
        pg.start()
        yield _opened(pg)
    finally:
        pg.close()


def _opened(pg: PgServer) -> Site:
    """The site in a cluster: rights and views as this program has them, with new secrets."""
    pg.psql(f"ALTER ROLE postgres PASSWORD '{pg.password}'")
    admin = Server(HOST, NAME, "postgres", str(pg.port), pg.password, **_PLAIN)
    worker = found(admin).worker
    assert worker is not None
    return Site(pg, admin, worker)


# ---- the template ---------------------------------------------------------------------------------------------------


def _template(facts: int, version: int) -> Path:
    """The folder of a finished cluster; a build that was broken off is begun anew."""
    kept = Path(tempfile.gettempdir()) / "packbay-bench"
    folder = kept / f"server-{version}-{facts}-{_fingerprint()}"
    if not (folder / "made").exists():
        for old in kept.glob("server-*"):
            if old == folder or time.time() - old.stat().st_mtime > DAY_S:
                shutil.rmtree(old, ignore_errors=True)
        folder.mkdir(parents=True)
        own(folder)
        _build(folder / "data", facts, version)
        (folder / "made").touch()
    os.utime(folder)
    return folder


def _fingerprint() -> str:
    """Another schema or another past is another template."""
    schema = "".join(f"{t.name}{[(c.name, str(c.type)) for c in t.columns]}" for t in Model.metadata.sorted_tables)
    indexes = sorted(str(i) for t in Model.metadata.sorted_tables for i in t.indexes)
    past = f"{_FACTS}{_MOVEMENTS}{_FEED}{SKUS}{BINS}{UNITS}{FEED_KEPT}"
    return hashlib.sha256((schema + "".join(indexes) + past).encode()).hexdigest()[:12]


def _build(data: Path, facts: int, version: int) -> None:
    tick = bar(f"a server with {facts:,} facts", facts)
    with PgServer(version, settings=SETTINGS, data=data) as pg:
        pg.create(NAME)
        there = _opened(pg)
        with there.central() as database:
            _furnish(database)
        with there.connect() as connection:
            _past(connection, facts, tick)
            connection.execute("VACUUM (FREEZE, ANALYZE)")
        pg.stop()


def _furnish(database: Database) -> None:
    aisles = [f"aisle,B{n:02d},,,{3000 * n},,,0,{BINS // AISLES * 500}" for n in range(AISLES)]
    bins = [f"bin,{bin_name(n)},pick,B{n % AISLES:02d},,{n // AISLES * 500},,," for n in range(BINS)]
    layout = ["kind,name,type,aisle,x_mm,y_mm,x0_mm,y0_mm,y1_mm", *aisles, *bins, "bin,Drop,drop,,9000,1000,,,"]
    products = ["sku,name,weight_g", *(f"{sku_name(n)},Thing {n},200" for n in range(SKUS))]
    stock = ["sku,bin,quantity", *(f"{sku_name(n)},{bin_name(n % BINS)},{UNITS}" for n in range(SKUS))]
    now = SystemClock().now()
    with central_write(database) as session:
        results = (
            import_layout(session, _table(layout), file="layout.csv"),
            import_products(session, _table(products), file="products.csv"),
            import_stock(session, _table(stock), file="stock.csv", now=now),
        )
    if wrong := [error for result in results for error in result.errors]:
        raise ValueError(f"the site can't be built: {wrong[0]}")


def _table(rows: list[str]) -> bytes:
    return "\n".join(rows).encode()


def _past(connection: psycopg.Connection[Any], facts: int, tick: Any) -> None:
    """Years of facts, their ledger, the end of their feed, and the marks of the stations that were there."""
    connection.execute("CREATE TEMP TABLE shelf (i int PRIMARY KEY, sku bytea, place bytea)")
    with connection.cursor().copy("COPY shelf FROM STDIN") as rows:
        for n in range(SKUS):
            rows.write_row((n, sku_id(n), place_of(n)))
    connection.execute("ANALYZE shelf")
    texts = _texts()
    with _without_indexes(connection, ("fact", "movement", "feed")):
        for first in range(0, facts, AT_ONCE):
            last = min(facts, first + AT_ONCE) - 1
            connection.execute(_FACTS, {"first": first, "last": last, "facts": facts, "old": OLD_STATIONS, **texts})
            connection.execute(_MOVEMENTS, {"first": first, "last": last, "facts": facts})
            tick(min(last, facts - 2))
        connection.execute(_FEED, {"kept": min(FEED_KEPT, facts), "facts": facts})
    connection.execute("UPDATE feed_head SET head = (SELECT max(seq) FROM feed)")
    connection.execute(
        "INSERT INTO station_mark (station_id, incarnation, pushed_seq, pushed_chain, applied_seq) "
        "SELECT station_id, incarnation, max(seq), sha256('old'), max(seq) FROM fact WHERE incarnation = station_id "
        "GROUP BY 1, 2 ON CONFLICT DO NOTHING"
    )
    tick(facts)


@contextmanager
def _without_indexes(connection: psycopg.Connection[Any], tables: tuple[str, ...]) -> Iterator[None]:
    """Indexes and keys are taken away and made anew at the end, which is faster than filling them."""
    again: list[str] = []
    for table in tables:
        for name, definition in connection.execute(_KEYS, (table,)).fetchall():
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
            again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        for name, definition in connection.execute(_INDEXES, (table,)).fetchall():
            connection.execute(f"DROP INDEX {name}".encode())
            again.append(definition)
    yield
    for statement in again:
        connection.execute(statement.encode())


_KEYS = (
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE conrelid = %s::regclass AND contype IN ('p', 'u') ORDER BY contype"
)
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s"


def _texts() -> dict[str, str]:
    """The canonical bytes of three real facts with places for what differs from fact to fact."""
    known = {name: name.encode() * 16 for name in ("f", "s", "t", "w", "k", "p")}
    task, sku, place = known["t"], known["k"], known["p"]
    facts: tuple[Fact, ...] = (
        Picked(known["w"], known["w"], 1, sku, place, "", 1, task),
        BinProved(place),
        ItemProved(sku, place, "", 1),
    )
    stamp = Stamp(
        known["f"], known["s"], known["s"], 1, 0, datetime(2026, 3, 2, 6, tzinfo=UTC), 60, known["s"], task, known["w"],
        known["w"], 1, "scanner 1", 7, "0400000000001",
    )  # fmt: skip
    return {
        f"text{n}": canonical(fact.kind(), 1, fact.body(), stamp).decode() for n, fact in enumerate(facts)
    }  # fmt: skip


# A moment for each fact, a second and a half apart, up to yesterday; ids hold it as real ones do.
_MOMENT = "(extract(epoch FROM now())::bigint - 86400 - (%(facts)s - n) * 3 / 2)"
_ID = f"decode(lpad(to_hex({_MOMENT} * 1000), 12, '0') || '7' || substr(md5(n::text), 1, 19), 'hex')"
_STATION = "decode(md5('old station ' || n %% %(old)s), 'hex')"
_FACTS = f"""
INSERT INTO fact (fact_id, station_id, incarnation, seq, kind, version, event_group, at, actor_id, task_id, work_id,
  device, scan_number, scan_text, chain, data)
SELECT {_ID}, {_STATION}, {_STATION}, n / %(old)s + 1,
  CASE n %% 5 WHEN 0 THEN 'Picked' WHEN 1 THEN 'Picked' WHEN 2 THEN 'BinProved' ELSE 'ItemProved' END, 1, n / %(old)s,
  to_timestamp({_MOMENT}), decode(md5('person ' || n %% 50), 'hex'), decode(md5('task ' || n / 12), 'hex'),
  decode(md5('work ' || n / 12), 'hex'), 'scanner 1', n / %(old)s, '0400000000001', sha256(n::text::bytea),
  replace(replace(replace(replace(
    CASE n %% 5 WHEN 0 THEN %(text0)s WHEN 1 THEN %(text0)s WHEN 2 THEN %(text1)s ELSE %(text2)s END,
    repeat('66', 16), encode({_ID}, 'hex')), repeat('74', 16), md5('task ' || n / 12)),
    repeat('6b', 16), encode(sku, 'hex')), repeat('70', 16), encode(place, 'hex'))
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n JOIN shelf ON i = n / 5 %% {SKUS}"""
_MOVEMENTS = f"""
INSERT INTO movement (fact_id, line, sku_id, place_id, lot, status, quantity, reason, at)
SELECT {_ID}, 0, sku, place, '', 'good', CASE n %% 5 WHEN 0 THEN 1 ELSE -1 END, 'pick', to_timestamp({_MOMENT})
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n JOIN shelf ON i = n / 5 %% {SKUS} WHERE n %% 5 < 2"""
_FEED = f"""
WITH head AS (SELECT max(seq) AS head FROM feed)
INSERT INTO feed (site, seq, event_id, topic, key, body)
SELECT 1, head + n - (%(facts)s - %(kept)s), {_ID}, 'stock',
  encode(sku, 'hex') || '/' || encode(place, 'hex') || '//good',
  '{{"lot":"","on_hand":{UNITS},"place_id":"' || encode(place, 'hex') || '","reserved":0,"sku_id":"' ||
  encode(sku, 'hex') || '","status":"good"}}'
FROM head, generate_series(%(facts)s::bigint - %(kept)s + 1, %(facts)s::bigint) AS n
JOIN shelf ON i = n / 5 %% {SKUS}"""


if __name__ == "__main__":  # to look at one by hand
    with site(int(os.environ.get("FACTS", "200000"))) as here:
        print(json.dumps([note.words for note in here.sizes()], indent=1))
