"""A handheld scanner in serial mode: sends what its trigger is told to read, and knows how it was made to beep."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from devices.simulated.cable import Cable

SPEECH: dict[str, dict[bytes, str]] = {
    "none": {},
    "generic": {
        bytes([0x06]): "accepted",
        bytes([0x07, 0x06]): "step",
        bytes([0x07, 0x07, 0x06]): "order",
        bytes([0x15]): "wrong",
        bytes([0x07, 0x07, 0x07, 0x06]): "attention",
    },
    "datalogic": {
        bytes([0x01]): "accepted",
        bytes([0x07, 0x01]): "step",
        bytes([0x07, 0x07, 0x01]): "order",
        b"F": "wrong",
        bytes([0x07]) + b"F": "attention",
    },
    "honeywell": {
        b"\x1b7,": "accepted",
        b"\x1b6,\x1b7,": "step",
        b"\x1b6,\x1b6,\x1b7,": "order",
        b"\x1b8,": "wrong",
        b"\x1b6,\x1b4,": "attention",
    },
}
"""What each family of scanners makes of the bytes it hears."""


@dataclass(frozen=True, slots=True)
class Beep:
    """One beep: which tone, when its last byte was heard (CLOCK_MONOTONIC), and which scan it answers.

    `n` is the oldest scan that had no answer, 0 when none was open; `tone` is "unknown" for bytes of no meaning.
    """

    tone: str
    mono_ns: int
    n: int


class VirtualScanner:
    """A scanner at the end of a cable. Usable as a context manager; plugged from the start.

    `link` is where the station finds it (`path` says where). `style` is the beep language it was set to. `log` is a
    file of JSON lines, appended in the order of events: `{"n": 1, "text": …, "mono_ns": …}` for each scan
    (the last byte's time) and `{"n": 1, "answer": "accepted", "mono_ns": …}` for each beep. `on_beep` is called with
    each Beep on the cable's thread.
    """

    def __init__(
        self,
        link: Path | None = None,
        *,
        style: str = "generic",
        log: Path | None = None,
        on_beep: Callable[[Beep], None] | None = None,
    ) -> None:
        self._speech = SPEECH[style]
        self._log = log
        self._on_beep = on_beep
        self._heard = b""
        self._beeps: list[Beep] = []
        self._open: list[int] = []
        self._sent = 0
        self._news = threading.Condition()
        self._cable = Cable(link, self._hear)
        self._cable.plug()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    @property
    def path(self) -> str:
        """What the station opens."""
        return self._cable.path

    @property
    def beeps(self) -> tuple[Beep, ...]:
        """Every beep so far."""
        with self._news:
            return tuple(self._beeps)

    @property
    def sent(self) -> int:
        """How many scans were sent so far; the number of the last one."""
        return self._sent

    def scan(
        self,
        text: str,
        *,
        suffix: bytes = b"\r",
        prefix: bytes = b"",
        aim: str = "",
        gs: bytes = b"\x1d",
        stx_etx: bool = False,
        encoding: str = "latin-1",
    ) -> int:
        """Pulls the trigger once; the number of this scan (1, 2, …). OSError when unplugged or not read."""
        code = text.encode(encoding).replace(b"\x1d", gs)
        body = prefix + aim.encode("ascii") + code
        wrapped = b"\x02" + body + b"\x03" + suffix if stx_etx else body + suffix
        with self._news:
            self._cable.write(wrapped)
            at = time.monotonic_ns()
            self._sent += 1
            self._open.append(self._sent)
            self._write_log({"n": self._sent, "text": text, "mono_ns": at})
            return self._sent

    def send(self, data: bytes) -> None:
        """Any bytes, for noise; no scan is counted."""
        self._cable.write(data)

    def wait_answer(self, timeout: float) -> str | None:
        """The tone that answers the last scan, None when none came in time (a later one then answers nothing)."""
        with self._news:
            number = self._sent
            if self._news.wait_for(lambda: number not in self._open, timeout):
                return next((beep.tone for beep in reversed(self._beeps) if beep.n == number), None)
            self._open.clear()
            return None

    def wait_beeps(self, count: int, timeout: float) -> tuple[Beep, ...]:
        """Every beep once there are `count`, or whatever there is when the time is over."""
        with self._news:
            self._news.wait_for(lambda: len(self._beeps) >= count, timeout)
            return tuple(self._beeps)

    def unplug(self) -> None:
        """Pulls the cable; scans without an answer will get none."""
        self._cable.unplug()
        with self._news:
            self._open.clear()
            self._heard = b""
            self._news.notify_all()

    def plug(self) -> None:
        """Puts the cable back: a new device under the same link."""
        self._cable.plug()

    def _hear(self, data: bytes) -> None:
        at = time.monotonic_ns()
        fresh: list[Beep] = []
        with self._news:
            self._heard += data
            while self._heard:
                tone, length = self._understand(self._heard)
                if not length:
                    break
                self._heard = self._heard[length:]
                fresh.append(Beep(tone, at, self._open.pop(0) if self._open else 0))
            self._beeps += fresh
            for beep in fresh:
                self._write_log({"n": beep.n, "answer": beep.tone, "mono_ns": beep.mono_ns})
            self._news.notify_all()
        for beep in fresh:
            if self._on_beep is not None:
                self._on_beep(beep)

    def _understand(self, heard: bytes) -> tuple[str, int]:
        """The tone at the beginning and its length; length 0 while it may still become one."""
        for spoken, tone in self._speech.items():
            if heard.startswith(spoken):
                return tone, len(spoken)
        if any(spoken.startswith(heard) for spoken in self._speech):
            return "", 0
        return "unknown", 1

    def _write_log(self, record: dict[str, str | int]) -> None:
        if self._log is not None:
            with self._log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
