"""A small warehouse with a dock: a real central and real stations on files, scanners, a clock that stands still.

Two aisles A and B with bays 01 to 04 on the right side, two metres apart, levels A (floor) to C; level C is reserve.
Each bin has 40 litres. The dock, the quarantine and the drop place stand at the south end.

After every event the state is folded anew from what the file holds and must equal the running one; a refused scan must
leave the station's file as it was.
"""

from __future__ import annotations

import atexit
import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import insert

from app.barcodes import command_code, own_code
from app.cli.admin import keep_server
from app.clock import FakeClock
from app.db import Database, central_write, migrate, open_database, reading, station_write
from app.equipment import DeviceState
from app.events import Answered, AskFailed, KeyRead, Read, Refreshed, Scan
from app.facts import Fact
from app.ids import RequestId, new_id, stable_id
from app.inventory.service import (
    import_layout,
    import_products,
    import_receipts,
    import_stock,
    import_totes,
    tend_counts,
)
from app.inventory.workflows.receive import Receive
from app.models import Incident
from app.settings import Home
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
from app.work.queries import describe, meaning
from app.workflow import Bench, Opening, Operator, Outcome, Request, Station, Workflow, describe_with
from tests.approving import Leads
from tests.engines import address, drop, open_central, stranger

P = ParamSpec("P")
R = TypeVar("R")
NOW = FakeClock().now()
ANA = Operator(stable_id("person", "ana"), "Ana Moreno", "receiver", "en")
BEN = Operator(stable_id("person", "ben"), "Ben Frey", "receiver", "en")
MIA = Operator(stable_id("person", "mia"), "Mia Lange", "lead", "en")
CODES = {
    "MUG": "4006381333931", "TEA": "4006381333948", "SOAP": "4006381333955", "VASE": "4006381333979",
    "CHOC": "4006381333962", "LAMP": "4006381333108",
}  # fmt: skip
"""Products and their barcodes: CHOC has lots that expire, LAMP serial numbers, VASE no known size."""
CASE = "14006381333938"
"""A case of twelve mugs."""
PRODUCTS = """sku,name,picture,length_mm,width_mm,height_mm,lot_tracked,expiry_tracked,serial_tracked,barcodes
MUG,Mug,mug,100,100,100,no,no,no,4006381333931|12x14006381333938
TEA,Tea tin,tea,80,80,120,no,no,no,4006381333948
SOAP,Soap bar,soap,80,60,30,no,no,no,4006381333955
VASE,Vase,,,,,no,no,no,4006381333979
CHOC,Chocolate,choc,100,50,20,yes,yes,no,4006381333962
LAMP,Lamp,lamp,100,100,200,no,no,yes,4006381333108
"""
TOTES = "name\nT-01\nT-02\nT-03\n"


def layout() -> str:
    """The table of the floor."""
    rows = ["kind,name,type,aisle,bay,level,level_no,side,x_mm,y_mm,x0_mm,x1_mm,y0_mm,y1_mm,capacity_ml"]
    rows += [f"aisle,{a},,,,,,,{x},,,,0,10000," for a, x in (("A", 2000), ("B", 6000))]
    rows += ["cross_aisle,South,,,,,,,,0,0,12000,,,"]
    rows += [
        f"bin,{n},{t},,,,,,{x},0,,,,,"
        for n, t, x in (("Dock", "receive", 500), ("Drop", "drop", 12000), ("Quarantine", "quarantine", 700))
    ]
    for aisle in "AB":
        for bay in range(1, 5):
            for number, level in enumerate("ABC", 1):
                kind = "reserve" if level == "C" else "pick"
                name = f"{aisle}-{bay:02}-{level}"
                rows.append(f"bin,{name},{kind},{aisle},{bay:02},{level},{number},R,,{bay * 2000},,,,,40000")
    return "\n".join(rows) + "\n"


def bin_id(name: str) -> bytes:
    return stable_id("bin", name)


def sku_id(sku: str) -> bytes:
    return stable_id("sku", sku)


