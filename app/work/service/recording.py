"""Central's own facts: an import or an office decision is recorded like a hand's act, in a stream of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from app.db import Prepared, changed
from app.facts import Fact, Stamp, canonical, link
from app.ids import new_id, stable_id
from app.models import FactRow, StationMark, StationRow
from app.work.facts import touched_rows

OFFICE = stable_id("station", "OFFICE")
"""Central as a station: the stream in which imports and office decisions are recorded."""


def record_here(
    session: Session, facts: Iterable[Fact], *, now: datetime, person_id: bytes | None = None
) -> tuple[bytes, ...]:
    """Records facts in central's own stream and applies them in the same transaction; returns their ids."""
    if session.get(StationRow, OFFICE) is None:
        session.execute(insert(StationRow).values(id=OFFICE, code="OFFICE", name="Office", site=1))
        changed(session, StationRow, OFFICE)
    mark = session.scalar(select(StationMark).where(StationMark.station_id == OFFICE))
    if mark is None:
        mark = StationMark(station_id=OFFICE, incarnation=OFFICE, pushed_seq=0, pushed_chain=b"", applied_seq=0)
        session.add(mark)
        session.flush()
    ids = []
    seq, chain = mark.pushed_seq, mark.pushed_chain
    for fact in facts:
        seq += 1
        stamp = Stamp(new_id(), OFFICE, OFFICE, seq, seq, now, 0, person_id or b"")
        data = canonical(fact.kind(), fact.version, fact.body(), stamp)
        chain = link(chain, data)
        insert_fact(session, fact, stamp, data, chain)
        fact.apply(session, stamp)
        for topic, key in touched_rows(session, fact):
            changed(session, topic, *key)
        ids.append(stamp.fact_id)
    session.execute(
        update(StationMark)
        .where(StationMark.station_id == OFFICE)
        .values(pushed_seq=seq, pushed_chain=chain, applied_seq=seq)
    )
    session.expire(mark)
    return tuple(ids)


_COLUMNS = (
    "fact_id", "station_id", "incarnation", "seq", "kind", "version", "group", "at", "actor_id", "task_id", "work_id",
    "device", "scan_number", "scan_text", "chain", "data",
)  # fmt: skip
_INSERT = Prepared(insert(FactRow).values({getattr(FactRow, name): bindparam(name) for name in _COLUMNS}))


def insert_fact(session: Session, fact: Fact, stamp: Stamp, data: bytes, chain: bytes) -> None:
    """Writes the row of `fact` for a fact as it is recorded: its canonical bytes, its link, and copies for queries."""
    _INSERT.run(
        session,
        fact_id=stamp.fact_id,
        station_id=stamp.station_id,
        incarnation=stamp.incarnation,
        seq=stamp.seq,
        kind=fact.kind(),
        version=fact.version,
        group=stamp.group,
        at=stamp.at,
        actor_id=stamp.actor_id or None,
        task_id=stamp.task_id or None,
        work_id=stamp.work_id or None,
        device=stamp.device,
        scan_number=stamp.scan_number,
        scan_text=stamp.scan_text,
        chain=chain,
        data=data.decode(),
    )
