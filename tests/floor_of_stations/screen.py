"""The real kiosk, window and all, as a station of a floor: `python -m tests.floor_of_stations.screen HOME`.

What is measured is what somebody in front of it would feel. The screen's own thread beats every few milliseconds: the
longest pause between two beats is for how long it was blocked. A code is typed a few times a second: from then until
the next View stands in the window, through the work thread and its flush to the disk. A clock that does nothing else,
in a process of its own, says what the machine alone makes of such a beat: here many share two processors, and a kiosk
has its own.

On stdin: `work`, `rest`, `gauge`, `end`. On stdout JSON lines, as of `hands`:

    {"pid": 1}                                                  once, when it works
    {"line": true, "ns": 1}                                     whenever the chip in the window says so
    {"blocked_ms": 9.1, "answer_ms": 30.2, "answers": 40, "bare_ms": 5.3}     since the last `gauge`
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.settings import Home
from app.view import View
from tests.floor_of_stations.hands import tell
from ui.config import load_config
from ui.kiosk import Kiosk, Screen, application

BEAT_MS, TYPED_MS = 5, 250
STRANGE = ("NOBODY-KNOWS-THIS", "NOR-THIS", "NOR-THAT")
KEEN = -10
"""The priority of a machine's only program, where we may give it."""


class Metronome:
    """A process that sleeps and looks at the clock, and nothing else; which pauses it had, and when they ended."""

    SCRIPT = (
        "import sys,time\nbefore=time.monotonic_ns()\n"
        f"while True:\n time.sleep({BEAT_MS}/1000)\n now=time.monotonic_ns()\n"
        " if now-before>20_000_000: print(before,now,flush=True)\n before=now\n"
    )

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-c", self.SCRIPT], stdout=subprocess.PIPE, text=True)
        self._pauses: list[int] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            begun, ended = map(int, line.split())
            self._pauses.append(ended - begun)

    def longest_ms(self) -> float:
        """The longest pause since the last time somebody asked; those below 20 ms are not told apart."""
        found, self._pauses = self._pauses, []
        return max(found, default=20_000_000) / 1e6

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


class Gauge(QObject):
    """A kiosk with somebody who types, and what is felt there."""

    ordered = Signal(str)

    def __init__(self, home: Home, badge: str) -> None:
        super().__init__()
        self._app = application(offscreen=True)
        config, look = load_config(home.config_file), Screen(size=(1280, 800), quiet=True)
        self._kiosk = Kiosk(home, config, look, on_view=self._shown)
        self._metronome = Metronome()
        self._line: bool | None = None
        self._told = False
        self._codes, self._typed, self._typed_ns, self._serial = (*STRANGE, badge), 0, 0, 0
        self._before_ns, self._blocked_ns = time.monotonic_ns(), 0
        self._answers: list[int] = []
        self._beat = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._beat.timeout.connect(self._pulse)
        self._hand = QTimer(self, interval=TYPED_MS)
        self._hand.timeout.connect(self._type)
        self.ordered.connect(self._obey)
        threading.Thread(target=self._listen, daemon=True).start()

    def run(self) -> int:
        self._kiosk.open()
        self._beat.start()
        status = self._app.exec()
        self._metronome.close()
        self._kiosk.stop()
        return int(status)

    # ---- what is felt

    def _pulse(self) -> None:
        now = time.monotonic_ns()
        self._blocked_ns = max(self._blocked_ns, now - self._before_ns - BEAT_MS * 1_000_000)
        self._before_ns = now

    def _type(self) -> None:
        if self._typed_ns:  # the last one was not answered yet
            return
        self._typed += 1
        self._typed_ns = time.monotonic_ns()
        self._kiosk.doors.touch(self._codes[self._typed % len(self._codes)])

    def _shown(self, view: View) -> None:
        if view.serial and not self._told:
            self._told = True
            tell(pid=os.getpid())
        online = bool(view.serial) and all(chip.icon != "cloud-off" for chip in view.header.chips[:1])
        if view.serial and online != self._line:
            self._line = online
            tell(line=online, ns=time.monotonic_ns())
        if self._typed_ns and view.serial > self._serial:
            self._answers.append(time.monotonic_ns() - self._typed_ns)
            self._typed_ns = 0
        self._serial = view.serial

    def _gauge(self) -> None:
        answers, self._answers = self._answers, []
        blocked, self._blocked_ns = self._blocked_ns, 0
        tell(
            blocked_ms=round(blocked / 1e6, 1), answer_ms=round(max(answers, default=0) / 1e6, 1),
            answers=len(answers), bare_ms=round(self._metronome.longest_ms(), 1),
        )  # fmt: skip

    # ---- orders

    def _listen(self) -> None:
        for line in sys.stdin:
            self.ordered.emit(line.strip())
        self.ordered.emit("end")

    def _obey(self, order: str) -> None:
        if order == "gauge":
            self._gauge()
        elif order == "work":
            self._hand.start()
        elif order == "end":
            self._app.quit()
        else:
            self._hand.stop()
            self._kiosk.runner.courier.kick()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--badge", required=True, help="whose, typed again and again")
    options, _ = parser.parse_known_args()
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, KEEN)
    return Gauge(Home(options.home), options.badge).run()


if __name__ == "__main__":
    sys.exit(main())
