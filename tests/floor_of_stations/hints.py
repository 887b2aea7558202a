"""NOTIFY is a hint: how soon what one station did is seen at another, by asking every second and by being told."""

from __future__ import annotations

from tests.floor_of_stations.cases import Account, Play, case, settle
from tests.floor_of_stations.floor import ServerFloor, wait_for
from tests.postgres import PgServer
from ui.shift.count import percentile


def visibility(floor: ServerFloor, changes: int) -> list[float]:
    """From the moment at which a hand's act was kept to that at which another station had it in its mirror, ms.

    Both stations are processes of this machine, so both count by one clock.
    """
    maker, watcher = floor.stations
    made, seen = len(maker.run.said), len(watcher.run.said)

    def times(said: list[dict[str, object]], word: str) -> dict[object, int]:
        return {each[word]: int(each["ns"]) for each in said if word in each}  # type: ignore[call-overload]

    def both() -> list[float]:
        at, heard = times(maker.run.said[made:], "made"), times(watcher.run.said[seen:], "seen")
        return [(heard[number] - at[number]) / 1e6 for number in at if number in heard]

    maker.run.order("work")
    wait_for(lambda: len(both()) >= changes)
    maker.run.order("rest")
    return both()


@case("visible at another station")
def seen_elsewhere(play: Play) -> Account:
    """Both ways on one server; the watcher hears hints, or it does not."""
    found: Account = {}
    for way, deaf in (("poll", ("--deaf",)), ("NOTIFY", ())):
        with PgServer(play.version, durable=True) as pg:
            floor = ServerFloor(pg, play.folder / way, crew=("STOCK", "STOCK"), seed=play.seed, workers=1, say=play.say)
            for number, station in enumerate(floor.stations):
                station.words = ("--watch", "--pace", "4", *(deaf if number else ()))
            with floor:
                floor.stations[1].run.order("rest")
                waits = visibility(floor, 20 * play.times)
                settle(floor)
        p50, p95 = (round(percentile(waits, share)) for share in (0.5, 0.95))
        found[f"{way} ms (p50/p95)"] = f"{p50}/{p95}"
    return found
