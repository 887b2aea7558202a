"""A scan is one transaction with a flush; what can be had again has none."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from app.db import Database, open_database
from app.settings import Home
from ui.demo import BADGES, build
from ui.simulated import SimulatedStation


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(tmp_path / "station.sqlite", "station")


def pragma(engine: Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_writers_flush_at_commit_and_the_relaxed_one_does_not(database: Database) -> None:
    """synchronous: 2 is FULL, 1 is NORMAL."""
    modes = {name: pragma(getattr(database, name), "synchronous") for name in ("write", "relaxed")}

    assert (modes, pragma(database.write, "journal_mode")) == ({"write": 2, "relaxed": 1}, "wal")
    database.close()


def test_each_scan_commits_once_on_the_writer(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    build(home.make(), orders=3)
    commits: Counter[str] = Counter()

    def count(connection: object) -> None:
        if threading.current_thread().name == "work":
            commits["write"] += 1

    with SimulatedStation(home) as station:
        station.scan(BADGES["packer"])
        station.settle()
        station.scan("T0401Z")  # it also asks for more work, and the answer is taken in by a commit of its own
        station.settle()
        event.listen(station.runner.keeper.files.write, "commit", count)
        seen = []
        for code in ("LB1205CD", "LB1204CH", "4006381333931", "4006381333931"):
            before = commits["write"]
            station.scan(code)
            station.settle()
            seen.append(commits["write"] - before)

    assert seen == [1, 1, 1, 1]
