"""Holds: placed once, released and never deleted. What the check placed, the check releases when it is cleared."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import documents
from app.errors import Problem, Refused
from app.ids import new_id
from app.models import Address, Hold, Order, OrderLine
from app.processing.queries import open_holds
from app.processing.rules import AUTOMATIC, CLEARED_BY_DATA, LineFacts, Need, OrderFacts, needs, stuck_by_hold
from app.processing.service.standing import standing
from app.processing.service.withdrawal import withdraw_unstarted
from app.receipt.service import resolve_lines, set_state
from app.text import Text, say
from app.work.rules.states import state_words
from app.work.service.timeline import add_entry

SYSTEM = "system"
OPEN = ("received", "held")
"""States in which an order waits for its release."""
BY_HAND = ("manual", "until")
"""Holds that somebody placed: they stop an order wherever it stands."""


def check_order(session: Session, *, order_id: bytes, now: datetime) -> tuple[str, ...]:
    """Looks what an order lacks and keeps its holds so; the kinds of the holds that are open afterwards.

    Doing it twice changes nothing. A hold that a person released is not placed again unless its detail changed.
    """
    if resolve_lines(session, order_id=order_id):
        session.flush()
    wanted = {(n.kind, n.field): n for n in needs(_order_facts(session, order_id))}
    holds = session.scalars(select(Hold).where(Hold.order_id == order_id).order_by(Hold.placed_at, Hold.id)).all()
    for hold in holds:
        if hold.released_at is not None:
            continue
        due = hold.kind == "until" and is_past(hold.field, now)
        need = wanted.get((hold.kind, hold.field))
        if due or (hold.kind in AUTOMATIC and (need is None or need.detail != hold.detail)):
            _release(session, hold, SYSTEM, now)
    for need in wanted.values():
        if not any(_covers(hold, need) for hold in holds):
            _place(session, order_id, need, SYSTEM, now)
    session.flush()
    return tuple(sorted({h.kind for h in open_holds(session, order_id)}))


def _covers(hold: Hold, need: Need) -> bool:
    """Whether this hold says it already, or a person let this very thing pass."""
    same = (hold.kind, hold.field, hold.detail) == (need.kind, need.field, need.detail)
    return same and (hold.released_at is None or hold.released_by != SYSTEM)


def is_past(moment: str, now: datetime) -> bool:
    """Whether the moment of a hold of time has come; what is no moment never does."""
    try:
        return datetime.fromisoformat(moment) <= now
    except (ValueError, TypeError):
        return False


def _order_facts(session: Session, order_id: bytes) -> OrderFacts:
    order = session.get_one(Order, order_id)
    address = session.get(Address, order.ship_to_id) if order.ship_to_id else None
    rows = session.scalars(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position))
    lines = tuple(
        LineFacts(
            r.external_sku, r.sku_id is not None, r.name, r.ships, r.quantity - r.cancelled, r.quantity, r.unit_price
        )
        for r in rows
    )
    ship_to = None
    if address is not None:
        names = "name company line1 line2 city region postcode country phone email".split()
        ship_to = documents.Address(**{name: getattr(address, name) for name in names})
    return OrderFacts(
        order.payment, ship_to, lines, order.tax_included, order.discount, order.shipping, order.tax, order.total
    )


def place_hold(
    session: Session,
    *,
    order_id: bytes,
    now: datetime,
    by: str,
    kind: str = "manual",
    field: str = "",
    detail: str = "",
    person_id: bytes | None = None,
) -> bytes:
    """Holds an order; `kind` manual, or until with an ISO moment in `field`. Work that nobody has begun is taken back.

    A walk that has begun goes on to its drop place, and the order is held there; what stands in totes or boxes stays
    where it is. Holding again for the same reason is the same hold. Refused when the order is over.
    """
    order = session.get_one(Order, order_id)
    if order.state in ("shipped", "cancelled"):
        raise _refused(
            "OrderIsOver", order.number, say("It is {state}", state=state_words(order.state)), say("Nothing to hold")
        )
    need = Need(kind, field, detail)
    same = select(Hold).where(Hold.order_id == order_id, Hold.released_at.is_(None))
    for hold in session.scalars(same):
        if (hold.kind, hold.field, hold.detail) == (kind, field, detail):
            return hold.id
    hold_id = _place(session, order_id, need, by, now, person_id)
    withdraw_unstarted(session, order_id=order_id)
    if standing(session, order_id) != "picking":
        set_state(session, order_id, "held")
    session.flush()
    return hold_id


def is_held(session: Session, order_id: bytes) -> bool:
    """Whether a person (or a moment that has not come) keeps this order back, whatever else it lacks."""
    open_ones = select(Hold.id).where(Hold.order_id == order_id, Hold.released_at.is_(None))
    return session.scalar(open_ones.where(Hold.kind.in_(BY_HAND)).limit(1)) is not None


def release_hold(
    session: Session,
    *,
    order_id: bytes,
    now: datetime,
    by: str,
    kind: str = "",
    person_id: bytes | None = None,
) -> int:
    """Releases the holds of an order (of one kind, or all that a person may wave through); returns how many.

    Refused for holds that only data can clear (unknown product, no stock, nothing to ship).
    """
    order = session.get_one(Order, order_id)
    rows = session.scalars(select(Hold).where(Hold.order_id == order_id, Hold.released_at.is_(None))).all()
    chosen = [h for h in rows if not kind or h.kind == kind]
    fast = [h for h in chosen if h.kind in CLEARED_BY_DATA]
    if fast:
        stuck = stuck_by_hold(fast[0].kind, fast[0].field, fast[0].detail, order.number)
        raise _refused("HoldNeedsData", order.number, stuck.cause, stuck.act)
    for hold in chosen:
        _release(session, hold, by, now, person_id)
    session.flush()
    return len(chosen)


def _refused(name: str, number: str, why: Text, do: Text) -> Refused:
    what = say("Order {number}", number=number)
    return Refused(Problem(name, what, why=why, do=(do,), unchanged=say("Nothing was changed.")))


def _place(
    session: Session, order_id: bytes, need: Need, by: str, now: datetime, person_id: bytes | None = None
) -> bytes:
    hold_id = new_id()
    session.add(
        Hold(id=hold_id, order_id=order_id, kind=need.kind, field=need.field, detail=need.detail, placed_at=now,
             placed_by=by)
    )  # fmt: skip
    number = session.get_one(Order, order_id).number
    cause = stuck_by_hold(need.kind, need.field, need.detail, number).cause
    add_entry(session, order_id=order_id, at=now, kind="Held", words=cause, person_id=person_id)
    return hold_id


def _release(session: Session, hold: Hold, by: str, now: datetime, person_id: bytes | None = None) -> None:
    hold.released_at, hold.released_by = now, by
    number = session.get_one(Order, hold.order_id).number
    cause = stuck_by_hold(hold.kind, hold.field, hold.detail, number).cause
    words = say("No longer held: {cause}", cause=cause)
    add_entry(session, order_id=hold.order_id, at=now, kind="HoldReleased", words=words, person_id=person_id)


def place_need(session: Session, order_id: bytes, need: Need, now: datetime) -> bool:
    """Places a hold of the system's own unless the same one is open; one with another detail is replaced."""
    open_ones = select(Hold).where(Hold.order_id == order_id, Hold.kind == need.kind, Hold.released_at.is_(None))
    for hold in session.scalars(open_ones.where(Hold.field == need.field)).all():
        if hold.detail == need.detail:
            return False
        hold.released_at, hold.released_by = now, SYSTEM
    _place(session, order_id, need, SYSTEM, now)
    session.flush()
    return True


def release_needs(session: Session, order_id: bytes, kind: str, now: datetime) -> None:
    """Releases all open holds of a kind: what they said is no longer so."""
    open_ones = select(Hold).where(Hold.order_id == order_id, Hold.kind == kind, Hold.released_at.is_(None))
    for hold in session.scalars(open_ones).all():
        _release(session, hold, SYSTEM, now)
    session.flush()
