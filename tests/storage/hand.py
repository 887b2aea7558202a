"""Somebody who scans at a station's real file as fast as it takes scans, and says aloud which ones were confirmed.

The facts are such that a stranger can tell from them how the mirror must stand (see eye.py).
"""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event

from app.clock import FakeClock
from app.db import open_database
from app.db.feed import pack_row
from app.events import BinRead
from app.ids import BinId, stable_id
from app.inventory.facts import StockSet
from app.models import Model, Sku
from app.picking.facts import BinProved
from app.sync.keeper import Keeper
from app.sync.mending import Mended, mend
from app.sync.station import Cause, itself
from app.sync.wire import FeedRow, Mark, Pulled

CODE, NAME = "PICK01", "Pick 01"
AT = datetime(2026, 3, 2, 13, 7, tzinfo=UTC)
SKU = stable_id("sku", "MUG")
PLACES = [BinId(stable_id("bin", f"B{n}")) for n in range(40)]


@dataclass(frozen=True, slots=True)
class Way:
    """How the station works: `synchronous` "" as it is; it `rests` after so many of its scans."""

    synchronous: str = ""
    rests: float = 0.0

    def set_up(self, connection: sqlite3.Connection) -> None:
        """Changes a new connection."""
        if self.synchronous:
            connection.execute(f"PRAGMA synchronous={self.synchronous}")


def start(root: Path) -> tuple[Keeper, Mended | None]:
    """The station's start, as the program does it."""
    clock = FakeClock()
    mended = mend(root / "station.sqlite", clock, CODE, NAME)
    return station(root), mended


def station(root: Path, way: Way = Way()) -> Keeper:
    """The station's file, opened without a look at it."""
    database = open_database(root / "station.sqlite", "station")
    for engine in (database.write, database.relaxed):
        event.listen(engine, "connect", lambda connection, _: way.set_up(connection))
    return Keeper(database, FakeClock(), CODE, NAME)


def scan(keeper: Keeper, number: int, chance: random.Random) -> Mark:
    """One scan, confirmed when this returns: how far the stream is now. Every eighth is refused and leaves no fact."""
    at, place = AT + timedelta(seconds=number), chance.choice(PLACES)
    with keeper.act() as transaction:
        cause = Cause(at=at, task_id=place, group=transaction.next_group(), device="gun", scan_number=number)
        if chance.random() < 0.875:
            facts = (StockSet(SKU, place, number), BinProved(place))[: chance.randint(1, 2)]
            transaction.record(facts, cause)
        read = BinRead(text="LB1C", at=at, mono_ns=number, device="gun", number=number, bin_id=place)
        transaction.log_read(read, outcome="accepted", reason="", workflow="pick", handled_us=1)
        if chance.random() < 0.1:
            transaction.remember(person_id=None, workflow="pick", task_id=place)
        me = transaction.read(itself)
    return Mark(me.seq, me.chain)


def hear(keeper: Keeper, chance: random.Random) -> None:
    """What the courier brings: an acknowledgement of all that is pushed, and some rows of the feed. No flush."""
    out = keeper.outgoing()
    rows = []
    for n in range(chance.randint(1, 6)):
        seq, key = out.cursor.seq + 1 + n, stable_id("sku", str(chance.randrange(200)))
        body = _sku(key, chance)
        rows.append(FeedRow(seq, bytes([n]) * 16, Sku.__tablename__, key.hex(), body))
    mark = Mark(out.facts[-1].seq, out.facts[-1].chain) if out.facts else None
    with keeper.act(relaxed=True) as transaction:
        transaction.arrive(mark, (), Pulled(tuple(rows), (), True))


def _sku(key: bytes, chance: random.Random) -> str:
    table = Model.metadata.tables["sku"]
    row = {c.name: c.default.arg if c.default is not None else None for c in table.columns}
    return pack_row(table, row | {"id": key, "sku": f"S{key.hex()[:8]}", "name": "x" * chance.randint(1, 900)})


def work(keeper: Keeper, confirm: Callable[[str], None], seed: int, scans: int = 1_000_000, rests: float = 0.0) -> None:
    """Scans and hears until it has scanned so often; `confirm` gets a line right after each scan.

    `rests`: how likely it rests after one, which carries the log over when there is enough of it.
    """
    chance = random.Random(seed)
    for _ in range(scans):
        mark = scan(keeper, chance.randrange(1_000_000), chance)
        confirm(f"{mark.seq} {mark.chain.hex()}\n")
        if chance.random() < 0.3:
            hear(keeper, chance)
        if chance.random() < rests:
            keeper.rest()


def confirm_to(descriptor: int) -> Callable[[str], None]:
    """Says it to whoever listens at the other end."""

    def confirm(line: str) -> None:
        with suppress(BrokenPipeError):
            os.write(descriptor, line.encode())

    return confirm
