"""A pack bench with a real mirror in SQLite: codes are scanned, facts are recorded, screens are looked at.

After every event the state is folded anew from what the file holds and must equal the running one; a refused scan must
leave the file as it was.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import barcodes, events
from app.clock import FakeClock
from app.db import migrate, open_database, reading, station_write, tables_of
from app.equipment import DeviceState
from app.ids import new_id, stable_id
from app.models import (
    Bin,
    BoxType,
    BriefLine,
    Code,
    Dossier,
    FactRow,
    Model,
    NumberRange,
    OrderBrief,
    Policy,
    SiteSetting,
    Sku,
    StationRow,
    Stock,
    TariffBand,
    Tote,
    Zone,
)
from app.packing.rules.standing import PackState
from app.packing.workflows.pack import Pack
from app.packing.workflows.pack_desk import band_of
from app.sync.station import Cause, facts_of, found_station, record
from app.view import ProblemHero, View
from app.work.queries import describe, meaning
from app.workflow import Bench, Operator, Outcome, Request, Station, Workflow, describe_with
from tests.approving import Leads

P = ParamSpec("P")
R = TypeVar("R")
HERE = Station(stable_id("station", "PACK02"), "PACK02", "Pack 02")
LEAD = stable_id("person", "1")
JONAS = Operator(stable_id("person", "7"), "Jonas Weber", "packer", "en")
SKUS = {
    "MUG": ("Ceramic mug 350 ml", "4006381333931", 350, (100, 90, 90)),
    "TEA": ("Tea tin 100 g", "4006381333948", 150, (80, 80, 120)),
    "SOAP": ("Soap bar 90 g", "4006381333955", 90, (80, 60, 30)),
    "CANDLE": ("Candle", "4006381333962", 220, (70, 70, 90)),
    "BAG": ("Canvas tote bag", "4006381333108", 180, (300, 200, 20)),
    "VASE": ("Vase", "4006381333979", None, (None, None, None)),
}
SHIP_TO = {"name": "Lena Özdemir", "line1": "Gasse 1", "city": "Berlin", "postcode": "10115", "country": "DE"}


def sku(name: str) -> bytes:
    return stable_id("sku", name)


def order_id(number: str) -> bytes:
    return stable_id("order", number)


def tote_id(name: str) -> bytes:
    return stable_id("tote", name)


def line_id(number: str, position: int) -> bytes:
    return stable_id("line", number, str(position))


@cache
def _template() -> Path:
    """A migrated mirror of a stocked site, made once."""
    path = Path(mkdtemp(prefix="packbay-test-")) / "station.sqlite"
    database = open_database(path, "station")
    migrate(database)
    with station_write(database) as session:
        found_station(session, HERE.station_id, HERE.code, HERE.name)
        stock_the_site(session)
        session.add(NumberRange(kind="parcel", first=1001, last=1500, station_id=HERE.station_id))
    database.close()
    return path


def stock_the_site(session: Session) -> None:
    """SKUs, boxes, shelves, tariff: what a station's mirror holds before any order."""
    for name, (title, gtin, weight, (length, width, height)) in SKUS.items():
        session.add(
            Sku(
                id=sku(name), sku=name, name=title, picture=name.lower(), weight_g=weight, length_mm=length,
                width_mm=width, height_mm=height, item_class="counted" if name == "CANDLE" else "standard",
            )
        )  # fmt: skip
        session.add(Code(value="0" + gtin, kind="item", subject=sku(name)))
    session.add(Code(value="14006381333938", kind="item", subject=sku("MUG"), units=6))
    session.add(Policy(item_class="counted", units="once"))
    for code, side, tare, shelf in (("S", 150, 60, "Shelf 1"), ("M", 250, 120, "Shelf 2"), ("L", 400, 300, "Shelf 3")):
        box = stable_id("box", code)
        session.add(
            BoxType(
                id=box, code=code, name=f"Box {code}", length_mm=side, width_mm=side, height_mm=side, tare_g=tare,
                max_g=20000, shelf=shelf, material="Paper",
            )
        )  # fmt: skip
        session.add(Code(value=barcodes.own_code("BX" + code), kind="box", subject=box, printed=True))
    for name, kind in (("PROBLEM1", "problem"), ("B1204C", "pick")):
        session.add(Bin(id=stable_id("bin", name), name=name, type=kind, x_mm=0, y_mm=0))
        session.add(Code(value=barcodes.own_code("L" + name), kind="bin", subject=stable_id("bin", name)))
    session.add(StationRow(id=stable_id("station", "PACK01"), code="PACK01", name="Pack 01"))
    session.add(Code(value=barcodes.own_code("STRAY02"), kind="tray", subject=HERE.station_id))
    session.add_all(
        [
            Zone(carrier="DHL", country="DE", postcode_prefix="", zone="D1"),
            Zone(carrier="DHL", country="DE", postcode_prefix="18565", zone="ISLE"),
            Zone(carrier="DHL", country="AT", postcode_prefix="", zone="E1"),
            SiteSetting(name="shop_name", value="Tea & Mug"),
            SiteSetting(name="company_prefix", value="4012345"),
        ]
    )
    for service, limits in (("Parcel", ((2000, "4.19"), (31500, "9.90"))), ("Express", ((31500, "12.90"),))):
        for up_to, price in limits:
            session.add(
                TariffBand(
                    carrier="DHL", service=service, zone="D1", up_to_g=up_to, price=Decimal(price), currency="EUR"
                )
            )


