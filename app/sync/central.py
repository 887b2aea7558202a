"""Central's side of the protocol on SQL: hello, push, pull, snapshot. What follows from facts is the applier's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from app.clock import Clock
from app.db import Database, central_push, glancing, now_of, pack_row, reading, tables_of
from app.db.bulk import write_new_rows
from app.db.feed import is_mirrored, told_columns
from app.facts import link
from app.models import Answer, Ask, ClusterMark, FactAgain, FactRow, Feed, FeedHead, Model, StationMark, StationSeen
from app.sync.wire import (
    FACT_BYTES,
    PUSH_BYTES,
    PUSH_FACTS,
    UNREADABLE,
    Cursor,
    FeedRow,
    Greeting,
    Identity,
    Mark,
    NotWelcome,
    Pulled,
    SnapshotPart,
    StreamBroken,
    Welcome,
    WireAnswer,
    WireAsk,
    WireFact,
)

__all__ = ["PULL_ROWS", "SqlCentral", "StreamBroken", "copies_of", "identity", "snapshot_parts", "welcome"]

PULL_ROWS = 100
"""Rows a pull brings at the most, save the rest of the last group: a few milliseconds of the station's work thread."""
SNAPSHOT_ROWS = 500
READ_FROM_START = 10_000
"""Rows of a feed that a new station reads one after the other; of a longer one it gets all rows as they are now."""
FORGOTTEN = '{"error":"this was answered too long ago: ask again"}'
"""What a station reads that comes for an answer after weeks."""
_ENDS, _ROW, _ANSWER = range(3)
"""What a row of a pull is."""
_NO_END = 2**62
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class SqlCentral:
    """Central on a database that this process can open."""

    def __init__(self, database: Database, clock: Clock, site: int = 1) -> None:
        self.database = database
        self.clock = clock
        self.site = site

    def hello(self, greeting: Greeting) -> Welcome:
        with central_push(self.database, relaxed=True) as session:
            _admit(session, greeting.station_id)
            now = now_of(session, self.clock)
            _note(session, greeting, now)
            return welcome(session, self.site, greeting, now)

    def push(
        self, station_id: bytes, incarnation: bytes, facts: tuple[WireFact, ...], asks: tuple[WireAsk, ...]
    ) -> Mark:
        _must_fit(facts)
        with glancing(self.database) as session:
            mark = _admitted(session, station_id, incarnation)
            _must_be_known(session, facts, mark)
        fresh = tuple(f for f in facts if f.seq > mark.seq)
        if not fresh and not asks:
            return mark  # a repeated push writes nothing at all
        try:
            with central_push(self.database, relaxed=not asks) as session:
                if fresh:
                    mark = _mark(session, station_id, incarnation, to_write=True)
                    fresh = tuple(f for f in facts if f.seq > mark.seq)
                if fresh:
                    mark = _store(session, station_id, incarnation, mark, fresh)
                for ask in asks:
                    _store_ask(session, station_id, ask)
        except IntegrityError as error:  # another fact has this number already, or two pushed at the same time
            raise StreamBroken("a number of this stream is taken") from error
        return mark

    def pull(self, station_id: bytes, cursor: Cursor, waiting: tuple[bytes, ...]) -> Pulled:
        with glancing(self.database) as session:
            ends, rows, answers = _look(session, self.site, station_id, cursor, waiting)
        _let_in(ends.revoked)
        if not _goes_on(cursor, ends):
            return Pulled((), (), complete=False, snapshot=True)
        complete = len(rows) < PULL_ROWS
        return Pulled(rows, answers if complete else (), complete)

    def snapshot(self, station_id: bytes, incarnation: bytes) -> Iterator[SnapshotPart]:
        with reading(self.database) as session:
            if session.get_bind().dialect.name == "postgresql":
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                session.execute(text("SET TRANSACTION READ ONLY"))
            _admit(session, station_id)
            yield from snapshot_parts(session, self.site, station_id, incarnation)

    def on_hint(self, hint: Callable[[], None]) -> None:
        """Who works for central in this process says himself when he has done something."""


# ---- hello ----------------------------------------------------------------------------------------------------------


