"""A site whose parcels leave: one station's stream, central that applies it, a clock, and a home with a mail server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.admin import keep_server
from app.clock import FakeClock
from app.db import Database, central_write, migrate, open_database, reading, station_write
from app.facts import Fact, Stamp
from app.ids import new_id, stable_id
from app.models import (
    Address,
    BriefLine,
    Customer,
    FactRow,
    Incident,
    Order,
    OrderBrief,
    OrderLine,
    Parcel,
    SiteSetting,
    TimelineEntry,
)
from app.packing.facts import BoxAdded, LabelMade, LabelVoided, Packed, PackOpened, ParcelClosed
from app.settings import Home
from app.sync.applier import Pushed, rooms, work_off
from app.sync.central import SqlCentral
from app.sync.station import Cause, found_station, outgoing, record
from app.tracking.queries import MailRow, mails, mails_by_state
from app.tracking.service import send_mails
from app.work.service.timeline import unpacked_words
from tests.engines import address, open_central
from tests.packing.kit import SKUS, stock_the_site

START = datetime(2026, 3, 2, 13, 7, tzinfo=UTC)
STATION = stable_id("station", "PACK02")
TOTE = stable_id("tote", "0412")


@cache
def _templates() -> Path:
    folder = Path(mkdtemp(prefix="packbay-test-"))
    for side in ("central", "station"):
        database = open_database(folder / f"{side}.sqlite", side)
        migrate(database)
        if side == "central":
            with central_write(database) as session:
                stock_the_site(session)
        else:
            with station_write(database) as session:
                found_station(session, STATION, "PACK02", "Pack 02", now=START)
        database.close()
    return folder


@dataclass
class Site:
    """See the module's docstring."""

    root: Path
    clock: FakeClock = field(default_factory=lambda: FakeClock(START))
    serial: int = 1000

    def __post_init__(self) -> None:
        self.home = Home(self.root).make()
        open_central(self.home.central_file, template=_templates() / "central.sqlite").close()
        shutil.copy(_templates() / "station.sqlite", self.home.station_file)
        self.open()
        if self.central.is_server:
            keep_server(self.home, address(self.central))

    def open(self) -> None:
        self.central: Database = open_central(self.home.central_file, busy_ms=5_000)
        self.station: Database = open_database(self.home.station_file, "station")

    def close(self) -> None:
        self.central.close()
        self.station.close()

    # ---- before -----------------------------------------------------------------------------------------------------

    @contextmanager
    def write(self) -> Iterator[Session]:
        with central_write(self.central) as session:
            yield session

    def setting(self, name: str, value: str) -> None:
        with self.write() as session:
            session.merge(SiteSetting(name=name, value=value))

    def order(
        self, number: str, *lines: tuple[str, int] | tuple[str, int, int], email: str = "lena@example.org",
        name: str = "Lena Özdemir", country: str = "DE", gift: bool = False, ship_email: str = "",
    ) -> bytes:  # fmt: skip
        """An order of (SKU, units[, short]) that is being packed."""
        order_id, to, who = stable_id("order", number), stable_id("address", number), stable_id("customer", number)
        with self.write() as session:
            session.add(Customer(id=who, channel="test", external_id=number, name=name, email=email))
            session.add(
                Address(id=to, name=name, city="Berlin", postcode="10115", country=country, email=ship_email)
            )  # fmt: skip
            session.add(
                Order(
                    id=order_id, channel="test", external_id=number, number=number, state="picked", received_at=START,
                    updated_at=START, customer_id=who, ship_to_id=to, gift=gift, content_hash=b"",
                )
            )  # fmt: skip
            session.add(OrderBrief(order_id=order_id, number=number, state="picked"))
            for position, (sku, units, *short) in enumerate(lines, 1):
                key = {"order_id": order_id, "sku_id": stable_id("sku", sku), "position": position, "quantity": units}
                missing = short[0] if short else 0
                session.add(
                    OrderLine(
                        id=_line(number, position), external_id=str(position), name=SKUS[sku][0], short=missing, **key
                    )
                )
                session.add(BriefLine(line_id=_line(number, position), short=missing, **key))
        return order_id

    # ---- hands ------------------------------------------------------------------------------------------------------

    def did(self, *facts: Fact) -> None:
        """Records facts at the station, brings them to central and lets it draw its consequences."""
        with station_write(self.station) as session:
            record(session, facts, Cause(at=self.clock.now(), group=1))
        with reading(self.station) as session:
            out = outgoing(session, limit=10_000)
        SqlCentral(self.central, self.clock).push(out.station_id, out.incarnation, out.facts, ())
        work_off(self.central, self.clock)

    def pack(self, number: str, *packed: tuple[int, int], box: int = 1, close: bool = True) -> bytes:
        """Packs (position, units) into a box, labels it, and closes it."""
        order_id, parcel_id = stable_id("order", number), stable_id("parcel", number, str(box))
        opened: Fact = PackOpened(order_id, parcel_id, box, (TOTE,), ())
        if box > 1:
            opened = BoxAdded(order_id, parcel_id, box)
        self.did(
            opened,
            *(Packed(parcel_id, _line(number, p), self._sku(number, p), units, TOTE) for p, units in packed),
        )
        self.label(number, box)
        if close:
            self.shut(number, box)
        return parcel_id

    def label(self, number: str, box: int = 1) -> str:
        """Makes a label with a fresh number."""
        self.serial += 1
        tracking = f"PB{self.serial:010d}"
        order_id, parcel_id = stable_id("order", number), stable_id("parcel", number, str(box))
        self.did(
            LabelMade(
                order_id, parcel_id, self.serial, tracking, f"3{self.serial:017d}", "table", "Parcel", "D1", "4.19",
                "EUR", 812, new_id(),
            )
        )  # fmt: skip
        return tracking

    def shut(self, number: str, box: int = 1) -> None:
        order_id, parcel_id = stable_id("order", number), stable_id("parcel", number, str(box))
        self.did(ParcelClosed(order_id, parcel_id, self.parcel(number, box).tracking))

    def void(self, number: str, box: int = 1) -> None:
        order_id, parcel_id = stable_id("order", number), stable_id("parcel", number, str(box))
        self.did(LabelVoided(order_id, parcel_id, self.parcel(number, box).tracking, new_id(), 2))

    def _sku(self, number: str, position: int) -> bytes:
        with reading(self.central) as session:
            sku_id = session.get_one(OrderLine, _line(number, position)).sku_id
        assert sku_id is not None
        return sku_id

    def draw_again(self) -> None:
        """Draws the consequences of every fact once more, as a batch that is applied anew would."""
        with self.write() as session:
            rows = session.execute(select(FactRow).order_by(FactRow.seq)).scalars().all()
            for row in rows:
                pushed = Pushed(row.fact_id, row.station_id, row.incarnation, row.seq, row.kind, row.data)
                fact, stamp = pushed.read()
                assert fact is not None
                _draw(session, fact, stamp)

    # ---- the post ---------------------------------------------------------------------------------------------------

    def post(self) -> int:
        """One round of the duty."""
        return send_mails(self.central, self.clock, self.home)

    def mails(self, state: str = "") -> tuple[MailRow, ...]:
        """The newest first."""
        with reading(self.central) as session:
            return mails(session, state=state)

    def states(self) -> dict[str, int]:
        with reading(self.central) as session:
            return mails_by_state(session)

    # ---- what is to be seen -----------------------------------------------------------------------------------------

    def parcel(self, number: str, box: int = 1) -> Parcel:
        with reading(self.central) as session:
            return session.get_one(Parcel, stable_id("parcel", number, str(box)))

    def story(self, number: str, kind: str = "") -> list[str]:
        """What stands on an order's timeline, of one kind or all."""
        with reading(self.central) as session:
            rows = session.scalars(
                select(TimelineEntry)
                .where(TimelineEntry.order_id == stable_id("order", number))
                .order_by(TimelineEntry.at, TimelineEntry.id)
            )
            return [str(unpacked_words(json.loads(r.words))) for r in rows if r.kind.startswith(kind)]

    def incidents(self, *kinds: str) -> list[tuple[str, str]]:
        """(kind, detail) of those that are open."""
        with reading(self.central) as session:
            rows = session.scalars(
                select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.opened_at, Incident.id)
            ).all()
        return [(r.kind, r.detail) for r in rows if not kinds or r.kind in kinds]


def _draw(session: Session, fact: Fact, stamp: Stamp) -> None:
    for act in rooms().consequences.get(fact.kind(), ()):
        if act.__module__.startswith("app.tracking"):
            act(session, fact, stamp)


def _line(number: str, position: int) -> bytes:
    return stable_id("line", number, str(position))
