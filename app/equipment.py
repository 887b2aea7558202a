"""The devices of a station as a task sees them: how each is, and what one is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.text import Text


@dataclass(frozen=True, slots=True)
class DeviceState:
    """A device of this station: `kind` scanner, scale, printer; `health` ok, attention, away; `detail` its last word.

    `media` is what a printer prints (label, paper). `last_at` is when it was last heard of, None for never.
    """

    name: str
    kind: str
    health: str
    detail: Text
    last_at: datetime | None = None
    media: str = ""


@dataclass(frozen=True, slots=True)
class DeviceCall:
    """Something a device is to do once everything is durable: `act` test_print, test_beep, test_sound, zero."""

    device: str
    act: str
