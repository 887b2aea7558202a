"""The station's side: records facts with their outbox rows, keeps the mirror, knows what central has.

Everything here runs in the work thread, inside a transaction that the caller opened; the sync thread only carries
values between this and a `CentralPort`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Table, and_, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.db import unpack_row
from app.db.feed import key_text, table_of
from app.facts import Fact, Stamp, canonical, decode, link
from app.ids import new_id
from app.models import Ask, Dossier, FactRow, Itself, Model, NumberRange, Outbox, OwnTouch, StationRow, Voiding
from app.sync.wire import FeedRow, Mark, WireAnswer, WireAsk, WireFact
from app.work.facts import Voided, touched_rows
from app.work.service.recording import fact_columns
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


def itself(session: Session) -> Itself:
    """The one row about this station."""
    return session.get_one(Itself, 1, populate_existing=True)


def found_station(session: Session, station_id: bytes, code: str, name: str) -> Itself:
    """Makes the station's own row on first start; a file belongs to one station for ever."""
    row = session.get(Itself, 1, populate_existing=True)
    if row is None:
        row = Itself(one=1, station_id=station_id, incarnation=new_id())
        session.add(row)
        if session.get(StationRow, station_id) is None:
            session.add(StationRow(id=station_id, code=code, name=name))
        session.flush()
    return row


# ---- recording ------------------------------------------------------------------------------------------------------


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
        session.execute(insert(FactRow).values(**fact_columns(fact, stamp, data, chain)))
        session.execute(insert(Outbox).values(seq=seq, fact_id=stamp.fact_id))
        rows = touched_rows(session, fact)
        fact.apply(session, stamp)
        for topic, key in rows:
            _touch(session, topic, key, seq)
        recorded.append(Recorded(stamp.fact_id, cause.group, fact))
    me.seq, me.chain = seq, chain
    session.flush()
    return tuple(r for r in recorded if not isinstance(r.fact, Voided))


def _touch(session: Session, topic: str, key: tuple[bytes | str | int, ...], seq: int) -> None:
    text = key_text(Model.metadata.tables[topic], key)
    where = (OwnTouch.topic == topic, OwnTouch.key == text)
    if session.execute(update(OwnTouch).where(*where).values(seq=seq)).rowcount == 0:  # type: ignore[attr-defined]
        session.execute(insert(OwnTouch).values(topic=topic, key=text, seq=seq))


def facts_of(session: Session, task_id: bytes) -> tuple[Recorded, ...]:
    """The facts of a task that were not taken back, in order: what its state is folded from."""
    gone = select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id)
    rows = session.execute(
        select(FactRow.fact_id, FactRow.group, FactRow.kind, FactRow.data)
        .where(FactRow.task_id == task_id, FactRow.kind != "Voided", ~gone.exists())
        .order_by(FactRow.seq)
    )
    found = ((r.fact_id, r.group, decode(r.kind, json.loads(r.data)["body"])) for r in rows)
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
    cursor: int
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
        me.feed_seq,
        session.scalar(select(func.count()).select_from(unacked.subquery())) or 0,
    )


def acknowledge(session: Session, mark: Mark, sent: tuple[bytes, ...], now: datetime) -> None:
    """Marks facts as pushed up to central's mark, and asks as sent."""
    session.execute(update(Outbox).where(Outbox.seq <= mark.seq, Outbox.acked_at.is_(None)).values(acked_at=now))
    if sent:
        session.execute(update(Ask).where(Ask.request_id.in_(sent)).values(sent=True))


def reconcile(session: Session, mark: Mark, now: datetime) -> str:
    """Compares central's mark with ours after hello; returns what was found: same, ack_lost, central_lost, fork.

    Central may have lost what it acknowledged (a restore, a fail-over): then everything after its mark goes again.
    """
    ours = session.execute(
        select(FactRow.chain).where(FactRow.seq == mark.seq, FactRow.station_id == itself(session).station_id)
    ).scalar()
    if mark.seq and ours != mark.chain:
        return "fork"
    acked = session.scalar(select(func.max(Outbox.seq)).where(Outbox.acked_at.is_not(None))) or 0
    if mark.seq < acked:
        session.execute(update(Outbox).where(Outbox.seq > mark.seq).values(acked_at=None))
        return "central_lost"
    holes = session.execute(
        update(Outbox).where(Outbox.seq <= mark.seq, Outbox.acked_at.is_(None)).values(acked_at=now)
    )
    return "ack_lost" if holes.rowcount else "same"  # type: ignore[attr-defined]


