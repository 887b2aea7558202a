"""A small warehouse to pick in: a real central and a real station on files, a scanner, and a clock that stands still.

Aisles A, B, C run north at x = 2, 6, 10 m from y = 0 to 10 m; cross-aisles run at y = -1 and 11 m. Each aisle has bays
01 to 05 (two metres apart) on the right side, each with levels A (floor) to C. The start is at (0, -1 m), the drop
place at (12 m, -1 m), the pack lane at (12 m, -2 m), the problem shelf at (0, 12 m).
"""

from __future__ import annotations

import atexit
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.barcodes import command_code, own_code
from app.clock import FakeClock
from app.db import Database, central_write, changed, migrate, open_database, reading, station_write
from app.equipment import DeviceState
from app.events import Answered, AskFailed, Read, Refreshed, Scan
from app.ids import CartId, RequestId, new_id, stable_id
from app.inventory.facts import StockSet
from app.models import (
    Aisle,
    Bin,
    Cart,
    Code,
    CrossAisle,
    Lot,
    Model,
    Order,
    OrderLine,
    PickLine,
    Policy,
    Reservation,
    Sku,
    StationRow,
    Stock,
    Tote,
    Work,
)
from app.picking.workflows.pick import Pick
from app.picking.workflows.pick_state import PickState
from app.receipt.service import write_brief
from app.sync.applier import work_off
from app.sync.central import SqlCentral
from app.sync.mirror import apply_feed, take_answer
from app.sync.station import (
    Cause,
    acknowledge,
    facts_of,
    found_station,
    outgoing,
    put_ask,
    record,
)
from app.view import ProblemHero, View
from app.work.queries import meaning
from app.work.service import record_here
from app.workflow import Bench, Operator, Outcome, Request, Station, Workflow
from tests.approving import Leads

P = ParamSpec("P")
R = TypeVar("R")
STATION = stable_id("station", "CART07")
CART = Station(STATION, "CART07", "Cart 07")
ANA = Operator(stable_id("person", "1"), "Ana Moreno", "picker", "en")
CODES = {"MUG": "4006381333931", "TEA": "4006381333948", "SOAP": "4006381333955", "CANDLE": "4006381333962"}
"""Products and their barcodes (EAN-13)."""
CASE = "14006381333938"
"""A case of twelve mugs."""


def bin_id(name: str) -> bytes:
    return stable_id("bin", name)


def sku_id(sku: str) -> bytes:
    return stable_id("sku", sku)


def tote_id(name: str) -> bytes:
    return stable_id("tote", name)


def bin_code(name: str) -> str:
    return own_code("L" + name.replace("-", ""))


def tote_code(name: str) -> str:
    return own_code("T" + name.replace("-", ""))


CART_CODE = own_code("KCART07")
DROP, PACK, PROBLEM = own_code("LDROP1"), own_code("LPACK1"), own_code("LPROBLEM1")


def card(word: str) -> str:
    """The code of a command, quantity or reason card: `card("SHORT")`, `card("QTY3")`, `card("RSN2")`."""
    return own_code(word) if word[:3] in ("QTY", "RSN", "OPT", "GRD") else command_code(word)


