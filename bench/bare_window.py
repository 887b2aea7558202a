"""The least window that there is, as a program of its own: `python -m bench.bare_window WIDTHxHEIGHT`.

One QWidget with one QLabel on it, painted once. It then prints one JSON line (`mono_ns`, CLOCK_MONOTONIC when
the first paint was done, and `cpu_ns`, the processor time until then) and stands there until its input ends, so that
its memory can be looked at.
"""

from __future__ import annotations

import sys
import time

from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget


class Window(QWidget):
    """Says when it was painted for the first time."""

    told = False

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self.told:
            self.told = True
            QTimer.singleShot(0, _tell)


def _tell() -> None:
    print(f'{{"mono_ns": {time.monotonic_ns()}, "cpu_ns": {time.process_time_ns()}}}', flush=True)


def main(size: str) -> int:
    app = QApplication(["bare"])
    width, height = (int(n) for n in size.split("x"))
    window = Window()
    window.resize(width, height)
    label = QLabel("Scan your badge", window)
    label.setGeometry(0, 0, width, height // 2)
    end = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    end.activated.connect(app.quit)
    window.show()
    return int(app.exec())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
