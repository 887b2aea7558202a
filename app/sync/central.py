"""Central's side of the protocol on SQL: hello, push, pull. Inserts only; what follows from facts is the applier's."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database, central_write, reading
from app.models import Answer, Ask, FactRow, Feed, StationMark
from app.sync.wire import FeedRow, Mark, Pulled, WireAnswer, WireAsk, WireFact

PULL_ROWS = 500


class StreamBroken(Exception):
    """A pushed fact does not continue its stream: a cloned or restored station (see SYNC, fork)."""


class SqlCentral:
    """Central on a database that this process can open."""

    def __init__(self, database: Database, clock: Clock, site: int = 1) -> None:
        self.database = database
        self.clock = clock
        self.site = site

    def hello(self, station_id: bytes, incarnation: bytes) -> Mark:
        with reading(self.database) as session:
            return _mark(session, station_id, incarnation)

    def push(
        self, station_id: bytes, incarnation: bytes, facts: tuple[WireFact, ...], asks: tuple[WireAsk, ...]
    ) -> Mark:
        with reading(self.database) as session:
            mark = _mark(session, station_id, incarnation)
        fresh = tuple(f for f in facts if f.seq > mark.seq)
        if not fresh and not asks:
            return mark  # a repeated push writes nothing at all
        with central_write(self.database, relaxed=not asks) as session:
            mark = _mark(session, station_id, incarnation)
            fresh = tuple(f for f in facts if f.seq > mark.seq)
            if fresh:
                mark = _store(session, station_id, incarnation, mark, fresh)
            for ask in asks:
                _store_ask(session, station_id, ask)
        return mark

    def pull(self, station_id: bytes, cursor: int, waiting: tuple[bytes, ...]) -> Pulled:
        with reading(self.database) as session:
            rows = _feed_after(session, self.site, cursor, PULL_ROWS)
            if len(rows) == PULL_ROWS:
                rows += _rest_of_group(session, self.site, rows[-1])
            complete = len(rows) < PULL_ROWS
            answers = _answers(session, station_id, waiting) if complete else ()
        return Pulled(tuple(rows), answers, complete)


def _mark(session: Session, station_id: bytes, incarnation: bytes) -> Mark:
    row = session.get(StationMark, (station_id, incarnation), populate_existing=True)
    return Mark(row.pushed_seq, row.pushed_chain) if row else Mark(0, b"")


def _store(session: Session, station_id: bytes, incarnation: bytes, mark: Mark, facts: tuple[WireFact, ...]) -> Mark:
    if facts[0].seq != mark.seq + 1 or [f.seq for f in facts] != list(range(facts[0].seq, facts[0].seq + len(facts))):
        raise StreamBroken(f"facts {facts[0].seq}… do not continue after {mark.seq}")
    known = set(session.scalars(select(FactRow.fact_id).where(FactRow.fact_id.in_([f.fact_id for f in facts]))))
    rows = [_columns(station_id, incarnation, f) for f in facts if f.fact_id not in known]
    if rows:
        session.execute(insert(FactRow), rows)
    last = facts[-1]
    values = {"pushed_seq": last.seq, "pushed_chain": last.chain}
    where = (StationMark.station_id == station_id, StationMark.incarnation == incarnation)
    if session.execute(update(StationMark).where(*where).values(**values)).rowcount == 0:  # type: ignore[attr-defined]
        session.execute(
            insert(StationMark).values(station_id=station_id, incarnation=incarnation, applied_seq=0, **values)
        )
    return Mark(last.seq, last.chain)


def _columns(station_id: bytes, incarnation: bytes, fact: WireFact) -> dict[str, object]:
    data = json.loads(fact.data)

    def ident(name: str) -> bytes | None:
        return bytes.fromhex(data[name]) or None

    return {
        "fact_id": fact.fact_id,
        "station_id": station_id,
        "incarnation": incarnation,
        "seq": fact.seq,
        "kind": data["kind"],
        "version": data["ver"],
        "group": data["group"],
        "at": datetime.fromisoformat(data["at"]),
        "actor_id": ident("actor"),
        "task_id": ident("task"),
        "work_id": ident("work"),
        "device": data["device"],
        "scan_number": data["scan_number"],
        "scan_text": data["scan_text"],
        "chain": fact.chain,
        "data": fact.data,
    }


def _store_ask(session: Session, station_id: bytes, ask: WireAsk) -> None:
    if session.get(Ask, ask.request_id) is None:
        asked_at = datetime.fromisoformat(ask.asked_at)
        session.execute(
            insert(Ask).values(
                request_id=ask.request_id, station_id=station_id, kind=ask.kind, body=ask.body, task_id=ask.task_id,
                asked_at=asked_at, sent=True,
            )
        )  # fmt: skip


def _feed_after(session: Session, site: int, cursor: int, limit: int) -> list[FeedRow]:
    found = session.execute(
        select(Feed.seq, Feed.event_id, Feed.topic, Feed.key, Feed.body)
        .where(Feed.site == site, Feed.seq > cursor)
        .order_by(Feed.seq)
        .limit(limit)
    )
    return [FeedRow(*row) for row in found]


def _rest_of_group(session: Session, site: int, last: FeedRow) -> list[FeedRow]:
    """The rows of the last group that the limit cut off: a group is applied as a whole or not at all."""
    found = session.execute(
        select(Feed.seq, Feed.event_id, Feed.topic, Feed.key, Feed.body)
        .where(Feed.site == site, Feed.seq > last.seq, Feed.event_id == last.event_id)
        .order_by(Feed.seq)
    )
    return [FeedRow(*row) for row in found]


def _answers(session: Session, station_id: bytes, waiting: tuple[bytes, ...]) -> tuple[WireAnswer, ...]:
    """Answers to the asks that the station still waits for (it names them)."""
    found = session.execute(
        select(Answer.request_id, Answer.kind, Answer.body).where(
            Answer.station_id == station_id, Answer.request_id.in_(waiting)
        )
    )
    return tuple(WireAnswer(*row) for row in found)
