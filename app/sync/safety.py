"""What makes a station's file trustworthy after a cut and after damage: its seal and its journal."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database, reading
from app.db.journal import Entry, Journal, last_entry
from app.db.salvage import journal_of
from app.db.seal import Seal
from app.models import FactRow, Outbox
from app.sync.station import itself


class Safety:
    """Belongs to the one that writes the file, made before its first transaction. See `app.db.seal` and `journal`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seal = Seal(database)
        self._journal = Journal(journal_of(database.path))

    def begin(self) -> None:
        """The file has its tables and its station: from here on it is sealed, and what is recorded is written twice."""
        self._seal.begin()
        path = journal_of(self._database.path)
        with reading(self._database) as session:
            known = None if self._journal.is_long else _place_of(session, last_entry(path))
            self._journal.begin(_entries_after(session, known), anew=known is None)

    def committed(self, session: Session, *, relaxed: bool) -> None:
        """A transaction is done: what it recorded goes into the journal. A log grown long is carried over by a scan."""
        recorded = session.info.pop("recorded", ())
        if recorded:
            self._journal.add(recorded)
        if not relaxed and self._seal.is_due():
            self._seal.fold()

    def rest(self) -> None:
        """Nobody waits just now."""
        self._seal.rest()

    def close(self) -> None:
        """Closes the file with a seal that says that this is all of it."""
        self._journal.close()
        self._seal.close()


def _place_of(session: Session, entry: Entry | None) -> int | None:
    """The number under which central gets this fact; None for a fact that is not in the file."""
    if entry is None:
        return None
    return session.scalar(select(Outbox.seq).where(Outbox.fact_id == entry.fact_id))


def _entries_after(session: Session, known: int | None) -> Iterator[Entry]:
    """Own facts after that number; all that central has not acknowledged when there is none."""
    incarnation = itself(session).incarnation
    wanted = Outbox.acked_at.is_(None) if known is None else Outbox.seq > known
    rows = select(Outbox.seq, Outbox.chain, FactRow.data).join(FactRow, FactRow.fact_id == Outbox.fact_id)
    before = (0, b"")
    for seq, chain, data in session.execute(rows.where(wanted).order_by(Outbox.seq)):
        if before[0] != seq - 1:
            before = (seq - 1, session.scalar(select(Outbox.chain).where(Outbox.seq == seq - 1)) or b"")
        yield Entry(incarnation, seq, before[1], chain, data)
        before = (seq, chain)
