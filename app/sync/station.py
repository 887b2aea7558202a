"""The station's side: records facts with their outbox rows, keeps the mirror, knows what central has.

Everything here runs in the work thread, inside a transaction that the caller opened; the sync thread only carries
values between this and a `CentralPort`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.db import Prepared, unpack_row
from app.db.feed import is_mirrored, key_text, key_values, table_of
from app.facts import Fact, Row, Stamp, canonical, decode, link
from app.ids import new_id
from app.models import Ask, Dossier, FactRow, Itself, Model, NumberRange, Outbox, OwnTouch, StationRow, Voiding
from app.sync.wire import Cursor, FeedRow, Mark, WireAnswer, WireAsk, WireFact
from app.work.facts import StationFounded, Voided, touched_rows
from app.work.service.recording import insert_fact
from app.workflow import Recorded

PUSH_FACTS = 200


@dataclass(frozen=True, slots=True)
class Cause:
    """What made the station record: who, in which task, by which read."""

    at: datetime
    actor_id: bytes = b""
    task_id: bytes = b""
    group: int = 0
    device: str = ""
    scan_number: int = 0
    scan_text: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The one row about this station: who it is, how far its stream, its mirror and central are, what is open here."""

    station_id: bytes
    incarnation: bytes
    seq: int
    chain: bytes
    feed_seq: int
    feed_event: bytes | None
    applied_seq: int
    person_id: bytes | None
    workflow: str
    task_id: bytes | None


_NAMES = tuple(f.name for f in fields(Standing))
_ITSELF = Prepared(select(*(getattr(Itself, name) for name in _NAMES)).where(Itself.one == 1))
_MOVED: dict[tuple[str, ...], Prepared] = {
    names: Prepared(update(Itself).where(Itself.one == 1).values({name: bindparam(f"new_{name}") for name in names}))
    for names in (("seq", "chain"), ("feed_seq", "feed_event"), ("applied_seq",), ("person_id", "workflow", "task_id"))
}


def itself(session: Session) -> Standing:
    """The one row about this station, read once a transaction. LookupError in a file that has none yet."""
    me: Standing | None = session.info.get("itself")
    if me is None:
        row = _ITSELF.first(session)
        if row is None:
            raise LookupError("no station was founded in this file")
        me = session.info["itself"] = Standing(*row)
    return me


def move_itself(session: Session, **values: Any) -> None:
    """Writes what changed about this station: one of the groups of columns that change together (`_MOVED`)."""
    me = replace(itself(session), **values)
    _MOVED[tuple(values)].run(session, **{f"new_{name}": value for name, value in values.items()})
    session.info["itself"] = me


def found_station(
    session: Session, station_id: bytes, code: str, name: str, *, now: datetime | None = None
) -> Standing:
    """Makes the station's own row on first start; a file belongs to one station for ever.

    With `now` it is a fact as well, the first one of its stream, so that central knows whose facts these are.
    """
    if _ITSELF.first(session) is None:
        session.add(Itself(one=1, station_id=station_id, incarnation=new_id()))
        session.flush()
        if now is not None:
            record(session, (StationFounded(station_id, code, name),), Cause(at=now, group=1))
        elif session.get(StationRow, station_id) is None:
            session.add(StationRow(id=station_id, code=code, name=name))
            session.flush()
    return itself(session)


# ---- recording ------------------------------------------------------------------------------------------------------


_OUTBOX = Prepared(insert(Outbox).values(seq=bindparam("seq"), fact_id=bindparam("fact_id")))


