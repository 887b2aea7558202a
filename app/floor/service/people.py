"""Who works here, with badges: codes that are random, or the site's own."""

from __future__ import annotations

import base64
import os

from sqlalchemy.orm import Session

from app.barcodes import own_code
from app.channels.base import Columns, Fields, ImportResult, Tally
from app.ids import stable_id
from app.inventory.service.codes import CodeBook, WantedCode, site_codes
from app.inventory.service.master import Read, Register, Write, given, import_rows
from app.models import Person
from app.text import say

COLUMNS = Columns(("staff_number", "name"), ("role", "language", "active", "label_code"))
ROLES = ("picker", "packer", "receiver", "office", "lead")
LANGUAGES = ("en", "de", "pl", "es", "fr", "it", "cs", "tr", "uk", "ro", "nl", "pt", "ar")
BADGE_BYTES = 10
"""80 random bits: what nobody guesses or counts up to."""


def badge_code() -> str:
    """A new badge code: U, 16 random letters and digits (base 32), check character."""
    return own_code("U" + base64.b32encode(os.urandom(BADGE_BYTES)).decode())


def import_people(session: Session, data: bytes, *, file: str, dry_run: bool = False) -> ImportResult:
    """Imports the table of people (docs/imports.md). Who has no badge and names none gets a random one, once.

    The staff number is an identity, never a badge: a `label_code` that equals it is refused.
    """

    def reader(tally: Tally) -> Read:
        people, book = Register(session, Person), CodeBook(session)

        def read(f: Fields) -> tuple[str, Write]:
            number = f.text("staff_number", most=32, required=True)
            values: dict[str, object] = {
                "staff_number": number,
                "name": f.text("name", most=128, required=True),
                "role": f.word("role", ROLES, "picker"),
                "language": f.word("language", LANGUAGES, "en"),
                "active": f.flag("active", default=True),
            }
            person_id = stable_id("person", number)
            badges = site_codes(f, "label_code")
            if any(code.value == number for code in badges):
                f.wrong("label_code", number, say("a badge code: a staff number can be guessed"))
            book.judge(f, "label_code", "badge", person_id, badges)

            def write() -> tuple[bool, bool]:
                new, different = people.put(id=person_id, **given(f, values, COLUMNS.required))
                codes = badges or list(book.codes("badge", person_id)) or [WantedCode(badge_code(), printed=True)]
                coded = book.set(tally, "badge", person_id, codes, replace=bool(badges))
                return new, different or coded

            return number, write

        return read

    return import_rows(session, data, file=file, columns=COLUMNS, read=reader, dry_run=dry_run)
