"""What customers are to be told, written down in the transaction of its reason: once, whatever is repeated.

A mail is an `Effect` of kind "mail" whose `request_id` is made of what it tells. Its `request` names the parcels with
the tracking numbers that they had then; names and addresses are looked up when it is sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.facts import Stamp
from app.ids import new_id, stable_id
from app.models import Effect, Order, Parcel
from app.packing.facts import LabelVoided, ParcelClosed
from app.tracking.queries.mails import KIND
from app.work.queries import setting

Told = tuple[str, str]
"""(parcel, in hex; its tracking number): a parcel with another label is other news."""


def wanted_events(session: Session) -> frozenset[str]:
    """The setting `mail_events`: shipped, delivered, exception, separated by commas; "none" for none."""
    said = setting(session, "mail_events", "shipped")
    return frozenset(word.strip().casefold() for word in said.split(","))


def parcel_closed(session: Session, fact: ParcelClosed, stamp: Stamp) -> None:
    """The last box of a shipment is closed: one mail names every box that no mail has named yet."""
    if "shipped" not in wanted_events(session):
        return
    if session.scalar(select(Order.state).where(Order.id == fact.order_id)) != "shipped":
        return
    closed = session.execute(
        select(Parcel.id, Parcel.tracking)
        .where(Parcel.order_id == fact.order_id, Parcel.state == "closed")
        .order_by(Parcel.number, Parcel.id)
    )
    told = _told(session, fact.order_id)
    news = [(i.hex(), tracking) for i, tracking in closed if (i.hex(), tracking) not in told]
    if news:
        intend(session, order_id=fact.order_id, event="shipped", parcels=news, now=stamp.at)


def label_voided(session: Session, fact: LabelVoided, stamp: Stamp) -> None:
    """A label is void before its mail went: a mail that would name nothing else is dropped, others leave it out."""
    waiting = session.execute(
        select(Effect.id, Effect.request).where(
            Effect.kind == KIND, Effect.subject_id == fact.order_id, Effect.state == "intent"
        )
    ).all()
    gone = (fact.parcel_id.hex(), fact.tracking)
    for effect_id, request in waiting:
        body = json.loads(request)
        left = [told for told in _parcels(body) if told != gone]
        if len(left) == len(body["parcels"]):
            continue
        values = {"state": "dropped", "response": "the label was voided", "done_at": stamp.at} if not left else {}
        body["parcels"] = left or body["parcels"]
        session.execute(
            update(Effect)
            .where(Effect.id == effect_id, Effect.state == "intent")
            .values(request=json.dumps(body), **values)
            .execution_options(synchronize_session=False)
        )


def intend(session: Session, *, order_id: bytes, event: str, parcels: Iterable[Told], now: datetime) -> bool:
    """Writes down that a customer is to be told of `event` for these parcels; False when that stands there already."""
    named = list(parcels)
    key = f"{event}:{stable_id('mail', event, *(part for told in named for part in told)).hex()}"
    known = select(Effect.id).where(
        Effect.kind == KIND, Effect.subject_id == order_id, Effect.request_id == key
    )  # fmt: skip
    if session.scalar(known) is not None:
        return False
    body = {"event": event, "parcels": named}
    session.execute(
        insert(Effect).values(
            id=new_id(), kind=KIND, subject_id=order_id, request_id=key, order_id=order_id, state="intent",
            request=json.dumps(body), made_at=now,
        )
    )  # fmt: skip
    return True


def _told(session: Session, order_id: bytes) -> set[Told]:
    """Parcels of an order that a mail has told of or will; one that was dropped has told nobody."""
    rows = session.scalars(
        select(Effect.request).where(
            Effect.kind == KIND,
            Effect.subject_id == order_id,
            Effect.request_id.startswith("shipped:"),
            Effect.state != "dropped",
        )
    )
    return {told for request in rows for told in _parcels(json.loads(request))}


def _parcels(body: dict[str, list[list[str]]]) -> list[Told]:
    return [(parcel, tracking) for parcel, tracking in body["parcels"]]
