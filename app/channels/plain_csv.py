"""Any table of orders, one row a line item, with a mapping of its columns; for shops without a channel of their own.

A mapping is a TOML or JSON file: `channel`, `shop`, `currency`, `delimiter`, `decimal`, `date_format` and the table
`columns` that says which column holds what. Without a mapping the columns have the names on the left of `COLUMNS`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from app.channels.base import (
    Entry,
    Fields,
    ImportedCustomer,
    ImportedLine,
    ImportedOrder,
    RowError,
    TableRow,
    bad_file,
    header_of,
    read_table,
)
from app.documents import Address
from app.text import say

COLUMNS = (
    "order number placed_at currency customer email phone name company line1 line2 city region postcode country sku "
    "item quantity unit_price line_discount ships line_note discount shipping tax tax_included total payment service "
    "note gift gift_message hide_prices cancelled ship_by"
).split()
"""What can be mapped. `order`, `sku` and `quantity` must be there."""
_REQUIRED = ("order", "sku", "quantity")
_AMOUNTS = ("unit_price", "line_discount", "discount", "shipping", "tax", "total")
_PAYMENTS = ("", "paid", "authorized", "on_delivery", "unpaid", "part_paid", "refunded", "void")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How one site's table is to be read; `columns` maps our word to the table's."""

    channel: str = "csv"
    shop: str = ""
    currency: str = ""
    delimiter: str = ""
    decimal: str = "."
    date_format: str = ""
    columns: Mapping[str, str] = field(default_factory=lambda: {c: c for c in COLUMNS})


def load_mapping(path: Path) -> ColumnMapping:
    """A mapping from a TOML or JSON file. Raises `BadFile` that names what is wrong."""
    try:
        data = path.read_bytes().decode()
        values = json.loads(data) if path.suffix == ".json" else tomllib.loads(data)
    except OSError as error:
        raise bad_file(say("The mapping can't be read: {why}", why=error.strerror or "?")) from None
    except (ValueError, RecursionError) as error:
        raise bad_file(say("The mapping is broken: {why}", why=str(error)[:200])) from None
    if not isinstance(values, dict) or not isinstance(values.get("columns"), dict):
        raise bad_file(say("The mapping has no table `columns`"), say("See docs/imports.md"))
    columns = values.pop("columns")
    _check_mapping(values, columns)
    return ColumnMapping(**values, columns=columns)


def _check_mapping(values: dict[str, object], columns: dict[str, object]) -> None:
    known = ("channel", "shop", "currency", "delimiter", "decimal", "date_format")
    strange = [k for k, v in values.items() if k not in known or not isinstance(v, str)]
    strange += [k for k, v in columns.items() if k not in COLUMNS or not isinstance(v, str)]
    if strange:
        words = ", ".join((*known, *COLUMNS))
        raise bad_file(say("The mapping says {name}, which is not known", name=strange[0]), say("Known: {w}", w=words))
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        raise bad_file(say("The mapping does not say which column is {name}", name=missing[0]))
    if len(str(values.get("delimiter", ","))) != 1 or values.get("decimal", ".") not in (".", ","):
        raise bad_file(say("`delimiter` is one character, `decimal` a point or a comma"))
    if not 1 <= len(str(values.get("channel", "csv"))) <= 32:
        raise bad_file(say("`channel` is a word of at most 32 characters"))


