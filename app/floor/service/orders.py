"""What a station asks central of orders: their story, which of them stand still, and acts that central alone decides.

Every answer is JSON without a customer's name, address or money. A refusal is an answer too: `{"refused": …}`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.errors import Problem, Refused
from app.facts import Stamp
from app.floor.facts import OrderRecalled
from app.ids import new_id
from app.models import Effect, Hold, Order, Parcel, Person, Tote
from app.processing.queries import find_orders, order_story, stuck
from app.processing.rules import Stuck
from app.processing.service import cancel_order, check_order, place_hold, release_hold, release_order, settle_rest
from app.receipt.service.briefs import write_brief
from app.text import NOTHING, Text, say
from app.tracking.queries.mails import KIND
from app.work.rules import roles_of
from app.work.service.timeline import add_entry, packed_words

MOST_STUCK = 60
"""Orders that are looked at for one list: the oldest that stand still."""
MOST_MOMENTS = 60
OVER = ("shipped", "cancelled")

# ---- to read --------------------------------------------------------------------------------------------------------


def answer_story(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """`{"order_id": hex}` → state, what keeps it, and its timeline, the newest first; `{}` for an unknown order."""
    order_id = bytes.fromhex(body["order_id"])
    if session.get(Order, order_id) is None:
        return {"order_id": body["order_id"], "moments": []}
    story = order_story(session, order_id)
    return {
        "order_id": body["order_id"],
        "number": story.row.number,
        "state": story.row.state,
        "holds": list(story.row.holds),
        "stuck": _stuck(story.stuck),
        "moments": [
            {"at": m.at.isoformat(), "words": packed_words(m.words), "who": m.person, "where": m.station}
            for m in reversed(story.story[-MOST_MOMENTS:])
        ],
    }


def _stuck(found: Stuck | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"cause": packed_words(found.cause), "who": packed_words(found.who), "act": packed_words(found.act)}


def answer_stuck(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """`{}` → the orders that don't move, the most urgent first, each with one cause, who clears it and one act."""
    candidates = _still(session)
    rows = []
    for order_id, number, state in candidates[:MOST_STUCK]:
        found = stuck(session, order_id)
        if found is not None:
            rows.append({"order_id": order_id.hex(), "number": number, "state": state, **(_stuck(found) or {})})
    return {"orders": rows, "unseen": max(0, len(candidates) - MOST_STUCK)}


def _still(session: Session) -> list[tuple[bytes, str, str]]:
    """Orders that somebody must look at: held or unreleased ones, those put aside, those whose label nobody scanned.

    What only waits its turn (released, or picked and at its lane) is work, not a problem.
    """
    held = select(Hold.order_id).where(Hold.released_at.is_(None))
    aside = select(Tote.order_id).where(Tote.state == "parked", Tote.order_id.is_not(None))
    labelled = select(Parcel.order_id).where(Parcel.state == "labelled")
    rows = session.execute(
        select(Order.id, Order.number, Order.state)
        .where(
            Order.state.not_in(OVER),
            Order.state.in_(("received", "held")) | Order.id.in_(held) | Order.id.in_(aside) | Order.id.in_(labelled),
        )
        .order_by(Order.priority, func.coalesce(Order.ship_by, Order.received_at), Order.number, Order.id)
    )
    return [(order_id, number, state) for order_id, number, state in rows]


