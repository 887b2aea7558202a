"""Each invariant can fail: somebody spoils the files of a floor at rest, and it is named."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.simulation.invariants import CHECKS, Broken, Floor, Witness, broken, main, sqlite_side
from tests.simulation.world import a_world


@cache
def _files() -> Path:
    """Central and the station of a picker, a day later."""
    folder = Path(mkdtemp(prefix="packbay-rest-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with a_world(3, 1) as world:
        world.day(8)
        world.heal()
        world.fold_all()
        for machine in (world.central, *world.stations):
            shutil.copy(machine.disk.path, folder / f"{machine.name}.sqlite")
    return folder


@pytest.fixture
def at_rest(tmp_path: Path) -> Path:
    for name in ("central.sqlite", "pick01.sqlite"):
        shutil.copy(_files() / name, tmp_path / name)
    return tmp_path


def found(folder: Path, witness: Witness | None = None) -> list[str]:
    floor = Floor(sqlite_side(folder / "central.sqlite"), [sqlite_side(folder / "pick01.sqlite")], witness or Witness())
    return list(dict.fromkeys(one.name for one in broken(floor)))


def spoil(path: Path, *statements: str) -> None:
    """Somebody writes into a file by hand, past all guards."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


def test_a_floor_at_rest_breaks_nothing(at_rest: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert found(at_rest) == []
    assert main([str(at_rest / "central.sqlite"), str(at_rest / "pick01.sqlite")]) == 0
    assert capsys.readouterr().out == "all invariants hold\n"


PICK = "(SELECT fact_id FROM fact WHERE kind = 'Picked' LIMIT 1)"
ONE = "x'00000000000000000000000000000001'"
AT_CENTRAL = {
    "facts-even": f"DELETE FROM fact WHERE fact_id = {PICK}",
    "acknowledged-missing": f"DELETE FROM fact WHERE fact_id = {PICK}",
    "stream-whole": f"UPDATE fact SET data = replace(data, 'Picked', 'picked') WHERE fact_id = {PICK}",
    "all-applied": "UPDATE station_mark SET applied_seq = applied_seq - 1",
    "poison-aside": f"INSERT INTO fact_status (fact_id, status, reason, at) VALUES ({PICK}, 'quarantine', 'x', '')",
    "ledger-is-stock": "UPDATE stock SET on_hand = on_hand + 1",
    "moved-once": f"INSERT INTO movement SELECT fact_id, 7, sku_id, place_id, lot, status, 0, '', at FROM movement "
    f"WHERE fact_id = {PICK} LIMIT 1",
    "promises-add-up": "UPDATE stock SET reserved = 1 WHERE status = 'good'",
    "promised-beyond": "UPDATE stock SET on_hand = 0, reserved = 5",
    "shipped-and-claimable": "UPDATE work SET state = 'ready'",
    "picked-within": "UPDATE pick_line SET picked = picked + 1",
    "feed-gapless": "DELETE FROM feed WHERE seq = (SELECT max(seq) - 3 FROM feed)",
    "feed-seen": "UPDATE feed_head SET head = head + 1",
    "mirror-even": "UPDATE tote SET state = 'parked'",
    "nothing-pending": f"INSERT INTO ask (request_id, station_id, kind, body, asked_at, sent) VALUES ({ONE}, {ONE}, "
    "'claim', '{}', '', 1)",
}


@pytest.mark.parametrize("name", AT_CENTRAL)
def test_what_is_spoilt_at_central_is_named(at_rest: Path, name: str) -> None:
    statements = [AT_CENTRAL[name]]
    if name == "shipped-and-claimable":
        statements.append("UPDATE sales_order SET state = 'shipped'")

    spoil(at_rest / "central.sqlite", *statements)

    assert name in found(at_rest)


def test_what_is_spoilt_at_a_station_is_named(at_rest: Path) -> None:
    spoil(at_rest / "pick01.sqlite", "UPDATE outbox SET acked_at = NULL WHERE seq = 3")
    assert found(at_rest) == ["outbox-left"]
    spoil(at_rest / "pick01.sqlite", "UPDATE outbox SET acked_at = '2026' WHERE seq = 3", "DELETE FROM bin")
    assert found(at_rest) == ["mirror-even"]


TOLD: dict[str, Callable[[bytes], Witness]] = {
    "confirmed-lost": lambda fact: Witness(confirmed={b"\x09" * 16}),
    "poison-aside": lambda fact: Witness(poison={fact}),
    "mail-once": lambda fact: Witness(mails=Counter({"<1@x>": 2})),
}


@pytest.mark.parametrize("name", TOLD)
def test_what_a_witness_knows_is_held_against_the_files(at_rest: Path, name: str) -> None:
    with closing(sqlite3.connect(at_rest / "central.sqlite")) as connection:
        [(fact,)] = connection.execute("SELECT fact_id FROM fact WHERE kind = 'Dropped' LIMIT 1").fetchall()

    assert found(at_rest, TOLD[name](fact)) == [name]


def test_the_checks_import_nothing_of_the_house() -> None:
    text = (Path(__file__).parent / "invariants.py").read_text(encoding="utf-8")

    assert "import app" not in text
    assert "from app" not in text
    assert "from tests" not in text
    assert len(CHECKS) >= 24
    assert str(Broken("a", "b")) == "a: b"
