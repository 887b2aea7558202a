"""Any table of orders, one row a line item, with a mapping of its columns; for shops without a channel of their own.

A mapping is a TOML or JSON file: `channel`, `shop`, `currency`, `delimiter`, `decimal`, `date_format`, `encoding`,
`no_shipping` and the table `columns` that says which column holds what. Without a mapping the columns have the names of
`COLUMNS`.

The file is gone through twice: once to see which orders have rows in several places, once to read. So only those few
wait in memory for their last row.
"""

from __future__ import annotations

import json
import tomllib
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from app.channels.base import (
    ENCODINGS,
    Entry,
    Fields,
    ImportedCustomer,
    ImportedLine,
    ImportedOrder,
    OpenTable,
    RowError,
    TableRow,
    bad_file,
    broken_off,
    clean,
    header_of,
    not_whole,
)
from app.documents import Address
from app.text import say

COLUMNS = (
    "order number placed_at updated_at currency customer customer_id email phone name company line1 line2 city region "
    "postcode country sku item quantity fulfilled unit_price line_discount ships line_note discount shipping tax "
    "tax_included total payment service note gift gift_message hide_prices cancelled ship_by"
).split()
"""What can be mapped. `order`, `sku` and `quantity` must be there."""
_REQUIRED = ("order", "sku", "quantity")
_AMOUNTS = ("unit_price", "line_discount", "discount", "shipping", "tax", "total")
MOST_WAITING = 64 * 1024 * 1024
"""Characters of rows that wait for others of their order."""
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
    encoding: str = ""
    no_shipping: tuple[str, ...] = ()
    """SKUs of what is no goods: postage, fees, discounts, tips."""
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
    no_goods = values.pop("no_shipping", [])
    if not isinstance(no_goods, list) or not all(isinstance(sku, str) for sku in no_goods):
        raise bad_file(say("`no_shipping` is a list of SKUs"))
    _check_mapping(values, columns)
    return ColumnMapping(**values, columns=columns, no_shipping=tuple(no_goods))


def _check_mapping(values: dict[str, object], columns: dict[str, object]) -> None:
    known = ("channel", "shop", "currency", "delimiter", "decimal", "date_format", "encoding")
    strange = [k for k, v in values.items() if k not in known or not isinstance(v, str)]
    strange += [k for k, v in columns.items() if k not in COLUMNS or not isinstance(v, str)]
    if strange:
        words = ", ".join((*known, "no_shipping", *COLUMNS))
        raise bad_file(say("The mapping says {name}, which is not known", name=strange[0]), say("Known: {w}", w=words))
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        raise bad_file(say("The mapping does not say which column is {name}", name=missing[0]))
    if len(str(values.get("delimiter", ","))) != 1 or values.get("decimal", ".") not in (".", ","):
        raise bad_file(say("`delimiter` is one character, `decimal` a point or a comma"))
    if values.get("encoding", ENCODINGS[0]) not in ENCODINGS:
        raise bad_file(say("`encoding` is one of {words}", words=", ".join(ENCODINGS)))
    if not 1 <= len(str(values.get("channel", "csv"))) <= 32:
        raise bad_file(say("`channel` is a word of at most 32 characters"))


@dataclass(frozen=True, slots=True)
class _Sheet:
    """An open table and which of its columns are read: our word, theirs, whether it is an amount with a comma."""

    table: OpenTable
    columns: tuple[tuple[str, str, bool], ...]

    def fields(self, row: TableRow, cells: Mapping[str, str], errors: list[RowError], key: str) -> Fields:
        """A row under our own words; cells that are empty are left out."""
        f = self.table.fields(row, errors, clean(key)[:64])
        values: dict[str, object] = {}
        for ours, theirs, comma in self.columns:
            if cell := cells.get(theirs):
                values[ours] = cell.strip().replace(".", "").replace(",", ".") if comma else cell.strip()
        f.values = values
        return f


