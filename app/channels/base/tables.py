"""Tables (CSV): named columns, any usual delimiter, quoted line breaks, rows numbered as a spreadsheet does.

Orders are read in a stream (`OpenTable`): a bad row is named and the next one is read. Master data is small and is
read at once (`read_table`): a table that is broken somewhere is refused as a whole.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import BinaryIO

from app.channels.base.fields import Fields, clean
from app.channels.base.results import BadFile, RowError, bad_file
from app.channels.base.texts import SPOILT, TextStream, head_text
from app.text import Text, say, verbatim

MOST_BYTES = 256 * 1024 * 1024
"""Of a table that is read at once."""
DELIMITERS = ",;\t|"
_RESTARTS = 500
"""How often, in one file, reading goes back behind the line of a quotation mark that nobody closed."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a kind of file: those it must have and those it may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableRow:
    """A record: its number, its cells by column (a short row has fewer), its own text."""

    number: int
    cells: dict[str, str]
    raw: str


@dataclass(frozen=True, slots=True)
class Table:
    """A read table."""

    file: str
    header: tuple[str, ...]
    rows: tuple[TableRow, ...]
    warnings: tuple[Text, ...] = ()

    def fields(self, errors: list[RowError]) -> Iterator[Fields]:
        """Each row as `Fields` that note what is wrong in `errors`."""
        for row in self.rows:
            yield Fields(row.cells, errors, file=self.file, row=row.number)

    def has(self, column: str) -> bool:
        return column in self.header


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stands in the file: its number, its cells in their order, its own text."""

    number: int
    cells: list[str]
    raw: str


@dataclass(frozen=True, slots=True)
class _BadRecord:
    """A line at which no record can be read, and why."""

    number: int
    line: str
    what: str

    @property
    def refusal(self) -> BadFile:
        return bad_file(say("No table after row {n}: {what}", n=self.number - 1, what=self.what))


class OpenTable:
    """A table that is being read: its header, then its records one by one, once.

    `order` names the column with an order's number, by which the errors say whose row it is. Raises `BadFile` where the
    table can't be read any further.
    """

    def __init__(
        self, stream: BinaryIO, file: str, *, order: str = "", delimiter: str = "", encoding: str = ""
    ) -> None:
        self.file = file
        self.text = TextStream(stream, encoding)
        records = _Records(self.text, delimiter)
        self._delimiter = records.delimiter
        self._records = iter(records)
        self.header = self._read_header()
        self._order = self.header.index(order) if order in self.header else -1

    def _read_header(self) -> tuple[str, ...]:
        for record in self._records:
            if isinstance(record, _BadRecord):
                raise record.refusal
            if any(cell.strip() for cell in record.cells):
                break
        else:
            return ()
        if any(SPOILT.search(cell) for cell in record.cells):
            raise _not_text(self.text)
        return _without_doubles(name.strip() for name in record.cells)

    def records(self) -> Iterator[Record | RowError]:
        """The records below the header, and an error for each line that is none. Empty lines are left out."""
        good = False
        bad: list[_BadRecord] = []
        for record in self._records:
            if isinstance(record, _BadRecord):
                bad.append(record)
                continue
            good = True
            if bad:
                yield from (self._named(b) for b in bad)
                bad.clear()
            if record.cells:
                yield record
        if bad and not good:
            raise bad[0].refusal
        yield from (self._named(b) for b in bad)

    def _named(self, bad: _BadRecord) -> RowError:
        shown = clean(bad.line)
        shown = shown if len(shown) <= 80 else shown[:79] + "…"
        expected = say("a row of a table ({what})", what=verbatim(bad.what))
        return RowError(self.file, bad.number, "", shown, expected, self._guessed_order(bad.line))

    def _guessed_order(self, line: str) -> str:
        """The order of a broken row, read with all patience; "" when it can't be told."""
        cells = next(csv.reader([line[:10_000]], delimiter=self._delimiter), [])
        return clean(cells[self._order])[:64] if 0 <= self._order < len(cells) else ""

    def rows(self) -> Iterator[TableRow | RowError]:
        """The records with their cells by column; rows of only empty cells are left out."""
        columns = [(i, name) for i, name in enumerate(self.header) if name]
        for record in self.records():
            if isinstance(record, RowError):
                yield record
                continue
            cells = record.cells
            if len(cells) >= len(self.header):
                by_name = {name: cells[i] for i, name in columns}
            else:
                by_name = {name: cells[i] for i, name in columns if i < len(cells)}
            if any(cell and not cell.isspace() for cell in by_name.values()):
                yield TableRow(record.number, by_name, record.raw)

    def fields(self, row: TableRow, errors: list[RowError], order: str) -> Fields:
        """A row as `Fields`; a text with bytes that are no text is wrong."""
        spoilt = self.text.spoilt_at is not None
        return Fields(row.cells, errors, file=self.file, row=row.number, order=order, spoilt=spoilt)

    def own_bytes(self, rows: list[TableRow]) -> bytes:
        """The rows as the bytes that stand in the file."""
        return self.text.own_bytes("".join([row.raw for row in rows]))


