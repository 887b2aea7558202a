"""A site with an order that has left, and the bench at which it comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.returns.bench import ReturnBench, Site, shipped_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Central and the station BACK01 with an order 10482 of 2 mugs and a soap that has left."""
    made = Site(tmp_path, shipped_site())
    yield made
    made.close()


@pytest.fixture
def bench(site: Site) -> ReturnBench:
    return ReturnBench(site)
