"""`packbay kiosk` as it is, telling when it has painted what: `python -m bench.first_screen kiosk --home HOME …`.

After each painting it prints one line: `painted SERIAL KIND SCANNER NANOSECONDS CPU`. SERIAL is 0 for what is shown
before the runner stands, SCANNER is `open` when every port is and the screen says so, the moment is CLOCK_MONOTONIC,
CPU is the processor time of the process until then in nanoseconds.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import ui.kiosk
import ui.main


class Telling(ui.kiosk.Kiosk):
    """The kiosk, with an ear at its window."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self._watch.painted.connect(self._tell)

    def _tell(self) -> None:
        at, spent, view = time.monotonic_ns(), time.process_time_ns(), self.window.view
        if view is not None:
            said = any(str(chip.words) == "Scanner" for chip in view.header.chips)
            scanner = "open" if said and all(p.health == "ok" for p in self.doors.ports.health()) else "-"
            print("painted", view.serial, view.kind, scanner, at, spent, flush=True)


if __name__ == "__main__":
    ui.kiosk.Kiosk = Telling  # type: ignore[misc]  # what `packbay kiosk` makes
    sys.exit(ui.main.main(sys.argv[1:]))
