"""Central on this very machine: its SQLite file, its thread, and the line to it."""

from __future__ import annotations

from collections.abc import Callable

from app.clock import Clock
from app.db import before_statements, migrate, open_database
from app.settings import Home
from app.sync.central import SqlCentral
from app.sync.duties import KINDS, Place
from ui.courier import CentralThread, DutyThread, LocalLine
from ui.quiet import Quiet


class CentralHere:
    """Opens central's file of a home and works for it. `hint` is called when something new can be fetched.

    Before each statement on that file it waits for a `quiet` moment: no hand waits for central.
    """

    def __init__(self, home: Home, clock: Clock, hint: Callable[[], None], quiet: Quiet) -> None:
        self._database = open_database(home.central_file, "central")
        migrate(self._database)
        before_statements(self._database, quiet.wait)
        self._thread = CentralThread(self._database, clock, hint)
        self._duties = [DutyThread(Place(self._database, clock, home), hint, kind) for kind in KINDS]
        self.line = LocalLine(SqlCentral(self._database, clock), self._thread)

    def start(self) -> None:
        self._thread.start()
        for each in self._duties:
            each.start()

    def stop(self) -> None:
        """Ends the thread and closes the file."""
        for each in self._duties:
            each.stop()
        self._thread.stop()
        self._database.close()
