"""Central's computer: it ends in the middle of things, loses what was not flushed, and comes back as it was before."""

from __future__ import annotations

from tests.simulation.disk import Killed
from tests.simulation.faults import fault
from tests.simulation.faults.floor import set_book
from tests.simulation.world import World


@fault("server restart in mid-transaction", 3)
def server_killed(world: World) -> bool:
    """Counts when the server ended after it had written facts that were not committed."""
    bench = world.someone_with_facts()
    if bench is None:
        return False
    disk = world.central.disk
    disk.killed_with = 0
    disk.fuse, disk.fuse_writes = world.dice.choice((1, 1, 2)), True
    bench.station.try_round()
    disk.fuse = None
    return disk.killed_with > 0


@fault("worker killed in mid-batch", 3)
def worker_killed(world: World) -> bool:
    """Counts when the worker ended after it had written rows that were not committed."""
    if not world.something_to_apply():
        return False
    disk = world.central.disk
    disk.killed_with = 0
    disk.fuse, disk.fuse_writes = world.dice.randint(1, 12), True
    world.work()
    disk.fuse = None
    return disk.killed_with > 0


@fault("worker killed between batches", 2)
def worker_killed_between(world: World) -> bool:
    """Counts when what was pushed is applied, a question that came with it is not answered, and nobody works."""
    if not world.something_to_apply() or not world.someone_asks():
        return False
    disk = world.central.disk
    before = world.applied_in_all()

    def second() -> None:
        disk.before_begin = end

    def end() -> None:
        raise Killed("between two batches")

    disk.before_begin = second
    world.work()
    disk.before_begin = None
    return world.applied_in_all() > before and bool(disk.one("SELECT COUNT(*) FROM ask"))


@fault("two workers", 3)
def two_workers(world: World) -> bool:
    """Counts when a worker came to apply facts, and another one had applied them since it looked."""
    if not world.something_to_apply():
        return False
    disk = world.central.disk
    other: list[int] = []
    disk.before_begin = lambda: other.append(world.central.work())
    world.work()
    disk.before_begin = None
    return sum(other) > 0


@fault("server ends in the middle of COMMIT", 2)
def killed_at_commit(world: World) -> bool:
    """Counts when all of a transaction was written, its feed last, and central's feed is as long as before."""
    if not world.something_to_apply():
        return False
    disk, head = world.central.disk, world.head()
    disk.killed_with, disk.dies_at_commit = 0, True
    world.work()
    disk.dies_at_commit = False
    return disk.killed_with > 0 and world.head() == head


@fault("killed while a mail is given away", 1)
def killed_at_a_mail(world: World) -> bool:
    """Counts when a mail arrived and central ended before it had written that down."""
    if not world.central.disk.one("SELECT COUNT(*) FROM effect WHERE kind = 'mail' AND state = 'intent'"):
        return False
    central, before = world.central, sum(world.central.mails.values())
    central.disk.dies_once = lambda: bool(central.given_away())
    central.survive(central.give_mails_away)
    central.disk.dies_once = None
    given = sum(central.mails.values()) > before
    return given and bool(central.disk.one("SELECT COUNT(*) FROM effect WHERE kind = 'mail' AND state = 'sent'"))


@fault("power loss at central", 2)
def central_cut(world: World) -> bool:
    """Counts when central no longer has facts that it had acknowledged."""
    for _ in range(3):
        bench = world.someone_with_facts()
        if bench is not None:
            bench.station.try_round()
    if world.central.cut():
        world.told.central_lost = True
    return _forgot_some(world)


def _forgot_some(world: World) -> bool:
    forgot = any(world.acked(s) > world.pushed(s) for s in world.stations)
    _office_goes_on(world)
    return forgot


def _office_goes_on(world: World) -> None:
    """Before a worker applies what stations tell once more, the office counts a bin that it was taken from."""
    for bench in world.online()[:2]:
        station = bench.station
        for _ in range(3):  # hello, what was lost, the mirror
            station.try_round()
        picked = station.disk.query(
            "SELECT f.data FROM fact f, itself i WHERE f.seq > i.applied_seq AND f.kind = 'Picked' "
            "AND f.incarnation = i.incarnation ORDER BY f.seq DESC LIMIT 1"
        )
        if picked:
            set_book(world, picked[0][0])
            station.try_round()


@fault("central restored from backup", 0.6)
def central_restored(world: World) -> bool:
    """Counts when central no longer has facts that it had acknowledged."""
    image = world.backup()
    if image is None:
        return False
    world.someone_asks()
    world.go_back(image, restored=True)
    return _forgot_some(world)


@fault("restored, then advanced", 0.6)
def restored_and_advanced(world: World) -> bool:
    """Counts when central's feed is as long as a station has read it, and another row stands there."""
    image = world.central.disk.image()
    world.someone_behind()
    world.tick_quietly()
    world.tick_quietly()
    world.go_back(image, restored=True)
    cursors = {s.name: s.disk.query("SELECT feed_seq, feed_event FROM itself")[0] for s in world.stations}
    farthest = min(seq for seq, _ in cursors.values())
    for _ in range(40):
        if world.head() > farthest:
            break
        world.orders_come(3)
        world.cancel_some(3)
    at = "SELECT event_id FROM feed WHERE seq = ?"
    return any(
        seq <= world.head() and world.central.disk.one(at, seq) not in (None, event) for seq, event in cursors.values()
    )


@fault("fail-over that loses the tail", 0.6)
def failed_over(world: World) -> bool:
    """Counts when the standby lacks facts that were acknowledged."""
    image = world.central.disk.image()  # what an asynchronous standby has, which is some transactions behind
    for bench in world.online()[:2]:
        if world.unacked(bench.station) or world.some_facts(bench):
            bench.station.try_round()
    world.work()
    world.go_back(image, restored=False)
    return _forgot_some(world)


@fault("server clock jumps", 1)
def server_clock(world: World) -> bool:
    """Counts when the leap is longer than a lease that nobody has begun."""
    clock = world.central.clock
    leap = world.dice.choice((-1, 1)) * world.dice.uniform(13, 100_000)
    before = clock.wrong_by
    open_leases = world.central.disk.one("SELECT COUNT(*) FROM work WHERE state = 'leased' AND started = 0")
    clock.wrong_by = world.hours(leap)
    world.central.do_duties()
    world.tick_quietly()
    clock.wrong_by = before
    world.central.do_duties()
    world.central.resolve("clock_jump")
    return bool(open_leases)