@dataclass(frozen=True, slots=True)
class PlainCsv:
    """The channel, with its mapping."""

    mapping: ColumnMapping = field(default_factory=ColumnMapping)
    name: str = "csv"

    def recognises(self, head: bytes, file: str) -> bool:
        header = header_of(head)
        return all(self.mapping.columns[name] in header for name in _REQUIRED)

    def read(self, stream: BinaryIO, file: str) -> Iterator[Entry]:
        table = read_table(stream.read(), file, delimiter=self.mapping.delimiter)
        missing = [name for name in _REQUIRED if not table.has(self.mapping.columns[name])]
        if missing:
            column = self.mapping.columns[missing[0]]
            raise bad_file(say("The column {column} ({name}) is missing", column=column, name=missing[0]))
        orders: dict[str, list[TableRow]] = {}
        for row in table.rows:
            key = row.cells.get(self.mapping.columns["order"], "").strip()
            if key:
                orders.setdefault(key, []).append(row)
            else:
                yield RowError(file, row.number, self.mapping.columns["order"], "", say("the number of the order"))
        for key, rows in orders.items():
            yield from self._read_order(key, rows, file)

    def _read_order(self, key: str, rows: list[TableRow], file: str) -> Iterator[Entry]:
        errors: list[RowError] = []
        lines = [self._fields(row.cells, row.number, key, errors, file) for row in rows]
        first = self._fields(self._order_cells(rows), rows[0].number, key, errors, file)
        read = self._order(first, lines, "".join(row.raw for row in rows).encode())
        if errors:
            yield from dict.fromkeys(self._named(e) for e in errors)
        else:
            yield read

    def _fields(self, cells: Mapping[str, str], row: int, key: str, errors: list[RowError], file: str) -> Fields:
        values: dict[str, object] = {}
        for ours, theirs in self.mapping.columns.items():
            cell = cells.get(theirs, "").strip()
            values[ours] = self._point(cell) if ours in _AMOUNTS else cell
        return Fields(values, errors, file=file, row=row, order=key[:64])

    def _order_cells(self, rows: list[TableRow]) -> dict[str, str]:
        """Cells of the order: what its first row says, and what it leaves empty from the rows below."""
        cells: dict[str, str] = {}
        for row in rows:
            for name, cell in row.cells.items():
                if cell.strip():
                    cells.setdefault(name, cell)
        return cells

    def _point(self, cell: str) -> str:
        return cell.replace(".", "").replace(",", ".") if self.mapping.decimal == "," else cell

    def _named(self, error: RowError) -> RowError:
        """The error with the column's name as the file has it."""
        name = self.mapping.columns.get(error.field, error.field)
        return RowError(error.file, error.row, name, error.value, error.expected, error.order)

    def _moment(self, f: Fields, name: str) -> datetime | None:
        text = f.text(name, most=64)
        if not text or not self.mapping.date_format:
            return f.moment(name)
        try:
            return datetime.strptime(text, self.mapping.date_format).astimezone(UTC)
        except (ValueError, OverflowError):
            f.wrong(name, text, say("a date in the form {form}", form=self.mapping.date_format))
            return None

    def _order(self, f: Fields, lines: list[Fields], raw: bytes) -> ImportedOrder:
        key = f.text("order", most=128, required=True)
        message = f.text("gift_message", most=10_000)
        ship = _address(f)
        return ImportedOrder(
            channel=self.mapping.channel,
            external_id=key,
            number=f.text("number", most=64) or f.text("order", most=64),
            currency=f.text("currency", most=3) or self.mapping.currency,
            lines=tuple(_line(line, i) for i, line in enumerate(lines, 1)),
            placed_at=self._moment(f, "placed_at"),
            ship_by=self._moment(f, "ship_by"),
            tax_included=f.flag("tax_included"),
            customer=ImportedCustomer("", f.text("customer") or ship.name, f.text("email"), f.text("phone", most=64)),
            ship_to=ship if ship != Address("") else None,
            discount=f.money("discount"),
            shipping=f.money("shipping"),
            tax=f.money("tax"),
            total=f.money("total"),
            gift=f.flag("gift") or bool(message),
            gift_message=message,
            hide_prices=f.flag("hide_prices"),
            note=f.text("note", most=10_000),
            payment=f.word("payment", _PAYMENTS),
            cancelled=f.flag("cancelled"),
            service=f.text("service", most=64),
            shop=self.mapping.shop,
            raw=raw,
        )


CHANNEL = PlainCsv()


def _address(f: Fields) -> Address:
    return Address(
        name=f.text("name"),
        company=f.text("company"),
        line1=f.text("line1"),
        line2=f.text("line2"),
        city=f.text("city", most=128),
        region=f.text("region", most=128),
        postcode=f.text("postcode", most=32),
        country=f.country("country"),
        phone=f.text("phone", most=64),
        email=f.text("email"),
    )


def _line(f: Fields, position: int) -> ImportedLine:
    return ImportedLine(
        external_id=f"#{position}",
        sku=f.text("sku", most=128),
        name=f.text("item", most=512),
        quantity=f.whole("quantity") or 0,
        unit_price=f.money("unit_price"),
        discount=f.money("line_discount") or Decimal(0),
        ships=f.flag("ships", default=True),
        note=f.text("line_note", most=10_000),
    )
