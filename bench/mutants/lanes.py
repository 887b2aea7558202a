"""Worlds and tests are tried side by side, one on each core; what catches the bug first ends the other."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.mutants.asked import left_out
from bench.mutants.planted import tree
from bench.mutants.worlds import WORLDS, Short


@dataclass
class Result:
    """What became of one: by what it was caught ("" by nothing), where, after how long, and what went wrong."""

    name: str
    caught_by: str = ""
    where: str = ""
    trouble: str = ""
    seconds: float = 0.0
    cpu_s: float = 0.0
    """Of both cores together: a busy machine takes longer for the same."""
    worlds: int = 0
    tests: int = 0


@dataclass
class Lanes:
    """Two processes in the tree of a bug."""

    folder: Path
    result: Result
    until: float
    running: set[subprocess.Popen[str]] = field(default_factory=set)
    over: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, words: Sequence[str], told: str = "") -> subprocess.Popen[str] | None:
        """A process in the tree that reads what it is `told`; None when something else has caught the bug already."""
        env = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(self.folder)}
        with self.lock:
            if self.over or time.monotonic() >= self.until:
                return None
            process = subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=self.folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True, start_new_session=True,
            )  # fmt: skip
            self.running.add(process)
        if process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.write(told)
                process.stdin.close()
                process.stdin = None
        return process

    def finish(self, process: subprocess.Popen[str]) -> tuple[str, str]:
        """What a process said until it ended, by itself or because this is over."""
        said = process.communicate()
        self.running.discard(process)
        return said

    def caught(self, by: str, where: str, trouble: str = "") -> None:
        """The first one who says it wins."""
        with self.lock:
            if not self.over:
                self.result.caught_by, self.result.where, self.result.trouble = (
                    by,
                    where,
                    " ".join(trouble.split())[:90],
                )
        self.stop()

    def stop(self) -> None:
        """Nothing is tried any more."""
        with self.lock:
            self.over = True
            for process in tuple(self.running):
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def look_for(base: Path, diff: Path | None, name: str, tests: Sequence[str], limit: float) -> Result:
    """Plays worlds and tests side by side until something catches the bug, or all are played, or time is up."""
    result = Result(name)
    began, cpu = time.monotonic(), _cpu_s()
    try:
        with tree(base, diff) as folder:
            lanes = Lanes(folder, result, began + limit)
            threads = [threading.Thread(target=_worlds, args=(lanes,))]
            threads.append(threading.Thread(target=_tests, args=(lanes, tests)))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(max(0.1, lanes.until - time.monotonic()))
            lanes.stop()
            for thread in threads:
                thread.join()
    except ValueError as error:
        result.trouble = str(error)[:150]
    result.seconds, result.cpu_s = time.monotonic() - began, _cpu_s() - cpu
    return result


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tests(lanes: Lanes, tests: Sequence[str]) -> None:
    process = lanes.start(["pytest", "-q", "-x", "-rfE", "-p", "no:cacheprovider", *left_out(), *tests])
    if process is None:
        return
    out, said = lanes.finish(process)
    if lanes.over:
        return
    lanes.result.tests = sum(map(int, re.findall(r"(\d+) passed", out)))
    if process.returncode:
        failed = [line.split()[1] for line in out.splitlines() if line.startswith(("FAILED ", "ERROR "))]
        where, _, by = (failed or [""])[0].partition("::")
        lanes.caught(by or "no test runs", where, "" if by else " ".join(said.split()[-8:]))


def _worlds(lanes: Lanes) -> None:
    """One process plays them all, and what it says is heard world by world."""
    lines = "".join(" ".join(world.words()) + "\n" for world in WORLDS)
    process = lanes.start(["tests.simulation", "--many"], lines)
    if process is None or process.stdout is None:
        return
    for world, line in zip(WORLDS, process.stdout, strict=False):
        if lanes.over:
            break
        lanes.result.worlds += 1
        if broken := json.loads(line)["broken"]:
            _tell(lanes, world, broken)
            break
    _, said = lanes.finish(process)
    if not lanes.over and lanes.result.worlds < len(WORLDS):
        lanes.caught("crashed", f"world {lanes.result.worlds + 1}", " ".join(said.strip().splitlines()[-1:]))


def _tell(lanes: Lanes, world: Short, broken: Sequence[Any]) -> None:
    name, _, detail = str(broken[0]).partition(": ")
    lanes.caught(name, f"world {WORLDS.index(world) + 1}, seed {world.seed}", detail)