@dataclass
class TestDesk:
    """The desk of the station: reads the mirror and a clock that stands still."""

    database: Database
    clock: FakeClock
    station: Station = CART
    operator: Operator | None = ANA
    scale_grams: int | None = None
    scale_stable: bool = False
    workflows: Sequence[Workflow[Any]] = ()
    devices: Sequence[DeviceState] = ()
    approvals: Leads = field(default_factory=Leads)
    __test__ = False

    def read(self, query: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with reading(self.database) as session:
            return query(session, *args, **kwargs)

    def new_id(self) -> bytes:
        return new_id()

    def has(self, kind: str) -> bool:
        return False


@dataclass
class Floor:
    """The warehouse with one station in it; `pick` is the open task."""

    central: Database
    station: Database
    clock: FakeClock
    desk: TestDesk
    pick: Bench[PickState]
    scans: int = 0
    touches: int = 0
    ended: bool = False
    online: bool = True
    asks: list[Request] = field(default_factory=list)
    last: Outcome = field(default_factory=Outcome)
    _group: int = 0

    # -- scanning -----------------------------------------------------------------------------------------------------

    def scan(self, *codes: str, after_ms: int = 1000) -> Outcome:
        """Scans codes one after the other, a second apart, each after the screen was seen; the last outcome."""
        for code in codes:
            self.clock.advance(after_ms / 1000)
            self.scans += 1
            seen = Scan(code, "scanner", self.clock.now(), self.clock.mono_ns(), self.scans)
            with reading(self.station) as session:
                read = meaning(session, seen)
            self.happen(read)
            self.clock.advance(0.001)
            self.pick.seen(self.clock.mono_ns())
        return self.last

    def happen(self, event: object) -> Outcome:
        """One event through the bench, made durable as the station does it; what waits for central gets its answer."""
        outcome = self.pick.handle(event)
        self._group += 1
        with station_write(self.station) as session:
            text = event.text if isinstance(event, Read) else ""
            cause = Cause(self.clock.now(), ANA.person_id, self.pick.task_id, self._group,
                          scan_number=self.scans, scan_text=text)  # fmt: skip
            recorded = record(session, outcome.facts, cause, outcome.voids)
            for ask in outcome.ask:
                put_ask(session, request_id=new_id(), kind=ask.kind, body=ask.body, task_id=self.pick.task_id,
                        now=self.clock.now())  # fmt: skip
        self.pick.commit(outcome, recorded)
        self.last, self.asks = outcome, [*self.asks, *outcome.ask]
        self.ended = self.ended or outcome.ends
        if any(ask.waits for ask in outcome.ask):
            self.happen(self.sync()[-1] if self.online else AskFailed(RequestId(b""), "claim"))
        return outcome

    def sync(self) -> list[Answered]:
        """Pushes, lets central work, pulls; what was answered."""
        port, answers = SqlCentral(self.central, self.clock), []
        with reading(self.station) as session:
            out = outgoing(session)
        mark = port.push(out.station_id, out.incarnation, out.facts, out.asks)
        work_off(self.central, self.clock)
        complete = False
        while not complete:
            with station_write(self.station) as session:
                acknowledge(session, mark, tuple(a.request_id for a in out.asks), self.clock.now())
                now = outgoing(session)
                pulled = port.pull(now.station_id, now.cursor, now.waiting)
                topics = apply_feed(session, pulled.rows)
                for answer in pulled.answers:
                    take_answer(session, answer, self.clock.now())
                    answers.append(Answered(RequestId(answer.request_id), answer.kind, {}))
            complete = pulled.complete
            if topics:
                self.pick.handle(Refreshed(topics))
                self.pick.commit(Outcome(), ())
        return answers

    def walk(self, most: int = 200) -> None:
        """Scans what the screen wants first until the walk is over; fails where it refuses or leads nowhere."""
        for _ in range(most):
            if self.ended:
                return
            self.scan(self.view.wanted[0].code)
            assert self.problem == "", self.words()
        raise AssertionError(f"no end after {most} scans, at {self.view.hero}")

    def claim(self, limit: int) -> None:
        """Leases work to the station, as a prefetch does."""
        with station_write(self.station) as session:
            body: dict[str, object] = {"kind": "pick", "limit": limit}
            put_ask(session, request_id=new_id(), kind="claim", body=body, task_id=b"", now=self.clock.now())
        self.sync()

    def open(self, task_id: bytes | None = None) -> None:
        """A new task, or one taken up again after a restart."""
        task_id = task_id or new_id()
        with reading(self.station) as session:
            recorded = facts_of(session, task_id)
        self.pick = Bench(Pick(), task_id, self.desk, recorded)
        self.ended = False

    @property
    def cart_id(self) -> CartId:
        return CartId(stable_id("cart", "CART07"))

    @property
    def state(self) -> PickState:
        return self.pick.state

    @property
    def step(self) -> str:
        return str(self.pick.workflow.step(self.pick.state).value)

    @property
    def view(self) -> View:
        return self.pick.view()

    @property
    def problem(self) -> str:
        """The name of the refusal on the screen, "" when there is none."""
        hero = self.view.hero
        return hero.name if isinstance(hero, ProblemHero) else ""

    def words(self) -> tuple[str, ...]:
        """What the refusal on the screen says: what, detail, why, do…, unchanged."""
        hero = self.view.hero
        assert isinstance(hero, ProblemHero)
        lines = (hero.what, hero.detail, hero.why, *hero.do, hero.unchanged)
        return tuple(str(line) for line in lines if line)

    # -- what is in the books -----------------------------------------------------------------------------------------

    def rows(self, *names: str, side: str = "station") -> dict[str, list[tuple[Any, ...]]]:
        """All rows of tables, as sqlite3 gives them: to compare before and after."""
        database = self.station if side == "station" else self.central
        with sqlite3.connect(database.path) as connection:
            return {n: sorted(connection.execute(f"SELECT * FROM {n}"), key=repr) for n in names}

    def on_hand(self, place: bytes, sku: str, lot: str = "", side: str = "station") -> int:
        database = self.station if side == "station" else self.central
        with reading(database) as session:
            row = session.get(Stock, (sku_id(sku), place, lot, "good"))
            return row.on_hand if row else 0

    def lines(self, side: str = "station") -> list[tuple[str, str, int, int, int, int, str]]:
        """(bin, sku, quantity, picked, short, reason, state) of every pick line."""
        database = self.station if side == "station" else self.central
        with reading(database) as session:
            rows = session.execute(
                select(Bin.name, Sku.sku, PickLine.quantity, PickLine.picked, PickLine.short, PickLine.reason,
                       PickLine.state)
                .join(Bin, Bin.id == PickLine.place_id).join(Sku, Sku.id == PickLine.sku_id)
                .order_by(PickLine.id)
            )  # fmt: skip
            return [(r[0], r[1], r[2], r[3], r[4], r[5], r[6]) for r in rows]

    def tote(self, name: str, side: str = "station") -> tuple[str, bytes | None]:
        database = self.station if side == "station" else self.central
        with reading(database) as session:
            row = session.get_one(Tote, tote_id(name))
            return row.state, row.order_id

    def order_state(self, number: str) -> str:
        with reading(self.central) as session:
            return session.scalar(select(Order.state).where(Order.number == number)) or ""


Want = tuple[str, str, int]
"""(SKU, bin, units) of an order line."""


def floor(
    orders: Sequence[Sequence[Want]],
    *,
    proof: str = "product",
    units: str = "each",
    stock: Iterable[tuple[str, str, int, str]] = (),
    lot_tracked: Iterable[str] = (),
    serial_tracked: Iterable[str] = (),
    lots: dict[str, str] | None = None,
    claimed: bool = True,
) -> Floor:
    """A warehouse with these orders, released as 1001, 1002 …; 20 units lie in each bin that they name.

    There is one at a time: the next one takes the place of the one before.

    `stock` is what lies there besides (SKU, bin, units, lot). With `claimed` the station holds all the work already.
    """
    wants = tuple(tuple(order) for order in orders)
    plan = Plan(
        wants, proof, units, tuple(stock), frozenset(lot_tracked), frozenset(serial_tracked),
        tuple(sorted((lots or {}).items())), claimed,
    )  # fmt: skip
    _restore(_built(plan))
    return _standing()


SIDES = ("central.sqlite", "station.sqlite")


@dataclass(frozen=True)
class Plan:
    """What a warehouse is built from; one that was built before is copied."""

    orders: tuple[tuple[Want, ...], ...] = ()
    proof: str = "product"
    units: str = "each"
    stock: tuple[tuple[str, str, int, str], ...] = ()
    lot_tracked: frozenset[str] = frozenset()
    serial_tracked: frozenset[str] = frozenset()
    lots: tuple[tuple[str, str], ...] = ()
    claimed: bool = True


@cache
def _databases() -> tuple[Database, Database]:
    """One pair of files for all tests of this process, opened once: what was compiled stays compiled."""
    folder = Path(mkdtemp(prefix="packbay-floor-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return open_database(folder / SIDES[0], "central"), open_database(folder / SIDES[1], "station")


def _standing() -> Floor:
    central, station = _databases()
    clock = FakeClock()
    desk = TestDesk(station, clock)
    return Floor(central, station, clock, desk, Bench(Pick(), new_id(), desk))


def _restore(saved: Path) -> None:
    """Makes both files what they were when they were saved."""
    for database, name in zip(_databases(), SIDES, strict=True):
        with closing(sqlite3.connect(saved / name)) as source, closing(sqlite3.connect(database.path)) as target:
            source.backup(target)


def _saved() -> Path:
    folder = Path(mkdtemp(prefix="packbay-saved-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for database, name in zip(_databases(), SIDES, strict=True):
        with closing(sqlite3.connect(database.path)) as source, closing(sqlite3.connect(folder / name)) as target:
            source.backup(target)
    return folder


@cache
def _empty() -> Path:
    for database in _databases():
        migrate(database)
    return _saved()


@cache
def _site_built(site: Plan) -> Path:
    _restore(_empty())
    made = _standing()
    with central_write(made.central) as session:
        _site(session, site.proof, site.units)
        _products(session, site.lot_tracked, site.serial_tracked)
    with station_write(made.station) as session:
        found_station(session, STATION, "CART07", "Cart 07")
    made.sync()
    return _saved()


@cache
def _built(plan: Plan) -> Path:
    _restore(_site_built(replace(plan, orders=(), stock=(), lots=(), claimed=True)))
    made = _standing()
    with central_write(made.central) as session:
        _lay_stock(session, plan, made.clock)
        for number, wants in enumerate(plan.orders, 1001):
            _order(session, str(number), wants, dict(plan.lots), made.clock)
    made.sync()
    if plan.claimed and plan.orders:
        made.claim(len(plan.orders))
    return _saved()


def put(session: Session, model: type[Model], *key: Any, **values: Any) -> None:
    """Inserts a row and marks it for the feed."""
    session.execute(insert(model).values(**values))
    changed(session, model, *key)


def _site(session: Session, proof: str, units: str) -> None:
    put(session, StationRow, STATION, id=STATION, code="CART07", name="Cart 07", site=1)
    put(session, Policy, "standard", item_class="standard", proof=proof, units=units)
    for number, name in enumerate("ABC"):
        aisle = stable_id("aisle", name)
        put(session, Aisle, aisle, id=aisle, name=name, x_mm=2000 + 4000 * number, y0_mm=0, y1_mm=10_000)
    for name, y in (("south", -1000), ("north", 11_000)):
        cross = stable_id("cross", name)
        put(session, CrossAisle, cross, id=cross, name=name, y_mm=y, x0_mm=0, x1_mm=12_000)
    for number, aisle_name in enumerate("ABC"):
        for bay in range(1, 6):
            for level_no, level in enumerate("ABC", 1):
                _bin(session, f"{aisle_name}-{bay:02d}-{level}", "pick", 2000 + 4000 * number, 2000 * bay - 1000,
                     aisle=aisle_name, bay=f"{bay:02d}", level=level, level_no=level_no, side="R")  # fmt: skip
    _bin(session, "START", "start", 0, -1000)
    _bin(session, "DROP-1", "drop", 12_000, -1000)
    _bin(session, "PACK-1", "pack", 12_000, -2000)
    _bin(session, "PROBLEM-1", "problem", 0, 12_000)
    for number in range(1, 9):
        name = f"T-{number:04d}"
        put(session, Tote, tote_id(name), id=tote_id(name), name=name, state="free")
        _code(session, tote_code(name), "tote", tote_id(name))
    cart = stable_id("cart", "CART07")
    put(session, Cart, cart, id=cart, name="07", positions=6)
    _code(session, CART_CODE, "cart", cart)


def _bin(session: Session, name: str, kind: str, x: int, y: int, **parts: Any) -> None:
    values = {"aisle": "", "bay": "", "level": "", "level_no": 1, "side": "", "blocked": False} | parts
    put(session, Bin, bin_id(name), id=bin_id(name), name=name, type=kind, x_mm=x, y_mm=y, **values)
    _code(session, bin_code(name), "bin", bin_id(name))


def _code(session: Session, value: str, kind: str, subject: bytes, units: int = 1) -> None:
    put(
        session,
        Code,
        value,
        kind,
        subject,
        value=value,
        kind=kind,
        subject=subject,
        units=units,
        printed=kind != "item",
    )


def _products(session: Session, lot_tracked: frozenset[str], serial_tracked: frozenset[str]) -> None:
    for sku, code in CODES.items():
        put(
            session, Sku, sku_id(sku), id=sku_id(sku), sku=sku, name=sku.title(), variant="", picture=sku.lower(),
            lot_tracked=sku in lot_tracked, serial_tracked=sku in serial_tracked, expiry_tracked=False, hazard="",
            item_class="standard", active=True,
        )  # fmt: skip
        _code(session, code.rjust(14, "0"), "item", sku_id(sku))
    _code(session, CASE, "item", sku_id("MUG"), 12)


def _lay_stock(session: Session, plan: Plan, clock: FakeClock) -> None:
    places = sorted({(sku, where) for wants in plan.orders for sku, where, _ in wants})
    lots = dict(plan.lots)
    facts = [StockSet(sku_id(sku), bin_id(where), 20, lots.get(sku, "")) for sku, where in places]
    facts += [StockSet(sku_id(sku), bin_id(where), units, lot) for sku, where, units, lot in plan.stock]
    for fact in facts:
        if fact.lot and session.get(Lot, (fact.sku_id, fact.lot)) is None:
            put(session, Lot, fact.sku_id, fact.lot, sku_id=fact.sku_id, lot=fact.lot, expires_on="")
    record_here(session, facts, now=clock.now())


def _order(session: Session, number: str, wants: Sequence[Want], lots: dict[str, str], clock: FakeClock) -> None:
    order, work = stable_id("order", number), stable_id("work", number)
    session.execute(
        insert(Order).values(
            id=order, channel="test", external_id=number, number=number, state="released", received_at=clock.now(),
            updated_at=clock.now(), content_hash=b"",
        )
    )  # fmt: skip
    put(session, Work, work, id=work, kind="pick", order_id=order, priority=int(number) - 1000, state="ready")
    for position, (sku, where, units) in enumerate(wants, 1):
        line, pick = stable_id("line", number, str(position)), new_id()
        session.execute(
            insert(OrderLine).values(
                id=line, order_id=order, position=position, external_id=str(position), sku_id=sku_id(sku),
                quantity=units, name=sku.title(),
            )
        )  # fmt: skip
        lot = lots.get(sku, "")
        put(session, PickLine, pick, id=pick, work_id=work, order_line_id=line, sku_id=sku_id(sku),
            place_id=bin_id(where), lot=lot, quantity=units)  # fmt: skip
        session.execute(
            insert(Reservation).values(
                id=new_id(), line_id=line, sku_id=sku_id(sku), place_id=bin_id(where), lot=lot, quantity=units
            )
        )
        stock = session.get_one(Stock, (sku_id(sku), bin_id(where), lot, "good"), populate_existing=True)
        stock.reserved += units
        session.flush()
    write_brief(session, order)


__all__ = ["CART_CODE", "CASE", "CODES", "DROP", "PACK", "PROBLEM", "Floor", "bin_code", "card", "floor"]
