"""What holds for the journeys: the processes they start keep their compiled modules."""

from __future__ import annotations

from collections.abc import Generator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Generator[None]:
    """A station that is started a dozen times must not compile the whole house a dozen times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield
