"""A station without a window: for scripts, tests and shifts in processes of their own."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.clock import SystemClock
from app.settings import Home
from app.view import View
from ui.config import StationConfig
from ui.runner import Runner
from ui.view_json import view_json


def run_headless(home: Home, config: StationConfig, views: Path | None, rest: Callable[[int], None]) -> int:
    """Runs until SIGINT or SIGTERM; every View is a JSON line in `views` (or on stdout), `rest` as the runner's."""
    sys.setswitchinterval(0.001)
    clock = SystemClock()
    done = threading.Event()
    stream = views.open("w", encoding="utf-8") if views else sys.stdout

    def show(view: View) -> None:
        with suppress(BrokenPipeError):
            print(json.dumps(view_json(view, clock.mono_ns()), ensure_ascii=False), file=stream, flush=True)

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: done.set())
    runner = Runner(home, config, show, clock=clock)
    runner.rest = rest
    runner.start()
    done.wait()
    runner.stop()
    return 0
