"""The station's side: records facts with their outbox rows, and knows what central has of them.

Everything here runs in the work thread, inside a transaction that the caller opened; the sync thread only carries
values between this and a `CentralPort`. What central sends is taken in by `mirror`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.clock import boot_id
from app.db import Prepared
from app.db.feed import key_text
from app.db.journal import Entry
from app.facts import Fact, Row, Stamp, canonical, link, read_fact
from app.ids import new_id
from app.models import (
    Ask,
    CentralSeen,
    FactRow,
    Itself,
    Model,
    Outbox,
    OwnLease,
    OwnTouch,
    StationRow,
    Voiding,
)
from app.sync.forking import Draft, Key, draft, touched_after
from app.sync.restoring import forget_numbers
from app.sync.wire import (
    FACT_BYTES,
    PUSH_BYTES,
    PUSH_FACTS,
    Cursor,
    Greeting,
    Identity,
    Mark,
    NotWelcome,
    Welcome,
    WireAsk,
    WireFact,
)
from app.work.facts import StationFounded, StreamNoted, Voided, touched_rows
from app.work.service.recording import insert_fact
from app.workflow import Recorded

log = logging.getLogger(__name__)


class FactTooLarge(ValueError):
    """A fact holds more than may travel. Nothing was recorded: what the hand did must be told in smaller parts."""


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
    for names in (
        ("seq", "chain"),
        ("feed_seq", "feed_event"),
        ("applied_seq",),
        ("person_id", "workflow", "task_id"),
        ("incarnation", "chain"),
    )
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


_OUTBOX = Prepared(insert(Outbox).values(seq=bindparam("seq"), fact_id=bindparam("fact_id"), chain=bindparam("chain")))


def record(session: Session, facts: Iterable[Fact], cause: Cause, voids: Sequence[bytes] = ()) -> tuple[Recorded, ...]:
    """Records facts (first the voiding of older ones) with their outbox rows, and applies them to the mirror."""
    whole: list[Fact] = [Voided(tuple(voids))] if voids else []
    whole += facts
    if not whole:
        return ()
    me = itself(session)
    seq, chain = me.seq, me.chain
    recorded = []
    written = session.info.setdefault("recorded", [])  # for the journal, once this is on the disk
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
        if len(data) > FACT_BYTES:
            raise FactTooLarge(f"a fact of kind {fact.kind()} holds {len(data)} bytes; {FACT_BYTES} may travel")
        before, chain = chain, link(chain, data)
        insert_fact(session, fact, stamp, data, chain)
        _OUTBOX.run(session, seq=seq, fact_id=stamp.fact_id, chain=chain)
        rows = touched_rows(session, fact)
        fact.apply(session, stamp)
        touch(session, rows, seq)
        recorded.append(Recorded(stamp.fact_id, cause.group, fact))
        written.append(Entry(me.incarnation, seq, before, chain, data.decode()))
    move_itself(session, seq=seq, chain=chain)
    return tuple(r for r in recorded if not isinstance(r.fact, Voided))


_OWN = sqlite_insert(OwnTouch).values(topic=bindparam("topic"), key=bindparam("key"), seq=bindparam("seq"))
_TOUCH = Prepared(_OWN.on_conflict_do_update(index_elements=["topic", "key"], set_={"seq": _OWN.excluded.seq}))


def touch(session: Session, rows: Sequence[Row], seq: int) -> None:
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
    found = ((fact_id, group, read_fact(kind, data)) for fact_id, group, kind, data in rows)
    return tuple(Recorded(fact_id, group, fact) for fact_id, group, fact in found if fact is not None)


def put_ask(
    session: Session,
    *,
    request_id: bytes,
    kind: str,
    body: dict[str, object],
    task_id: bytes,
    now: datetime,
    mono_ns: int = 0,
) -> None:
    """Puts a question to central into the outbox. What it is leased in answer runs from here on (`mono_ns`)."""
    me = itself(session)
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    session.execute(
        insert(Ask).values(
            request_id=request_id, station_id=me.station_id, kind=kind, body=text, task_id=task_id or None,
            asked_at=now, sent=False, boot=boot_id(), asked_ns=mono_ns,
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
    facts = session.execute(
        select(Outbox.fact_id, Outbox.seq, Outbox.chain, FactRow.data)
        .join(FactRow, FactRow.fact_id == Outbox.fact_id)
        .where(Outbox.acked_at.is_(None))
        .order_by(Outbox.seq)
        .limit(limit)
    )
    asks = session.execute(select(Ask).where(Ask.sent.is_(False)).order_by(Ask.asked_at, Ask.request_id)).scalars()
    waiting = session.scalars(select(Ask.request_id))
    return Outgoing(
        me.station_id,
        me.incarnation,
        tuple(_that_fit(WireFact(*row) for row in facts)),
        tuple(WireAsk(a.request_id, a.kind, a.body, a.task_id, a.asked_at.isoformat()) for a in asks),
        tuple(waiting),
        Cursor(me.feed_seq, me.feed_event or b""),
        queued(session),
    )


_UNACKED = Prepared(select(func.min(Outbox.seq)).where(Outbox.acked_at.is_(None)))


def queued(session: Session) -> int:
    """How many facts central has not acknowledged: all from the first such on, for it acknowledges in order."""
    first = _UNACKED.scalar(session)
    return 0 if first is None else itself(session).seq - int(first) + 1


def _that_fit(facts: Iterable[WireFact]) -> Iterator[WireFact]:
    """As many of them as one push carries."""
    room = PUSH_BYTES
    for fact in facts:
        room -= len(fact.data.encode())
        if room < 0:
            return
        yield fact


def acknowledge(session: Session, mark: Mark, sent: tuple[bytes, ...], now: datetime) -> None:
    """Marks facts as pushed up to central's mark, and asks as sent."""
    session.execute(update(Outbox).where(Outbox.seq <= mark.seq, Outbox.acked_at.is_(None)).values(acked_at=now))
    if sent:
        session.execute(update(Ask).where(Ask.request_id.in_(sent)).values(sent=True))