def identity(session: Session) -> Identity:
    """Which central this is."""
    epoch = session.scalar(select(ClusterMark.epoch)) or b""
    if session.get_bind().dialect.name != "postgresql":
        return Identity(epoch)
    return Identity(epoch, *session.execute(text(_CLUSTER)).one())


_CLUSTER = (
    "SELECT (SELECT system_identifier::text FROM pg_control_system()), "
    "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int"
)
"""The timeline by the file that is written now: the control file names it at the next checkpoint only."""


def welcome(session: Session, site: int, greeting: Greeting, now: datetime) -> Welcome:
    """The answer to a greeting, out of what is committed."""
    ends = _Ends(*session.execute(select(*_ends(site, greeting.station_id, greeting.cursor))).one())
    return Welcome(
        identity(session),
        _mark(session, greeting.station_id, greeting.incarnation),
        ends.head,
        _goes_on(greeting.cursor, ends),
        now,
    )


def _admit(session: Session, station_id: bytes) -> None:
    _let_in(session.scalar(_revoked_at(station_id)) is not None)


def _revoked_at(station_id: bytes) -> Select[datetime | None]:
    return select(StationSeen.revoked_at).where(StationSeen.station_id == station_id)


def _let_in(revoked: bool) -> None:
    if revoked:
        raise NotWelcome("revoked")


def _note(session: Session, greeting: Greeting, now: datetime) -> None:
    values = {
        "seen_at": now, "app": greeting.app[:32], "schema": greeting.schema,
        "clock_offset_ms": greeting.clock_offset_ms,
    }  # fmt: skip
    there = update(StationSeen).where(StationSeen.station_id == greeting.station_id).values(**values)
    if session.execute(there.returning(StationSeen.station_id)).first() is None:
        session.execute(insert(StationSeen).values(station_id=greeting.station_id, **values))


# ---- push -----------------------------------------------------------------------------------------------------------


def _mark(session: Session, station_id: bytes, incarnation: bytes, *, to_write: bool = False) -> Mark:
    there = select(StationMark.pushed_seq, StationMark.pushed_chain).where(
        StationMark.station_id == station_id, StationMark.incarnation == incarnation
    )
    row = session.execute(there.with_for_update() if to_write else there).first()
    return Mark(*row) if row else Mark(0, b"")


def _admitted(session: Session, station_id: bytes, incarnation: bytes) -> Mark:
    """The mark of a station that is not sent away, in one statement."""
    there = (StationMark.station_id == station_id, StationMark.incarnation == incarnation)
    revoked_at, seq, chain = session.execute(
        select(
            _revoked_at(station_id).scalar_subquery(),
            select(StationMark.pushed_seq).where(*there).scalar_subquery(),
            select(StationMark.pushed_chain).where(*there).scalar_subquery(),
        )
    ).one()
    _let_in(revoked_at is not None)
    return Mark(0, b"") if seq is None else Mark(seq, chain)


def _must_fit(facts: tuple[WireFact, ...]) -> None:
    """Our own stations keep to these limits by themselves; whoever does not could fill central's disk in a night."""
    sizes = [len(f.data.encode()) for f in facts]
    if len(facts) > PUSH_FACTS or sum(sizes) > PUSH_BYTES or any(size > FACT_BYTES for size in sizes):
        raise NotWelcome("too_large")


def _must_be_known(session: Session, facts: tuple[WireFact, ...], mark: Mark) -> None:
    """What central acknowledged it must have: else these are other facts under numbers that are taken."""
    old = {f.fact_id for f in facts if f.seq <= mark.seq}
    known = set(session.scalars(select(FactRow.fact_id).where(FactRow.fact_id.in_(old)))) if old else set()
    if old - known:
        raise StreamBroken(f"{len(old - known)} facts up to {mark.seq} are not those that central has")


