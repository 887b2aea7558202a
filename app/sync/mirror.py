"""The mirror: central's last state, and on it the own facts that this state does not contain yet.

Everything here runs inside a transaction of the station's file. What is no row of the mirror but comes the same way
(answers, dossiers, leased numbers) is taken in here as well.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, or_, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.db import Prepared, unpack_row
from app.db.feed import key_values, table_of
from app.models import Ask, Dossier, Model, NumberRange, OwnLease, OwnTouch
from app.sync.station import itself, move_itself
from app.sync.wire import FeedRow, WireAnswer

LEASE_MARGIN_NS = 300_000_000_000
"""A lease ends here five minutes before central may give the work to somebody else."""


def apply_feed(session: Session, rows: Sequence[FeedRow]) -> frozenset[str]:
    """Applies feed rows to the mirror, group by group, and moves the cursor; returns the topics that changed.

    A row that an own fact wrote, and whose fact central had not applied when it wrote the feed row, is left alone:
    central publishes it again when it applies that fact. So an older row never erases a fact.
    """
    if not rows:
        return frozenset()
    at = itself(session).feed_seq
    if [r.seq for r in rows] != list(range(at + 1, at + 1 + len(rows))):
        raise RuntimeError(f"the feed has a gap: row {rows[0].seq} … {rows[-1].seq} after {at}")
    topics: set[str] = set()
    for _, group in groupby(rows, key=lambda row: row.event_id):
        topics |= _apply_group(session, tuple(group))
    move_itself(session, feed_seq=rows[-1].seq, feed_event=rows[-1].event_id)
    return frozenset(topics)


_UNTOUCH = Prepared(delete(OwnTouch).where(OwnTouch.seq <= bindparam("seq")))


def _apply_group(session: Session, rows: Sequence[FeedRow]) -> set[str]:
    me = itself(session)
    for row in rows:
        if row.topic == "applied" and row.key == me.station_id.hex():
            mark = json.loads(row.body)
            if mark["incarnation"] == me.incarnation.hex():
                move_itself(session, applied_seq=max(me.applied_seq, mark["seq"]))
                _UNTOUCH.run(session, seq=mark["seq"])
    mine = _own_keys(session, rows)
    fresh: dict[str, list[FeedRow]] = {}
    for row in rows:
        if table_of(row.topic) is not None and (row.topic, row.key) not in mine:
            fresh.setdefault(row.topic, []).append(row)
    topics: set[str] = set()
    for topic, some in fresh.items():
        if _put_rows(session, Model.metadata.tables[topic], some):
            topics.add(topic)
    return topics


_ANY_OWN = Prepared(select(OwnTouch.seq).limit(1))
_IS_OWN = Prepared(select(OwnTouch.seq).where(OwnTouch.topic == bindparam("topic"), OwnTouch.key == bindparam("key")))


def _own_keys(session: Session, rows: Sequence[FeedRow]) -> set[tuple[str, str]]:
    """Which of these rows an own fact wrote that central had not applied yet."""
    if _ANY_OWN.first(session) is None:
        return set()
    keys = {(row.topic, row.key) for row in rows}
    return {(topic, key) for topic, key in keys if _IS_OWN.first(session, topic=topic, key=key) is not None}


def _put_rows(session: Session, table: Table, rows: Sequence[FeedRow]) -> bool:
    """Writes whole rows of one table; private columns of a row that is there stay as they are.

    Says whether anything is different now: what comes back of the station's own facts is not.
    """
    changed = 0
    hidden = dict.fromkeys(table.info.get("private", ()), "")
    for row in rows:  # first what goes: a name may wander from it to one that comes
        if not row.body:
            changed += _rows(session.execute(delete(table).where(_is_row(table, key_values(table, row.key)))))
    for row in rows:
        if row.body:
            values = {**hidden, **unpack_row(table, row.body)}
            changed += _upsert(table, tuple(values)).run(session, **values)
    return changed > 0


def _rows(result: Any) -> int:
    """How many rows a statement wrote."""
    return int(result.rowcount)


@cache
def _upsert(table: Table, columns: tuple[str, ...]) -> Prepared:
    keys = [c.name for c in table.primary_key.columns]
    statement = sqlite_insert(table).values({name: bindparam(name) for name in columns})
    private = table.info.get("private", ())
    rest = {name: statement.excluded[name] for name in columns if name not in keys and name not in private}
    if rest:
        differs = or_(*(table.c[name].is_distinct_from(value) for name, value in rest.items()))
        return Prepared(statement.on_conflict_do_update(index_elements=keys, set_=rest, where=differs))
    return Prepared(statement.on_conflict_do_nothing(index_elements=keys))


def _is_row(table: Table, key: tuple[object, ...]) -> ColumnElement[bool]:
    return and_(*(c == v for c, v in zip(table.primary_key.columns, key, strict=True)))


def take_answer(session: Session, answer: WireAnswer, now: datetime) -> bytes | None:
    """Keeps what an answer brought (dossiers, numbers) and forgets the ask; its task, None when it was taken before."""
    ask = session.get(Ask, answer.request_id)
    if ask is None:
        return None
    task_id = ask.task_id or b""
    body = json.loads(answer.body)
    if "lease_s" in body:
        _begin_leases(session, ask, body)
    session.delete(ask)
    for order_id, dossier in body.get("dossiers", {}).items():
        _keep_dossier(session, bytes.fromhex(order_id), dossier, now)
    if answer.kind == "numbers" and "first" in body:
        session.merge(
            NumberRange(
                kind=body["kind"], first=body["first"], last=body["last"], station_id=itself(session).station_id
            )
        )
    session.flush()
    return task_id


def _begin_leases(session: Session, ask: Ask, body: dict[str, Any]) -> None:
    """A lease runs by this machine's own time, from before the question was sent."""
    until = ask.asked_ns + int(body["lease_s"]) * 1_000_000_000 - LEASE_MARGIN_NS
    for work in body.get("work", ()):
        session.merge(OwnLease(lease_id=bytes.fromhex(work["lease"]), boot=ask.boot or b"", until_ns=until))


def _keep_dossier(session: Session, order_id: bytes, dossier: dict[str, object], now: datetime) -> None:
    text = json.dumps(dossier, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    row = session.get(Dossier, order_id)
    if row is None:
        session.add(Dossier(order_id=order_id, body=text, received_at=now))
    else:
        row.body, row.received_at = text, now
