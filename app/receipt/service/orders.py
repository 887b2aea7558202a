"""Taking orders in: created once, updated while nobody works on them, never twice.

The identity of an order is (channel, external id). Whether it changed says a hash over its canonical form; a version
that was seen before is taken again only if the channel says that it is newer, so that old files can be replayed in
any order and change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from app import documents
from app.channels.base import Entry, ImportedLine, ImportedOrder, ImportResult, RowError, Tally
from app.db import changed
from app.ids import new_id, stable_id
from app.inventory.service import withdraw_pick_work
from app.inventory.service.master import trial
from app.models import Address, Code, Customer, Incident, Order, OrderLine, OrderPayload, Parcel, TimelineEntry, Work
from app.receipt import rules
from app.receipt.service.briefs import write_brief
from app.receipt.service.products import sku_of
from app.text import Text, say
from app.work.service.timeline import add_entry

LATE = "late_change"
"""The incident of an order that the shop changed after its work had begun."""
CANCELLED_HERE = "OrderCancelled"
"""The timeline entry of an order that was cancelled here and not in the shop."""


def import_orders(
    session: Session, orders: Iterable[Entry], *, source: str, now: datetime, dry_run: bool = False
) -> ImportResult:
    """Takes in what a channel read from a file called `source`. Each order is a savepoint: good ones go in."""
    tally = Tally()
    with trial(session, dry_run):
        for entry in orders:
            if isinstance(entry, RowError):
                tally.errors.append(entry)
                continue
            marks = len(session.info["changed"])
            try:
                with session.begin_nested():
                    _import_order(session, entry, tally, source, now)
            except (IntegrityError, DataError) as error:
                for key in list(session.info["changed"])[marks:]:
                    del session.info["changed"][key]
                expected = say("an order that the database takes")
                tally.errors.append(RowError(source, 0, "", str(error.orig)[:200], expected, entry.number))
    return tally.result()


def _import_order(session: Session, order: ImportedOrder, tally: Tally, source: str, now: datetime) -> None:
    order_id = stable_id("order", order.channel, order.external_id)
    content = order.content_hash()
    row = session.get(Order, order_id)
    if row is None:
        _write(session, None, order, source, now)
        tally.count(new=True, changed=False)
    elif row.content_hash == content or _is_old(session, row, order, content):
        tally.count(new=False, changed=False)
    elif _is_untouched(session, order_id) and withdraw_pick_work(session, order_id=order_id):
        _write(session, row, order, source, now)
        tally.count(new=False, changed=True)
    else:
        _note_late(session, order, order_id, content, source, now)
        tally.late += 1
        tally.warnings.append(_late_words(order))


def _is_old(session: Session, row: Order, order: ImportedOrder, content: bytes) -> bool:
    if order.updated_at is not None and order.updated_at > row.updated_at:
        return False
    if order.updated_at is not None and order.updated_at < row.updated_at:
        return True
    seen = session.get(OrderPayload, (row.id, content)) is not None
    return seen and _late_incident(session, row.id, content) is None


def _is_untouched(session: Session, order_id: bytes) -> bool:
    """Whether no hand has begun: nothing leased, nothing picked, no box."""
    busy = select(Work.id).where(Work.order_id == order_id, Work.state.in_(("leased", "done")))
    boxed = select(Parcel.id).where(Parcel.order_id == order_id)
    return session.scalar(busy.limit(1)) is None and session.scalar(boxed.limit(1)) is None


# ---- an order that came too late -------------------------------------------------------------------------------------


def _late_incident(session: Session, order_id: bytes, content: bytes) -> Incident | None:
    wanted = select(Incident).where(
        Incident.kind == LATE, Incident.order_id == order_id, Incident.subject == content[:16],
        Incident.resolved_at.is_(None),
    )  # fmt: skip
    return session.scalars(wanted).first()


def _late_words(order: ImportedOrder) -> Text:
    if order.cancelled:
        return say("Order {number} was cancelled in the shop after its work had begun here", number=order.number)
    return say("Order {number} was changed in the shop after its work had begun here", number=order.number)


def _note_late(
    session: Session, order: ImportedOrder, order_id: bytes, content: bytes, source: str, now: datetime
) -> None:
    if _late_incident(session, order_id, content) is not None:
        return
    words = _late_words(order)
    session.add(
        Incident(id=new_id(), kind=LATE, order_id=order_id, subject=content[:16], detail=str(words), opened_at=now)
    )
    add_entry(session, order_id=order_id, at=now, kind="ChangedTooLate", words=words)
    _keep_payload(session, order_id, order, content, source, now)
    session.flush()


def _keep_payload(
    session: Session, order_id: bytes, order: ImportedOrder, content: bytes, source: str, now: datetime
) -> None:
    if session.get(OrderPayload, (order_id, content)) is None:
        session.add(
            OrderPayload(order_id=order_id, content_hash=content, source=source[:255], received_at=now, raw=order.raw)
        )


# ---- writing -------------------------------------------------------------------------------------------------------


def _write(session: Session, row: Order | None, order: ImportedOrder, source: str, now: datetime) -> None:
    order_id = stable_id("order", order.channel, order.external_id)
    content = order.content_hash()
    new = row is None
    if row is None:
        row = Order(id=order_id, channel=order.channel, external_id=order.external_id, state="", received_at=now)
    _fill(session, row, order, now)
    row.content_hash = content
    session.add(row)
    _write_lines(session, order_id, rules.named_apart(order.lines))
    _write_code(session, order_id, rules.order_code(order.number))
    _settle_late(session, order_id, now)
    _keep_payload(session, order_id, order, content, source, now)
    session.flush()
    write_brief(session, order_id)
    words = say("Received from {channel}", channel=order.channel) if new else say("Changed in the shop")
    add_entry(session, order_id=order_id, at=now, kind="OrderReceived" if new else "OrderChanged", words=words)
    if row.state != "received":
        add_entry(session, order_id=order_id, at=now, kind="OverInShop", words=_over_words(row.state))


def _over_words(state: str) -> Text:
    return say("Cancelled in the shop") if state == "cancelled" else say("Shipped elsewhere before it came here")


def _fill(session: Session, row: Order, order: ImportedOrder, now: datetime) -> None:
    here = select(TimelineEntry.id).where(TimelineEntry.order_id == row.id, TimelineEntry.kind == CANCELLED_HERE)
    cancelled_here = bool(row.state) and session.scalar(here.limit(1)) is not None
    row.state = "cancelled" if cancelled_here else rules.first_state(order)
    row.updated_at = order.updated_at or order.placed_at or now
    row.subtotal = rules.subtotal(order.lines)
    row.priority = rules.priority(order.service)
    for name in (
        "number", "shop", "placed_at", "ship_by", "service", "payment", "gift", "gift_message", "hide_prices", "note",
        "currency", "tax_included", "discount", "shipping", "tax", "total",
    ):  # fmt: skip
        setattr(row, name, getattr(order, name))
    row.customer_id = _write_customer(session, row.id, order)
    row.ship_to_id = _write_address(session, row.id, "ship", order.ship_to)
    row.bill_to_id = _write_address(session, row.id, "bill", order.bill_to)


def _write_customer(session: Session, order_id: bytes, order: ImportedOrder) -> bytes | None:
    person = order.customer
    if person is None:
        return None
    external_id = person.external_id or f"guest:{order_id.hex()}"
    customer_id = stable_id("customer", order.channel, external_id)
    row = session.get(Customer, customer_id)
    if row is None:
        row = Customer(id=customer_id, channel=order.channel, external_id=external_id)
        session.add(row)
    row.name, row.email, row.phone = person.name, person.email, person.phone
    session.flush()
    return customer_id


def _write_address(session: Session, order_id: bytes, role: str, address: documents.Address | None) -> bytes | None:
    """An order's own copy of an address: it stays as it was ordered when the customer moves."""
    if address is None:
        return None
    address_id = stable_id("address", order_id.hex(), role)
    row = session.get(Address, address_id)
    if row is None:
        row = Address(id=address_id)
        session.add(row)
    for name in "name company line1 line2 city region postcode country phone email".split():
        setattr(row, name, getattr(address, name))
    return address_id


def _write_lines(session: Session, order_id: bytes, lines: tuple[ImportedLine, ...]) -> None:
    known = {
        line.external_id: line for line in session.scalars(select(OrderLine).where(OrderLine.order_id == order_id))
    }
    for name in known.keys() - {line.external_id for line in lines}:
        session.delete(known[name])
    for position, line in enumerate(lines, 1):
        sku_id = sku_of(session, line.sku)
        row = known.get(line.external_id)
        if row is None:
            line_id = stable_id("line", order_id.hex(), line.external_id)
            row = OrderLine(id=line_id, order_id=order_id, external_id=line.external_id, short=0)
        row.position, row.external_sku, row.sku_id = position, line.sku, sku_id
        row.cancelled = line.gone
        for field in ("name", "quantity", "ships", "unit_price", "discount", "tax", "note"):
            setattr(row, field, getattr(line, field))
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


def _settle_late(session: Session, order_id: bytes, now: datetime) -> None:
    """A change that came too late is settled when the order could be written after all."""
    wanted = select(Incident).where(Incident.kind == LATE, Incident.order_id == order_id)
    for incident in session.scalars(wanted.where(Incident.resolved_at.is_(None))):
        incident.resolved_at = now
