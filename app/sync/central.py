"""Central's side of the protocol on SQL: hello, push, pull. Inserts only; what follows from facts is the applier's."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database, central_write, reading
from app.facts import link
from app.models import Answer, Ask, FactRow, Feed, StationMark
from app.sync.wire import UNREADABLE, Cursor, FeedRow, Mark, Pulled, WireAnswer, WireAsk, WireFact

PULL_ROWS = 100
"""Rows a pull brings at the most, save the rest of the last group: a few milliseconds of the station's work thread."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


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
            _must_be_known(session, facts, mark)
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

    def pull(self, station_id: bytes, cursor: Cursor, waiting: tuple[bytes, ...]) -> Pulled:
        with reading(self.database) as session:
            if not _is_ours(session, self.site, cursor):
                whole = _feed_after(session, self.site, 0, None)
                return Pulled(tuple(whole), _answers(session, station_id, waiting), complete=True)
            rows = _feed_after(session, self.site, cursor.seq, PULL_ROWS)
            complete = len(rows) < PULL_ROWS
            if not complete:
                rows += _rest_of_group(session, self.site, rows[-1])
            answers = _answers(session, station_id, waiting) if complete else ()
        return Pulled(tuple(rows), answers, complete)


def _mark(session: Session, station_id: bytes, incarnation: bytes) -> Mark:
    row = session.get(StationMark, (station_id, incarnation), populate_existing=True)
    return Mark(row.pushed_seq, row.pushed_chain) if row else Mark(0, b"")


def _must_be_known(session: Session, facts: tuple[WireFact, ...], mark: Mark) -> None:
    """What central acknowledged it must have: else these are other facts under numbers that are taken."""
    old = {f.fact_id for f in facts if f.seq <= mark.seq}
    known = set(session.scalars(select(FactRow.fact_id).where(FactRow.fact_id.in_(old)))) if old else set()
    if old - known:
        raise StreamBroken(f"{len(old - known)} facts up to {mark.seq} are not those that central has")


def _store(session: Session, station_id: bytes, incarnation: bytes, mark: Mark, facts: tuple[WireFact, ...]) -> Mark:
    if facts[0].seq != mark.seq + 1 or [f.seq for f in facts] != list(range(facts[0].seq, facts[0].seq + len(facts))):
        raise StreamBroken(f"facts {facts[0].seq}… do not continue after {mark.seq}")
    chain = mark.chain
    for fact in facts:
        chain = link(chain, fact.data.encode())
        if chain != fact.chain:
            raise StreamBroken(f"fact {fact.seq} is not linked to the one before it")
    known = set(session.scalars(select(FactRow.fact_id).where(FactRow.fact_id.in_([f.fact_id for f in facts]))))
    rows = [_columns(station_id, incarnation, f) for f in facts if f.fact_id not in known]
    if rows:
        session.execute(insert(FactRow), rows)
    last = facts[-1]
    values = {"pushed_seq": last.seq, "pushed_chain": last.chain}
    where = (StationMark.station_id == station_id, StationMark.incarnation == incarnation)
    moved = update(StationMark).where(*where).values(**values).returning(StationMark.station_id)
    if session.execute(moved).first() is None:
        session.execute(
            insert(StationMark).values(station_id=station_id, incarnation=incarnation, applied_seq=0, **values)
        )
    return Mark(last.seq, last.chain)


def _columns(station_id: bytes, incarnation: bytes, fact: WireFact) -> dict[str, object]:
    kept = {
        "fact_id": fact.fact_id,
        "station_id": station_id,
        "incarnation": incarnation,
        "seq": fact.seq,
        "chain": fact.chain,
        "data": fact.data,
    }
    return kept | copies_of(fact.data)


def copies_of(data: str) -> dict[str, object]:
    """What the envelope says, for queries. One that can't be read is kept all the same: the applier sets it aside."""
    try:
        said: dict[str, Any] = json.loads(data)
        ids = {name: bytes.fromhex(said[name]) or None for name in ("actor", "task", "work")}
        return {
            "kind": _text(said["kind"]),
            "version": _number(said["ver"]),
            "group": _number(said["group"]),
            "at": datetime.fromisoformat(said["at"]).astimezone(UTC),
            "actor_id": ids["actor"],
            "task_id": ids["task"],
            "work_id": ids["work"],
            "device": _text(said["device"]),
            "scan_number": _number(said["scan_number"]),
            "scan_text": _text(said["scan_text"]),
        }
    except (ValueError, TypeError, KeyError, OverflowError):
        absent = {"actor_id": None, "task_id": None, "work_id": None, "device": "", "scan_number": 0, "scan_text": ""}
        return {"kind": UNREADABLE, "version": 0, "group": 0, "at": _NEVER, **absent}


def _text(value: object) -> str:
    return str(value).encode(errors="replace").decode()


def _number(value: Any) -> int:
    number = int(value)
    if number.bit_length() > 63:
        raise OverflowError("more than a column holds")
    return number


def _store_ask(session: Session, station_id: bytes, ask: WireAsk) -> None:
    if session.get(Ask, ask.request_id) is None:
        asked_at = datetime.fromisoformat(ask.asked_at)
        session.execute(
            insert(Ask).values(
                request_id=ask.request_id, station_id=station_id, kind=ask.kind, body=ask.body, task_id=ask.task_id,
                asked_at=asked_at, sent=True,
            )
        )  # fmt: skip


def _is_ours(session: Session, site: int, cursor: Cursor) -> bool:
    """Whether the last row that a station read is still in this feed; numbers alone do not tell."""
    if cursor.seq == 0:
        return True
    event = session.scalar(select(Feed.event_id).where(Feed.site == site, Feed.seq == cursor.seq))
    return event == cursor.event_id


def _feed_after(session: Session, site: int, cursor: int, limit: int | None) -> list[FeedRow]:
    found = session.execute(
        select(Feed.seq, Feed.event_id, Feed.topic, Feed.key, Feed.body)
        .where(Feed.site == site, Feed.seq > cursor)
        .order_by(Feed.seq)
        .limit(limit)
    )
    return [FeedRow(*row) for row in found]


def _rest_of_group(session: Session, site: int, last: FeedRow) -> list[FeedRow]:
    """The rows of the last group that the limit cut off: a group is applied as a whole or not at all."""
    next_group = session.scalar(
        select(Feed.seq)
        .where(Feed.site == site, Feed.seq > last.seq, Feed.event_id != last.event_id)
        .order_by(Feed.seq)
        .limit(1)
    )
    return _feed_after(session, site, last.seq, None if next_group is None else next_group - last.seq - 1)


def _answers(session: Session, station_id: bytes, waiting: tuple[bytes, ...]) -> tuple[WireAnswer, ...]:
    """Answers to the asks that the station still waits for (it names them)."""
    found = session.execute(
        select(Answer.request_id, Answer.kind, Answer.body).where(
            Answer.station_id == station_id, Answer.request_id.in_(waiting)
        )
    )
    return tuple(WireAnswer(*row) for row in found)
