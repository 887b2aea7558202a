"""How often the disk is flushed, counted from outside by strace: once a scan, and never for what can be had again."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCANS = 200
_CALL = re.compile(r"\b(fsync|fdatasync|sync_file_range|write)\(\d+<([^>]*)>(?:, \"([^\"]*)\")?")


@pytest.fixture(scope="module")
def phases(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Counter[str]]]:
    """What was done, in order, with the flushes of each file (by its last name) meanwhile."""
    strace = shutil.which("strace")
    assert strace, "strace is not installed: `make test` installs it"
    folder = tmp_path_factory.mktemp("flushes")
    command = [strace, "-f", "-y", "-qq", "-s", "40", "-e", "trace=fsync,fdatasync,sync_file_range,write"]
    script = [sys.executable, "-m", "tests.db.scans_to_be_traced", str(folder), str(SCANS)]

    whole = [*command, "-o", str(folder / "trace"), *script]
    done = subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)

    assert done.returncode == 0, done.stderr
    return _phases((folder / "trace").read_text())


def _phases(trace: str) -> list[tuple[str, Counter[str]]]:
    found: list[tuple[str, Counter[str]]] = [("start", Counter())]
    for call, path, words in _CALL.findall(trace):
        if call == "write":
            if path == "/dev/null":
                found.append((words, Counter()))
        else:
            found[-1][1][Path(path).suffix.removeprefix(".sqlite") or "file"] += 1
    return found


def test_the_trace_tells_a_flush_from_other_calls() -> None:
    """The eye that the other tests look with."""
    trace = """
    71 write(9</dev/null>, "scan 1", 6) = 6
    71 fdatasync(5</tmp/x/station.sqlite-wal>) = 0
    72 write(3</tmp/x/log>, "scan 2", 6) = 6
    71 fsync(4</tmp/x/station.sqlite>) = 0
    71 write(9</dev/null>, "between", 7) = 7
    """

    assert _phases(trace) == [
        ("start", Counter()),
        ("scan 1", Counter({"-wal": 1, "file": 1})),
        ("between", Counter()),
    ]


def test_each_scan_flushes_once_accepted_or_refused(phases: list[tuple[str, Counter[str]]]) -> None:
    """One fdatasync of the write-ahead log. When that is full (1,000 pages) the scan that filled it also carries it
    over into the file: then the log is flushed before, the file after, and by the next scan the log's new head."""
    scans = [(name, flushes) for name, flushes in phases if name.startswith("scan ")]
    after_checkpoint = {n + 1 for n, (_, flushes) in enumerate(scans) if flushes["file"]}

    plain = [flushes for n, (_, flushes) in enumerate(scans) if not flushes["file"] and n not in after_checkpoint]

    assert len(scans) == SCANS
    assert set(map(str, plain)) == {str(Counter({"-wal": 1}))}
    assert len(plain) >= SCANS * 0.9
    assert all(sum(flushes.values()) <= 4 for _, flushes in scans)


def test_nothing_is_flushed_between_scans(phases: list[tuple[str, Counter[str]]]) -> None:
    assert [flushes for name, flushes in phases if name == "between" and flushes] == []


def test_what_can_be_had_again_is_not_flushed(phases: list[tuple[str, Counter[str]]]) -> None:
    relaxed = [flushes for name, flushes in phases if name == "relaxed"]

    assert len(relaxed) == 50
    assert sum(relaxed, Counter()) == Counter()


def test_looking_flushes_nothing(phases: list[tuple[str, Counter[str]]]) -> None:
    looks = [flushes for name, flushes in phases if name == "look"]

    assert len(looks) == 20
    assert sum(looks, Counter()) == Counter()
