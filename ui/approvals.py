"""PINs at a station: who may approve, how long wrong ones wait, and whether this one is right.

Waits are counted by the monotonic clock alone (app/work/rules/waits.py). What the station has not seen itself, because
it happened before a boot or at another station, is counted from when it first knew of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from app.approval import Approver, PinChecked
from app.clock import Clock, boot_id
from app.errors import Refused
from app.settings import Home
from app.text import Text
from app.work.facts import Approved, PinAccepted, PinRefused
from app.work.queries import WrongPins, staff, wrong_pins
from app.work.rules import Pepper, is_right_pin, is_under, roles_of, seconds_left
from app.work.service.pepper import pepper_of
from app.workflow import Station

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")


class Reader(Protocol):
    """The part of the desk that this needs."""

    @property
    def station(self) -> Station: ...
    @property
    def clock(self) -> Clock: ...
    def read(self, query: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R: ...


class StationApprovals:
    """Implements `app.approval.Approvals`. Used by the work thread only."""

    def __init__(self, desk: Reader, home: Home | None) -> None:
        self._desk = desk
        self._home = home
        self._boot = boot_id()
        self._known: dict[WrongPins, int] = {}
        if home is not None:
            self.learn()

    def learn(self) -> None:
        """Wrong PINs of other stations, or from before a boot, begin to wait when they are first known here."""
        now = self._desk.clock.mono_ns()
        self._known = {row: self._known.get(row, now) for row in self._desk.read(wrong_pins)}

    def approver(self, person_id: bytes, right: str) -> Approver | None:
        """Who that is; without the key that a PIN was set with, there is no PIN."""
        found = self._desk.read(staff, person_id)
        if found is None:
            return None
        has_pin = bool(found.pin) and is_under(self._pepper(), found.pin)
        return Approver(found.person_id, found.name, found.role in roles_of(right), has_pin)

    def wait_s(self, person_id: bytes = b"") -> int:
        """Seconds until a PIN is heard: the longer wait of the person and of the station."""
        subjects = [s for s in (person_id, self._desk.station.station_id) if s]
        return max((self._left(row) for row in self._desk.read(wrong_pins, *subjects)), default=0)

    def _left(self, row: WrongPins) -> int:
        now = self._desk.clock.mono_ns()
        since = row.mono_ns if row.boot == self._boot else self._known.setdefault(row, now)
        return seconds_left(row.failures, now - since)

    def check(self, person_id: bytes, pin: str, right: str, act: Text) -> PinChecked:
        """One hash, about 0.15 s on the work thread: scans that come meanwhile wait in the queue, none is lost."""
        found, pepper, here = self._desk.read(staff, person_id), self._pepper(), self._desk.station.station_id
        known = found is not None and pepper is not None and found.role in roles_of(right)
        if known and found and pepper and is_right_pin(pepper, person_id, pin, found.pin):
            return PinChecked(True, (PinAccepted(person_id, here),), Approved(person_id, right, str(act)))
        return PinChecked(False, (PinRefused(person_id, here, self._boot, self._desk.clock.mono_ns()),))

    def _pepper(self) -> Pepper | None:
        if self._home is None:
            return None
        try:
            return pepper_of(self._home)
        except Refused as refusal:  # said in the log and by `packbay people`; here it means that nobody has a PIN
            log.error("%s %s", refusal.problem.what, refusal.problem.why)
            return None