def _store(session: Session, station_id: bytes, incarnation: bytes, mark: Mark, facts: tuple[WireFact, ...]) -> Mark:
    begins = mark.seq == 0  # with the oldest fact that a station still keeps
    if (facts[0].seq != mark.seq + 1 and not begins) or [f.seq for f in facts] != list(
        range(facts[0].seq, facts[0].seq + len(facts))
    ):
        raise StreamBroken(f"facts {facts[0].seq}… do not continue after {mark.seq}")
    chain = mark.chain
    for fact in facts:
        chain = link(chain, fact.data.encode())
        if chain != fact.chain:
            raise StreamBroken(f"fact {fact.seq} is not linked to the one before it")
    _store_once(session, station_id, incarnation, facts)
    last = facts[-1]
    values = {"pushed_seq": last.seq, "pushed_chain": last.chain}
    where = (StationMark.station_id == station_id, StationMark.incarnation == incarnation)
    moved = update(StationMark).where(*where).values(**values).returning(StationMark.station_id)
    if session.execute(moved).first() is None:
        session.execute(
            insert(StationMark).values(station_id=station_id, incarnation=incarnation, applied_seq=0, **values)
        )
    return Mark(last.seq, last.chain)


def _store_once(session: Session, station_id: bytes, incarnation: bytes, facts: Sequence[WireFact]) -> None:
    """Keeps each fact under its id once. What is there already came again after a fork: only that is noted."""
    rows = {f.fact_id: _columns(station_id, incarnation, f) for f in facts}
    stored = _insert_new(session, rows)
    again = [f for f in facts if f.fact_id not in stored]
    if not again:
        return
    there = select(FactRow.fact_id, FactRow.data).where(FactRow.fact_id.in_([f.fact_id for f in again]))
    kept = {row.fact_id: row.data for row in session.execute(there)}
    session.execute(
        insert(FactAgain),
        [
            {
                "station_id": station_id, "incarnation": incarnation, "seq": f.seq, "fact_id": f.fact_id,
                "data": "" if kept[f.fact_id] == f.data else f.data,
            }
            for f in again
        ],
    )  # fmt: skip


_COLUMN_OF = {name: attribute.columns[0].name for name, attribute in FactRow.__mapper__.column_attrs.items()}


def _insert_new(session: Session, rows: dict[bytes, dict[str, object]]) -> set[bytes]:
    """Inserts the facts that are not there yet and returns their ids.

    The conflict is named: without a target another fact under the same number of the stream would vanish as well.
    SQLite's triggers refuse a row that is there before any conflict clause is asked; there the writer's lock is held.
    """
    if session.get_bind().dialect.name == "postgresql":
        named = [{_COLUMN_OF[name]: value for name, value in row.items()} for row in rows.values()]
        return write_new_rows(session, Model.metadata.tables[FactRow.__tablename__], named, "fact_id")
    known = set(session.scalars(select(FactRow.fact_id).where(FactRow.fact_id.in_(rows))))
    fresh = [row for fact_id, row in rows.items() if fact_id not in known]
    if fresh:
        session.execute(insert(FactRow), fresh)
    return rows.keys() - known


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
    """Keeps a question that is neither open nor answered: by one statement, which sees the moment before an answer
    took its question away or the moment after."""
    row: dict[str, Any] = {
        "request_id": ask.request_id, "station_id": station_id, "kind": ask.kind, "body": ask.body,
        "task_id": ask.task_id, "asked_at": datetime.fromisoformat(ask.asked_at), "sent": True,
    }  # fmt: skip
    columns = Ask.__table__.c
    is_new = ~or_(
        select(Ask.request_id).where(Ask.request_id == ask.request_id).exists(),
        select(Answer.request_id).where(Answer.request_id == ask.request_id).exists(),
    )
    values = select(*(literal(value, columns[name].type) for name, value in row.items())).where(is_new)
    session.execute(insert(Ask).from_select(list(row), values, include_defaults=False))


# ---- pull -----------------------------------------------------------------------------------------------------------


class _Ends(NamedTuple):
    """What a cursor is judged by: the feed's last number, the event at the cursor's number, the feed's first number
    (asked for by those only who have read nothing yet); and whether the station was sent away."""

    head: int
    event: bytes | None
    first: int | None
    revoked: bool


