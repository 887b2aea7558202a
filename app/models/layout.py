"""The floor: aisles, cross-aisles, bins, totes, carts. All positions in mm from the south-west corner."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BOTH, Id, Model, Utc


class Aisle(Model):
    """A picking aisle: a straight line at `x_mm` from `y0_mm` to `y1_mm` that people walk in both directions."""

    __tablename__ = "aisle"
    __table_args__ = ({"info": BOTH},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    x_mm: Mapped[int]
    y0_mm: Mapped[int]
    y1_mm: Mapped[int]


class CrossAisle(Model):
    """A way across the aisles at `y_mm`."""

    __tablename__ = "cross_aisle"
    __table_args__ = ({"info": BOTH},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    y_mm: Mapped[int]
    x0_mm: Mapped[int]
    x1_mm: Mapped[int]


class Bin(Model):
    """A storage bin or another fixed place.

    `type`: pick, reserve, receive, pack (a station's lane: a drop place too), drop, problem (problem shelf), start,
    quarantine, and where returned goods go that are not put back: refurbish, vendor, scrap. `aisle`, `bay`, `level`
    are the parts people read; `side` L or R of the aisle; (`x_mm`, `y_mm`) is the point on the aisle's centre line
    where one stands, 0 height for `level` order: `level_no` 1 is the lowest. `capacity_ml` is the room inside in
    millilitres, NULL when nobody measured it: then nothing is ever said to be full.
    """

    __tablename__ = "bin"
    __table_args__ = (Index("ix_bin_aisle_bay", "aisle", "bay"), {"info": BOTH})
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    type: Mapped[str] = mapped_column(String(16), default="pick", index=True)
    aisle: Mapped[str] = mapped_column(String(32), default="")
    bay: Mapped[str] = mapped_column(String(16), default="")
    level: Mapped[str] = mapped_column(String(16), default="")
    level_no: Mapped[int] = mapped_column(default=1)
    side: Mapped[str] = mapped_column(String(1), default="")
    x_mm: Mapped[int]
    y_mm: Mapped[int]
    blocked: Mapped[bool] = mapped_column(default=False)
    capacity_ml: Mapped[int | None]


class Tote(Model):
    """A tote. `order_id` is the order it is bound to until EMPTY; `place` says where it was last put down.

    `state`: free | picking | dropped | packing | parked | received (goods of a delivery that are to be put away).
    """

    __tablename__ = "tote"
    __table_args__ = ({"info": BOTH},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="free", index=True)
    order_id: Mapped[bytes | None] = mapped_column(Id, index=True)
    work_id: Mapped[bytes | None] = mapped_column(Id)
    place_id: Mapped[bytes | None] = mapped_column(Id)
    parked_at: Mapped[datetime | None] = mapped_column(Utc)


class Cart(Model):
    """A pick cart with lettered positions A, B, C … (`positions` of them, at most six)."""

    __tablename__ = "cart"
    __table_args__ = ({"info": BOTH},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    positions: Mapped[int] = mapped_column(default=6)