@dataclass(frozen=True, slots=True)
class PlainCsv:
    """The channel, with its mapping."""

    mapping: ColumnMapping = field(default_factory=ColumnMapping)
    name: str = "csv"

    def recognises(self, head: bytes, file: str) -> bool:
        header = header_of(head)
        return all(self.mapping.columns[name] in header for name in _REQUIRED)

    def read(self, stream: BinaryIO, file: str) -> Iterator[Entry]:
        runs = self._runs(self._open(stream, file).table)
        stream.seek(0)
        sheet = self._open(stream, file)
        waiting = _Waiting(runs)
        for row in sheet.table.rows():
            if isinstance(row, RowError):
                yield row
                waiting.lose(row)
                continue
            key = row.cells.get(self._column("order"), "").strip()
            if not key:
                yield RowError(file, row.number, self._column("order"), "", say("the number of the order"))
                continue
            for rows in waiting.add(key, row):
                yield from self._read_order(rows, sheet, waiting)
        for rows in waiting.rest():
            yield from self._read_order(rows, sheet, waiting)

    def _open(self, stream: BinaryIO, file: str) -> _Sheet:
        m = self.mapping
        table = OpenTable(stream, file, order=m.columns["order"], delimiter=m.delimiter, encoding=m.encoding)
        for name in _REQUIRED:
            if m.columns[name] not in table.header:
                column = m.columns[name]
                raise bad_file(say("The column {column} ({name}) is missing", column=column, name=name))
        there = ((ours, theirs) for ours, theirs in m.columns.items() if theirs in table.header)
        comma = m.decimal == ","
        return _Sheet(table, tuple((ours, theirs, comma and ours in _AMOUNTS) for ours, theirs in there))

    def _column(self, name: str) -> str:
        return self.mapping.columns[name]

    def _runs(self, table: OpenTable) -> _Runs:
        """Where the rows of the orders stand."""
        at, last = table.header.index(self._column("order")), ""
        begun, broken = array("q"), set()
        for record in table.records():
            if isinstance(record, RowError):
                broken.add(record.order)
                continue
            key = record.cells[at].strip() if at < len(record.cells) else ""
            if key and key != last:
                begun.append(hash(key))
                last = key
        return _Runs(_several(begun), frozenset(broken - {""}))

    def _read_order(self, rows: list[TableRow], sheet: _Sheet, waiting: _Waiting) -> Iterator[Entry]:
        errors: list[RowError] = []
        key = rows[0].cells[self._column("order")].strip()
        if clean(key)[:64] in waiting.broken:
            return
        if lost := waiting.doubtful.get(key):
            column, shown = self._column("order"), clean(key)[:64]
            yield RowError(sheet.table.file, rows[0].number, column, shown, not_whole(lost), shown)
            return
        lines = [sheet.fields(row, row.cells, errors, key) for row in rows]
        first = lines[0] if len(rows) == 1 else sheet.fields(rows[0], _first_said(rows), errors, key)
        read = self._order(first, lines, sheet.table.own_bytes(rows))
        if errors:
            yield from dict.fromkeys(self._named(e) for e in errors)
        else:
            yield read

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
            lines=tuple(_line(line, i, self.mapping.no_shipping) for i, line in enumerate(lines, 1)),
            placed_at=self._moment(f, "placed_at"),
            updated_at=self._moment(f, "updated_at"),
            ship_by=self._moment(f, "ship_by"),
            tax_included=f.flag("tax_included"),
            customer=_customer(f, ship),
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


def _customer(f: Fields, ship: Address) -> ImportedCustomer:
    name = f.text("customer") or ship.name
    return ImportedCustomer(f.text("customer_id", most=128), name, f.text("email"), f.text("phone", most=64))


def _line(f: Fields, position: int, no_goods: tuple[str, ...]) -> ImportedLine:
    sku = f.text("sku", most=128)
    quantity = f.whole("quantity") or 0
    return ImportedLine(
        external_id=f"#{position}",
        sku=sku,
        name=f.text("item", most=512),
        quantity=quantity,
        unit_price=f.money("unit_price"),
        discount=f.money("line_discount") or Decimal(0),
        ships=f.flag("ships", default=True) and sku not in no_goods,
        note=f.text("line_note", most=10_000),
        fulfilled=f.whole("fulfilled", most=quantity, required=False) or 0,
    )


# ---- rows that belong together --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Runs:
    """`several`: (hash of a key) to how many runs of rows it has, where it has several; `broken`: orders with a row
    that can't be read.
    """

    several: Counter[int]
    broken: frozenset[str]


def _several(begun: array[int]) -> Counter[int]:
    ordered = sorted(begun)
    twice = {a for a, b in pairwise(ordered) if a == b}
    return Counter(h for h in begun if h in twice)


class _Waiting:
    """Orders of which rows may still follow."""

    def __init__(self, runs: _Runs) -> None:
        self.broken = runs.broken
        self.doubtful: dict[str, int] = {}
        """Orders beside a row that nobody can tell the order of: that row's number."""
        self._several = runs.several
        self._rows: dict[str, list[TableRow]] = {}
        self._now = ""
        self._lost = 0
        self._size = 0

    def lose(self, error: RowError) -> None:
        """A row can't be read; if it does not say whose it is, it may be of the order before or of the one after."""
        if not error.order:
            self._lost = error.row
            self.doubtful.setdefault(self._now, error.row)

    def add(self, key: str, row: TableRow) -> Iterator[list[TableRow]]:
        """Takes a row, and gives the order before when this row is of another one and none of its own follow."""
        if self._lost:
            self.doubtful.setdefault(key, self._lost)
            self._lost = 0
        if key != self._now:
            yield from self._close()
            self._now = key
        self._rows.setdefault(key, []).append(row)

    def _close(self) -> Iterator[list[TableRow]]:
        rows = self._rows.get(self._now)
        if rows is None:
            return
        self._several[hash(self._now)] -= 1
        if self._several[hash(self._now)] > 0:
            self._size += sum(len(row.raw) for row in rows)
            if self._size > MOST_WAITING:
                raise broken_off(
                    say("Rows of one order lie too far apart"), say("Sort the table by the order's number")
                )
            return
        del self._several[hash(self._now)], self._rows[self._now]
        yield rows

    def rest(self) -> Iterator[list[TableRow]]:
        """What is left when the table ends."""
        yield from self._rows.values()


def _first_said(rows: list[TableRow]) -> dict[str, str]:
    """Cells of the order: what its first row says, and what it leaves empty from the rows below."""
    cells: dict[str, str] = {}
    for row in rows:
        for name, cell in row.cells.items():
            if cell and name not in cells and not cell.isspace():
                cells[name] = cell
    return cells
