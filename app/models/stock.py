"""Stock: the ledger at central, balances on both sides."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BOTH, CENTRAL, Id, Model, Utc


class Movement(Model):
    """One line of the ledger. On hand = the sum of movements; append-only (triggers refuse the rest).

    `place_id` is a bin, a tote or a parcel. A thing that goes from here to there is two lines of one fact.
    """

    __tablename__ = "movement"
    __table_args__ = (
        Index("ix_movement_stock", "sku_id", "place_id"),
        {"info": CENTRAL, "sqlite_with_rowid": False},
    )
    fact_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    sku_id: Mapped[bytes] = mapped_column(Id)
    place_id: Mapped[bytes] = mapped_column(Id)
    lot: Mapped[str] = mapped_column(String(64), default="")
    status: Mapped[str] = mapped_column(String(16), default="good")
    quantity: Mapped[int]
    reason: Mapped[str] = mapped_column(String(32), default="")
    at: Mapped[datetime] = mapped_column(Utc)


class Stock(Model):
    """The balance of one (SKU, place, lot, status). On hand may go below zero: hands are right, books are not."""

    __tablename__ = "stock"
    __table_args__ = (
        CheckConstraint("reserved >= 0", name="reserved"),
        Index("ix_stock_place", "place_id"),
        {"info": BOTH, "sqlite_with_rowid": False},
    )
    sku_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    place_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    lot: Mapped[str] = mapped_column(String(64), primary_key=True, default="")
    status: Mapped[str] = mapped_column(String(16), primary_key=True, default="good")
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
