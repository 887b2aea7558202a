"""The guards of every test, each seen catching what it is there for: planted tests run in a process of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.arch.house import ROOT
from tests.guards import WentOutside, is_inside, skips_amiss, stay_inside

PLANTED = """
import logging, os, socket, threading, warnings, asyncio
from pathlib import Path
import pytest

@pytest.fixture
def noisy_end():
    yield
    logging.getLogger("planted").error("late")

def test_quiet(): logging.getLogger("planted").info("fine")
def test_warning(): logging.getLogger("planted").warning("loud")
def test_warning_of_a_thread():
    thread = threading.Thread(target=logging.getLogger("planted").error, args=("from a thread",))
    thread.start()
    thread.join()
def test_expected(expected_log):
    expected_log("^WARNING planted: lo.d$")
    logging.getLogger("planted").warning("loud")
def test_expected_but_silent(expected_log): expected_log("never said")
def test_expected_and_more(expected_log):
    expected_log("loud")
    logging.getLogger("planted").warning("loud")
    logging.getLogger("planted").warning("other")
def test_noisy_end(noisy_end): pass
def test_python_warning(): warnings.warn("old", DeprecationWarning)
def test_connects_outside(): socket.create_connection(("192.0.2.1", 9), 0.01)
def test_sends_outside(): socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 9))
def test_asks_for_a_name(): socket.getaddrinfo("packbay.invalid", 80)
def test_stays_inside():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
def test_home(packbay_home):
    assert Path.home() != Path(os.environ["REAL_HOME"]) and os.environ["PACKBAY_HOME"] == str(packbay_home)
    packbay_home.mkdir()
def test_another_home(packbay_home): assert not packbay_home.exists()
"""

FAILING = {
    "test_warning": "logged: WARNING planted: loud",
    "test_warning_of_a_thread": "logged: ERROR planted: from a thread",
    "test_expected_but_silent": "expected in the log, never came: never said",
    "test_expected_and_more": "logged: WARNING planted: other",
    "test_python_warning": "DeprecationWarning: old",
    "test_connects_outside": "tests reach this machine only",
    "test_sends_outside": "tests reach this machine only",
    "test_asks_for_a_name": "tests ask for no names outside",
}


def test_planted_offences_fail_and_nothing_else_does(tmp_path: Path) -> None:
    # given a file of tests of which some offend
    planted = tmp_path / "test_planted.py"
    planted.write_text(PLANTED)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "REAL_HOME": str(Path.home())}

    # when they run under the guards
    options = ["-q", "--no-qt-log", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "tests.guards"]
    places = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), str(planted)]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *places],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    # then exactly the offenders are red, for their own reason, and the late noise is an error
    outcome = dict(re.findall(r"^FAILED \S+::(\w+) - (.*)$", run.stdout, re.MULTILINE))
    assert set(outcome) == set(FAILING), run.stdout + run.stderr
    assert {name: reason in run.stdout for name, reason in FAILING.items()} == dict.fromkeys(FAILING, True)
    assert re.findall(r"^ERROR \S+::(\w+) - (.*)$", run.stdout, re.MULTILINE) == [
        ("test_noisy_end", "Failed: logged: ERROR planted: late")
    ]
    assert "8 failed, 6 passed, 1 error" in run.stdout


@pytest.mark.parametrize(
    "address",
    [("127.0.0.1", 1), ("127.9.9.9", 1), ("::1", 1, 0, 0), ("localhost", 1), ("", 1), "/run/x.sock", b"\0x", None],
)
def test_this_machine_is_inside(address: object) -> None:
    assert is_inside(address)


@pytest.mark.parametrize("address", [("192.0.2.1", 1), ("fe80::1%eth0", 1, 0, 2), ("example.org", 1), ("128.0.0.1", 1)])
def test_everything_else_is_outside(address: tuple[object, ...]) -> None:
    assert not is_inside(address)
    with pytest.raises(WentOutside):
        stay_inside("socket.connect", (None, address))


def test_only_what_a_machine_may_lack_is_skipped_and_nothing_when_it_is_strict() -> None:
    reasons = ["no network namespace may be made here", "Patroni is not here", "no mood"]
    assert skips_amiss(reasons, strict=False) == ["no mood"]
    assert skips_amiss(reasons, strict=True) == reasons
