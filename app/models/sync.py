"""Facts, asks, answers, feed: what goes between stations and central."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import CENTRAL, OWN, STATION, Id, Model, Utc


class FactRow(Model):
    """A fact as it was recorded. Append-only on both sides (triggers refuse UPDATE, DELETE and REPLACE).

    `data` are the canonical bytes, kept verbatim; the other columns are copies of what is in them, for queries.
    (`station_id`, `incarnation`, `seq`) is dense; `chain` = SHA-256(previous chain || data).
    """

    __tablename__ = "fact"
    __table_args__ = (
        UniqueConstraint("station_id", "incarnation", "seq"),
        Index("ix_fact_task", "task_id"),
        Index("ix_fact_kind", "kind", "seq"),
        Index(
            "ix_fact_closed",
            "actor_id",
            "at",
            sqlite_where=text("kind = 'ParcelClosed'"),
            postgresql_where=text("kind = 'ParcelClosed'"),
        ),
        {"info": OWN, "sqlite_with_rowid": False},
    )
    fact_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    station_id: Mapped[bytes] = mapped_column(Id)
    incarnation: Mapped[bytes] = mapped_column(Id)
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(default=1)
    group: Mapped[int] = mapped_column("event_group", default=0)
    at: Mapped[datetime] = mapped_column(Utc)
    actor_id: Mapped[bytes | None] = mapped_column(Id)
    task_id: Mapped[bytes | None] = mapped_column(Id)
    work_id: Mapped[bytes | None] = mapped_column(Id)
    device: Mapped[str] = mapped_column(String(64), default="")
    scan_number: Mapped[int] = mapped_column(default=0)
    scan_text: Mapped[str] = mapped_column(Text, default="")
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))
    data: Mapped[str] = mapped_column(Text)


class Outbox(Model):
    """Under which number and link central gets an own fact, and when it acknowledged it. One transaction writes both.

    At first number and link are those of the fact. After a fork all facts that are here go again in a new stream: then
    only this table knows their numbers there.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_unacked", "seq", sqlite_where=text("acked_at IS NULL")), {"info": STATION})
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fact_id: Mapped[bytes] = mapped_column(Id, unique=True)
    chain: Mapped[bytes] = mapped_column(LargeBinary(32), default=b"", server_default=text("x''"))
    acked_at: Mapped[datetime | None] = mapped_column(Utc)


class Voiding(Model):
    """Which facts a `Voided` fact took back (both sides write it when they apply that fact)."""

    __tablename__ = "voiding"
    __table_args__ = ({"info": OWN, "sqlite_with_rowid": False},)
    fact_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    by_fact_id: Mapped[bytes] = mapped_column(Id)


class FactAgain(Model):
    """A fact that came again under another number, after a fork. It was applied when it came first.

    `data` is "" where its bytes are the same as then; else they are other bytes under an id that is taken.
    """

    __tablename__ = "fact_again"
    __table_args__ = ({"info": CENTRAL},)
    station_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    incarnation: Mapped[bytes] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    fact_id: Mapped[bytes] = mapped_column(Id)
    data: Mapped[str] = mapped_column(Text, default="")


class ClusterMark(Model):
    """One row, made with central's tables: it goes wherever a copy of them goes. `clock_at`: the latest time seen."""

    __tablename__ = "cluster_mark"
    __table_args__ = ({"info": CENTRAL},)
    one: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    epoch: Mapped[bytes] = mapped_column(Id)
    clock_at: Mapped[datetime | None] = mapped_column(Utc)


class StationSeen(Model):
    """What central knows of a station's program and line, of its last greeting. `revoked_at`: it was sent away."""

    __tablename__ = "station_seen"
    __table_args__ = ({"info": CENTRAL},)
    station_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    seen_at: Mapped[datetime | None] = mapped_column(Utc)
    app: Mapped[str] = mapped_column(String(32), default="")
    schema: Mapped[int] = mapped_column(default=0)
    clock_offset_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    revoked_at: Mapped[datetime | None] = mapped_column(Utc)


