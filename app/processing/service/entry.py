"""Orders by phone and at the counter, at central: who the customer is, what things cost, and the order itself."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.channels.base import ImportedCustomer, ImportedLine, ImportedOrder
from app.documents import Address as PostalAddress
from app.ids import stable_id
from app.models import Address, Customer, Hold, Order, OrderLine, Person, Sku, StationRow
from app.processing.service.release import release_order
from app.receipt.service import import_orders
from app.text import say
from app.work.queries import setting
from app.work.service.numbers import PHONE_ORDERS, next_number
from app.work.service.timeline import add_entry

CHANNEL = "counter"
FIRST_NUMBER = 1001
MOST_FOUND = 6
MOST_TEXT = 255
POSTAL = ("name", "company", "line1", "line2", "city", "postcode", "country", "phone", "email")


def answer_customers(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Answers the ask "customers": `{"text": …}` → who has it in name, e-mail or phone, with the newest address."""
    text = str(body.get("text", ""))[:MOST_TEXT].strip()
    if len(text) < 2:
        return {"customers": []}
    like = {"autoescape": True}
    rows = session.scalars(
        select(Customer)
        .where(
            Customer.name.icontains(text, **like)
            | Customer.email.icontains(text, **like)
            | Customer.phone.contains(text, **like)
        )
        .order_by(func.lower(Customer.name), Customer.id)
        .limit(MOST_FOUND)
    )
    return {"customers": [_customer(session, row) for row in rows]}


def _customer(session: Session, row: Customer) -> dict[str, str]:
    newest = (
        select(Address)
        .join(Order, Order.ship_to_id == Address.id)
        .where(Order.customer_id == row.id)
        .order_by(Order.received_at.desc(), Order.id)
        .limit(1)
    )
    address = session.scalars(newest).first()
    known = {name: getattr(address, name) for name in POSTAL} if address is not None else {}
    said = {"name": row.name, "email": row.email, "phone": row.phone, "customer": row.id.hex()}
    return {**known, **{name: value for name, value in said.items() if value or name not in known}}


def answer_price(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Answers the ask "price": `{"sku": hex, "currency": …}` → what one was last sold for, "" for never."""
    sku_id = bytes.fromhex(str(body["sku"]))
    price = session.scalar(
        select(OrderLine.unit_price)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.sku_id == sku_id, OrderLine.unit_price.is_not(None))
        .where(Order.currency == str(body["currency"]), Order.channel != "replacement")
        .order_by(Order.received_at.desc(), Order.id)
        .limit(1)
    )
    return {"sku": sku_id.hex(), "price": "" if price is None else format(price, "f")}


def answer_enter(session: Session, *, station_id: bytes, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Answers the ask "enter_order": makes the order, checks and releases it. The same draft is the same order.

    `{"draft": hex, "person_id": hex, "customer": {…}, "lines": [{"sku": hex, "units": n, "price": "…"}],
    "discount": "…", "shipping": "…", "tax": "…", "total": "…", "currency": "EUR", "paid": 0|1, "service": "…"}` →
    `{"order": hex, "number": …, "state": …, "holds": [[kind, field], …]}`.
    """
    draft = str(body["draft"])
    order_id = stable_id("order", CHANNEL, draft)
    if session.get(Order, order_id) is None:
        order = _order(session, draft, body, now)
        import_orders(session, (order,), source=CHANNEL, now=now)
        _sign(session, order_id, station_id, body, now)
        release_order(session, order_id=order_id, now=now)
    row = session.get_one(Order, order_id)
    session.refresh(row)
    holds = session.execute(
        select(Hold.kind, Hold.field)
        .where(Hold.order_id == order_id, Hold.released_at.is_(None))
        .order_by(Hold.placed_at)
    )
    return {
        "order": order_id.hex(), "number": row.number, "state": row.state, "holds": [[h.kind, h.field] for h in holds],
    }  # fmt: skip


def _order(session: Session, draft: str, body: dict[str, Any], now: datetime) -> ImportedOrder:
    said = {name: str(body["customer"].get(name, ""))[:MOST_TEXT] for name in (*POSTAL, "customer")}
    address = PostalAddress(**{name: said[name] for name in POSTAL})
    return ImportedOrder(
        channel=CHANNEL,
        external_id=draft,
        number=_number(session),
        currency=str(body["currency"]),
        lines=tuple(_line(session, n, line) for n, line in enumerate(body["lines"], 1)),
        placed_at=now,
        updated_at=now,
        tax_included=True,
        customer=ImportedCustomer(
            _known(session, said["customer"]) or draft, address.name, address.email, address.phone
        ),
        ship_to=address,
        bill_to=address,
        discount=Decimal(body["discount"]),
        shipping=Decimal(body["shipping"]),
        tax=Decimal(body["tax"]),
        total=Decimal(body["total"]),
        payment="paid" if body.get("paid") else "unpaid",
        service=str(body.get("service", ""))[:64],
        shop=setting(session, "shop_name"),
    )


def _known(session: Session, customer: str) -> str:
    """The key of a customer of this channel; customers of shops keep theirs and are copied once."""
    row = session.get(Customer, bytes.fromhex(customer)) if customer else None
    if row is None:
        return ""
    return row.external_id if row.channel == CHANNEL else f"{row.channel}:{row.external_id}"


def _line(session: Session, position: int, line: dict[str, Any]) -> ImportedLine:
    row = session.get_one(Sku, bytes.fromhex(str(line["sku"])))
    return ImportedLine(
        str(position), row.sku, row.name, int(line["units"]), Decimal(line["price"]), Decimal(0), Decimal(0)
    )


def _number(session: Session) -> str:
    """The next number of this channel: C1001, C1002, …; after a restore it goes on beyond what may have been made."""
    made = session.scalar(select(func.count()).select_from(Order).where(Order.channel == CHANNEL)) or 0
    return f"C{FIRST_NUMBER - 1 + next_number(session, kind=PHONE_ORDERS, made=made)}"


def _sign(session: Session, order_id: bytes, station_id: bytes, body: dict[str, Any], now: datetime) -> None:
    person_id = bytes.fromhex(str(body.get("person_id", "")))
    name = session.scalar(select(Person.name).where(Person.id == person_id)) or "?"
    station = session.scalar(select(StationRow.name).where(StationRow.id == station_id)) or "?"
    add_entry(
        session, order_id=order_id, at=now, kind="OrderEntered", person_id=person_id or None, station_id=station_id,
        words=say("Taken by {name} at {station}", name=name, station=station),
    )  # fmt: skip
