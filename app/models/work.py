"""Work: what somebody shall do next, who holds it, what went wrong."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BOTH, CENTRAL, Id, Model, Utc


class Work(Model):
    """A piece of work, leased to one station at a time. `kind`: pick. `state`: ready, leased, done, cancelled.

    `fence` grows with every lease; a fact that carries an older one is kept as truth and does not close the work.
    `cart_id` is the cart on which it is being picked, for whoever takes that cart over.
    """

    __tablename__ = "work"
    __table_args__ = (
        Index("ix_work_ready", "kind", "state", "priority"),
        Index("ix_work_begun", "kind", "state", "started"),
        {"info": BOTH},
    )
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    order_id: Mapped[bytes] = mapped_column(Id, index=True)
    priority: Mapped[int] = mapped_column(default=50)
    state: Mapped[str] = mapped_column(String(16), default="ready")
    started: Mapped[bool] = mapped_column(default=False)
    fence: Mapped[int] = mapped_column(default=0)
    station_id: Mapped[bytes | None] = mapped_column(Id)
    lease_id: Mapped[bytes | None] = mapped_column(Id)
    lease_until: Mapped[datetime | None] = mapped_column(Utc)
    cart_id: Mapped[bytes | None] = mapped_column(Id)


class PickLine(Model):
    """Units of one order line to take from one place. A short makes further rows for the same order line.

    `state`: open, done, short. `picked` units are in the tote; `short` units were not there (reason 1–4).
    """

    __tablename__ = "pick_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"), {"info": BOTH})
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    work_id: Mapped[bytes] = mapped_column(Id, index=True)
    order_line_id: Mapped[bytes] = mapped_column(Id)
    sku_id: Mapped[bytes] = mapped_column(Id)
    place_id: Mapped[bytes] = mapped_column(Id)
    lot: Mapped[str] = mapped_column(String(64), default="")
    quantity: Mapped[int]
    picked: Mapped[int] = mapped_column(default=0)
    short: Mapped[int] = mapped_column(default=0)
    reason: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(8), default="open")


class ToteCount(Model):
    """A tote of this work was counted when the work was taken over: older facts say nothing new of what lies in it.

    `fence` is that of the lease under which it was counted.
    """

    __tablename__ = "tote_count"
    __table_args__ = ({"info": BOTH},)
    work_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    tote_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    fence: Mapped[int] = mapped_column(default=0)


class SerialUnit(Model):
    """A unit with a serial number that left its bin: for which order, by which fact, where it is (a tote, a parcel)."""

    __tablename__ = "serial_unit"
    __table_args__ = ({"info": CENTRAL},)
    sku_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    serial: Mapped[str] = mapped_column(String(64), primary_key=True)
    order_id: Mapped[bytes | None] = mapped_column(Id)
    place_id: Mapped[bytes] = mapped_column(Id)
    fact_id: Mapped[bytes] = mapped_column(Id)


class Effect(Model):
    """Something that is to happen outside once: a mail. The intent is committed before anything is done.

    `state`: intent, sent (given away, the answer is not known yet), confirmed, refused (it will never work), unknown
    (nobody can say whether it happened), dropped (its reason went away before anything was done).
    One per (`kind`, `subject_id`, `request_id`), whatever is repeated. `next_at` is when it is tried (again).
    """

    __tablename__ = "effect"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id", "request_id"),
        Index("ix_effect_state", "state", "next_at"),
        {"info": CENTRAL},
    )
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[bytes] = mapped_column(Id)
    request_id: Mapped[str] = mapped_column(String(64))
    order_id: Mapped[bytes | None] = mapped_column(Id, index=True)
    state: Mapped[str] = mapped_column(String(16), default="intent")
    request: Mapped[str] = mapped_column(Text, default="")
    response: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(Utc)
    made_at: Mapped[datetime] = mapped_column(Utc)
    done_at: Mapped[datetime | None] = mapped_column(Utc)


class Incident(Model):
    """Something a person must look at: a short, a negative balance, a stale lease, a fact in quarantine."""

    __tablename__ = "incident"
    __table_args__ = ({"info": CENTRAL},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    order_id: Mapped[bytes | None] = mapped_column(Id, index=True)
    subject: Mapped[bytes | None] = mapped_column(Id)
    detail: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[datetime] = mapped_column(Utc)
    resolved_at: Mapped[datetime | None] = mapped_column(Utc)
