"""Codes of things: those that we print, and the site's own. What a code means stands in the table `code` alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.barcodes import MAX_LENGTH, gs1_check_digit, gtin14, own_code
from app.channels.base import Fields, Tally
from app.db import changed
from app.models import Code
from app.text import say


@dataclass(frozen=True, slots=True)
class WantedCode:
    """A code that a thing shall have."""

    value: str
    units: int = 1
    printed: bool = False


def own(body: str) -> str:
    """Our own printed code of a name: letters and digits only, upper case, with the check character."""
    return own_code("".join(c for c in body.upper() if c.isascii() and c.isalnum()))


def site_codes(f: Fields, column: str) -> list[WantedCode]:
    """The site's own codes in a cell, several separated by `|`; a GTIN in its 14-digit form."""
    found = []
    for value in filter(None, (v.strip() for v in f.text(column, most=4_000).split("|"))):
        if not value.isprintable() or not value.isascii() or len(value) > MAX_LENGTH:
            f.wrong(column, value, say("a code of at most {most} plain characters", most=MAX_LENGTH))
        else:
            found.append(WantedCode(gtin14(value) or value))
    return found


def item_codes(f: Fields, column: str) -> list[WantedCode]:
    """An item's barcodes in a cell: `4006381333931|12x04006381333948`, the number before `x` is the pack's quantity."""
    found = []
    for word in filter(None, (v.strip() for v in f.text(column, most=4_000).split("|"))):
        units, x, value = word.partition("x")
        if not (x and units.isascii() and units.isdigit() and 0 < len(units) < 6):
            units, value = "1", word
        if value.isascii() and value.isdigit() and len(value) in (8, 12, 13, 14) and not gtin14(value):
            f.wrong(column, value, say("a GTIN: its last digit should be {digit}", digit=gs1_check_digit(value[:-1])))
        elif not value or not value.isprintable() or not value.isascii() or len(value) > MAX_LENGTH or int(units) < 1:
            f.wrong(column, word, say("a barcode, or its pack quantity, x and a barcode (12x04006381333948)"))
        else:
            found.append(WantedCode(gtin14(value) or value, int(units)))
    return found


class CodeBook:
    """All codes of this site, read once for an import and kept up to date by it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._meanings: dict[str, dict[tuple[str, bytes], WantedCode]] = {}
        self._of: dict[tuple[str, bytes], set[str]] = {}
        for c in session.execute(select(Code.value, Code.kind, Code.subject, Code.units, Code.printed)):
            self._keep(c.kind, c.subject, WantedCode(c.value, c.units, c.printed))

    def _keep(self, kind: str, subject: bytes, code: WantedCode) -> None:
        self._meanings.setdefault(code.value, {})[kind, subject] = code
        self._of.setdefault((kind, subject), set()).add(code.value)

    def codes(self, kind: str, subject: bytes) -> tuple[WantedCode, ...]:
        """The codes that a thing has now."""
        return tuple(self._meanings[v][kind, subject] for v in sorted(self._of.get((kind, subject), ())))

    def judge(self, f: Fields, column: str, kind: str, subject: bytes, wanted: Sequence[WantedCode]) -> None:
        """Notes an error for each code that another thing of this kind has already."""
        for code in wanted:
            if any(k == kind and s != subject for k, s in self._meanings.get(code.value, {})):
                f.wrong(column, code.value, say("a code of its own: another {kind} has it already", kind=kind))
        values = [code.value for code in wanted]
        for value in {v for v in values if values.count(v) > 1}:
            f.wrong(column, value, say("a code that stands here once"))

    def set(self, tally: Tally, kind: str, subject: bytes, wanted: Sequence[WantedCode], *, replace: bool) -> bool:
        """Gives a thing these codes; with `replace` its other codes go. Returns whether anything changed.

        A code that also means a thing of another kind is allowed, for scans of it are asked; it is told as a warning.
        """
        now = {c.value: c for c in self.codes(kind, subject)}
        different = False
        for code in wanted:
            if now.get(code.value) != code:
                self._write(kind, subject, code, new=code.value not in now)
                self._warn(tally, kind, code.value)
                different = True
        if replace:
            for value in now.keys() - {c.value for c in wanted}:
                self._remove(kind, subject, value)
                different = True
        return different

    def _warn(self, tally: Tally, kind: str, value: str) -> None:
        others = sorted({k for k, _ in self._meanings[value] if k != kind})
        if others:
            what = say("Two meanings: {code} is the code of this {a} and also of some {b}; a scan of it will be asked",
                       code=value, a=kind, b=others[0])  # fmt: skip
            tally.warnings.append(what)

    def _write(self, kind: str, subject: bytes, code: WantedCode, *, new: bool) -> None:
        row = {"units": code.units, "printed": code.printed}
        where = (Code.value == code.value, Code.kind == kind, Code.subject == subject)
        if new:
            self.session.add(Code(value=code.value, kind=kind, subject=subject, **row))  # written with the next flush
        else:
            self.session.execute(update(Code).where(*where).values(**row))
        changed(self.session, Code, code.value, kind, subject)
        self._keep(kind, subject, code)

    def _remove(self, kind: str, subject: bytes, value: str) -> None:
        self.session.execute(delete(Code).where(Code.value == value, Code.kind == kind, Code.subject == subject))
        changed(self.session, Code, value, kind, subject)
        del self._meanings[value][kind, subject]
        self._of[kind, subject].discard(value)
