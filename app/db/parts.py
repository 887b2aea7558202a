"""Long work at central in short transactions: whoever waits for the site's lock gets it in between.

What is read first is read without the lock. Then each part is a transaction of its own, with its feed written last; it
stands when its part is over, whatever becomes of the next one. A part ends after so many rows, and that number follows
the time that the last parts took: a table of bins and one of stock differ tenfold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from app.db.engine import Database, end_decision, open_decision, plain_session

MOST_ROWS, LEAST_ROWS, FIRST_ROWS = 500, 20, 100
PART_NS = 100_000_000
"""What a part may take; the next one is cut to fit."""
PAUSE_S = 0.06
"""Between two parts. A file's lock is not given to who waits longest: SQLite's waiters look every so often, and they
look most often within a tenth of a second."""


class Parts:
    """How far a long piece of work is. `row` is called after each of its rows, `done` says which of them stand."""

    def __init__(
        self,
        database: Database,
        session: Session,
        *,
        mono_ns: Callable[[], int] = time.monotonic_ns,
        pause: Callable[[float], None] = time.sleep,
        told: Callable[[int], None] = lambda row: None,
    ) -> None:
        self._database, self._session = database, session
        self._mono_ns, self._pause, self._told = mono_ns, pause, told
        self._most, self._rows, self._row, self._began_ns = FIRST_ROWS, 0, 0, 0
        self.done = 0
        """The last row that stands, by its number in the file; 0 before the first part is over."""
        self.parts = 0
        self.longest_ns = 0
        """The longest time that the lock was held."""

    def begin(self) -> None:
        """What was to be read is read: from here on it is written, with the site's lock."""
        self._session.commit()  # of what was read alone; a roll-back would forget it
        self._session.bind = self._database.write
        self._open()

    def row(self, number: int, settle: Callable[[], object] | None = None) -> None:
        """One more row is in (or was refused); a part that is full is settled and committed."""
        self._rows, self._row = self._rows + 1, number
        if self._rows >= self._most or self._mono_ns() - self._began_ns >= PART_NS:
            if settle is not None:
                settle()
            self._close()
            self._pause(PAUSE_S)
            self._open()

    def end(self) -> None:
        """The last part is over."""
        self._close()

    def _open(self) -> None:
        open_decision(self._session)
        self._rows, self._began_ns = 0, self._mono_ns()

    def _close(self) -> None:
        end_decision(self._session)
        took = max(self._mono_ns() - self._began_ns, 1)
        self.longest_ns = max(self.longest_ns, took)
        if self._rows:
            self._most = max(LEAST_ROWS, min(MOST_ROWS, 2 * self._most, self._rows * PART_NS // took))
        self.parts += 1
        self.done = self._row
        self._told(self.done)


@contextmanager
def central_in_parts(
    database: Database,
    *,
    told: Callable[[int], None] = lambda row: None,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[Session]:
    """A session for work that calls `Parts` (`session.info["parts"]`): `begin`, `row` after row, and the end is here.

    Until `begin` it only reads and holds nothing. What an error leaves is every part that was over; `told` hears the
    last row of each.
    """
    session = plain_session(database.read, "central")
    parts = session.info["parts"] = Parts(database, session, told=told, pause=pause)
    with session:
        yield session
        if session.bind is database.write:
            parts.end()
