"""Where a grade leads at this site: a table, by class of item."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.channels.base import Columns, Fields, ImportResult, Tally
from app.inventory.service.master import Read, Register, Write, import_rows
from app.models import DispositionRule
from app.returns.rules.dispositions import DISPOSITIONS

COLUMNS = Columns(("grade", "disposition"), ("item_class",))


def import_dispositions(session: Session, data: bytes, *, file: str, dry_run: bool = False) -> ImportResult:
    """Imports the rules (docs/imports.md), one row a class and grade; no class: for every class without its own."""

    def reader(_tally: Tally) -> Read:
        rules = Register(session, DispositionRule)

        def read(f: Fields) -> tuple[str, Write]:
            item_class, grade = f.text("item_class", most=32), f.whole("grade", least=1, most=4) or 0
            found = f.word("disposition", DISPOSITIONS, "quarantine")
            return f"{item_class}/{grade}", lambda: rules.put(item_class=item_class, grade=grade, disposition=found)

        return read

    return import_rows(session, data, file=file, columns=COLUMNS, read=reader, dry_run=dry_run)
