"""`packbay central exceptions`: what waits for a person, and what is done about it."""

from __future__ import annotations

import json

import pytest

from app.cli import main
from app.clock import FakeClock
from app.db import central_write, migrate, open_database
from app.ids import new_id
from app.models import FactRow, FactStatus, Incident
from app.settings import home

pytestmark = pytest.mark.usefixtures("packbay_home")
NOW = FakeClock().now()


@pytest.fixture
def waiting() -> tuple[bytes, bytes]:
    """A record in quarantine and a clock that was set."""
    fact, note = new_id(), new_id()
    database = open_database(home().make().central_file, "central")
    migrate(database)
    with central_write(database) as session:
        session.add(
            FactRow(
                fact_id=fact, station_id=b"s" * 16, incarnation=b"i" * 16, seq=1, kind="Picked", at=NOW, chain=b"",
                data="{}",
            )
        )  # fmt: skip
        session.add(FactStatus(fact_id=fact, status="quarantine", reason="KeyError: mug", at=NOW))
        session.add(Incident(id=note, kind="clock_jump", detail="by 90 s", opened_at=NOW))
    database.close()
    return fact, note


def listed(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    assert main(["central", "exceptions", "--json"]) == 0
    return [(row["kind"], row["reason"]) for row in json.loads(capsys.readouterr().out)["exceptions"]]


def test_what_waits_is_listed_and_dealt_with(waiting: tuple[bytes, bytes], capsys: pytest.CaptureFixture[str]) -> None:
    fact, note = waiting
    assert sorted(listed(capsys)) == [("Picked", "KeyError: mug"), ("clock_jump", "by 90 s")]

    assert main(["central", "exceptions", "--seen", note.hex()]) == 0
    assert main(["central", "exceptions", "--drop", fact.hex(), "--why", "came twice"]) == 0

    assert "Central could do everything" in capsys.readouterr().out
    assert listed(capsys) == []


@pytest.mark.parametrize("options", [["--again", "00"], ["--seen", "mug"], ["--drop", "00"]])
def test_what_is_not_there_or_lacks_a_reason_is_refused(
    options: list[str], waiting: tuple[bytes, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["central", "exceptions", *options]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert len(listed(capsys)) == 2


def test_a_record_that_is_tried_again_waits_for_the_applier(
    waiting: tuple[bytes, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["central", "exceptions", "--again", waiting[0].hex()]) == 0
    assert main(["central", "exceptions", "--again", waiting[0].hex()]) == 2
    capsys.readouterr()
    assert listed(capsys) == [("clock_jump", "by 90 s")]