# ---- hello ----------------------------------------------------------------------------------------------------------


def greeting(session: Session, app: str = "") -> Greeting:
    """What this station says first."""
    me, seen = itself(session), session.get(CentralSeen, 1)
    acked = session.execute(
        select(Outbox.seq, Outbox.chain).where(Outbox.acked_at.is_not(None)).order_by(Outbox.seq.desc()).limit(1)
    ).first()
    return Greeting(
        me.station_id,
        me.incarnation,
        Mark(*acked) if acked else Mark(0, b""),
        Cursor(me.feed_seq, me.feed_event or b""),
        app,
        clock_offset_ms=seen.clock_offset_ms if seen else 0,
    )


def must_be_newest(session: Session, identity: Identity) -> None:
    """Refuses a central that another server has taken the place of: what it is told would be lost with it."""
    seen = session.get(CentralSeen, 1, populate_existing=True)
    if seen is not None and seen.system == identity.system and identity.timeline < seen.timeline:
        raise NotWelcome("old_primary")


def reconcile(
    session: Session,
    welcome: Welcome,
    now: datetime,
    *,
    offset_ms: int = 0,
    broken: bool = False,
    drafted: Draft | None = None,
) -> str:
    """Compares what central has with what is here; returns what was found: same, ack_lost, central_lost, fork.

    Central may have lost what it acknowledged (a power cut, a restore, a fail-over): then everything after its mark
    goes again, and the rows that these facts wrote are ours once more. Where the chains differ this is not the file
    that central heard of (a clone, an old image): then all that is here goes again in a stream of its own. So it does
    when central refused the stream although the marks are even (`broken`), and when it lost more than is kept here.
    Asks without an answer go again in any case: central answers each of them once. `drafted` is what the sync thread
    worked out for a new stream; without it that is done here.
    """
    must_be_newest(session, welcome.identity)
    session.execute(update(Ask).values(sent=False))
    moved = _meet(session, welcome, now, offset_ms)
    found, detail = _compare(session, welcome.mark, now, broken=broken, drafted=drafted)
    notes = [("central_moved", "")] if moved else []
    if found in ("fork", "central_lost"):
        notes.append((found, detail))
    if notes:
        record(
            session, [StreamNoted(what, words) for what, words in notes], Cause(at=now, group=itself(session).seq + 1)
        )
    return found


def draft_of_fork(session: Session, mark: Mark, *, broken: bool) -> Draft | None:
    """What a new stream will be made of if this mark of central begins one; None when the stream goes on."""
    if not broken and _goes_on(session, mark):
        return None
    return draft(session, itself(session).incarnation)


