"""What a station needs of an order to pick, pack, print and label it without asking again."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Bundle, Session

from app.models import Address, Model, Order, OrderBrief, OrderLine, Sku


def _money(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _some(name: str, model: type[Model], *columns: str) -> Bundle[Any]:
    """These columns of a model, and not whole objects: a claim makes nothing else of them than text."""
    return Bundle(name, *(getattr(model, column) for column in ("id", *columns)))


_ADDRESSED = ("name", "company", "line1", "line2", "city", "region", "postcode", "country", "phone", "email")
_ORDER = _some(
    "order", Order, "number", "shop", "channel", "placed_at", "service", "gift", "gift_message", "hide_prices", "note",
    "currency", "subtotal", "discount", "shipping", "tax", "total",
)  # fmt: skip
_ADDRESS = _some("address", Address, *_ADDRESSED)
_LINE = _some(
    "line", OrderLine, "order_id", "sku_id", "external_sku", "name", "position", "quantity", "cancelled", "ships",
    "unit_price", "discount", "tax", "note",
)  # fmt: skip
_SKU = _some("product", Sku, "sku", "name", "variant")


def _address(row: Any) -> dict[str, str]:
    return {} if row.id is None else {name: getattr(row, name) for name in _ADDRESSED}


def _line(line: Any, sku: Any) -> dict[str, Any]:
    known = sku.id is not None
    return {
        "line_id": line.id.hex(),
        "sku_id": line.sku_id.hex() if line.sku_id else "",
        "sku": sku.sku if known else line.external_sku,
        "name": sku.name if known else line.name,
        "variant": sku.variant if known else "",
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
    return dossiers_of(session, order_ids=[order_id])[order_id]


def dossiers_of(session: Session, *, order_ids: Sequence[bytes]) -> dict[bytes, dict[str, Any]]:
    """The dossiers of many orders (see `dossier_of`), by order. KeyError where one of them is not there."""
    if not order_ids:
        return {}
    orders = session.execute(
        select(_ORDER, _ADDRESS, OrderBrief.revision)
        .select_from(Order)
        .outerjoin(Address, Address.id == Order.ship_to_id)
        .outerjoin(OrderBrief, OrderBrief.order_id == Order.id)
        .where(Order.id.in_(order_ids))
    ).all()
    if gone := set(order_ids) - {order.id for order, _, _ in orders}:
        raise KeyError(f"no order {min(gone).hex()}")
    lines: dict[bytes, list[dict[str, Any]]] = {order_id: [] for order_id in order_ids}
    for line, sku in session.execute(
        select(_LINE, _SKU)
        .select_from(OrderLine)
        .outerjoin(Sku, Sku.id == OrderLine.sku_id)
        .where(OrderLine.order_id.in_(order_ids))
        .order_by(OrderLine.position)
    ):
        lines[line.order_id].append(_line(line, sku))
    return {order.id: _dossier(order, address, revision, lines[order.id]) for order, address, revision in orders}


def _dossier(order: Any, address: Any, revision: int | None, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "order_id": order.id.hex(),
        "revision": revision or 0,
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
        "ship_to": _address(address),
        "lines": lines,
    }