def _ends(site: int, station_id: bytes, cursor: Cursor) -> tuple[ColumnElement[Any], ...]:
    """The columns of an `_Ends`."""
    first = select(func.min(Feed.seq)).where(Feed.site == site).scalar_subquery()
    revoked = _revoked_at(station_id).where(StationSeen.revoked_at.is_not(None)).exists()
    return (
        func.coalesce(select(FeedHead.head).where(FeedHead.site == site).scalar_subquery(), 0),
        select(Feed.event_id).where(Feed.site == site, Feed.seq == cursor.seq).scalar_subquery(),
        cast(null(), Integer) if cursor.seq else first,
        case((revoked, 1), else_=0),
    )


def _goes_on(cursor: Cursor, ends: _Ends) -> bool:
    """Whether the last row that a station read is still in this feed; numbers alone do not tell."""
    if cursor.seq == 0:
        return ends.first in (None, 1) and ends.head <= READ_FROM_START
    return ends.event == cursor.event_id


def _next(site: int, cursor: int) -> ColumnElement[bool]:
    """The next rows after a cursor, and the rest of the last group: it is applied as a whole or not at all."""
    after = (Feed.site == site, Feed.seq > cursor)
    # of the last row that is wanted, each by itself: where there are not so many, nothing is looked for after it
    seq, event = (
        select(column).where(*after).order_by(Feed.seq).offset(PULL_ROWS - 1).limit(1).scalar_subquery()
        for column in (Feed.seq, Feed.event_id)
    )
    then = aliased(Feed)
    next_group = (
        select(then.seq)
        .where(then.site == site, then.seq > seq, then.event_id != event)
        .order_by(then.seq)
        .limit(1)
        .scalar_subquery()
    )
    return and_(*after, Feed.seq < func.coalesce(next_group, _NO_END))


def _look(
    session: Session, site: int, station_id: bytes, cursor: Cursor, waiting: tuple[bytes, ...]
) -> tuple[_Ends, tuple[FeedRow, ...], tuple[WireAnswer, ...]]:
    """All that a pull brings, by one statement: a station asks thousands of times an hour, and what costs is the way.

    What `_ends` says; the next rows of the feed; the answers to the asks that the station still waits for.
    """
    no_text = (literal(""), literal(""), literal(""))
    no_numbers = (literal(0), literal(0))
    parts = [
        select(literal(_ENDS), *_ends(site, station_id, cursor), *no_text),
        select(literal(_ROW), Feed.seq, Feed.event_id, *no_numbers, Feed.topic, Feed.key, Feed.body).where(
            _next(site, cursor.seq)
        ),
    ]
    if waiting:
        mine = (Answer.station_id == station_id, Answer.request_id.in_(waiting))
        texts = (Answer.kind, literal(""), Answer.body)
        parts.append(select(literal(_ANSWER), literal(0), Answer.request_id, *no_numbers, *texts).where(*mine))
    found: list[list[Any]] = [[], [], []]
    for what, *row in session.execute(union_all(*parts)):
        found[what].append(row)
    rows = sorted((FeedRow(seq, event, *texts) for seq, event, _, _, *texts in found[_ROW]), key=lambda row: row.seq)
    told = (WireAnswer(request, kind, body or FORGOTTEN) for _, request, _, _, kind, _, body in found[_ANSWER])
    return _Ends(*found[_ENDS][0][:4]), tuple(rows), tuple(told)


def snapshot_parts(session: Session, site: int, station_id: bytes, incarnation: bytes) -> Iterator[SnapshotPart]:
    """Every mirrored row, the end of the feed and the stream's mark, all by the one transaction that is open here."""
    head = session.scalar(select(FeedHead.head).where(FeedHead.site == site)) or 0
    event = session.scalar(select(Feed.event_id).where(Feed.site == site, Feed.seq == head)) or b""
    applied = session.scalar(
        select(StationMark.applied_seq).where(
            StationMark.station_id == station_id, StationMark.incarnation == incarnation
        )
    )
    cursor, applied_seq = Cursor(head, event), applied or 0
    yield SnapshotPart(cursor, applied_seq)
    for table in filter(is_mirrored, tables_of("central")):
        told = (table.c[name] for name in told_columns(table))  # a station may read no others
        found = session.execute(select(*told).execution_options(yield_per=SNAPSHOT_ROWS))
        for rows in found.mappings().partitions():
            yield SnapshotPart(cursor, applied_seq, table.name, tuple(pack_row(table, dict(row)) for row in rows))
