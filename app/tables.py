"""Tables for people's spreadsheets: the one place where CSV is written.

A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, tab or line end for a formula (OWASP ASVS 5, 1.2.10),
and a customer's name may begin with any of them. So a *text* cell that does is written with an apostrophe before it;
the spreadsheet shows it as plain text. Where semicolons part cells (most of Europe) a text can bring its own: what
follows a semicolon, a tab or a line end inside a cell is made harmless too. Numbers are typed and stay as they are.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

Cell = str | int | Decimal | date | None
"""What may stand in a table. A date (a datetime is one) is written in ISO 8601; None is an empty cell."""
_FORMULA = frozenset("=+-@\t\r\n|%")
"""What begins a formula, an old DDE call (`|`) or a macro (`%`) in one spreadsheet or another."""
_UNSEEN = "\ufeff\u00a0\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060 '\""
"""What may stand before a formula without being seen."""
_INNER = re.compile(f"([;\t\r\n])(?=[{_UNSEEN}]*[=+\\-@|%])")


def safe_cell(value: Cell) -> str:
    """One cell as it is written; text that a spreadsheet could take for a formula gets an apostrophe before it.

    Full-width signs count as what they are normalised to. NUL bytes are dropped: no two programs read past them alike.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return _safe_text(value.replace("\0", ""))


def _safe_text(text: str) -> str:
    begins = text[:1] in _FORMULA if text else False
    seen = unicodedata.normalize("NFKC", text.lstrip(_UNSEEN)[:1])[:1]
    inner = _INNER.sub(r"\1'", text)
    return f"'{inner}" if begins or (seen and seen in _FORMULA) else inner


def write_csv(rows: Iterable[Mapping[str, Cell] | Sequence[Cell]], columns: Sequence[str]) -> bytes:
    """A whole table as UTF-8 CSV (RFC 4180: quotes doubled, CR LF). A row is a mapping by column or the cells in order.

    ValueError when a row has another number of cells than there are columns; a mapping may leave columns out.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_cell(name) for name in columns])
    for row in rows:
        cells = [row.get(name) for name in columns] if isinstance(row, Mapping) else list(row)
        if len(cells) != len(columns):
            raise ValueError(f"a row of {len(cells)} cells in a table of {len(columns)} columns")
        writer.writerow([safe_cell(cell) for cell in cells])
    return out.getvalue().encode()