def record(session: Session, facts: Iterable[Fact], cause: Cause, voids: Sequence[bytes] = ()) -> tuple[Recorded, ...]:
    """Records facts (first the voiding of older ones) with their outbox rows, and applies them to the mirror."""
    whole: list[Fact] = [Voided(tuple(voids))] if voids else []
    whole += facts
    if not whole:
        return ()
    me = itself(session)
    seq, chain = me.seq, me.chain
    recorded = []
    offset = cause.at.astimezone().utcoffset()
    for fact in whole:
        seq += 1
        stamp = Stamp(
            fact_id=new_id(),
            station_id=me.station_id,
            incarnation=me.incarnation,
            seq=seq,
            group=cause.group,
            at=cause.at,
            tz_offset_min=int(offset.total_seconds() // 60) if offset else 0,
            actor_id=cause.actor_id,
            task_id=cause.task_id,
            device=cause.device,
            scan_number=cause.scan_number,
            scan_text=cause.scan_text,
        )
        data = canonical(fact.kind(), fact.version, fact.body(), stamp)
        chain = link(chain, data)
        insert_fact(session, fact, stamp, data, chain)
        _OUTBOX.run(session, seq=seq, fact_id=stamp.fact_id)
        rows = touched_rows(session, fact)
        fact.apply(session, stamp)
        _touch(session, rows, seq)
        recorded.append(Recorded(stamp.fact_id, cause.group, fact))
    move_itself(session, seq=seq, chain=chain)
    return tuple(r for r in recorded if not isinstance(r.fact, Voided))


_OWN = sqlite_insert(OwnTouch).values(topic=bindparam("topic"), key=bindparam("key"), seq=bindparam("seq"))
_TOUCH = Prepared(_OWN.on_conflict_do_update(index_elements=["topic", "key"], set_={"seq": _OWN.excluded.seq}))


def _touch(session: Session, rows: Sequence[Row], seq: int) -> None:
    """Marks rows of the mirror as written by an own fact; one statement for all of a fact."""
    tables = Model.metadata.tables
    marks = [{"topic": topic, "key": key_text(tables[topic], key), "seq": seq} for topic, key in dict.fromkeys(rows)]
    if marks:
        _TOUCH.run_many(session, marks)


_FACTS_OF = Prepared(
    select(FactRow.fact_id, FactRow.group, FactRow.kind, FactRow.data)
    .where(
        FactRow.task_id == bindparam("task_id"),
        FactRow.kind != "Voided",
        ~select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id).exists(),
    )
    .order_by(FactRow.seq)
)


def facts_of(session: Session, task_id: bytes) -> tuple[Recorded, ...]:
    """The facts of a task that were not taken back, in order: what its state is folded from."""
    rows = _FACTS_OF.all(session, task_id=task_id)
    found = ((fact_id, group, decode(kind, json.loads(data)["body"])) for fact_id, group, kind, data in rows)
    return tuple(Recorded(fact_id, group, fact) for fact_id, group, fact in found if fact is not None)


def put_ask(
    session: Session, *, request_id: bytes, kind: str, body: dict[str, object], task_id: bytes, now: datetime
) -> None:
    """Puts a question to central into the outbox."""
    me = itself(session)
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    session.execute(
        insert(Ask).values(
            request_id=request_id, station_id=me.station_id, kind=kind, body=text, task_id=task_id or None,
            asked_at=now, sent=False,
        )
    )  # fmt: skip


# ---- towards central ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What central does not have yet, and where the station stands."""

    station_id: bytes
    incarnation: bytes
    facts: tuple[WireFact, ...]
    asks: tuple[WireAsk, ...]
    waiting: tuple[bytes, ...]
    cursor: Cursor
    queued: int


def outgoing(session: Session, limit: int = PUSH_FACTS) -> Outgoing:
    """Reads what is to be pushed and pulled; nothing is written."""
    me = itself(session)
    unacked = select(Outbox.seq).where(Outbox.acked_at.is_(None))
    facts = session.execute(
        select(FactRow.fact_id, FactRow.seq, FactRow.chain, FactRow.data)
        .join(Outbox, Outbox.fact_id == FactRow.fact_id)
        .where(Outbox.acked_at.is_(None), FactRow.incarnation == me.incarnation)
        .order_by(Outbox.seq)
        .limit(limit)
    )
    asks = session.execute(select(Ask).where(Ask.sent.is_(False)).order_by(Ask.asked_at, Ask.request_id)).scalars()
    waiting = session.scalars(select(Ask.request_id))
    return Outgoing(
        me.station_id,
        me.incarnation,
        tuple(WireFact(*row) for row in facts),
        tuple(WireAsk(a.request_id, a.kind, a.body, a.task_id, a.asked_at.isoformat()) for a in asks),
        tuple(waiting),
        Cursor(me.feed_seq, me.feed_event or b""),
        session.scalar(select(func.count()).select_from(unacked.subquery())) or 0,
    )


def acknowledge(session: Session, mark: Mark, sent: tuple[bytes, ...], now: datetime) -> None:
    """Marks facts as pushed up to central's mark, and asks as sent."""
    session.execute(update(Outbox).where(Outbox.seq <= mark.seq, Outbox.acked_at.is_(None)).values(acked_at=now))
    if sent:
        session.execute(update(Ask).where(Ask.request_id.in_(sent)).values(sent=True))


