"""Stations at both sides, and what a station remembers of itself."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BOTH, STATION, Id, Model, Utc


class StationRow(Model):
    """A station: `code` as printed on its label ("PACK02"), `name` as people say it ("Pack 02")."""

    __tablename__ = "station"
    __table_args__ = ({"info": BOTH},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    site: Mapped[int] = mapped_column(default=1)
    place_id: Mapped[bytes | None] = mapped_column(Id)


class Itself(Model):
    """One row: who this station is, how far its stream and its chain are, who is signed in, which task is open."""

    __tablename__ = "itself"
    __table_args__ = ({"info": STATION},)
    one: Mapped[int] = mapped_column(primary_key=True, default=1)
    station_id: Mapped[bytes] = mapped_column(Id)
    incarnation: Mapped[bytes] = mapped_column(Id)
    seq: Mapped[int] = mapped_column(default=0)
    chain: Mapped[bytes] = mapped_column(LargeBinary(32), default=b"")
    feed_seq: Mapped[int] = mapped_column(default=0)
    feed_event: Mapped[bytes | None] = mapped_column(Id)
    applied_seq: Mapped[int] = mapped_column(default=0)
    person_id: Mapped[bytes | None] = mapped_column(Id)
    workflow: Mapped[str] = mapped_column(String(32), default="")
    task_id: Mapped[bytes | None] = mapped_column(Id)


class ScanLog(Model):
    """The flight recorder: every read of every device in the order of handling, also what was refused or ignored.

    `outcome`: accepted, refused, ignored, other. `reason` names the refusal. `queue_us` is how long it waited.
    """

    __tablename__ = "scan_log"
    __table_args__ = (Index("ix_scan_log_device", "device", "number"), {"info": STATION})
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Utc)
    device: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    touched: Mapped[bool] = mapped_column(default=False)
    meaning: Mapped[str] = mapped_column(String(32), default="")
    outcome: Mapped[str] = mapped_column(String(16), default="")
    reason: Mapped[str] = mapped_column(String(64), default="")
    workflow: Mapped[str] = mapped_column(String(32), default="")
    handled_us: Mapped[int] = mapped_column(default=0)


class OwnTouch(Model):
    """Rows of the mirror that an own fact wrote, and the newest such fact: an older feed row must not erase it."""

    __tablename__ = "own_touch"
    __table_args__ = ({"info": STATION, "sqlite_with_rowid": False},)
    topic: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    seq: Mapped[int]