class CentralSeen(Model):
    """One row: what a station knows of its central, of their last meeting; see `app.sync.wire.Welcome`.

    `forked_at`: when this station began a new stream, in which it sends its facts up to `forked_seq` once more.
    """

    __tablename__ = "central_seen"
    __table_args__ = ({"info": STATION},)
    one: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    epoch: Mapped[bytes | None] = mapped_column(Id)
    system: Mapped[str] = mapped_column(String(32), default="")
    timeline: Mapped[int] = mapped_column(default=0)
    schema_min: Mapped[int] = mapped_column(default=0)
    schema_max: Mapped[int] = mapped_column(default=0)
    clock_offset_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    met_at: Mapped[datetime | None] = mapped_column(Utc)
    forked_at: Mapped[datetime | None] = mapped_column(Utc)
    forked_seq: Mapped[int] = mapped_column(default=0)


class OwnLease(Model):
    """Until when a lease may be begun here by this machine's own time since `boot`, which no clock can be set to."""

    __tablename__ = "own_lease"
    __table_args__ = ({"info": STATION},)
    lease_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    boot: Mapped[bytes] = mapped_column(Id)
    until_ns: Mapped[int] = mapped_column(BigInteger)


class StationMark(Model):
    """Central's mark of each station's stream: how far it was pushed and applied."""

    __tablename__ = "station_mark"
    __table_args__ = ({"info": CENTRAL},)
    station_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    incarnation: Mapped[bytes] = mapped_column(Id, primary_key=True)
    pushed_seq: Mapped[int] = mapped_column(default=0)
    pushed_chain: Mapped[bytes] = mapped_column(LargeBinary(32), default=b"")
    applied_seq: Mapped[int] = mapped_column(default=0)


class FactStatus(Model):
    """What became of a fact that was not simply applied: stale_lease, quarantine, unknown.

    `outcome` is what came of the last two in the end: "" (it waits), again (it is to be tried once more), applied,
    set_aside (for good, with who and why in `resolved_by` and `note`).
    """

    __tablename__ = "fact_status"
    __table_args__ = (Index("ix_fact_status_outcome", "outcome", "status"), {"info": CENTRAL})
    fact_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(Utc)
    outcome: Mapped[str] = mapped_column(String(16), default="", server_default="")
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    resolved_at: Mapped[datetime | None] = mapped_column(Utc)
    resolved_by: Mapped[bytes | None] = mapped_column(Id)


class Ask(Model):
    """A question to central, made by the station; the request id makes its answer idempotent.

    At central it is here as long as it has no answer: a round of the worker reads what is open and nothing else.
    """

    __tablename__ = "ask"
    __table_args__ = ({"info": OWN},)
    request_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    station_id: Mapped[bytes] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(32))
    body: Mapped[str] = mapped_column(Text)
    task_id: Mapped[bytes | None] = mapped_column(Id)
    asked_at: Mapped[datetime] = mapped_column(Utc)
    sent: Mapped[bool] = mapped_column(default=False)
    boot: Mapped[bytes | None] = mapped_column(Id)
    asked_ns: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class Answer(Model):
    """Central's answer; its row is kept, so that the same request is answered once. `body` is canonical JSON, and ""
    when it was forgotten: what names people after a day, all else when the feed of that time is cut."""

    __tablename__ = "answer"
    __table_args__ = (
        Index(
            "ix_answer_kept",
            "kind",
            "answered_at",
            sqlite_where=text("body <> ''"),
            postgresql_where=text("body <> ''"),
        ),
        {"info": OWN},
    )
    request_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    station_id: Mapped[bytes] = mapped_column(Id, index=True)
    kind: Mapped[str] = mapped_column(String(32))
    body: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(Utc)
    taken: Mapped[bool] = mapped_column(default=False)


class FeedHead(Model):
    """The gapless counter of a site's feed; its row is locked last in every transaction."""

    __tablename__ = "feed_head"
    __table_args__ = ({"info": CENTRAL},)
    site: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    head: Mapped[int] = mapped_column(default=0)


class Feed(Model):
    """A changed row of a mirrored table. Rows of one transaction share `event_id` and are applied together.

    `topic` is the table (or "applied", a station's mark), `key` its primary key, `body` the row, "" when it went.
    """

    __tablename__ = "feed"
    __table_args__ = ({"info": CENTRAL, "sqlite_with_rowid": False},)
    site: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[bytes] = mapped_column(Id)
    topic: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(512))
    body: Mapped[str] = mapped_column(Text)
