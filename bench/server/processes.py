"""Processes beside the bench: a crowd of stations, the real worker, and how much of a core one used."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.settings import Home
from bench.server.streams import Crowd

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def worker(office: Home) -> Iterator[int]:
    """`packbay worker` on this home; its process id."""
    log = (office.logs / "worker.log").open("ab")
    words = [sys.executable, "-m", "ui.main", "worker", "--home", str(office.root)]
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


class CrowdProcess:
    """A crowd at work; `end` stops it and brings what it measured."""

    def __init__(self, crowd: Crowd) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.server.streams"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdin is not None
        self._process.stdin.write(crowd.line())
        self._process.stdin.flush()
        self._heard()  # all have been greeted

    def end(self) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write("end\n")
        self._process.stdin.flush()
        return self.wait()

    def wait(self) -> dict[str, Any]:
        """Until it ends by itself."""
        said = self._heard()
        self._process.wait(60)
        return said

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _heard(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("a crowd of stations ended early")
        said: dict[str, Any] = json.loads(line)
        return said
