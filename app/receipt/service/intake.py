"""New orders, many at once: every table is written with one statement for all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import documents
from app.channels.base import ImportedLine, ImportedOrder
from app.db import insert_rows
from app.ids import new_id, stable_id
from app.models import (
    Address,
    BriefLine,
    Code,
    Customer,
    Order,
    OrderBrief,
    OrderLine,
    OrderPayload,
    TimelineEntry,
)
from app.receipt import rules
from app.receipt.service.briefs import OVER
from app.receipt.service.products import skus_of
from app.text import Text, say
from app.work.service.timeline import packed_words

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Arrival:
    """An order that came, with its identity here and the hash of what it says."""

    order_id: bytes
    content: bytes
    order: ImportedOrder


def arrival(order: ImportedOrder) -> Arrival:
    """An order with its identity: (channel, the shop's own id)."""
    return Arrival(stable_id("order", order.channel, order.external_id), order.content_hash(), order)


def create_orders(session: Session, arrivals: Sequence[Arrival], *, source: str, now: datetime) -> None:
    """Writes orders that are not here yet, with all that belongs to them; all of them or an error of the database."""
    skus = skus_of(session, {line.sku for a in arrivals for line in a.order.lines})
    placed = [p for a in arrivals for p in _placed(a, skus)]
    _write_customers(session, arrivals)
    insert_rows(session, Address, [row for a in arrivals for row in _addresses(a)])
    insert_rows(session, Order, [_order(a, now) for a in arrivals])
    insert_rows(session, OrderLine, [_line(p) for p in placed])
    insert_rows(session, Code, [row for a in arrivals for row in _code(a)])
    insert_rows(session, OrderPayload, [payload_row(a, source, now) for a in arrivals])
    insert_rows(session, TimelineEntry, [row for a in arrivals for row in _story(a, now)])
    _write_briefs(session, arrivals, placed)


def order_values(order: ImportedOrder, now: datetime) -> Row:
    """What the order says of itself, by column; not its identity, its state, or where its people live."""
    return {
        "number": order.number, "shop": order.shop, "placed_at": order.placed_at, "ship_by": order.ship_by,
        "service": order.service, "payment": order.payment, "gift": order.gift, "gift_message": order.gift_message,
        "hide_prices": order.hide_prices, "note": order.note, "currency": order.currency,
        "tax_included": order.tax_included, "discount": order.discount, "shipping": order.shipping, "tax": order.tax,
        "total": order.total, "updated_at": order.updated_at or order.placed_at or now,
        "subtotal": rules.subtotal(order.lines), "priority": rules.priority(order.service),
    }  # fmt: skip


def _order(a: Arrival, now: datetime) -> Row:
    order = a.order
    return {
        **order_values(order, now),
        "id": a.order_id,
        "channel": order.channel,
        "external_id": order.external_id,
        "state": rules.first_state(order),
        "received_at": now,
        "content_hash": a.content,
        "customer_id": customer_id(a) if order.customer else None,
        "ship_to_id": address_id(a.order_id, "ship") if order.ship_to else None,
        "bill_to_id": address_id(a.order_id, "bill") if order.bill_to else None,
    }


def payload_row(a: Arrival, source: str, now: datetime) -> Row:
    """The order as it came."""
    return {
        "order_id": a.order_id, "content_hash": a.content, "source": source[:255], "received_at": now,
        "raw": a.order.raw,
    }  # fmt: skip


# ---- people ---------------------------------------------------------------------------------------------------------


def customer_id(a: Arrival) -> bytes:
    """The identity of an order's customer: the shop's own, or for a guest one of this order alone."""
    return stable_id("customer", a.order.channel, customer_word(a))


def customer_word(a: Arrival) -> str:
    """What the customer is called in the shop; a guest has no name of its own there."""
    person = a.order.customer
    return (person.external_id if person else "") or f"guest:{a.order_id.hex()}"


def _write_customers(session: Session, arrivals: Iterable[Arrival]) -> None:
    """The customers of these orders as the latest order says; one that is known is changed where it differs."""
    wanted: dict[bytes, Row] = {}
    regular: list[bytes] = []
    for a in arrivals:
        if person := a.order.customer:
            key = customer_id(a)
            regular += [key] if person.external_id else []
            wanted[key] = {
                "id": key, "channel": a.order.channel, "external_id": customer_word(a),
                "name": person.name, "email": person.email, "phone": person.phone,
            }  # fmt: skip
    known = select(Customer.id, Customer.name, Customer.email, Customer.phone).where(Customer.id.in_(regular))
    for found in session.execute(known).all():
        row = wanted.pop(found.id)
        if (found.name, found.email, found.phone) != (row["name"], row["email"], row["phone"]):
            values = {name: row[name] for name in ("name", "email", "phone")}
            same = update(Customer).where(Customer.id == found.id).values(values)
            session.execute(same.execution_options(synchronize_session=False))
    insert_rows(session, Customer, list(wanted.values()))


def address_id(order_id: bytes, role: str) -> bytes:
    """An order's own copy of an address: it stays as it was ordered when the customer moves."""
    return stable_id("address", order_id.hex(), role)


def address_values(address: documents.Address) -> Row:
    """An address by column."""
    return {
        "name": address.name, "company": address.company, "line1": address.line1, "line2": address.line2,
        "city": address.city, "region": address.region, "postcode": address.postcode, "country": address.country,
        "phone": address.phone, "email": address.email,
    }  # fmt: skip


def _addresses(a: Arrival) -> Iterable[Row]:
    for role, address in (("ship", a.order.ship_to), ("bill", a.order.bill_to)):
        if address is not None:
            yield {"id": address_id(a.order_id, role), **address_values(address)}


# ---- lines and what stations know ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line with its place in its order and the product that it means."""

    line_id: bytes
    order_id: bytes
    position: int
    line: ImportedLine
    sku_id: bytes | None


def _placed(a: Arrival, skus: Mapping[str, bytes]) -> Iterable[_Placed]:
    for position, line in enumerate(rules.named_apart(a.order.lines), 1):
        yield _Placed(line_id(a.order_id, line.external_id), a.order_id, position, line, skus.get(line.sku))


def _line(p: _Placed) -> Row:
    values = line_values(p.line, p.position, p.sku_id)
    return {**values, "id": p.line_id, "order_id": p.order_id, "external_id": p.line.external_id, "short": 0}


def line_id(order_id: bytes, external_id: str) -> bytes:
    """The identity of a line: its own id in the shop, within its order."""
    return stable_id("line", order_id.hex(), external_id)


def line_values(line: ImportedLine, position: int, sku_id: bytes | None) -> Row:
    """What a line says, by column."""
    return {
        "position": position, "external_sku": line.sku, "sku_id": sku_id, "cancelled": line.gone, "name": line.name,
        "quantity": line.quantity, "ships": line.ships, "unit_price": line.unit_price, "discount": line.discount,
        "tax": line.tax, "note": line.note,
    }  # fmt: skip


def _code(a: Arrival) -> Iterable[Row]:
    if value := rules.order_code(a.order.number):
        yield {"value": value, "kind": "order", "subject": a.order_id, "units": 1, "printed": True}


def _write_briefs(session: Session, arrivals: Sequence[Arrival], placed: Sequence[_Placed]) -> None:
    """What stations are told; nothing of an order that was over when it came."""
    open_orders = {a.order_id: a.order for a in arrivals if rules.first_state(a.order) not in OVER}
    insert_rows(session, OrderBrief, [_brief(order_id, order) for order_id, order in open_orders.items()])
    insert_rows(session, BriefLine, [_brief_line(p) for p in placed if p.order_id in open_orders and _is_told(p)])


def _brief(order_id: bytes, order: ImportedOrder) -> Row:
    return {
        "order_id": order_id, "number": order.number, "state": rules.first_state(order), "ship_by": order.ship_by,
        "gift": order.gift, "priority": rules.priority(order.service), "station": "",
    }  # fmt: skip


def _is_told(p: _Placed) -> bool:
    return p.line.ships and p.sku_id is not None and p.line.quantity > p.line.gone


def _brief_line(p: _Placed) -> Row:
    return {
        "line_id": p.line_id, "order_id": p.order_id, "sku_id": p.sku_id, "position": p.position,
        "quantity": p.line.quantity - p.line.gone, "short": 0,
    }  # fmt: skip


# ---- the story ------------------------------------------------------------------------------------------------------


def over_words(state: str) -> Text:
    """What is told of an order that was over before anybody here worked on it."""
    return say("Cancelled in the shop") if state == "cancelled" else say("Shipped elsewhere before it came here")


def _story(a: Arrival, now: datetime) -> Iterable[Row]:
    yield _entry(a.order_id, now, "OrderReceived", _packed(say("Received from {channel}", channel=a.order.channel)))
    state = rules.first_state(a.order)
    if state != "received":
        yield _entry(a.order_id, now, "OverInShop", _packed(over_words(state)))


def _entry(order_id: bytes, now: datetime, kind: str, words: str) -> Row:
    return {"id": new_id(), "order_id": order_id, "at": now, "kind": kind, "words": words}


@cache
def _packed(words: Text) -> str:
    return json.dumps(packed_words(words), sort_keys=True)