@dataclass
class PackBench:
    """A bench under test: `scan` a code as a gun would, `load` the scale, look at `view`."""

    folder: Path
    scale: bool = True
    clock: FakeClock = field(default_factory=FakeClock)
    station: Station = HERE
    operator: Operator | None = JONAS
    scale_grams: int | None = None
    scale_stable: bool = True
    workflows: Sequence[Workflow[Any]] = ()
    devices: Sequence[DeviceState] = ()
    approvals: Leads = field(default_factory=Leads)
    asked: list[Request] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    scans: int = 0

    def __post_init__(self) -> None:
        describe_with(describe)
        self.path = self.folder / "station.sqlite"
        shutil.copy(_template(), self.path)
        self.database = open_database(self.path, "station")
        self.session: Session | None = None
        self.open_task()

    # -- the desk -----------------------------------------------------------------------------------------------------

    def read(self, query: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        if self.session is not None:
            return query(self.session, *args, **kwargs)
        with reading(self.database) as session:
            return query(session, *args, **kwargs)

    def new_id(self) -> bytes:
        return new_id()

    def has(self, kind: str) -> bool:
        return self.scale if kind == "scale" else True

    # -- the floor ----------------------------------------------------------------------------------------------------

    @contextmanager
    def write(self) -> Iterator[Session]:
        with station_write(self.database) as session:
            yield session

    def order(
        self, number: str, *lines: tuple[str, int] | tuple[str, int, int], tote: str = "", state: str = "picked",
        tote_state: str = "dropped", dossier: bool = True, station: str = "", gift: bool = False, service: str = "",
        ship_to: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        """An order of (SKU, units[, short]) whose units lie in its tote."""
        with self.write() as session:
            session.add(
                OrderBrief(
                    order_id=order_id(number), number=number, state=state, gift=gift, station=station,
                    ship_by=datetime(2026, 3, 2, 14, 30, tzinfo=UTC),
                )
            )  # fmt: skip
            session.add(Code(value=barcodes.own_code("O" + number), kind="order", subject=order_id(number)))
            for position, (name, units, *short) in enumerate(lines, 1):
                missing = short[0] if short else 0
                session.add(
                    BriefLine(
                        line_id=line_id(number, position), order_id=order_id(number), sku_id=sku(name),
                        position=position, quantity=units, short=missing,
                    )
                )  # fmt: skip
                if tote and units > missing:
                    session.merge(Stock(sku_id=sku(name), place_id=tote_id(tote), on_hand=units - missing))
            if tote:
                self.tote(session, tote, number, tote_state)
            if dossier:
                body = dossier_body(number, lines, gift=gift, service=service, ship_to=ship_to or SHIP_TO)
                session.add(Dossier(order_id=order_id(number), body=json.dumps(body), received_at=self.clock.now()))

    def tote(self, session: Session, name: str, number: str | None, state: str = "dropped") -> None:
        bound = order_id(number) if number else None
        session.add(Tote(id=tote_id(name), name=name, state=state, order_id=bound))
        session.add(Code(value=barcodes.own_code("T" + name), kind="tote", subject=tote_id(name)))

    # -- one event ----------------------------------------------------------------------------------------------------

    def open_task(self, task_id: bytes = b"") -> None:
        """A new task at this bench, or the one that is given, as after a restart."""
        self.task_id = task_id or new_id()
        with reading(self.database) as session:
            self.session = session
            self.bench: Bench[PackState] = Bench(Pack(), self.task_id, self, facts_of(session, self.task_id))
            self.session = None

    def scan(self, text: str, *, touched: bool = False, late: float = 1.0, allowed: bool = False) -> Outcome:
        """One trigger pull, `late` seconds after the last; the screen before it was seen. `allowed` by a lead's PIN."""
        self.clock.advance(late)
        self.bench.seen(self.clock.mono_ns() - 1)
        self.scans += 1
        scan = events.Scan(text, "gun", self.clock.now(), self.clock.mono_ns(), self.scans)
        with reading(self.database) as session:
            read = meaning(session, scan)
        return self.send(replace(read, approved_by=LEAD) if allowed else read)

    def send(self, event: object) -> Outcome:
        """Handles, records and commits one event, as the runner does."""
        before = self.dump()
        state = self.bench.state
        with station_write(self.database) as session:
            self.session = session
            outcome = self.bench.handle(event)
            cause = Cause(
                at=self.clock.now(), actor_id=JONAS.person_id, task_id=self.task_id, group=self._group(session),
                scan_text=getattr(event, "text", ""),
            )  # fmt: skip
            kept = record(session, outcome.facts, cause, outcome.voids)
        self.session = None
        self.bench.commit(outcome, kept)
        self.asked += outcome.ask
        self.outcomes.append(outcome)
        if outcome.accepted is False:
            assert self.dump() == before
            assert self.bench.state == state
        if not outcome.ends:
            self._resumes_where_it_stands()
        return outcome

    def _group(self, session: Session) -> int:
        return len(session.execute(select(FactRow.fact_id)).all()) + 1

    def _resumes_where_it_stands(self) -> None:
        with reading(self.database) as session:
            self.session = session
            again: Bench[PackState] = Bench(Pack(), self.task_id, self, facts_of(session, self.task_id))
            assert again.state == self.bench.state
            self.session = None

    def load(self, grams: int) -> Outcome:
        """A load settles on the scale."""
        self.clock.advance(0.5)
        self.scale_grams = grams
        return self.send(events.LoadSettled(grams, self.clock.now(), self.clock.mono_ns()))

    def card(self, word: str) -> Outcome:
        return self.scan(barcodes.command_code(word))

    def item(self, name: str, times: int = 1) -> Outcome:
        outcome = Outcome()
        for _ in range(times):
            outcome = self.scan(SKUS[name][1])
        return outcome

    def fill(self) -> None:
        """Puts the box with exactly what it should weigh onto the scale."""
        band = band_of(self.bench.state, self)
        self.load(band.expected_g if band else 1234)

    def label(self) -> Outcome:
        """Scans the label that was made last."""
        assert self.bench.state.label is not None
        return self.scan(self.bench.state.label.tracking)

    # -- what is to be seen -------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        with reading(self.database) as session:
            self.session = session
            shown = self.bench.view(self.outcomes[-1] if self.outcomes else None)
            self.session = None
        return shown

    @property
    def problem(self) -> ProblemHero:
        hero = self.view.hero
        assert isinstance(hero, ProblemHero)
        return hero

    def rows(self, model: type[Model]) -> list[dict[str, Any]]:
        table = model.__table__
        with reading(self.database) as session:
            return [dict(r) for r in session.execute(select(table)).mappings()]

    def kinds(self) -> list[str]:
        """The kinds of all facts of packing tasks, in order."""
        with reading(self.database) as session:
            of_tasks = select(FactRow.kind).where(FactRow.task_id.is_not(None))
            return list(session.scalars(of_tasks.order_by(FactRow.seq)))

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, read by another hand than ours."""
        with closing(sqlite3.connect(self.path)) as stranger:
            return {name: stranger.execute(f'SELECT * FROM "{name}"').fetchall() for name in _TABLES}


_TABLES = tuple(t.name for t in tables_of("station"))


def dossier_body(
    number: str, lines: tuple[Any, ...], *, gift: bool = False, service: str = "", ship_to: dict[str, str] = SHIP_TO
) -> dict[str, Any]:
    """The dossier that a claim would bring for such an order."""
    return {
        "order_id": order_id(number).hex(), "number": number, "shop": "Tea & Mug", "channel": "test", "placed_at": "",
        "service": service, "gift": gift, "gift_message": "Happy birthday, Lena!" if gift else "",
        "hide_prices": False, "note": "", "currency": "EUR", "subtotal": "20.00", "discount": "1.00",
        "shipping": "4.90", "tax": "3.20", "total": "23.90", "ship_to": ship_to,
        "lines": [
            {
                "line_id": line_id(number, i).hex(), "sku_id": sku(line[0]).hex(), "sku": line[0],
                "name": SKUS[line[0]][0], "variant": "", "position": i, "quantity": line[1], "ships": True,
                "unit_price": "5.00", "discount": None, "tax": None, "note": "",
            }
            for i, line in enumerate(lines, 1)
        ],
    }  # fmt: skip


def tote_code(name: str) -> str:
    return barcodes.own_code("T" + name)


def gtin(name: str) -> str:
    return SKUS[name][1]
