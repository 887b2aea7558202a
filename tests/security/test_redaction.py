"""Nothing that a log line carries by mistake is a secret any more when it is written."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError

from app.db import central_write, migrate, open_database
from app.models import Address
from app.redaction import HIDDEN, redact_logs, redacted
from app.settings import Home
from app.work.rules import Pepper, hash_pin

CANARY = "Zwetschgenbaum7"
LINES = (
    "smtp://mailer:{c}@mail.example:465 refused", "https://u:{c}@shop.example/orders?x=1", "password={c}",
    "password: {c}", 'password = "{c}"', "{{'smtp_password': '{c}'}}", '{{"token": "{c}"}}', "api_key={c}",
    "API-KEY: {c}", "Authorization: Bearer {c}", "Authorization: Basic {c}==", "pepper={c}", "secret is {c}",
    "PACKBAY_SMTP_PASSWORD={c} in the environment", "pin={c}", "$argon2id$v=19$m=65536,t=3,p=1$abc${c}",
    "to {c}@example.com: mailbox full", "<{c}@example.co.uk>", "[parameters: ('{c}', 'Lindenstr. 1')]",
    "IntegrityError: x\n[SQL: INSERT]\n[parameters: {{'name': '{c}'}}]", "'ship_to': {{'name': '{c}', 'zip': 1}}",
    'passphrase="{c} with blanks"', "cookie: {c}",
)  # fmt: skip
HARMLESS = (
    "reference 04711: ValueError: 3 is too much", "central is away: [Errno 111] Connection refused",
    "the print job 0193 could not be made", "shipping: 4.19 EUR", "printer labels is away: no paper",
    "fact 0a0b (Picked) is in quarantine: KeyError: 'no bin'", "sqlite:////srv/packbay/x.sqlite", "12:07:33 10482",
    "import of orders.csv: 24 new", "http://127.0.0.1:9100/", "the tone of step is 0.2 s",
)  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_a_secret_is_hidden(line: str) -> None:
    said = redacted(line.format(c=CANARY))

    assert CANARY not in said
    assert HIDDEN in said


@pytest.mark.parametrize("line", HARMLESS)
def test_what_helps_to_find_a_fault_stays_readable(line: str) -> None:
    assert redacted(line) == line


def test_a_badge_of_ours_is_hidden() -> None:
    assert redacted("scan UYV3LT2W4W6DI6DLDL was refused") == f"scan {HIDDEN} was refused"


def test_a_kept_pin_and_its_key_have_no_words() -> None:
    pepper = Pepper(b"k" * 32)
    kept = hash_pin(pepper, b"p" * 16, "271828")

    assert redacted(f"row {kept}!") == f"row {HIDDEN}"
    assert "kkk" not in repr(pepper)


def test_a_traceback_is_redacted_with_its_line() -> None:
    out, logger = io.StringIO(), logging.Logger("redaction-test")
    logger.addHandler(logging.StreamHandler(out))
    logger.handlers[0].setFormatter(logging.Formatter("%(name)s: %(message)s"))
    redact_logs(logger)

    try:
        raise ValueError(f"smtp://u:{CANARY}@mail.example")
    except ValueError:
        logger.exception("could not send with password=%s", CANARY)

    said = out.getvalue()
    assert CANARY not in said
    assert said.startswith(f"redaction-test: could not send with password={HIDDEN}\nTraceback")


def _address() -> dict[str, object]:
    return {"id": b"a" * 16, "name": CANARY}


def test_an_error_of_the_database_does_not_show_the_values_of_the_row(packbay_home: Path) -> None:
    database = open_database(Home(packbay_home).make().central_file, "central")
    migrate(database)
    try:
        with central_write(database) as session:
            session.execute(insert(Address), [_address()])
        with central_write(database) as session, pytest.raises(SQLAlchemyError) as caught:
            session.execute(insert(Address), [_address()])
    finally:
        database.close()

    assert CANARY not in str(caught.value)
