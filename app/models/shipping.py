"""Parcels, tariffs, leased number ranges, print jobs."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BOTH, CENTRAL, OWN, Id, Model, Money, Utc


class Parcel(Model):
    """A box of an order. `state`: open, labelled, closed, void. Price is what the tariff charges us."""

    __tablename__ = "parcel"
    __table_args__ = ({"info": BOTH},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    order_id: Mapped[bytes] = mapped_column(Id, index=True)
    number: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16), default="open")
    station_id: Mapped[bytes | None] = mapped_column(Id)
    tote_id: Mapped[bytes | None] = mapped_column(Id)
    box_type_id: Mapped[bytes | None] = mapped_column(Id)
    weight_g: Mapped[int | None]
    carrier: Mapped[str] = mapped_column(String(32), default="")
    service: Mapped[str] = mapped_column(String(64), default="")
    tracking: Mapped[str] = mapped_column(String(64), default="", index=True)
    serial: Mapped[int | None] = mapped_column(index=True)
    sscc: Mapped[str] = mapped_column(String(18), default="", index=True)
    price: Mapped[Decimal | None] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3), default="")
    opened_at: Mapped[datetime | None] = mapped_column(Utc)
    closed_at: Mapped[datetime | None] = mapped_column(Utc)
    closed_by_code: Mapped[str] = mapped_column(String(64), default="")
    manifest_id: Mapped[bytes | None] = mapped_column(Id, index=True)
    tracking_state: Mapped[str] = mapped_column(String(24), default="", server_default="")


class ParcelLine(Model):
    """What is in a parcel."""

    __tablename__ = "parcel_line"
    __table_args__ = ({"info": BOTH},)
    parcel_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    order_line_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    lot: Mapped[str] = mapped_column(String(64), primary_key=True, default="")
    sku_id: Mapped[bytes] = mapped_column(Id)
    quantity: Mapped[int] = mapped_column(default=0)


class Manifest(Model):
    """What a carrier took away: the parcels that name it. Closing it is the end of the day for them.

    Stations know it, so that a bench can say that the carrier was here already. `day` is the site's own date.
    """

    __tablename__ = "manifest"
    __table_args__ = ({"info": BOTH},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    carrier: Mapped[str] = mapped_column(String(32))
    day: Mapped[str] = mapped_column(String(10))
    parcels: Mapped[int] = mapped_column(default=0)
    weight_g: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime] = mapped_column(Utc)
    closed_by: Mapped[str] = mapped_column(String(128), default="")


class TrackingEvent(Model):
    """What a carrier said of a parcel, in one vocabulary; `raw` is the carrier's own line.

    `status`: announced, accepted, in_transit, out_for_delivery, delivered, failed_attempt, exception, returning,
    returned; unknown when no table says what the carrier's own word means. The id is made of parcel, moment and raw
    status: saying it twice is saying it once.
    """

    __tablename__ = "tracking_event"
    __table_args__ = ({"info": CENTRAL},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    parcel_id: Mapped[bytes] = mapped_column(Id, index=True)
    at: Mapped[datetime] = mapped_column(Utc)
    status: Mapped[str] = mapped_column(String(24))
    place: Mapped[str] = mapped_column(String(128), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    raw: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(64), default="")


class MailOptOut(Model):
    """An address that wants no mails: only a digest of it, so that it may be erased everywhere and still be kept to."""

    __tablename__ = "mail_opt_out"
    __table_args__ = ({"info": CENTRAL},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    since: Mapped[datetime] = mapped_column(Utc)


class PrintJob(Model):
    """Paper that shall exist. `kind`: slip, label, reprint. `state`: queued, sent, confirmed, failed.

    What is printed is rendered by the station from its dossier; `document` holds canonical JSON only at the station.
    """

    __tablename__ = "print_job"
    __table_args__ = (
        Index("ix_print_job_state", "state"),
        {"info": {**BOTH, "private": ("document",)}},
    )
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    order_id: Mapped[bytes | None] = mapped_column(Id, index=True)
    parcel_id: Mapped[bytes | None] = mapped_column(Id, index=True)
    station_id: Mapped[bytes | None] = mapped_column(Id)
    state: Mapped[str] = mapped_column(String(16), default="queued")
    problem: Mapped[str] = mapped_column(String(128), default="")
    copies: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime] = mapped_column(Utc)
    document: Mapped[str] = mapped_column(Text, default="")
    printer: Mapped[str] = mapped_column(String(64), default="", server_default="")


class Zone(Model):
    """Which zone of a carrier a destination is in: by country and the beginning of the postcode, longest first."""

    __tablename__ = "zone"
    __table_args__ = ({"info": BOTH},)
    carrier: Mapped[str] = mapped_column(String(32), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    postcode_prefix: Mapped[str] = mapped_column(String(16), primary_key=True, default="")
    zone: Mapped[str] = mapped_column(String(16))


class TariffBand(Model):
    """Price of a service to a zone up to a weight."""

    __tablename__ = "tariff_band"
    __table_args__ = ({"info": BOTH},)
    carrier: Mapped[str] = mapped_column(String(32), primary_key=True)
    service: Mapped[str] = mapped_column(String(64), primary_key=True)
    zone: Mapped[str] = mapped_column(String(16), primary_key=True)
    up_to_g: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[Decimal] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3))


class NumberRange(Model):
    """Numbers leased to a station: it may use `first`…`last` without asking. Central's `last` is where the next begins.

    `kind`: parcel (gives both the SSCC serial and the tracking number). How far a range is used says the parcels.
    """

    __tablename__ = "number_range"
    __table_args__ = ({"info": OWN},)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
    station_id: Mapped[bytes] = mapped_column(Id)


class SiteSetting(Model):
    """A word of the site: company prefix, ship-from address (JSON), shop name, tolerances. Not for secrets."""

    __tablename__ = "site_setting"
    __table_args__ = ({"info": BOTH},)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