def tote_id(name: str) -> bytes:
    return stable_id("tote", name)


def bin_code(name: str) -> str:
    return own_code("L" + name.upper().replace("-", ""))


def tote_code(name: str) -> str:
    return own_code("T" + name.replace("T-", ""))


def asn(number: str) -> str:
    """The code of a delivery."""
    return own_code("ASN" + number)


def card(word: str) -> str:
    """The code of a command, quantity or choice card: `card("DONE")`, `card("QTY3")`, `card("OPT1")`."""
    return own_code(word) if word[:3] in ("QTY", "RSN", "OPT", "GRD") else command_code(word)


@dataclass
class StationDesk:
    """The desk of a station: reads its mirror and a clock that stands still."""

    database: Database
    clock: FakeClock
    station: Station
    operator: Operator | None = ANA
    scale_grams: int | None = None
    scale_stable: bool = False
    workflows: Sequence[Workflow[Any]] = ()
    devices: Sequence[DeviceState] = ()
    approvals: Leads = field(default_factory=Leads)

    def read(self, query: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with reading(self.database) as session:
            return query(session, *args, **kwargs)

    def new_id(self) -> bytes:
        return new_id()

    def has(self, kind: str) -> bool:
        return False


class Hand:
    """A station and whoever stands at it: `scan` codes, look at `view`; nothing goes to central but by `sync`."""

    def __init__(self, site: Site, name: str, path: Path) -> None:
        self.site, self.name = site, name
        self.database = open_database(path, "station")
        self._stranger = sqlite3.connect(path)
        station_id = stable_id("station", name)
        with station_write(self.database) as session:
            found_station(session, station_id, name, name.title())
        self.desk = StationDesk(self.database, site.clock, Station(station_id, name, name.title()))
        self.workflow: Workflow[Any] = Receive()
        self.online = True
        self.scans = 0
        self.asks: list[Request] = []
        self.last = Outcome()
        self.ended = False
        self.approver = b""
        self.open(self.workflow)

    # -- one event ----------------------------------------------------------------------------------------------------

    def open(self, workflow: Workflow[Any], task_id: bytes = b"") -> Hand:
        """A new task at this station, or one taken up again as after a restart."""
        self.workflow, self.ended, self.scans, self.asks = workflow, False, 0, []
        self.bench: Bench[Any] = self._bench(task_id or new_id())
        return self

    def _bench(self, task_id: bytes) -> Bench[Any]:
        with reading(self.database) as session:
            return Bench(self.workflow, task_id, self.desk, facts_of(session, task_id))

    def greet(self, code: str) -> Opening | None:
        """What this task does with a scan on the home screen."""
        return self.workflow.greets(self._read(code), self.desk)

    def begin(self, code: str) -> Outcome:
        """Scans a code on the home screen: the task opens by it."""
        opening = self.greet(code)
        assert opening is not None, f"{self.workflow.kind} is not begun by {code}"
        self.open(self.workflow, opening.task_id)
        self.scans = 1
        return self.happen(opening.event) if opening.event is not None else Outcome()

    def _read(self, code: str) -> Read:
        scan = Scan(code, "gun", self.site.clock.now(), self.site.clock.mono_ns(), self.scans)
        with reading(self.database) as session:
            return meaning(session, scan)

    def scan(self, *codes: str, after_ms: int = 1000) -> Outcome:
        """Scans codes one after the other, each after the screen was seen; the last outcome."""
        for code in codes:
            self.site.clock.advance(after_ms / 1000)
            self.bench.seen(self.site.clock.mono_ns() - 1)
            self.scans += 1
            self.happen(self._read(code))
        return self.last

    def key(self, *keys: str) -> Outcome:
        """Keys of the screen's keypad or keyboard."""
        for key in keys:
            self.site.clock.advance(0.2)
            self.bench.seen(self.site.clock.mono_ns() - 1)
            now = self.site.clock
            self.happen(KeyRead(text="", at=now.now(), mono_ns=now.mono_ns(), touched=True, key=key))
        return self.last

    def happen(self, event: object) -> Outcome:
        """One event through the bench, made durable as the station does it; what waits for central gets its answer."""
        before, state = self.written(), self.bench.state
        if self.approver and isinstance(event, Read):
            event = replace(event, approved_by=self.approver)
        outcome = self.bench.handle(event)
        self.site.groups += 1
        person = self.desk.operator
        with station_write(self.database) as session:
            cause = Cause(
                self.site.clock.now(), person.person_id if person else b"", self.bench.task_id, self.site.groups
            )
            recorded = record(session, outcome.facts, cause, outcome.voids)
            for ask in outcome.ask:
                put_ask(session, request_id=new_id(), kind=ask.kind, body=ask.body, task_id=self.bench.task_id,
                        now=self.site.clock.now())  # fmt: skip
        self.bench.commit(outcome, recorded)
        self.last, self.asks = outcome, [*self.asks, *outcome.ask]
        self.ended = self.ended or outcome.ends
        if outcome.accepted is False:
            assert self.written() == before, "a refused scan changes nothing"
            assert self.bench.state == state
        if not outcome.ends:
            assert self._bench(self.bench.task_id).state == self.bench.state, "a restart stands at the same line"
            self._is_a_good_screen()
        if any(ask.waits for ask in outcome.ask):
            answers = self.sync() if self.online else []
            self.happen(answers[-1] if answers else AskFailed(RequestId(b""), ""))
        return outcome

    def _is_a_good_screen(self) -> None:
        """What holds for every screen: at most four buttons, each with a command card; one act; progress in words."""
        view = self.view
        assert len(view.actions) <= 4
        assert all(command_code(action.command) for action in view.actions)
        assert len({action.command for action in view.actions}) == len(view.actions)
        assert not isinstance(view.hero, ProblemHero) or view.hero.do
        assert view.progress is None or view.progress.label

    def record(self, *facts: Fact) -> None:
        """Facts of other tasks that a hand made here (a pick)."""
        self.site.groups += 1
        with station_write(self.database) as session:
            record(session, facts, Cause(self.site.clock.now(), group=self.site.groups))
        self.sync()

    # -- towards central ----------------------------------------------------------------------------------------------

    def push(self) -> None:
        """What was recorded goes to central, which applies it; nothing comes back yet."""
        with reading(self.database) as session:
            out = outgoing(session)
        port = SqlCentral(self.site.central, self.site.clock)
        mark = port.push(out.station_id, out.incarnation, out.facts, out.asks)
        with station_write(self.database) as session:
            acknowledge(session, mark, tuple(a.request_id for a in out.asks), self.site.clock.now())
        work_off(self.site.central, self.site.clock)

    def sync(self) -> list[Answered]:
        """Pushes, lets central work, pulls; what was answered."""
        self.push()
        port, answers, complete = SqlCentral(self.site.central, self.site.clock), [], False
        while not complete:
            with station_write(self.database) as session:
                now = outgoing(session)
                pulled = port.pull(now.station_id, now.cursor, now.waiting)
                topics = apply_feed(session, pulled.rows)
                for answer in pulled.answers:
                    take_answer(session, answer, self.site.clock.now())
                    body = json.loads(answer.body)
                    answers.append(Answered(RequestId(answer.request_id), answer.kind, body))
            complete = pulled.complete
            if topics:
                self.bench.handle(Refreshed(topics))
                self.bench.commit(Outcome(), ())
        return answers

    def close(self) -> None:
        self._stranger.close()
        self.database.close()

    # -- what is to be seen -------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        return self.bench.view()

    @property
    def step(self) -> str:
        return str(self.bench.workflow.step(self.bench.state).value)

    @property
    def echo(self) -> str:
        return str(self.bench.echo.words) if self.bench.echo else ""

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

    def stock(self) -> dict[tuple[str, str, str, str], int]:
        """The mirror's balances: (SKU, place, lot, status) to units, without noughts."""
        return _stock(Path(self.database.path))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return _rows(Path(self.database.path), sql)

    def kinds(self) -> list[str]:
        """The kinds of the facts of this task that hold, in order."""
        return [type(r.fact).__name__ for r in self.bench.recorded]

    def written(self) -> int:
        """A number that is another one after anybody has written anything to the station's file."""
        return int(self._stranger.execute("PRAGMA data_version").fetchone()[0])


def _rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as stranger:
        return list(stranger.execute(sql))


def _stock(path: Path) -> dict[tuple[str, str, str, str], int]:
    return {
        (sku, place, lot, status): units
        for sku, place, lot, status, units in _rows(path, "SELECT sku, place, lot, status, on_hand FROM v_stock")
        if units
    }


class Site:
    """Central and its stations."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.groups = folder, FakeClock(), 0
        self.central = open_central(folder / "central.sqlite", template=_central())
        if self.central.is_server:  # commands of the tests find their way there
            keep_server(Home(folder), address(self.central))
        self.hands: list[Hand] = []

    def hand(self, name: str = "DOCK01", operator: Operator = ANA) -> Hand:
        """A station with its mirror up to date."""
        path = self.folder / f"{name.lower()}.sqlite"
        shutil.copy(_station(), path)
        hand = Hand(self, name, path)
        hand.desk.operator = operator
        hand.sync()
        self.hands.append(hand)
        return hand

    def stocked(self, *rows: str) -> None:
        """Sets stock: `stocked("MUG,A-01-A,5", "CHOC,A-02-A,3,L1,2027-01-31")`."""
        data = "\n".join(["sku,bin,quantity,lot,expires_on", *(r + "," * (4 - r.count(",")) for r in rows)])
        with central_write(self.central) as session:
            assert import_stock(session, data.encode(), file="s.csv", now=self.clock.now()).errors == ()
        self.refresh()

    def expected(self, number: str, *lines: str, supplier: str = "Brandt") -> None:
        """Announces a delivery: `expected("5512", "MUG,20", "TEA,6")`."""
        data = "\n".join(["number,supplier,sku,quantity", *(f"{number},{supplier},{x}" for x in lines)])
        with central_write(self.central) as session:
            assert import_receipts(session, data.encode(), file="r.csv").errors == ()
        self.refresh()

    def doubt(self, sku: str, place: str, kind: str = "recount") -> None:
        """Somebody found less in a bin than the book says; central asks for a count."""
        with central_write(self.central) as session:
            session.execute(
                insert(Incident).values(
                    id=new_id(), kind=kind, subject=bin_id(place), detail=sku, opened_at=self.clock.now()
                )
            )
        self.tend()
        self.refresh()

    def refresh(self) -> None:
        for hand in self.hands:
            hand.sync()

    def tend(self) -> int:
        """Central's duty, once."""
        return tend_counts(self.central, self.clock, Home(self.folder))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return _rows(stranger(self.central), sql)

    def stock(self) -> dict[tuple[str, str, str, str], int]:
        return _stock(stranger(self.central))

    def close(self) -> None:
        for hand in self.hands:
            hand.close()
        drop(self.central)


@cache
def _folder() -> Path:
    folder = Path(mkdtemp(prefix="packbay-dock-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _central() -> Path:
    """Central with its master data, made once."""
    describe_with(describe)
    path = _folder() / "central.sqlite"
    database = open_database(path, "central")
    migrate(database)
    with central_write(database) as session:
        for importer, data in ((import_layout, layout()), (import_products, PRODUCTS), (import_totes, TOTES)):
            assert importer(session, data.encode(), file="m.csv").errors == ()
    database.close()
    return path


@cache
def _station() -> Path:
    path = _folder() / "station.sqlite"
    database = open_database(path, "station")
    migrate(database)
    database.close()
    return path


__all__ = [
    "ANA", "BEN", "CASE", "CODES", "MIA", "Hand", "Site", "asn", "bin_code", "bin_id", "card",
    "sku_id", "tote_code", "tote_id",
]  # fmt: skip
