"""A returns bench on real files: central and a station that know a small site, and orders that have left.

Codes are scanned as a gun would send them, facts are recorded and reach central, answers come back. After every event
the state is folded anew from what the file holds and must equal the running one; a refused scan must leave the file as
it was.
"""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import select

from app import barcodes, events
from app.channels.base import ImportedLine, ImportedOrder
from app.clock import FakeClock
from app.db import central_write, reading
from app.documents import Address
from app.floor.service.people import import_people
from app.floor.service.site import import_settings, import_stations
from app.ids import new_id, stable_id
from app.inventory.service import import_layout, import_products, import_stock
from app.models import OrderLine
from app.packing.facts import LabelMade, Packed, PackOpened, ParcelClosed
from app.picking.facts import Picked
from app.processing.service import release_order
from app.receipt.service import import_orders
from app.returns.rules.standing import ReturnState
from app.returns.workflows.take_back import Return
from app.sync.station import Cause
from app.view import ProblemHero, View
from app.work.service import claim_work
from app.workflow import Bench, Opening, Operator, Outcome, Request
from tests.sync.sides import CentralSide, StationSide, template
from ui.desk import StationDesk

NOW = datetime(2026, 3, 2, 13, 7, tzinfo=UTC)
LAYOUT = b"""kind,name,type,aisle,bay,level,level_no,side,x_mm,y_mm,x0_mm,x1_mm,y0_mm,y1_mm,blocked
aisle,A,,,,,,,3000,,,,2000,20000,
cross_aisle,South,,,,,,,,2000,1000,9000,,,
bin,Drop,drop,,,,,,8000,2000,,,,,
bin,Pack 01,pack,,,,,,8500,2000,,,,,
bin,A-01-A,pick,A,01,A,1,R,,3000,,,,,
bin,A-01-B,pick,A,01,B,2,R,,3000,,,,,
bin,A-02-A,pick,A,02,A,1,R,,5000,,,,,
bin,A-02-B,pick,A,02,B,2,R,,5000,,,,,
bin,A-03-A,pick,A,03,A,1,R,,7000,,,,,
bin,A-03-E,reserve,A,03,E,5,R,,7000,,,,,
bin,Quarantine,quarantine,,,,,,1000,2000,,,,,
bin,Refurbish,refurbish,,,,,,1000,3000,,,,,
bin,Vendor,vendor,,,,,,1000,4000,,,,,
bin,Scrap,scrap,,,,,,1000,5000,,,,,
"""
GTIN = {
    "MUG": "4006381333931", "TEA": "4006381333948", "CAM": "4006381333955", "SOAP": "4006381333962",
    "VASE": "4006381333979",
}  # fmt: skip
PRODUCTS = f"""sku,name,variant,picture,weight_g,lot_tracked,serial_tracked,expiry_tracked,item_class,barcodes
MUG,Ceramic mug,Speckled grey,mug-grey,380,no,no,no,standard,{GTIN["MUG"]}|6x14006381333938
TEA,Tea tin,Rosehip,tea-tin,165,yes,no,yes,food,{GTIN["TEA"]}
CAM,Camera,,camera,900,no,yes,no,standard,{GTIN["CAM"]}
SOAP,Soap bar,,soap,96,no,no,no,standard,{GTIN["SOAP"]}
VASE,Vase,,,,no,no,no,standard,{GTIN["VASE"]}
""".encode()
STOCK = b"""sku,bin,quantity,lot,expires_on
MUG,A-01-A,40,,
TEA,A-01-B,20,L1,2027-01-31
TEA,A-02-A,20,L2,2026-02-01
CAM,A-02-B,9,,
SOAP,A-03-A,30,,
"""
PEOPLE = b"""staff_number,name,role,language,label_code
1,Ana Moreno,picker,en,BADGE-ANA
2,Jonas Weber,packer,en,BADGE-JONAS
3,Mia Lange,lead,en,BADGE-MIA
"""
STATIONS = b"code,name,place\nBACK01,Returns 01,Pack 01\nBACK02,Returns 02,Pack 01\n"
SETTINGS = b"name,value\nshop_name,Tea & Mug\nrelease_on_import,yes\n"
HOME_TO = Address(
    "Lena Ozdemir", line1="Gasse 1", city="Berlin", postcode="10115", country="DE", email="lena@x.example"
)
JONAS = Operator(stable_id("person", "2"), "Jonas Weber", "packer", "en")
ANA, JONAS_ID, MIA = (stable_id("person", n) for n in "123")
Lines = Sequence[tuple[Any, ...]]


def sku(name: str) -> bytes:
    return stable_id("sku", name)


def place_id(name: str) -> bytes:
    return stable_id("bin", name)


