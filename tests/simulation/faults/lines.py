"""The network: calls that are lost, repeated, late or never answered."""

from __future__ import annotations

from tests.simulation.faults import fault
from tests.simulation.world import World


@fault("push lost before commit", 4)
def push_lost(world: World) -> bool:
    """Counts when facts were under way and central's mark did not move."""
    return _push_does_not_arrive(world, "lost")


@fault("black hole", 2)
def black_hole(world: World) -> bool:
    """Counts when facts were under way for the whole deadline and central's mark did not move."""
    return _push_does_not_arrive(world, "hung")


def _push_does_not_arrive(world: World, word: str) -> bool:
    bench = world.someone_with_facts()
    if bench is None:
        return False
    before = world.pushed(bench.station)
    bench.station.line.expect("push", word)
    bench.station.try_round()
    bench.station.line.calm()
    return world.pushed(bench.station) == before and world.unacked(bench.station) > 0


@fault("answer lost after commit", 5)
def answer_lost(world: World) -> bool:
    """Counts when central's mark is beyond what the station believes."""
    bench = world.someone_with_facts()
    if bench is None:
        return False
    bench.station.line.expect("push", "deaf")
    bench.station.try_round()
    bench.station.line.calm()
    return world.pushed(bench.station) > world.acked(bench.station)


@fault("push repeated", 4)
def push_twice(world: World) -> bool:
    """Counts when central got facts that it had already."""
    bench = world.someone_with_facts()
    if bench is None:
        return False
    heard: list[int] = []
    bench.station.line.heard = lambda name, word, values, answer: heard.append(
        len(values[2]) if (name, word) == ("push", "twice") else 0
    )
    bench.station.line.expect("push", "twice")
    bench.station.try_round()
    bench.station.line.calm()
    bench.station.line.heard = lambda *_: None
    return sum(heard) > 0


@fault("pushes reordered", 3)
def push_late(world: World) -> bool:
    """Counts when a copy of a push arrived after newer facts of its stream."""
    bench = world.someone_with_facts()
    if bench is None:
        return False
    station = bench.station
    station.line.expect("push", "copied")
    station.try_round()
    world.some_facts(bench)
    station.try_round()
    now = world.pushed(station)
    late = [v[2][-1].seq for name, v in station.line.copies if name == "push" and v[2]]
    station.line.deliver_copies()
    station.line.calm()
    return bool(late) and late[0] < now


@fault("pull lost", 4)
def pull_lost(world: World) -> bool:
    """Counts when rows were under way to a station and its cursor did not move."""
    bench = world.someone_behind()
    if bench is None:
        return False
    before = world.cursor(bench.station)
    bench.station.line.expect("pull", "deaf")
    bench.station.try_round()
    bench.station.line.calm()
    return world.cursor(bench.station) == before < world.head()


@fault("hint lost", 3)
def hint_lost(world: World) -> bool:
    """Counts when central has rows that a station does not know of until it asks by itself."""
    bench = world.someone_behind()
    if bench is None:
        return False
    bench.sits_out = 1
    return world.cursor(bench.station) < world.head()


@fault("second drop during catch-up", 2)
def dropped_in_catch_up(world: World) -> bool | None:
    """Counts when a station that was away got a part of the feed and then nothing."""
    bench = world.someone_online()
    if bench is None:
        return False
    bench.asleep = True

    def back() -> None:
        bench.asleep = False
        before = world.cursor(bench.station)
        bench.station.try_round()
        bench.station.line.expect("pull", "lost")
        bench.station.line.expect("push", "", "lost")
        bench.station.try_round()
        bench.station.line.calm()
        world.count("dropped in catch up", before < world.cursor(bench.station) < world.head())

    world.later(world.dice.uniform(9, 24), back)
    return None


@fault("slice of the feed taken in late", 3)
def slice_late(world: World) -> bool:
    """Counts when a slice of the feed is taken in after the hands here wrote one of its rows anew."""
    bench = world.someone_with_facts()
    if bench is None:
        return False
    station = bench.station
    station.try_round()
    world.work()
    if not station.hold_slice() or station.held is None or station.held.pulled is None:
        station.take_held()
        return False
    rows = {(row.topic, row.key) for row in station.held.pulled.rows}
    before = station.disk.one("SELECT seq FROM itself")
    own: set[tuple[str, str]] = set()
    for _ in range(4):
        world.some_facts(bench)
        own = set(station.disk.query("SELECT topic, key FROM own_touch WHERE seq > ?", before))
        if rows & own:
            break
    station.take_held()
    return bool(rows & own)


@fault("claim answer lost", 3)
def claim_answer_lost(world: World) -> bool:
    """Counts when central has answered a claim and the answer did not arrive."""
    bench = next((b for b in world.online() if b.request is not None), None)
    if bench is None:
        return False
    station = bench.station
    station.line.expect("pull", "lost")
    station.try_round()
    world.work()
    lost: list[int] = []
    station.line.heard = lambda name, word, values, answer: lost.append(
        len(answer.answers) if (name, word) == ("pull", "deaf") else 0
    )
    station.line.expect("pull", *["deaf"] * 4)
    for _ in range(4):
        station.try_round()
    station.line.calm()
    station.line.heard = lambda *_: None
    return sum(lost) > 0


@fault("offline", 3)
def offline(world: World) -> bool | None:
    """Counts when a station recorded facts that nobody heard of while central went on."""
    bench = world.someone_online()
    if bench is None:
        return False
    seq, head = bench.station.disk.one("SELECT seq FROM itself"), world.head()
    bench.asleep = True

    def back() -> None:
        bench.asleep = False
        recorded = bench.station.disk.one("SELECT seq FROM itself") > seq
        world.count("offline", recorded and world.head() > head and world.unacked(bench.station) > 0)

    world.later(world.dice.uniform(2, 7), back)
    return None
