"""What a station forgets of customers: names and addresses are gone from its disk a day after the order has left.

Names come to a station in dossiers alone (with what was asked of central, and as the bytes of printed paper). SQLite
leaves what was deleted in free pages, in gaps of pages that were split, and in the write-ahead log. So each of these
tables is emptied and filled again with what stays, which frees all its pages; `secure_delete` overwrites those with
zeros (docs/security.md); and then the log is folded into the file and cut to nothing.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database, reading, station_write
from app.db.schema import KEPT_DAYS
from app.models import Ask, Dossier, FactRow, Model, OrderBrief, Outbox, Parcel, PrintJob, Voiding
from app.receipt.service.briefs import OVER
from app.sync.station import itself

log = logging.getLogger(__name__)
KEPT = timedelta(hours=24)
"""How long the names of an order stay after it has left: for a label that has to be printed once more."""
DROPPED_AT_ONCE = 5_000
LOOK_NS, WIPE_NS = 600_000_000_000, 43_200_000_000_000


@dataclass(frozen=True, slots=True)
class Erased:
    """How much is gone: orders' dossiers, documents of print jobs, spooled files. `clean`: the log is cut as well."""

    dossiers: int = 0
    documents: int = 0
    files: int = 0
    clean: bool = True

    def __bool__(self) -> bool:
        return bool(self.dossiers or self.documents or self.files)


class Forgetting:
    """The station's duty to forget, for the moments when nobody works: looks every ten minutes, wipes twice a day."""

    def __init__(self, database: Database, spool: Path, clock: Clock) -> None:
        self._database, self._spool, self._clock = database, spool, clock
        self._looked_ns = clock.mono_ns() - LOOK_NS
        self._wiped_ns = clock.mono_ns()
        self._unclean = False

    def look(self) -> Erased:
        """Does what is due; only a glance at the clock when it is too early."""
        now = self._clock.mono_ns()
        if now - self._looked_ns < LOOK_NS:
            return Erased()
        self._looked_ns = now
        drop_facts(self._database)
        erased = erase_names(self._database, self._spool, now=self._clock.now())
        if not erased and (self._unclean or now - self._wiped_ns >= WIPE_NS):
            erased = Erased(clean=wipe(self._database))
            self._wiped_ns = now
        self._unclean = not erased.clean
        return erased


def wipe(database: Database) -> bool:
    """Removes what answered questions left behind in pages and in the log; whether the log could be cut."""
    with station_write(database) as session:
        _write_anew(session, Ask)
    return cut_log(database)


def erase_names(database: Database, spool: Path, *, now: datetime) -> Erased:
    """Forgets what is due. Runs in the work thread while nobody works; a few milliseconds when nothing is due."""
    files = _erase_files(spool, now - KEPT)
    with reading(database) as session:
        due, papers = finished_orders(session, now - KEPT), _papers(session, now - KEPT)
    if due or papers:
        with station_write(database) as session:
            _forget(session, due, papers)
        log.info("names of %d orders and %d documents are erased", len(due), len(papers))
    clean = cut_log(database) if due or papers else True
    return Erased(len(due), len(papers), files, clean)


def finished_orders(session: Session, before: datetime) -> tuple[bytes, ...]:
    """Orders whose dossier has to go: they left, were cancelled or are no longer known here, all that before then."""
    last_box = select(func.max(Parcel.closed_at)).where(Parcel.order_id == Dossier.order_id).scalar_subquery()
    rows = session.execute(
        select(Dossier.order_id, Dossier.received_at, OrderBrief.state, last_box.label("left_at"))
        .outerjoin(OrderBrief, OrderBrief.order_id == Dossier.order_id)
        .order_by(Dossier.order_id)
    )
    over = (r for r in rows if r.state is None or r.state in OVER)
    return tuple(r.order_id for r in over if max(filter(None, (r.received_at, r.left_at))) < before)


def _papers(session: Session, before: datetime) -> tuple[bytes, ...]:
    kept = select(PrintJob.id).where(PrintJob.document != "", PrintJob.queued_at < before)
    return tuple(session.scalars(kept.where(PrintJob.state.in_(("sent", "printed", "confirmed", "void")))))


def _forget(session: Session, orders: tuple[bytes, ...], papers: tuple[bytes, ...]) -> None:
    for start in range(0, len(orders), 500):
        session.execute(delete(Dossier).where(Dossier.order_id.in_(orders[start : start + 500])))
    for start in range(0, len(papers), 500):
        some = papers[start : start + 500]
        session.execute(update(PrintJob).where(PrintJob.id.in_(some)).values(document=""))
    for model in (Dossier, Ask, PrintJob) if papers else (Dossier, Ask):
        _write_anew(session, model)


def _write_anew(session: Session, model: type[Model]) -> None:
    """Empties a table and puts the same rows back: no page of it keeps anything that is in no row."""
    table = model.__table__
    rows = [dict(row) for row in session.execute(select(table)).mappings()]
    session.execute(delete(model).execution_options(synchronize_session=False))
    if rows:
        session.execute(insert(model), [{c.key: row[c.name] for c in model.__mapper__.columns} for row in rows])
    session.flush()


def drop_facts(database: Database) -> int:
    """Deletes facts that central acknowledged long ago (`KEPT_DAYS`) and applied; returns how many.

    The oldest first and none left out, for what is kept must be one stretch of the stream: up to the first one of the
    task that is open here, and never the newest, which says where the stream stands. How long ago it was is measured
    from the newest acknowledgement: a clock that is set deletes nothing.
    """
    with reading(database) as session:
        newest = session.execute(
            select(Outbox.seq, Outbox.acked_at).where(Outbox.acked_at.is_not(None)).order_by(Outbox.seq.desc()).limit(1)
        ).first()
        if newest is None or newest.acked_at is None:
            return 0
        me = itself(session)
        oldest = session.execute(
            select(Outbox.fact_id, Outbox.seq, Outbox.acked_at, FactRow.task_id)
            .join(FactRow, FactRow.fact_id == Outbox.fact_id)
            .where(Outbox.seq < newest.seq, Outbox.seq <= me.applied_seq)
            .order_by(Outbox.seq)
            .limit(DROPPED_AT_ONCE)
        ).all()
        before = newest.acked_at - timedelta(days=KEPT_DAYS)

    due = []
    for row in oldest:
        is_open = me.task_id is not None and row.task_id == me.task_id
        if row.acked_at is None or row.acked_at >= before or is_open:
            break
        due.append(row.fact_id)
    for start in range(0, len(due), 500):
        some = due[start : start + 500]
        with station_write(database) as session:
            for model in (Voiding, FactRow, Outbox):
                session.execute(
                    delete(model).where(model.fact_id.in_(some)).execution_options(synchronize_session=False)
                )
    return len(due)


def cut_log(database: Database) -> bool:
    """Folds the write-ahead log into the file and cuts it to nothing; False when somebody was still reading it."""
    with database.write.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy


def _erase_files(spool: Path, before: datetime) -> int:
    """Spooled bytes of paper: what has to be printed again is drawn anew from what is kept."""
    gone = 0
    with suppress(FileNotFoundError):
        for path in spool.iterdir():
            with suppress(OSError):
                if path.is_file() and not path.is_symlink() and path.lstat().st_mtime < before.timestamp():
                    path.unlink()
                    gone += 1
    return gone
