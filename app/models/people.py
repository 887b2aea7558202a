"""People who work here, and customers."""

from datetime import datetime

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BOTH, CENTRAL, Id, Model, Utc


class Person(Model):
    """A member of staff. The badge's random code stands in `code`, never the staff number."""

    __tablename__ = "person"
    __table_args__ = ({"info": BOTH},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    staff_number: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(128))
    role: Mapped[str] = mapped_column(String(16), default="picker")
    language: Mapped[str] = mapped_column(String(8), default="en")
    active: Mapped[bool] = mapped_column(default=True)


class PersonPin(Model):
    """The PIN of somebody who may approve: argon2id over a keyed hash; the key lies outside every database."""

    __tablename__ = "person_pin"
    __table_args__ = ({"info": BOTH},)
    person_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    hash: Mapped[str] = mapped_column(String(255))
    set_at: Mapped[datetime] = mapped_column(Utc)


class PinGuard(Model):
    """Wrong PINs in a row of one subject (a person or a station).

    The wait is counted by the monotonic clock: `boot` and `mono_ns` say when the last one was typed, by the machine
    where that was. `last_at` and `locked_until` are by its clock on the wall and only for people to read.
    """

    __tablename__ = "pin_guard"
    __table_args__ = ({"info": BOTH},)
    subject: Mapped[bytes] = mapped_column(Id, primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    boot: Mapped[bytes | None] = mapped_column(Id)
    mono_ns: Mapped[int] = mapped_column(BigInteger, default=0)
    last_at: Mapped[datetime | None] = mapped_column(Utc)
    locked_until: Mapped[datetime | None] = mapped_column(Utc)


class Customer(Model):
    __tablename__ = "customer"
    __table_args__ = (UniqueConstraint("channel", "external_id"), {"info": CENTRAL})
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(String(32))
    external_id: Mapped[str] = mapped_column(String(128))
    name: Mapped[str] = mapped_column(String(255), default="")
    email: Mapped[str] = mapped_column(String(255), default="")
    phone: Mapped[str] = mapped_column(String(64), default="")


class Address(Model):
    """An address as the customer wrote it; `country` is ISO 3166-1 alpha-2."""

    __tablename__ = "address"
    __table_args__ = ({"info": CENTRAL},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(255), default="")
    company: Mapped[str] = mapped_column(String(255), default="")
    line1: Mapped[str] = mapped_column(String(255), default="")
    line2: Mapped[str] = mapped_column(String(255), default="")
    city: Mapped[str] = mapped_column(String(128), default="")
    region: Mapped[str] = mapped_column(String(128), default="")
    postcode: Mapped[str] = mapped_column(String(32), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    phone: Mapped[str] = mapped_column(String(64), default="")
    email: Mapped[str] = mapped_column(String(255), default="")
