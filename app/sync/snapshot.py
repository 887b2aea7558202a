"""A whole new mirror, made in a second file beside the first and put in its place between two scans.

`build` runs in the sync thread: it copies the station's file, puts central's rows where the old mirror was and applies
the own facts that central had not applied when the rows were read; then it carries over what was recorded while it did.
`swap` runs in the work thread: it carries over the handful of rows that came since, and turns the name of the file to
the new one. To close the old file (which writes its log into it) and to remove it is left to the sync thread again.

That name is a symbolic link from then on. SQLite calls a file's log by the file's real name, so whoever still has the
old file open keeps the old log, and neither can spoil the other (docs/decisions/0015).
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Select, Table, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import Database, is_machines_fault, open_database, reading, station_write, tables_of, unpack_row
from app.db.copies import copy_database
from app.db.feed import is_mirrored
from app.facts import read_fact
from app.models import CentralSeen, FactRow, Model, Outbox, OwnTouch, PrintJob, ScanLog, Voiding
from app.sync.applier import stamp_of
from app.sync.erasure import cut_log
from app.sync.station import itself, move_itself, touch
from app.sync.wire import SnapshotPart
from app.work.facts import touched_rows

log = logging.getLogger(__name__)
GROWING = ("fact", "outbox", "voiding", "scan_log", "own_touch", "itself")
"""Tables of the station alone that are carried over row by row; all others are small and carried over whole."""


@dataclass(frozen=True, slots=True)
class Built:
    """A finished second file: what it holds of this station's facts and of its flight recorder, and its topics.

    `ready` is it, open and warm: whoever swaps waits for no connection and for no statement to be made up.
    """

    path: Path
    seq: int
    scan_id: int
    topics: frozenset[str]
    ready: Database


Leftovers = Callable[[], None]
"""What is to be done when the swap is over and nobody waits: closes files that nobody uses, and removes them."""


def build(database: Database, parts: Iterable[SnapshotPart]) -> Built | None:
    """Makes the second file; None as long as central has not applied what is sent once more after a fork.

    Until then nobody can tell which of these facts are in its rows.
    """
    rest = iter(parts)
    try:
        first = next(rest)
        with reading(database) as session:
            seen = session.get(CentralSeen, 1)
            if seen is not None and first.applied_seq < seen.forked_seq:
                return None
        path = next_name(database.path)
        copy_database(database.path, path)
        return _brought_up(database, _fill(path, first, rest))
    finally:
        close = getattr(rest, "close", None)
        if close is not None:  # ends the transaction in which central reads
            close()


def next_name(path: Path) -> Path:
    """`station.7.sqlite` when the file in use is `station.6.sqlite`; what is left of an earlier try goes."""
    parts = path.resolve().name.split(".")
    number = int(parts[-2]) + 1 if len(parts) > 2 and parts[-2].isdigit() else 1
    found = path.with_name(f"{path.stem}.{number}{path.suffix}")
    _remove(found)
    return found


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-seal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _fill(path: Path, first: SnapshotPart, rest: Iterator[SnapshotPart]) -> Built:
    second = open_database(path, "station")
    try:
        with station_write(second) as session:
            kept = _private_values(session)
            for table in _mirror():
                session.execute(delete(table))
            for part in (first, *rest):
                _put(session, part)
            session.execute(delete(OwnTouch))
            move_itself(session, feed_seq=first.cursor.seq, feed_event=first.cursor.event_id)
            move_itself(session, applied_seq=first.applied_seq)
            _apply_own(session, after=first.applied_seq)
            _restore_private(session, kept)
            seq = itself(session).seq
            scan_id = session.scalar(select(func.max(ScanLog.id))) or 0
        cut_log(second)
    finally:
        second.close()
    path.chmod(0o600)
    return Built(path, seq, scan_id, frozenset(t.name for t in _mirror()), open_database(path, "station"))


def _brought_up(database: Database, built: Built) -> Built:
    """The same, with what was recorded while it was made. A fork that was found meanwhile is left to `swap`."""
    with reading(database) as here, station_write(built.ready) as there:
        if itself(here).incarnation != itself(there).incarnation:
            return built
        _carry_over(here, there, built)
        there.flush()
        seq, scan_id = itself(there).seq, there.scalar(select(func.max(ScanLog.id))) or 0
    return replace(built, seq=seq, scan_id=scan_id)


@cache
def _mirror() -> tuple[Table, ...]:
    return tuple(filter(is_mirrored, tables_of("station")))


def _put(session: Session, part: SnapshotPart) -> None:
    table = Model.metadata.tables.get(part.topic)
    if table is None or not part.rows or table not in _mirror():  # a newer central has tables that are not known here
        return
    hidden = dict.fromkeys(table.info.get("private", ()), "")
    session.connection().execute(insert(table), [{**hidden, **unpack_row(table, body)} for body in part.rows])


def _private_values(session: Session) -> list[tuple[bytes, str]]:
    """What never travels is kept: the documents of print jobs."""
    rows = session.execute(select(PrintJob.id, PrintJob.document).where(PrintJob.document != ""))
    return [(job_id, document) for job_id, document in rows]


def _restore_private(session: Session, kept: Sequence[tuple[bytes, str]]) -> None:
    for job_id, document in kept:
        session.execute(update(PrintJob).where(PrintJob.id == job_id).values(document=document))


def _apply_own(session: Session, *, after: int) -> None:
    """Applies own facts again, from the one after `after` on: what they took back is taken back anew as well."""
    later = select(FactRow).join(Outbox, Outbox.fact_id == FactRow.fact_id).where(Outbox.seq > after)
    mine = session.scalars(later.order_by(Outbox.seq)).all()
    for start in range(0, len(mine), 500):
        some = [row.fact_id for row in mine[start : start + 500]]
        session.execute(delete(Voiding).where(Voiding.by_fact_id.in_(some)))
    for row in mine:
        try:
            with session.begin_nested():
                _apply_one(session, row)
        except Exception as error:  # central sets it aside, and it did nothing here
            if is_machines_fault(error):
                raise
            log.warning("an own fact of kind %s can't be applied again: %s", row.kind, error)
    session.flush()
    session.expire_all()


def _apply_one(session: Session, row: FactRow) -> None:
    fact = read_fact(row.kind, row.data)
    if fact is not None:
        rows = touched_rows(session, fact)
        fact.apply(session, stamp_of(json.loads(row.data), row.fact_id, row.station_id, row.incarnation, row.seq))
        touch(session, rows, row.seq)


# ---- between two scans ----------------------------------------------------------------------------------------------


def swap(database: Database, built: Built) -> tuple[bool, Leftovers]:
    """Puts the second file in the place of the first. Only the work thread calls it, outside of any transaction.

    False when the stream is another one than that of the copy (a fork was found meanwhile): then nothing is done. What
    is left over is to be done by another thread, before the next swap.
    """
    with station_write(database), reading(database) as here, station_write(built.ready) as there:
        if itself(here).incarnation != itself(there).incarnation:
            return False, built.ready.close
        _carry_over(here, there, built)
        there.flush()
        there.commit()  # and only then is the first file let go
    turn_name(database.path, built.path)
    engines = (database.write, database.relaxed, database.read)
    old = [engine.pool for engine in engines]  # closing the last connection to a file writes its log into it
    for engine in engines:
        engine.dispose(close=False)

    def clear() -> None:
        built.ready.close()
        for pool in old:
            pool.dispose()
        tidy(database.path)

    return True, clear


def turn_name(path: Path, new: Path) -> None:
    """The name of the station's file means the new one from now on, whatever cut comes."""
    link = path.with_name(f".{path.name}.new")
    link.unlink(missing_ok=True)
    link.symlink_to(new.name)
    link.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


