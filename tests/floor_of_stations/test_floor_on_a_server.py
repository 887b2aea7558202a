"""A floor on a real server over TCP, three of the campaign's cases on one of them: kill -9, SIGSTOP, two workers.

The rest, on both versions and with more blows, is `make chaos` (bench/chaos/floor.py).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.floor_of_stations.cases import hang
from tests.floor_of_stations.copies import acknowledged_facts
from tests.floor_of_stations.floor import ServerFloor, kill, wait_for
from tests.postgres import PgServer, debian_version


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerFloor]:
    """Two stations and two workers at work; each test breaks something, none of them stops the work."""
    with PgServer(debian_version(), durable=True) as pg:
        folder = tmp_path_factory.mktemp("floor")
        with ServerFloor(pg, folder, crew=("STOCK", "PICK"), seed=7, orders=20) as floor:
            floor.wait_for_facts(10)
            yield floor


def test_a_server_that_is_killed_in_mid_push_has_all_that_it_acknowledged(floor: ServerFloor) -> None:
    # given a backend that commits a push just now, and a server whose plug is pulled
    told = acknowledged(floor)
    floor.pg.kill9()
    floor.pg.start()

    # then nothing of what stations were told is missing, and facts flow again
    assert told - there(floor) == set()
    floor.wait_for_facts(10)


def test_a_backend_that_hangs_stops_nobodys_hands(floor: ServerFloor) -> None:
    # given a backend that is stopped as a stranger would stop it
    station = floor.stations[0]
    said, _, pid = hang(floor, station)

    # when the station has noticed, by its own deadline
    try:
        before = len(station.confirmed())
        station.run.wait(lambda line: line.get("line") is False, said)
        # then hands went on meanwhile, and the line is there again though the backend still hangs
        assert len(station.confirmed()) > before
        station.run.wait(lambda line: line.get("line") is True, said)
    finally:
        floor.pg.thaw(pid)


def test_two_workers_side_by_side_do_nothing_twice(floor: ServerFloor) -> None:
    # given two of them, one of which is killed in the middle of its work
    killed = floor.kill_worker()
    assert not kill(killed)
    floor.wait_for_facts(10)

    # when the floor comes to rest, then each question has one answer, each piece of work one lease for each fence,
    # each fact was applied once: raw SQL over the server and all files
    floor.come_to_rest()
    assert floor.broken() == []
    fences = Counter(
        (work["id"], work["fence"])
        for (body,) in floor.ask("SELECT body FROM answer WHERE kind = 'claim'")
        for work in json.loads(body).get("work", ())
    )
    assert [lease for lease, times in fences.items() if times > 1] == []
    for station in floor.stations:
        station.run.order("work")


def acknowledged(floor: ServerFloor) -> set[bytes]:
    """What the stations were told that central has."""
    wait_for(lambda: bool(acknowledged_facts(floor)))
    return acknowledged_facts(floor)


def there(floor: ServerFloor) -> set[bytes]:
    return {bytes(row[0]) for row in floor.ask("SELECT fact_id FROM fact")}