class _Records:
    """Records with their own text; after a broken one it goes on in the line below the one that began it."""

    def __init__(self, text: TextStream, delimiter: str) -> None:
        self._lines = text.lines()
        self._taken: list[str] = []
        self._again: list[str] = []
        self._restarts = _RESTARTS
        self.delimiter = delimiter or self._guess()

    def _guess(self) -> str:
        """The delimiter that the first line speaks for, which is read again then."""
        for line in self._lines:
            self._again.insert(0, line)
            if line.strip():
                break
        return _delimiter(self._again[0] if self._again else "")

    def _feed(self) -> Iterator[str]:
        while True:
            line = self._again.pop() if self._again else next(self._lines, None)
            if line is None:
                return
            self._taken.append(line)
            yield line

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self.delimiter, strict=True)

    def __iter__(self) -> Iterator[Record | _BadRecord]:
        taken, reader = self._taken, self._reader()
        for number in count(1):
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._bad(number, str(error))
                reader = self._reader()
            else:
                raw = taken[0] if len(taken) == 1 else "".join(taken)
                taken.clear()
                yield Record(number, cells, raw)

    def _bad(self, number: int, what: str) -> _BadRecord:
        first, *others = self._taken or [""]
        self._taken.clear()
        if self._restarts:
            self._restarts -= 1
            self._again += reversed(others)
        return _BadRecord(number, first, what)


def header_of(head: bytes) -> tuple[str, ...]:
    """The column names that a table's first line gives; () when it is no table. For telling files apart."""
    line = head_text(head).lstrip("\r\n").split("\n", 1)[0].rstrip("\r")
    try:
        return tuple(c.strip() for c in next(csv.reader([line], delimiter=_delimiter(line)), []))
    except csv.Error:
        return ()


def read_table(data: bytes, file: str, columns: Columns | None = None, *, delimiter: str = "") -> Table:
    """A table whose first row names the columns, whole. Raises `BadFile`; rows of only empty cells are left out."""
    if len(data) > MOST_BYTES:
        raise bad_file(say("Larger than {most} MB", most=MOST_BYTES // 1024 // 1024), say("Cut it into parts"))
    table = OpenTable(io.BytesIO(data), file, delimiter=delimiter)
    rows: list[TableRow] = []
    warnings: list[Text] = []
    if columns is not None:
        table.header = _without_doubles(name.casefold() for name in table.header)
        warnings = _judge(table.header, columns)
    for row in table.rows():
        if isinstance(row, RowError):
            raise bad_file(say("Row {n}: {value} is not {what}", n=row.row, value=row.value, what=row.expected))
        rows.append(row)
    if table.text.spoilt_at is not None:
        raise _not_text(table.text)
    return Table(file, table.header, tuple(rows), tuple(warnings))


def _without_doubles(names: Iterable[str]) -> tuple[str, ...]:
    header = tuple(names)
    doubled = [name for name in dict.fromkeys(header) if name and header.count(name) > 1]
    if doubled:
        raise bad_file(say("The column {name} stands twice in the header", name=doubled[0]))
    return header


def _not_text(text: TextStream) -> BadFile:
    what = say("Not {encoding} text at byte {n}", encoding=text.shown_encoding, n=text.spoilt_at or 0)
    return bad_file(what, say("Save the table as “CSV UTF-8”"))


def _delimiter(line: str) -> str:
    return max(DELIMITERS, key=line.count)


def _judge(header: tuple[str, ...], columns: Columns) -> list[Text]:
    missing = [name for name in columns.required if name not in header]
    known = ", ".join(columns.required + columns.optional)
    if missing:
        what = say("The column {name} is missing", name=missing[0])
        raise bad_file(what, say("The columns are: {known}", known=known))
    strange = [name for name in header if name and name not in columns.required + columns.optional]
    if len(strange) > len(header) - len(strange):
        what = say("Most columns are not known ({names} …): it is another kind of table", names=", ".join(strange[:3]))
        raise bad_file(what, say("The columns are: {known}", known=known))
    words = ", ".join(strange)
    left_out = say("Left out, for the column is not known: {names}. Known are {known}", names=words, known=known)
    return [left_out] if strange else []
