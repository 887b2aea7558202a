"""A central and a station in a folder of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.clock import FakeClock
from tests.sync.sides import CentralSide, StationSide, even_sides


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def even(tmp_path: Path, clock: FakeClock) -> Iterator[tuple[CentralSide, StationSide]]:
    central, (station,) = even_sides(tmp_path, clock, "PICK01")
    yield central, station
    station.close()
    central.close()


@pytest.fixture
def central(even: tuple[CentralSide, StationSide]) -> CentralSide:
    return even[0]


@pytest.fixture
def station(even: tuple[CentralSide, StationSide]) -> StationSide:
    """The station PICK01, which knows the site and is even with central."""
    return even[1]


@pytest.fixture
def make_station(tmp_path: Path, clock: FakeClock, central: CentralSide) -> Iterator[Callable[[str], StationSide]]:
    """`make_station("PICK01")`: a station that has not heard of central yet."""
    made: list[StationSide] = []

    def make(code: str) -> StationSide:
        made.append(StationSide(tmp_path, code, clock, central))
        return made[-1]

    yield make
    for side in made:
        side.close()
