"""Facts and movements are append-only for everybody, tried with the real sqlite3 command line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from app.settings import Home
from ui.demo import BADGES, build
from ui.simulated import SimulatedStation

_COLUMNS = {
    "fact": "fact_id, station_id, incarnation, seq, kind, version, event_group, at, device, scan_number, scan_text, "
    "chain, data",
    "movement": "fact_id, line, sku_id, place_id, lot, status, quantity, reason, at",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which something happened."""
    made = Home(tmp_path_factory.mktemp("append-only") / "home")
    build(made.make(), orders=3)
    with SimulatedStation(made) as station:
        for code in (BADGES["packer"], "T0401Z", "LB1204CH", "4006381333931"):
            station.scan(code)
            station.settle()
    return made


def sqlite(file: Path, statement: str) -> subprocess.CompletedProcess[str]:
    """A stranger at the command line, with none of our settings."""
    command = ["sqlite3", "-quote", str(file), statement]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def _file(home: Home, side: str) -> Path:
    return home.central_file if side == "central" else home.station_file


CASES = [("central", "fact"), ("station", "fact"), ("central", "movement")]


@pytest.mark.parametrize(("side", "table"), CASES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {changed} = 0",
        "DELETE FROM {table}",
        "DELETE FROM {table} WHERE fact_id = (SELECT min(fact_id) FROM {table})",
        "INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table} LIMIT 1",
        "REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table} LIMIT 1",
        "PRAGMA recursive_triggers = OFF; REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table} LIMIT 1",
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} LIMIT 1 ON CONFLICT DO UPDATE SET {changed} = 0",
    ],
)
def test_a_row_that_is_there_stays_as_it_is(home: Home, side: str, table: str, statement: str) -> None:
    file, changed = _file(home, side), "quantity" if table == "movement" else "seq"
    before = sqlite(file, f"SELECT * FROM {table}").stdout
    assert before

    tried = sqlite(file, statement.format(table=table, columns=_COLUMNS[table], changed=changed))

    assert (tried.returncode != 0, "append-only" in tried.stderr) == (True, True), tried.stderr
    assert sqlite(file, f"SELECT * FROM {table}").stdout == before


@pytest.mark.parametrize("side", ["central", "station"])
def test_replace_cannot_take_another_facts_place_in_the_stream(home: Home, side: str) -> None:
    """A fresh fact_id with a number that is taken: REPLACE would delete the fact that has it."""
    file, columns = _file(home, side), _COLUMNS["fact"]
    rest = columns.removeprefix("fact_id, ")
    before = sqlite(file, "SELECT * FROM fact").stdout

    tried = sqlite(file, f"REPLACE INTO fact ({columns}) SELECT randomblob(16), {rest} FROM fact LIMIT 1")

    assert "append-only" in tried.stderr
    assert sqlite(file, "SELECT * FROM fact").stdout == before


@pytest.mark.parametrize("table", ["fact", "movement"])
def test_there_is_no_rowid_to_replace_by(home: Home, table: str) -> None:
    assert "no such column: rowid" in sqlite(home.central_file, f"SELECT rowid FROM {table}").stderr


@pytest.mark.parametrize("side", ["central", "station"])
def test_every_view_answers_a_stranger(home: Home, side: str) -> None:
    listed = sqlite(_file(home, side), "SELECT name FROM sqlite_master WHERE type = 'view'").stdout
    views = listed.replace("'", "").split()

    assert {"v_fact", "v_stock", "v_order", "v_parcel", "v_print"} <= set(views)
    assert [sqlite(_file(home, side), f"SELECT count(*) FROM {view}").returncode for view in views] == [0] * len(views)
