"""What an import says of itself: rows that were refused, files that are something else, and the counts."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.errors import Problem, Refused
from app.text import NOTHING, Text, say


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing that is wrong in a file.

    `row` counts records from 1; in a table the header is row 1, as a spreadsheet shows it. `field` is the column or the
    path inside the JSON object (`line_items[2].price`), `order` the number of the order when it is known.
    """

    file: str
    row: int
    field: str
    value: str
    expected: Text
    order: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, row {self.row}"
        order = f", order {self.order}" if self.order else ""
        at = f", {self.field}" if self.field else ""
        return f"{where}{order}{at}: {self.value!r} is not {self.expected}"


def not_whole(row: int) -> Text:
    """What is expected of an order beside which a row was lost that may be its own."""
    return say("an order whose rows can all be read (row {row} can't, and may be one of them)", row=row)


class BadFile(Refused):
    """The file as a whole can't be read; nothing of it went in."""


class BrokenOff(BadFile):
    """The file can't be read to its end; what stood before that went in."""


class NotOrders(BadFile):
    """The file is sound and is something else than orders, or nothing that is known here."""


def bad_file(what: Text, do: Text = NOTHING) -> BadFile:
    """A refusal of a whole file."""
    return BadFile(Problem("BadFile", what, do=(do,) if do else (), unchanged=say("Nothing of it was imported.")))


def not_orders(what: Text, do: Text = NOTHING) -> NotOrders:
    """A refusal that says what the file is instead."""
    return NotOrders(Problem("NotOrders", what, do=(do,) if do else (), unchanged=say("Nothing of it was imported.")))


def broken_off(what: Text, do: Text = NOTHING) -> BrokenOff:
    """A refusal of the rest of a file."""
    before = say("What stands before that was imported.")
    return BrokenOff(Problem("BrokenOff", what, do=(do,) if do else (), unchanged=before))


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Counts of orders or of records; `late` came changed after their work had begun, and were left as they are.

    `touched` are the orders that are new or different now; `cancelled` those of the late ones which the shop cancelled,
    with the version that says so.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    late: int = 0
    errors: tuple[RowError, ...] = ()
    warnings: tuple[Text, ...] = ()
    touched: tuple[bytes, ...] = ()
    cancelled: tuple[tuple[bytes, bytes], ...] = ()

    def __add__(self, other: ImportResult) -> ImportResult:
        return ImportResult(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
            self.late + other.late,
            self.errors + other.errors,
            self.warnings + other.warnings,
            self.touched + other.touched,
            self.cancelled + other.cancelled,
        )

    @property
    def done(self) -> int:
        """How many are now as the file says."""
        return self.created + self.updated + self.unchanged


@dataclass(slots=True)
class Tally:
    """Counts while an import runs."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    late: int = 0
    errors: list[RowError] = field(default_factory=list)
    warnings: list[Text] = field(default_factory=list)
    touched: list[bytes] = field(default_factory=list)
    cancelled: list[tuple[bytes, bytes]] = field(default_factory=list)

    def count(self, *, new: bool, changed: bool) -> None:
        """One more record: new, changed or as it was."""
        if new:
            self.created += 1
        elif changed:
            self.updated += 1
        else:
            self.unchanged += 1

    def result(self) -> ImportResult:
        """The counts so far; several errors of one order or of one row are one refusal."""
        refused = {(e.file, e.order or f"\0{e.row}") for e in self.errors}
        return ImportResult(
            self.created,
            self.updated,
            self.unchanged,
            len(refused),
            self.late,
            tuple(self.errors),
            tuple(self.warnings),
            tuple(self.touched),
            tuple(self.cancelled),
        )
