"""Bytes that went bad are noticed before they are believed; what was recorded is saved, and the staff are told."""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from app.clock import FakeClock
from app.db import open_database
from app.db.journal import read_all
from app.db.pages import rows
from app.db.salvage import KEPT, forget_old, journal_of
from app.db.seal import Verdict, examine, read_seal
from app.sync.erasure import cut_log
from app.sync.keeper import Keeper
from app.sync.mending import Mended, mend
from tests.storage import hand
from tests.storage.damage import FILE, dump, facts

SEED = 20260302


@cache
def _worked() -> Path:
    """A station's files after forty scans, closed."""
    root = Path(mkdtemp(prefix="packbay-damage-"))
    keeper = hand.station(root)
    hand.work(keeper, lambda _line: None, SEED, 40)
    keeper.close()
    return root


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copytree(_worked(), tmp_path, dirs_exist_ok=True)
    return tmp_path


def spoil(file: Path, at: int, data: bytes = b"\xff\xfe\xfd\xfc") -> None:
    with file.open("r+b") as stream:
        stream.seek(at)
        stream.write(data)


def start(home: Path) -> tuple[list[str], Mended | None]:
    """The facts in the file after a start, and what was mended."""
    keeper, mended = hand.start(home)
    keeper.close()
    return facts((home / FILE).resolve()), mended


def told(facts: list[str]) -> list[str]:
    """What goes to central beside the facts of hands."""
    return [json.loads(data)["body"]["what"] for data in facts if json.loads(data)["kind"] == "StreamNoted"]


def test_a_sound_file_is_left_alone(home: Path) -> None:
    recorded = facts(home / FILE)

    assert start(home) == (recorded, None)
    assert not (home / "damaged").exists()


def test_a_damaged_file_is_set_aside_and_its_facts_go_on_under_their_old_ids(
    home: Path, expected_log: Callable[[str], None]
) -> None:
    expected_log("the station's file is damaged and set aside")
    expected_log("othing is lost. Go on")
    recorded = facts(home / FILE)
    spoil(home / FILE, 30 * 4096 + 3000)

    kept, mended = start(home)

    assert mended is not None
    assert (kept[:-1], told(kept)) == (recorded, ["damaged"])
    aside = home / "damaged" / "20260302-130700"
    assert {p.name for p in aside.iterdir()} >= {"report.txt", "station.journal", FILE, f"{FILE}-seal"}
    assert start(home) == (kept, None)


def test_without_a_journal_facts_are_read_from_single_pages_and_what_is_missing_is_said(
    home: Path, expected_log: Callable[[str], None]
) -> None:
    """The header of every page of the tree of facts is gone but for one leaf in two."""
    expected_log("damaged and set aside")
    expected_log("This station's memory was damaged")
    recorded = facts(home / FILE)
    with closing(sqlite3.connect(home / FILE)) as connection:
        connection.execute("UPDATE outbox SET acked_at = NULL")
        connection.commit()
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'fact'").fetchone()
    (home / "station.sqlite-seal").unlink()
    journal_of(home / FILE).unlink()
    leaves = _leaves_of(home / FILE, root)
    for page in (root, *leaves[::2]):
        spoil(home / FILE, (page - 1) * 4096)

    kept, mended = start(home)

    assert mended is not None
    saved = kept[:-1]
    lost = [n for n, data in enumerate(recorded, 1) if data not in saved]
    assert saved == [data for data in recorded if data in saved]
    assert (0 < len(lost) < len(recorded), mended.found.missing) == (True, tuple(lost))
    assert str(mended.sentence()).startswith(f"This station's memory was damaged: {len(lost)} records")


def _leaves_of(file: Path, root: int) -> list[int]:
    """The pages right below the root of a tree."""
    raw = file.read_bytes()[(root - 1) * 4096 : root * 4096]
    assert raw[0] == 2
    cells = [int.from_bytes(raw[12 + 2 * n : 14 + 2 * n]) for n in range(int.from_bytes(raw[3:5]))]
    return [int.from_bytes(raw[at : at + 4]) for at in cells]


def test_where_nothing_can_be_read_the_staff_are_told_so_and_the_station_begins_anew(
    home: Path, expected_log: Callable[[str], None]
) -> None:
    expected_log("damaged and set aside")
    expected_log("nothing of it could be read")
    (home / FILE).write_bytes(bytes(500_000))
    journal_of(home / FILE).write_bytes(b"\0" * 5000)

    kept, mended = start(home)

    assert mended is not None
    assert [json.loads(data)["kind"] for data in kept] == ["StationFounded", "StreamNoted"]
    problem = mended.problem()
    assert (str(problem.what), [str(do) for do in problem.do]) == (
        "This station's memory was damaged and nothing of it could be read",
        ["Call the shift lead, and check what you have in hand"],
    )


def test_a_file_that_was_put_back_from_yesterday_gets_what_was_recorded_since(
    home: Path, tmp_path_factory: pytest.TempPathFactory, expected_log: Callable[[str], None]
) -> None:
    expected_log("it lacks facts that were recorded in it")
    expected_log("othing is lost. Go on")
    yesterday = tmp_path_factory.mktemp("yesterday")
    shutil.copy(home / FILE, yesterday)
    keeper = hand.station(home)
    hand.work(keeper, lambda _line: None, SEED, 10)
    keeper.close()
    recorded = facts(home / FILE)
    shutil.copy(yesterday / FILE, home)
    (home / "station.sqlite-seal").unlink()

    kept, mended = start(home)

    assert (kept[:-1], mended is not None) == (recorded, True)