def reconcile(session: Session, mark: Mark, now: datetime) -> str:
    """Compares central's mark with ours after hello; returns what was found: same, ack_lost, central_lost, fork.

    Central may have lost what it acknowledged (a power cut, a restore, a fail-over): then everything after its mark
    goes again, and the rows that these facts wrote are ours once more. Asks without an answer go again in any case:
    central answers each of them once.
    """
    me = itself(session)
    session.execute(update(Ask).values(sent=False))
    if mark.seq and _chain_at(session, me, mark.seq) != mark.chain:
        return "fork"
    acked = session.scalar(select(func.max(Outbox.seq)).where(Outbox.acked_at.is_not(None))) or 0
    if mark.seq < acked:
        session.execute(update(Outbox).where(Outbox.seq > mark.seq).values(acked_at=None))
        _touch_again(session, me, mark.seq)
        return "central_lost"
    holes = session.execute(
        update(Outbox).where(Outbox.seq <= mark.seq, Outbox.acked_at.is_(None)).values(acked_at=now)
    )
    return "ack_lost" if _rows(holes) else "same"


def _chain_at(session: Session, me: Standing, seq: int) -> bytes | None:
    return session.scalar(select(FactRow.chain).where(FactRow.seq == seq, FactRow.incarnation == me.incarnation))


def _touch_again(session: Session, me: Standing, applied: int) -> None:
    """Central stands at `applied` (once more): the rows of all own facts after it hold what it does not know."""
    move_itself(session, applied_seq=min(me.applied_seq, applied))
    later = select(FactRow.seq, FactRow.kind, FactRow.data).where(
        FactRow.seq > applied, FactRow.incarnation == me.incarnation
    )
    for seq, kind, data in session.execute(later.order_by(FactRow.seq)).all():
        fact = decode(kind, json.loads(data)["body"])
        _touch(session, touched_rows(session, fact) if fact else (), seq)


# ---- from central ---------------------------------------------------------------------------------------------------


def apply_feed(session: Session, rows: Sequence[FeedRow]) -> frozenset[str]:
    """Applies feed rows to the mirror, group by group, and moves the cursor; returns the topics that changed.

    A row that an own fact wrote, and whose fact central had not applied when it wrote the feed row, is left alone:
    central publishes it again when it applies that fact. So an older row never erases a fact.
    """
    if not rows:
        return frozenset()
    if rows[0].seq == 1 and itself(session).feed_seq:
        _begin_anew(session, rows)
    at = itself(session).feed_seq
    if [r.seq for r in rows] != list(range(at + 1, at + 1 + len(rows))):
        raise RuntimeError(f"the feed has a gap: row {rows[0].seq} … {rows[-1].seq} after {at}")
    topics: set[str] = set()
    for _, group in groupby(rows, key=lambda row: row.event_id):
        topics |= _apply_group(session, tuple(group))
    move_itself(session, feed_seq=rows[-1].seq, feed_event=rows[-1].event_id)
    return frozenset(topics)


def _begin_anew(session: Session, rows: Sequence[FeedRow]) -> None:
    """The feed is another one, and `rows` are all of it: forgets what it does not tell of, but for own facts."""
    me = itself(session)
    marks = [json.loads(r.body) for r in rows if r.topic == "applied" and r.key == me.station_id.hex()]
    mine = [mark["seq"] for mark in marks if mark["incarnation"] == me.incarnation.hex()]
    _touch_again(session, me, mine[-1] if mine else 0)
    told = {(r.topic, r.key) for r in rows if r.body} | {(t.topic, t.key) for t in session.scalars(select(OwnTouch))}
    for table in filter(is_mirrored, Model.metadata.sorted_tables):
        for key in session.execute(select(*table.primary_key.columns)).all():
            if (table.name, key_text(table, key)) not in told:
                session.execute(delete(table).where(_is_row(table, tuple(key))))
    move_itself(session, feed_seq=0, feed_event=None)


_UNTOUCH = Prepared(delete(OwnTouch).where(OwnTouch.seq <= bindparam("seq")))


def _apply_group(session: Session, rows: Sequence[FeedRow]) -> set[str]:
    me = itself(session)
    for row in rows:
        if row.topic == "applied" and row.key == me.station_id.hex():
            mark = json.loads(row.body)
            if mark["incarnation"] == me.incarnation.hex():
                move_itself(session, applied_seq=mark["seq"])
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
    session.delete(ask)
    body = json.loads(answer.body)
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


def _keep_dossier(session: Session, order_id: bytes, dossier: dict[str, object], now: datetime) -> None:
    text = json.dumps(dossier, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    row = session.get(Dossier, order_id)
    if row is None:
        session.add(Dossier(order_id=order_id, body=text, received_at=now))
    else:
        row.body, row.received_at = text, now
