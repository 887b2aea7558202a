"""Twelve workers want the same things: units of a few products, of many products, and work. Beside bare UPDATEs.

Each contender is a process with connections of its own: `python -m bench.server.races` forks them, lets them begin
together, and says what each of them did and in how many seconds all was done.
"""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from app.channels.base import ImportedCustomer, ImportedLine, ImportedOrder
from app.clock import SystemClock
from app.db import Database, central_write, is_machines_fault, open_server, write_feed
from app.db.postgres import arguments_of
from app.documents import Address
from app.errors import Outage, Unavailable
from app.ids import new_id, stable_id
from app.inventory.service.many import Shelves, take_planned
from app.processing.service.arrivals import release_waiting, take_in
from app.settings import Server
from app.sync.applier import rooms, work_off
from app.text import say
from app.work.service.claims import answer_claims, claim_work
from bench.figures import Figure, Said
from bench.server.site import SKUS, Site, place_of, sku_id, sku_name

WORKERS, RATIO, STATIONS = 12, 0.5, 60
HOT, HOT_ORDERS, WIDE_ORDERS, ORDERS = 3, 3_000, 6_000, 600
STEP = 200
"""Lines that are promised in one transaction."""


def races(there: Site, folder: Path) -> Iterator[Said]:
    """Allocation of scarce and of plentiful goods, then claims, each beside a bare conditional UPDATE."""
    _bare_tables(there)
    dice = Random(5)
    hot = [(dice.randrange(HOT), dice.choice((1, 2, 3))) for _ in range(HOT_ORDERS)]
    wide = [(HOT + dice.randrange(SKUS - HOT), dice.choice((1, 1, 2))) for _ in range(WIDE_ORDERS)]
    for name, wanted in (("3 products × 500 units", hot), (f"{SKUS - HOT:,} products", wide)):
        takes = [(sku_id(n).hex(), place_of(n).hex(), units) for n, units in wanted]
        bare = _rate(f"bare UPDATE, {WORKERS} connections, {name}", _contest(there, "bare_take", takes))
        yield bare
        said = _contest(there, "allocate", takes)
        yield _rate(f"allocation, {WORKERS} workers, {name}", said, peer=bare)
        yield _retries(said)
        yield _oversold(there)
        yield _refused(there, wanted, said)
    yield _released(there, wide[:ORDERS])
    yield from _claims(there)


def _released(there: Site, wanted: Sequence[tuple[int, int]]) -> Figure:
    """The whole release of orders (checks, promises, work, timeline) by one worker, as it does it."""
    _orders(there, wanted)
    began = time.perf_counter()
    with there.central() as database:
        counts = release_waiting(database, SystemClock())
    return Figure("orders released by one worker", (counts["released"] / (time.perf_counter() - began),), "/s")


