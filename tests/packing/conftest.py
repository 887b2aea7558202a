"""The pack bench of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packing.kit import PackBench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[PackBench]:
    made = PackBench(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def bench_without_scale(tmp_path: Path) -> Iterator[PackBench]:
    made = PackBench(tmp_path, scale=False)
    yield made
    made.database.close()