# ---- from central ---------------------------------------------------------------------------------------------------


def apply_feed(session: Session, rows: Sequence[FeedRow]) -> frozenset[str]:
    """Applies feed rows to the mirror, group by group, and moves the cursor; returns the topics that changed.

    A row that an own fact wrote, and whose fact central had not applied when it wrote the feed row, is left alone:
    central publishes it again when it applies that fact. So an older row never erases a fact.
    """
    me = itself(session)
    topics: set[str] = set()
    start = 0
    while start < len(rows):
        stop = start
        while stop < len(rows) and rows[stop].event_id == rows[start].event_id:
            stop += 1
        topics |= _apply_group(session, me, rows[start:stop])
        start = stop
    if rows:
        if rows[0].seq != me.feed_seq + 1:
            raise RuntimeError(f"the feed has a gap: row {rows[0].seq} after {me.feed_seq}")
        me.feed_seq, me.feed_event = rows[-1].seq, rows[-1].event_id
        session.flush()
    return frozenset(topics)


def _apply_group(session: Session, me: Itself, rows: Sequence[FeedRow]) -> set[str]:
    for row in rows:
        if row.topic == "applied" and row.key == me.station_id.hex():
            mark = json.loads(row.body)
            if mark["incarnation"] == me.incarnation.hex():
                me.applied_seq = mark["seq"]
                session.execute(delete(OwnTouch).where(OwnTouch.seq <= me.applied_seq))
    mine = _own_keys(session, rows)
    fresh: dict[str, list[FeedRow]] = {}
    for row in rows:
        if table_of(row.topic) is not None and (row.topic, row.key) not in mine:
            fresh.setdefault(row.topic, []).append(row)
    for topic, some in fresh.items():
        _put_rows(session, Model.metadata.tables[topic], some)
    return set(fresh)


def _own_keys(session: Session, rows: Sequence[FeedRow]) -> set[tuple[str, str]]:
    """Which of these rows an own fact wrote that central had not applied yet."""
    if session.scalar(select(OwnTouch.seq).limit(1)) is None:
        return set()
    keys = [row.key for row in rows]
    found: set[tuple[str, str]] = set()
    for start in range(0, len(keys), 500):
        some = select(OwnTouch.topic, OwnTouch.key).where(OwnTouch.key.in_(keys[start : start + 500]))
        found |= {(r.topic, r.key) for r in session.execute(some)}
    return found


def _put_rows(session: Session, table: Table, rows: Sequence[FeedRow]) -> None:
    """Writes whole rows of one table; private columns of a row that is there stay as they are."""
    by_columns: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for row in rows:
        if row.body:
            values = unpack_row(table, row.body)
            by_columns.setdefault(tuple(values), []).append(values)
        else:
            session.execute(delete(table).where(_key_of(table, row.key)))
    hidden = dict.fromkeys(table.info.get("private", ()), "")
    for columns, some in by_columns.items():
        session.execute(_upsert(table, columns), [{**hidden, **values} for values in some])


@cache
def _upsert(table: Table, columns: tuple[str, ...]) -> Insert:
    keys = [c.name for c in table.primary_key.columns]
    statement = sqlite_insert(table)
    rest = {name: statement.excluded[name] for name in columns if name not in keys}
    if rest:
        return statement.on_conflict_do_update(index_elements=keys, set_=rest)
    return statement.on_conflict_do_nothing(index_elements=keys)


def _key_of(table: Table, text: str) -> ColumnElement[bool]:
    parts = text.split("/", len(table.primary_key.columns) - 1)
    columns = list(table.primary_key.columns)
    typed = [_key_part(c, p) for c, p in zip(columns, parts, strict=True)]
    return and_(*(c == v for c, v in zip(columns, typed, strict=True)))


def _key_part(column: object, text: str) -> object:
    kind = getattr(column, "type").python_type  # noqa: B009  # a Column's type is not known to the checker here
    return bytes.fromhex(text) if kind is bytes else kind(text)


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
