"""What follows from counts: they are compared with the book of their own moment, and the book is set right.

A count is an absolute statement and does not commute with movements: what happened before it may arrive after it. So

* each count is held against the book *as it was at that moment*: of the counting station by the number in its stream,
  of other stations by their clocks, the only thing that is known of their order;
* while another station may still have something to say about the place (it moved goods there lately, or has work there
  in hand) and has not been heard of since, nothing is decided; after a time it is decided all the same;
* what then still arrives from before the settled count was seen by it already, and is balanced at once;
* a count that is judged after a later one of the same place sets nothing right any more.

So any order of arrival ends at what was counted plus what happened afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database, Prepared, central_write, changed, reading
from app.facts import Fact, Stamp
from app.ids import new_id
from app.inventory.facts import GOOD, Adjusted, Counted
from app.inventory.queries import RECOUNT
from app.inventory.queries.counting import UNSETTLED, book, count_cap, count_tolerance, count_wait_minutes
from app.inventory.rules.counting import Spot, differences, verdict
from app.inventory.service.promises import follow_goods
from app.models import Bin, CountTask, FactRow, Incident, Movement, PickLine, Sku, StationMark, Stock, Work
from app.models.base import Utc
from app.settings import Home
from app.work.service import record_here
from app.work.service.recording import OFFICE

LATELY = timedelta(hours=12)
"""A station that moved goods at a place within so long before a count may still have something to say about it."""
NEGATIVE = "negative_stock"


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation: which fact of which stream, when, by whom, and what was there."""

    fact_id: bytes
    station_id: bytes
    incarnation: bytes
    seq: int
    at: datetime
    actor_id: bytes
    units: dict[Spot, int]


# ---- counts are asked for -------------------------------------------------------------------------------------------


def ask_count(
    session: Session, *, place_id: bytes, sku_id: bytes | None, reason: str, now: datetime, priority: int = 50
) -> bytes:
    """Asks that a place be counted and returns the count's id; one that is open already and covers it is the same."""
    covers = or_(CountTask.sku_id.is_(None), CountTask.sku_id == sku_id) if sku_id else CountTask.sku_id.is_(None)
    known = session.scalar(
        select(CountTask.id).where(CountTask.place_id == place_id, CountTask.state.in_(UNSETTLED), covers).limit(1)
    )
    if known is not None:
        return known
    count_id = new_id()
    session.execute(
        insert(CountTask).values(
            id=count_id, place_id=place_id, sku_id=sku_id, reason=reason, state="open", priority=priority,
            opened_at=now,
        )
    )  # fmt: skip
    changed(session, CountTask, count_id)
    return count_id


def tend_counts(database: Database, clock: Clock, home: Home) -> int:
    """Central's duty: judges counts that waited for other stations, and asks for counts of doubted places."""
    with reading(database) as session:
        waiting = session.scalars(select(CountTask.id).where(CountTask.state == "counted")).all()
        doubted = _doubted(session)
    done = 0
    for count_id in waiting:
        with central_write(database) as session:
            done += judge_count(session, count_id=count_id, now=clock.now())
    if doubted:
        with central_write(database) as session:
            done += _ask_for_doubted(session, clock.now())
    return done


def _doubted(session: Session) -> list[tuple[bytes, bytes, str]]:
    """(place, SKU, reason) of doubts that nobody is asked to count yet: shorts first, then what is below nought."""
    asked = select(CountTask.id).where(
        CountTask.place_id == Incident.subject,
        CountTask.state.in_(UNSETTLED),
        or_(CountTask.sku_id.is_(None), CountTask.sku_id == Sku.id),
    )
    shorts = session.execute(
        select(Incident.subject, Sku.id)
        .join(Sku, Sku.sku == Incident.detail)
        .join(Bin, Bin.id == Incident.subject)
        .where(Incident.kind == RECOUNT, Incident.resolved_at.is_(None), ~asked.exists())
        .order_by(Incident.opened_at)
    ).all()
    below = session.execute(
        select(Incident.subject, Sku.id)
        .join(Stock, and_(Stock.place_id == Incident.subject, Stock.on_hand < 0))
        .join(Sku, Sku.id == Stock.sku_id)
        .where(Incident.kind == NEGATIVE, Incident.resolved_at.is_(None), ~asked.exists())
        .order_by(Incident.opened_at)
    ).all()
    found = [(p, s, "short") for p, s in shorts] + [(p, s, "negative") for p, s in below]
    return list(dict.fromkeys((p, s, r) for p, s, r in found if p is not None))


def _ask_for_doubted(session: Session, now: datetime) -> int:
    """Asks for as many counts as the day's cap leaves; the rest waits for tomorrow."""
    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    today = select(func.count()).where(CountTask.reason.in_(("short", "negative")), CountTask.opened_at >= midnight)
    left = max(count_cap(session) - (session.scalar(today) or 0), 0)
    wanted = _doubted(session)[:left]
    for place_id, sku_id, reason in wanted:
        ask_count(session, place_id=place_id, sku_id=sku_id, reason=reason, now=now, priority=40)
    return len(wanted)


