"""What central does by itself while time passes: mails to send, files to take in, data to erase, its feed to cut.

A stage says so in its service: `DUTIES: dict[str, Duty]`, name to function, and `OUTSIDE` those that talk to the world
(a mail server may take minutes; it has a thread of its own). Each is called again and again by one
thread of central and returns how much it did; what it can't do now (a mail server is away) it leaves in its rows and
does later.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial

from sqlalchemy import delete, insert, select, update

import app
from app.clock import Clock
from app.db import Database, central_write, is_machines_fault, reading
from app.db.turns import turn
from app.errors import Unavailable
from app.ids import made_at, new_id
from app.models import ClusterMark, Feed, FeedHead, Incident, SiteSetting
from app.settings import Home
from app.sync.applier import take_up_known
from app.work.service.claims import CLOCK_JUMP

log = logging.getLogger(__name__)


JUMP_S, NOTE_S = 60, 60
FEED_DAYS, CUT_ROWS, CUT_EVERY_S = 35, 2_000, 60
"""How long a feed row is kept where the site says nothing (`feed_days`), and how many are cut in one go."""


@dataclass(slots=True)
class ClockWatch:
    """Compares the clock with the machine's own time since the last look."""

    last: tuple[datetime, int] | None = None
    noted_ns: int | None = None
    cut_ns: int | None = None

    def jump_s(self, clock: Clock) -> int:
        """By how many seconds the clock was set since the last look; 0 within a minute."""
        now, mono = clock.now(), clock.mono_ns()
        before, self.last = self.last, (now, mono)
        if before is None:
            return 0
        jump = (now - before[0]).total_seconds() - (mono - before[1]) / 1e9
        return round(jump) if abs(jump) >= JUMP_S else 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a duty works: central's database, the clock, and the folder with the site's files.

    `watch` is what the protocol's own duties remember from one time to the next.
    """

    database: Database
    clock: Clock
    home: Home
    watch: ClockWatch = field(default_factory=ClockWatch, compare=False)


Duty = Callable[[Database, Clock, Home], int]


KINDS = ("DUTIES", "OUTSIDE")


@cache
def duties(kind: str = "") -> dict[str, Duty]:
    """Every stage's duties of a kind (all without one) by name; two of one name are a bug and said so."""
    found: dict[str, Duty] = {}
    for stage in sorted(m.name for m in pkgutil.iter_modules(app.__path__) if m.ispkg):
        package = importlib.import_module(f"app.{stage}")
        if "service" not in {m.name for m in pkgutil.iter_modules(package.__path__)}:
            continue
        service = importlib.import_module(f"app.{stage}.service")
        for name, duty in [item for k in KINDS if kind in ("", k) for item in getattr(service, k, {}).items()]:
            if name in found:
                raise RuntimeError(f"two stages have the duty {name!r}")
            found[name] = duty
    return found


def do_duties(place: Place, failing: set[str], kind: str = "") -> int:
    """Calls every duty of a kind once and returns how much was done. One that another process is at is left to it.

    One that fails is logged when it begins to, not each time; that the server is away is raised, for it stops all.
    `failing` holds the names of those that failed last time; it is kept by the caller.
    """
    done = 0
    mine = {name: partial(own, place) for name, own in OWN.items()} if kind in ("", "DUTIES") else {}
    theirs = {n: partial(duty, place.database, place.clock, place.home) for n, duty in duties(kind).items()}
    for name, duty in (mine | theirs).items():
        try:
            with turn(place.database, name) as is_ours:
                done += duty() if is_ours else 0
            failing.discard(name)
        except Exception as error:  # one duty must not keep the others from being done
            if place.database.is_server and (isinstance(error, Unavailable) or is_machines_fault(error)):
                raise
            if name not in failing:
                log.exception("central could not do its duty %r; it tries again", name)
            failing.add(name)
    return done


# ---- the protocol's own ---------------------------------------------------------------------------------------------


def watch_clock(place: Place) -> int:
    """Opens an incident when the clock was set: while it is open, no lease runs out by it."""
    jump, now, mono = place.watch.jump_s(place.clock), place.clock.now(), place.clock.mono_ns()
    if not jump and place.watch.noted_ns is not None and mono - place.watch.noted_ns < NOTE_S * 1_000_000_000:
        return 0
    first, place.watch.noted_ns = place.watch.noted_ns is None, mono
    with central_write(place.database, relaxed=not jump) as session:
        before = session.scalar(select(ClusterMark.clock_at))
        if first and before is not None and (before - now).total_seconds() >= JUMP_S:
            jump = round((now - before).total_seconds())
        session.execute(update(ClusterMark).values(clock_at=now))
        told = select(Incident.id).where(Incident.kind == CLOCK_JUMP, Incident.resolved_at.is_(None))
        if not jump or session.scalar(told.limit(1)) is not None:
            return 0
        detail = f"central's clock was set by {jump} s; leases do not run out until this is looked at"
        session.execute(insert(Incident).values(id=new_id(), kind=CLOCK_JUMP, detail=detail, opened_at=now))
    return 1


def cut_feed(place: Place) -> int:
    """Deletes feed rows that are older than the site keeps them, whole groups; the newest row always stays.

    A station that has not read them gets a snapshot. How old a row is says the id of its event, which holds the time.
    """
    mono = place.clock.mono_ns()
    if place.watch.cut_ns is not None and mono - place.watch.cut_ns < CUT_EVERY_S * 1_000_000_000:
        return 0
    with reading(place.database) as session:
        days = int(session.scalar(select(SiteSetting.value).where(SiteSetting.name == "feed_days")) or FEED_DAYS)
        before = place.clock.now() - timedelta(days=days)
        done = 0
        for site in session.scalars(select(FeedHead.site)).all():
            rows = session.execute(
                select(Feed.seq, Feed.event_id).where(Feed.site == site).order_by(Feed.seq).limit(CUT_ROWS + 1)
            ).all()
            old = [row.seq for row in rows[:-1] if made_at(row.event_id) < before]
            done += _cut(place.database, site, old[-1]) if old else 0
    if done < CUT_ROWS:
        place.watch.cut_ns = mono
    return done


def _cut(database: Database, site: int, last: int) -> int:
    with central_write(database, relaxed=True) as session:
        gone = session.execute(delete(Feed).where(Feed.site == site, Feed.seq <= last).returning(Feed.seq)).all()
    return len(gone)


def try_known(place: Place) -> int:
    """Facts that an older program did not know: this one may."""
    return take_up_known(place.database)


OWN: dict[str, Callable[[Place], int]] = {
    "watch the clock": watch_clock,
    "cut the feed": cut_feed,
    "try facts that are known by now": try_known,
}
