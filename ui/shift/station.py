"""The station of a shift in a process of its own, and its screen as this process sees it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

PATIENCE_S = 30.0


class StationProcess:
    """`packbay kiosk` with its Views on a pipe. `restart` kills it as a plug would and starts it again."""

    def __init__(self, home: Path, *, shots: Path | None) -> None:
        self._home = home
        self._shots = shots
        self.views: list[dict[str, Any]] = []
        self.shown: list[tuple[str, str, int, int]] = []  # echo's code, echo's time, serial, mono_ns
        self._news = threading.Condition()
        self._start()

    def _start(self) -> None:
        mode = (
            ["--headless"]
            if self._shots is None
            else ["--offscreen", "--size", "1280x800", "--shots", str(self._shots)]
        )
        reading, writing = os.pipe()
        command = [sys.executable, "-m", "ui.main", "kiosk", "--home", str(self._home), "--views", f"/dev/fd/{writing}"]
        with self._log() as log:
            self._process = subprocess.Popen([*command, *mode], pass_fds=(writing,), stderr=log)
        os.close(writing)
        self._reader = threading.Thread(target=self._read, args=(reading,), name="views", daemon=True)
        self._reader.start()

    def _log(self) -> IO[bytes]:
        logs = self._home / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        return (logs / "station.log").open("ab")

    def _read(self, descriptor: int) -> None:
        with os.fdopen(descriptor, encoding="utf-8") as stream:
            for line in stream:
                view = json.loads(line)
                with self._news:
                    self.views.append(view)
                    self._news.notify_all()

    @property
    def pid(self) -> int:
        """The station's process."""
        return self._process.pid

    @property
    def view(self) -> dict[str, Any]:
        """What the screen shows now."""
        return self.views[-1]

    def wait(self, wanted: Callable[[dict[str, Any]], bool], seconds: float = PATIENCE_S) -> dict[str, Any]:
        """Waits until the screen shows what is wanted. TimeoutError says what it shows instead."""
        with self._news:
            if not self._news.wait_for(lambda: bool(self.views) and wanted(self.views[-1]), seconds):
                shows = f"{self.view['kind']}: {self.view['hero']}" if self.views else "nothing"
                raise TimeoutError(f"the screen shows {shows}")
            return self.views[-1]

    def wait_calm(self, seconds: float = 0.25) -> dict[str, Any]:
        """Waits until the screen has not changed for a moment, as a person looks before the next act."""
        with self._news:
            while True:
                before = len(self.views)
                if not self._news.wait_for(lambda before=before: len(self.views) > before, seconds):  # type: ignore[misc]
                    return self.view

    def kill(self) -> None:
        """Pulls the plug: SIGKILL, nothing is tidied up."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)

    def restart(self) -> None:
        """The plug is pulled and put in again; returns when the screen is back."""
        before = len(self.views)
        self.kill()
        self._start()
        with self._news:
            self._news.wait_for(
                lambda: (
                    len(self.views) > before
                    and any(chip["words"] == "Scanner" for chip in self.views[-1]["header"]["chips"])
                ),
                PATIENCE_S,
            )

    def close(self) -> None:
        """Ends the station in an orderly way."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._reader.join(PATIENCE_S)
