"""Deliveries that are expected: purchase orders or their advices, with the codes to scan at the dock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.channels.base import Columns, Fields, ImportResult, Tally
from app.ids import stable_id
from app.inventory.service.codes import CodeBook, WantedCode, own, site_codes
from app.inventory.service.master import Read, Register, Write, import_rows
from app.models import Receipt, ReceiptLine, Sku
from app.text import say

COLUMNS = Columns(("number", "sku", "quantity"), ("supplier", "expected_on", "label_code"))
PREFIX = "ASN"


def import_receipts(session: Session, data: bytes, *, file: str, dry_run: bool = False) -> ImportResult:
    """Imports expected deliveries (docs/imports.md), one row a line. What came already is never touched by a file.

    A row changes the quantity of its line; lines that a file does not name stay. A closed delivery stays as it is.
    """

    def reader(tally: Tally) -> Read:
        return _Deliveries(session, tally).read

    return import_rows(session, data, file=file, columns=COLUMNS, read=reader, dry_run=dry_run)


@dataclass(slots=True)
class _Known:
    """A delivery as far as the rows so far tell of it."""

    state: str
    supplier: str
    expected_on: str
    last_position: int = 0


class _Deliveries:
    def __init__(self, session: Session, tally: Tally) -> None:
        self.tally = tally
        self.skus = dict(session.execute(select(Sku.sku, Sku.id)).all())
        self.receipts, self.lines = Register(session, Receipt), Register(session, ReceiptLine)
        self.book = CodeBook(session)
        self.known = {r.id: _Known(r.state, r.supplier, r.expected_on) for r in session.scalars(select(Receipt))}
        self.quantities: dict[tuple[bytes, bytes], tuple[bytes, int, int]] = {}
        for x in session.scalars(select(ReceiptLine)):
            self.quantities[x.receipt_id, x.sku_id] = (x.id, x.position, x.quantity)
            if x.receipt_id in self.known:
                self.known[x.receipt_id].last_position = max(self.known[x.receipt_id].last_position, x.position)

    def read(self, f: Fields) -> tuple[str, Write]:
        number, sku = f.text("number", most=64, required=True), f.text("sku", most=64, required=True)
        sku_id = self.skus.get(sku)
        if sku and sku_id is None:
            f.wrong("sku", sku, say("the SKU of a product that was imported"))
        if number and not any(c.isascii() and c.isalnum() for c in number):
            f.wrong("number", number, say("a number with a letter or a digit"))
        quantity = f.whole("quantity", least=1) or 0
        supplier, expected_on = f.text("supplier", most=128), _day(f)
        receipt_id = stable_id("receipt", number)
        known = self.known.get(receipt_id)
        codes = [WantedCode(own(PREFIX + number), printed=True), *site_codes(f, "label_code")]
        self.book.judge(f, "label_code" if len(codes) > 1 else "number", "receipt", receipt_id, codes)
        before = self.quantities.get((receipt_id, sku_id or b""))
        if known and known.state == "closed" and (before is None or before[2] != quantity):
            f.wrong("number", number, say("a delivery that is not closed yet"))

        def write() -> tuple[bool, bool]:
            assert sku_id is not None, "a row with errors is not written"
            return self._write(receipt_id, number, supplier, expected_on, sku_id, quantity, codes)

        return f"{number}/{sku}", write

    def _write(
        self, receipt_id: bytes, number: str, supplier: str, expected_on: str, sku_id: bytes, quantity: int,
        codes: list[WantedCode],
    ) -> tuple[bool, bool]:  # fmt: skip
        known = self.known.setdefault(receipt_id, _Known("expected", "", ""))
        known.supplier, known.expected_on = supplier or known.supplier, expected_on or known.expected_on
        _, renamed = self.receipts.put(
            id=receipt_id, number=number, supplier=known.supplier, expected_on=known.expected_on
        )
        fresh = stable_id("receipt line", receipt_id.hex(), sku_id.hex())
        line_id, position, _ = self.quantities.get((receipt_id, sku_id), (fresh, known.last_position + 1, 0))
        known.last_position = max(known.last_position, position)
        self.quantities[receipt_id, sku_id] = (line_id, position, quantity)
        new, different = self.lines.put(
            id=line_id, receipt_id=receipt_id, position=position, sku_id=sku_id, quantity=quantity
        )
        coded = self.book.set(self.tally, "receipt", receipt_id, codes, replace=len(codes) > 1)
        return new, different or (not new and (renamed or coded))


def _day(f: Fields) -> str:
    text = f.text("expected_on", most=10)
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        f.wrong("expected_on", text, say("a date such as 2026-12-31"))
        return ""
