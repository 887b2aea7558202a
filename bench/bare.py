"""The least that physics asks of a scan, as a program of its own: `python -m bench.bare DATABASE WIDTHxHEIGHT`.

One loop on one thread: read the pty, look the code up, append one row and commit it (WAL, synchronous=FULL), paint a
label as large as the kiosk's hero, and send the beep. Nothing is checked, nobody is told, nothing can be undone.
It prints `opened PRAGMAS`, `ready PTY`, and after each scan `done NANOSECONDS` (CLOCK_MONOTONIC when the label was
painted and the beep sent).
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
import tty
from pathlib import Path

PRAGMAS = ("journal_mode", "synchronous", "page_size", "cache_size", "mmap_size", "wal_autocheckpoint")
HERO_SHARE = 0.42
"""The hero takes about so much of the kiosk's height."""


def main(database: Path, size: str) -> int:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QFont
    from PySide6.QtWidgets import QApplication, QLabel, QWidget

    app = QApplication(["bare"])
    width, height = (int(n) for n in size.split("x"))
    window = QWidget()
    window.resize(width, height)
    label = QLabel("ready", window)
    label.setGeometry(0, 0, width, int(height * HERO_SHARE))
    label.setFont(QFont("sans-serif", 72))
    window.show()
    app.processEvents()
    file = _opened(database)
    pragmas = {name: file.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS}
    print("opened", json.dumps(pragmas), flush=True)
    master, slave = os.openpty()
    tty.setraw(slave)
    print("ready", os.ttyname(slave), flush=True)
    seq = 0
    while True:
        text = os.read(master, 256).decode().strip()
        if not text or text == "quit":
            return 0
        seq += 1
        file.execute("BEGIN IMMEDIATE")
        kind, _subject = file.execute("SELECT kind, subject FROM code WHERE value = ?", (text,)).fetchone()
        file.execute("INSERT INTO bare_scan (seq, kind, text) VALUES (?, ?, ?)", (seq, kind, text))
        file.execute("COMMIT")
        os.write(master, b"\x06")
        label.setText(f"{seq} · {text}")
        label.repaint()
        print("done", time.monotonic_ns(), flush=True)


def _opened(database: Path) -> sqlite3.Connection:
    file = sqlite3.connect(database, isolation_level=None)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("PRAGMA synchronous=FULL")
    file.execute("CREATE TABLE bare_scan (seq INTEGER PRIMARY KEY, kind TEXT, text TEXT)")
    return file


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
