"""What of a station is open before the rest of its program is read: who may come in, and where what is scanned waits.

Nothing here needs a database: the lock of the home, scanners and scales, the inbox, the settings of the screen. A badge
that is scanned while the program is still being read is taken, time-stamped and answered in its turn.

    doors = Doors(home, config); doors.open(); …; runner = Runner(home, config, on_view, doors=doors)
"""

from __future__ import annotations

from collections.abc import Callable

from app import events
from app.clock import Clock, SystemClock
from app.settings import Home
from devices.ports import Ports
from ui.config import StationConfig
from ui.inbox import Inbox
from ui.lock import StationLock
from ui.quiet import Quiet
from ui.screen_memory import ScreenMemory


class Doors:
    """The ways into one station. ValueError when another kiosk runs on the home, or a port can't be one.

    `witness` hears of everything that comes in, on the thread that it comes by, after it was put into `queue`; whoever
    is put there must not block.
    """

    def __init__(self, home: Home, config: StationConfig, clock: Clock | None = None, theme: str = "") -> None:
        self.clock = clock or SystemClock()
        self.quiet = Quiet()
        self.queue = Inbox(self.quiet)
        self.home = home.make()
        self.lock = StationLock(home.root / "station.lock")
        self.screen = ScreenMemory(home.root, theme)
        self.witness: Callable[[object], None] | None = None
        self.ports = Ports(config.devices.ports, self.take, self.clock)
        self._open = False

    def open(self) -> None:
        """Lets scanners and scales in, once; returns at once."""
        if not self._open:
            self._open = True
            self.ports.start()

    def close(self) -> None:
        """Closes the ports; the home stays locked until `lock.release`."""
        self.ports.stop()

    def take(self, item: object) -> None:
        """Something came in, from any thread."""
        self.queue.put(item)
        if self.witness is not None:
            self.witness(item)

    def touch(self, command: str) -> None:
        """A finger on the button of a command, or a typed code; same as the scan of that code."""
        self.take(events.Touch(command, self.clock.now(), self.clock.mono_ns()))

    def key(self, key: str) -> None:
        """A key of the screen's keypad or keyboard: a character, `BACK` or `ENTER`."""
        self.take(events.Key(key, self.clock.now(), self.clock.mono_ns()))
