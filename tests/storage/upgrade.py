"""A new program's first start over an old program's file: killed at each statement, cut at any moment."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import event

from app.db import open_database
from app.db.schema import alembic_config, newest_revision
from tests.storage import hand
from tests.storage.children import in_child
from tests.storage.damage import FILE, dump
from tests.storage.disk import Content, lay_down, taken_up
from tests.storage.recording import played, recorded

OLD = "0001"
TAKEN_ALONG = ("station", "sku", "itself", "fact", "outbox", "stock", "scan_log")


def upgrades(runs: int, seed: int, folder: Path) -> Iterator[dict[str, Any]]:
    """Half of the runs are kills, each at a statement of its own as far as there are so many; the others are cuts."""
    chance = random.Random(seed)
    old = _old_files(folder)
    statements = list(range(_statements(folder, old)))
    kills = sorted(chance.sample(statements, min(len(statements), -(-runs // 2))))
    run = 0
    for at in kills:
        lay_down(folder / "killed", old)
        _killed(folder / "killed", at)
        yield {"run": run, "killed at": at, "of": len(statements)} | _after(folder, folder / "killed", old)
        run += 1
    root = folder / "recorded"
    lay_down(root, old)
    recording = recorded(root, folder / "acts", lambda: hand.station(root).close())
    for at, disk in played(old, recording, sorted(chance.sample(range(len(recording)), max(0, runs - run)))):
        lay_down(folder / "cut", disk.cut(chance))
        yield {"run": run, "cut at": at, "of": len(recording)} | _after(folder, folder / "cut", old)
        run += 1


def _old_files(folder: Path) -> dict[str, Content]:
    """What a station of the first version left: its tables, and in them what was recorded and seen."""
    new, old = folder / "new", folder / "old"
    for each in (new, old):
        each.mkdir()

    def work() -> None:
        keeper = hand.station(new)
        hand.work(keeper, lambda _line: None, 1, 30)
        keeper.close()
        database = open_database(old / FILE, "station")
        with database.write.begin() as connection:
            command.upgrade(alembic_config(connection, "station"), OLD)
        database.close()
        with closing(sqlite3.connect(old / FILE)) as connection:
            connection.execute("ATTACH ? AS new", (str(new / FILE),))
            for table in TAKEN_ALONG:
                _take_along(connection, table)
            connection.commit()

    in_child(work)
    return taken_up(old)


def _take_along(connection: sqlite3.Connection, table: str) -> None:
    here, there = (
        {row[1] for row in connection.execute(f"PRAGMA {side}.table_info({table})")} for side in ("main", "new")
    )
    names = ", ".join(f'"{name}"' for name in sorted(here & there))
    connection.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM new.{table}")


def _statements(folder: Path, old: dict[str, Content]) -> int:
    lay_down(folder / "counted", old)
    return int(in_child(lambda: _started(folder / "counted", -1)))


def _started(root: Path, killed_at: int) -> int:
    """The start; kills itself right before the statement of that number. How many there were."""
    database = open_database(root / FILE, "station")
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        if seen == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)
        seen += 1

    event.listen(database.write, "before_cursor_execute", count)
    hand.Keeper(database, hand.FakeClock(), hand.CODE, hand.NAME).close()
    return seen


def _killed(root: Path, at: int) -> None:
    pid = os.fork()
    if pid == 0:
        try:
            _started(root, at)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        raise RuntimeError(f"the child was not killed before statement {at}")


def _after(folder: Path, root: Path, old: dict[str, Content]) -> dict[str, Any]:
    lay_down(folder / "before", old)
    found: dict[str, Any] = in_child(partial(_gone_on, folder, root))
    return found


def _gone_on(folder: Path, root: Path) -> dict[str, Any]:
    """Old or new, never mixed; and the next start makes it new, with all that was in it."""
    said = []
    shutil.copytree(root, looked := folder / "looked", dirs_exist_ok=True)
    there = _revision(looked / FILE)
    if there == OLD and dump(looked / FILE) != dump(folder / "before" / FILE):
        said.append("mixed: the old version's number, and not its content")
    if there not in (OLD, newest_revision()):
        said.append(f"mixed: a file of version {there!r}")
    shutil.rmtree(looked)
    keeper, mended = hand.start(root)
    keeper.close()
    said += ["a false alarm"] if mended else []
    if _revision(root / FILE) != newest_revision():
        said.append("the next start did not bring it up")
    if _facts(root / FILE) != _facts(folder / "before" / FILE):
        said.append("lost: other facts than before")
    return {"amiss": said, "outcome": "old" if there == OLD else "new"}


def _revision(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def _facts(file: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT fact_id, seq, chain, data FROM fact ORDER BY seq").fetchall()
