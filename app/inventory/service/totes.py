"""Totes and carts."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.channels.base import Columns, Fields, ImportResult, Tally
from app.ids import stable_id
from app.inventory.service.codes import CodeBook, WantedCode, own, site_codes
from app.inventory.service.master import Read, Register, Write, import_rows
from app.models import Cart, Tote
from app.text import say

COLUMNS = Columns(("name",), ("type", "positions", "label_code"))
PREFIX = {"tote": "T", "cart": "K"}


def import_totes(session: Session, data: bytes, *, file: str, dry_run: bool = False) -> ImportResult:
    """Imports the table of totes and carts (docs/imports.md); where a tote is and what is in it is left alone."""

    def reader(tally: Tally) -> Read:
        totes, carts, book = Register(session, Tote), Register(session, Cart), CodeBook(session)

        def read(f: Fields) -> tuple[str, Write]:
            kind = f.word("type", ("tote", "cart"), "tote")
            name = f.text("name", most=32, required=True)
            positions = f.whole("positions", least=1, most=6, required=False) or 6
            if not any(c.isascii() and c.isalnum() for c in name):
                f.wrong("name", name, say("a name with a letter or a digit"))
            subject = stable_id(kind, name)
            body = name.upper().removeprefix(PREFIX[kind]) if kind == "tote" else name
            codes = [WantedCode(own(PREFIX[kind] + body), printed=True), *site_codes(f, "label_code")]
            book.judge(f, "label_code", kind, subject, codes)

            def write() -> tuple[bool, bool]:
                if kind == "tote":
                    new, different = totes.put(id=subject, name=name)
                else:
                    new, different = carts.put(id=subject, name=name, positions=positions)
                coded = book.set(tally, kind, subject, codes, replace="label_code" in f.values)
                return new, different or coded

            return f"{kind} {name}", write

        return read

    return import_rows(session, data, file=file, columns=COLUMNS, read=reader, dry_run=dry_run)
