"""Cases that need a superuser of this machine: a network namespace whose packets go nowhere, disks that are full."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

import psycopg

from tests.floor_of_stations.cases import WITH_SCREEN, Account, Felt, Play, Skip, black_hole, case, on_a_floor, settle
from tests.floor_of_stations.copies import acknowledged_facts, onto
from tests.floor_of_stations.floor import HOST, ServerFloor, Station, wait_for
from tests.postgres import HBA, PgServer, own
from tests.simulation.invariants import sqlite_side

# ---- packets --------------------------------------------------------------------------------------------------------


@contextmanager
def namespace(number: int) -> Iterator[tuple[str, str, str]]:
    """A network namespace with a cable to this one: its name, our address on the cable, the name of our end."""
    name, ours, theirs = f"packbay{number}", f"pbo{number}", f"pbt{number}"
    net = f"10.213.{number}"
    if shutil.which("ip") is None:
        raise Skip("there is no `ip` here (package iproute2)")
    if shutil.which("tc") is None:
        raise Skip("there is no `tc` here (package iproute2)")
    try:
        _ip("netns", "add", name)
    except subprocess.CalledProcessError as error:
        raise Skip(f"no network namespace may be made here: {error.stderr.strip()}") from None
    try:
        _ip("link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", name)
        _ip("addr", "add", f"{net}.1/24", "dev", ours)
        _ip("link", "set", ours, "up")
        for words in (("addr", "add", f"{net}.2/24", "dev", theirs), ("link", "set", theirs, "up"),
                      ("link", "set", "lo", "up")):  # fmt: skip
            _ip("-n", name, *words)
        yield name, f"{net}.1", ours
    finally:
        _ip("netns", "del", name)


def _ip(*words: str) -> str:
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


@case("packets dropped")
def packets_are_dropped(play: Play) -> Account:
    """A station and a window in a namespace of their own: all of its packets are dropped, then three of ten."""
    with namespace(os.getpid() % 200 + 1) as (name, ours, cable):
        net = ours.rpartition(".")[0]
        settings = {"listen_addresses": f"{HOST},{ours}"}
        hba = (*HBA, f"host all all {net}.0/24 scram-sha-256")
        with PgServer(play.version, settings=settings, hba=hba) as pg, on_a_floor(play, pg, crew=WITH_SCREEN) as floor:
            beyond = floor.stations[1:]
            for station in beyond:
                station.stop()
                onto(station, ours, pg.port)
                station.prefix = ("ip", "netns", "exec", name)
                station.start()
                station.run.order("work")
                station.run.wait(lambda said: said.get("line") is True)
                play.say(f"{station.code} ({station.run.pid}) is in namespace {name}, beyond the cable {cable}")
            felt, waits = Felt.of(floor), []
            for _ in range(max(2, play.times // 2)):
                waits.append(black_hole(felt.station, lambda: _drop(cable, 1.0), lambda: _drop(cable, 0.0)))
                felt.judge("all packets dropped")
                play.say(f"all packets on {cable}: dropped; {felt.station.code} was offline after {waits[-1]:.1f} s")
            slow = _through(floor, beyond[0], cable, 10 * play.times)
            felt.judge("packets dropped")
            dropped = _dropped(cable)
            _drop(cable, 0.0)
            play.say(
                f"3 of 10 packets on {cable}: {dropped} dropped; {10 * play.times} facts went through in {slow:.1f} s"
            )
    return {
        "outage s": round(max(waits), 1), "holes": len(waits), "packets dropped": dropped,
        "facts went through in s": round(slow, 1),
    } | felt.account()  # fmt: skip


def _through(floor: ServerFloor, station: Station, cable: str, facts: int) -> float:
    """Seconds until central had so many facts more of this station though three of ten packets are dropped."""

    def there() -> int:
        sql = f"SELECT count(*) FROM fact f JOIN station s ON s.id = f.station_id WHERE s.code = '{station.code}'"
        return int(floor.ask(sql)[0][0])

    before, began = there(), time.monotonic()
    _drop(cable, 0.3)
    wait_for(lambda: there() >= before + facts)
    return time.monotonic() - began


_ANY = 0xFFFFF038
"""Where a packet filter finds a random number of 32 bits (SKF_AD_OFF + SKF_AD_RANDOM)."""


def _drop(cable: str, share: float) -> None:
    """From now on this share of what comes and goes on the cable is dropped, by dice of the kernel."""
    subprocess.run(["tc", "qdisc", "del", "dev", cable, "clsact"], capture_output=True, check=False)
    if not share:
        return
    below = int(share * 0xFFFFFFFF)
    filtered = f"4,32 0 0 {_ANY},37 1 0 {below},6 0 0 2,6 0 0 0"  # a number above goes on, any other is dropped (2)
    _tc("qdisc", "add", "dev", cable, "clsact")
    for way in ("ingress", "egress"):
        _tc("filter", "add", "dev", cable, way, "bpf", "bytecode", filtered, "da")


def _tc(*words: str) -> str:
    return subprocess.run(["tc", *words], check=True, capture_output=True, text=True).stdout


def _dropped(cable: str) -> int:
    """How many packets were, by the kernel's own count."""
    found = re.search(r"dropped (\d+)", _tc("-s", "qdisc", "show", "dev", cable, "clsact"))
    return int(found.group(1)) if found else 0


