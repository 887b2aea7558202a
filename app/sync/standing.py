"""How central stands: its stations, what waits, what a person must look at. Read only, the same on both engines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import changed
from app.db.door import logins, revoke
from app.ids import stable_id
from app.models import (
    Ask,
    FactRow,
    FactStatus,
    Feed,
    FeedHead,
    Incident,
    Itself,
    SiteSetting,
    StationMark,
    StationRow,
    StationSeen,
)

BACKUP_AT = "backup_at"
"""The word of the site under which `packbay central backup` notes the moment of the last one (ISO 8601, UTC)."""


@dataclass(frozen=True, slots=True)
class StationStanding:
    """A station as central knows it; seconds since it was seen, facts that are pushed and not applied."""

    code: str
    name: str
    state: str
    seen_s: int | None
    program: str
    schema: int
    clock_offset_ms: int
    pushed: int
    backlog: int


@dataclass(frozen=True, slots=True)
class CentralStanding:
    """All of it. `exceptions` are facts set aside and incidents that nobody resolved."""

    stations: tuple[StationStanding, ...]
    facts: int
    backlog: int
    open_asks: int
    feed_head: int
    feed_rows: int
    exceptions: int
    backup_age_s: int | None

    def summary(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def standing(session: Session, now: datetime) -> CentralStanding:
    """Everything of a moment."""
    stations = tuple(_stations(session, now))
    aside = select(func.count()).where(FactStatus.status.in_(("quarantine", "unknown")), FactStatus.outcome == "")
    backup = session.scalar(select(SiteSetting.value).where(SiteSetting.name == BACKUP_AT))
    return CentralStanding(
        stations,
        facts=_count(session, select(func.count()).select_from(FactRow)),
        backlog=sum(one.backlog for one in stations),
        open_asks=_count(session, select(func.count()).select_from(Ask)),
        feed_head=_count(session, select(func.max(FeedHead.head))),
        feed_rows=_count(session, select(func.count()).select_from(Feed)),
        exceptions=_count(session, aside)
        + _count(session, select(func.count()).select_from(Incident).where(Incident.resolved_at.is_(None))),
        backup_age_s=int((now - datetime.fromisoformat(backup)).total_seconds()) if backup else None,
    )


def send_away(session: Session, code: str, now: datetime) -> int:
    """Lets a station in no more; returns how many of its connections were ended. `Shut` when there is none such."""
    ended = revoke(session, code)
    session.merge(StationSeen(station_id=stable_id("station", code), revoked_at=now))
    return ended


def station_here(session: Session) -> tuple[str, str] | None:
    """Code and name of the station whose file this is, None when none was founded in it."""
    here = select(StationRow.code, StationRow.name).where(StationRow.id == Itself.station_id)
    row = session.execute(here).first()
    return None if row is None else (str(row.code), str(row.name))


def note_backup(session: Session, now: datetime) -> None:
    """Remembers that a backup was made."""
    session.merge(SiteSetting(name=BACKUP_AT, value=now.isoformat()))
    changed(session, SiteSetting, BACKUP_AT)


def _count(session: Session, statement: Any) -> int:
    return int(session.scalar(statement) or 0)


def _stations(session: Session, now: datetime) -> list[StationStanding]:
    """Stations that made a fact, and those that are only invited."""
    waiting = StationMark.pushed_seq - StationMark.applied_seq
    marks = {
        row.station_id: (int(row.pushed), int(row.backlog))
        for row in session.execute(
            select(
                StationMark.station_id,
                func.sum(StationMark.pushed_seq).label("pushed"),
                func.sum(waiting).label("backlog"),
            ).group_by(StationMark.station_id)
        )
    }
    seen = {row.station_id: row for row in session.scalars(select(StationSeen))}
    doors = {one.station_id: one for one in logins(session)} if _is_server(session) else {}
    known = {
        row.id: (row.code, row.name) for row in session.execute(select(StationRow.id, StationRow.code, StationRow.name))
    }
    known = {one.station_id: (one.code, one.name) for one in doors.values()} | known
    found = []
    for station_id, (code, name) in sorted(known.items(), key=lambda item: item[1]):
        pushed, backlog = marks.get(station_id, (0, 0))
        met, door = seen.get(station_id), doors.get(station_id)
        found.append(
            StationStanding(
                code, name, _state(door, met),
                int((now - met.seen_at).total_seconds()) if met and met.seen_at else None,
                met.app if met else "", met.schema if met else 0, met.clock_offset_ms if met else 0, pushed, backlog,
            )
        )  # fmt: skip
    return found


def _state(door: Any, met: StationSeen | None) -> str:
    """One word: revoked, invited, joined; "here" where there is no door (one machine)."""
    if (door and door.revoked_at) or (met and met.revoked_at):
        return "revoked"
    if door is None:
        return "here"
    return "joined" if door.joined_at else "invited"


def _is_server(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
