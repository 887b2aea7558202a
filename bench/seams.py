"""Moments at the seams of a scan's path, taken from outside: the program's own methods, each with a clock around it.

A `Seams` is put around a kiosk that was not started yet. From then on every step of a scan is written down with the
moment at which it ended; `bench.parts` makes the parts of a scan of that. It is for finding where time goes, not for
judging it: the clocks cost some, too.
"""

from __future__ import annotations

import functools
import json
import time
from typing import Any

from sqlalchemy import event

import ui.runner
from bench.parts import PATH, Step
from devices.lines import ScannerLine
from ui.kiosk import Kiosk


class Seams:
    """Keeps the moments since `told` was asked last."""

    def __init__(self, kiosk: Kiosk) -> None:
        self._steps: list[Step] = []
        run = kiosk.runner
        self._wrap(ScannerLine, "ready", before=PATH[0])
        self._wrap(run.queue, "get", after=PATH[1])
        self._wrap(ui.runner, "understand", before=PATH[2], after=PATH[3])
        self._wrap(run, "_decide", after=PATH[4])
        self._wrap(run, "_log", after=PATH[5])
        self._wrap(run, "_prepared", after=PATH[6])
        event.listen(run.keeper.files.write, "commit", lambda _: self.mark(PATH[7]))
        self._wrap(run, "_answer", before=PATH[8])
        self._wrap(run, "_show", before=PATH[9])
        self._wrap(kiosk.window, "show_view", before=PATH[10], after=PATH[11])

    def mark(self, what: str) -> None:
        """This ended now."""
        self._steps.append((what, time.monotonic_ns()))

    def told(self, painted_ns: int) -> str:
        """All moments since it was asked last, as JSON; the picture is there since `painted_ns`."""
        steps, self._steps = self._steps, []
        return json.dumps([*steps, (PATH[12], painted_ns)])

    def _wrap(self, owner: Any, name: str, before: str = "", after: str = "") -> None:
        inner = getattr(owner, name)

        @functools.wraps(inner)
        def timed(*args: Any, **kwargs: Any) -> Any:
            if before:
                self.mark(before)
            try:
                return inner(*args, **kwargs)
            finally:
                if after:
                    self.mark(after)

        setattr(owner, name, timed)
