"""The process that plays: `python -m ui.sounds.queue`. One command a line on standard input; it ends with its input.

    play NAME       after what is still playing; "attention" comes again every 8 s, at most 3 times, until the next line
    quiet           ends the repeating
    volume 0…100

A process of its own, so that a hanging sound server never touches the station. Standard library only.
"""

from __future__ import annotations

import array
import importlib
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Callable
from functools import partial
from pathlib import Path

WAVES = Path(__file__).parent / "wav"
PLAYERS = (("pw-play",), ("paplay",), ("aplay", "-q"))
REPEAT_S, REPEATS = 8.0, 3
MOST_WAITING = 3
LONGEST_S = 5.0
Play = Callable[[Path], None]


def find_player() -> Play | None:
    """The first way to play a file on this machine, or None: then the station is silent."""
    if sys.platform == "win32":
        winsound = importlib.import_module("winsound")
        return lambda path: winsound.PlaySound(str(path), winsound.SND_FILENAME | winsound.SND_NODEFAULT)
    for command in PLAYERS:
        if shutil.which(command[0]):
            return partial(_run, command)
    return None


def _run(command: tuple[str, ...], path: Path) -> None:
    try:
        subprocess.run(
            [*command, str(path)],
            timeout=LONGEST_S,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return


def scaled(source: Path, target: Path, percent: int) -> None:
    """A copy of a WAV file at a volume: players differ in how they take one."""
    with wave.open(str(source), "rb") as file:
        parameters, frames = file.getparams(), file.readframes(file.getnframes())
    samples = array.array("h", frames)
    if sys.byteorder == "big":
        samples.byteswap()
    quieter = array.array("h", (round(sample * percent / 100) for sample in samples))
    if sys.byteorder == "big":
        quieter.byteswap()
    with wave.open(str(target), "wb") as file:
        file.setparams(parameters)
        file.writeframes(quieter.tobytes())


class Jukebox:
    """Plays names one after the other. When too many wait, the oldest that is not "wrong" is left out."""

    def __init__(self, play: Play, folder: Path, percent: int = 80) -> None:
        self._play = play
        self._folder = folder
        self._percent = percent

    def volume(self, percent: int) -> None:
        self._percent = max(0, min(100, percent))

    def play(self, name: str) -> None:
        source = WAVES / f"{name}.wav"
        if self._percent == 0 or not source.is_file():
            return
        copy = self._folder / f"{name}-{self._percent}.wav"
        if not copy.exists():
            scaled(source, copy, self._percent)
        self._play(copy)


def trimmed(waiting: list[str], most: int = MOST_WAITING) -> list[str]:
    """What is still worth playing of the sounds that wait: the newest, and every "wrong"."""
    kept = list(waiting)
    while len(kept) > most:
        drop = next((i for i, name in enumerate(kept) if name != "wrong"), 0)
        del kept[drop]
    return kept


def serve(lines: queue.SimpleQueue[str], jukebox: Jukebox, clock: Callable[[], float] = time.monotonic) -> None:
    """Takes lines until an empty one. Repeats "attention" while nothing else is said."""
    waiting: list[str] = []
    left, due = 0, 0.0
    while True:
        try:
            line = lines.get(timeout=0 if waiting else max(0.0, due - clock()) if left else None)
        except queue.Empty:
            line = None
        if line == "":
            return
        if line is not None:
            left = 0
            waiting = trimmed(waiting + _said(line, jukebox))
            continue
        if not waiting and left:
            left, due = left - 1, clock() + REPEAT_S
            jukebox.play("attention")
        elif waiting:
            name = waiting.pop(0)
            jukebox.play(name)
            if name == "attention" and not waiting:
                left, due = REPEATS - 1, clock() + REPEAT_S


def _said(line: str, jukebox: Jukebox) -> list[str]:
    word, _, rest = line.strip().partition(" ")
    if word == "volume" and rest.isdigit():
        jukebox.volume(int(rest))
    return [rest] if word == "play" else []


def main() -> None:
    play = find_player()
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="packbay-sound-") as folder:
        jukebox = Jukebox(play or (lambda path: None), Path(folder))
        threading.Thread(target=serve, args=(lines, jukebox), daemon=True).start()
        for line in sys.stdin:
            if line.strip():
                lines.put(line)
        lines.put("")
    os._exit(0)


if __name__ == "__main__":
    main()
