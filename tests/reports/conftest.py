"""Counts the barcodes that were read back, and says so at the end of the run."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.reports.reading import Counted

_COUNTS = pytest.StashKey[Counter[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_COUNTS] = Counter()


@pytest.fixture(scope="session")
def counted(request: pytest.FixtureRequest) -> Counted:
    """`counted(what, n)`: n barcodes of a kind of paper were decoded and equal to their values."""
    counts = request.config.stash.setdefault(_COUNTS, Counter())

    def add(what: str, n: int) -> None:
        counts[what] += n

    return add


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["barcodes"] = dict(session.config.stash.get(_COUNTS, Counter()))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    counts = getattr(node, "workeroutput", {}).get("barcodes", {})
    node.config.stash.setdefault(_COUNTS, Counter()).update(counts)  # type: ignore[attr-defined]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    counts = config.stash.get(_COUNTS, Counter())
    if counts:
        parts = ", ".join(f"{what} {n}" for what, n in sorted(counts.items()))
        terminalreporter.write_line(f"barcodes read back: {sum(counts.values())} ({parts})")
