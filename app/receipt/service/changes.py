"""Orders that are here and that the shop changed: rewritten while nobody works on them, else noted as too late."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import documents
from app.channels.base import ImportedLine
from app.db import changed
from app.ids import new_id
from app.models import Address, Code, Customer, Hold, Incident, Order, OrderLine, OrderPayload, TimelineEntry
from app.receipt import rules
from app.receipt.service.briefs import OVER, write_brief
from app.receipt.service.intake import (
    Arrival,
    address_id,
    address_values,
    customer_id,
    customer_word,
    line_id,
    line_values,
    order_values,
    over_words,
    payload_row,
)
from app.receipt.service.products import skus_of
from app.text import Text, say
from app.work.service.timeline import add_entry

LATE = "late_change"
"""The incident of an order that the shop changed after its work had begun."""
CANCELLED_HERE = "OrderCancelled"
OVER_IN_SHOP = "OverInShop"
"""Timeline entries of an order that was cancelled here, and of one of which the shop says that it is over."""
SHOP = "shop"


# ---- too late -------------------------------------------------------------------------------------------------------


def late_incident(session: Session, order_id: bytes, content: bytes) -> Incident | None:
    """The open incident of this version of an order."""
    wanted = select(Incident).where(
        Incident.kind == LATE, Incident.order_id == order_id, Incident.subject == content[:16],
        Incident.resolved_at.is_(None),
    )  # fmt: skip
    return session.scalars(wanted).first()


def note_late(session: Session, a: Arrival, *, source: str, now: datetime) -> Text:
    """Notes, once, that the shop changed an order whose work has begun; what is said of it."""
    words = _late_words(a)
    if late_incident(session, a.order_id, a.content) is None:
        session.add(
            Incident(
                id=new_id(), kind=LATE, order_id=a.order_id, subject=a.content[:16], detail=str(words), opened_at=now
            )
        )
        add_entry(session, order_id=a.order_id, at=now, kind="ChangedTooLate", words=words)
        _keep_payload(session, a, source, now)
        session.flush()
    return words


def _late_words(a: Arrival) -> Text:
    if a.order.cancelled:
        return say("Order {number} was cancelled in the shop after its work had begun here", number=a.order.number)
    return say("Order {number} was changed in the shop after its work had begun here", number=a.order.number)


def settle_late(session: Session, order_id: bytes, now: datetime) -> None:
    """A change that came too late is settled: it could be written, or was done, after all."""
    open_ones = update(Incident).where(Incident.kind == LATE, Incident.order_id == order_id)
    session.execute(
        open_ones.where(Incident.resolved_at.is_(None))
        .values(resolved_at=now)
        .execution_options(synchronize_session="fetch")
    )


def accept_version(session: Session, order_id: bytes, content: bytes, now: datetime) -> None:
    """What the shop said last was done here by other means than rewriting (a cancellation in mid-pick)."""
    row = session.get_one(Order, order_id)
    row.content_hash = content
    settle_late(session, order_id, now)
    add_entry(session, order_id=order_id, at=now, kind=OVER_IN_SHOP, words=over_words("cancelled"))
    session.flush()


def _keep_payload(session: Session, a: Arrival, source: str, now: datetime) -> None:
    if session.get(OrderPayload, (a.order_id, a.content)) is None:
        session.add(OrderPayload(**payload_row(a, source, now)))


# ---- writing anew ---------------------------------------------------------------------------------------------------


def rewrite_order(session: Session, row: Order, a: Arrival, *, source: str, now: datetime) -> None:
    """Makes an order that nobody works on be as the shop says now."""
    for name, value in order_values(a.order, now).items():
        setattr(row, name, value)
    row.state = "cancelled" if _was_cancelled_here(session, row) else rules.first_state(a.order)
    row.content_hash = a.content
    row.customer_id = _write_customer(session, a)
    row.ship_to_id = _write_address(session, a.order_id, "ship", a.order.ship_to)
    row.bill_to_id = _write_address(session, a.order_id, "bill", a.order.bill_to)
    _write_lines(session, a.order_id, rules.named_apart(a.order.lines))
    _write_code(session, a.order_id, rules.order_code(a.order.number))
    settle_late(session, a.order_id, now)
    _keep_payload(session, a, source, now)
    session.flush()
    write_brief(session, a.order_id)
    add_entry(session, order_id=a.order_id, at=now, kind="OrderChanged", words=say("Changed in the shop"))
    if row.state in OVER:
        _end_holds(session, a.order_id, now)
        add_entry(session, order_id=a.order_id, at=now, kind=OVER_IN_SHOP, words=over_words(row.state))


def rewrite_in_work(session: Session, row: Order, a: Arrival, *, source: str, now: datetime) -> bool:
    """Makes an order that is being picked be as the shop says now; its state and its work are the caller's to settle.

    A line that is gone is cancelled, not deleted: units of it may lie in a tote. False, and nothing is written, where a
    line is about another product now.
    """
    lines = rules.named_apart(a.order.lines)
    if _has_other_goods(session, a.order_id, lines):
        return False
    for name, value in order_values(a.order, now).items():
        setattr(row, name, value)
    row.content_hash = a.content
    row.customer_id = _write_customer(session, a)
    row.ship_to_id = _write_address(session, a.order_id, "ship", a.order.ship_to)
    row.bill_to_id = _write_address(session, a.order_id, "bill", a.order.bill_to)
    _write_lines(session, a.order_id, lines, in_work=True)
    settle_late(session, a.order_id, now)
    _keep_payload(session, a, source, now)
    session.flush()
    add_entry(session, order_id=a.order_id, at=now, kind="OrderChanged", words=say("Changed in the shop"))
    return True


def _has_other_goods(session: Session, order_id: bytes, lines: tuple[ImportedLine, ...]) -> bool:
    rows = session.scalars(select(OrderLine).where(OrderLine.order_id == order_id))
    known = {row.external_id: row.external_sku for row in rows}
    return any(known.get(line.external_id, line.sku) != line.sku for line in lines)


def _was_cancelled_here(session: Session, row: Order) -> bool:
    """Whether the last one to cancel it was somebody here and not the shop."""
    kinds = (CANCELLED_HERE, OVER_IN_SHOP)
    told = select(TimelineEntry.kind).where(TimelineEntry.order_id == row.id, TimelineEntry.kind.in_(kinds))
    last = told.order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc()).limit(1)
    return session.scalar(last) == CANCELLED_HERE


def _end_holds(session: Session, order_id: bytes, now: datetime) -> None:
    """An order that is over is held by nothing."""
    session.execute(
        update(Hold)
        .where(Hold.order_id == order_id, Hold.released_at.is_(None))
        .values(released_at=now, released_by=SHOP)
        .execution_options(synchronize_session="fetch")
    )


def _write_customer(session: Session, a: Arrival) -> bytes | None:
    person = a.order.customer
    if person is None:
        return None
    key = customer_id(a)
    row = session.get(Customer, key)
    if row is None:
        row = Customer(id=key, channel=a.order.channel, external_id=customer_word(a))
        session.add(row)
    row.name, row.email, row.phone = person.name, person.email, person.phone
    session.flush()
    return key


def _write_address(session: Session, order_id: bytes, role: str, address: documents.Address | None) -> bytes | None:
    if address is None:
        return None
    key = address_id(order_id, role)
    row = session.get(Address, key)
    if row is None:
        row = Address(id=key)
        session.add(row)
    for name, value in address_values(address).items():
        setattr(row, name, value)
    return key


def _write_lines(session: Session, order_id: bytes, lines: tuple[ImportedLine, ...], *, in_work: bool = False) -> None:
    rows = session.scalars(select(OrderLine).where(OrderLine.order_id == order_id))
    known = {row.external_id: row for row in rows}
    skus = skus_of(session, {line.sku for line in lines})
    for name in known.keys() - {line.external_id for line in lines}:
        if in_work:
            known[name].cancelled = known[name].quantity
        else:
            session.delete(known[name])
    for position, line in enumerate(lines, 1):
        row = known.get(line.external_id)
        if row is None:
            key = line_id(order_id, line.external_id)
            row = OrderLine(id=key, order_id=order_id, external_id=line.external_id, short=0)
        for name, value in line_values(line, position, skus.get(line.sku)).items():
            setattr(row, name, value)
        session.add(row)


def _write_code(session: Session, order_id: bytes, value: str) -> None:
    known = session.scalars(select(Code).where(Code.kind == "order", Code.subject == order_id)).all()
    for code in known:
        if code.value != value:
            session.execute(
                delete(Code).where(Code.value == code.value, Code.kind == "order", Code.subject == order_id)
            )
            changed(session, Code, code.value, "order", order_id)
    if value and value not in {code.value for code in known}:
        session.add(Code(value=value, kind="order", subject=order_id, units=1, printed=True))
        changed(session, Code, value, "order", order_id)
