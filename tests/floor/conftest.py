"""An entrance with an empty mirror, and a central for what stations ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.central_home import _template, central, shop
from tests.floor.entrance import Entrance

__all__ = ["_template", "central", "entrance", "shop"]


@pytest.fixture
def entrance(tmp_path: Path) -> Iterator[Entrance]:
    made = Entrance(tmp_path)
    yield made
    made.close()
