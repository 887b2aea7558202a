"""Tables (CSV): named columns, any usual delimiter, quoted line breaks, rows numbered as a spreadsheet does."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from app.channels.base.fields import Fields
from app.channels.base.results import RowError, bad_file
from app.text import Text, say

MOST_BYTES = 256 * 1024 * 1024
DELIMITERS = ",;\t|"


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


def header_of(head: bytes) -> tuple[str, ...]:
    """The column names that a table's first line gives; () when it is no table. For telling files apart."""
    line = head.decode("utf-8-sig", "replace").lstrip("\r\n").split("\n", 1)[0].rstrip("\r")
    try:
        return tuple(c.strip() for c in next(csv.reader([line], delimiter=_delimiter(line)), []))
    except csv.Error:
        return ()


def read_table(data: bytes, file: str, columns: Columns | None = None, *, delimiter: str = "") -> Table:
    """A table whose first row names the columns. Raises `BadFile`; rows of only empty cells are left out."""
    text = _text(data)
    records = _records(text, delimiter or _delimiter(text.lstrip("\r\n").split("\n", 1)[0]))
    header = tuple(name.strip() for name in next((cells for _, cells, _ in records), []))
    if columns is not None:
        header = tuple(name.casefold() for name in header)
    doubled = [name for name in dict.fromkeys(header) if name and header.count(name) > 1]
    if doubled:
        raise bad_file(say("The column {name} stands twice in the header", name=doubled[0]))
    warnings: list[Text] = []
    if columns is not None:
        warnings = _judge(header, columns)
    rows = (TableRow(n, _cells(header, cells), raw) for n, cells, raw in records)
    return Table(file, header, tuple(r for r in rows if any(c.strip() for c in r.cells.values())), tuple(warnings))


def _cells(header: tuple[str, ...], cells: list[str]) -> dict[str, str]:
    return {name: cell for name, cell in zip(header, cells, strict=False) if name}


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise bad_file(say("Larger than {most} MB", most=MOST_BYTES // 1024 // 1024), say("Cut it into parts"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = say("Not UTF-8 text at byte {n}", n=error.start)
        raise bad_file(what, say("Save the table as “CSV UTF-8”")) from None


def _delimiter(line: str) -> str:
    return max(DELIMITERS, key=line.count)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """(number, cells, own text) of each record."""
    lines = io.StringIO(text, newline="")
    taken: list[str] = []
    reader = csv.reader(_noting(lines, taken), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield number, cells, "".join(taken)
            taken.clear()
    except csv.Error as error:
        raise bad_file(say("No table after row {n}: {what}", n=number, what=str(error))) from None


def _noting(lines: io.StringIO, taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


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
