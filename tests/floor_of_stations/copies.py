"""Cases in which something old comes back: a backup, a standby, a clone, an image of a station's disk."""

from __future__ import annotations

import os
import shutil
import time
from functools import partial
from pathlib import Path

from app.settings import Home
from tests.floor_of_stations.cases import Account, Play, case, recorded, settle
from tests.floor_of_stations.floor import HOST, ServerFloor, Station, command, wait_for
from tests.postgres import PgServer, own
from tests.simulation.invariants import sqlite_side

STORE_FIRST = ("STOCK", "PICK", "PACK")
"""The first one has always something to do."""


def missing(floor: ServerFloor) -> int:
    """Facts that stations keep and central has not."""
    there = {bytes(row[0]) for row in floor.ask("SELECT fact_id FROM fact")}
    return sum(len(station.confirmed() - there) for station in floor.stations)


def _restore(play: Play, floor: ServerFloor, file: Path) -> None:
    """The disk of the server is gone: an empty database of that name, the backup in it, new work for the worker."""
    floor.stop_workers()
    floor.pg.drop([floor.name])
    floor.pg.create(floor.name)
    (floor.office.root / "server.toml").unlink()
    command(
        floor.office, "central", "restore", str(file), floor.url, "--password-stdin", "--dev-insecure",
        typed=floor.pg.password,
    )  # fmt: skip
    play.say("backup restored into a new database")


def _with_programs(pg: PgServer) -> None:
    os.environ["PATH"] = f"{pg.bin}:{os.environ['PATH'].removeprefix(f'{pg.bin}:')}"


@case("backup restored")
def a_backup_is_restored(play: Play) -> Account:
    """Facts since the backup are gone at central; stations tell them again."""
    return _restored(play, advance=False)


@case("backup restored, then advanced")
def a_backup_is_restored_and_goes_on(play: Play) -> Account:
    """As above; and the restored central writes more feed rows than it had before anybody speaks to it again."""
    return _restored(play, advance=True)


def _restored(play: Play, *, advance: bool) -> Account:
    with PgServer(play.version) as pg, play.floor(pg) as floor:
        _with_programs(pg)
        file = play.folder / "central.backup"
        floor.wait_for_facts(30)
        command(floor.office, "central", "backup", str(file))
        kept = floor.facts()
        floor.wait_for_facts(30 * play.times)
        for station in floor.stations:
            station.run.order("rest")
        head = floor.ask("SELECT max(head) FROM feed_head")[0][0]
        for station in floor.stations:
            station.line.cut()
        began, before = time.monotonic(), floor.fences()
        _restore(play, floor, file)
        floor.went_back(before)
        lost = missing(floor)
        if advance:
            while floor.ask("SELECT max(head) FROM feed_head")[0][0] <= head:
                floor.orders_come(40)
        for station in floor.stations:
            station.line.mend()
        mended = time.monotonic()
        floor.start_worker()
        floor.start_worker()
        wait_for(lambda: missing(floor) == 0)
        ended = time.monotonic()
        settle(floor)
    return {
        "outage s": round(ended - began, 1), "facts in the backup": kept, "missing after it": lost,
        "told again within s": round(ended - mended, 1), "missing": 0,
    }  # fmt: skip


# ---- a standby ------------------------------------------------------------------------------------------------------


@case("standby promoted, synchronous")
def a_synchronous_standby(play: Play) -> Account:
    """The primary is killed and its standby promoted: nothing that was acknowledged is missing there."""
    return _promoted(play, synchronous=True)


@case("standby promoted, asynchronous")
def an_asynchronous_standby(play: Play) -> Account:
    """A standby that was behind is promoted: what it never had is told again by the stations that keep it."""
    return _promoted(play, synchronous=False)