def test_a_file_that_is_gone_is_made_again_from_its_journal(home: Path, expected_log: Callable[[str], None]) -> None:
    expected_log("the file is gone, its journal is here")
    expected_log("othing is lost. Go on")
    since = [entry.data for entry in read_all(journal_of(home / FILE))]
    (home / FILE).unlink()

    kept, _ = start(home)

    assert kept[:-1] == since


@pytest.mark.parametrize("name", ["station.sqlite-seal", "station.journal"])
def test_damage_to_seal_or_journal_harms_nothing(home: Path, name: str) -> None:
    recorded = facts(home / FILE)
    spoil(home / name, (home / name).stat().st_size - 40)

    assert start(home) == (recorded, None)
    assert examine(home / FILE).sealed
    assert [entry.data for entry in read_all(journal_of(home / FILE))][-1] == recorded[-1]


def test_a_stranger_who_only_looks_after_a_kill_makes_the_seal_mute_and_not_false(home: Path) -> None:
    """The command line folds the log of a killed station into the file, and takes it away."""
    keeper, _ = hand.start(home)
    hand.work(keeper, lambda _line: None, SEED, 20)
    for suffix in ("", "-wal", "-seal"):
        shutil.copy(home / f"{FILE}{suffix}", home / f"killed{suffix}")
    keeper.close()
    for suffix in ("", "-wal", "-seal"):
        (home / f"killed{suffix}").replace(home / f"{FILE}{suffix}")
    with closing(sqlite3.connect(home / FILE)) as connection:
        connection.execute("SELECT count(*) FROM fact").fetchone()

    assert (examine(home / FILE).sealed, examine(home / FILE).faults) == (False, ())
    assert start(home)[1] is None
    assert examine(home / FILE).sealed


def test_a_birth_that_was_cut_short_is_ended_before_the_file_is_looked_at(tmp_path: Path) -> None:
    """The switch to a log is made with a rollback journal; one that is left there can't be read without a write."""
    file = tmp_path / FILE
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE first (n)")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        connection.execute("PRAGMA cache_size=1")
        connection.executemany("INSERT INTO first VALUES (zeroblob(3000))", [()] * 50)
        left = {name: (tmp_path / name).read_bytes() for name in (FILE, f"{FILE}-journal")}
        connection.execute("ROLLBACK")
    for name, data in left.items():
        (tmp_path / name).write_bytes(data)

    assert examine(file) == Verdict()
    assert dump(file).count("INSERT") == 0


def test_the_seal_holds_every_page_whoever_wrote_it(home: Path) -> None:
    """After scans, feed rows, rests and a wipe of the log by another connection."""
    keeper = hand.station(home)
    for turn in range(4):
        hand.work(keeper, lambda _line: None, turn, 30)
        keeper.rest()
        if turn == 2:
            assert cut_log(keeper.files)
    keeper.close()

    seal = read_seal(home / FILE)
    assert seal is not None
    assert (seal.whole, len(seal.sums) * seal.page) == (True, (home / FILE).stat().st_size)
    assert examine(home / FILE).faults == ()


def test_rows_are_found_in_pages_as_sqlite_finds_them(home: Path) -> None:
    with closing(sqlite3.connect(home / FILE)) as connection:
        there = set(connection.execute("SELECT * FROM fact"))

    assert {row for row in rows(home / FILE) if len(row) == 16} == there


def test_a_journal_that_the_disk_refuses_is_written_later(
    home: Path, monkeypatch: pytest.MonkeyPatch, expected_log: Callable[[str], None]
) -> None:
    expected_log("the journal of facts can't be written")
    keeper = hand.station(home)

    def full(_handle: int, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("app.db.journal.os.write", full)
        hand.work(keeper, lambda _line: None, 1, 5)
    hand.work(keeper, lambda _line: None, 2, 5)
    keeper.close()

    assert [entry.data for entry in read_all(journal_of(home / FILE))][-8:] == facts(home / FILE)[-8:]


def test_a_damaged_file_with_names_in_it_does_not_stay_for_ever(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock()
    spoil(home / FILE, 30 * 4096 + 3000)
    with caplog.at_level(logging.CRITICAL, "app.sync.mending"):
        mend(home / FILE, clock, hand.CODE, hand.NAME)
    assert (home / "damaged").is_dir()

    forget_old(home / FILE, clock.now() + KEPT / 2)
    before = [*(home / "damaged").iterdir()]
    forget_old(home / FILE, clock.now() + KEPT * 2)

    assert (len(before), [*(home / "damaged").iterdir()]) == (1, [])


def test_a_dump_tells_whether_a_row_is_read_otherwise(home: Path) -> None:
    """The eye of the campaign."""
    before = dump(home / FILE)
    database = open_database(home / FILE, "station")
    Keeper(database, FakeClock(), hand.CODE, hand.NAME).close()
    assert dump(home / FILE) == before

    with closing(sqlite3.connect(home / FILE)) as connection:
        connection.execute("UPDATE stock SET on_hand = on_hand + 1")
        connection.commit()

    assert dump(home / FILE) != before
