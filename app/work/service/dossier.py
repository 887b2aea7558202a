"""What a station needs of an order to pick, pack, print and label it without asking again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Address, Order, OrderBrief, OrderLine, Sku


def _money(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _address(session: Session, address_id: bytes | None) -> dict[str, str]:
    row = session.get(Address, address_id) if address_id else None
    if row is None:
        return {}
    names = ["name", "company", "line1", "line2", "city", "region", "postcode", "country", "phone", "email"]
    return {name: getattr(row, name) for name in names}


def _line(session: Session, line: OrderLine) -> dict[str, Any]:
    sku = session.get(Sku, line.sku_id) if line.sku_id else None
    return {
        "line_id": line.id.hex(),
        "sku_id": line.sku_id.hex() if line.sku_id else "",
        "sku": sku.sku if sku else line.external_sku,
        "name": sku.name if sku else line.name,
        "variant": sku.variant if sku else "",
        "position": line.position,
        "quantity": line.quantity - line.cancelled,
        "ships": line.ships,
        "unit_price": _money(line.unit_price),
        "discount": _money(line.discount),
        "tax": _money(line.tax),
        "note": line.note,
    }


def dossier_of(session: Session, *, order_id: bytes) -> dict[str, Any]:
    """The dossier of an order as JSON values; money as decimal strings, ids as hex. KeyError without such an order.

    Keys: order_id, revision (of the brief), number, shop, channel, placed_at, service, gift, gift_message, hide_prices,
    note, currency, subtotal, discount, shipping, tax, total, ship_to, lines (each with line_id, sku_id, sku, name,
    variant, position, quantity, ships, unit_price, discount, tax, note).
    """
    order = session.get(Order, order_id)
    if order is None:
        raise KeyError(f"no order {order_id.hex()}")
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position))
    return {
        "order_id": order_id.hex(),
        "revision": session.scalar(select(OrderBrief.revision).where(OrderBrief.order_id == order_id)) or 0,
        "number": order.number,
        "shop": order.shop,
        "channel": order.channel,
        "placed_at": order.placed_at.isoformat() if order.placed_at else "",
        "service": order.service,
        "gift": order.gift,
        "gift_message": order.gift_message,
        "hide_prices": order.hide_prices,
        "note": order.note,
        "currency": order.currency,
        **{name: _money(getattr(order, name)) for name in ("subtotal", "discount", "shipping", "tax", "total")},
        "ship_to": _address(session, order.ship_to_id),
        "lines": [_line(session, line) for line in lines],
    }