def _standby_of(pg: PgServer) -> PgServer:
    standby = PgServer(pg.version, durable=True)
    pg.run("pg_basebackup", "-h", str(pg.folder), "-p", str(pg.port), "-U", "postgres", "-D", str(standby.data),
           "--checkpoint=fast", "--write-recovery-conf", "--no-sync")  # fmt: skip
    lines = (standby.data / "postgresql.auto.conf").read_text()
    info = f"host={pg.folder} port={pg.port} user=postgres application_name=second"
    (standby.data / "postgresql.auto.conf").write_text(lines + f"primary_conninfo = '{info}'\n")
    own(standby.data / "postgresql.auto.conf")
    standby.password = pg.password
    return standby.start()


def _promoted(play: Play, *, synchronous: bool) -> Account:
    with PgServer(play.version, durable=True) as pg:
        floor = play.floor(pg)
        standby = _standby_of(pg)
        try:
            if synchronous:
                pg.configure(synchronous_standby_names="*", synchronous_commit="on")
                wait_for(lambda: pg.psql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1")
            for home in (floor.office, *(station.home for station in floor.stations)):
                _second_host(home, standby.port)
            with floor:
                return _fail_over(play, floor, pg, standby, synchronous=synchronous)
        finally:
            standby.close()


def _second_host(home: Home, port: int) -> None:
    """Both servers stand in server.toml; whichever can be written to is taken."""
    said = home.server_file.read_text().splitlines()
    lines = [f'{line[:-1]},{HOST}"' if line.startswith("host") else line for line in said]
    lines = [f'{line[:-1]},{port}"' if line.startswith("port") else line for line in lines]
    home.server_file.write_text("\n".join(lines) + "\n")


def _fail_over(play: Play, floor: ServerFloor, pg: PgServer, standby: PgServer, *, synchronous: bool) -> Account:
    floor.wait_for_facts(30 * play.times)
    if not synchronous:  # it falls behind: nothing reaches it any more, and the floor goes on
        standby.psql("ALTER SYSTEM SET primary_conninfo = ''")
        standby.psql("SELECT pg_reload_conf()")
        wait_for(lambda: standby.psql("SELECT count(*) FROM pg_stat_wal_receiver") == "0")
        floor.wait_for_facts(40)
    old, acked = pg.pid, acknowledged_facts(floor)
    pg.kill9()
    began = time.monotonic()
    play.say(f"primary {old}: kill -9; standby {standby.pid} is promoted")
    floor.pg, floor.told.central_moved = standby, True
    wait_for(lambda: standby.psql("SELECT count(*) FROM pg_stat_wal_receiver") == "0")
    there = {bytes(row[0]) for row in floor.ask("SELECT fact_id FROM fact")}  # while it can only be read
    fences, lost = floor.fences(), len(acked - there)
    standby.psql("SELECT pg_promote()")
    if synchronous == bool(lost):
        raise AssertionError(f"{lost} acknowledged facts are not at the standby")
    wait_for(lambda: not acked - {bytes(row[0]) for row in floor.ask("SELECT fact_id FROM fact")})
    outage = floor.wait_for_facts(20) + time.monotonic() - began
    play.say(f"{lost} of {len(acked)} acknowledged facts were not at the standby, and none is missing now")
    refused = _old_primary_returns(play, floor, pg, standby)
    if not synchronous:
        floor.told.central_lost = True
        floor.told.forgotten |= {work for work, fence in refused.items() if fences.get(work) != fence}
    settle(floor)
    return {
        "outage s": round(outage, 1), "acknowledged": len(acked), "not at the standby": lost,
        "missing in the end": missing(floor),
    }  # fmt: skip


def acknowledged_facts(floor: ServerFloor) -> set[bytes]:
    """What stations were told that central has."""

    sql = "SELECT fact_id FROM outbox WHERE acked_at IS NOT NULL"
    return {row[0] for station in floor.stations for row in sqlite_side(station.file).rows(sql)}


def _old_primary_returns(play: Play, floor: ServerFloor, old: PgServer, new: PgServer) -> dict[bytes, int]:
    """The old primary comes back as one: stations that reach it first refuse it and tell it nothing. Its fences."""
    old.configure(synchronous_standby_names="")
    old.start()
    before = int(old.psql("SELECT count(*) FROM fact", floor.name))
    marks = {station: len(station.run.said) for station in floor.stations}
    new.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE '%\\_s\\_%'")
    for station, mark in marks.items():
        station.run.wait(lambda said: said.get("refused") == "old_primary", mark)
    after = int(old.psql("SELECT count(*) FROM fact", floor.name))
    with old.connect(floor.name) as connection:
        fences = {bytes(work): int(fence) for work, fence in connection.execute("SELECT id, fence FROM work")}
    play.say(f"old primary {old.pid} came back: {before} facts before, {after} after; refused by {len(marks)} stations")
    old.stop("immediate")
    if before != after:
        raise AssertionError("an old primary took facts")
    return fences


# ---- stations -------------------------------------------------------------------------------------------------------


@case("station cloned")
def a_station_is_cloned(play: Play) -> Account:
    """Two machines from one image, both at work: a fork is found, and every fact of both is at central."""
    with (
        PgServer(play.version) as pg,
        play.floor(pg, crew=STORE_FIRST) as floor,
    ):
        floor.told.copies_of_streams = True
        floor.wait_for_facts(30)
        first = floor.stations[0]
        first.stop()
        clone = Station(floor, first.code, first.kind, first.index, first.of)
        clone.home, clone.starts = Home(floor.folder / f"{first.code.lower()}-clone"), 7
        shutil.copytree(first.home.root, clone.home.root)
        onto(clone, HOST, clone.line.port)
        floor.others.append(clone)
        before = recorded(first)
        for station in (first, clone):
            station.start()
            station.run.order("work")
        play.say(f"{first.code} runs twice: {first.run.pid} and {clone.run.pid}")
        for station in (first, clone):
            wait_for(partial(more_is_recorded, station, before + 10))
        floor.wait_for_facts(30 * play.times)
        settle(floor)
        streams = floor.ask("SELECT count(*) FROM station_mark GROUP BY station_id ORDER BY 1 DESC LIMIT 1")[0][0]
    if streams < 2:
        raise AssertionError("nobody noticed that a station runs twice")
    return {"clones": 1, "streams of it": streams}


def more_is_recorded(station: Station, than: int) -> bool:
    return recorded(station) > than


def onto(station: Station, host: str, port: int) -> None:
    """From now on the station speaks to the server at this address."""
    new = {"host": host, "port": str(port)}
    lines = station.home.server_file.read_text().splitlines()
    changed = [f'{name} = "{new[name]}"' if (name := line.split(" ")[0]) in new else line for line in lines]
    station.home.server_file.write_text("\n".join(changed) + "\n")


@case("old image put back")
def an_old_image(play: Play) -> Account:
    """A station's file is that of a while ago: its chain does not fit, a new stream begins, nothing counts twice."""
    with (
        PgServer(play.version) as pg,
        play.floor(pg, crew=STORE_FIRST) as floor,
    ):
        floor.told.copies_of_streams = True
        floor.wait_for_facts(30)
        station = floor.stations[0]
        station.stop()
        image = station.file.read_bytes()
        station.start()
        station.run.order("work")
        floor.wait_for_facts(40)
        wait_for(lambda: _acked(station) >= 3)
        station.stop()
        before = station.confirmed()
        for suffix in ("-wal", "-shm"):
            station.file.with_name(station.file.name + suffix).unlink(missing_ok=True)
        station.file.write_bytes(image)
        there = {bytes(row[0]) for row in floor.ask("SELECT fact_id FROM fact")}
        station.gone = before - there  # what never left that disk went with it
        station.start()
        station.run.order("work")
        play.say(f"{station.code}: an older image of its file was put back; process {station.run.pid}")
        floor.wait_for_facts(20 * play.times)
        settle(floor)
    return {"images": 1, "never left the disk": len(station.gone)}


def _acked(station: Station) -> int:

    return int(sqlite_side(station.file).one("SELECT count(*) FROM outbox WHERE acked_at IS NOT NULL") or 0)
