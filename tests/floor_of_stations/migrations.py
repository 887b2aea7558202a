"""Setting central up is killed at each of its statements: it is what it was, or what it should be, and begins again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from app.db.founding import found
from app.settings import Server
from tests.floor_of_stations import newer
from tests.floor_of_stations.cases import Account, Play, case, on_a_floor
from tests.floor_of_stations.floor import ServerFloor
from tests.postgres import PgServer

_SHAPE = (
    "SELECT coalesce(md5(string_agg(x, ',' ORDER BY x)), 'empty') FROM (SELECT table_name || '.' || column_name || "
    "data_type AS x FROM information_schema.columns WHERE table_schema IN ('public', 'packbay_door') UNION ALL "
    "SELECT tgname || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal UNION ALL "
    "SELECT policyname || tablename FROM pg_policies) AS y"
)


def shape(pg: PgServer, name: str) -> str:
    """Tables, columns, triggers and policies of a database, as one word; "empty" for none."""
    return pg.psql(_SHAPE, name)


@case("upgrade killed half-way")
def an_upgrade_is_killed(play: Play) -> Account:
    """A newer program brings central up while a floor works; it, or its backend, is killed at a statement of chance.

    Then the tables are the old ones or the new ones, hands and the older stations go on, and the next try ends well.
    """
    counted = {"process killed": 0, "backend killed": 0, "old": 0, "new": 0}
    waits = []
    with PgServer(play.version, durable=True) as pg, on_a_floor(play, pg) as floor:
        scripts = newer.migrations_of(play.folder / "migrations")
        for number in range(2 * play.times):
            whom, at = ("process", "backend")[number % 2], play.dice.randrange(8, 3 * newer.TABLES)
            said = _upgrade(floor, scripts, "--kill", whom, "--at", str(at))
            if said.returncode == 0:
                raise AssertionError(f"an upgrade whose {whom} was to be killed ended well")
            counted[f"{whom} killed"] += 1
            waits.append(floor.wait_for_facts(10))
            counted[_old_or_new(floor)] += 1
            play.say(f"upgrade at its statement {at}: {said.stderr.split(chr(10))[0]}; central is {_old_or_new(floor)}")
        done = _upgrade(floor, scripts)
        if done.returncode or _old_or_new(floor) != "new":
            raise AssertionError(f"the next try did not end well: {done.stderr[-300:]}")
        floor.wait_for_facts(10)  # with workers of the older program
        floor.stop_workers()
        floor.program = (newer.__name__, str(scripts))
        floor.start_worker()
        floor.start_worker()
        floor.wait_for_facts(20)
        pids = ", ".join(str(worker.pid) for worker in floor.workers)
        play.say(f"central is new, and so are workers {pids}; stations are the older ones")
    return {"outage s": round(max(waits), 1), **counted, "then": "new"}


def _upgrade(floor: ServerFloor, scripts: Path, *how: str) -> subprocess.CompletedProcess[str]:
    words = (newer.__name__, str(scripts), *how, "central", "upgrade", floor.url, "--password-stdin", "--dev-insecure")
    return subprocess.run(
        [sys.executable, "-m", *words, "--home", str(floor.office.root)], input=f"{floor.pg.password}\n",
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def _old_or_new(floor: ServerFloor) -> str:
    """By all that the migration makes. AssertionError for anything between."""
    revision = floor.ask("SELECT version_num FROM alembic_version")[0][0]
    columns = floor.ask("SELECT count(*) FROM information_schema.columns WHERE column_name LIKE 'newer%'")[0][0]
    tables = floor.ask("SELECT count(*) FROM information_schema.tables WHERE table_name LIKE 'newer%'")[0][0]
    found = (str(revision), int(columns), int(tables))
    shapes = {("0002", 0, 0): "old", (newer.NEWEST, newer.TABLES + 1, newer.TABLES): "new"}
    if found not in shapes:
        raise AssertionError(f"central is neither old nor new: {found}")
    return shapes[found]


@case("migration killed half-way")
def a_migration_is_killed(play: Play) -> Account:
    """A process that sets central up ends at its n-th statement, for every n: tables are none or all, never some."""
    with PgServer(play.version) as pg:
        whole = _set_up(pg, pg.create("whole"), 0)
        statements, all_of_it = whole, shape(pg, "whole")
        old = new = between = 0
        for at in _spread(statements, 4 * play.times):
            name = pg.create(f"broken_{at}")
            _set_up(pg, name, at)
            seen = shape(pg, name)
            old += seen == "empty"
            new += seen == all_of_it
            if _tables(pg, name) not in (0, _tables(pg, "whole")):
                raise AssertionError(f"killed at statement {at} some tables are there and some are not")
            between += seen not in ("empty", all_of_it)
            found(Server.of_url(pg.url(database=name)), renew=False)
            if shape(pg, name) != all_of_it:
                raise AssertionError(f"killed at statement {at} it could not be gone on with")
            pg.drop([name])
    return {
        "statements": statements, "kills": old + new + between, "nothing there": old, "all there": new,
        "tables there, rights not yet": between,
    }  # fmt: skip


def _tables(pg: PgServer, name: str) -> int:
    return int(pg.psql("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'", name))


def _spread(statements: int, most: int) -> Sequence[int]:
    """Every statement, or as many as there is time for, evenly."""
    step = max(1, statements // most)
    return range(1, statements + 1, step)


def _set_up(pg: PgServer, name: str, at: int) -> int:
    """`central init` in a process that kills itself before its n-th statement (0: never); how many it sent."""
    words = [sys.executable, "-m", "tests.floor_of_stations.migrations", pg.url(database=name), str(at)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if at and done.returncode != -signal.SIGKILL:
        raise AssertionError(f"it ended with {done.returncode}: {done.stderr[-300:]}")
    return 0 if at else int(done.stdout)


def _main(url: str, at: int) -> None:
    from sqlalchemy import Engine, event

    sent = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def _count(*_words: object) -> None:
        nonlocal sent
        sent += 1
        if sent == at:
            os.kill(os.getpid(), signal.SIGKILL)

    found(Server.of_url(url), renew=False)
    print(sent)


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
