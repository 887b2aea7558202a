"""The six earcons, and the player that never makes anyone wait.

Best effort by design: a station without a sound card works on, colour and words say the same.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from app.view import Sound

if TYPE_CHECKING:  # nothing is heard before the first picture
    import subprocess

WAVES = Path(__file__).parent / "wav"
RESTART_AFTER_S = 10.0


class Player:
    """Hands names to one child process. Nothing here blocks: a full pipe or a dead child loses a sound, never a scan.

    `volume` is 0 to 100. Used from one thread.
    """

    def __init__(self, volume: int = 80, command: tuple[str, ...] | None = None) -> None:
        self._command = command or (sys.executable, "-m", "ui.sounds.queue")
        self._volume = max(0, min(100, volume))
        self._child: subprocess.Popen[bytes] | None = None
        self._started_at = -RESTART_AFTER_S

    def play(self, sound: Sound) -> None:
        """Plays `sound` after those that are still playing; `Sound.NONE` only ends a repeated call for attention."""
        self._send("quiet" if sound is Sound.NONE else f"play {sound.value}")

    def set_volume(self, volume: int) -> None:
        self._volume = max(0, min(100, volume))
        self._send(f"volume {self._volume}")

    def close(self) -> None:
        """Ends the child by closing its input."""
        child, self._child = self._child, None
        if child is None:
            return
        import subprocess

        if child.stdin is not None:
            with contextlib.suppress(OSError):
                child.stdin.close()
        try:
            child.wait(timeout=1)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _send(self, line: str) -> None:
        child = self._running()
        if child is None or child.stdin is None:
            return
        with contextlib.suppress(OSError):  # a full pipe says BlockingIOError, a dead child BrokenPipeError
            os.write(child.stdin.fileno(), f"{line}\n".encode())

    def _running(self) -> subprocess.Popen[bytes] | None:
        """The child; a dead one is started again, but not more often than every ten seconds."""
        if self._child is not None and self._child.poll() is None:
            return self._child
        now = time.monotonic()
        if now - self._started_at < RESTART_AFTER_S:
            return None
        self._started_at = now
        import subprocess

        try:
            child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd=Path(__file__).parents[2],
            )
        except OSError:
            return None
        if child.stdin is not None and hasattr(os, "set_blocking"):
            with contextlib.suppress(OSError):
                os.set_blocking(child.stdin.fileno(), False)
        self._child = child
        with contextlib.suppress(OSError):
            if child.stdin is not None:
                os.write(child.stdin.fileno(), f"volume {self._volume}\n".encode())
        return child