# ---- counts are judged ----------------------------------------------------------------------------------------------


def follow_count(session: Session, fact: Fact, stamp: Stamp) -> None:
    """After a count arrived: it is judged at once unless another station may still have something to say."""
    assert isinstance(fact, Counted)
    task = session.get(CountTask, fact.count_id, populate_existing=True)
    if task is not None and task.state in ("done", "cancelled"):
        _count_again_if_it_differs(session, task, stamp)
        return
    judge_count(session, count_id=fact.count_id, now=stamp.at)


def judge_count(session: Session, *, count_id: bytes, now: datetime) -> bool:
    """Decides what follows from the last count of a place: settled, counted again by somebody else, judged by a lead.

    False while it has to wait for other stations.
    """
    task = session.get(CountTask, count_id, populate_existing=True)
    if task is None or task.state != "counted":
        return False
    ids = [i for i in (task.first_fact, task.second_fact, task.judge_fact) if i is not None]
    rounds = [seen_by(session, fact_id) for fact_id in ids]
    last = rounds[-1]
    patience = timedelta(minutes=count_wait_minutes(session))
    if now - last.at < patience and _on_their_way(session, task, last):
        return False
    if len(rounds) == 2 and rounds[0].actor_id and rounds[0].actor_id == last.actor_id:
        _set(session, task, state="again", second_by=None, second_fact=None)
        return True
    known = _known_better(session, task, last)
    found = [_differences(session, task, seen, known) for seen in rounds]
    match verdict(found, count_tolerance(session)):
        case "settle":
            _settle(session, task, last, found[-1], now)
        case word:
            _set(session, task, state=word)
    return True


def _differences(session: Session, task: CountTask, seen: Seen, known: Collection[bytes | None]) -> dict[Spot, int]:
    """Counted minus book at the moment of an observation, but for what is known better by now."""
    found = differences(book_at(session, task.place_id, task.sku_id or b"", seen), seen.units)
    return {} if None in known else {spot: units for spot, units in found.items() if spot[0] not in known}


def _known_better(session: Session, task: CountTask, seen: Seen) -> frozenset[bytes | None]:
    """What later counts of the place have settled already: SKUs, None for all that lies there."""
    later = select(CountTask.sku_id).where(
        CountTask.place_id == task.place_id, CountTask.state == "done", CountTask.counted_at > seen.at
    )
    return frozenset(session.scalars(later))


def seen_by(session: Session, fact_id: bytes) -> Seen:
    """The observation that a stored `Counted` is."""
    row = session.get_one(FactRow, fact_id)
    body = json.loads(row.data)["body"]
    units: dict[Spot, int] = {}
    for sku, lot, status, n in zip(body["skus"], body["lots"], body["statuses"], body["units"], strict=True):
        spot = (bytes.fromhex(sku), lot, status)
        units[spot] = units.get(spot, 0) + n
    return Seen(fact_id, row.station_id, row.incarnation, row.seq, row.at, row.actor_id or b"", units)


def book_at(session: Session, place_id: bytes, sku_id: bytes, seen: Seen) -> dict[Spot, int]:
    """What the book would have said at the moment of an observation, by all that is known now."""
    then = book(session, place_id, sku_id)
    skus = _skus(session, place_id, sku_id, seen)
    key = (Movement.sku_id, Movement.lot, Movement.status)
    rows = session.execute(
        select(*key, func.sum(Movement.quantity))
        .join(FactRow, FactRow.fact_id == Movement.fact_id)
        .where(Movement.sku_id.in_(skus), Movement.place_id == place_id, _after(seen))
        .group_by(*key)
    )
    for sku, lot, status, units in rows:
        then[sku, lot, status] = then.get((sku, lot, status), 0) - units
    return then


def _skus(session: Session, place_id: bytes, sku_id: bytes, seen: Seen) -> list[bytes]:
    if sku_id:
        return [sku_id]
    known = set(session.scalars(select(Stock.sku_id).where(Stock.place_id == place_id)))
    return sorted(known | {sku for sku, _, _ in seen.units})


def _after(seen: Seen) -> ColumnElement[bool]:
    """Facts from after an observation: by number in its own stream, by the clock in others."""
    own = and_(FactRow.station_id == seen.station_id, FactRow.incarnation == seen.incarnation)
    return or_(and_(own, FactRow.seq > seen.seq), and_(~own, FactRow.at > seen.at))


def _on_their_way(session: Session, task: CountTask, seen: Seen) -> bool:
    """Whether a station that had to do with the place may have facts from before the count that are not here yet."""
    skus = _skus(session, task.place_id, task.sku_id or b"", seen)
    hands = (
        select(FactRow.station_id)
        .join(Movement, Movement.fact_id == FactRow.fact_id)
        .where(Movement.sku_id.in_(skus), Movement.place_id == task.place_id, FactRow.at > seen.at - LATELY)
        .distinct()
    )
    at_work = (
        select(Work.station_id)
        .join(PickLine, PickLine.work_id == Work.id)
        .where(PickLine.place_id == task.place_id, Work.state == "leased", Work.started, Work.station_id.is_not(None))
        .distinct()
    )
    stations = {s for s in (*session.scalars(hands), *session.scalars(at_work)) if s is not None}
    return any(not _heard_since(session, s, seen.at) for s in sorted(stations - {seen.station_id, OFFICE}))