def answer_find(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """`{"typed": …}` → up to nine orders of that number, or whose number ends with it."""
    typed = str(body["typed"])[:64]
    found = [session.get_one(Order, order_id) for order_id in find_orders(session, typed)[:9]] if typed else []
    if not found and typed:
        ends = select(Order).where(Order.number.iendswith(typed, autoescape=True)).order_by(Order.number, Order.id)
        found = list(session.scalars(ends.limit(9)))
    return {"typed": typed, "orders": [{"order_id": o.id.hex(), "number": o.number, "state": o.state} for o in found]}


# ---- to follow ------------------------------------------------------------------------------------------------------


def order_recalled(session: Session, fact: OrderRecalled, stamp: Stamp) -> None:
    """Stations forgot the lines of an order that was shipped: packing it again needs them."""
    session.expire_all()  # the fact wrote past the session
    write_brief(session, fact.order_id)


# ---- to decide ------------------------------------------------------------------------------------------------------


Act = Callable[[Session, Order, Person, datetime], Text]


def _decided(right: str) -> Callable[[Act], Callable[..., dict[str, Any]]]:
    """Wraps an act: whoever asked must hold the right here too, and what is refused comes back as an answer."""

    def wrap(act: Act) -> Callable[..., dict[str, Any]]:
        def answer(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
            try:
                person = _person(session, body, right)
                order = session.get(Order, bytes.fromhex(body["order_id"]))
                if order is None:
                    raise Refused(Problem("NoOrder", say("Central does not know this order"), unchanged=_KEPT))
                with session.begin_nested():
                    words = act(session, order, person, now)
            except Refused as refusal:
                return {"order_id": body["order_id"], "refused": _packed(refusal.problem)}
            return {"order_id": body["order_id"], "done": packed_words(words)}

        answer.__doc__ = act.__doc__
        return answer

    return wrap


_KEPT = say("Nothing was changed.")


def _person(session: Session, body: dict[str, Any], right: str) -> Person:
    person = session.get(Person, bytes.fromhex(body["by"]))
    if person is None or not person.active or person.role not in roles_of(right):
        raise Refused(Problem("MayNot", say("Whoever approved this may not"), unchanged=_KEPT))
    return person


def _packed(problem: Problem) -> dict[str, Any]:
    return {
        "name": problem.name,
        "what": packed_words(problem.what),
        "why": packed_words(problem.why),
        "do": [packed_words(act) for act in problem.do],
        "unchanged": packed_words(problem.unchanged),
    }


@_decided("hold")
def answer_hold(session: Session, order: Order, person: Person, now: datetime) -> Text:
    """`{"order_id", "by"}` → the order is held by hand until somebody lets it go."""
    place_hold(session, order_id=order.id, now=now, by=person.name, person_id=person.id)
    return say("Order {number} is held", number=order.number)


@_decided("hold")
def answer_release(session: Session, order: Order, person: Person, now: datetime) -> Text:
    """`{"order_id", "by"}` → its holds end and it goes on; what only data can clear is refused with its cause."""
    check_order(session, order_id=order.id, now=now)
    release_hold(session, order_id=order.id, now=now, by=person.name, person_id=person.id)
    session.refresh(order)
    if order.state not in ("received", "held"):
        settle_rest(session, order_id=order.id, now=now)
        return say("Order {number} goes on", number=order.number)
    result = release_order(session, order_id=order.id, now=now, person_id=person.id)
    if result.work_id is not None:
        return say("Order {number} is released", number=order.number)
    if result.state != "held":  # it was held on its way, and goes on where it stood
        return say("Order {number} goes on", number=order.number)
    found = stuck(session, order.id)
    cause = found.cause if found else NOTHING
    act = (found.act,) if found else ()
    what = say("Order {number} is still held", number=order.number)
    raise Refused(Problem("StillHeld", what, why=cause, do=act, unchanged=say("It was not released.")))


@_decided("cancel")
def answer_cancel(session: Session, order: Order, person: Person, now: datetime) -> Text:
    """`{"order_id", "by"}` → the order is cancelled; what hands have taken goes back."""
    cancel_order(session, order_id=order.id, now=now, by=person.name, person_id=person.id)
    return say("Order {number} is cancelled", number=order.number)


@_decided("hold")
def answer_resend(session: Session, order: Order, person: Person, now: datetime) -> Text:
    """`{"order_id", "by"}` → the last mail of this order is sent once more; refused when there was none."""
    last = session.execute(
        select(Effect.request, Effect.state)
        .where(Effect.kind == KIND, Effect.subject_id == order.id, Effect.state != "dropped")
        .order_by(Effect.made_at.desc(), Effect.id.desc())
        .limit(1)
    ).first()
    if last is None:
        raise Refused(
            Problem("NoMail", say("No mail was sent for order {number}", number=order.number), unchanged=_KEPT)
        )
    if last.state == "intent":
        raise Refused(
            Problem("MailWaits", say("Its mail waits to be sent"), do=(say("Wait a moment"),), unchanged=_KEPT)
        )
    request = {name: value for name, value in json.loads(last.request).items() if name in ("event", "parcels")}
    effect_id = new_id()
    session.execute(
        insert(Effect).values(
            id=effect_id, kind=KIND, subject_id=order.id, request_id=f"again:{effect_id.hex()}", order_id=order.id,
            state="intent", request=json.dumps(request), made_at=now,
        )
    )  # fmt: skip
    add_entry(
        session, order_id=order.id, at=now, kind="MailAgain", words=say("The mail goes out again"), person_id=person.id
    )
    return say("The mail of order {number} goes out again", number=order.number)
