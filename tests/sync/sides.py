"""Central and stations on SQLite files of their own, driven by hand: nothing moves unless a test moves it."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.clock import FakeClock
from app.db import central_write, changed, migrate, open_database, tables_of
from app.db.feed import is_mirrored
from app.facts import Fact
from app.ids import stable_id
from app.inventory.facts import StockSet
from app.models import (
    Bin,
    BriefLine,
    Model,
    Order,
    OrderBrief,
    OrderLine,
    PickLine,
    PrintJob,
    Reservation,
    Sku,
    Stock,
    Tote,
    Work,
)
from app.sync.applier import work_off
from app.sync.central import SqlCentral
from app.sync.keeper import Arrival, Keeper
from app.sync.parcel import Parcelled
from app.sync.station import Cause
from app.sync.wire import Mark, Pulled
from app.work.service.recording import record_here
from app.workflow import Recorded, Request
from tests.engines import on_server, open_central, stranger

MUG, TEA = (stable_id("sku", name) for name in ("MUG", "TEA"))
B1, B2 = (stable_id("bin", name) for name in ("B1", "B2"))
T1, T2, T3 = (stable_id("tote", name) for name in ("T1", "T2", "T3"))
ORDER, WORK = stable_id("order", "1"), stable_id("work", "1")
PICK_MUG, PICK_TEA = stable_id("pick", "mug"), stable_id("pick", "tea")
SLIP = stable_id("job", "slip")
FENCE = 1
ON_HAND = {(MUG, B1): 10, (MUG, B2): 4, (TEA, B1): 7}


def dump(path: Path, *, without: Sequence[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a file, read by SQLite itself."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        names = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for name in sorted(set(names) - set(without))
        }


def _folder() -> Path:
    """A folder that goes when the tests end."""
    folder = Path(mkdtemp(prefix="packbay-sides-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def template(side: str) -> Path:
    """A migrated, empty file of a side, made once."""
    path = _folder() / f"{side}.sqlite"
    database = open_database(path, side)
    migrate(database)
    database.close()
    return path


def _publish(session: Session, *rows: Model) -> None:
    for row in rows:
        session.add(row)
        session.flush()
        key = row.__mapper__.primary_key_from_instance(row)
        if is_mirrored(row.__table__):  # type: ignore[arg-type]  # a Table, for all of our models
            changed(session, type(row), *key)


def stock_the_site(session: Session, clock: FakeClock) -> None:
    """Two products in two bins, three totes, one order of 3 mugs and 2 tins whose pick work is leased with fence 1."""
    now = clock.now()
    for sku, name in ((MUG, "MUG"), (TEA, "TEA")):
        _publish(session, Sku(id=sku, sku=name, name=name.title()))
    for place, name in ((B1, "B1"), (B2, "B2")):
        _publish(session, Bin(id=place, name=name, x_mm=0, y_mm=0))
    for tote, name in ((T1, "T1"), (T2, "T2"), (T3, "T3")):
        _publish(session, Tote(id=tote, name=name))
    order = Order(
        id=ORDER, channel="test", external_id="1", number="10001", state="released", received_at=now, updated_at=now,
        content_hash=b"",
    )  # fmt: skip
    _publish(session, order, OrderBrief(order_id=ORDER, number="10001", state="released"))
    _publish(session, Work(id=WORK, kind="pick", order_id=ORDER, state="leased", fence=FENCE))
    for position, (line, sku, units) in enumerate(((PICK_MUG, MUG, 3), (PICK_TEA, TEA, 2)), 1):
        order_line = stable_id("line", str(position))
        _publish(
            session,
            OrderLine(
                id=order_line, order_id=ORDER, position=position, external_id=str(position), sku_id=sku, quantity=units
            ),
            BriefLine(line_id=order_line, order_id=ORDER, sku_id=sku, position=position, quantity=units),
            PickLine(id=line, work_id=WORK, order_line_id=order_line, sku_id=sku, place_id=B1, quantity=units),
            Reservation(
                id=stable_id("reservation", str(position)), line_id=order_line, sku_id=sku, place_id=B1, quantity=units
            ),
        )
    _publish(session, PrintJob(id=SLIP, kind="slip", order_id=ORDER, queued_at=now))
    record_here(session, [StockSet(sku, place, units) for (sku, place), units in ON_HAND.items()], now=now)
    for sku, units in ((MUG, 3), (TEA, 2)):
        session.execute(update(Stock).where(Stock.sku_id == sku, Stock.place_id == B1).values(reserved=units))
        changed(session, Stock, sku, B1, "", "good")


class CentralSide:
    """Central's file, its side of the protocol, and the applier. A file that lies in the folder is gone on with."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self._path, self.clock = folder / "central.sqlite", clock
        if self._path.exists():
            self.open()
            return
        self.open(template("central"))
        with central_write(self.database) as session:
            stock_the_site(session, clock)

    def open(self, template: Path | None = None) -> None:
        self.database = open_central(self._path, template=template)
        self.port = SqlCentral(self.database, self.clock)

    @property
    def path(self) -> Path:
        """A SQLite file with what central has now: its own, or a copy of the server's."""
        return stranger(self.database)

    def close(self) -> None:
        """Closes it; what a server has is left behind as a file, for whoever goes on with a copy of the folder."""
        if on_server():
            shutil.copy(self.path, self._path)
        self.database.close()

    def work(self) -> int:
        return work_off(self.database, self.clock)

    def office(self, *facts: Fact) -> None:
        with central_write(self.database) as session:
            record_here(session, facts, now=self.clock.now())

    def back_up(self) -> Path:
        """A copy as `sqlite3 .backup` makes it."""
        target = self._path.with_suffix(".backup")
        with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        return target

    def restore(self, backup: Path) -> None:
        """Puts a backup in the place of the file, as after a broken disk."""
        self.close()
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self.open(backup)

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, values).fetchall()


