"""What is expected at the dock, and what is to be counted."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BOTH, CENTRAL, Id, Model, Utc


class Receipt(Model):
    """An expected delivery: a purchase order, an advice, or what came unexpected (`kind` blind).

    `kind`: expected, blind. `state`: expected, receiving, closed. Its code in `code` has the kind "receipt".
    """

    __tablename__ = "receipt"
    __table_args__ = ({"info": BOTH},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16), default="expected")
    supplier: Mapped[str] = mapped_column(String(128), default="")
    state: Mapped[str] = mapped_column(String(16), default="expected")
    expected_on: Mapped[str] = mapped_column(String(10), default="")


class ReceiptLine(Model):
    """Units of one SKU that a delivery shall bring, and how many came (more or fewer are told, never refused away)."""

    __tablename__ = "receipt_line"
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity"), {"info": BOTH})
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    receipt_id: Mapped[bytes] = mapped_column(Id, index=True)
    position: Mapped[int]
    sku_id: Mapped[bytes] = mapped_column(Id)
    quantity: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)


class CountTask(Model):
    """A place to be counted; `sku_id` NULL means all that lies there.

    `reason`: short, negative, asked, found, cycle. `state`: open, again (a second count, by another person, is
    wanted), judge (the counts differ: a lead decides), counted (central has not judged the last count yet), done,
    cancelled. The first count is never shown to the second. `first_fact`, `second_fact` and `judge_fact` are the
    observations in their order; `settled_fact` is the one that the book was set by, seen at `counted_at`.
    """

    __tablename__ = "count_task"
    __table_args__ = (Index("ix_count_task_state", "state", "priority"), {"info": BOTH})
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    place_id: Mapped[bytes] = mapped_column(Id, index=True)
    sku_id: Mapped[bytes | None] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(String(32), default="asked")
    state: Mapped[str] = mapped_column(String(16), default="open")
    priority: Mapped[int] = mapped_column(default=50)
    opened_at: Mapped[datetime] = mapped_column(Utc)
    first_by: Mapped[bytes | None] = mapped_column(Id)
    second_by: Mapped[bytes | None] = mapped_column(Id)
    settled_at: Mapped[datetime | None] = mapped_column(Utc)
    first_fact: Mapped[bytes | None] = mapped_column(Id)
    second_fact: Mapped[bytes | None] = mapped_column(Id)
    judge_fact: Mapped[bytes | None] = mapped_column(Id)
    settled_fact: Mapped[bytes | None] = mapped_column(Id)
    counted_at: Mapped[datetime | None] = mapped_column(Utc)


class ReorderPoint(Model):
    """When an SKU is to be bought again: below `minimum` on hand and free, up to `maximum`, in packs of `pack`."""

    __tablename__ = "reorder_point"
    __table_args__ = ({"info": CENTRAL},)
    sku_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    minimum: Mapped[int]
    maximum: Mapped[int]
    pack: Mapped[int] = mapped_column(default=1)
    supplier: Mapped[str] = mapped_column(String(128), default="")
