"""What follows from a carrier's scans: the parcel's state, the order's story, mails, and incidents for who must act."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.db import changed
from app.ids import stable_id
from app.models import Incident, Parcel, TimelineEntry, TrackingEvent
from app.text import Text, count, say
from app.tracking.rules.statuses import BACKWARD, OVER, TROUBLE, UNKNOWN, plain_word, state_of
from app.tracking.service.intents import intend, wanted_events
from app.work.service.timeline import add_entry

FRESH = timedelta(days=3)
"""How old a scan may be and still be worth a mail: an old table must not write to people about last month."""
_AGAIN = frozenset(("failed_attempt", "exception"))
"""What is told on the timeline each time; everything else once a parcel."""


@dataclass(frozen=True, slots=True)
class News:
    """One scan that nobody knew of. `status` is in our words, `raw` the carrier's own."""

    at: datetime
    status: str
    place: str
    words: str
    raw: str


def tell_news(session: Session, news: Mapping[bytes, Sequence[News]], now: datetime) -> None:
    """Draws all consequences of new scans, by parcel."""
    wanted = wanted_events(session)
    for parcel_id, scans in news.items():
        parcel = session.get_one(Parcel, parcel_id, populate_existing=True)
        for scan in sorted(scans, key=lambda s: (s.at, s.raw)):
            _tell(session, parcel, scan)
        state = _state(session, parcel_id)
        if state == parcel.tracking_state:
            continue
        _set_state(session, parcel_id, state)
        _incidents(session, parcel, state, now)
        at = max((s.at for s in scans if s.status == state), default=now)
        _mail(session, parcel, state, at, now, wanted)
        if state == "delivered":
            _all_delivered(session, parcel.order_id, at)


def _state(session: Session, parcel_id: bytes) -> str:
    events = session.execute(
        select(TrackingEvent.at, TrackingEvent.status).where(TrackingEvent.parcel_id == parcel_id)
    )  # fmt: skip
    return state_of((at, status) for at, status in events)


def _set_state(session: Session, parcel_id: bytes, state: str) -> None:
    session.execute(
        update(Parcel)
        .where(Parcel.id == parcel_id)
        .values(tracking_state=state)
        .execution_options(synchronize_session=False)
    )
    changed(session, Parcel, parcel_id)


# ---- the story ------------------------------------------------------------------------------------------------------


def _tell(session: Session, parcel: Parcel, scan: News) -> None:
    """One entry a status and parcel (a parcel is scanned at every ramp), each time for what went wrong."""
    if scan.status == UNKNOWN:
        return
    kind = f"tracking_{scan.status}"
    where = ", ".join(part for part in (scan.place, scan.words) if part) or scan.raw
    words = say("Parcel {n} {what} ({where})", n=parcel.number, what=_words(scan.status), where=where)
    if scan.status not in _AGAIN and _is_told(session, parcel, kind):
        return
    add_entry(session, order_id=parcel.order_id, at=scan.at, kind=kind, words=words)


def _is_told(session: Session, parcel: Parcel, kind: str) -> bool:
    said = session.scalars(
        select(TimelineEntry.words).where(TimelineEntry.order_id == parcel.order_id, TimelineEntry.kind == kind)
    )
    return any(["n", parcel.number] in json.loads(words)["arguments"] for words in said)


def _words(status: str) -> Text:
    match status:
        case "announced":
            return say("is announced to the carrier")
        case "accepted":
            return say("is with the carrier")
        case "in_transit":
            return say("is on its way")
        case "out_for_delivery":
            return say("is out for delivery")
        case "delivered":
            return say("is delivered")
        case "failed_attempt":
            return say("could not be delivered")
        case "exception":
            return say("is held up")
        case "returning":
            return say("is on its way back to us")
        case _:
            return say("is back with us")


def _all_delivered(session: Session, order_id: bytes, at: datetime) -> None:
    """Of an order with several parcels the last one makes the order delivered; its state stays shipped."""
    states = session.scalars(
        select(Parcel.tracking_state).where(Parcel.order_id == order_id, Parcel.state == "closed")
    ).all()
    if len(states) > 1 and set(states) == {"delivered"}:
        words = count(len(states), "{n} parcel delivered: the order is complete", "All {n} parcels are delivered")
        add_entry(session, order_id=order_id, at=at, kind="delivered", words=words)


# ---- who must act ---------------------------------------------------------------------------------------------------


def _incidents(session: Session, parcel: Parcel, state: str, now: datetime) -> None:
    if state in BACKWARD:
        open_incident(session, "return_to_sender", parcel, f"parcel {parcel.tracking} comes back", now)
    elif state in TROUBLE:
        open_incident(session, "delivery_trouble", parcel, f"parcel {parcel.tracking}: {state}", now)
    if state in OVER:
        resolve_incidents(session, parcel.id, ("delivery_trouble", "no_scan", "delivery_late"), now)
    elif state:
        resolve_incidents(session, parcel.id, ("no_scan",), now)


def open_incident(session: Session, kind: str, parcel: Parcel, detail: str, now: datetime) -> bool:
    """One incident of a kind a parcel; False when it is open, or was resolved: what a person settled stays settled."""
    incident_id = stable_id("incident", kind, parcel.id.hex())
    if session.get(Incident, incident_id) is not None:
        return False
    session.execute(
        insert(Incident).values(
            id=incident_id, kind=kind, order_id=parcel.order_id, subject=parcel.id, detail=detail, opened_at=now
        )
    )
    return True


def resolve_incidents(session: Session, parcel_id: bytes, kinds: Sequence[str], now: datetime) -> None:
    """Closes incidents of a parcel that news have settled."""
    session.execute(
        update(Incident)
        .where(Incident.subject == parcel_id, Incident.kind.in_(kinds), Incident.resolved_at.is_(None))
        .values(resolved_at=now)
        .execution_options(synchronize_session=False)
    )


def tell_unknown_words(session: Session, unknown: Mapping[tuple[str, str], int], now: datetime) -> list[Text]:
    """One incident a word that no table knows, and what the import says of it."""
    said = []
    for (carrier, raw), n in sorted(unknown.items()):
        incident_id = _word_id(carrier, raw)
        if session.get(Incident, incident_id) is None:
            detail = f"{carrier or 'a carrier'} says {raw!r}, which nobody here knows"
            session.execute(
                insert(Incident).values(id=incident_id, kind="tracking_word", detail=detail[:500], opened_at=now)
            )
        one, many = "{n} row says {word}, which nobody here knows", "{n} rows say {word}, which nobody here knows"
        said.append(count(n, one, many, word=raw[:80]))
    return said


def word_is_known(session: Session, carrier: str, raw: str, now: datetime) -> None:
    """A table has learnt what a carrier's word means: nobody need look at it any more."""
    session.execute(
        update(Incident)
        .where(Incident.id == _word_id(carrier, raw), Incident.resolved_at.is_(None))
        .values(resolved_at=now)
        .execution_options(synchronize_session=False)
    )


def _word_id(carrier: str, raw: str) -> bytes:
    return stable_id("incident", "tracking_word", carrier, plain_word(raw))


# ---- the customer ---------------------------------------------------------------------------------------------------


def _mail(session: Session, parcel: Parcel, state: str, at: datetime, now: datetime, wanted: frozenset[str]) -> None:
    event = "exception" if state in TROUBLE else state
    if event not in ("delivered", "exception") or event not in wanted or now - at > FRESH:
        return
    intend(session, order_id=parcel.order_id, event=event, parcels=[(parcel.id.hex(), parcel.tracking)], now=now)