@dataclass
class StationSide:
    """A station's file and the courier's legs, one at a time."""

    folder: Path
    code: str
    clock: FakeClock
    central: CentralSide
    keeper: Keeper = field(init=False)
    held: Pulled | None = None

    def __post_init__(self) -> None:
        self.path = self.folder / f"{self.code.lower()}.sqlite"
        if not self.path.exists():
            shutil.copy(template("station"), self.path)
        self.open()

    def open(self) -> None:
        self.database = open_database(self.path, "station")
        self.keeper = Keeper(self.database, self.clock, self.code, self.code.title())

    def close(self) -> None:
        self.database.close()

    @property
    def id(self) -> bytes:
        return self.keeper.station.station_id

    def record(self, *facts: Fact, voids: Sequence[bytes] = (), task: bytes = b"\x01" * 16) -> tuple[Recorded, ...]:
        """What one scan records."""
        self.clock.advance(1)
        with self.keeper.act() as transaction:
            cause = Cause(at=self.clock.now(), task_id=task, group=transaction.next_group())
            return transaction.record(facts, cause, voids)

    def ask(self, kind: str, body: dict[str, object]) -> bytes:
        with self.keeper.act() as transaction:
            return transaction.ask(Request(kind, body), b"\x01" * 16)

    # -- the courier's legs -------------------------------------------------------------------------------------------

    def hello(self, *, offset_ms: int = 0, broken: bool = False) -> str:
        welcome = self.central.port.hello(self.keeper.greeting())
        with self.keeper.act() as transaction:
            return transaction.reconcile(welcome, offset_ms=offset_ms, broken=broken)

    def push(self, *, answer_is_lost: bool = False) -> Mark | None:
        out = self.keeper.outgoing()
        if not (out.facts or out.asks):
            return None
        mark = self.central.port.push(out.station_id, out.incarnation, out.facts, out.asks)
        if not answer_is_lost:
            with self.keeper.act(relaxed=True) as transaction:
                transaction.arrive(mark, tuple(a.request_id for a in out.asks), None)
        return mark

    def fetch(self) -> Pulled:
        """Asks central and holds what came: `deliver` takes it in, later."""
        out = self.keeper.outgoing()
        self.held = self.central.port.pull(out.station_id, out.cursor, out.waiting)
        return self.held

    def deliver(self) -> Arrival:
        assert self.held is not None
        mirror = None
        if self.held.snapshot:
            with closing(self.central.port.snapshot(self.id, self.keeper.incarnation)) as parts:
                mirror = self.keeper.build_mirror(parts)
        arrival = self.keeper.take_in(Parcelled(None, (), self.held, mirror=mirror))
        self.held = None
        return arrival

    def pull(self) -> Arrival:
        self.fetch()
        return self.deliver()

    def settle(self) -> None:
        """Pushes, lets central work and pulls until nothing is under way."""
        self.held = None
        for _ in range(50):
            self.push()
            self.central.work()
            pulled = self.fetch()
            self.deliver()
            if not pulled.rows and not pulled.answers and pulled.complete and self.keeper.is_even():
                return
        raise AssertionError("the two sides do not come to rest")

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, values).fetchall()

    def change(self, sql: str, *values: object) -> None:
        """Somebody writes into the file by hand."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(sql, values)


@cache
def _even_files(codes: tuple[str, ...]) -> Path:
    folder, clock = _folder(), FakeClock()
    central = CentralSide(folder, clock)
    stations = [StationSide(folder, code, clock, central) for code in codes]
    for _ in range(2):  # each hears of the others, too
        for station in stations:
            station.settle()
    for station in stations:
        station.close()
    central.close()
    return folder


def even_sides(folder: Path, clock: FakeClock, *codes: str) -> tuple[CentralSide, tuple[StationSide, ...]]:
    """Central and stations that know the site and have nothing to tell each other; copied from files made once."""
    shutil.copytree(_even_files(codes), folder, dirs_exist_ok=True)
    central = CentralSide(folder, clock)
    return central, tuple(StationSide(folder, code, clock, central) for code in codes)


def mirrored(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the mirrored tables of a file, without what never travels."""
    found = {}
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        for table in tables_of("station"):
            if is_mirrored(table):
                shown = [c.name for c in table.columns if c.name not in table.info.get("private", ())]
                rows = connection.execute(f"SELECT {', '.join(shown)} FROM {table.name}").fetchall()
                found[table.name] = sorted(rows, key=repr)
    return found


def balances(path: Path) -> dict[tuple[bytes, bytes, str, str], int]:
    """On hand as the table of balances says, without zeroes."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT sku_id, place_id, lot, status, on_hand FROM stock").fetchall()
    return {(sku, place, lot, status): units for sku, place, lot, status, units in rows if units}


def ledger(path: Path) -> dict[tuple[bytes, bytes, str, str], int]:
    """On hand as the sum of movements, without zeroes."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT sku_id, place_id, lot, status, sum(quantity) FROM movement GROUP BY 1, 2, 3, 4"
        ).fetchall()
    return {(sku, place, lot, status): units for sku, place, lot, status, units in rows if units}
