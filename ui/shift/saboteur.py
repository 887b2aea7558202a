"""Breaks things while people work: backends, the line, the worker. Everything that it did is said and counted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random
from typing import Any

import psycopg

from app.settings import Home
from ui.shift.setting_up import Seat

PAUSE_S = (0.5, 2.0)
FROZEN_S, CUT_S, HOLE_S, DEAD_S = 12.0, 4.0, 12.0, 2.0
PATIENCE_S = 60.0


class WorkerProcess:
    """`packbay worker` on the office's home."""

    def __init__(self, office: Home, number: int) -> None:
        self._office, self._number = office, number
        self.start()

    def start(self) -> None:
        with (self._office.make().logs / f"worker-{self._number}.log").open("ab") as log:
            command = [sys.executable, "-m", "ui.main", "worker", "--home", str(self._office.root)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL in the middle of whatever it does."""
        self._process.kill()
        self._process.wait(PATIENCE_S)

    def close(self) -> None:
        """Ends it in an orderly way: what is in hand is finished."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()


class Saboteur:
    """Does one thing after the other until `stop`; then everything is whole again.

    `ask` runs a query as the administrator; `local`: the server's processes are on this machine and may be signalled.
    """

    def __init__(
        self,
        ask: Callable[[str], list[tuple[Any, ...]]],
        seats: Sequence[Seat],
        workers: Sequence[WorkerProcess],
        say: Callable[[str], None],
        *,
        seed: int,
        local: bool,
    ) -> None:
        self._ask, self._seats, self._workers, self._say = ask, seats, workers, say
        self._dice = Random(seed)
        self._ending = threading.Event()
        self.counted: Counter[str] = Counter()
        lines = any(seat.line for seat in seats)
        self._acts = [
            self._terminate, self._kill_worker,
            *((self._cut, self._swallow) if lines else ()),
            *((self._kill_backend, self._freeze) if local else ()),
        ]  # fmt: skip
        self._thread = threading.Thread(target=self._run, name="saboteur", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Lets nothing new happen and mends what is broken."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        due: list[Callable[[], str]] = []
        while not self._ending.wait(self._dice.uniform(*PAUSE_S)):
            if not due:  # every kind once before any comes again
                due = self._dice.sample(self._acts, len(self._acts))
            act = due.pop()
            with suppress(psycopg.Error, OSError, IndexError):  # the server is away, or the process is gone: next time
                words = act()
                self.counted[act.__name__.strip("_")] += 1
                self._say(words)

    # ---- what breaks

    def _backend(self, whose: str = "") -> tuple[int, str]:
        rows = self._ask(
            "SELECT pid, usename FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            f"AND backend_type = 'client backend' AND usename LIKE '%{whose}%' ORDER BY pid"
        )
        pid, name = self._dice.choice(rows)
        return int(pid), str(name)

    def _terminate(self) -> str:
        pid, name = self._backend()
        self._ask(f"SELECT pg_terminate_backend({pid})")
        return f"backend {pid} of {name}: pg_terminate_backend"

    def _kill_backend(self) -> str:
        pid, name = self._backend()
        os.kill(pid, signal.SIGKILL)
        return f"backend {pid} of {name}: kill -9; the server recovers, all connections end"

    def _freeze(self) -> str:
        pid, name = self._backend("_s_")
        os.kill(pid, signal.SIGSTOP)
        self._ending.wait(FROZEN_S)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
        return f"backend {pid} of {name}: SIGSTOP for {FROZEN_S:g} s"

    def _cut(self) -> str:
        seat = self._dice.choice([seat for seat in self._seats if seat.line])
        assert seat.line is not None
        seat.line.cut()
        self._ending.wait(CUT_S)
        seat.line.mend()
        return f"line of {seat.code}: cut for {CUT_S:g} s"

    def _swallow(self) -> str:
        seat = self._dice.choice([seat for seat in self._seats if seat.line])
        assert seat.line is not None
        seat.line.swallow()
        self._ending.wait(HOLE_S)
        seat.line.mend()
        return f"line of {seat.code}: everything swallowed for {HOLE_S:g} s"

    def _kill_worker(self) -> str:
        worker = self._dice.choice(self._workers)
        before = worker.pid
        worker.kill()
        self._ending.wait(DEAD_S)
        worker.start()
        return f"worker {before}: kill -9; {worker.pid} in its place"