def tidy(path: Path) -> None:
    """Removes what is left of earlier files of this name: they hold names of customers."""
    used = path.readlink().name if path.is_symlink() else path.name
    for other in path.parent.glob(f"{path.stem}.*{path.suffix}"):
        if other.name.split(".")[-2].isdigit() and other.name != used:
            _remove(other)
    if used != path.name:
        for suffix in ("-wal", "-shm", "-seal"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _carry_over(here: Session, there: Session, built: Built) -> None:
    """What came since the copy was made: facts with what they did, questions, papers, scans, who is at work."""
    facts = select(FactRow.__table__).join(Outbox, Outbox.fact_id == FactRow.fact_id).where(Outbox.seq > built.seq)
    _copy(here, there, FactRow, facts)
    _copy(here, there, Outbox, select(Outbox.__table__).where(Outbox.seq > built.seq))
    _copy(here, there, ScanLog, select(ScanLog.__table__).where(ScanLog.id > built.scan_id))
    acked, at = here.execute(
        select(func.max(Outbox.seq), func.max(Outbox.acked_at)).where(Outbox.acked_at.is_not(None))
    ).one()
    there.execute(update(Outbox).where(Outbox.seq > (acked or 0)).values(acked_at=None))
    there.execute(update(Outbox).where(Outbox.seq <= (acked or 0), Outbox.acked_at.is_(None)).values(acked_at=at))
    me = itself(here)
    move_itself(there, seq=me.seq, chain=me.chain)
    move_itself(there, person_id=me.person_id, workflow=me.workflow, task_id=me.task_id)
    for table in tables_of("station"):
        if table not in _mirror() and table.name not in GROWING:
            there.execute(delete(table))
            _copy(here, there, Model, select(table), table)
    _apply_own(there, after=built.seq)
    _restore_private(there, _private_values(here))


def _copy(here: Session, there: Session, model: type[Model], rows: Select[Any], table: Table | None = None) -> None:
    found = [dict(row) for row in here.execute(rows).mappings()]
    if found:
        target = model.__table__ if table is None else table
        there.connection().execute(insert(target), found)  # type: ignore[arg-type]  # a Table, for all of our models