def _goes_on(session: Session, mark: Mark) -> bool:
    """Whether what is kept here continues what central has."""
    acked, first = _kept(session)
    is_new = mark.seq == 0 and acked is None  # begun here, and nothing of it has reached central yet
    return is_new or _is_same_stream(session, mark, first or 0)


def _kept(session: Session) -> tuple[int | None, int | None]:
    """The last fact that central acknowledged, and the first that is kept."""
    acked, first = session.execute(
        select(func.max(Outbox.seq).filter(Outbox.acked_at.is_not(None)), func.min(Outbox.seq))
    ).one()
    return acked, first


def _compare(session: Session, mark: Mark, now: datetime, *, broken: bool, drafted: Draft | None) -> tuple[str, str]:
    acked, _ = _kept(session)
    if broken or not _goes_on(session, mark):
        return "fork", _new_stream(session, now, drafted)
    if mark.seq < (acked or 0):
        session.execute(update(Outbox).where(Outbox.seq > mark.seq).values(acked_at=None))
        _is_at(session, itself(session), mark.seq, touched_after(session, mark.seq))
        return "central_lost", f"{(acked or 0) - mark.seq} facts after {mark.seq}"
    holes = session.execute(
        update(Outbox).where(Outbox.seq <= mark.seq, Outbox.acked_at.is_(None)).values(acked_at=now)
    )
    return ("ack_lost" if holes.rowcount else "same"), ""  # type: ignore[attr-defined]  # a CursorResult


def _is_same_stream(session: Session, mark: Mark, first: int) -> bool:
    """Whether the facts that are kept here, from the `first` on, continue what central has."""
    if mark.seq < first:  # the link before the first one is not kept: a push shows whether it fits
        return mark.seq == first - 1
    ours = session.scalar(select(Outbox.chain).where(Outbox.seq == mark.seq))
    return mark.seq == 0 or ours == mark.chain


def _meet(session: Session, welcome: Welcome, now: datetime, offset_ms: int) -> bool:
    """Remembers which central this is; whether it is another one than last time."""
    seen = session.get(CentralSeen, 1, populate_existing=True)
    known = seen is not None and seen.epoch is not None
    seen = seen or CentralSeen(one=1)
    moved = known and Identity(seen.epoch or b"", seen.system, seen.timeline) != welcome.identity
    seen.epoch, seen.system, seen.timeline = welcome.identity.epoch, welcome.identity.system, welcome.identity.timeline
    seen.schema_min, seen.schema_max = welcome.schema_min, welcome.schema_max
    seen.clock_offset_ms, seen.met_at = offset_ms, now
    session.add(seen)
    session.flush()
    return moved


_LINK = Prepared(update(Outbox).where(Outbox.seq == bindparam("of")).values(chain=bindparam("to")))


def _new_stream(session: Session, now: datetime, drafted: Draft | None) -> str:
    """Goes on in a stream of its own, and sends all facts that are here once more, under their old ids and numbers.

    Numbers leased to this station may be in use by its twin: they are given up, as are leases of work not begun.
    """
    old = itself(session)
    made = draft(session, old.incarnation, drafted)
    session.execute(update(Outbox).values(acked_at=None))
    if made.links:
        _LINK.run_many(session, [{"of": seq, "to": chain} for seq, chain in made.links])
    move_itself(session, incarnation=new_id(), chain=made.chain)
    # how far the other stream is applied says nothing about this one
    _is_at(session, old, 0, made.touched)
    forget_numbers(session)
    session.execute(update(OwnLease).values(boot=bytes(16)))
    session.execute(update(CentralSeen).values(forked_at=now, forked_seq=old.seq))
    return f"{len(made.links)} facts go again; the stream so far was {old.incarnation.hex()}"


def _is_at(session: Session, me: Standing, applied: int, touched: Mapping[Key, int]) -> None:
    """Central stands at `applied` (once more): the rows of all own facts after it hold what it does not know."""
    move_itself(session, applied_seq=min(me.applied_seq, applied))
    if touched:
        _TOUCH.run_many(session, [{"topic": topic, "key": key, "seq": seq} for (topic, key), seq in touched.items()])
