"""What holds for every test: no noise in the logs, no way out of the machine, a home of its own.

Loaded by `conftest.py`; `tests/arch/test_guards.py` shows each guard catching what it is there for.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import pytest

# ---- no way out of the machine --------------------------------------------------------------------------------------

_OUTWARD = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


class WentOutside(RuntimeError):
    """A test tried to reach something that is not on this machine."""


def is_inside(address: object) -> bool:
    """Whether a socket address stays on this machine: a path, loopback by number, or the name localhost."""
    if not isinstance(address, tuple):
        return True  # a Unix socket's path, or None for a connected socket
    host = address[0]
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def stay_inside(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: sees every connection of this process, however it is made. Other processes are not seen."""
    if event in _OUTWARD and not is_inside(arguments[1]):
        raise WentOutside(f"tests reach this machine only, not {arguments[1]!r}")
    if event == "socket.getaddrinfo" and arguments[0] is not None:
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else str(arguments[0])
        if not is_inside((host,)):
            raise WentOutside(f"tests ask for no names outside: {host!r}")


# ---- no noise -------------------------------------------------------------------------------------------------------


class Noise(logging.Handler):
    """Collects what is logged at WARNING and above, by any thread, and gives out what nobody expected."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []
        self.expected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def complaints(self) -> list[str]:
        """What was logged unexpectedly, and what was expected and never came; afterwards the slate is clean."""
        lines = [f"{r.levelname} {r.name}: {r.getMessage()}" for r in self.records]
        noise = [line for line in lines if not any(re.search(pattern, line) for pattern in self.expected)]
        silent = [pattern for pattern in self.expected if not any(re.search(pattern, line) for line in lines)]
        self.records.clear()
        self.expected.clear()
        return [f"logged: {line}" for line in noise] + [f"expected in the log, never came: {p}" for p in silent]


NOISE = Noise()


@pytest.fixture
def expected_log() -> Callable[[str], None]:
    """`expected_log("printer .* is away")`: this test is about that line; without it the test fails too.

    The pattern is searched in "LEVEL logger: message".
    """
    return NOISE.expected.append


def _complain() -> None:
    if complaints := NOISE.complaints():
        pytest.fail("\n".join(complaints), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A warning in the log, during set-up or the test itself, fails the test."""
    try:
        result = yield
    except BaseException:
        NOISE.complaints()  # the test's own failure says more
        raise
    _complain()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """The same for what is logged while fixtures are taken down."""
    result = yield
    _complain()
    return result


# ---- no test that is not run ----------------------------------------------------------------------------------------

MAY_SKIP = ("network namespace", "Patroni")
"""What a machine may lack: the reason of a skip names it. Under STRICT=1 it may lack nothing."""


def skips_amiss(reasons: Sequence[str], *, strict: bool) -> list[str]:
    """Reasons of skips that fail the run."""
    return [reason for reason in reasons if strict or not any(words in reason for words in MAY_SKIP)]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """The last line of a run counts what was skipped; what may not be skipped fails it."""
    result = yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:  # a worker of a run: whoever collects counts
        return result
    reasons = [str(report.longrepr[2] if report.longrepr else "") for report in reporter.stats.get("skipped", ())]
    amiss = skips_amiss(reasons, strict=os.environ.get("STRICT") == "1")
    for reason in amiss:
        reporter.write_line(f"may not be skipped: {reason}", red=True)
    if amiss and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    reporter.write_line(f"{len(reasons)} skipped")
    return result


# ---- a home of its own ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """No test reads or writes the home of the person who runs it, nor do the processes that it starts."""
    house = tmp_path_factory.mktemp("house")
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith(("XDG_", "PACKBAY_")) and n != "PACKBAY_NODE"]:
            patch.delenv(name)
        patch.setenv("HOME", str(house))
        patch.setenv("XDG_RUNTIME_DIR", str(house))
        patch.setenv("PACKBAY_HOME", str(house / "packbay"))
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.setenv("TZ", "UTC")
        time.tzset()
        house.chmod(0o700)  # what Qt asks of a runtime folder
        yield house


@pytest.fixture(autouse=True)
def packbay_home(_nobodys_home: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """PACKBAY_HOME of this test alone: a path at which nothing is yet."""
    number = request.config.stash.get(_HOMES, 0) + 1
    request.config.stash[_HOMES] = number
    home = _nobodys_home / f"packbay-{number}"
    monkeypatch.setenv("PACKBAY_HOME", str(home))
    return home


_HOMES = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Puts the guards up before any module of the project is imported."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # the same pixels with and without a display
    logging.getLogger().addHandler(NOISE)
    sys.addaudithook(stay_inside)


def pytest_unconfigure(config: pytest.Config) -> None:
    """An audit hook stays until the process ends; the handler goes."""
    logging.getLogger().removeHandler(NOISE)