def order_id(number: str, channel: str = "test") -> bytes:
    return stable_id("order", channel, number)


def parcel_id(number: str, n: int = 1) -> bytes:
    return stable_id("parcel", number, str(n))


def place_code(name: str) -> str:
    return barcodes.own_code("L" + "".join(c for c in name.upper() if c.isalnum()))


def order_code(number: str) -> str:
    return barcodes.own_code("O" + number)


def tracking(number: str, n: int = 1) -> str:
    return f"PB{number}{n:02d}X"


def _folder() -> Path:
    folder = Path(mkdtemp(prefix="packbay-returns-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _site() -> Path:
    """Central and the station BACK01, even with each other, made once."""
    folder, clock = _folder(), FakeClock()
    shutil.copy(template("central"), folder / "central.sqlite")
    central = CentralSide(folder, clock)
    with central_write(central.database) as session:
        tables = ((import_layout, LAYOUT), (import_products, PRODUCTS), (import_people, PEOPLE),
                  (import_stations, STATIONS), (import_settings, SETTINGS))  # fmt: skip
        for importer, data in tables:
            assert importer(session, data, file="x.csv").errors == ()
        assert import_stock(session, STOCK, file="stock.csv", now=NOW).errors == ()
    station = StationSide(folder, "BACK01", clock, central)
    station.settle()
    station.close()
    central.close()
    return folder


class Site:
    """Central and the station BACK01, with orders that are taken in and sent off."""

    def __init__(self, folder: Path, of: Path | None = None) -> None:
        shutil.copytree(of or _site(), folder, dirs_exist_ok=True)
        self.clock = FakeClock(NOW + timedelta(hours=1) if of else NOW)
        self.central = CentralSide(folder, self.clock)
        self.station = StationSide(folder, "BACK01", self.clock, self.central)

    def close(self) -> None:
        self.station.close()
        self.central.close()

    def setting(self, name: str, value: str) -> None:
        with central_write(self.central.database) as session:
            data = f"name,value\n{name},{value}\n".encode()
            assert import_settings(session, data, file="x").errors == ()
        self.station.settle()

    def order(self, number: str, *lines: tuple[Any, ...], **money: Any) -> None:
        """An order of (SKU, units[, unit price[, discount[, tax]]]), as a shop sent it."""
        rows = tuple(_line(i, *line) for i, line in enumerate(lines, 1))
        order = ImportedOrder(
            "test", number, number, money.pop("currency", "EUR"), rows, ship_to=HOME_TO,
            payment=money.pop("payment", "paid"), **money,
        )  # fmt: skip
        with central_write(self.central.database) as session:
            assert import_orders(session, [order], source="test", now=self.clock.now()).errors == ()
            release_order(session, order_id=order_id(number), now=self.clock.now())
        self.station.settle()

    def line_id(self, number: str, position: int) -> bytes:
        with reading(self.central.database) as session:
            found = session.scalar(
                select(OrderLine.id).where(OrderLine.order_id == order_id(number), OrderLine.position == position)
            )
        assert found is not None
        return found

    def ship(self, number: str, *units: tuple[Any, ...], n: int = 1, settle: bool = True) -> None:
        """Sends (line position, SKU, units[, lot[, serial]]) off in a parcel, picked by Ana and packed by Jonas."""
        order, parcel, tote = order_id(number), parcel_id(number, n), stable_id("tote", number)
        bins = {"MUG": "A-01-A", "TEA": "A-01-B", "CAM": "A-02-B", "SOAP": "A-03-A", "VASE": "A-03-E"}
        work, fence = self._claim(number)
        for position, name, amount, *rest in units:
            lot, serial = (*rest, "", "")[:2]
            place, line = place_id(bins[name]), self._pick_line(number, position)
            self._record(Picked(line, work, fence, sku(name), place, lot, amount, tote, serial), actor=ANA)
        self._record(PackOpened(order, parcel, n, (tote,), ()), actor=JONAS_ID)
        for position, name, amount, *rest in units:
            lot, serial = (*rest, "", "")[:2]
            self._record(Packed(parcel, self.line_id(number, position), sku(name), amount, tote, lot, serial),
                         actor=JONAS_ID)  # fmt: skip
        label = LabelMade(order, parcel, n, tracking(number, n), "", "table", "Parcel", "D1", "4.19", "EUR", 900,
                          new_id())  # fmt: skip
        self._record(label, ParcelClosed(order, parcel, tracking(number, n)), actor=JONAS_ID)
        if settle:
            self.station.settle()

    def _claim(self, number: str) -> tuple[bytes, int]:
        """The pick work of an order, leased to the station: (work, fence)."""
        with central_write(self.central.database) as session:
            claim_work(session, station_id=self.station.id, kind="pick", limit=50, now=self.clock.now())
        self.station.settle()
        found = self.query("SELECT id, fence FROM work WHERE order_id = ? AND kind = 'pick'", order_id(number))
        return (found[0][0], found[0][1]) if found else (new_id(), 0)

    def _pick_line(self, number: str, position: int) -> bytes:
        found = self.query("SELECT id FROM pick_line WHERE order_line_id = ?", self.line_id(number, position))
        return found[0][0] if found else new_id()

    def _record(self, *facts: Any, actor: bytes) -> None:
        self.clock.advance(1)
        with self.station.keeper.act() as transaction:
            cause = Cause(at=self.clock.now(), actor_id=actor, task_id=new_id(), group=transaction.next_group())
            transaction.record(facts, cause)

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Central, as a stranger reads it."""
        return self.central.query(sql, *values)

    def story(self, number: str) -> list[str]:
        """What the order's story says, in words."""
        from app.processing.queries import timeline

        with reading(self.central.database) as session:
            return [str(row.words) for row in timeline(session, order_id(number))]

    def incidents(self) -> list[str]:
        return [kind for (kind,) in self.query("SELECT kind FROM incident ORDER BY opened_at, kind")]

    def refunds(self) -> list[tuple[str, str]]:
        """(state, amount) of every refund that was not taken back, in the order in which they were computed."""
        return self.query("SELECT state, amount FROM refund WHERE state <> 'void' ORDER BY computed_at, id")


def _line(
    position: int, name: str, units: int, price: str = "10.00", discount: str = "", tax: str = ""
) -> ImportedLine:
    return ImportedLine(
        str(position), name, name.title(), units, Decimal(price), Decimal(discount) if discount else None,
        Decimal(tax) if tax else None,
    )  # fmt: skip


@cache
def shipped_site() -> Path:
    """The site with an order 10482 of 2 mugs and a soap that has left, made once."""
    folder = _folder()
    made = Site(folder)
    made.order(
        "10482", ("MUG", 2, "14.50"), ("SOAP", 1, "6.25"), shipping=Decimal("4.90"), total=Decimal("40.15")
    )  # fmt: skip
    made.ship("10482", (1, "MUG", 2), (2, "SOAP", 1))
    made.close()
    return folder


class ReturnBench:
    """The bench at which returns are taken in."""

    def __init__(self, site: Site, station: StationSide | None = None) -> None:
        self.site, self.clock = site, site.clock
        self.station = station or site.station
        self.workflow = Return()
        self.desk = StationDesk(self.station.keeper, self.clock, frozenset(), (self.workflow,))
        self.desk.operator = JONAS
        self.online = True
        self.asked: list[Request] = []
        self.outcomes: list[Outcome] = []
        self.opened: list[Any] = []
        self.ended = False
        self._scans = 0
        self.open_task()

    def open_task(self, task_id: bytes = b"") -> None:
        """A new task, or the one that is given, as after a restart."""
        self.task_id = task_id or new_id()
        self.ended = False
        with self.station.keeper.look() as look, self.desk.within(look):
            self.bench: Bench[ReturnState] = Bench(self.workflow, self.task_id, self.desk, look.facts_of(self.task_id))

    # -- one event ----------------------------------------------------------------------------------------------------

    def scan(self, code: str, *, approved_by: bytes = b"", late: float = 1.0) -> Outcome:
        """One trigger pull, `late` seconds after the last; the screen before it was seen."""
        self.clock.advance(late)
        self.bench.seen(self.clock.mono_ns() - 1)
        self._scans += 1
        scan = events.Scan(code, "gun", self.clock.now(), self.clock.mono_ns(), self._scans)
        with self.station.keeper.look() as look:
            read = look.meaning(scan)
        if approved_by:
            read = replace(read, approved_by=approved_by)
        return self.send(read)

    def send(self, event: Any) -> Outcome:
        """Handles, records and commits one event, as the runner does; then central has its say."""
        before, state = self._written(), self.bench.state
        with self.station.keeper.act() as transaction, self.desk.within(transaction):
            outcome = self.bench.handle(event)
            cause = Cause(
                at=self.clock.now(), actor_id=JONAS.person_id, task_id=self.task_id, group=transaction.next_group(),
                scan_text=getattr(event, "text", ""),
            )  # fmt: skip
            kept = transaction.record(outcome.facts, cause, outcome.voids)
            for request in outcome.ask:
                transaction.ask(request, self.task_id)
        self.bench.commit(outcome, kept)
        self.asked += outcome.ask
        self.outcomes.append(outcome)
        if outcome.accepted is False:
            assert self._written() == before
            assert self.bench.state == state
        self.ended = self.ended or outcome.ends
        if outcome.opens:
            self.opened.append(outcome.opens)
        if not (outcome.ends or outcome.opens):
            self._resumes_where_it_stands()
        if self.online and (outcome.facts or outcome.voids or outcome.ask):
            self.exchange()
        return outcome

    def _written(self) -> list[tuple[Any, ...]]:
        """Figures that any write of this task changes."""
        return self.station.query(
            "SELECT (SELECT count(*) FROM fact), (SELECT count(*) FROM ask), (SELECT count(*) FROM voiding), "
            "(SELECT total(on_hand) FROM stock), (SELECT group_concat(state || wish) FROM return_case), "
            "(SELECT total(quantity) FROM return_item)"
        )

    def exchange(self) -> None:
        """Everything goes to central and comes back; answers reach the task that asked."""
        for _ in range(20):
            self.station.push()
            self.site.central.work()
            pulled = self.station.fetch()
            arrival = self.station.deliver()
            self.desk.arrived(arrival.topics)
            for request, task, kind, body in arrival.answers:
                if task == self.task_id and not self.ended:
                    self._hear(events.Answered(request, kind, body))
            if pulled.complete and self.station.keeper.is_even():
                return
        raise AssertionError("the two sides do not come to rest")

    def _hear(self, event: events.Answered) -> None:
        with self.station.keeper.act() as transaction, self.desk.within(transaction):
            outcome = self.bench.handle(event)
            assert outcome.facts == ()
        self.bench.commit(outcome, ())

    def _resumes_where_it_stands(self) -> None:
        with self.station.keeper.look() as look, self.desk.within(look):
            again: Bench[ReturnState] = Bench(self.workflow, self.task_id, self.desk, look.facts_of(self.task_id))
        assert (again.state.opened, again.state.hand, again.state.queue, again.state.back, again.state.closed) == (
            self.bench.state.opened, self.bench.state.hand, self.bench.state.queue, self.bench.state.back,
            self.bench.state.closed,
        )  # fmt: skip

    def card(self, word: str) -> Outcome:
        return self.scan(barcodes.command_code(word))

    def item(self, name: str, times: int = 1) -> Outcome:
        outcome = Outcome()
        for _ in range(times):
            outcome = self.scan(GTIN[name])
        return outcome

    def grade(self, grade: int, **more: Any) -> Outcome:
        return self.scan(barcodes.own_code(f"GRD{grade}"), **more)

    def put(self, name: str) -> Outcome:
        return self.scan(place_code(name))

    def own(self, code: str) -> Outcome:
        """A quantity, choice or reason card: `own("QTY2")`."""
        return self.scan(barcodes.own_code(code))

    def key(self, key: str) -> Outcome:
        """A key of the keyboard on the screen."""
        self.clock.advance(1)
        now = self.clock.mono_ns()
        return self.send(events.KeyRead(text="", key=key, at=self.clock.now(), mono_ns=now, touched=True))

    def greets(self, code: str) -> Opening | None:
        """What the home screen would open for this code."""
        scan = events.Scan(code, "gun", self.clock.now(), self.clock.mono_ns())
        with self.station.keeper.look() as look, self.desk.within(look):
            return self.workflow.greets(look.meaning(scan), self.desk)

    # -- what is to be seen -------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        with self.station.keeper.look() as look, self.desk.within(look):
            return self.bench.view(self.outcomes[-1] if self.outcomes else None)

    @property
    def step(self) -> str:
        return str(self.workflow.step(self.bench.state).value)

    @property
    def problem(self) -> ProblemHero:
        hero = self.view.hero
        assert isinstance(hero, ProblemHero), hero
        return hero

    def words(self) -> str:
        """The screen's hero in words."""
        hero = self.view.hero
        return str(hero.what if isinstance(hero, ProblemHero) else hero.imperative)

    def back(self) -> list[tuple[Any, ...]]:
        """(SKU, units, lot, serial, grade, disposition, place) of everything that came back, by the mirror."""
        return self.station.query(
            "SELECT s.sku, i.quantity, i.lot, i.serial, i.grade, i.disposition, b.name FROM return_item i "
            "JOIN sku s ON s.id = i.sku_id JOIN bin b ON b.id = i.place_id WHERE i.quantity > 0 ORDER BY i.at, i.id"
        )

    def stock(self, name: str, bin_name: str) -> list[tuple[Any, ...]]:
        """(lot, status, units) of a SKU in a place."""
        return self.station.query(
            "SELECT lot, status, on_hand FROM stock WHERE sku_id = ? AND place_id = ? AND on_hand <> 0 ORDER BY 1, 2",
            sku(name), place_id(bin_name),
        )  # fmt: skip