# ---- disks ----------------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A tmpfs of so many megabytes, where every user can come to it."""
    folder = Path(mkdtemp(prefix="packbay-disk-", dir="/tmp"))
    folder.chmod(0o755)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "packbay", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skip(f"no small disk may be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)
        folder.rmdir()


def fill(folder: Path) -> Path:
    """Writes until nothing more fits; the file that is to be deleted."""
    full = folder / "filler"
    for size in (1 << 20, 512):
        with suppress(OSError), full.open("ab", buffering=0) as file:
            while file.write(b"\0" * size) == size:
                pass
    return full


@case("disk full, server")
def the_servers_disk_is_full(play: Play) -> Account:
    """Central can write nothing, every second time not even its log and ends; what it acknowledged is on its disk."""
    settings = {"max_wal_size": "32MB", "min_wal_size": "32MB", "wal_recycle": "off"}
    ended, waits = 0, []
    with small_disk(220) as disk:
        own(disk)
        with (
            PgServer(play.version, durable=True, data=disk / "data", settings=settings) as pg,
            on_a_floor(play, pg) as floor,
        ):
            for number in range(play.times):
                began = time.monotonic()
                full = _fill_the_log(pg, disk) if number % 2 else fill(disk)
                queued = sum(map(_queued, floor.stations))
                wait_for(partial(_more_are_queued, floor, queued + 30))
                over, told = not pg.running, acknowledged_facts(floor)
                ended += over
                play.say(f"{disk} is full: the server {'has ended' if over else 'goes on'}; stations record")
                full.unlink()
                pg.kill9()  # whatever it still has in its memory is gone
                pg.start()
                there = {bytes(row[0]) for row in floor.ask("SELECT fact_id FROM fact")}
                if told - there:
                    raise AssertionError(f"{len(told - there)} acknowledged facts are not on the disk")
                waits.append(time.monotonic() - began + floor.wait_for_facts(30))
    return {
        "outage s": round(max(waits), 1),
        "full": play.times,
        "server ended by it": ended,
        "acknowledged and gone": 0,
    }


def _fill_the_log(pg: PgServer, disk: Path) -> Path:
    """Fills the disk, and then what the server has left of its log: its next file of it has no room, and it ends."""
    sql = "SELECT pg_logical_emit_message(true, 'packbay', repeat('x', 100000)); SELECT pg_switch_wal()"
    with pg.connect() as connection:  # a new one could not even begin
        full = fill(disk)
        with suppress(psycopg.Error):
            for _ in range(12):
                connection.execute(sql.encode())
    return full


def _more_is_confirmed(station: Station, than: int) -> bool:
    return len(station.confirmed()) > than


def _more_are_queued(floor: ServerFloor, than: int) -> bool:
    return sum(map(_queued, floor.stations)) > than


def _queued(station: Station) -> int:
    return int(sqlite_side(station.file).one("SELECT count(*) FROM outbox WHERE acked_at IS NULL") or 0)


@case("disk full, station")
def a_stations_disk_is_full(play: Play) -> Account:
    """A station without room confirms nothing that it has not kept; with room it goes on."""
    with (
        small_disk(24) as disk,
        PgServer(play.version) as pg,
        play.floor(pg) as floor,
    ):
        station = floor.stations[0]
        station.stop()
        moved = disk / "home"
        shutil.copytree(station.home.root, moved)
        station.home = type(station.home)(moved)
        station.start()
        station.run.order("work")
        station.run.wait(lambda s: s.get("line") is True)
        refused, waits = 0, []
        for _ in range(play.times):
            said, began = len(station.run.said), time.monotonic()
            full = fill(disk)
            station.run.wait(lambda s: "trouble" in s, said)
            refused += sum("trouble" in each for each in station.run.said[said:])
            play.say(f"{station.code} ({station.run.pid}): disk full; nothing is confirmed")
            full.unlink()
            before = len(station.confirmed())
            wait_for(partial(_more_is_confirmed, station, before + 3))
            waits.append(time.monotonic() - began)
        settle(floor)
        station.stop()
    return {"outage s": round(max(waits), 1), "full": play.times, "acts refused": refused}
