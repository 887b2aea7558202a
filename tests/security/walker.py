"""A whole station without threads and devices: scans, keys and weights by hand, central answers at once.

It is the station's own program (`ui.runner.Runner`, never started), so what it lets through the kiosk lets through.
"""

from __future__ import annotations

from app import events
from app.clock import FakeClock
from app.db import migrate, open_database
from app.settings import Home
from app.sync.applier import work_off
from app.sync.central import SqlCentral
from app.view import View
from devices.config import Devices
from ui.config import StationConfig
from ui.parcels import Parcelled
from ui.runner import Runner


class Walker:
    """Somebody at a station; `close` it in the end."""

    def __init__(self, home: Home, code: str = "PACK02") -> None:
        self.clock = FakeClock()
        self.views: list[View] = []
        self._database = open_database(home.central_file, "central")
        migrate(self._database)
        self._central = SqlCentral(self._database, self.clock)
        config = StationConfig(code, code.title(), Devices())
        self.runner = Runner(home, config, self.views.append, clock=self.clock, central=self._central)
        self.pulls = 0
        self._greet()
        self.even()

    def close(self) -> None:
        self.runner.keeper.close()
        self._database.close()
        self.runner.doors.lock.release()

    # -- hands --------------------------------------------------------------------------------------------------------

    def scan(self, text: str) -> None:
        self.clock.advance(1)
        self.pulls += 1
        self._do(events.Scan(text, "gun", self.clock.now(), self.clock.mono_ns(), self.pulls))

    def touch(self, command: str) -> None:
        self.clock.advance(1)
        self._do(events.Touch(command, self.clock.now(), self.clock.mono_ns()))

    def keys(self, keys: str) -> None:
        for key in keys:
            self.key(key)

    def key(self, key: str) -> None:
        self.clock.advance(0.3)
        self._do(events.Key(key, self.clock.now(), self.clock.mono_ns()))

    def load(self, grams: int) -> None:
        self.clock.advance(1)
        self._do(events.LoadSettled(grams, self.clock.now(), self.clock.mono_ns()))

    def pass_time(self, seconds: float) -> None:
        """Nobody does anything for so long."""
        self.clock.advance(seconds)
        self.runner._time_passes()

    def _do(self, item: object) -> None:
        self.runner._take(item)
        self.even()
        self.settle()

    def settle(self) -> None:
        """Shows what came from central, as the station does when no scan waits."""
        if self.runner._news:
            self.runner._refresh()

    @property
    def view(self) -> View:
        return self.views[-1]

    # -- central ------------------------------------------------------------------------------------------------------

    def _greet(self) -> None:
        welcome = self._central.hello(self.runner.keeper.greeting())
        self.runner._take(Parcelled(None, (), None, hello=welcome))

    def even(self) -> None:
        """Carries until neither side has anything to tell."""
        for _ in range(40):
            out = self.runner.keeper.outgoing()
            mark = None
            if out.facts or out.asks:
                mark = self._central.push(out.station_id, out.incarnation, out.facts, out.asks)
            work_off(self._database, self.clock)
            pulled = self._central.pull(out.station_id, out.cursor, out.waiting)
            if mark is None and not pulled.rows and not pulled.answers:
                return
            sent = tuple(ask.request_id for ask in out.asks)
            self.runner._take(Parcelled(mark, sent, pulled if pulled.rows or pulled.answers else None))
        raise AssertionError("the two sides do not come to rest")
