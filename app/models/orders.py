"""Orders at central, and what a station may know of them."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BOTH, CENTRAL, STATION, Id, Model, Money, Utc


class Order(Model):
    """A customer's order. (`channel`, `external_id`) is its identity: importing it again changes nothing.

    `state`: received, held, released (pick work exists), picking, picked, packing, packed, shipped, cancelled.
    Money as the shop gave it; `tax_included` says whether line prices contain the tax.
    """

    __tablename__ = "sales_order"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_sales_order_state", "state"),
        {"info": CENTRAL},
    )
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(String(32))
    external_id: Mapped[str] = mapped_column(String(128))
    number: Mapped[str] = mapped_column(String(64), index=True)
    shop: Mapped[str] = mapped_column(String(128), default="")
    state: Mapped[str] = mapped_column(String(16), default="received")
    priority: Mapped[int] = mapped_column(default=50)
    placed_at: Mapped[datetime | None] = mapped_column(Utc)
    received_at: Mapped[datetime] = mapped_column(Utc)
    updated_at: Mapped[datetime] = mapped_column(Utc)
    ship_by: Mapped[datetime | None] = mapped_column(Utc)
    service: Mapped[str] = mapped_column(String(64), default="")
    payment: Mapped[str] = mapped_column(String(32), default="")
    gift: Mapped[bool] = mapped_column(default=False)
    gift_message: Mapped[str] = mapped_column(Text, default="")
    hide_prices: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(Text, default="")
    customer_id: Mapped[bytes | None] = mapped_column(Id)
    ship_to_id: Mapped[bytes | None] = mapped_column(Id)
    bill_to_id: Mapped[bytes | None] = mapped_column(Id)
    currency: Mapped[str] = mapped_column(String(3), default="")
    tax_included: Mapped[bool] = mapped_column(default=False)
    subtotal: Mapped[Decimal | None] = mapped_column(Money)
    discount: Mapped[Decimal | None] = mapped_column(Money)
    shipping: Mapped[Decimal | None] = mapped_column(Money)
    tax: Mapped[Decimal | None] = mapped_column(Money)
    total: Mapped[Decimal | None] = mapped_column(Money)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class OrderLine(Model):
    """A line of an order. `ships` is false for gift cards, fees and services: they are never picked."""

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "external_id"),
        CheckConstraint("quantity >= 0", name="quantity"),
        {"info": CENTRAL},
    )
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    order_id: Mapped[bytes] = mapped_column(Id, index=True)
    position: Mapped[int]
    external_id: Mapped[str] = mapped_column(String(128))
    external_sku: Mapped[str] = mapped_column(String(128), default="")
    sku_id: Mapped[bytes | None] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(512), default="")
    quantity: Mapped[int]
    cancelled: Mapped[int] = mapped_column(default=0)
    short: Mapped[int] = mapped_column(default=0)
    ships: Mapped[bool] = mapped_column(default=True)
    unit_price: Mapped[Decimal | None] = mapped_column(Money)
    discount: Mapped[Decimal | None] = mapped_column(Money)
    tax: Mapped[Decimal | None] = mapped_column(Money)
    note: Mapped[str] = mapped_column(Text, default="")


class OrderPayload(Model):
    """The order as it came, kept apart, byte for byte (one row a version)."""

    __tablename__ = "order_payload"
    __table_args__ = ({"info": CENTRAL},)
    order_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    source: Mapped[str] = mapped_column(String(255), default="")
    received_at: Mapped[datetime] = mapped_column(Utc)
    raw: Mapped[bytes] = mapped_column(LargeBinary)


class Hold(Model):
    """Why an order does not move; released, never deleted.

    `kind`: address, sku, payment, stock, total, manual, short, until.
    """

    __tablename__ = "hold"
    __table_args__ = ({"info": CENTRAL},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    order_id: Mapped[bytes] = mapped_column(Id, index=True)
    kind: Mapped[str] = mapped_column(String(16))
    field: Mapped[str] = mapped_column(String(64), default="")
    detail: Mapped[str] = mapped_column(Text, default="")
    placed_at: Mapped[datetime] = mapped_column(Utc)
    placed_by: Mapped[str] = mapped_column(String(128), default="")
    released_at: Mapped[datetime | None] = mapped_column(Utc)
    released_by: Mapped[str] = mapped_column(String(128), default="")


class Reservation(Model):
    """Units of a line taken off the free stock of one place and lot, until they are picked or given back."""

    __tablename__ = "reservation"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"), {"info": CENTRAL})
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    line_id: Mapped[bytes] = mapped_column(Id, index=True)
    sku_id: Mapped[bytes] = mapped_column(Id)
    place_id: Mapped[bytes] = mapped_column(Id)
    lot: Mapped[str] = mapped_column(String(64), default="")
    quantity: Mapped[int]


class TimelineEntry(Model):
    """What happened to an order: who, when, where, in words with their arguments (JSON of a Text)."""

    __tablename__ = "timeline"
    __table_args__ = ({"info": CENTRAL},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    order_id: Mapped[bytes] = mapped_column(Id, index=True)
    at: Mapped[datetime] = mapped_column(Utc)
    kind: Mapped[str] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(Text)
    person_id: Mapped[bytes | None] = mapped_column(Id)
    station_id: Mapped[bytes | None] = mapped_column(Id)


class OrderBrief(Model):
    """What every station knows of every open order: its number and where it is; no names, no addresses, no money.

    `revision` grows with every change of the order that its dossier shows: a station with an older dossier fetches it.
    """

    __tablename__ = "order_brief"
    __table_args__ = ({"info": BOTH},)
    order_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    ship_by: Mapped[datetime | None] = mapped_column(Utc)
    gift: Mapped[bool] = mapped_column(default=False)
    priority: Mapped[int] = mapped_column(default=50)
    station: Mapped[str] = mapped_column(String(32), default="")
    revision: Mapped[int] = mapped_column(default=0, server_default="0")


class BriefLine(Model):
    """The lines of open orders as the floor needs them: which SKU, how many, how many will not come."""

    __tablename__ = "brief_line"
    __table_args__ = ({"info": BOTH},)
    line_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    order_id: Mapped[bytes] = mapped_column(Id, index=True)
    sku_id: Mapped[bytes] = mapped_column(Id, index=True)
    position: Mapped[int]
    quantity: Mapped[int]
    short: Mapped[int] = mapped_column(default=0)


class Dossier(Model):
    """At the station only: what a claim brought along for an order in work (names, addresses, prices; JSON).

    Erased when the order has left; never part of the feed or of a fact.
    """

    __tablename__ = "dossier"
    __table_args__ = ({"info": STATION},)
    order_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(Utc)