def _heard_since(session: Session, station_id: bytes, moment: datetime) -> bool:
    """Whether central applied a fact of a station that is not older than that moment: all before it are here too."""
    marks = session.execute(
        select(StationMark.incarnation, StationMark.applied_seq).where(StationMark.station_id == station_id)
    ).all()
    for incarnation, seq in marks:
        last = select(FactRow.at).where(
            FactRow.station_id == station_id, FactRow.incarnation == incarnation, FactRow.seq == seq
        )
        if (at := session.scalar(last)) is not None and at >= moment:
            return True
    return False


# ---- the book is set right ------------------------------------------------------------------------------------------


def _settle(session: Session, task: CountTask, seen: Seen, found: dict[Spot, int], now: datetime) -> None:
    place_id, sku_id = task.place_id, task.sku_id
    facts = [
        Adjusted(task.id, sku, place_id, lot, status, units) for (sku, lot, status), units in sorted(found.items())
    ]
    _set(session, task, state="done", settled_at=now, settled_fact=seen.fact_id, counted_at=seen.at)
    record_here(session, facts, now=seen.at)
    for sku, lot, status in found:
        if status == GOOD:
            follow_goods(session, sku_id=sku, place_id=place_id, lot=lot, now=now)
    _end_doubts(session, place_id, sku_id, now)


def _end_doubts(session: Session, place_id: bytes, sku_id: bytes | None, now: datetime) -> None:
    """The place is no longer doubted: what lies there is promised again."""
    skus = select(Sku.sku).where(Sku.id == sku_id)
    sku = session.scalar(skus) if sku_id else None
    about = [and_(Incident.kind == RECOUNT, *([Incident.detail == sku] if sku else []))]
    about.append(
        and_(Incident.kind == NEGATIVE, *([Incident.detail.startswith(f"{sku} at ", autoescape=True)] if sku else []))
    )
    session.execute(
        update(Incident)
        .where(Incident.subject == place_id, Incident.resolved_at.is_(None), or_(*about))
        .values(resolved_at=now)
        .execution_options(synchronize_session=False)
    )


def _set(session: Session, task: CountTask, **values: object) -> None:
    session.execute(
        update(CountTask).where(CountTask.id == task.id).values(**values).execution_options(synchronize_session=False)
    )
    session.expire(task)
    changed(session, CountTask, task.id)


def _count_again_if_it_differs(session: Session, task: CountTask, stamp: Stamp) -> None:
    """A count of what was settled meanwhile: when it says something else, somebody is asked to look once more."""
    seen = seen_by(session, stamp.fact_id)
    if _differences(session, task, seen, _known_better(session, task, seen)):
        ask_count(session, place_id=task.place_id, sku_id=task.sku_id, reason="asked", now=stamp.at)


_COUNTED_SINCE = Prepared(
    select(CountTask.id)
    .join(Movement, Movement.place_id == CountTask.place_id)
    .where(Movement.fact_id == bindparam("fact_id"))
    .where(CountTask.state == "done", CountTask.counted_at >= bindparam("at", type_=Utc))
    .limit(1)
)


def follow_late(session: Session, fact: Fact, stamp: Stamp) -> None:
    """Balances movements from before a settled count that arrive after it: the count has seen what they did."""
    if _COUNTED_SINCE.first(session, fact_id=stamp.fact_id, at=stamp.at) is None:
        return  # hardly any fact is late
    lines = session.execute(
        select(Movement.sku_id, Movement.place_id, Movement.lot, Movement.status, Movement.quantity).where(
            Movement.fact_id == stamp.fact_id
        )
    ).all()
    for line in lines:
        settled = session.execute(
            select(CountTask.id, CountTask.settled_fact, CountTask.counted_at)
            .where(CountTask.place_id == line.place_id, CountTask.state == "done", CountTask.counted_at >= stamp.at)
            .where(or_(CountTask.sku_id.is_(None), CountTask.sku_id == line.sku_id))
            .order_by(CountTask.counted_at.desc())
            .limit(1)
        ).first()
        if settled is None or settled.settled_fact is None or settled.counted_at is None:
            continue
        if _is_before(session, stamp, settled.settled_fact):
            again = Adjusted(settled.id, line.sku_id, line.place_id, line.lot, line.status, -line.quantity)
            record_here(session, (again,), now=settled.counted_at)


def _is_before(session: Session, stamp: Stamp, counted: bytes) -> bool:
    """Whether a fact of another stream is from before that count (in the same stream it would have come before it)."""
    seen = session.get_one(FactRow, counted)
    return (stamp.station_id, stamp.incarnation) != (seen.station_id, seen.incarnation)
