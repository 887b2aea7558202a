"""Loads the guards that hold for every test, and makes property tests the same on every run."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.guards import (
    _nobodys_home,
    expected_log,
    packbay_home,
    pytest_configure,
    pytest_runtest_call,
    pytest_runtest_teardown,
    pytest_sessionfinish,
    pytest_unconfigure,
)

__all__ = [
    "_nobodys_home",
    "expected_log",
    "packbay_home",
    "pytest_configure",
    "pytest_runtest_call",
    "pytest_runtest_teardown",
    "pytest_sessionfinish",
    "pytest_unconfigure",
]

# The same examples on each run: a red suite is red for everybody. `--hypothesis-profile=explore` looks for new ones.
settings.register_profile(
    "same", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("same")
