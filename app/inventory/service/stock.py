"""What lies where: an import says the quantity of a place, and the ledger gets the difference as a movement."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.channels.base import Columns, Fields, ImportResult, Tally
from app.inventory.facts import GOOD, StockSet
from app.inventory.queries import RECOUNT
from app.inventory.service.master import Read, Register, Write, import_rows
from app.inventory.service.promises import follow_goods
from app.models import Bin, Incident, Lot, Sku, Stock
from app.text import say
from app.work.service import record_here

COLUMNS = Columns(("sku", "bin", "quantity"), ("lot", "expires_on", "status"))
STATUSES = ("good", "quarantine", "damaged")


def import_stock(
    session: Session,
    data: bytes,
    *,
    file: str,
    now: datetime,
    person_id: bytes | None = None,
    dry_run: bool = False,
) -> ImportResult:
    """Imports the table of stock (docs/imports.md): sets each named place's quantity; places not named are left alone.

    What is said is recorded as central's own facts (`StockSet`), so on hand stays the sum of the ledger; promises of
    units that do not lie there after all follow the goods (`promises`).
    """

    shelves = _Shelves(session, now)

    def reader(_tally: Tally) -> Read:
        return shelves.read

    def record() -> None:
        if shelves.said:
            record_here(session, shelves.said, now=now, person_id=person_id)
            for fact in shelves.said:
                _follow(session, fact, now)
            shelves.said.clear()

    return import_rows(session, data, file=file, columns=COLUMNS, read=reader, dry_run=dry_run, after=record)


def _follow(session: Session, fact: StockSet, now: datetime) -> None:
    """What was promised beyond what lies there now is promised elsewhere, or somebody is told."""
    if fact.status == GOOD:
        follow_goods(session, sku_id=fact.sku_id, place_id=fact.place_id, lot=fact.lot, now=now)


class _Shelves:
    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.said: list[StockSet] = []
        self.skus = {s.sku: s for s in session.scalars(select(Sku))}
        self.bins = dict(session.execute(select(Bin.name, Bin.id)).all())
        self.lots = Register(session, Lot)
        self.known = {
            (s.sku_id, s.place_id, s.lot, s.status): s.on_hand
            for s in session.execute(select(Stock.sku_id, Stock.place_id, Stock.lot, Stock.status, Stock.on_hand))
        }

    def read(self, f: Fields) -> tuple[str, Write]:
        sku, place = self.skus.get(f.text("sku", most=64)), self.bins.get(f.text("bin", most=64))
        if sku is None:
            f.wrong("sku", f.text("sku", most=64), say("the SKU of a product that was imported"))
        if place is None:
            f.wrong("bin", f.text("bin", most=64), say("the name of a bin that was imported"))
        quantity = f.whole("quantity") or 0
        lot, expires_on = f.text("lot", most=64), _day(f, "expires_on")
        status = f.word("status", STATUSES, "good")
        if sku is None or place is None:
            return f"row {f.row}", lambda: (False, False)
        if sku.lot_tracked and not lot:
            f.wrong("lot", lot, say("a lot: {sku} is lot-tracked", sku=sku.sku))
        if sku.expiry_tracked and not expires_on:
            f.wrong("expires_on", "", say("a date: {sku} has an expiry date", sku=sku.sku))
        fact = StockSet(sku.id, place, quantity, lot, status)
        return f"{sku.sku}/{f.text('bin', most=64)}/{lot}/{status}", lambda: self._write(fact, expires_on, sku.sku)

    def _write(self, fact: StockSet, expires_on: str, sku: str) -> tuple[bool, bool]:
        key = (fact.sku_id, fact.place_id, fact.lot, fact.status)
        dated = fact.lot and self._date_lot(fact, expires_on)
        new = key not in self.known
        moved = fact.quantity != self.known.get(key, 0)
        self._settle(fact.place_id, sku)
        if moved:
            self.said.append(fact)
        return new and moved, bool(dated) or moved

    def _date_lot(self, fact: StockSet, expires_on: str) -> bool:
        if not expires_on and (fact.sku_id, fact.lot) in self.lots:
            return False  # the file says nothing about the date that is known
        return any(self.lots.put(sku_id=fact.sku_id, lot=fact.lot, expires_on=expires_on))

    def _settle(self, place_id: bytes, sku: str) -> None:
        """A place that somebody said the stock of is no longer doubted."""
        self.session.execute(
            update(Incident)
            .where(Incident.kind == RECOUNT, Incident.subject == place_id, Incident.detail == sku)
            .where(Incident.resolved_at.is_(None))
            .values(resolved_at=self.now)
        )


def _day(f: Fields, column: str) -> str:
    text = f.text(column, most=10)
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        f.wrong(column, text, say("a date such as 2026-12-31"))
        return ""
