"""What comes back: announced or not, inspected, put to use again, refunded."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BOTH, CENTRAL, Id, Model, Money, Utc


class ReturnCase(Model):
    """A return. `kind`: announced, unannounced, refused (the customer did not take it), undelivered.

    `state`: announced, receiving, closed, void (begun and taken back). `order_id` NULL while nobody knows which order
    it belongs to; `parcel_id` is the parcel that came back whole. `replacement_id` is the order that replaces what came
    back. Its code in `code` has the kind "return".
    """

    __tablename__ = "return_case"
    __table_args__ = ({"info": BOTH},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(64), unique=True)
    order_id: Mapped[bytes | None] = mapped_column(Id, index=True)
    kind: Mapped[str] = mapped_column(String(16), default="unannounced")
    state: Mapped[str] = mapped_column(String(16), default="announced", index=True)
    wish: Mapped[str] = mapped_column(String(16), default="refund")  # refund, replacement, none (paid back already)
    opened_at: Mapped[datetime] = mapped_column(Utc)
    closed_at: Mapped[datetime | None] = mapped_column(Utc)
    replacement_id: Mapped[bytes | None] = mapped_column(Id)
    parcel_id: Mapped[bytes | None] = mapped_column(Id)


class ReturnLine(Model):
    """What the customer said will come back, by order line, and why."""

    __tablename__ = "return_line"
    __table_args__ = ({"info": BOTH},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    return_id: Mapped[bytes] = mapped_column(Id, index=True)
    order_line_id: Mapped[bytes | None] = mapped_column(Id)
    sku_id: Mapped[bytes] = mapped_column(Id)
    announced: Mapped[int]
    reason: Mapped[str] = mapped_column(String(64), default="")


class ReturnItem(Model):
    """Units that really came back, as a hand graded them, and where they went.

    `grade` 1 as new, 2 opened, 3 damaged, 4 wrong item. `disposition`: restock, refurbish, vendor, scrap, quarantine.
    `order_line_id` NULL when no order is known to have shipped it. A row of 0 units was taken back (UNDO).
    `approved_by` is who approved a refund above the limit.
    """

    __tablename__ = "return_item"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity"),
        Index("ix_return_item_line", "order_line_id"),
        {"info": BOTH},
    )
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    return_id: Mapped[bytes] = mapped_column(Id, index=True)
    order_line_id: Mapped[bytes | None] = mapped_column(Id)
    sku_id: Mapped[bytes] = mapped_column(Id)
    quantity: Mapped[int]
    lot: Mapped[str] = mapped_column(String(64), default="")
    serial: Mapped[str] = mapped_column(String(64), default="")
    grade: Mapped[int] = mapped_column(default=0)
    disposition: Mapped[str] = mapped_column(String(16), default="")
    place_id: Mapped[bytes | None] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(Utc)
    approved_by: Mapped[bytes | None] = mapped_column(Id)


class DispositionRule(Model):
    """Where a grade leads, by class of item; `item_class` "" is the rule for every class without its own."""

    __tablename__ = "disposition_rule"
    __table_args__ = ({"info": BOTH},)
    item_class: Mapped[str] = mapped_column(String(32), primary_key=True)
    grade: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    disposition: Mapped[str] = mapped_column(String(16))


class Refund(Model):
    """Money to be given back for units that came back, to the cent; handed to the office once, by a list.

    `goods` before discount, `discount` and `tax` as apportioned to these units, less the restocking `fee`; `amount` is
    what is paid back. A row without item and line gives the `shipping` of an order back. `state`: pending, held (the
    office must decide; `note` says why), denied, handed_over (`batch` names the list), none (nothing to pay), void
    (taken back).
    """

    __tablename__ = "refund"
    __table_args__ = ({"info": CENTRAL},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    return_id: Mapped[bytes] = mapped_column(Id, index=True)
    return_item_id: Mapped[bytes | None] = mapped_column(Id, unique=True)
    order_id: Mapped[bytes] = mapped_column(Id, index=True)
    order_line_id: Mapped[bytes | None] = mapped_column(Id, index=True)
    quantity: Mapped[int]
    goods: Mapped[Decimal] = mapped_column(Money)
    discount: Mapped[Decimal] = mapped_column(Money)
    tax: Mapped[Decimal] = mapped_column(Money)
    fee: Mapped[Decimal] = mapped_column(Money)
    shipping: Mapped[Decimal] = mapped_column(Money)
    amount: Mapped[Decimal] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(16), default="pending")
    note: Mapped[str] = mapped_column(Text, default="")
    computed_at: Mapped[datetime] = mapped_column(Utc)
    handed_at: Mapped[datetime | None] = mapped_column(Utc)
    batch: Mapped[str] = mapped_column(String(32), default="")
