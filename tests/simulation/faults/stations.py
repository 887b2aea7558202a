"""A kiosk: its program ends, its power goes, its disk is another one, its clock is wrong."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

from app.work.facts import SignedIn
from tests.simulation.faults import fault
from tests.simulation.world import World

MOST_TWINS = 4
"""So many stations that are two at a time."""


@fault("station killed in mid-transaction", 3)
def station_killed(world: World) -> bool:
    """Counts when the program ended after it had written a fact that was not committed."""
    bench = world.someone_online()
    if bench is None:
        return False
    disk = bench.station.disk
    disk.killed_with = 0
    disk.fuse, disk.fuse_writes = world.dice.randint(1, 4), True
    world.some_facts(bench)
    disk.fuse = None
    return disk.killed_with > 0


@fault("power loss at a station", 3)
def station_cut(world: World) -> bool:
    """Counts when the station no longer knows of rows that it had read, or of facts that were acknowledged."""
    bench = world.someone_with_facts()
    if bench is None:
        return False
    station = bench.station
    station.try_round()
    before = world.cursor(station), world.acked(station)
    station.cut()
    return (world.cursor(station), world.acked(station)) < before


@fault("disk full", 2)
def disk_full(world: World) -> bool:
    """Counts when a scan could not be kept, and nothing of it was."""
    bench = world.someone_online()
    if bench is None:
        return False
    disk = bench.station.disk
    before = disk.one("SELECT seq FROM itself")
    disk.set_limit(full=True)
    refused = False
    for _ in range(6):
        try:
            bench.step()
        except OperationalError as error:
            refused = "full" in str(error)
            break
    disk.set_limit(full=False)
    kept = disk.one("SELECT seq FROM itself")
    return refused and kept == (disk.one("SELECT MAX(seq) FROM fact") or 0) >= before


@fault("wrong clock by years", 2)
def clock_years(world: World) -> bool | None:
    """Counts when a fact was recorded with a time that is wrong by more than a year."""
    bench = world.someone_online()
    if bench is None:
        return False
    station = bench.station
    station.clock.wrong_by = world.hours(world.dice.choice((-1, 1)) * world.dice.uniform(8_800, 87_600))
    seq = station.disk.one("SELECT seq FROM itself")

    def right_again() -> None:
        station.clock.wrong_by = world.hours(0)
        world.count("clock years", station.disk.one("SELECT seq FROM itself") > seq)

    world.later(world.dice.uniform(1, 6), right_again)
    return None


@fault("clock jumps back", 2)
def clock_back(world: World) -> bool:
    """Counts when a fact carries an earlier time than the one before it in its stream."""
    bench = world.someone_online()
    if bench is None:
        return False
    station = bench.station
    world.some_facts(bench)
    before = station.disk.one("SELECT at FROM fact ORDER BY seq DESC LIMIT 1")
    station.clock.wrong_by -= world.hours(world.dice.uniform(0.1, 30))
    seq = station.disk.one("SELECT seq FROM itself")
    world.some_facts(bench)
    after = station.disk.query("SELECT at FROM fact WHERE seq > ? ORDER BY seq LIMIT 1", seq)
    station.clock.wrong_by = world.hours(0)
    return bool(after) and before is not None and after[0][0] < before


@fault("station restored from an old image", 0.6)
def old_image(world: World) -> bool:
    """Counts when the file has forgotten facts that it had recorded."""
    found = world.old_image()
    if found is None:
        return False
    bench, image = found
    if world.some_facts(bench) and world.dice.random() < 0.5:
        bench.station.try_round()
    before = bench.station.disk.one("SELECT seq FROM itself")
    bench.station.put_back(image)
    bench.begin()
    world.told.copies_of_streams = True
    world.note_gone()
    return bool(bench.station.disk.one("SELECT seq FROM itself") < before)


@fault("two stations from one image", 0.5)
def clone(world: World) -> bool | None:
    """Counts when both recorded something else under the same number."""
    bench = world.someone_online()
    if bench is None or len(world.twins) >= MOST_TWINS:
        return False
    twin = world.clone(bench)
    seq = twin.station.disk.one("SELECT seq FROM itself")
    at = "SELECT fact_id FROM fact WHERE seq > ? ORDER BY seq LIMIT 1"

    def gone() -> None:
        ours, theirs = bench.station.disk.one(at, seq), twin.station.disk.one(at, seq)
        world.count("clone", None not in (ours, theirs) and ours != theirs)
        world.retire(twin)

    only_one = world.dice.random() < 0.3
    for one in (twin,) if only_one else (bench, twin):  # somebody comes to them
        world.record(one, SignedIn(one.worker.person))
    world.later(world.dice.uniform(1, 6), gone)
    return None


@fault("station revoked", 1)
def revoked(world: World) -> bool:
    """Counts when a station that was sent away had facts to tell, and nothing went from it to central or back."""
    bench = world.someone_with_facts()
    if bench is None:
        return False
    station = bench.station
    world.orders_come(1)
    world.central.send_away(station.id, gone=True)
    before = world.pushed(station), world.cursor(station)
    for _ in range(3):  # on the line that it has, and on new ones
        station.try_round()
    after = world.pushed(station), world.cursor(station)
    if after != before:
        station.findings.append(f"revoked-let-in: {station.name} went from {before} to {after} after it was revoked")
    told = world.unacked(station) > 0
    world.central.send_away(station.id, gone=False)
    return told and after == before


@fault("30 days offline, feed tail passed", 0.3)
def long_offline(world: World) -> bool | None:
    """Counts when a station was away for 30 days, has facts to tell, and what it would read next is no longer kept."""
    bench = world.someone_with_facts()
    if bench is None or len(world.away_for_long) + 1 >= len(world.benches):
        return False
    world.away_for_long.append(bench)
    bench.asleep = True

    def back() -> None:
        world.away_for_long.remove(bench)
        bench.asleep = False
        told = world.unacked(bench.station) > 0
        first = world.central.disk.one("SELECT MIN(seq) FROM feed") or 0
        world.count("long offline", told and first > world.cursor(bench.station) + 1)
        world.central.between_parts = lambda: world.orders_come(2)
        world.settle_one(bench)
        world.central.between_parts = None

    world.later(40 * 24 + world.dice.uniform(2, 5), back)
    world.idle_soon = 40
    return None
