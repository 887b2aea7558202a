"""The first picture of a station, while its program is being read: who is asked for, and what was taken meanwhile.

It is the sign-in screen itself where nobody is signed in, so nothing on it changes when the work thread takes over.
Whether somebody is, is looked up in the station's file in one glance, without the databases' library.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from app import events
from app.clock import Clock
from app.floor.workflows.sign_in_screen import badge_wanted, not_ready, resuming
from app.text import say
from app.view import Echo, Header, ScreenSettings, Tone, View
from ui.chips import Health
from ui.config import StationConfig

BY_HAND = (events.Scan, events.Touch, events.Key)


def greeting(file: Path, station: str) -> View:
    """What the station in this file will ask for first; `station` is its name.

    A file that can't be read here and now is none: what is wrong with it is said by whoever opens it in earnest.
    """
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=0)) as look:
            signed_in = look.execute("SELECT person_id FROM itself WHERE person_id IS NOT NULL").fetchone()
            anybody = look.execute("SELECT 1 FROM person LIMIT 1").fetchone()
    except sqlite3.Error:
        return not_ready(station)
    if signed_in:
        return resuming(station)
    return badge_wanted(station) if anybody else not_ready(station)


class FirstPicture:
    """Shows the greeting, then what the devices say and that a scan was taken, until `end`. From any thread."""

    def __init__(
        self, file: Path, config: StationConfig, clock: Clock, screen: ScreenSettings, show: Callable[[View], None]
    ) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._show: Callable[[View], None] | None = show
        self._health = Health(config.chip_kinds, {s.name for s in config.devices.scanners})
        header = Header(station=config.name, clock=self._time("%H:%M"))
        self._view = replace(greeting(file, config.name), header=header, screen=screen)

    def view(self) -> View:
        """The screen as it is now."""
        return replace(self._view, header=replace(self._view.header, chips=self._health.chips()))

    def hear(self, event: object) -> None:
        """Something came in at the doors."""
        with self._lock:
            if self._show is None:
                return
            if isinstance(event, events.DeviceChanged):
                self._health.heard(event)
            elif isinstance(event, BY_HAND):
                words = say("Taken. The station is still being opened, one moment")
                self._view = replace(self._view, echo=Echo(Tone.NORMAL, words, time=self._time("%H:%M:%S")))
            else:
                return
            self._show(self.view())

    def end(self) -> None:
        """The work thread shows from now on; nothing comes from here any more."""
        with self._lock:
            self._show = None

    def _time(self, pattern: str) -> str:
        return self._clock.now().astimezone().strftime(pattern)
