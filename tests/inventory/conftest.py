"""Central for the tests of this folder, and a warehouse with a dock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.central_home import _template, central, shop
from tests.inventory.dock import Hand, Site

__all__ = ["_template", "central", "shop"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An empty warehouse of this test alone."""
    made = Site(tmp_path)
    yield made
    made.close()


@pytest.fixture
def hand(site: Site) -> Hand:
    """A station at its dock."""
    return site.hand()