def _claims(there: Site) -> Iterator[Said]:
    works = [row[0] for row in there.ask("SELECT encode(id, 'hex') FROM work WHERE kind = 'pick' AND state = 'ready'")]
    there.ask("INSERT INTO bare_work SELECT * FROM work RETURNING 1")
    bare = _rate("bare UPDATE of work", _contest(there, "bare_claim", works))
    yield bare
    single = _contest(there, "claim", works[: len(works) // 4])
    yield _rate(f"claims, {WORKERS} workers, a transaction for each piece", single, peer=bare, judged=False)
    yield _retries(single)
    got = [work for one in single["did"] for work in one["got"]]
    said = _contest(there, "answer", _asked(there, len(works) - len(got)))
    told = there.ask("SELECT body::json->'work'->0->>'id' FROM answer WHERE body LIKE '%\"work\":[{%'")
    answered = [row[0] for row in told]
    said["did"][0]["got"] = answered
    yield _rate(f"claims, {WORKERS} workers, stations' questions answered with dossiers", said, peer=bare)
    yield _retries(said)
    got += answered
    twice, left = len(got) - len(set(got)), len(set(works) - set(got))
    yield Figure("  claimed twice", (float(twice),), "", target=0)
    yield Figure("  ready and never claimed", (float(left),), "", target=0)


def _asked(there: Site, count: int) -> list[str]:
    """So many questions for one piece of work each, of `STATIONS` stations."""
    with there.connect() as connection, connection.cursor() as cursor:
        cursor.execute("TRUNCATE ask, answer")
        cursor.executemany(
            "INSERT INTO ask (request_id, station_id, kind, body, asked_at, sent) "
            'VALUES (%s, %s, \'claim\', \'{"kind":"pick","limit":1}\', now(), true)',
            [(new_id(), stable_id("station", f"Q{n % STATIONS}")) for n in range(count)],
        )
    return []


def _rate(name: str, said: dict[str, Any], peer: Figure | None = None, *, judged: bool = True) -> Figure:
    done = sum(len(one["got"]) for one in said["did"])
    target = None if peer is None or not judged else RATIO
    return Figure(name, (done / said["seconds"],), "/s", peer=peer, target=target, at_least=True)


def _retries(said: dict[str, Any]) -> Figure:
    tried = sum(one["tried"] for one in said["did"])
    again = sum(one["again"] for one in said["did"])
    return Figure("  deadlocks and serialization, of all tries", (again / max(1, tried) * 100,), "%", target=0.1)


def _oversold(there: Site) -> Figure:
    found = there.ask(
        "SELECT count(*) FROM stock s LEFT JOIN (SELECT sku_id, place_id, lot, sum(quantity) AS promised FROM "
        "reservation GROUP BY 1, 2, 3) r USING (sku_id, place_id, lot) WHERE s.status = 'good' AND "
        "(reserved > on_hand OR reserved <> coalesce(promised, 0))"
    )[0][0]
    return Figure("  places oversold, or promised otherwise than the book", (float(found),), "", target=0)


def _refused(there: Site, wanted: Sequence[tuple[int, int]], said: dict[str, Any]) -> Figure:
    """Lines that got nothing though there are as many free units in the end as they wanted."""
    free = {
        row[0]: row[1]
        for row in there.ask("SELECT encode(sku_id, 'hex'), sum(on_hand - reserved) FROM stock GROUP BY 1")
    }
    refused = [(sku_id(wanted[i][0]).hex(), wanted[i][1]) for one in said["did"] for i in one["refused"]]
    wrongly = sum(free[sku] >= units for sku, units in refused)
    return Figure(f"  wrongly refused ({len(refused):,} of {len(wanted):,} refused)", (float(wrongly),), "", target=0)


def _bare_tables(there: Site) -> None:
    with there.connect() as connection:
        for table in ("stock", "work"):
            connection.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)".encode())
        connection.execute("INSERT INTO bare_stock SELECT * FROM stock")


def _orders(there: Site, wanted: Sequence[tuple[int, int]]) -> None:
    """One order for each, taken in by the real service."""
    now = SystemClock().now()
    orders = [_order(str(n), sku, units, now) for n, (sku, units) in enumerate(wanted)]
    with there.central() as database:
        for first in range(0, len(orders), 200):
            with central_write(database) as session:
                take_in(session, orders[first : first + 200], source="bench.csv", now=now)


def _order(number: str, sku: int, units: int, now: datetime) -> ImportedOrder:
    price = Decimal("5.00")
    return ImportedOrder(
        channel="bench", external_id=number, number=f"N{number}", currency="EUR",
        lines=(ImportedLine("1", sku_name(sku), f"Thing {sku}", units, price),), placed_at=now, updated_at=now,
        customer=ImportedCustomer(number, f"Customer {number}", f"c{number}@example.org", ""),
        ship_to=Address(
            name=f"Customer {number}", line1=f"Lindenstraße {number}", postcode="10969", city="Berlin", country="DE"
        ),
        total=price * units, payment="paid", tax_included=True,
    )  # fmt: skip


# ---- the contenders -------------------------------------------------------------------------------------------------


def _contest(there: Site, what: str, things: Sequence[Any]) -> dict[str, Any]:
    """All contenders at once; what each did, and in how many seconds."""
    server = there.admin if what.startswith("bare") else there.worker
    asked = json.dumps({"what": what, "server": asdict(server), "things": things})
    words = [sys.executable, "-m", "bench.server.races"]
    done = subprocess.run(words, input=asked, stdout=subprocess.PIPE, text=True, check=True)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


Did = dict[str, Any]


def _bare_take(server: Server, things: list[Any], n: int, begin: Callable[[], object]) -> Did:
    got = []
    mine = [(bytes.fromhex(sku), bytes.fromhex(place), units) for sku, place, units in things[n::WORKERS]]
    with psycopg.connect(**arguments_of(server), autocommit=True) as connection:
        begin()
        for i, (sku, place, units) in enumerate(mine):
            connection.execute(
                "UPDATE bare_stock SET reserved = reserved + %s WHERE sku_id = %s AND place_id = %s AND lot = '' "
                "AND status = 'good' AND on_hand - reserved >= %s",
                (units, sku, place, units),
            )
            got.append(i)
    return {"got": got, "tried": len(got), "again": 0}


def _bare_claim(server: Server, things: list[Any], n: int, begin: Callable[[], object]) -> Did:
    got = []
    station = stable_id("station", f"C{n}")
    with psycopg.connect(**arguments_of(server), autocommit=True) as connection:
        begin()
        for work in things[n::WORKERS]:
            connection.execute(
                "UPDATE bare_work SET state = 'leased', station_id = %s, lease_id = %s, lease_until = now(), "
                "fence = fence + 1 WHERE id = %s AND state = 'ready'",
                (station, station, bytes.fromhex(work)),
            )
            got.append(work)
    return {"got": got, "tried": len(got), "again": 0}


def _deciding(
    server: Server,
    begin: Callable[[], object],
    steps: Iterator[Callable[[Any], list[Any] | None]],
    warm: Callable[[Any], object],
) -> Did:
    """Decides step by step, each in a transaction of central's; what the machine did not let through is tried again."""
    got: list[Any] = []
    tried = again = 0
    database = open_server(server, connections=2)
    _rehearse(database, warm)
    begin()
    for step in steps:
        done: list[Any] | None = None
        while True:
            tried += 1
            try:
                with central_write(database) as session:
                    done = step(session)
                break
            except Exception as error:
                if not (isinstance(error, Unavailable) or is_machines_fault(error)):
                    raise
                again += 1
        if done is None:
            break
        got += done
    database.close()
    return {"got": got, "tried": tried, "again": again}


def _allocate(server: Server, things: list[Any], n: int, begin: Callable[[], object]) -> Did:
    """Promises each of its lines as the release of many orders does: read once, planned in memory, taken at once."""
    mine = [(i, bytes.fromhex(sku), units) for i, (sku, _, units) in enumerate(things)][n::WORKERS]
    now = SystemClock().now()
    refused: list[int] = []

    def promise(some: list[tuple[int, bytes, int]], session: Any) -> list[Any]:
        shelves = Shelves(session, {sku for _, sku, _ in some}, now)
        plans = {i: shelves.plan([(new_id(), sku, units)]) for i, sku, units in some}
        if not take_planned(session, [taken for plan in plans.values() for taken in plan]):
            raise Unavailable(Outage("stock", say("somebody else took it")))
        refused.extend(i for i, plan in plans.items() if not plan)
        return [i for i, _, _ in some]

    steps = [partial(promise, mine[i : i + STEP]) for i in range(0, len(mine), STEP)]

    def begin_anew() -> None:
        refused.clear()  # of the rehearsal
        begin()

    did = _deciding(server, begin_anew, iter(steps), partial(promise, mine[:1]))
    return did | {"refused": refused}


def _claim(server: Server, things: list[Any], n: int, begin: Callable[[], object]) -> Did:
    """Claims its share of so many pieces, one in each transaction."""
    station, now = stable_id("station", f"C{n}"), SystemClock().now()

    def claim(session: Any) -> list[str] | None:
        found = claim_work(session, station_id=station, kind="pick", limit=1, now=now)
        return [one.work_id.hex() for one in found] or None

    return _deciding(server, begin, iter([claim] * len(things[n::WORKERS])), claim)


def _answer(server: Server, _things: list[Any], n: int, begin: Callable[[], object]) -> Did:
    """Answers what stations have asked, as a worker does it."""
    clock, station = SystemClock(), stable_id("station", f"C{n}")
    database = open_server(server, connections=2)
    _rehearse(database, lambda session: answer_claims(session, asked=[(station, {})] * 2, now=clock.now()))
    rooms()
    begin()
    tried = again = 0
    while True:
        tried += 1
        try:
            tried += work_off(database, clock)
            break
        except Exception as error:
            if not (isinstance(error, Unavailable) or is_machines_fault(error)):
                raise
            again += 1
    database.close()
    return {"got": [], "tried": tried, "again": again}


class _TakenBack(Exception):
    """What was only rehearsed is not kept."""


def _rehearse(database: Database, act: Callable[[Any], object]) -> None:
    """Does something once and takes it back: who contends is connected and knows its statements, as a worker does."""
    with suppress(_TakenBack), central_write(database) as session:
        act(session)
        session.flush()
        write_feed(session)
        raise _TakenBack


_WHAT = {"bare_take": _bare_take, "bare_claim": _bare_claim, "allocate": _allocate, "claim": _claim, "answer": _answer}


def main() -> None:
    said = json.load(sys.stdin)
    server = Server(**said["server"])
    fork = multiprocessing.get_context("fork")
    barrier, results = fork.Barrier(WORKERS + 1), fork.SimpleQueue()

    def contend(n: int) -> None:
        try:
            results.put(_WHAT[said["what"]](server, said["things"], n, barrier.wait))
        except BaseException as error:
            results.put({"error": f"{type(error).__name__}: {error}"})
            barrier.abort()
            raise

    processes = [fork.Process(target=contend, args=(n,)) for n in range(WORKERS)]
    for process in processes:
        process.start()
    barrier.wait(60)
    began = time.perf_counter()
    did = [results.get() for _ in processes]
    seconds = time.perf_counter() - began
    for process in processes:
        process.join()
    if wrong := [one["error"] for one in did if "error" in one]:
        raise SystemExit(wrong[0])
    print(json.dumps({"did": did, "seconds": seconds}))


if __name__ == "__main__":
    main()
