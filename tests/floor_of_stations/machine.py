"""Cases that need a superuser of this machine: a network namespace whose packets go nowhere, disks that are full."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from tests.floor_of_stations.cases import Account, Play, Skip, black_hole, case, on_a_floor, settle
from tests.floor_of_stations.copies import onto
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
    """One station in a namespace of its own: its packets go nowhere, then a third of the time they do not."""
    number = os.getpid() % 200 + 1
    with namespace(number) as (name, ours, cable):
        net = ours.rpartition(".")[0]
        settings = {"listen_addresses": f"{HOST},{ours}"}
        hba = (*HBA, f"host all all {net}.0/24 scram-sha-256")
        with PgServer(play.version, settings=settings, hba=hba) as pg, on_a_floor(play, pg) as floor:
            station = floor.stations[0]
            station.stop()
            onto(station, ours, pg.port)
            station.prefix = ("ip", "netns", "exec", name)
            station.start()
            station.run.order("work")
            play.say(f"{station.code} ({station.run.pid}) is in namespace {name}, beyond the cable {cable}")
            station.run.wait(lambda s: s.get("line") is True)
            waits = [black_hole(station, lambda: _blackhole(net), lambda: _open(net)) for _ in range(play.times)]
            lost = _flicker(station, net, play)
    return {"holes": play.times, "offline said after s (max)": round(max(waits), 1), "flickers": lost}


def _blackhole(net: str) -> None:
    """What is to go to the namespace is dropped without a word."""
    _ip("route", "add", "blackhole", f"{net}.2/32")


def _open(net: str) -> None:
    _ip("route", "del", "blackhole", f"{net}.2/32")


def _flicker(station: Station, net: str, play: Play, times: int = 30) -> int:
    """A third of the time nothing goes through, in bits of a moment, while hands work."""
    dice = random.Random(play.seed)
    for _ in range(times):
        _blackhole(net)
        time.sleep(dice.uniform(0.02, 0.1))
        _open(net)
        time.sleep(dice.uniform(0.04, 0.2))
    play.say(f"{station.code}: {times} flickers")
    return times


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
    """Central can write nothing any more, may even end; stations go on and keep everything until there is room."""
    settings = {"max_wal_size": "32MB", "min_wal_size": "32MB", "wal_recycle": "off"}
    with small_disk(220) as disk:
        own(disk)
        with PgServer(play.version, durable=True, data=disk / "data", settings=settings) as pg:
            ended = 0
            with on_a_floor(play, pg) as floor:
                for _ in range(play.times):
                    full = fill(disk)
                    queued = sum(map(_queued, floor.stations))
                    wait_for(lambda queued=queued: sum(map(_queued, floor.stations)) > queued + 30)  # type: ignore[misc]
                    ended += not pg.running
                    play.say(
                        f"server {'has ended' if not pg.running else 'goes on'}: its disk is full; stations record"
                    )
                    full.unlink()
                    if not pg.running:
                        pg.kill9()
                        pg.start()
                    floor.wait_for_facts(30)
    return {"full": play.times, "server ended by it": ended}


def _queued(station: Station) -> int:
    return int(sqlite_side(station.file).one("SELECT count(*) FROM outbox WHERE acked_at IS NULL") or 0)


@case("disk full, station")
def a_stations_disk_is_full(play: Play) -> Account:
    """A station without room confirms nothing that it has not kept; with room it goes on."""
    with (
        small_disk(24) as disk,
        PgServer(play.version) as pg,
        ServerFloor(pg, play.folder / "floor", seed=play.seed, say=play.say) as floor,
    ):
        station = floor.stations[0]
        station.stop()
        moved = disk / "home"
        shutil.copytree(station.home.root, moved)
        station.home = type(station.home)(moved)
        station.start()
        station.run.order("work")
        refused = 0
        for _ in range(play.times):
            said = len(station.run.said)
            full = fill(disk)
            station.run.wait(lambda s: "trouble" in s, said)
            refused += sum("trouble" in each for each in station.run.said[said:])
            play.say(f"{station.code} ({station.run.pid}): disk full; nothing is confirmed")
            full.unlink()
            before = len(station.confirmed())
            wait_for(lambda before=before: len(station.confirmed()) > before + 3)  # type: ignore[misc]
        settle(floor)
        station.stop()
    return {"full": play.times, "acts refused": refused}
