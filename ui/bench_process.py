"""The simulated bench in a process of its own, as somebody outside drives it: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE_S = 30.0


class BenchProcess:
    """`python -m devices.simulated` and the line to it. `on_event` hears of beeps and labels (reader's thread)."""

    def __init__(self, folder: Path, *options: str, on_event: Callable[[dict[str, Any]], None] | None = None) -> None:
        self.folder = folder
        self._on_event = on_event
        self._answers: dict[int, dict[str, Any]] = {}
        self._news = threading.Condition()
        self._lock = threading.Lock()
        self._asked = 0
        self._ended = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "devices.simulated", "--dir", str(folder), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self.ready: dict[str, Any] = {}
        self._reader = threading.Thread(target=self._read, name="bench", daemon=True)
        self._reader.start()
        with self._news:
            if not self._news.wait_for(lambda: bool(self.ready), PATIENCE_S):
                raise TimeoutError("the simulated devices did not start")

    @property
    def printer_url(self) -> str:
        return str(self.ready["printer"])

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def scans_log(self) -> Path:
        """The scanner's own log."""
        return self.folder / "scans.jsonl"

    def do(self, **order: object) -> dict[str, Any]:
        """One act and its answer; RuntimeError when the bench could not do it."""
        with self._lock:
            self._asked += 1
            number = self._asked
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps({"id": number, **order}) + "\n")
            self._process.stdin.flush()
        with self._news:
            if not self._news.wait_for(lambda: number in self._answers or self._ended, PATIENCE_S):
                raise TimeoutError(f"the simulated devices did not answer {order}")
            if number not in self._answers:
                raise RuntimeError(f"the simulated devices ended with {self._process.wait(PATIENCE_S)} before {order}")
            answer = self._answers.pop(number)
        if not answer["ok"]:
            raise RuntimeError(f"{order}: {answer['error']}")
        return answer

    def close(self) -> None:
        """Ends the process."""
        if self._process.poll() is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        if self._process.stdout:
            self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            with self._news:
                if said.get("event") == "ready":
                    self.ready = said
                elif "id" in said:
                    self._answers[said["id"]] = said
                self._news.notify_all()
            if self._on_event and said.get("event") in ("beep", "printed"):
                self._on_event(said)
        with self._news:
            self._ended = True
            self._news.notify_all()


def station_toml(code: str, name: str, bench: BenchProcess, paper: Path) -> str:
    """The `station.toml` of a station whose devices are this bench."""
    paper.mkdir(parents=True, exist_ok=True)
    return f"""[station]
code = "{code}"
name = "{name}"

[[scanner]]
name = "scanner"
url = "{bench.ready["scanner"]}"

[[scale]]
name = "scale"
url = "{bench.ready["scale"]}"

[[printer]]
name = "labels"
url = "{bench.printer_url}"
media = "label"

[[printer]]
name = "paper"
url = "file://{paper.absolute()}"
media = "paper"
"""
