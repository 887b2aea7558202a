"""A bench in mid-air, with its own words for reads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app import workflow
from app.workflow import describe_with
from tests.workflow import sample


@pytest.fixture(autouse=True)
def _own_words() -> Iterator[None]:
    before = list(workflow._describer)
    describe_with(sample.describe)
    yield
    workflow._describer[:] = before


@pytest.fixture
def floor() -> sample.Floor:
    """Nothing was scanned yet."""
    return sample.Floor()


@pytest.fixture
def shelf(floor: sample.Floor) -> sample.Floor:
    """The bin was proven: two soaps and a mug are wanted."""
    floor.bin()
    return floor
