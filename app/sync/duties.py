"""What central does by itself while time passes: mails to send, files to take in, data to erase.

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
from dataclasses import dataclass
from functools import cache

import app
from app.clock import Clock
from app.db import Database
from app.settings import Home

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a duty works: central's database, the clock, and the folder with the site's files."""

    database: Database
    clock: Clock
    home: Home


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
    """Calls every duty of a kind once and returns how much was done.

    One that fails is logged when it begins to, not each time.
    `failing` holds the names of those that failed last time; it is kept by the caller.
    """
    done = 0
    for name, duty in duties(kind).items():
        try:
            done += duty(place.database, place.clock, place.home)
            failing.discard(name)
        except Exception:  # one duty must not keep the others from being done
            if name not in failing:
                log.exception("central could not do its duty %r; it tries again", name)
            failing.add(name)
    return done
