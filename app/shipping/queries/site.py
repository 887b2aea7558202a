"""The site's own time: which day it is there, whatever the machine's clock is set to."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.orm import Session

from app.work.queries import setting


def site_zone(session: Session) -> tzinfo | None:
    """The setting `time_zone` (IANA, "Europe/Berlin"); None, the machine's own zone, where it is missing or unknown."""
    name = setting(session, "time_zone")
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def site_day(session: Session, moment: datetime) -> date:
    """The date that the site's calendar shows at a moment."""
    return moment.astimezone(site_zone(session)).date()
