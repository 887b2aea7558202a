"""What holds for the journeys: processes keep their compiled modules, and no warehouse is left behind."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.journeys.site import remove_templates


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Generator[None]:
    """A station that is started a dozen times must not compile the whole house a dozen times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield
    remove_templates()
