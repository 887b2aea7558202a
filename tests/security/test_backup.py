"""A backup is made while the kiosk works, and restoring it loses nothing that a station still holds."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.clock import SystemClock
from app.db import central_write, open_database, reading
from app.db.copies import copy_database, faults_of, known_revisions, revision_of
from app.ids import stable_id
from app.inventory.queries import differences
from app.models import Parcel, SiteSetting
from app.settings import Home
from app.shipping.service import close_manifest
from app.work.rules import is_right_pin
from app.work.service.numbers import (
    BLOCK,
    LEAST_GAP,
    MOST_GAP,
    PHONE_ORDERS,
    lease_numbers,
    next_number,
    skip_numbers,
)
from app.work.service.pepper import pepper_of
from tests.journeys import looking
from tests.journeys.playing import AtWork, at_work
from tests.journeys.site import BADGE, site
from ui.simulated import SimulatedStation


def command(home: Home, *words: str | Path) -> int:
    return cli.main([*map(str, words), "--home", str(home.root)])


def said(capsys: pytest.CaptureFixture[str], home: Home, *words: str | Path) -> dict[str, Any]:
    """What a command that succeeds says with --json."""
    capsys.readouterr()
    assert command(home, *words, "--json") == 0
    return dict(json.loads(capsys.readouterr().out))


@contextmanager
def goes_on(home: Home) -> Iterator[AtWork]:
    """The station starts again; who was signed in still is."""
    with SimulatedStation(home) as station:
        assert station.scan(BADGE) in ("order", "accepted")
        station.settle()
        yield AtWork(station)


def ship(work: AtWork, name: str) -> None:
    work.count(f"{name}.scan")
    work.station.settle()


def ledger_ok(home: Home) -> bool:
    database = open_database(home.central_file, "central")
    try:
        with reading(database) as session:
            return not differences(session)
    finally:
        database.close()


def serials(home: Home) -> list[int]:
    """The numbers on labels of parcels that are not void, as central has them."""
    found = looking.rows(home.central_file, "SELECT serial FROM parcel WHERE serial IS NOT NULL ORDER BY serial")
    return [number for (number,) in found]


def facts(home: Home, side: str = "central") -> list[str]:
    return [f for (f,) in looking.rows(home.root / f"{side}.sqlite", "SELECT hex(fact_id) FROM fact ORDER BY 1")]


def break_disk(path: Path) -> None:
    """The middle of the file is rubbish."""
    for tail in ("-wal", "-shm"):
        path.with_name(path.name + tail).unlink(missing_ok=True)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xaa" * 40_960)


# ---- the whole way --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_after_central_is_lost_the_station_tells_it_again_what_was_done_since_the_backup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a backup that was made while somebody worked, and an order that left after it
    home, archive = site(tmp_path / "home", "REF", "THREE"), tmp_path / "monday.zip"
    with at_work(home) as work:
        ship(work, "reference")
        made = said(capsys, home, "backup", archive)
        ship(work, "three")
    before, numbers = facts(home), serials(home)
    assert (made["ledger_ok"], made["secrets"], made["revision"]) == (True, False, "0002")

    # when central's disk breaks and the backup is put back
    break_disk(home.central_file)
    assert faults_of(home.central_file)
    back = said(capsys, home, "restore", archive)
    assert (back["station_kept"], back["ledger_ok"]) == (True, True)
    assert looking.order_state(home.root, "THREE") != "shipped"

    # then the station goes on, and central knows again all that it did
    with goes_on(home) as work:
        work.station.settle()
    assert looking.order_state(home.root, "REF") == looking.order_state(home.root, "THREE") == "shipped"
    assert set(before) <= set(facts(home))
    assert serials(home) == numbers
    assert ledger_ok(home)
    assert looking.rows(home.central_file, "SELECT * FROM fact_status") == []


@pytest.mark.slow
def test_after_both_are_put_back_the_work_is_done_again_with_numbers_that_no_parcel_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    home, archive = site(tmp_path / "home", "REF", "THREE"), tmp_path / "monday.zip"
    with at_work(home) as work:
        ship(work, "reference")
        said(capsys, home, "backup", archive)
        ship(work, "three")
    used = serials(home)
    assert len(used) == 2

    # when
    back = said(capsys, home, "restore", archive, "--station-too")
    assert not back["station_kept"]
    assert looking.order_state(home.root, "THREE") != "shipped"
    with goes_on(home) as work:
        ship(work, "three")

    # then
    assert looking.order_state(home.root, "THREE") == "shipped"
    first, again = serials(home)
    assert first in used
    assert again > max(used) + LEAST_GAP
    assert ledger_ok(home)


def test_a_broken_station_is_put_back_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, archive = site(tmp_path / "home", "REF"), tmp_path / "monday.zip"
    with at_work(home):
        said(capsys, home, "backup", archive)
    break_disk(home.station_file)

    assert not said(capsys, home, "restore", archive)["station_kept"]

    with goes_on(home) as work:
        assert work.station.view.kind == "home"
    assert facts(home, "station")


@pytest.mark.slow
def test_it_is_put_back_on_a_new_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, archive = site(tmp_path / "home", "REF"), tmp_path / "monday.zip"
    (home.pictures / "MUG.png").write_bytes(b"png")
    home.config_file.write_text('[station]\ncode = "PACK02"\n', encoding="utf-8")
    with at_work(home):
        said(capsys, home, "backup", archive)
    there = Home(tmp_path / "elsewhere" / "packbay")

    back = said(capsys, there, "restore", archive)

    assert back["before"] == ""
    assert (there.pictures / "MUG.png").read_bytes() == b"png"
    assert there.config_file.read_text(encoding="utf-8") == '[station]\ncode = "PACK02"\n'
    assert there.root.stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o077 for p in there.root.rglob("*.sqlite")} == {0}
    with goes_on(there) as work:
        ship(work, "reference")
    assert looking.order_state(there.root, "REF") == "shipped"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return site(tmp_path / "home", "REF")


def test_the_home_before_is_kept_each_time_under_a_name_of_its_own(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, home, "backup", tmp_path / "a.zip")
    (home.root / "note.txt").write_text("mine")

    first, second = (said(capsys, home, "restore", tmp_path / "a.zip")["before"] for _ in range(2))

    assert (Path(first).name, Path(second).name) == ("home.before-restore", "home.before-restore-2")
    assert (Path(first) / "note.txt").read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "a.zip", "home", "home.before-restore", "home.before-restore-2",
    ]  # fmt: skip


def test_orders_that_wait_in_the_hot_folder_are_not_left_behind(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("inbox/shop", "inbox/done"):
        (home.root / folder).mkdir(parents=True)
        (home.root / folder / "orders.csv").write_text("order", encoding="utf-8")
    said(capsys, home, "backup", tmp_path / "a.zip")

    said(capsys, home, "restore", tmp_path / "a.zip")

    assert [str(p.relative_to(home.root)) for p in home.root.rglob("orders.csv")] == ["inbox/shop/orders.csv"]


# ---- secrets --------------------------------------------------------------------------------------------------------


def _set_pin(home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("271828\n"))
    said(capsys, home, "people", "pin", "7001", "--stdin")


def _pin_is_right(home: Home) -> bool:
    ((person, kept),) = looking.rows(home.central_file, "SELECT person_id, hash FROM person_pin")
    pepper = pepper_of(home)
    return pepper is not None and is_right_pin(pepper, person, "271828", kept)


def test_the_key_of_the_pins_goes_along_only_when_asked_for(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_pin(home, capsys, monkeypatch)
    plain = said(capsys, home, "backup", tmp_path / "plain.zip")
    whole = said(capsys, home, "backup", tmp_path / "whole.zip", "--with-secrets")

    assert (plain["secrets"], whole["secrets"]) == (False, True)
    key = home.pepper_file.read_bytes()
    assert key not in (tmp_path / "plain.zip").read_bytes()
    assert (tmp_path / "whole.zip").stat().st_mode & 0o777 == 0o600

    here = Home(tmp_path / "new")
    said(capsys, here, "restore", tmp_path / "plain.zip")
    assert pepper_of(here) is None
    said(capsys, here, "restore", tmp_path / "whole.zip")
    assert _pin_is_right(here)
    assert here.pepper_file.stat().st_mode & 0o777 == 0o600


def test_a_home_that_has_its_key_keeps_it(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_pin(home, capsys, monkeypatch)
    said(capsys, home, "backup", tmp_path / "plain.zip")

    said(capsys, home, "restore", tmp_path / "plain.zip")

    assert _pin_is_right(home)


# ---- what is refused ------------------------------------------------------------------------------------------------


def refused(capsys: pytest.CaptureFixture[str], home: Home, *words: str | Path) -> str:
    """The one line of a command that did nothing, and that nothing is different."""
    before = _tree(home.root.parent)
    capsys.readouterr()
    assert command(home, *words) == 2
    assert _tree(home.root.parent) == before
    return capsys.readouterr().err


def _tree(folder: Path) -> dict[str, bytes]:
    quiet = ("-wal", "-shm", ".lock")
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file() and not p.name.endswith(quiet)}


def test_a_backup_never_replaces_another(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, home, "backup", tmp_path / "a.zip")

    assert "never replaces another" in refused(capsys, home, "backup", tmp_path / "a.zip")


def test_a_home_with_nothing_in_it_is_not_backed_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()

    assert "nothing to back up" in refused(capsys, Home(tmp_path / "empty"), "backup", tmp_path / "a.zip")


def test_a_damaged_database_is_not_called_a_backup(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_disk(home.central_file)

    refused(capsys, home, "backup", tmp_path / "a.zip")

    assert not list(tmp_path.glob("*.zip*"))


def test_while_a_kiosk_runs_nothing_is_restored(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with at_work(home):
        said(capsys, home, "backup", tmp_path / "a.zip")
        capsys.readouterr()
        assert command(home, "restore", tmp_path / "a.zip") == 2
        assert "A kiosk runs" in capsys.readouterr().err


@contextmanager
def writing(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_while_an_import_writes_nothing_is_restored(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, home, "backup", tmp_path / "a.zip")
    with writing(home.central_file):
        assert "Something is writing" in refused(capsys, home, "restore", tmp_path / "a.zip")


# ---- copies and numbers ---------------------------------------------------------------------------------------------


def test_a_copy_is_one_moment_while_others_write(tmp_path: Path) -> None:
    source, target, ready, stop = tmp_path / "a.sqlite", tmp_path / "b.sqlite", threading.Event(), threading.Event()
    with closing(sqlite3.connect(source, isolation_level=None)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE pair (side TEXT PRIMARY KEY, n INT, filler TEXT)")
        made.execute("INSERT INTO pair VALUES ('left', 0, ''), ('right', 0, '')")
        rows = [(f"x{n}", n, "f" * 2000) for n in range(1500)]
        made.executemany("INSERT INTO pair VALUES (?, ?, ?)", rows)

    def write() -> None:
        with closing(sqlite3.connect(source, isolation_level=None, timeout=30)) as other:
            while not stop.is_set():
                other.execute("UPDATE pair SET n = n + 1 WHERE side IN ('left', 'right')")
                ready.set()

    thread = threading.Thread(target=write)
    thread.start()
    ready.wait(30)
    ticks: list[tuple[int, int]] = []
    try:
        copy_database(source, target, lambda done, total: ticks.append((done, total)))
    finally:
        stop.set()
        thread.join()

    assert faults_of(target) == ()
    with closing(sqlite3.connect(target)) as copy:
        (left,), (right,) = copy.execute("SELECT n FROM pair WHERE side IN ('left', 'right')")
    assert left == right > 0
    assert ticks[-1][0] == ticks[-1][1]
    assert [done for done, _ in ticks] == sorted(done for done, _ in ticks)


def test_revisions_of_this_program_are_known_and_of_others_not(home: Home) -> None:
    assert revision_of(home.central_file) in known_revisions()
    assert "9999" not in known_revisions()


@pytest.mark.parametrize(("prefix", "gap"), [
    ("", MOST_GAP), ("4012345", MOST_GAP), ("40123456", MOST_GAP), ("401234567", 100_000), ("4012345678", LEAST_GAP),
])  # fmt: skip
def test_the_gap_is_a_million_or_what_the_company_prefix_leaves(home: Home, prefix: str, gap: int) -> None:
    database = open_database(home.central_file, "central")
    with central_write(database) as session:
        session.merge(SiteSetting(name="company_prefix", value=prefix))
        session.flush()
        _, before = lease_numbers(session, station_id=b"s" * 16, kind="parcel")
        assert skip_numbers(session)["parcel"] == (before + 1, before + gap)
        assert lease_numbers(session, station_id=b"s" * 16, kind="parcel") == (before + gap + 1, before + gap + BLOCK)
    database.close()


def test_after_a_restore_no_manifest_and_no_order_by_phone_has_a_number_that_was_given_before(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def hand_over(name: str) -> tuple[str, int]:
        """A parcel goes on a manifest of its own, and somebody orders by phone: both numbers."""
        database = open_database(home.central_file, "central")
        with central_write(database) as session:
            session.add(Parcel(id=stable_id("parcel", name), order_id=b"o" * 16, state="closed", carrier="own"))
            session.flush()
            made = close_manifest(session, carrier="own", now=SystemClock().now(), by="Ada").number
            order = next_number(session, kind=PHONE_ORDERS, made=0)
        database.close()
        return made, order

    # given numbers that were given before and after the backup
    given = [hand_over("1"), hand_over("2")]
    said(capsys, home, "backup", tmp_path / "monday.zip")
    given.append(hand_over("3"))

    # when central is put back
    said(capsys, home, "restore", tmp_path / "monday.zip")
    after = [hand_over("4"), hand_over("5")]

    # then numbers go on beyond all of them, one after the other
    assert given == [("M000001", 1), ("M000002", 2), ("M000003", 3)]
    assert after == [("M001003", 10_003), ("M001004", 10_004)]


def test_a_parcel_with_a_higher_number_than_any_lease_moves_the_next_lease(home: Home) -> None:
    database = open_database(home.central_file, "central")
    with central_write(database) as session:
        session.add(Parcel(id=b"p" * 16, order_id=b"o" * 16, serial=77_000))
        session.flush()
        assert lease_numbers(session, station_id=b"s" * 16, kind="parcel")[0] == 77_001
    database.close()
